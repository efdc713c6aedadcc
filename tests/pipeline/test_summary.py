"""The verdict comes with the reasons that made it."""

from pathlib import Path

from pipeline.summary import Summary


def slice_of(name, accuracy, served=None, fault=None):
    comparison = {
        "accuracy": {"value": accuracy},
        "baseline_accuracy": served,
        "examples": 1200,
    }
    return {"feature": "label", "name": name, "fault": fault, "comparison": comparison}


def reasons(verdict="blessed", faults=(), slices=()):
    decision = {"verdict": verdict, "reason": "It is good.", "faults": faults, "slices": slices}
    return list(Summary(decision, Path("page"), "", "", "", "").reasons())


def test_a_blessed_model_has_one_reason():
    assert reasons() == ["It is good."]


def test_every_fault_is_named_instead_of_the_reason():
    assert reasons("not blessed", ["Too low.", "Too slow."]) == ["Too low.", "Too slow."]


def test_the_weakest_slice_is_named():
    assert reasons(slices=[slice_of("dog", 0.91), slice_of("cat", 0.99)])[1] == (
        "The weakest slice is label dog: accuracy 0.9100 on 1,200 examples."
    )
    assert reasons(slices=[slice_of("dog", 0.91, 0.95)])[1].endswith(", against 0.9500 in service.")


def test_a_slice_that_blocks_is_named_once():
    found = reasons("not blessed", ["label dog: bad."], [slice_of("dog", 0.5, 0.9, "bad.")])
    assert found == ["label dog: bad."]
