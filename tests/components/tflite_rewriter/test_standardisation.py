"""Claims about what the transform does to pixels."""

import io

import numpy as np
import pytest
from PIL import Image

from components.examples import content_of
from components.tflite_rewriter.network import Network
from components.tflite_rewriter.standardisation import Standardisation, measure_standardisation


@pytest.fixture(scope="module")
def network(images) -> Network:
    return Network(images.saved_model)


@pytest.fixture(scope="module")
def standardisation(network, images) -> Standardisation:
    return measure_standardisation(network, images.features)


def test_mean_and_deviation_of_each_channel_are_found(standardisation):
    """They are those that the transform was made with, in grey levels."""
    assert standardisation.mean == pytest.approx(255 * np.array([0.5, 0.4, 0.3]), rel=1e-5)
    assert standardisation.deviation == pytest.approx(255 * np.array([0.2, 0.25, 0.3]), rel=1e-5)


def test_undone_it_gives_the_pixels_of_the_file(standardisation, network, images):
    """What another library reads from the PNG file, up to rounding of float32."""
    pixels = standardisation.undone(network.transform(images.raw[:3]))
    read = [np.asarray(Image.open(io.BytesIO(content_of(each)))) for each in images.raw[:3]]
    np.testing.assert_allclose(pixels, np.stack(read), atol=1e-3)
    assert pixels.dtype == np.float32
    assert pixels.min() >= 0 and pixels.max() <= 255
