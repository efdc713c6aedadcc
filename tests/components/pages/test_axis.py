"""Axes have round ticks and hold what is to be drawn."""

import pytest

from components.pages.axis import Axis, from_zero, of_shares


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 1, [0, 0.5, 1]), (3, 97, [50]), (-20, 90, [0, 50]), (0.00021, 0.00079, [0.0004, 0.0006])],
)
def test_ticks_are_round(low, high, ticks):
    assert Axis(low, high, 0, 1).ticks(3) == pytest.approx(ticks)


def test_an_axis_from_zero_ends_at_or_above_the_highest_value():
    for highest in (0.07, 0.1, 0.3, 1.0, 12_345):
        axis = from_zero(highest, 0, 1, 3)
        assert highest <= axis.high * (1 + 1e-9)
        assert axis.ticks(3)[0] == 0 and axis.ticks(3)[-1] == pytest.approx(axis.high)


@pytest.mark.parametrize("shares", [(0.91, 0.93), (0.0, 1.0), (0.999, 1.0), (0.3, 0.3)])
def test_an_axis_of_shares_has_room_around_them(shares):
    axis = of_shares(*shares, 0, 100, 3)
    assert 0 <= axis.low <= max(0, shares[0] - 0.02) and min(1, shares[1] + 0.02) <= axis.high <= 1
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks(3))


def test_what_lies_beyond_an_axis_is_put_at_its_end():
    axis = Axis(0.0, 1.0, 10.0, 20.0)
    assert [axis(value) for value in (-5, 0.5, 7)] == [10, 15, 20]
