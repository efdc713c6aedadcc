"""What the model sees of an image: pixels of one size, standardised per channel.

The same graph runs in the analysis, in training and in serving, so it takes the bytes of an image
file as they come, and reads with TensorFlow's own operations:

- JPEG (grey, RGB, CMYK), PNG (any bit depth, palette, alpha), GIF (first frame), BMP (8, 24 and 32
  bits a pixel), told apart by content, not by name;
- alpha is blended over white. A BMP's fourth channel is ignored, since most writers leave it zero.
  TensorFlow paints the transparent pixels of a GIF black and ignores the colour key of a PNG
  without palette;
- 16 bits a channel are cut to the upper 8. EXIF orientation is ignored.
"""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from components.features import IMAGE

_WHITE = 255.0
_LUMINANCE = (0.299, 0.587, 0.114)  # ITU-R BT.601, as in JPEG
_PIXELS_AT_ONCE = 8
_ONE_GREY_LEVEL = 1 / 255


def preprocessing_fn(
    inputs: Mapping[str, tf.Tensor], custom_config: Mapping[str, Any]
) -> dict[str, tf.Tensor]:
    """Turns image files into standardised pixels.

    Args:
      inputs: raw features; `image` holds one file's bytes an example.
      custom_config: `features` holds the fields of `ImageFeatures`.

    Returns:
      `image`: float32 [batch, height, width, channels], over the training split of mean 0 and
      variance 1 in each channel.
    """
    features = custom_config["features"]
    files = tf.reshape(inputs[IMAGE], [-1])
    images = read(files, **features)
    moments = tft.mean(channel_moments(images), reduce_instance_dims=False)
    return {IMAGE: standardise(images, moments)}


def read(
    files: tf.Tensor, *, height: int, width: int, channels: int, keep_aspect: bool
) -> tf.Tensor:
    """Decodes and resizes images of any format and size.

    Args:
      files: string [batch], the bytes of an image file each.
      height: rows of the result.
      width: columns of the result.
      channels: 1 for grey, 3 for RGB.
      keep_aspect: pad with black, centred, rather than stretch.

    Returns:
      float32 [batch, height, width, channels] from 0 to 1.

    Raises:
      tf.errors.InvalidArgumentError: a file is broken or of another format.
    """
    pixels = tf.map_fn(
        lambda file: _fit(_decode(file), height, width, keep_aspect),
        files,
        fn_output_signature=tf.TensorSpec([height, width, 3], tf.float32),
        parallel_iterations=_PIXELS_AT_ONCE,
    )
    if channels == 1:
        pixels = tf.reduce_sum(pixels * _LUMINANCE, axis=-1, keepdims=True)
    return pixels / _WHITE


def channel_moments(images: tf.Tensor) -> tf.Tensor:
    """Returns each image's means and mean squares: float64 [batch, 2 × channels].

    Averaged over all images they give the moments of all pixels, since every image has as many;
    so the analysis carries a few numbers an image, not its pixels.
    """
    images = tf.cast(images, tf.float64)
    means = tf.reduce_mean(images, axis=[1, 2])
    mean_squares = tf.reduce_mean(tf.square(images), axis=[1, 2])
    return tf.concat([means, mean_squares], axis=1)


def standardise(images: tf.Tensor, moments: tf.Tensor) -> tf.Tensor:
    """Shifts and scales to mean 0 and variance 1.

    Args:
      images: float32 [batch, height, width, channels].
      moments: float64 [2 × channels], the mean of `channel_moments`.

    Returns:
      float32 [batch, height, width, channels]; a channel that never varies becomes 0.
    """
    mean, mean_square = tf.split(moments, 2)
    deviation = tf.sqrt(tf.maximum(mean_square - tf.square(mean), _ONE_GREY_LEVEL**2))
    return (images - tf.cast(mean, tf.float32)) / tf.cast(deviation, tf.float32)


def _decode(file: tf.Tensor) -> tf.Tensor:
    """Returns uint8 [rows, columns, 1 or 3]."""
    pixels = tf.io.decode_image(file, expand_animations=False)
    channels = tf.shape(pixels)[2]
    is_bmp = tf.strings.substr(file, 0, 2) == b"BM"
    is_png_with_alpha = ~is_bmp & (channels % 2 == 0)
    is_bmp_with_palette = is_bmp & (channels == 1)
    pixels = tf.cond(is_bmp, lambda: pixels[..., :3], lambda: pixels)
    pixels = tf.cond(is_bmp_with_palette, lambda: _look_up(file, pixels), lambda: pixels)
    return tf.cond(is_png_with_alpha, lambda: _blend_over_white(pixels), lambda: pixels)


def _blend_over_white(pixels: tf.Tensor) -> tf.Tensor:
    colours, alpha = pixels[..., :-1], pixels[..., -1:]
    opacity = tf.cast(alpha, tf.float32) / _WHITE
    blended = tf.cast(colours, tf.float32) * opacity + _WHITE * (1 - opacity)
    return tf.cast(tf.round(blended), tf.uint8)


def _look_up(bmp: tf.Tensor, indices: tf.Tensor) -> tf.Tensor:
    """Replaces a BMP's palette indices by colours, which TensorFlow leaves undone.

    The palette, up to 256 entries of blue, green, red and a spare byte, follows the information
    header, which begins at byte 14 with its own size.
    """
    header_size = tf.io.decode_raw(tf.strings.substr(bmp, 14, 4), tf.int32)[0]
    palette = tf.io.decode_raw(tf.strings.substr(bmp, 14 + header_size, 256 * 4), tf.uint8)
    palette = tf.pad(palette, [[0, 256 * 4 - tf.size(palette)]])
    colours = tf.reverse(tf.reshape(palette, [256, 4])[:, :3], axis=[1])
    return tf.gather(colours, tf.cast(indices[..., 0], tf.int32))


def _fit(pixels: tf.Tensor, height: int, width: int, keep_aspect: bool) -> tf.Tensor:
    """Returns float32 [height, width, 3] from 0 to 255."""
    target = tf.constant([height, width])
    size = target
    if keep_aspect:
        actual = tf.shape(pixels)[:2]
        scale = tf.reduce_min(target / actual)
        size = tf.maximum(1, tf.cast(tf.round(scale * tf.cast(actual, tf.float64)), tf.int32))
    # Without antialiasing a shrunk photograph keeps a few of its pixels and drops the others.
    resized = tf.image.resize(pixels, size, antialias=True)
    if keep_aspect:
        before = (target - size) // 2
        around = tf.stack([before, target - size - before], axis=1)
        resized = tf.pad(resized, tf.concat([around, [[0, 0]]], axis=0))
    return tf.broadcast_to(resized, [height, width, 3])
