"""The verdict comes with one sentence that says why, in numbers."""

from dataclasses import replace

import numpy as np
import pytest

from components.errors import InputError
from components.evaluator.decide import Members, Settings, decide
from components.evaluator.report import Decision

SETTINGS = Settings(
    min_accuracy=0.8,
    max_accuracy_drop=0.015,
    min_slice_accuracy=0.0,
    max_slice_drop=0.05,
    confidence=0.95,
)


def models(both: int, candidate: int, baseline: int, neither: int) -> list[np.ndarray]:
    """Returns which examples the candidate has right, and which the baseline."""
    numbers = [both, candidate, baseline, neither]
    return [np.repeat(row, numbers).astype(bool) for row in ([1, 1, 0, 0], [1, 0, 1, 0])]


def decided(
    *numbers: int, settings: Settings = SETTINGS, unmet: tuple[str, ...] = (), first: bool = False
) -> Decision:
    candidate, baseline = models(*numbers)
    return decide(candidate, None if first else baseline, [], unmet, settings)


def part(name: str, *numbers: int) -> tuple[str, list[np.ndarray]]:
    return name, models(*numbers)


def decided_by_parts(
    *parts: tuple[str, list[np.ndarray]], first: bool = False, settings: Settings = SETTINGS
) -> Decision:
    """Decides on examples that come in slices one after the other."""
    sizes = [len(right) for _, (right, _) in parts]
    names = np.repeat([name for name, _ in parts], sizes)
    slices = [Members("label", name, names == name) for name, _ in parts]
    candidate, baseline = (np.concatenate([pair[side] for _, pair in parts]) for side in (0, 1))
    return decide(candidate, None if first else baseline, slices, [], settings)


def test_the_first_model_is_blessed_at_its_floor() -> None:
    found = decided(800, 0, 0, 200, first=True)
    assert found.verdict == "blessed"
    assert found.reason == (
        "Accuracy 0.8000 on 1,000 examples reaches the floor of 0.8000, and no model is in service "
        "to compare it with."
    )
    assert found.faults == () and found.examples_needed is None
    assert found.overall.baseline_accuracy is None and found.overall.difference is None


def test_below_its_floor_it_is_not() -> None:
    found = decided(799, 0, 0, 201, first=True)
    assert found.verdict == "not blessed"
    assert found.reason == "Accuracy 0.7990 on 1,000 examples is below the floor of 0.8000."
    assert found.faults == (found.reason,)


def test_an_equal_model_is_blessed_for_what_it_is_at_most_behind() -> None:
    found = decided(8_400, 450, 450, 700)
    assert found.verdict == "blessed"
    assert found.reason == (
        "Accuracy 0.8850, against 0.8850 of the model in service, is with 95 % confidence at most "
        "0.49 points below it, where the task allows 1.50."
    )
    assert found.overall.accuracy.low == pytest.approx(0.8796, abs=1e-4)
    assert found.overall.difference.low == pytest.approx(-0.0049, abs=1e-4)
    assert found.overall.only_candidate_right == found.overall.only_baseline_right == 450
    assert 4_000 < found.examples_needed < 5_000


def test_a_better_model_is_praised_for_it() -> None:
    found = decided(8_400, 650, 450, 500)
    assert found.verdict == "blessed"
    assert found.reason == (
        "Accuracy 0.9050, against 0.8850 of the model in service, is with 95 % confidence at least "
        "1.46 points above it."
    )


def test_a_model_that_is_surely_a_little_worse_is_blessed_and_said_to_be_worse() -> None:
    found = decided(22_000, 700, 850, 1_450)
    assert found.verdict == "blessed"
    assert found.reason == (
        "Accuracy 0.9080, against 0.9140 of the model in service, is 0.34 to 0.86 points below it, "
        "where the task allows 1.50."
    )


def test_a_worse_model_is_refused_for_what_it_is_at_least_behind() -> None:
    found = decided(8_300, 350, 600, 750)
    assert found.verdict == "not blessed"
    assert found.reason == (
        "Accuracy 0.8650, against 0.8900 of the model in service, is with 95 % confidence at least "
        "2.00 points below it, where the task allows 1.50."
    )


def test_a_model_in_between_is_refused_where_the_examples_were_enough() -> None:
    found = decided(8_400, 370, 480, 750)
    assert found.verdict == "not blessed"
    assert found.reason == (
        "Accuracy 0.8770, against 0.8880 of the model in service, could be 1.58 points below it, "
        "where the task allows 1.50; 10,000 examples would have been enough to bless an equally "
        "good model."
    )


def test_too_few_examples_come_with_two_ways_out() -> None:
    found = decided(504, 27, 27, 42)
    assert found.verdict == "not enough data"
    assert found.reason == (
        "Accuracy 0.8850, against 0.8850 of the model in service, differs by -2.06 to +2.06 "
        "points, and 600 test examples are too few to tell whether it is within the 1.50 allowed: "
        "to bless an equally good model takes 4,410, or a margin of 4.20 points "
        "(max_accuracy_drop=0.042)."
    )
    assert found.faults == (found.reason,)
    assert found.examples_needed == 4_410


def test_both_ways_out_lead_out() -> None:
    few = decided(504, 27, 27, 42)
    times = -(-few.examples_needed // 600)
    assert decided(504 * times, 27 * times, 27 * times, 42 * times).verdict == "blessed"
    wider = replace(SETTINGS, max_accuracy_drop=0.042)
    assert decided(504, 27, 27, 42, settings=wider).verdict == "blessed"


def test_with_a_margin_of_0_more_examples_are_no_way_out() -> None:
    found = decided(8_400, 450, 450, 700, settings=replace(SETTINGS, max_accuracy_drop=0.0))
    assert found.verdict == "not enough data"
    assert found.examples_needed is None
    assert "no number of test examples" in found.reason
    assert "max_accuracy_drop=0.01)" in found.reason


@pytest.mark.parametrize("numbers", [(8_400, 450, 450, 700), (504, 27, 27, 42)])
def test_a_threshold_of_tfma_that_was_missed_blocks(numbers: tuple[int, ...]) -> None:
    found = decided(*numbers, unmet=("Log loss 0.9 is above 0.5.",))
    assert found.verdict == "not blessed"
    assert "Log loss 0.9 is above 0.5." in found.faults


def test_several_faults_are_counted_in_the_reason_and_told_in_full_beside_it() -> None:
    found = decided(700, 0, 0, 300, first=True, unmet=("AUC is 0.6.", "Macro F1 is 0.3."))
    assert found.reason == (
        "Accuracy 0.7000 on 1,000 examples is below the floor of 0.8000 (and 2 more faults)."
    )
    assert found.faults[1:] == ("AUC is 0.6.", "Macro F1 is 0.3.")


def test_a_slice_far_behind_blocks_and_comes_first() -> None:
    found = decided_by_parts(
        part("ship", 800, 60, 40, 100),
        part("cat", 600, 20, 130, 250),
        part("dog", 8_000, 520, 420, 560),
    )
    assert found.verdict == "not blessed"
    assert found.reason == (
        "label cat: accuracy 0.6200 on 1,000 examples against 0.7300 in service, 11.00 points "
        "lower, is more than chance makes of the allowed 5.00."
    )
    worst = found.slices[0]
    assert (worst.feature, worst.name, worst.fault) == ("label", "cat", found.reason)
    assert worst.p_value < 0.001
    assert [each.fault for each in found.slices[1:]] == [None, None]
    assert found.slices[1].p_value == pytest.approx(1)


def test_a_slice_below_its_floor_blocks_the_first_model() -> None:
    settings = replace(SETTINGS, min_slice_accuracy=0.6)
    found = decided_by_parts(
        part("ship", 950, 0, 0, 50), part("cat", 250, 0, 0, 250), first=True, settings=settings
    )
    assert found.verdict == "not blessed"
    assert found.reason == (
        "label cat: accuracy 0.5000 on 500 examples is further below the 0.6000 asked of every "
        "slice than chance explains."
    )


def test_a_handful_of_examples_is_not_the_worst_slice() -> None:
    """It may be further behind than all others, but not for sure."""
    found = decided_by_parts(
        part("a few", 2, 0, 2, 0),
        part("behind", 850, 30, 60, 60),
        part("level", 850, 45, 45, 60),
    )
    assert [each.name for each in found.slices] == ["behind", "level", "a few"]


def test_without_a_baseline_the_least_accurate_slice_is_the_worst() -> None:
    found = decided_by_parts(
        part("good", 950, 0, 0, 50),
        part("bad", 700, 0, 0, 300),
        part("a few", 1, 0, 0, 2),
        first=True,
    )
    assert [each.name for each in found.slices] == ["bad", "a few", "good"]
    assert {each.p_value for each in found.slices} == {None}


def test_a_slice_without_examples_is_left_out() -> None:
    candidate, baseline = models(8_400, 450, 450, 700)
    empty = Members("label", "nothing", np.zeros(10_000, bool))
    assert decide(candidate, baseline, [empty], [], SETTINGS).slices == ()


@pytest.mark.parametrize("numbers", [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)])
@pytest.mark.parametrize("first", [True, False])
def test_one_example_is_enough_for_a_verdict(numbers: tuple[int, ...], first: bool) -> None:
    found = decided_by_parts(part("only", *numbers), first=first)
    assert found.verdict in ("blessed", "not blessed", "not enough data")
    assert (found.verdict == "blessed") == (not found.faults)
    assert len(found.slices) == 1


def test_no_example_is_the_users_mistake() -> None:
    with pytest.raises(InputError, match="no examples"):
        decided(0, 0, 0, 0)


def test_an_accuracy_just_below_the_floor_does_not_look_like_it() -> None:
    found = decided(79_999, 0, 0, 20_001, first=True)
    assert found.reason == "Accuracy 0.79999 on 100,000 examples is below the floor of 0.80000."


@pytest.mark.parametrize("seed", range(20))
def test_numbers_beside_what_is_allowed_never_look_the_same(seed: int) -> None:
    """Rounded to 1.50 where 1.50 are allowed, a reason would contradict itself."""
    random = np.random.default_rng(seed)
    candidate, baseline = models(*random.multinomial(20_000, [0.85, 0.035, 0.047, 0.068]))
    at = decide(candidate, baseline, [], [], SETTINGS).overall.difference.low
    settings = replace(SETTINGS, max_accuracy_drop=-at + (-1) ** seed * 1e-6)
    found = decide(candidate, baseline, [], [], settings)
    assert found.verdict == ("blessed" if seed % 2 == 0 else "not blessed")
    points, allowed = [word.rstrip(".;,") for word in found.reason.split() if "." in word][2:4]
    assert points != allowed
