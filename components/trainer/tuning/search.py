"""KerasTuner's search over trainings of ours: it chooses the settings, and the rest is `fit`'s."""

import logging
import math
import os
from collections.abc import Callable
from typing import Any

import keras_tuner
import tensorflow as tf
from keras_tuner.engine.base_tuner import BaseTuner
from keras_tuner.engine.trial import Trial, TrialStatus
from keras_tuner.errors import FailedTrialError, FatalError

from components.errors import InputError
from components.trainer.progress import prefixed
from components.trainer.tuning import search_space

DIRECTIONS = {"eval_accuracy": "max", "eval_loss": "min"}
_TRIALS = 10
_FACTOR = 3
# What settings that don't go together, or with the machine, come to; anything else is a defect.
_FAILURES = (InputError, ValueError, TypeError, tf.errors.ResourceExhaustedError)
_logger = logging.getLogger("progress")

Train = Callable[[dict[str, Any], int, str], float]
"""From the values of settings, the epochs and a file for backups to the score."""


class Search(BaseTuner):
    """Runs trial after trial, one line of progress each.

    What a trial trains is up to `train`. A trial whose settings were tried before scores the same
    and is not trained again. One that fails is passed over.
    """

    def __init__(
        self, folder: str, tuning: dict[str, Any], epochs: int, seed: int, train: Train
    ) -> None:
        """Takes up what an earlier search left in its folder.

        Args:
          folder: where the search keeps its state, from trial to trial.
          tuning: the fields of `Tuning`.
          epochs: of a trial; Hyperband gives most of them fewer.
          seed: the same seed gives the same search.
          train: trains a model and returns its score.
        """
        self._folder = folder
        self._epochs = epochs
        self._train = train
        self._reason = ""
        parent, name = os.path.split(folder)
        try:
            super().__init__(_oracle(tuning, epochs, seed), directory=parent, project_name=name)
        except (ValueError, KeyError, RuntimeError) as error:
            # KerasTuner writes its files in place: one may be half written.
            _logger.warning("the state of an earlier search is of no use: %s", error)
            self.discard()
            super().__init__(_oracle(tuning, epochs, seed), directory=parent, project_name=name)

    def run_trial(self, trial: Trial) -> float:
        """Trains and returns the score."""
        values = search_space.chosen(trial.hyperparameters.get_config())
        epochs = self._epochs_of(trial)
        known = self._score_of(values, epochs)
        if known is not None:
            return known
        backup = os.path.join(self.get_trial_dir(trial.trial_id), "backup", "state.npz")
        try:
            with prefixed(f"trial {self._number(trial)}, "):
                score = self._train(values, epochs, backup)
            if not math.isfinite(score):
                raise InputError(f"the {self._objective} became {score}")
        except _FAILURES as error:
            self._reason = str(error)
            raise FailedTrialError(self._reason) from error
        except Exception as error:
            raise FatalError(f"{type(error).__name__}: {error}") from error
        return score

    def on_trial_end(self, trial: Trial) -> None:
        """Keeps the outcome, and says it."""
        completed = trial.status == TrialStatus.COMPLETED
        # KerasTuner would keep a whole traceback.
        trial.message = None if completed else self._reason
        super().on_trial_end(trial)
        values = search_space.chosen(trial.hyperparameters.get_config())
        line = f"trial {self._number(trial)}: {search_space.in_words(values)}"
        if completed:
            best, score = self._best().score, self.oracle.trials[trial.trial_id].score
            _logger.info("%s: %s %.3f (best %.3f)", line, self._objective, score, best)
        else:
            _logger.info("%s: failed: %s", line, trial.message)

    def on_search_end(self) -> None:
        """Says what the search came to.

        Raises:
          InputError: no trial could be trained. The search is forgotten, to be begun anew.
        """
        best, count = self._best(), len(self.oracle.trials)
        if best.status != TrialStatus.COMPLETED:
            self.discard()
            raise InputError(
                f"Task.tuning: none of {count} trials could be trained; one of them: {best.message}"
            )
        values = search_space.chosen(best.hyperparameters.get_config())
        _logger.info(
            "best of %d trials: %s %.3f with %s",
            count,
            self._objective,
            best.score,
            search_space.in_words(values),
        )

    def report(self) -> list[dict[str, Any]]:
        """Returns what each trial came to, the best first and those that failed last."""
        return [
            {
                "values": search_space.chosen(trial.hyperparameters.get_config()),
                "epochs": self._epochs_of(trial),
                "score": trial.score,
                "failure": trial.message,
            }
            for trial in self.oracle.get_best_trials(self.oracle.max_trials)
            if trial.status in (TrialStatus.COMPLETED, TrialStatus.FAILED)
        ]

    def discard(self) -> None:
        """Removes what the search kept, and what any before it left for good."""
        if tf.io.gfile.exists(os.path.dirname(self._folder)):
            tf.io.gfile.rmtree(os.path.dirname(self._folder))

    @property
    def _objective(self) -> str:
        return self.oracle.objective.name.replace("_", " ")

    def _best(self) -> Trial:
        return self.oracle.get_best_trials(1)[0]

    def _score_of(self, values: dict[str, Any], epochs: int) -> float | None:
        return next(
            (
                trial.score
                for trial in self.oracle.trials.values()
                if trial.score is not None
                and self._epochs_of(trial) == epochs
                and search_space.chosen(trial.hyperparameters.get_config()) == values
            ),
            None,
        )

    def _number(self, trial: Trial) -> str:
        return f"{int(trial.trial_id) + 1}/{self.oracle.max_trials}"

    def _epochs_of(self, trial: Trial) -> int:
        return trial.hyperparameters.values.get("tuner/epochs", self._epochs)


def _oracle(tuning: dict[str, Any], epochs: int, seed: int) -> keras_tuner.Oracle:
    """Makes what chooses the settings.

    Sources: Bergstra and Bengio, 2012, "Random Search for Hyper-Parameter Optimization"; Snoek,
    Larochelle and Adams, 2012, "Practical Bayesian Optimization of Machine Learning Algorithms";
    Li et al., 2018, "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization". A
    trial that Hyperband takes into the next round is trained from its beginning, since the
    learning rate's schedule goes by the number of epochs.
    """
    objective = tuning["objective"]
    settings: dict[str, Any] = {
        "objective": keras_tuner.Objective(objective, DIRECTIONS[objective]),
        "hyperparameters": search_space.declare(tuning["fields"]),
        # KerasTuner takes 0 for none.
        "seed": seed + 1,
        # However many fail one after the other, the next may not.
        "max_consecutive_failed_trials": None,
    }
    if tuning["algorithm"] == "hyperband":
        oracle = keras_tuner.oracles.HyperbandOracle(max_epochs=epochs, factor=_FACTOR, **settings)
        # TFX asks for it, and so does whoever waits.
        oracle.max_trials = sum(
            oracle._get_size(bracket, number)
            for bracket in range(oracle._get_num_brackets())
            for number in range(oracle._get_num_rounds(bracket))
        )
    else:
        kinds = {
            "random": keras_tuner.oracles.RandomSearchOracle,
            "bayesian": keras_tuner.oracles.BayesianOptimizationOracle,
        }
        oracle = kinds[tuning["algorithm"]](max_trials=tuning["trials"] or _TRIALS, **settings)
    oracle.verbose = 0
    return oracle
