"""Claims about which variants can be asked for."""

import pytest

from components.errors import InputError
from components.tflite_rewriter import variants
from components.tflite_rewriter.variants import require


def test_the_phone_s_variants_need_nothing_more():
    """All four come with TensorFlow."""
    require(["float32", "float16", "dynamic_range", "int8"])


def test_an_unknown_variant_is_named_with_the_valid_ones():
    """A misspelt name is told before anything runs."""
    with pytest.raises(InputError, match=r"no variant 'int4'; valid: float32, float16"):
        require(["float32", "int4"])


@pytest.mark.parametrize(
    ("name", "package"), [("onnx", "tf2onnx, onnxruntime"), ("openvino", "openvino")]
)
def test_a_missing_extra_is_told_with_the_command_that_installs_it(monkeypatch, name, package):
    """The user learns which packages are missing, and how to get them."""
    missing = package.split(", ")
    monkeypatch.setattr(variants, "find_spec", lambda each: None if each in missing else True)
    with pytest.raises(InputError) as error:
        require(["float32", name])
    assert f"needs {package}" in str(error.value)
    assert f"'.[{name}]'" in str(error.value)


def test_a_phone_gets_a_model_of_its_own_format(monkeypatch):
    """Other formats alone leave nothing to bless."""
    monkeypatch.setattr(variants, "find_spec", lambda each: True)
    with pytest.raises(InputError, match="none for phones"):
        require(["onnx"])
