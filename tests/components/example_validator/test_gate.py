"""Anomalies are traced back to the files and rows that show them."""

import pytest
import tensorflow as tf
import tensorflow_data_validation as tfdv
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components.example_validator.gate import describe
from components.example_validator.offenders import offends

SCHEMA = text_format.Parse(
    """
    feature {
      name: "label" type: BYTES presence { min_fraction: 1.0 }
      string_domain { value: "cat" value: "dog" }
    }
    feature {
      name: "brightness" type: FLOAT presence { min_fraction: 1.0 }
      float_domain { min: 0.0 max: 1.0 }
    }
    feature { name: "source" type: BYTES }
    """,
    schema_pb2.Schema(),
)
LABEL, BRIGHTNESS, _ = SCHEMA.feature


def example(source, label=None, brightness=None):
    made = tf.train.Example()
    made.features.feature["source"].bytes_list.value.append(source.encode())
    if label is not None:
        made.features.feature["label"].bytes_list.value.append(label.encode())
    if brightness is not None:
        made.features.feature["brightness"].float_list.value.append(brightness)
    return made


@pytest.mark.parametrize(
    ("given", "feature", "broken"),
    [
        (example("a", "cat", 0.5), LABEL, False),
        (example("a", "cow", 0.5), LABEL, True),
        (example("a", None, 0.5), LABEL, True),
        (example("a", "cat", 1.0), BRIGHTNESS, False),
        (example("a", "cat", 1.5), BRIGHTNESS, True),
        (example("a", "cat", -0.1), BRIGHTNESS, True),
        (example("a", "cat"), BRIGHTNESS, True),
    ],
)
def test_an_example_offends_by_absence_or_by_leaving_the_domain(given, feature, broken):
    assert offends(given, feature) is broken


@pytest.fixture
def described(tmp_path, statistics_of):
    folder = tmp_path / "Split-train"
    folder.mkdir()
    labels = ["cat"] * 20 + ["cow"] * 12
    with tf.io.TFRecordWriter(str(folder / "data.gz"), "GZIP") as writer:
        for row, label in enumerate(labels):
            writer.write(example(f"t.csv#row {row}", label, 0.5).SerializeToString())
    columns = {"label": labels, "brightness": [0.5] * 32, "source": ["x"] * 32}
    anomalies = tfdv.validate_statistics(statistics_of(columns), SCHEMA)
    return list(describe({"train": anomalies}, SCHEMA, str(tmp_path)))


def test_an_anomaly_is_said_in_words_with_up_to_ten_sources(described):
    assert described[0].startswith("train: feature 'label': ")
    assert "cow" in described[0]
    assert described[1].strip() == "t.csv#row 20 (cow)"
    assert len(described) == 11


def test_clean_data_have_nothing_to_say(tmp_path, statistics_of):
    columns = {"label": ["cat"], "brightness": [0.5], "source": ["x"]}
    anomalies = tfdv.validate_statistics(statistics_of(columns), SCHEMA)
    assert list(describe({"train": anomalies}, SCHEMA, str(tmp_path))) == []
