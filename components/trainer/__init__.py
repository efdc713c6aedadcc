"""Training: `run_fn` for TFX's Trainer, and a hash of the code that a model's training runs."""

from components.source_hash import source_hash


def code_hash(model_name: str) -> str:
    """Hashes what trains a model: `run_fn`, what it imports, and this one architecture.

    Other architectures are left out, so editing one re-runs only the tasks that use it.

    Args:
      model_name: an architecture's name, such as `text_cnn`.

    Returns:
      16 hexadecimal digits.

    Raises:
      ModuleNotFoundError: there is no such architecture.
    """
    return source_hash("components.trainer.run_fn", f"components.trainer.models.{model_name}")
