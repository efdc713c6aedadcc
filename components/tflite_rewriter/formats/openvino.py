"""OpenVINO, Intel's runtime: weights in half precision, which is its default, in two files."""

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import tensorflow as tf

from components.tflite_rewriter.answers import Answer
from components.tflite_rewriter.job import Job
from components.tflite_rewriter.network import SIGNATURE

PACKAGES = ("openvino",)


def convert(job: Job, target: Path) -> None:
    """Converts a SavedModel's signature `tflite`."""
    openvino = _import()
    loaded = tf.saved_model.load(job.saved_model)
    openvino.save_model(openvino.convert_model(loaded.signatures[SIGNATURE]), str(target))


def open_model(model: Path, threads: int) -> Answer:
    """Opens an `.xml` file, and the `.bin` beside it, of one input and one output.

    It computes in float32. On processors that multiply bfloat16, OpenVINO would take that by
    itself, and answer otherwise than elsewhere.
    """
    compiled = (
        _import()
        .Core()
        .compile_model(
            str(model),
            "CPU",
            {
                "INFERENCE_NUM_THREADS": threads,
                "NUM_STREAMS": 1,
                "INFERENCE_PRECISION_HINT": "f32",
            },
        )
    )
    request = compiled.create_infer_request()

    def answer(example: np.ndarray) -> np.ndarray:
        return request.infer({0: example[np.newaxis]})[0][0].copy()

    return answer


def _import() -> ModuleType:
    # Else it reports each import and each conversion to its makers.
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    import openvino

    return openvino
