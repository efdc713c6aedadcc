"""The configuration checks itself and says what is wrong in words."""

import pytest

from components.errors import InputError
from pipeline.task import (
    ImageData,
    ImageFeatures,
    Model,
    Split,
    Task,
    TextData,
    TextFeatures,
    Training,
)

IMAGES = {
    "name": "birds",
    "data": ImageData(path="birds"),
    "features": ImageFeatures(),
    "model": Model(name="residual_cnn"),
}


def complaint(kind, **fields):
    with pytest.raises(InputError) as caught:
        kind(**fields)
    return str(caught.value)


def test_a_task_is_frozen():
    task = Task(**IMAGES)
    with pytest.raises(Exception, match="frozen"):
        task.seed = 2


def test_every_complaint_names_field_value_and_what_is_valid():
    message = complaint(Training, epochs=-1, precision="float8")
    assert "Training.epochs = -1: Input should be greater than or equal to 1" in message
    assert "Training.precision = 'float8'" in message
    assert "'mixed_bfloat16'" in message


def test_an_unknown_field_is_named_with_the_closest_known_one():
    message = complaint(Training, epoch=3)
    assert "Training.epoch: no such field; did you mean 'epochs'?" in message
    assert "batch_size" in message


def test_an_unknown_model_is_named_with_the_known_ones():
    message = complaint(Model, name="residual_cn")
    assert "no model is called 'residual_cn'; did you mean 'residual_cnn'?" in message
    assert "text_cnn" in message


def test_an_unknown_model_option_is_refused():
    assert "no option 'wings'" in complaint(Model, name="text_cnn", options={"wings": 2})


def test_types_are_strict():
    assert "Training.epochs = '3'" in complaint(Training, epochs="3")


def test_features_must_fit_the_data():
    message = complaint(Task, **(IMAGES | {"features": TextFeatures()}))
    assert "image data needs ImageFeatures, not TextFeatures" in message


def test_the_model_must_fit_the_data():
    fields = IMAGES | {"data": TextData(path="t.csv"), "features": TextFeatures()}
    message = complaint(Task, **fields)
    assert "residual_cnn takes image data" in message
    assert "text_cnn" in message


def test_splits_make_the_whole():
    assert "must make 100, not 110" in complaint(Split, train=80)


@pytest.mark.parametrize("name", ["", "Digits", "a b", "../x", "1st"])
def test_a_name_must_be_fit_for_folders_and_versions(name):
    assert "Task.name" in complaint(Task, **(IMAGES | {"name": name}))


def test_a_variant_differs_in_what_was_replaced_alone():
    task = Task(**IMAGES, training=Training(epochs=7, batch_size=8))
    variant = task.replace(name="bees", training=task.training.replace(epochs=2))
    assert variant == Task(**(IMAGES | {"name": "bees"}), training=Training(epochs=2, batch_size=8))
    assert (task.name, task.training.epochs) == ("birds", 7)
    assert variant.model_fields_set == task.model_fields_set


def test_a_variant_is_checked_like_any_task():
    task = Task(**IMAGES)
    assert "Training.epochs = 0" in complaint(task.training.replace, epochs=0)
    assert "did you mean 'training'?" in complaint(task.replace, trainin=Training())
    assert "image data needs ImageFeatures" in complaint(task.replace, features=TextFeatures())
