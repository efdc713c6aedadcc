"""A task decides what a drift does to its run."""

import pytest

from components.drift_report.gate import reason_to_end


@pytest.mark.parametrize("verdict", ["drift", "none", "too few examples", "no reference"])
def test_a_report_alone_ends_nothing(verdict):
    assert reason_to_end("report", verdict, "") is None
    assert reason_to_end("stop", verdict, "") is None


@pytest.mark.parametrize(
    ("verdict", "ends"),
    [("drift", False), ("no reference", False), ("none", True), ("too few examples", True)],
)
def test_without_a_drift_there_is_nothing_to_retrain_for(verdict, ends):
    reason = reason_to_end("retrain_only_if_drift", verdict, "Nothing moved.")
    assert reason == ("no drift, so no training: Nothing moved." if ends else None)
