"""A search chooses, keeps its state, and lets a trial fail, whatever a trial trains."""

import logging
from pathlib import Path

import pytest

from components.errors import InputError
from components.trainer.tuning.search import Search

# KerasTuner's own.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore:{name}.*:DeprecationWarning")
    for name in ("currentThread", "getName")
]

TUNING = {
    "fields": {
        "training.learning_rate": {"kind": "log_range", "low": 1e-4, "high": 1e-1},
        "model.options.width": {"kind": "choice", "values": [16, 32]},
    },
    "algorithm": "random",
    "trials": 5,
    "epochs": None,
    "objective": "eval_accuracy",
}


class Trainer:
    """Stands for a training: the larger the learning rate, the better."""

    def __init__(self):
        self.calls = []

    def __call__(self, values, epochs, backup):
        self.calls.append((values, epochs))
        return min(1.0, values["training.learning_rate"] * 10)


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / "node" / ".search" / "abc")


@pytest.fixture
def searched(folder):
    """Returns a function that searches to the end."""

    def search(train, epochs=9, seed=1, **tuning):
        made = Search(folder, TUNING | tuning, epochs, seed, train)
        made.search()
        return made

    return search


@pytest.fixture
def lines():
    """What is said of progress."""
    said = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    logger = logging.getLogger("progress")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield said
    logger.removeHandler(handler)


@pytest.mark.parametrize("algorithm", ["random", "bayesian"])
@pytest.mark.parametrize("seed", [0, 7])
def test_a_seed_makes_a_search_repeatable(searched, algorithm, seed):
    trainers = []
    for _ in range(2):
        train = Trainer()
        searched(train, seed=seed, algorithm=algorithm, trials=8).discard()
        trainers.append(train.calls)
    assert trainers[0] == trainers[1]
    assert len(trainers[0]) > 5


def test_another_seed_makes_another_search(searched):
    first, second = Trainer(), Trainer()
    searched(first, seed=1).discard()
    searched(second, seed=2)
    assert first.calls != second.calls


def test_the_report_has_every_trial_the_best_first(searched):
    train = Trainer()
    report = searched(train).report()
    assert len(report) == 5
    scores = [trial["score"] for trial in report]
    assert scores == sorted(scores, reverse=True)
    assert {trial["epochs"] for trial in report} == {9}
    tried = [values for values, _ in train.calls]
    assert all(trial["values"] in tried for trial in report)


def test_a_loss_is_better_the_smaller_it_is(searched):
    report = searched(Trainer(), objective="eval_loss").report()
    assert report[0]["score"] == min(trial["score"] for trial in report)


def test_each_trial_is_one_line_and_the_outcome_another(searched, lines):
    report = searched(Trainer()).report()
    assert [line.split(":")[0] for line in lines] == [
        *(f"trial {n}/5" for n in range(1, 6)),
        "best of 5 trials",
    ]
    assert lines[0].startswith("trial 1/5: learning_rate 0.")
    assert ", width " in lines[0]
    assert lines[4].endswith(f"(best {report[0]['score']:.3f})")
    best = report[0]["values"]["training.learning_rate"]
    assert f"eval accuracy {report[0]['score']:.3f} with learning_rate {best}" in lines[5]


def test_what_a_training_says_names_its_trial(searched, lines):
    def train(values, epochs, backup):
        logging.getLogger("progress").info("epoch %d/%d", 1, epochs)
        return 0.5

    searched(train, trials=2)
    assert [line for line in lines if "epoch 1" in line] == [
        "trial 1/2, epoch 1/9",
        "trial 2/2, epoch 1/9",
    ]


def test_a_trial_that_fails_is_passed_over_and_told(searched, lines):
    """Were it the first three in a row, KerasTuner would give up by itself."""
    calls = []

    def train(values, epochs, backup):
        calls.append(values)
        if len(calls) < 5:
            raise InputError("the loss became nan")
        return 0.5

    report = searched(train).report()
    assert [trial["score"] for trial in report] == [0.5, None, None, None, None]
    assert report[1]["failure"] == "the loss became nan"
    assert report[0]["failure"] is None
    assert lines[0].endswith(": failed: the loss became nan")


def test_a_score_that_is_no_number_is_a_failure(searched):
    scores = iter([float("inf"), float("nan"), 0.5, 0.4, 0.3])
    report = searched(lambda *_: next(scores), objective="eval_loss").report()
    assert [trial["score"] for trial in report] == [0.3, 0.4, 0.5, None, None]
    assert "the eval loss became" in report[4]["failure"]


def test_where_every_trial_fails_the_user_is_told_and_may_try_again(searched, folder):
    def train(values, epochs, backup):
        raise ValueError("width must be even")

    with pytest.raises(InputError, match=r"none of 5 trials could be trained.*width must be even"):
        searched(train)
    assert not Path(folder).parent.exists()
    assert len(searched(Trainer()).report()) == 5


def test_a_defect_is_no_failed_trial(searched):
    def train(values, epochs, backup):
        raise AttributeError("a defect")

    with pytest.raises(Exception, match="AttributeError: a defect"):
        searched(train)


@pytest.mark.parametrize("algorithm", ["random", "hyperband"])
def test_a_killed_search_goes_on_where_it_was(searched, tmp_path, folder, algorithm):
    tuning = {"algorithm": algorithm, "trials": None if algorithm == "hyperband" else 5}
    alone = Trainer()
    expected = searched(alone, **tuning)
    report = expected.report()
    expected.discard()

    class Killed(Trainer):
        def __call__(self, values, epochs, backup):
            if len(self.calls) == 3:
                raise KeyboardInterrupt
            return super().__call__(values, epochs, backup)

    killed, after = Killed(), Trainer()
    with pytest.raises(KeyboardInterrupt):
        searched(killed, **tuning)
    assert searched(after, **tuning).report() == report
    assert killed.calls + after.calls == alone.calls


def test_state_that_is_half_written_is_of_no_use(searched, folder):
    searched(Trainer())
    state = Path(folder) / "oracle.json"
    state.write_text(state.read_text()[:100])
    train = Trainer()
    assert len(searched(train).report()) == len(train.calls) == 5


def test_what_was_tried_is_not_trained_again(searched):
    """Bayesian search likes to come back to a corner."""
    fields = {"training.learning_rate": {"kind": "choice", "values": [0.01, 0.02]}}
    train = Trainer()
    report = searched(train, fields=fields, algorithm="bayesian", trials=8).report()
    assert len(train.calls) == 2
    assert report[0]["score"] == 0.2


def test_hyperband_trains_few_for_long_and_says_how_many_there_will_be(searched, lines):
    train = Trainer()
    report = searched(train, algorithm="hyperband", trials=None).report()
    epochs = sorted({epochs for _, epochs in train.calls})
    assert epochs == [1, 3, 9]
    counts = [sum(e == n for _, e in train.calls) for n in epochs]
    assert counts[0] > counts[1]
    assert lines[0].startswith(f"trial 1/{len(report)}: ")
    assert lines[-1].startswith(f"best of {len(report)} trials: ")


def test_a_search_ends_when_there_is_nothing_left_to_try(searched):
    fields = {"training.learning_rate": {"kind": "choice", "values": [0.01, 0.02, 0.03]}}
    assert len(searched(Trainer(), fields=fields, trials=20).report()) == 3
