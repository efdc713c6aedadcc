"""A trial is the very training that `run_fn` would do, and the best one's settings are used."""

import json
from pathlib import Path

import pytest
from tfx.components.tuner.executor import write_best_hyperparameters
from tfx.types.standard_artifacts import HyperParameters, TunerResults

from components.trainer import fit
from components.trainer.run_fn import run_fn
from components.trainer.tuning.tuner_fn import FOLDER, tuner_fn

pytestmark = pytest.mark.training

# KerasTuner's own.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore:{name}.*:DeprecationWarning")
    for name in ("currentThread", "getName")
]

RATES = {"kind": "log_range", "low": 1e-3, "high": 1e-1}
TUNING = {
    "fields": {
        "training.learning_rate": RATES,
        "model.options.filters": {"kind": "choice", "values": [2, 4]},
    },
    "algorithm": "random",
    "trials": 2,
    "epochs": None,
    "objective": "eval_accuracy",
}
TEXT_CNN = "text_cnn", {"embedding": 4, "pairs": 20, "filter_embedding": 4, "widths": [2]}
RESIDUAL_CNN = "residual_cnn", {"depth": 1, "stages": 1}


def arguments(data, output, tuning, model=TEXT_CNN, **training):
    fn_args = data.fn_args(output, *model, **training)
    # As TFX's Tuner does.
    fn_args.transform_graph_path = fn_args.transform_output
    fn_args.transform_output = None
    fn_args.working_dir = str(output / "Tuner")
    fn_args.custom_config["tuning"] = TUNING | tuning
    return fn_args


def searched(data, output, model=TEXT_CNN, **tuning):
    search, fit_kwargs = tuner_fn(arguments(data, output, tuning, model))
    search.search(**fit_kwargs)
    return search


@pytest.mark.parametrize("algorithm", ["bayesian", "hyperband"])
def test_a_search_of_each_kind_trains_its_trials(sentences, tmp_path, algorithm):
    tuning = {"algorithm": algorithm, "objective": "eval_loss"}
    if algorithm == "hyperband":
        tuning |= {"trials": None, "epochs": 2}
    search = searched(sentences, tmp_path, **tuning)
    report = search.report()
    assert len(report) == search.oracle.max_trials
    assert all(trial["score"] > 0 for trial in report)
    assert all(trial["values"]["model.options.filters"] in (2, 4) for trial in report)
    # Neither weights nor backups are left, only what KerasTuner needs to go on.
    left = [path for path in (tmp_path / "Tuner" / FOLDER).rglob("*") if path.is_file()]
    assert {path.suffix for path in left} == {".json"}
    search.discard()
    assert not (tmp_path / "Tuner" / FOLDER).exists()


def test_the_trainer_repeats_the_best_trial_and_reports_its_settings(digits, tmp_path):
    """Through the files that TFX's Tuner writes and its Trainer reads."""
    fields = {
        "training.learning_rate": RATES,
        "training.augmentation.shift": {"kind": "range", "low": 0.0, "high": 0.2},
        "model.options.width": {"kind": "choice", "values": [2, 4]},
    }
    search = searched(digits, tmp_path, RESIDUAL_CNN, fields=fields, objective="eval_loss")
    folders = {
        "best_hyperparameters": (HyperParameters(), tmp_path / "best"),
        "tuner_results": (TunerResults(), tmp_path / "results"),
    }
    for artifact, folder in folders.values():
        folder.mkdir()
        artifact.uri = str(folder)
    write_best_hyperparameters(search, {key: [made] for key, (made, _) in folders.items()})
    (best,) = (tmp_path / "best").iterdir()

    fn_args = digits.fn_args(tmp_path, *RESIDUAL_CNN)
    fn_args.hyperparameters = json.loads(best.read_text())
    run_fn(fn_args)
    found = json.loads((tmp_path / "run" / "1" / "training.json").read_text())
    first = search.report()[0]
    values = first["values"]
    assert found["training"]["learning_rate"] == values["training.learning_rate"]
    assert found["training"]["augmentation"]["shift"] == values["training.augmentation.shift"]
    assert found["model"]["options"] == RESIDUAL_CNN[1] | {"width": values["model.options.width"]}
    assert found["epochs"][-1]["eval_loss"] == pytest.approx(first["score"], rel=1e-4)


def test_a_trial_that_diverges_is_passed_over(sentences, tmp_path):
    rates = {"kind": "choice", "values": [0.01, 1e30]}
    search = searched(sentences, tmp_path, fields={"training.learning_rate": rates})
    best, failed = search.report()
    assert best["values"] == {"training.learning_rate": 0.01}
    assert failed["score"] is None
    assert "the loss became nan" in failed["failure"]


def test_a_killed_trial_goes_on_within_its_training(sentences, tmp_path, monkeypatch):
    """Four epochs in two starts, killed after the third, are five in all: one is made twice."""
    begun = []

    def kill(self, epoch, logs=None):
        begun.append(epoch)
        if begun == [0, 1, 2]:
            raise KeyboardInterrupt
        self._began = 0.0

    monkeypatch.setattr(fit.Progress, "on_epoch_begin", kill)
    tuning = {"trials": 1, "epochs": 4}
    with pytest.raises(KeyboardInterrupt):
        searched(sentences, tmp_path, **tuning)
    assert list(Path(tmp_path, "Tuner").rglob("state.npz"))
    searched(sentences, tmp_path, **tuning)
    assert begun == [0, 1, 2, 2, 3]


def test_a_search_is_named_by_what_is_searched_and_trained(sentences, tmp_path):
    """A node that is started again finds its search, and no other's."""
    first, again, other_trials, other_training = (
        tuner_fn(arguments(sentences, tmp_path, tuning, batch_size=size)).tuner.project_dir
        for tuning, size in (({}, 16), ({}, 16), ({"trials": 9}, 16), ({}, 8))
    )
    assert first == again
    assert len({first, other_trials, other_training}) == 3
    assert Path(first).parent == tmp_path / "Tuner" / FOLDER
