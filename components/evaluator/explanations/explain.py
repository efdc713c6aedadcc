"""What a model rests its answers on, for images and for texts, in the form that the page has."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import tensorflow as tf
from PIL import Image

from components import keras_model
from components.evaluator.explanations.grad_cam import grad_cam
from components.evaluator.explanations.mark import mark
from components.evaluator.explanations.occlusion import occlusion
from components.examples import image_example
from components.features import IMAGE
from components.pages.thumbnails import thumbnail
from components.saved_model import SavedModel

PICTURE_BYTES = 6_000
"""At most, of a picture's file."""

_STRIP = (64, 1)


class Explanation(NamedTuple):
    """See `components.evaluator.report.Mistake`."""

    image: str | None
    heat: str | None
    words: tuple[tuple[str, float], ...]


class Explainer:
    """A model that is asked what its answers rest on."""

    def __init__(self, saved_model: str, model_run: str, kind: Literal["image", "text"]) -> None:
        self._model = SavedModel(saved_model)
        self._network = keras_model.read(model_run) if kind == "image" else None
        self._kind = kind

    def explain(
        self, serialized: Sequence[bytes], contents: Sequence[bytes], classes: np.ndarray
    ) -> list[Explanation]:
        """Explains why each example is given a class.

        Args:
          serialized: raw `tf.Example`s.
          contents: the image's file, or the text, of each.
          classes: number of the class that is asked about, for each.
        """
        if not contents:
            return []
        if self._kind == "image":
            return self._images(serialized, contents, classes)
        texts = [content.decode(errors="replace") for content in contents]
        return [
            Explanation(None, None, occlusion(text, self._probabilities, int(predicted)))
            for text, predicted in zip(texts, classes, strict=True)
        ]

    def _images(
        self, serialized: Sequence[bytes], contents: Sequence[bytes], classes: np.ndarray
    ) -> list[Explanation]:
        pictures = [thumbnail(content, PICTURE_BYTES) for content in contents]
        heats = None
        if self._network is not None:
            heats = grad_cam(self._network, self._pixels(serialized), classes)
        if heats is None:
            return [Explanation(picture, None, ()) for picture in pictures]
        padded = self._pads()
        return [
            Explanation(picture, picture and mark(picture, heat, PICTURE_BYTES, padded=padded), ())
            for picture, heat in zip(pictures, heats, strict=True)
        ]

    def _probabilities(self, texts: Sequence[str]) -> np.ndarray:
        return self._model.signatures["predict"](text=tf.constant(texts))["probabilities"].numpy()

    def _pixels(self, serialized: Sequence[bytes]) -> np.ndarray:
        """Returns images as the network takes them: float32 [n, height, width, channels]."""
        transform = self._model.signatures["transform_features"]
        return transform(examples=tf.constant(serialized))[IMAGE].numpy()

    def _pads(self) -> bool:
        """Whether the transform pads images rather than stretch them.

        A black strip and a white one look alike nowhere but in a padding.
        """
        black, white = self._pixels(
            [image_example(Image.new("L", _STRIP, grey)) for grey in (0, 255)]
        )
        return bool(np.any(black == white))
