"""A network trained on ImageNet, any of `keras.applications`, with a new head for other classes.

Training has two phases, `phases` below: first the head alone, on frozen features; then the last
stages of the backbone with it, at a lower rate, so that the still random head doesn't spoil them.
A stage is what lies between two halvings of the maps.

The pipeline's pixels have mean 0 and variance 1 in each channel of the training split. A fixed
1 × 1 convolution, `rescaling`, gives each channel the mean and deviation that it has in ImageNet,
then scales, shifts and orders the channels as the backbone's own `preprocess_input` does. A grey
image becomes three channels there.
"""

import difflib
import inspect
import warnings
from collections.abc import Callable, Sequence
from math import log2
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from components.errors import InputError
from components.trainer.phases import WHOLE, Phase

INPUT = "image"

# Of RGB pixels from 0 to 1, as torchvision and Keras publish them.
_IMAGENET_MEAN = np.array([0.485, 0.456, 0.406])
_IMAGENET_DEVIATION = np.array([0.229, 0.224, 0.225])
_WHITE = 255.0
_SMALLEST_IMAGE = {"Xception": 71, "InceptionV3": 75, "InceptionResNetV2": 75}
_SMALLEST_IMAGE_OF_OTHERS = 32


def build(
    image_shape: Sequence[int],
    class_count: int,
    *,
    backbone: str = "MobileNetV2",
    weights: str | None = "imagenet",
    resolution: int | None = None,
    fine_tune: int = 1,
    dropout: float = 0.2,
) -> keras.Model:
    """Builds the network, with what is fine-tuned, and the head, trainable.

    Args:
      image_shape: height, width and channels, 1 or 3, of the standardised image.
      class_count: number of classes.
      backbone: name of a model in `keras.applications`.
      weights: `imagenet`, which Keras downloads once; path of a weights file (`.weights.h5`,
        `.h5`, `.keras`) of the backbone without its top; or None for random ones, which are then
        trained whole.
      resolution: rows and columns that images are resized to; None leaves them as they are, or
        stretches them to the smallest that the backbone takes.
      fine_tune: stages of the backbone, counted from the last, that are trained in the second
        phase; 0 trains the head alone. Batch normalisations are never trained.
      dropout: share of the pooled features that are dropped in training.

    Returns:
      A model from float [batch, height, width, channels] to float32 probabilities
      [batch, classes].

    Raises:
      InputError: the backbone is unknown, the resolution or the number of stages too small, or the
        weights can't be had.
    """
    make = _find(backbone)
    if fine_tune < 0:
        raise InputError(f"model: option fine_tune = {fine_tune}: valid are 0 and above")
    height, width, channels = image_shape
    images = keras.Input(tuple(image_shape), name="image")
    size = _size(backbone, height, width, resolution)
    resized = images
    if size != (height, width):
        # layers.Resizing would switch every layer behind it to training mode where none is given.
        resized = ops.image.resize(images, size)
    rescaling = layers.Conv2D(3, 1, dtype="float32", trainable=False, name="rescaling")
    pixels = rescaling(resized)
    rescaling.set_weights(_rescaling(inspect.getmodule(make).preprocess_input, channels))
    features = _backbone(make, (*size, 3), weights)
    if weights is not None:
        _freeze(features, fine_tune)
    pooled = layers.GlobalAveragePooling2D()(features(pixels))
    pooled = layers.Dropout(dropout)(pooled)
    head = layers.Dense(class_count, activation="softmax", dtype="float32", name="head")
    probabilities = head(pooled)
    return keras.Model(images, probabilities, name="transfer")


def phases(
    model: keras.Model, *, weights: str | None = "imagenet", fine_tune: int = 1, **_: Any
) -> list[Phase]:
    """Returns the parts of the training, in order.

    Args:
      model: what `build` returned.
      weights: as given to `build`.
      fine_tune: as given to `build`.
    """
    features = next(layer for layer in model.layers if isinstance(layer, keras.Model))

    def freeze(stages: int) -> Callable[[], None]:
        return lambda: _freeze(features, stages)

    if weights is None:
        return [WHOLE]
    if not fine_tune:
        return [Phase("head", 1.0, 1.0, freeze(0))]
    return [
        Phase("head", 0.3, 1.0, freeze(0)),
        Phase("fine_tuning", 0.7, 0.1, freeze(fine_tune)),
    ]


def _find(backbone: str) -> Callable[..., keras.Model]:
    """Returns the function of `keras.applications` that makes a backbone."""
    valid = [name for name in dir(keras.applications) if name[0].isupper()]
    if backbone in valid:
        return getattr(keras.applications, backbone)
    # Upper and lower case are the likeliest mistake.
    by_lower = {name.lower(): name for name in valid}
    close = [by_lower[name] for name in difflib.get_close_matches(backbone.lower(), by_lower)]
    hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
    raise InputError(
        f"model: option backbone = {backbone!r}: keras.applications has no such model{hint} "
        f"(valid: {', '.join(valid)})"
    )


def _size(backbone: str, height: int, width: int, resolution: int | None) -> tuple[int, int]:
    smallest = _SMALLEST_IMAGE.get(backbone, _SMALLEST_IMAGE_OF_OTHERS)
    if resolution is None:
        return max(height, smallest), max(width, smallest)
    if resolution < smallest:
        raise InputError(
            f"model: option resolution = {resolution}: {backbone} takes at least {smallest}"
        )
    return resolution, resolution


def _rescaling(preprocess_input: Callable[..., Any], channels: int) -> list[np.ndarray]:
    """Returns kernel [1, 1, channels, 3] and bias [3] from standardised to a backbone's pixels.

    Every `preprocess_input` is affine in the channels of a pixel, so its values at black and at
    one unit of each channel tell it whole.
    """
    black = np.array(preprocess_input(np.zeros((1, 1, 1, 3))))[0, 0, 0]
    units = np.array(preprocess_input(np.eye(3).reshape(3, 1, 1, 3)))[:, 0, 0]
    matrix = units - black
    kernel = (_WHITE * _IMAGENET_DEVIATION)[:, None] * matrix
    bias = _WHITE * _IMAGENET_MEAN @ matrix + black
    if channels == 1:
        kernel = kernel.sum(axis=0, keepdims=True)
    return [kernel[None, None], bias]


def _backbone(
    make: Callable[..., keras.Model], shape: tuple[int, int, int], weights: str | None
) -> keras.Model:
    """Makes a backbone without its top, and loads its weights."""
    if weights == "imagenet":
        try:
            return make(include_top=False, input_shape=shape, weights="imagenet")
        # Keras raises a bare Exception where a download fails.
        except Exception as error:
            raise InputError(
                f"model: option weights = 'imagenet': can't get them for {make.__name__}: {error}\n"
                "This needs the network once. Without it, copy a weights file without top from "
                "another machine and set weights to its path, or to None to train from scratch."
            ) from error
    model = make(include_top=False, input_shape=shape, weights=None)
    if weights is None:
        return model
    path = Path(weights).expanduser()
    if not path.is_file():
        raise InputError(
            f"model: option weights = {weights!r}: there is no file {path.absolute()}; "
            "valid: 'imagenet', the path of a weights file, or None to train from scratch"
        )
    try:
        with warnings.catch_warnings():
            # Keras only warns where it leaves layers at random.
            warnings.simplefilter("error", UserWarning)
            model.load_weights(path)
    except (ValueError, OSError, KeyError, UserWarning) as error:
        raise InputError(
            f"model: option weights = {weights!r}: this is no weights file of "
            f"{make.__name__} without its top: {str(error).partition(chr(10))[0]}"
        ) from error
    return model


def _freeze(backbone: keras.Model, stages: int) -> None:
    """Leaves only the last stages trainable, and never a batch normalisation.

    The averages that batch normalisations learnt from ImageNet are worth more than those of a few
    small batches; frozen, they use them in training too.
    """
    for layer, stage in zip(backbone.layers, _stages_from_the_end(backbone), strict=True):
        is_normalisation = isinstance(layer, layers.BatchNormalization)
        layer.trainable = stage < stages and not is_normalisation


def _stages_from_the_end(backbone: keras.Model) -> list[int]:
    """Returns each layer's stage: 0 for those on the smallest maps, 1 on those before, ...

    Where a block pools its maps to weigh the channels, they are small for a while; the largest
    maps that follow tell where a layer belongs.
    """
    halvings, largest = [], 1
    for layer in reversed(backbone.layers):
        output = layer.output
        if len(output.shape) == 4:
            largest = max(largest, *output.shape[1:3])
        halvings.append(round(log2(max(backbone.input_shape[1:3]) / largest)))
    halvings.reverse()
    # A pooling layer at the end is no stage: it has nothing to train.
    weighted = {
        halving for halving, layer in zip(halvings, backbone.layers, strict=True) if layer.weights
    }
    return [sum(other > halving for other in weighted) for halving in halvings]
