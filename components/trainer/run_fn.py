"""What TFX's Trainer calls: reads, builds, fits, exports."""

import keras
from tfx.components.trainer.fn_args_utils import FnArgs

from components import keras_model
from components.trainer import backup, precision, signatures
from components.trainer.fit import fit, steps_per_epoch
from components.trainer.input_data import splits
from components.trainer.plain_layers import plain
from components.trainer.prepare import build, prepare
from components.trainer.report import write_report
from components.trainer.tuning import search_space


def run_fn(fn_args: FnArgs) -> None:
    """Trains a model and exports it; goes on where a training like it was killed.

    Args:
      fn_args: TFX's files and folders. `custom_config` holds `model` (name and options),
        `training` (the fields of `Training`) and `seed`; `base_model`, if there is one, the model
        to begin with; `hyperparameters`, if there was a search, the values that it found, which
        take the place of those settings. The SavedModel goes to `serving_model_dir`;
        TensorBoard's logs, the network as `model.keras`, and `training.json`, which holds the
        settings in effect and every epoch's figures, to `model_run_dir`, with a picture of the
        latter.

    Raises:
      InputError: the schema or the examples don't fit the task, or the loss diverges.
    """
    config = fn_args.custom_config
    if fn_args.hyperparameters:
        config = search_space.apply(config, search_space.chosen(fn_args.hyperparameters))
    settings, training, seed = config["model"], config["training"], config["seed"]
    train, evaluation = splits(fn_args, training)
    transform, classes = train.transform, train.classes

    prepared = prepare(config, transform, classes, fn_args.base_model)
    model = prepared.model
    backup_path = backup.backup_path(fn_args)
    epochs = fit(
        model,
        prepared.phases,
        training,
        train,
        evaluation,
        seed=seed,
        backup_path=backup_path,
        callbacks=[keras.callbacks.TensorBoard(fn_args.model_run_dir, write_graph=False)],
    )

    with precision.policy("float32"):
        served = build(settings, transform, len(classes))
    served.set_weights(model.get_weights())
    signatures.export(served, transform, classes, fn_args.serving_model_dir)
    keras_model.write(plain(served), fn_args.model_run_dir)
    write_report(
        fn_args.model_run_dir,
        {
            "model": settings,
            "training": training,
            "seed": seed,
            "classes": classes,
            "precision": prepared.precision,
            "warm_start": prepared.warm,
            "phases": [phase.name for phase in prepared.phases],
            "parameters": model.count_params(),
            "train_examples": train.size,
            "eval_examples": evaluation.size,
            "steps_per_epoch": steps_per_epoch(training, train),
        },
        epochs,
    )
    backup.discard(backup_path)
