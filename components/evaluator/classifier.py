"""A model as a server sees it: through the signature that TensorFlow Serving calls by default."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from components.saved_model import SavedModel


class Classifier(SavedModel):
    """A SavedModel with the Trainer's signatures."""

    def probabilities(self, serialized: Sequence[bytes]) -> np.ndarray:
        """Returns float32 [examples, classes] of serialized `tf.Example`s, all at once."""
        answer = self.signatures["serving_default"](examples=tf.constant(serialized))
        return answer["probabilities"].numpy()
