"""Half precision is for machines that multiply it in hardware."""

import keras
import pytest
import tensorflow as tf

from components.trainer import precision

CPU_WITH_AMX = "flags\t\t: fpu sse2 amx_bf16 avx512_fp16 amx_tile\n"
CPU_WITHOUT = "flags\t\t: fpu sse2 avx2\n"


@pytest.fixture
def machine(tmp_path):
    """Returns a function that makes a machine's root folder, with what it says of its CPU."""

    def make(cpu: str) -> str:
        (tmp_path / "proc").mkdir()
        (tmp_path / "proc/cpuinfo").write_text(cpu)
        return str(tmp_path)

    return make


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ([(9, 0)], "mixed_float16"),
        ([(7, 0)], "mixed_float16"),
        ([(6, 1)], "float32"),
        ([(9, 0), (6, 1)], "float32"),
        ([None], "float32"),
    ],
)
def test_auto_takes_float16_where_every_gpu_has_tensor_cores(
    monkeypatch, machine, capabilities, expected
):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: capabilities)
    monkeypatch.setattr(
        tf.config.experimental,
        "get_device_details",
        lambda capability: {"compute_capability": capability} if capability else {},
    )
    found = precision.resolve("auto", convolutional=True, root=machine(CPU_WITH_AMX))
    assert found == expected


@pytest.mark.parametrize(
    ("cpu", "convolutional", "expected"),
    [
        (CPU_WITH_AMX, True, "mixed_bfloat16"),
        (CPU_WITH_AMX, False, "float32"),
        (CPU_WITHOUT, True, "float32"),
    ],
)
def test_auto_takes_bfloat16_for_convolutions_on_a_cpu_that_multiplies_it(
    monkeypatch, machine, cpu, convolutional, expected
):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    found = precision.resolve("auto", convolutional=convolutional, root=machine(cpu))
    assert found == expected


def test_auto_takes_float32_on_a_system_that_does_not_tell_of_its_cpu(monkeypatch, tmp_path):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert precision.resolve("auto", convolutional=True, root=str(tmp_path)) == "float32"


def test_a_named_precision_is_taken_as_it_is():
    assert precision.resolve("mixed_bfloat16", convolutional=False) == "mixed_bfloat16"


def test_a_policy_ends_with_its_block_even_after_an_error():
    with pytest.raises(ValueError), precision.policy("mixed_float16"):
        assert keras.config.dtype_policy().name == "mixed_float16"
        raise ValueError
    assert keras.config.dtype_policy().name == "float32"
