"""From ExampleGen's files to batches: read, transform in parallel, keep in memory, augment.

Decoded images never touch the disk. What fits is kept in memory after the first epoch; beyond
that the transform runs anew each epoch, on all cores, ahead of the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components.errors import InputError
from components.features import IMAGE, LABEL, SOURCE, TEXT
from components.trainer.augmentation import augment

_KEPT_BYTES = 2**30
_SHUFFLED_RECORDS = 10_000
_READ_AT_ONCE = 256


def class_names(schema_path: str) -> list[str]:
    """Returns the classes in the order of their indices: the domain of `label`, sorted.

    Args:
      schema_path: a schema in text format.

    Raises:
      InputError: the schema gives `label` no domain of strings, or a class name is not one line.
    """
    with tf.io.gfile.GFile(schema_path) as file:
        schema = text_format.Parse(file.read(), schema_pb2.Schema())
    shared = {domain.name: domain.value for domain in schema.string_domain}
    names = sorted(
        name
        for feature in schema.feature
        if feature.name == LABEL
        for name in shared.get(feature.domain, feature.string_domain.value)
    )
    if not names:
        raise InputError(f"{schema_path}: feature {LABEL!r} has no string_domain to name classes")
    for name in names:
        if name.splitlines() != [name]:
            raise InputError(f"{schema_path}: class {name!r} of {LABEL!r} must be one line of text")
    return names


def raw_feature(transform: tft.TFTransformOutput) -> str:
    """Returns the name of the raw feature that the model is fed from: `image` or `text`."""
    return IMAGE if IMAGE in transform.raw_feature_spec() else TEXT


@dataclass(frozen=True)
class Split:
    """The examples of one split: what ExampleGen wrote, the transform, and the classes' names."""

    files: Sequence[str]
    """Patterns of gzipped TFRecord files of serialized `tf.Example`."""
    transform: tft.TFTransformOutput
    classes: Sequence[str]

    @cached_property
    def size(self) -> int:
        """The number of examples.

        Raises:
          InputError: there are none, or one has a label that is not among the classes.
        """
        spec = {name: self.transform.raw_feature_spec()[name] for name in (LABEL, SOURCE)}
        size = 0
        for batch in self._records.batch(_READ_AT_ONCE):
            examples = tf.io.parse_example(batch, spec)
            unknown = tf.reduce_max(self._one_hot(examples[LABEL]), axis=1) == 0
            if tf.reduce_any(unknown):
                label = examples[LABEL][unknown].numpy().flat[0].decode()
                source = examples[SOURCE][unknown].numpy().flat[0].decode()
                raise InputError(
                    f"{source}: label {label!r} is not in the schema's domain of {LABEL!r}; "
                    f"valid: {', '.join(self.classes)}"
                )
            size += len(batch)
        if not size:
            raise InputError(f"no examples in {', '.join(self.files)}: the split is too small")
        return size

    def evaluation_batches(self, batch_size: int) -> tf.data.Dataset:
        """Returns every example once, in order.

        Returns:
          Batches of (transformed feature [batch, ...], one-hot float32 [batch, classes]).
        """
        # Keras warns where it is not told how many batches will come.
        records = self._records.apply(tf.data.experimental.assert_cardinality(self.size))
        batches = self._transformed(records.batch(batch_size))
        return (batches.cache() if self._fits(batches) else batches).prefetch(tf.data.AUTOTUNE)

    def training_batches(
        self, batch_size: int, augmentation: dict[str, Any], seed: int
    ) -> tf.data.Dataset:
        """Returns the examples without end, shuffled anew each pass, and changed by chance.

        Args:
          batch_size: examples a batch, always whole: a pass may begin within a batch.
          augmentation: settings of `augment`; ignored for texts.
          seed: the same seed gives the same batches.

        Returns:
          Batches as in `evaluation_batches`.
        """
        kept = self._transformed(self._records.batch(_READ_AT_ONCE))
        if self._fits(kept):
            examples = kept.unbatch().cache().shuffle(self.size, seed)
            batches = examples.repeat().batch(batch_size)
        else:
            records = self._records.shuffle(_SHUFFLED_RECORDS, seed)
            batches = self._transformed(records.repeat().batch(batch_size))
        if raw_feature(self.transform) == IMAGE:
            seeds = tf.data.Dataset.random(seed).batch(2)
            change = partial(_augment_batch, augmentation)
            batches = tf.data.Dataset.zip(batches, seeds).map(change, tf.data.AUTOTUNE)
        return batches.prefetch(tf.data.AUTOTUNE)

    @cached_property
    def _records(self) -> tf.data.Dataset:
        paths = sorted(path for pattern in self.files for path in tf.io.gfile.glob(pattern))
        return tf.data.TFRecordDataset(paths, compression_type="GZIP")

    def _transformed(self, batches: tf.data.Dataset) -> tf.data.Dataset:
        raw = raw_feature(self.transform)
        spec = {name: self.transform.raw_feature_spec()[name] for name in (raw, LABEL)}
        layer = self.transform.transform_features_layer()

        # Nothing here needs AutoGraph, and its rewriting of library code takes seconds.
        @tf.autograph.experimental.do_not_convert
        def transform(serialized: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            examples = tf.io.parse_example(serialized, spec)
            (feature,) = layer({raw: examples[raw]}).values()
            return feature, self._one_hot(examples[LABEL])

        return batches.map(transform, tf.data.AUTOTUNE)

    def _one_hot(self, labels: tf.Tensor) -> tf.Tensor:
        """Returns float32 [batch, classes], all zero for a label that is no class."""
        return tf.cast(tf.reshape(labels, [-1, 1]) == [self.classes], tf.float32)

    def _fits(self, batches: tf.data.Dataset) -> bool:
        feature, _ = batches.element_spec
        return self.size * feature.shape[1:].num_elements() * feature.dtype.size <= _KEPT_BYTES


@tf.autograph.experimental.do_not_convert
def _augment_batch(
    settings: dict[str, Any], batch: tuple[tf.Tensor, tf.Tensor], seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    images, labels = batch
    return augment(images, seed, **settings), labels
