"""Claims about the node before the Pusher."""

import json
import shutil
from pathlib import Path

import pytest
import tensorflow as tf
from tfx.types import channel_utils
from tfx.types.standard_artifacts import Examples, InfraBlessing, Model, ModelBlessing

from components.blessing import REASON
from components.infra_validator.component import InfraValidator
from components.saved_model import WARM_UP

SETTINGS = {"max_load_seconds": 60, "max_answer_seconds": 30, "memory_gib": 4}


def make_node(**settings):
    return InfraValidator(
        channel_utils.as_channel([Model()]),
        channel_utils.as_channel([Examples()]),
        channel_utils.as_channel([ModelBlessing()]),
        task="toy",
        settings=SETTINGS | settings,
        largest_batch=4,
    )


@pytest.fixture
def run(saved_model, examples, tmp_path):
    """Returns what the node says of a model in folder `model`."""
    shutil.copytree(saved_model, tmp_path / "model" / "Format-Serving")
    split = tmp_path / "examples" / "Split-test"
    split.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(split / "data.gz"), "GZIP") as writer:
        for example in examples:
            writer.write(example)

    def run(blessed, **settings):
        model, blessing, infra = Model(), ModelBlessing(), InfraBlessing()
        given = Examples()
        model.uri, given.uri = str(tmp_path / "model"), str(tmp_path / "examples")
        blessing.set_int_custom_property("blessed", blessed)
        infra.uri = str(tmp_path / "infra")
        Path(infra.uri).mkdir()
        type(make_node()).test_call(
            model=model,
            examples=given,
            model_blessing=blessing,
            blessing=infra,
            task="toy",
            settings=json.dumps(SETTINGS | settings),
            largest_batch=4,
            code="",
        )
        return infra

    return run


def test_the_blessing_holds_the_model_with_its_warm_up(run):
    """As TFX's own InfraValidator leaves it, and the Pusher looks for it."""
    infra = run(blessed=1)
    assert infra.get_int_custom_property("blessed") == 1
    assert infra.get_int_custom_property("has_model") == 1
    assert infra.get_string_custom_property(REASON) == ""
    assert Path(infra.uri, "INFRA_BLESSED").exists()
    assert Path(infra.uri, "stamped_model", WARM_UP).stat().st_size > 100


def test_what_cannot_be_served_is_not_kept(run):
    infra = run(blessed=1, memory_gib=0.1)
    assert infra.get_int_custom_property("blessed") == 0
    assert infra.get_int_custom_property("has_model") == 0
    assert "its limit is 0.1 GiB" in infra.get_string_custom_property(REASON)
    assert [path.name for path in Path(infra.uri).iterdir()] == ["INFRA_NOT_BLESSED"]


def test_no_server_is_started_for_a_model_that_is_not_blessed(run):
    infra = run(blessed=0, max_load_seconds=0)
    assert infra.get_int_custom_property("blessed") == 0
    assert infra.get_string_custom_property(REASON) == "the model is not blessed"


def test_the_node_carries_the_code_s_hash():
    node = make_node()
    assert node.id == "InfraValidator"
    assert len(node.exec_properties["code"]) == 16
