"""Every architecture keeps the same contract, whatever its options."""

import keras
import numpy as np
import pytest

from components.trainer.models import architectures, load
from components.trainer.precision import policy

LENGTH, VOCABULARY, CLASSES = 12, 30, 4
SMALL = {
    "residual_cnn": {"width": 4},
    "transfer": {"backbone": "MobileNet", "weights": None},
    "text_cnn": {"embedding": 8, "pairs": 50, "filters": 4},
    "bilstm": {"embedding": 8, "units": 4},
    "text_attention": {"embedding": 8, "feed_forward": 16},
}
PARAMETERS = {
    "residual_cnn": 2904,
    "transfer": 3232970,
    "text_cnn": 2852,
    "bilstm": 724,
    "text_attention": 996,
}


def build(name: str) -> tuple[keras.Model, np.ndarray]:
    """Returns a small model and a batch of three inputs, the last one empty."""
    keras.utils.set_random_seed(1)
    random = np.random.default_rng(1)
    if architectures()[name].input == "image":
        batch = random.normal(size=(3, 8, 8, 1)).astype(np.float32)
        model = load(name)((8, 8, 1), CLASSES, **SMALL[name])
    else:
        batch = random.integers(1, VOCABULARY, size=(3, LENGTH))
        model = load(name)(LENGTH, VOCABULARY, CLASSES, **SMALL[name])
    batch[2] = 0
    return model, batch


@pytest.mark.parametrize("name", architectures())
def test_the_output_is_a_distribution_over_the_classes_in_float32(name):
    model, batch = build(name)
    probabilities = model(batch).numpy()
    assert probabilities.dtype == np.float32
    assert probabilities.shape == (3, CLASSES)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("name", architectures())
def test_a_mixed_precision_model_still_answers_in_float32(name):
    with policy("mixed_float16"):
        mixed, batch = build(name)
    plain, _ = build(name)
    plain.set_weights(mixed.get_weights())
    assert "float16" in {layer.compute_dtype for layer in mixed.layers}
    assert {variable.dtype for variable in mixed.trainable_variables} == {"float32"}
    assert mixed(batch).dtype == "float32"
    np.testing.assert_allclose(mixed(batch), plain(batch), atol=1e-2)


@pytest.mark.parametrize("name", architectures())
def test_a_saved_model_comes_back_with_the_same_answers(name, tmp_path):
    model, batch = build(name)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(batch), model(batch))


@pytest.mark.parametrize("name", architectures())
def test_the_number_of_parameters_is_known(name):
    model, _ = build(name)
    assert model.count_params() == PARAMETERS[name]


@pytest.mark.parametrize(
    ("shape", "smallest"),
    [((8, 8, 1), (4, 4)), ((4, 4, 3), (4, 4)), ((32, 32, 3), (8, 8)), ((224, 160, 3), (14, 10))],
)
def test_residual_cnn_shrinks_as_far_as_the_image_allows(shape, smallest):
    model = load("residual_cnn")(shape, CLASSES, width=4)
    maps = [layer.output.shape[1:3] for layer in model.layers if len(layer.output.shape) == 4]
    assert maps[-1] == smallest


@pytest.mark.parametrize("name", ["text_cnn", "bilstm", "text_attention"])
def test_text_models_learn_which_word_decides(name):
    random = np.random.default_rng(1)
    ids = random.integers(4, VOCABULARY, size=(256, LENGTH))
    labels = random.integers(0, 2, size=256)
    ids[np.arange(256), random.integers(0, LENGTH, size=256)] = 2 + labels
    keras.utils.set_random_seed(1)
    model = load(name)(LENGTH, VOCABULARY, 2, word_dropout=0.0, **SMALL[name])
    model.compile(
        keras.optimizers.Adam(0.03), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    model.fit(ids[:192], labels[:192], epochs=12, verbose=0)
    assert model.evaluate(ids[192:], labels[192:], verbose=0)[1] > 0.9
