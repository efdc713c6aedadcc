"""Claims about what people are told."""

import json

import pytest

from components.notifier.texts import of_end, of_model, with_run


@pytest.mark.parametrize(
    ("verdict", "not_servable", "said"),
    [
        ("blessed", "", ""),
        ("blessed", "It needs 9 GiB.", "digits: the new model stays out of service, it cannot be"),
        ("not blessed", "the model is not blessed", "stays out of service, not blessed. Why."),
        ("not enough data", "the model is not blessed", "not enough data. Why."),
    ],
)
def test_a_model_is_told_of_where_it_stays_out_of_service(verdict, not_servable, said):
    text = of_model("digits", verdict, "Why.", not_servable)
    assert said in text
    assert bool(text) == bool(said)


@pytest.mark.parametrize(
    ("status", "may_end_early", "said"),
    [
        ({"state": "COMPLETE", "error": {}}, False, ""),
        ({"state": "SUCCEEDED"}, True, ""),
        ({"state": "FAILED", "error": {}}, True, "digits: a run ended as FAILED."),
        (
            {"state": "FAILED", "error": {"message": "Trainer: out of memory"}},
            False,
            "digits: a run ended as FAILED. Trainer: out of memory",
        ),
        ({"state": "CANCELLED"}, False, "digits: a run ended as CANCELLED."),
        ({"state": "RUNNING"}, False, "digits: a run was cut off."),
        ({"state": "RUNNING"}, True, ""),
        ({}, False, "digits: a run was cut off."),
    ],
)
def test_a_run_is_told_of_where_it_did_not_end_well(status, may_end_early, said):
    assert of_end("digits", json.dumps(status), may_end_early) == said


def test_a_text_says_where_to_look():
    assert with_run("text", "7", "https://kfp") == "text\nhttps://kfp/#/runs/details/7"
    assert with_run("text", "7", "") == "text\nRun 7"
