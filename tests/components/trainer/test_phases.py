"""Phases share a training's epochs, and every epoch belongs to one."""

import pytest

from components.trainer.phases import WHOLE, Phase, schedule


def parts(*shares: float) -> list[Phase]:
    return [Phase(str(number), share, 1.0, lambda: None) for number, share in enumerate(shares)]


@pytest.mark.parametrize(
    ("shares", "epochs", "expected"),
    [
        ((0.3, 0.7), 10, [("0", 0, 3), ("1", 3, 10)]),
        ((0.3, 0.7), 2, [("0", 0, 1), ("1", 1, 2)]),
        ((0.3, 0.7), 1, [("1", 0, 1)]),
        ((0.2, 0.3, 0.5), 10, [("0", 0, 2), ("1", 2, 5), ("2", 5, 10)]),
        ((0.9, 0.1), 3, [("0", 0, 2), ("1", 2, 3)]),
    ],
)
def test_every_epoch_belongs_to_one_phase_and_the_last_has_at_least_one(shares, epochs, expected):
    found = [(phase.name, *between) for phase, *between in schedule(parts(*shares), epochs)]
    assert found == expected


def test_a_model_without_phases_is_trained_in_one():
    assert list(schedule([WHOLE], 7)) == [(WHOLE, 0, 7)]
