"""The exported model: one SavedModel that takes raw data, with the transform inside.

Signatures, all in float32:

    serving_default     examples [n] (serialized tf.Example) → probabilities, all_classes
    predict             image_bytes or text [n] → label, probability, classes, probabilities
    transform_features  examples [n] → the transformed feature
    embed               examples [n] → embedding (what the head reads), probabilities
    tflite              the transformed feature [n, ...] → probabilities

Exported through `keras.export.ExportArchive` alone: of the ways there are, its SavedModels are the
ones that TFMA, Beam's RunInference and the TFLite converter all take.
"""

from collections.abc import Sequence

import keras
import tensorflow as tf
import tensorflow_transform as tft

from components.saved_model import EXAMPLES_INPUT, LABELS, PREDICT_INPUTS
from components.trainer.input_data import raw_feature
from components.trainer.models import HEAD


def export(
    model: keras.Model,
    transform: tft.TFTransformOutput,
    classes: Sequence[str],
    directory: str,
) -> None:
    """Writes the SavedModel, and the classes' names in `LABELS`.

    Args:
      model: from the transformed feature to probabilities, computing in float32.
      transform: what the Transform component made.
      classes: names in the order of the model's outputs.
      directory: must not exist yet; it appears whole or not at all.
    """
    raw = raw_feature(transform)
    raw_spec = transform.raw_feature_spec()[raw]
    ((feature, feature_spec),) = transform.transformed_feature_spec().items()
    transform_layer = transform.transform_features_layer()
    embedder = _embedder(model)
    # Private, but alone in reaching inside wrappers such as `Bidirectional`.
    recurrent_layers = [layer for layer in model._flatten_layers() if hasattr(layer, "use_cudnn")]
    for layer in recurrent_layers:
        # A graph traced for cuDNN on a GPU machine could not be served on a CPU.
        layer.use_cudnn = False

    def transformed(values: tf.Tensor) -> tf.Tensor:
        return transform_layer({raw: tf.reshape(values, [-1, *raw_spec.shape])})[feature]

    def parse(examples: tf.Tensor) -> tf.Tensor:
        return tf.io.parse_example(examples, {raw: raw_spec})[raw]

    def class_table(probabilities: tf.Tensor) -> tf.Tensor:
        return tf.tile(tf.constant([classes]), [tf.shape(probabilities)[0], 1])

    def serving_default(examples: tf.Tensor) -> dict[str, tf.Tensor]:
        probabilities = model(transformed(parse(examples)), training=False)
        # TFMA looks a label's index up in the output of this name.
        return {"probabilities": probabilities, "all_classes": class_table(probabilities)}

    def predict(values: tf.Tensor) -> dict[str, tf.Tensor]:
        probabilities = model(transformed(values), training=False)
        return {
            "label": tf.gather(classes, tf.argmax(probabilities, axis=1)),
            "probability": tf.reduce_max(probabilities, axis=1),
            "classes": class_table(probabilities),
            "probabilities": probabilities,
        }

    def transform_features(examples: tf.Tensor) -> dict[str, tf.Tensor]:
        return {feature: transformed(parse(examples))}

    def embed(examples: tf.Tensor) -> dict[str, tf.Tensor]:
        embedding, probabilities = embedder(transformed(parse(examples)), training=False)
        return {"embedding": embedding, "probabilities": probabilities}

    def tflite(values: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"probabilities": model(values, training=False)}

    # TFLite unrolls the state of a recurrent layer only for a batch of known size.
    batch = 1 if recurrent_layers else None
    # Telephones have no use for 64-bit token ids.
    dtype = tf.int32 if feature_spec.dtype == tf.int64 else feature_spec.dtype
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.track(transform_layer)
    for function, shape, of, name in (
        (serving_default, [None], tf.string, EXAMPLES_INPUT),
        (predict, [None], tf.string, PREDICT_INPUTS[raw]),
        (transform_features, [None], tf.string, EXAMPLES_INPUT),
        (embed, [None], tf.string, EXAMPLES_INPUT),
        (tflite, [batch, *feature_spec.shape], dtype, feature),
    ):
        archive.add_endpoint(function.__name__, function, [tf.TensorSpec(shape, of, name)])

    partial = f"{directory.rstrip('/')}.partial"
    if tf.io.gfile.exists(partial):
        tf.io.gfile.rmtree(partial)
    archive.write_out(partial, verbose=False)
    tf.io.gfile.makedirs(f"{partial}/assets.extra")
    with tf.io.gfile.GFile(f"{partial}/{LABELS}", "w") as file:
        file.write("".join(f"{name}\n" for name in classes))
    tf.io.gfile.rename(partial, directory)


def _embedder(model: keras.Model) -> keras.Model:
    """Returns a model that shares the weights, with what the head reads as first output."""
    read = [layer.input for layer in model.layers if layer.name.startswith(HEAD)]
    embedding = read[0] if len(read) == 1 else keras.layers.Concatenate()(read)
    return keras.Model(model.input, [embedding, model.output])
