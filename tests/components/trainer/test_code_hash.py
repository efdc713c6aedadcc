"""What the cache key sees of the trainer's code: all of it but the other architectures."""

import pytest

from components import source_hash
from components.trainer import code_hash


def closure(*modules: str) -> set[str]:
    return {path.name for path in source_hash._closure(modules)}


def test_run_fn_imports_the_trainer_but_no_architecture():
    names = closure("components.trainer.run_fn")
    assert {"signatures.py", "input_data.py", "augmentation.py", "token_ids.py"} <= names
    assert not {"text_cnn.py", "bilstm.py", "residual_cnn.py"} & names


def test_what_only_the_export_needs_does_not_make_a_search_run_anew():
    names = closure("components.trainer.tuning.component", "components.trainer.tuning.tuner_fn")
    assert {"fit.py", "input_data.py", "prepare.py", "search.py", "warm_start.py"} <= names
    assert not {"run_fn.py", "report.py", "curves.py"} & names


def test_architectures_have_different_hashes():
    assert len({code_hash(name, "run_fn") for name in ("text_cnn", "bilstm", "residual_cnn")}) == 3


def test_an_unknown_architecture_has_none():
    with pytest.raises(ModuleNotFoundError):
        code_hash("transformer_xxl", "run_fn")
