"""TensorFlow Lite: the phone's format, with built-in operations only.

Four variants. `float32` is the network as it is; `float16` keeps the weights in half precision;
`dynamic_range` keeps them as 8-bit integers, each channel with a scale of its own, and quantises
what flows between layers anew for each example; `int8` computes in integers throughout, with
ranges that come from training examples, and in float where there is no integer kernel. Of texts it
quantises the looked-up vectors and what follows; recurrent layers crash the converter. All four
take and answer the same tensors in float32 (token ids in int32), so that an app can swap one for
another: integers at both ends made a residual network neither smaller nor faster.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

from components.tflite_rewriter.answers import Answer
from components.tflite_rewriter.contract import Contract
from components.tflite_rewriter.job import Job
from components.tflite_rewriter.metadata import with_metadata
from components.tflite_rewriter.network import SIGNATURE

PACKAGES = ("tensorflow",)


def convert(job: Job, target: Path) -> None:
    """Converts a SavedModel's signature `tflite`.

    Raises:
      Exception: whatever the converter raises; it may also abort the process.
    """
    converter = tf.lite.TFLiteConverter.from_saved_model(
        job.saved_model, signature_keys=[SIGNATURE]
    )
    if job.variant != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if job.variant == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if job.variant == "int8":
        converter.representative_dataset = lambda: _representative(job)
    target.write_bytes(with_metadata(converter.convert(), Path(job.contract)))


def open_model(model: Path, threads: int) -> Answer:
    """Opens a `.tflite` file of one input and one output.

    Raises:
      ValueError: the file is no model.
    """
    interpreter = tf.lite.Interpreter(str(model), num_threads=threads)
    interpreter.allocate_tensors()
    (taken,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()

    def answer(example: np.ndarray) -> np.ndarray:
        interpreter.set_tensor(taken["index"], example[np.newaxis])
        interpreter.invoke()
        return interpreter.get_tensor(given["index"])[0]

    return answer


def _representative(job: Job) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    name = Contract.read(Path(job.contract)).input.name
    for example in np.load(job.representative, mmap_mode="r"):
        yield SIGNATURE, {name: example[np.newaxis]}
