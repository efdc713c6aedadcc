"""What TFX's Tuner calls: reads the data once, then trains one model a trial."""

import os
from typing import Any

import keras
from tfx.components.trainer.fn_args_utils import FnArgs
from tfx.components.tuner.component import TunerFnResult

from components.trainer import backup
from components.trainer.fit import fit
from components.trainer.input_data import splits
from components.trainer.prepare import prepare
from components.trainer.tuning import search_space
from components.trainer.tuning.search import Search

FOLDER = ".search"
_METRICS = {"eval_accuracy": "accuracy", "eval_loss": "loss"}


def tuner_fn(fn_args: FnArgs) -> TunerFnResult:
    """Makes the search over the settings that a task opens; goes on where one like it was killed.

    Each trial is the very training that `run_fn` would do with its settings, on the same splits
    and from the same seed; its score is that of the weights which would be served.

    Args:
      fn_args: TFX's files and folders. `custom_config` holds what `run_fn` takes, and `tuning`
        (the fields of `Tuning`); the search keeps its state under `working_dir`.

    Raises:
      InputError: the schema or the examples don't fit the task. The search raises it where no
        trial could be trained.
    """
    # TFX gives its Trainer both.
    fn_args.transform_output = fn_args.transform_graph_path
    config = fn_args.custom_config
    tuning, seed = config["tuning"], config["seed"]
    train, evaluation = splits(fn_args, config["training"])

    def train_one(values: dict[str, Any], epochs: int, backup_path: str) -> float:
        # Keras would hold on to the model of the trial before.
        keras.backend.clear_session()
        tuned = search_space.apply(config, values)
        training = tuned["training"] | {"epochs": epochs}
        prepared = prepare(tuned, train.transform, train.classes, fn_args.base_model)
        model = prepared.model
        fit(
            model,
            prepared.phases,
            training,
            train,
            evaluation,
            seed=seed,
            backup_path=backup_path,
        )
        batches = evaluation.evaluation_batches(
            training["batch_size"], replicas=model.distribute_strategy.num_replicas_in_sync
        )
        figures = model.evaluate(batches, verbose=0, return_dict=True)
        backup.discard(backup_path)
        return figures[_METRICS[tuning["objective"]]]

    folder = os.path.join(fn_args.working_dir, FOLDER, backup.fingerprint(fn_args))
    epochs = tuning["epochs"] or config["training"]["epochs"]
    return TunerFnResult(Search(folder, tuning, epochs, seed, train_one), {})
