"""The network as a device runs it: on one example, and on the plain pixels of an image.

With a batch of one all shapes are known. Else the converter leaves in what computes them, and
XNNPACK, which runs most of a network, leaves out what depends on them: int8 of the largest residual
network, whose attention is full of it, took 0.78 of float32's time, and 0.33 with known shapes.

The standardisation of images is in the network, too. Forgotten or wrong, it is the classic mistake
in apps: nothing fails, and the answers are bad. In the network it costs neither size nor time, and
MediaPipe, which knows only one mean for all channels, takes the model.
"""

import numpy as np
import tensorflow as tf

from components.tflite_rewriter.network import PROBABILITIES, SIGNATURE
from components.tflite_rewriter.standardisation import Standardisation


def write_device_network(
    saved_model: str, standardisation: Standardisation | None, folder: str
) -> None:
    """Writes a SavedModel with the signature `tflite` alone.

    Args:
      saved_model: folder of one whose signature `tflite` takes any number of transformed examples.
      standardisation: of images: what makes the transformed of the plain ones.
      folder: where to.
    """
    loaded = tf.saved_model.load(saved_model)
    signature = loaded.signatures[SIGNATURE]
    ((name, spec),) = signature.structured_input_signature[1].items()
    one = tf.TensorSpec([1, *spec.shape[1:]], spec.dtype, name)

    @tf.function(input_signature=[one], autograph=False)
    def network(values: tf.Tensor) -> dict[str, tf.Tensor]:
        transformed = _standardised(values, standardisation) if standardisation else values
        return {PROBABILITIES: signature(**{name: transformed})[PROBABILITIES]}

    module = tf.Module()
    module.loaded, module.network = loaded, network
    tf.saved_model.save(module, folder, {SIGNATURE: network})


def _standardised(pixels: tf.Tensor, standardisation: Standardisation) -> tf.Tensor:
    # A convolution of one pixel: as integers it rounds once, where a difference and a quotient
    # would round twice.
    mean, deviation = np.array(standardisation.mean), np.array(standardisation.deviation)
    kernel = (1 / deviation).astype(np.float32)[np.newaxis, np.newaxis, :, np.newaxis]
    bias = (-mean / deviation).astype(np.float32)
    return tf.nn.depthwise_conv2d(pixels, kernel, [1, 1, 1, 1], "VALID") + bias
