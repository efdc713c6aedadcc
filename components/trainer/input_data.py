"""From ExampleGen's files to batches: read, transform in parallel, keep in memory, augment.

Decoded images never touch the disk. What fits into the task's cache, and into half of the memory
that is free, is decoded once and kept; beyond that the transform runs anew each epoch, on all
cores, ahead of the model. The order of the examples and the changes that chance makes to them
depend on the seed and the step alone, so a training that is taken up in the middle sees what it
would have seen.
"""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.components.trainer.fn_args_utils import FnArgs

from components.errors import InputError
from components.features import IMAGE, LABEL, SOURCE, TEXT
from components.trainer import chance
from components.trainer.augmentation import CHANCES, augment, mixup
from components.trainer.memory import available_bytes

_KEPT_SHARE = 0.5
_PREFETCHED = 2
_CORES = os.cpu_count()
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
    cache_bytes: float = math.inf
    """Size up to which all decoded examples are kept in memory."""

    @cached_property
    def counts(self) -> np.ndarray:
        """The number of examples of each class, int64 [classes].

        Raises:
          InputError: there are none, or one has a label that is not among the classes.
        """
        spec = {name: self.transform.raw_feature_spec()[name] for name in (LABEL, SOURCE)}
        counts = np.zeros(len(self.classes), np.int64)
        for batch in self._records.batch(_READ_AT_ONCE):
            examples = tf.io.parse_example(batch, spec)
            labels = self._one_hot(examples[LABEL]).numpy()
            unknown = labels.max(axis=1) == 0
            if unknown.any():
                label = examples[LABEL].numpy()[unknown].flat[0].decode()
                source = examples[SOURCE].numpy()[unknown].flat[0].decode()
                raise InputError(
                    f"{source}: label {label!r} is not in the schema's domain of {LABEL!r}; "
                    f"valid: {', '.join(self.classes)}"
                )
            counts += labels.sum(axis=0).astype(np.int64)
        if not counts.any():
            raise InputError(f"no examples in {', '.join(self.files)}: the split is too small")
        return counts

    @property
    def size(self) -> int:
        """The number of examples. Raises as `counts` does."""
        return int(self.counts.sum())

    def class_weights(self) -> np.ndarray:
        """Weighs the classes so that each counts the same: float32 [classes].

        The mean over the examples is 1. A class without examples has weight 0.
        """
        present = np.count_nonzero(self.counts)
        weights = self.size / (present * np.maximum(self.counts, 1))
        return np.where(self.counts, weights, 0).astype(np.float32)

    def evaluation_batches(self, batch_size: int, *, replicas: int = 1) -> tf.data.Dataset:
        """Returns every example once, in order.

        Args:
          batch_size: examples a batch; the last may have fewer.
          replicas: devices that share a batch. Of several, Keras fails where one gets none: the
            last examples, which fill no batch, are then left out.

        Returns:
          Batches of (transformed feature [batch, ...], one-hot float32 [batch, classes]).
        """
        size = self.size
        if replicas > 1:
            batch_size = min(batch_size, size // replicas * replicas)
            size -= size % batch_size
        if self._kept:
            batches = tf.data.Dataset.range(size).batch(batch_size).map(self._choose)
        else:
            # Keras warns where it is not told how many batches will come.
            count = tf.data.experimental.assert_cardinality(size)
            batches = self._transformed(self._records.take(size).apply(count).batch(batch_size))
        return _ahead(batches)

    def training_batches(
        self,
        batch_size: int,
        augmentation: dict[str, Any],
        seed: int,
        *,
        first_step: int = 0,
        class_weights: np.ndarray | None = None,
    ) -> tf.data.Dataset:
        """Returns the examples without end, shuffled anew each pass, and changed by chance.

        Args:
          batch_size: examples a batch, always whole: a pass may begin within a batch.
          augmentation: the fields of `Augmentation`; ignored for texts.
          seed: the same seed gives the same batches.
          first_step: leaves out so many batches, and gives those that come after them.
          class_weights: float32 [classes], weights of the examples by their class.

        Returns:
          Batches as in `evaluation_batches`; where there are class weights, with float32 [batch],
          the weights of the examples.
        """
        first_pass, done = divmod(first_step * batch_size, self.size)
        passes = tf.data.Dataset.counter(first_pass)
        if self._kept:
            indices = tf.range(self.size, dtype=tf.int64)

            def order(number: tf.Tensor) -> tf.Tensor:
                return tf.random.experimental.stateless_shuffle(indices, [seed, number])

            batches = passes.map(order).unbatch().skip(done).batch(batch_size).map(self._choose)
        else:

            def shuffled(number: tf.Tensor) -> tf.data.Dataset:
                return self._records.shuffle(
                    _SHUFFLED_RECORDS, seed + number, reshuffle_each_iteration=False
                )

            batches = self._transformed(passes.flat_map(shuffled).skip(done).batch(batch_size))
        if raw_feature(self.transform) == IMAGE:
            steps = tf.data.Dataset.counter(first_step)
            change = partial(_augment_batch, augmentation, seed)
            batches = tf.data.Dataset.zip(batches, steps).map(change, _CORES)
        if class_weights is not None:
            # Of mixed labels, the weights are mixed alike.
            batches = batches.map(lambda x, y: (x, y, tf.linalg.matvec(y, class_weights)))
        return _ahead(batches)

    @cached_property
    def _kept(self) -> tuple[tf.Tensor, tf.Tensor] | None:
        """All examples as a batch of `evaluation_batches`; None where they don't fit in memory."""
        batches = self._transformed(self._records.batch(_READ_AT_ONCE)).prefetch(_PREFETCHED)
        feature, _ = batches.element_spec
        needed = self.size * feature.shape[1:].num_elements() * feature.dtype.size
        # Twice, while the batches are put together.
        if needed > self.cache_bytes or 2 * needed > _KEPT_SHARE * available_bytes():
            return None
        with tf.device("CPU:0"):
            features, labels = zip(*batches.with_options(_fixed()), strict=True)
            return tf.concat(features, 0), tf.concat(labels, 0)

    def _choose(self, indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        features, labels = self._kept
        return tf.gather(features, indices), tf.gather(labels, indices)

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

        return batches.map(transform, _CORES)

    def _one_hot(self, labels: tf.Tensor) -> tf.Tensor:
        """Returns float32 [batch, classes], all zero for a label that is no class."""
        return tf.cast(tf.reshape(labels, [-1, 1]) == [self.classes], tf.float32)


def splits(fn_args: FnArgs, training: Mapping[str, Any]) -> tuple[Split, Split]:
    """Returns what TFX gives a training: the examples to learn from, and those to stop early by.

    Args:
      fn_args: TFX's files.
      training: the fields of `Training`.

    Raises:
      InputError: see `class_names`.
    """
    transform = tft.TFTransformOutput(fn_args.transform_output)
    classes = class_names(fn_args.schema_path)
    train, evaluation = (
        Split(files, transform, classes, training["cache_gib"] * 2**30)
        for files in (fn_args.train_files, fn_args.eval_files)
    )
    return train, evaluation


def _ahead(batches: tf.data.Dataset) -> tf.data.Dataset:
    """Prepares batches while the model is busy."""
    return batches.prefetch(_PREFETCHED).with_options(_fixed())


def _fixed() -> tf.data.Options:
    """Lets no iterator tune itself.

    One that does can't be left before its next look at the clock, up to a minute later: each `fit`,
    and each evaluation, took up to twice its time.
    """
    options = tf.data.Options()
    # Keras appends a prefetch of its own, which would tune itself too.
    options.autotune.enabled = False
    return options


@tf.autograph.experimental.do_not_convert
def _augment_batch(
    settings: dict[str, Any], seed: int, batch: tuple[tf.Tensor, tf.Tensor], step: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    images, labels = batch
    count = tf.shape(images)[0]
    own, mixed = dict(settings), settings["mixup"]
    del own["mixup"]
    images = augment(images, chance.uniform([count, CHANCES], tf.stack([seed, step])), **own)
    if not mixed:
        return images, labels
    # Other numbers than those of `augment`, which no step can meet.
    return mixup(images, labels, chance.beta(count, tf.stack([seed, -1 - step]), mixed))
