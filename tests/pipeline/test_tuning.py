"""A search is checked when the task is made: its fields, and the ends of their ranges."""

import pytest

from components.errors import InputError
from pipeline.task import (
    Augmentation,
    Choice,
    ImageData,
    ImageFeatures,
    IntRange,
    LogRange,
    Model,
    Range,
    Task,
    Training,
    Tuning,
)


def task(**tuning):
    return Task(
        name="birds",
        data=ImageData(path="birds"),
        features=ImageFeatures(),
        model=Model(name="residual_cnn", options={"depth": 1}),
        training=Training(epochs=5, augmentation=Augmentation(flip=True)),
        tuning=Tuning(**tuning),
    )


def complaint(make, *arguments, **fields):
    with pytest.raises(InputError) as caught:
        make(*arguments, **fields)
    return str(caught.value)


def complaint_about(field, bounds):
    return complaint(task, fields={field: bounds})


def test_fields_at_any_depth_may_be_tuned():
    made = task(
        fields={
            "training.learning_rate": LogRange(1e-4, 1e-2),
            "training.batch_size": Choice([32, 64]),
            "training.ema": Choice([None, 0.99]),
            "training.augmentation.shift": Range(0, 0.2),
            "model.options.width": IntRange(8, 32),
        },
    )
    assert made.tuning.to_dict()["fields"]["training.augmentation.shift"] == {
        "kind": "range",
        "low": 0.0,
        "high": 0.2,
    }


@pytest.mark.parametrize(
    ("field", "bounds", "expected"),
    [
        ("training.batch_size", Choice([32, 0]), "Training.batch_size = 0: Input should be"),
        ("training.learning_rate", Range(-1, 1), "Training.learning_rate = -1.0: Input should be"),
        ("training.augmentation.shift", Range(0, 0.9), "Augmentation.shift = 0.9: Input should"),
        ("training.batch_size", Range(8, 16), "batch_size = 8.0: Input should be a valid integer"),
        ("training.optimizer", Choice(["sdg"]), "Training.optimizer = 'sdg': Input should be 'ad"),
    ],
)
def test_every_end_of_a_range_must_be_valid(field, bounds, expected):
    message = complaint_about(field, bounds)
    assert f"tuning.fields[{field!r}]: " in message
    assert expected in message


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("training.learning_rat", "Training.learning_rat: no such field; did you mean 'learning_r"),
        ("training.augmentation.shft", "Augmentation.shft: no such field; did you mean 'shift'?"),
        ("training.epoch.s", "Training.epoch: has no fields"),
        ("model.options.widht", "no option 'widht'; did you mean 'width'?"),
        ("model.name", "valid: 'training.' and a field of Training, 'model.options.' and"),
        ("learning_rate", "valid: 'training.' and a field of Training, 'model.options.' and"),
        ("training.epochs", "'training.epochs' can't be tuned: Tuning.epochs says how long"),
        ("training.warm_start", "it changes the pipeline"),
    ],
)
def test_a_field_that_cannot_be_tuned_is_named_with_what_can(field, expected):
    assert expected in complaint_about(field, Choice([1]))


def test_bounds_must_be_of_one_of_the_kinds():
    message = complaint_about("training.batch_size", [32, 64])
    assert "'training.batch_size' is [32, 64]; valid: Choice([...]), Range(low, high)" in message


@pytest.mark.parametrize(
    ("kind", "bounds", "expected"),
    [
        (Choice, ([],), "Choice.values = []"),
        (Choice, (3,), "Choice.values = 3: Input should be a valid list"),
        (Range, (2, 1), "Range: low = 2.0 must be less than high = 1.0"),
        (Range, (0, float("inf")), "Range.high = inf: Input should be a finite number"),
        (LogRange, (0, 1), "LogRange.low = 0: Input should be greater than 0"),
        (IntRange, (1.5, 2), "IntRange.low = 1.5: Input should be a valid integer"),
    ],
)
def test_bounds_check_themselves(kind, bounds, expected):
    assert expected in complaint(kind, *bounds)


def test_settings_that_contradict_each_other_are_refused():
    fields = {"training.label_smoothing": Range(0, 0.2)}
    message = complaint(Tuning, fields=fields, objective="eval_loss")
    assert "can't compare values of training.label_smoothing" in message
    message = complaint(Tuning, fields=fields, algorithm="hyperband", trials=5)
    assert "trials = 5 is not for 'hyperband'" in message
    assert "Tuning.fields" in complaint(Tuning, fields={})


def test_a_tuned_task_differs_in_the_values_and_has_no_search():
    made = task(fields={"training.batch_size": Choice([32])})
    tuned = made.tuned({"training.augmentation.shift": 0.1, "model.options.width": 8})
    assert tuned.tuning is None
    assert tuned.training == Training(epochs=5, augmentation=Augmentation(flip=True, shift=0.1))
    assert tuned.model.options == {"depth": 1, "width": 8}
    assert made.model.options == {"depth": 1}
