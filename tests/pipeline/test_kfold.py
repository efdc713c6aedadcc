"""K folds: what is asked is checked first, what is printed says how noisy a number is."""

import json

import pytest

from components.errors import InputError
from components.evaluator.fold_summary import Fold, FoldSummary
from pipeline.home import Home
from pipeline.kfold import _json, _lines, _notes, kfold
from pipeline.kfold_dag import create_kfold_pipeline, seed_of
from pipeline.task import Choice, Evaluation, ImageData, Split, Tuning

SUMMARY = FoldSummary(
    (Fold(1, 7, 800, 1200, 0.90), Fold(2, 8, 810, 1190, 0.92), Fold(3, 9, 790, 1210, 0.91))
)


@pytest.fixture
def nodes(image_task, tmp_path):
    """The nodes of three folds, by their id."""
    task = image_task.replace(seed=7, split=Split(train=50, eval=30, test=20))
    pipeline = create_kfold_pipeline(task, Home.of("pets").kfold, 3)
    return {node.id: node for node in pipeline.components}


@pytest.mark.parametrize("folds", [1, 0, -2, 101])
def test_a_number_of_folds_that_makes_no_sense_is_refused_before_anything_is_read(
    image_task, folds
):
    """The message has the option, its value and what is valid; the data need not exist."""
    with pytest.raises(InputError, match=rf"^--folds = {folds}: it takes 2 to 100$"):
        kfold(image_task, folds)


def test_more_folds_than_files_of_a_class_are_refused_without_a_run(image_task, tmp_path):
    """Files of all ready-made splits count, as they are pooled."""
    for split, label, count in (("train", "cat", 3), ("test", "cat", 2), ("train", "dog", 9)):
        folder = tmp_path / "data" / split / label
        folder.mkdir(parents=True)
        for number in range(count):
            (folder / f"{number}.png").write_bytes(b"")
    task = image_task.replace(data=ImageData(path=str(tmp_path / "data")))
    with pytest.raises(InputError, match="6 folds are more than the class 'cat' has examples, 5"):
        kfold(task, 6)
    assert not (tmp_path / "runs").exists()


def test_everything_lies_apart_from_the_tasks_own_runs(image_task):
    """Other metadata, other artifacts, another lock; the same reviewed schema."""
    own, folds = Home.of("pets"), Home.of("pets").kfold
    assert folds.root == own.root / "kfold"
    for place in ("artifacts", "serving", "lock", "logs"):
        assert getattr(folds, place).is_relative_to(folds.root), place
    assert folds.metadata.path.is_relative_to(folds.root)
    assert (own.pipeline, folds.pipeline) == ("pets", "pets.kfold")
    assert folds.schema == own.schema


def test_a_fold_learns_from_the_other_folds_alone(nodes):
    """What the transform analyses and what is trained on are the same; the fold is in neither."""
    for number in (1, 2, 3):
        transform = nodes[f"Transform_fold_{number}"].exec_properties
        trainer = nodes[f"Trainer_fold_{number}"].exec_properties
        train, stop = (json.loads(trainer[key])["splits"] for key in ("train_args", "eval_args"))
        tested = json.loads(nodes[f"Accuracy_fold_{number}"].exec_properties["splits"])
        assert json.loads(transform["splits_config"])["analyze"] == train
        assert tested == [f"fold_{number}_train", f"fold_{number}_eval"]
        assert len(set(train) | set(stop) | set(tested)) == len(train + stop + tested) == 6


def test_the_examples_are_ingested_once_and_nothing_is_read_or_pushed_elsewhere(nodes):
    """No resolver looks for earlier models, no pusher writes; folds are cut as the task says."""
    assert {name.partition("_fold_")[0] for name in nodes} == {
        *("ExampleGen", "StatisticsGen", "SchemaGen", "ExampleValidator", "DataGate"),
        *("Transform", "Trainer", "Accuracy"),
    }
    shares = json.loads(nodes["ExampleGen"].exec_properties["split"])
    assert (len(shares), shares["fold_3_train"], shares["fold_3_eval"]) == (6, 50, 30)
    settings = json.loads(nodes["Trainer_fold_2"].exec_properties["custom_config"])
    assert settings["seed"] == 8


def test_seeds_differ_and_stay_seeds(image_task):
    """Also where the task's is the largest there is."""
    assert seed_of(image_task.replace(seed=5), 1) == 5
    assert seed_of(image_task.replace(seed=2**31 - 1), 2) == 0


def test_the_numbers_are_printed_with_what_they_mean(image_task):
    """Each fold, mean, spread, a standard error that says what it is, and the task's margin."""
    task = image_task.replace(evaluation=Evaluation(max_accuracy_drop=0.01))
    text = "\n".join(_lines(task, SUMMARY, ["something [odd]"]))
    assert "     2    0.9200     1,190         810       8" in text
    assert "mean     0.9100, with a standard error of 0.0091: an estimate, as" in text
    assert "spread   0.0100 (standard deviation), from 0.9000 to 0.9200" in text
    assert "differ by up to 0.0277 by chance" in text
    assert "Evaluation.max_accuracy_drop = 0.01 is within that" in text
    assert r"note     something \[odd]" in text
    wide = image_task.replace(evaluation=Evaluation(max_accuracy_drop=0.05))
    assert "max_accuracy_drop = 0.05 is beyond that" in "\n".join(_lines(wide, SUMMARY, []))


def test_what_differs_from_a_run_is_noted(image_task):
    """Pooled splits, no warm start, no search."""
    assert list(_notes(image_task, [])) == []
    task = image_task.replace(
        training=image_task.training.replace(warm_start=True),
        tuning=Tuning(fields={"training.batch_size": Choice([16, 32])}),
    )
    pooled, warm, tuning = _notes(task, ["train", "test"])
    assert "the ready-made splits (train, test) are pooled" in pooled
    assert "warm_start" in warm and "tuning" in tuning


def test_the_results_can_be_read_by_a_program(image_task):
    """`kfold.json` has every fold and every number that is printed."""
    found = json.loads(_json(image_task, SUMMARY, []))
    assert found["folds"][0] == {
        **{"number": 1, "seed": 7, "trained_on": 800, "examples": 1200, "accuracy": 0.9}
    }
    assert found["mean"] == pytest.approx(0.91)
    assert found["spread"] == pytest.approx(0.01)
    assert found["max_accuracy_drop"] == 0.015
