"""What the model in service makes of examples; a fixed, cheap view where there is no model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.random_projection import SparseRandomProjection

from components.saved_model import EMBED, SavedModel, batches

_THUMBNAIL = 8
_BUCKETS = 2**16
_TEXT_COMPONENTS = 256


@dataclass(frozen=True)
class View:
    """What a model makes of examples."""

    embeddings: np.ndarray
    """float32 [examples, components]."""
    probabilities: np.ndarray | None = None
    """float32 [examples, classes]; None where no model made this."""
    classes: Sequence[str] = ()

    @property
    def predicted(self) -> list[str]:
        """The most probable class of each example."""
        return [self.classes[place] for place in self.probabilities.argmax(axis=1)]


class ModelView(SavedModel):
    """The model in service, which embeds examples and gives their classes' probabilities."""

    @property
    def embeds(self) -> bool:
        """Whether the model was exported with a signature for it, as older ones were not."""
        return EMBED in self.signatures

    def look(self, serialized: Sequence[bytes]) -> View:
        """Looks at serialized `tf.Example`s."""
        embed = self.signatures[EMBED]
        parts = [embed(examples=tf.constant(batch)) for batch in batches(serialized)]
        return View(
            np.concatenate([part["embedding"].numpy() for part in parts]),
            np.concatenate([part["probabilities"].numpy() for part in parts]),
            self.classes,
        )


def view_of_images(contents: Sequence[bytes]) -> View:
    """Looks at images as thumbnails of 8 × 8 pixels in colour.

    Args:
      contents: files that TensorFlow decodes.
    """

    @tf.function(input_signature=[tf.TensorSpec([], tf.string)])
    def thumbnail(content: tf.Tensor) -> tf.Tensor:
        image = tf.io.decode_image(content, 3, expand_animations=False)
        image.set_shape([None, None, 3])
        return tf.image.resize(image, (_THUMBNAIL, _THUMBNAIL), "area") / 255

    rows = [thumbnail(content).numpy().ravel() for content in contents]
    return View(np.array(rows, np.float32))


def view_of_texts(texts: Sequence[str]) -> View:
    """Looks at texts as bags of words, hashed and projected at random on 256 components."""
    counts = HashingVectorizer(n_features=_BUCKETS, alternate_sign=False).transform(texts)
    projection = SparseRandomProjection(_TEXT_COMPONENTS, dense_output=True, random_state=0)
    return View(projection.fit_transform(counts).astype(np.float32))
