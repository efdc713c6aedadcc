"""Training: `run_fn` for TFX's Trainer, `tuner_fn` for its Tuner, and hashes of what they run."""

from components.source_hash import source_hash


def code_hash(model_name: str, *modules: str) -> str:
    """Hashes what trains a model: modules, what they import, and this one architecture.

    Other architectures are left out, so editing one re-runs only the tasks that use it.

    Args:
      model_name: an architecture's name, such as `text_cnn`.
      modules: names in this folder, such as `run_fn`.

    Returns:
      16 hexadecimal digits.

    Raises:
      ModuleNotFoundError: there is no such architecture, or module.
    """
    return source_hash(
        f"components.trainer.models.{model_name}",
        *(f"components.trainer.{module}" for module in modules),
    )
