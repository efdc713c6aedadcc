"""Simulated models are as good as they are said to be, and judged as the gate judges."""

import json

import gate_power
import numpy as np
import pytest
from gate_power import (
    AT_THE_MARGIN,
    BOUND_SIZE,
    EQUAL,
    TWO_WORSE,
    Curve,
    candidates,
    differences,
    draw,
    holds,
    measure,
    outcome_shares,
)

from components.errors import InputError
from components.evaluator.decide import Members, Settings, decide

SETTINGS = Settings(0.0, 0.015, 0.0, 0.05, 0.95)


def shares_of(model: str) -> np.ndarray:
    random = np.random.default_rng(1)
    return outcome_shares(0.885, 0.09, differences(model, 0.015, 30, random))


@pytest.mark.parametrize("model", candidates(0.015))
def test_shares_are_of_the_accuracies_asked_for(model: str) -> None:
    both, gains, losses, neither = np.moveaxis(shares_of(model), -1, 0)
    np.testing.assert_allclose(both + gains + losses + neither, 1)
    np.testing.assert_allclose((both + losses).mean(axis=1), 0.885)
    np.testing.assert_allclose((gains - losses).mean(axis=1), candidates(0.015)[model], atol=1e-12)


def test_equal_models_differ_on_as_many_examples_as_asked_for() -> None:
    _, gains, losses, _ = np.moveaxis(shares_of(EQUAL), -1, 0)
    np.testing.assert_allclose((gains + losses).mean(axis=1), 0.09)


def test_one_class_is_behind_and_another_one_each_time() -> None:
    _, gains, losses, _ = np.moveaxis(shares_of("equal, a class 15 points worse"), -1, 0)
    behind = gains - losses < -0.1
    assert behind.sum(axis=1).tolist() == [1] * 30
    assert behind.any(axis=0).sum() > 5


def test_models_that_cannot_be_are_an_input_error() -> None:
    with pytest.raises(InputError, match=r"--discordance 0\.3"):
        outcome_shares(0.885, 0.3, np.zeros((1, 10)))


def test_every_example_is_drawn_of_one_class() -> None:
    drawn = draw(shares_of(EQUAL), 1_003, np.random.default_rng(1))
    assert drawn.examples.sum(axis=1).tolist() == [1_003] * 30
    assert drawn.examples.max() - drawn.examples.min() == 1


def test_a_share_of_blessed_models_is_that_of_the_gates_verdicts() -> None:
    """Example by example, as a run of the pipeline decides."""
    shares, examples = shares_of("2 points better"), 600
    curve = measure("any", shares, examples, SETTINGS, np.random.default_rng(5))
    drawn = draw(shares, examples, np.random.default_rng(5))
    verdicts = []
    for counts in zip(*drawn, strict=True):
        labels, candidate, baseline = [], [], []
        for label, (size, right, gains, losses) in enumerate(zip(*counts, strict=True)):
            numbers = [right - gains, gains, losses, size - right - losses]
            labels += [label] * size
            candidate.append(np.repeat([True, True, False, False], numbers))
            baseline.append(np.repeat([True, False, True, False], numbers))
        slices = [Members("label", str(k), np.array(labels) == k) for k in range(10)]
        sides = np.concatenate(candidate), np.concatenate(baseline)
        verdicts.append(decide(*sides, slices, [], SETTINGS).verdict)
    assert curve.blessed == pytest.approx(verdicts.count("blessed") / 30)
    assert curve.not_enough_data == pytest.approx(verdicts.count("not enough data") / 30)
    assert curve.not_blessed == pytest.approx(verdicts.count("not blessed") / 30)
    assert 0 < curve.blessed < 1 and curve.not_enough_data > 0


def test_tfma_blesses_what_is_observed_to_be_just_the_margin_worse() -> None:
    certain = np.zeros((1, 10, 4))
    certain[..., 0] = 1
    certain[0, :3] = [0, 0, 1, 0]
    curve = measure("any", certain, 10, Settings(0.0, 0.3, 0.0, 1.0), np.random.default_rng(1))
    assert (curve.change_threshold, curve.change_threshold_0) == (1.0, 0.0)


def curves(
    equal: float = 1.0, refused: float = 0.0, at: float = 0.0, worse: float = 0.0
) -> list[Curve]:
    return [
        Curve(EQUAL, BOUND_SIZE, equal, refused, 0.0, 1.0, 0.5),
        Curve(AT_THE_MARGIN, BOUND_SIZE, at, 1 - at, 0.0, 0.5, 0.0),
        Curve(TWO_WORSE, BOUND_SIZE, worse, 1 - worse, 0.0, 0.5, 0.0),
    ]


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ({}, set()),
        ({"equal": 0.949}, {"blesses an equal model"}),
        ({"refused": 0.07}, {"refuses no equal model"}),
        ({"at": 0.07}, {"blocks at the margin"}),
        ({"worse": 0.051}, {"blocks 2 points worse"}),
    ],
)
def test_each_bound_can_be_broken(changed: dict[str, float], broken: set[str]) -> None:
    held = holds(curves(**changed), 2_000)
    assert len(held) == 4
    assert {name for name, each in held.items() if not each} == broken


def test_it_prints_a_table_and_one_line_of_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["gate_power.py", "--pairs", "40", "--sizes", "200", "10000"]
    monkeypatch.setattr("sys.argv", arguments)
    gate_power.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[-2:] == ["200", "10,000"]
    assert lines[1] == EQUAL
    found = json.loads(lines[-1])
    assert found["benchmark"] == "gate_power" and found["holds"] is True
    for curve in found["curves"]:
        total = curve["blessed"] + curve["not_blessed"] + curve["not_enough_data"]
        assert total == pytest.approx(1)


def test_too_few_examples_for_the_classes_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["gate_power.py", "--sizes", "9"])
    with pytest.raises(SystemExit):
        gate_power.main()
    assert "--sizes 9: at least 10" in capsys.readouterr().err
