"""The command says what it lacks, and lays out as many trials as it is asked for."""

import argparse
import json
from pathlib import Path

import drift_power
import pytest

from components.errors import InputError


def options(**changed: object) -> argparse.Namespace:
    fields = {
        "repeats": 10,
        "evidently": 2,
        "false_alarms": False,
        "only": None,
        "run": None,
        "model": None,
    }
    return argparse.Namespace(**fields | changed)


def setting() -> argparse.Namespace:
    """What the batches depend on of a setting."""
    labels = ["cat", "ship"] * 5
    rows = type("Rows", (), {"__len__": lambda _: len(labels)})()
    rows.kind, rows.labels = "image", labels
    return argparse.Namespace(rows=rows)


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=tmp_path.name):
        drift_power.locate(options(run=tmp_path), "cifar10")


def test_the_newest_examples_and_model_are_taken(tmp_path: Path) -> None:
    """By number: the tenth comes after the ninth."""
    for number in ("9", "10"):
        (tmp_path / "artifacts/ExampleGen/examples" / number).mkdir(parents=True)
        model = tmp_path / "artifacts/Trainer/model" / number / "Format-Serving"
        model.mkdir(parents=True)
        (model / "saved_model.pb").touch()
    place = drift_power.locate(options(run=tmp_path), "cifar10")
    assert place.examples == tmp_path / "artifacts/ExampleGen/examples/10"
    assert place.model == tmp_path / "artifacts/Trainer/model/10/Format-Serving"


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "artifacts/ExampleGen/examples/1").mkdir(parents=True)
    with pytest.raises(InputError, match=r"nothing: no saved_model\.pb"):
        drift_power.locate(options(run=tmp_path, model=tmp_path / "nothing"), "cifar10")


def test_tasks_without_a_run_are_skipped_in_words_and_in_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIPELINE_RUNS", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["drift_power.py"])
    drift_power.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("skipped cifar10: ")
    assert [each["task"] for each in json.loads(lines[-1])["tasks"]] == ["cifar10", "imdb"]


def test_every_repeat_without_a_shift_has_a_division_of_its_own() -> None:
    unchanged = [
        batch
        for batch in drift_power.batches(setting(), options())
        if batch.composition.shift == "unchanged" and not batch.altered
    ]
    assert len({batch.seed for batch in unchanged}) == len(unchanged) == 40
    assert {batch.samples for batch in unchanged} == {1}
    assert sum(batch.evidently_samples for batch in unchanged) == 8


def test_one_alteration_alone_needs_no_other_batches() -> None:
    found = drift_power.batches(setting(), options(only="noise"))
    assert len(found) == 5
    assert all(batch.altered for batch in found)
    assert sum(batch.samples for batch in found) == 10


def test_an_alteration_that_there_is_not_is_refused_by_name() -> None:
    drift_power.require_one_of("noise", ["blur", "noise", "noise"])
    with pytest.raises(InputError, match=r"--only fog: .*valid: blur, noise\)"):
        drift_power.require_one_of("fog", ["blur", "noise", "noise"])


@pytest.mark.parametrize("altered", [True, False])
def test_a_shift_has_five_divisions_that_share_its_repeats(altered: bool) -> None:
    found = [
        batch
        for batch in drift_power.batches(setting(), options(repeats=12))
        if batch.altered == altered and (altered or batch.composition.severity)
    ]
    assert len({batch.seed for batch in found}) == len(found) == 5
    assert sum(batch.samples for batch in found) == 12
    assert sum(batch.evidently_samples for batch in found) == 2


def test_false_alarms_can_be_measured_alone() -> None:
    alone = drift_power.batches(setting(), options(false_alarms=True))
    assert {batch.composition.shift for batch in alone} == {"unchanged"}


def test_all_classes_are_unseen_in_turn_or_one_of_them() -> None:
    def lacking(label: str | None) -> list[tuple[bool, ...]]:
        found = drift_power.batches_of_unseen(setting(), options(repeats=3), label)
        assert sum(batch.samples for batch in found) == 3
        return [tuple(batch.composition.members[:2].tolist()) for batch in found]

    assert lacking(None) == [(True, False), (False, True)]
    assert lacking("ship") == [(False, True)] * 3


def test_an_unknown_class_is_named() -> None:
    with pytest.raises(InputError, match=r"--unseen car: .*cat, ship"):
        drift_power.batches_of_unseen(setting(), options(), "car")
