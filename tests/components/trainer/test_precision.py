"""Half precision is for GPUs that have it."""

import keras
import pytest
import tensorflow as tf

from components.trainer import precision


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ([], "float32"),
        ([(9, 0)], "mixed_float16"),
        ([(7, 0)], "mixed_float16"),
        ([(6, 1)], "float32"),
        ([(9, 0), (6, 1)], "float32"),
        ([None], "float32"),
    ],
)
def test_auto_takes_float16_where_every_gpu_has_tensor_cores(monkeypatch, capabilities, expected):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: capabilities)
    monkeypatch.setattr(
        tf.config.experimental,
        "get_device_details",
        lambda capability: {"compute_capability": capability} if capability else {},
    )
    assert precision.resolve("auto") == expected


def test_a_named_precision_is_taken_as_it_is():
    assert precision.resolve("mixed_bfloat16") == "mixed_bfloat16"


def test_a_policy_ends_with_its_block_even_after_an_error():
    with pytest.raises(ValueError), precision.policy("mixed_float16"):
        assert keras.config.dtype_policy().name == "mixed_float16"
        raise ValueError
    assert keras.config.dtype_policy().name == "float32"
