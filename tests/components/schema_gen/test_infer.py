"""The inferred schema says what is known of our own features, not only what TFDV guesses."""

import numpy as np
import pytest
import tensorflow_data_validation as tfdv

from components.errors import InputError
from components.schema_gen.component import parse_schema
from components.schema_gen.infer import infer_schema


@pytest.fixture(scope="module")
def schema(statistics_of):
    columns = {
        "source": ["a.png", "b.png", "c.png", "d.png"],
        "label": ["dog", "cat", "dog", "cat"],
        "width": [8, 8, 8, 8],
        "bytes": [70, 80, 90, 75],
        "brightness": [0.1, 0.5, 0.4, 0.3],
        "sharpness": [0.1, 1.5, 0.4, 0.3],
    }
    more = columns | {"label": ["emu", "cat", "dog", "dog"]}
    return infer_schema([statistics_of(columns), statistics_of(more)])


def test_the_labels_domain_holds_the_classes_of_all_splits_in_order(schema):
    assert list(tfdv.get_feature(schema, "label").string_domain.value) == ["cat", "dog", "emu"]


def test_classes_that_look_like_numbers_are_classes(statistics_of):
    statistics = statistics_of({"label": ["3", "10", "3"]})
    schema = infer_schema([statistics])
    assert list(tfdv.get_feature(schema, "label").string_domain.value) == ["10", "3"]


def test_more_classes_than_can_be_listed_are_refused(statistics_of):
    statistics = statistics_of({"label": [f"class {n}" for n in range(1500)]})
    with pytest.raises(InputError, match="1,500 classes"):
        infer_schema([statistics])


def test_free_strings_have_no_domain(schema):
    assert tfdv.get_feature(schema, "source").WhichOneof("domain_info") is None


def test_a_size_that_never_varied_is_held_to_its_value(schema):
    domain = tfdv.get_feature(schema, "width").int_domain
    assert (domain.min, domain.max) == (8, 8)


def test_a_size_that_varied_must_be_positive(schema):
    domain = tfdv.get_feature(schema, "bytes").int_domain
    assert domain.min == 1
    assert not domain.HasField("max")


def test_shares_lie_between_zero_and_one_and_sharpness_has_no_upper_bound(schema):
    brightness = tfdv.get_feature(schema, "brightness").float_domain
    assert (brightness.min, brightness.max) == (0, 1)
    assert not tfdv.get_feature(schema, "sharpness").float_domain.HasField("max")


def test_every_feature_is_required_once(schema):
    for feature in schema.feature:
        assert feature.presence.min_fraction == 1
        assert [dim.size for dim in feature.shape.dim] == [1]


def test_the_data_it_was_inferred_from_are_without_anomaly(schema, statistics_of):
    columns = {
        "source": ["x"] * 4,
        "label": ["emu"] * 4,
        "width": [8] * 4,
        "bytes": [70] * 4,
        "brightness": np.linspace(0, 1, 4),
        "sharpness": [9.0] * 4,
    }
    assert not tfdv.validate_statistics(statistics_of(columns), schema).anomaly_info


def test_a_broken_schema_file_is_named_with_its_line():
    with pytest.raises(InputError, match=r"birds\.pbtxt: .*2:"):
        parse_schema("feature {\n  nme: 'x'\n}", source="birds.pbtxt")
