"""Rates, errors and bounds follow from the trials; a table has them all."""

import pytest
from _drift_figures import (
    ANY_COLUMN,
    OURS,
    TFDV,
    UNCHANGED,
    Guess,
    Trial,
    ahead,
    close,
    errors,
    errors_table,
    holds,
    rates,
    rates_table,
)


def trials(
    shift: str, severity: int, size: int, ours: list[bool], tfdv: bool = False
) -> list[Trial]:
    return [
        Trial(shift, severity, size, 900, {OURS: said, TFDV: tfdv}, ["bytes"] if said else [])
        for said in ours
    ]


def guess(without_labels: float, severity: int = 1) -> Guess:
    return Guess("blur", severity, 0.9, 0.8, without_labels, 0.8)


def test_a_rate_is_the_share_of_the_trials() -> None:
    (found,) = rates(trials("blur", 2, 500, [True, True, False, True]))
    assert found.alarms == {OURS: 0.75, TFDV: 0.0}
    assert found.samples == {OURS: 4, TFDV: 4}
    assert found.drifted == {"bytes": 0.75}


def test_a_tool_that_judged_some_of_the_samples_has_a_rate_of_these() -> None:
    some = trials("blur", 2, 500, [True] * 4)
    some[0].alarms[ANY_COLUMN] = True
    some[1].alarms[ANY_COLUMN] = False
    (found,) = rates(some)
    assert (found.alarms[ANY_COLUMN], found.samples[ANY_COLUMN]) == (0.5, 2)


def test_what_has_drifted_counts_where_all_of_it_is_known() -> None:
    some = trials("blur", 2, 500, [True, False])
    unknown = Trial("blur", 2, 500, 900, {OURS: True}, None)
    (found,) = rates([*some, unknown])
    assert found.drifted == {"bytes": 0.5}
    assert found.alarms[OURS] == pytest.approx(2 / 3)


def test_no_shift_comes_first_and_sizes_ascend() -> None:
    given = [
        *trials("blur", 1, 500, [True]),
        *trials("blur", 1, 200, [True]),
        *trials(UNCHANGED, 0, 200, [False]),
    ]
    assert [(each.shift, each.size) for each in rates(given)] == [
        (UNCHANGED, 200),
        ("blur", 200),
        ("blur", 500),
    ]


@pytest.mark.parametrize(("alarms", "held"), [(8, True), (9, False)])
def test_false_alarms_are_bounded_at_every_size(alarms: int, held: bool) -> None:
    quiet = trials(UNCHANGED, 0, 200, [False] * 100)
    loud = trials(UNCHANGED, 0, 500, [True] * alarms + [False] * (100 - alarms))
    assert holds(rates([*quiet, *loud]), {}) == {"false alarms": held}


@pytest.mark.parametrize(
    ("severity", "size", "bounded"), [(2, 500, True), (1, 500, False), (2, 200, False)]
)
def test_detection_is_bounded_from_severity_2_and_500_examples(
    severity: int, size: int, bounded: bool
) -> None:
    missed = rates(trials("blur", severity, size, [True] * 9 + [False]))
    assert holds(missed, {}) == ({"detection": False} if bounded else {})


def test_a_guess_counts_by_its_distance_from_the_truth() -> None:
    """Less than 5 points are close; where nothing was shifted a guess does not count."""
    given = [guess(0.76), guess(0.84), guess(0.74), guess(0.3, severity=0)]
    found = close(given)
    assert found == {"without_labels": pytest.approx(2 / 3), "with_mix": 1.0}
    assert holds([], found) == {"accuracy": False}
    assert close([]) == {}


def test_errors_are_in_points_whatever_their_sign() -> None:
    (found,) = errors([guess(0.7), guess(0.9)])
    assert (found.guesses, found.truth) == (2, pytest.approx(0.8))
    assert found.without_labels == pytest.approx(10)
    assert found.with_mix == pytest.approx(0)


def test_another_tool_is_ahead_where_it_finds_more() -> None:
    given = [
        *trials(UNCHANGED, 0, 200, [False], tfdv=True),
        *trials("blur", 1, 200, [True, False], tfdv=True),
        *trials("noise", 1, 200, [True]),
    ]
    assert ahead(rates(given)) == [
        "blur 1 at 200: TFDV 100 %, ours 50 %; its false alarms 100 %",
    ]


def test_the_table_has_a_line_a_severity_and_a_column_a_tool_and_size() -> None:
    given = [
        *trials("blur", 1, 200, [True, False]),
        *trials("blur", 1, 2000, [True, True]),
        *trials("blur", 2, 2000, [True], tfdv=True),
    ]
    head, sizes, mild, severe = rates_table(rates(given)).splitlines()
    assert head.split()[-2:] == [OURS, TFDV]
    assert sizes.split()[2:6] == ["200", "2,000", "200", "2,000"]
    assert mild.split() == ["blur", "1", "50", "100", "0", "0", "bytes", "100"]
    assert severe.split() == ["blur", "2", "–", "100", "–", "100", "bytes", "100"]


def test_the_table_of_guesses_has_a_line_a_severity() -> None:
    lines = errors_table(errors([guess(0.7)])).splitlines()
    assert lines[1].split() == ["blur", "1", "80.0", "10.0", "0.0"]
