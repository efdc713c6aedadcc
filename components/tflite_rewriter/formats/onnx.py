"""ONNX, which most runtimes on servers, desktops and browsers read: the network in float32."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from components.tflite_rewriter.answers import Answer
from components.tflite_rewriter.job import Job
from components.tflite_rewriter.network import SIGNATURE

PACKAGES = ("tf2onnx", "onnxruntime")
_OPERATION_SET = 17
"""Of 2022: what runtimes in the field read, and later than all that the networks need."""


def convert(job: Job, target: Path) -> None:
    """Converts a SavedModel's signature `tflite`."""
    import tf2onnx.convert

    loaded = tf.saved_model.load(job.saved_model)
    signature = loaded.signatures[SIGNATURE]
    ((name, spec),) = signature.structured_input_signature[1].items()
    spec = tf.TensorSpec(spec.shape, spec.dtype, name)
    function = tf.function(lambda tensor: signature(**{name: tensor}), input_signature=[spec])
    tf2onnx.convert.from_function(function, [spec], opset=_OPERATION_SET, output_path=str(target))


def open_model(model: Path, threads: int) -> Answer:
    """Opens an `.onnx` file of one input and one output."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, ["CPUExecutionProvider"])
    (taken,) = session.get_inputs()

    def answer(example: np.ndarray) -> np.ndarray:
        return session.run(None, {taken.name: example[np.newaxis]})[0][0]

    return answer
