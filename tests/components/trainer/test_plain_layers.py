"""A network of plain layers is read by processes that lack the trainer."""

import pickle
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from components import keras_model
from components.trainer.models import architectures, load
from components.trainer.plain_layers import plain

pytestmark = pytest.mark.training

LENGTH, VOCABULARY, CLASSES = 12, 30, 4
SMALL = {
    "residual_cnn": {"width": 4, "attention": True, "stochastic_depth": 0.1},
    "transfer": {"backbone": "MobileNet", "weights": None},
    "text_cnn": {"embedding": 8, "pairs": 50, "filters": 4},
    "bilstm": {"embedding": 8, "units": 4, "pairs": 50},
    "text_attention": {"embedding": 8, "feed_forward": 16},
}
ANSWER = """
import pickle, sys
import keras

def answer(path, batch):
    return keras.saving.load_model(path)(batch).numpy()

asked = pickle.load(sys.stdin.buffer)
answers = {path: answer(path, batch) for path, batch in asked.items()}
assert not [module for module in sys.modules if module.startswith("components")]
sys.stdout.buffer.write(pickle.dumps(answers))
"""


def in_clean_process(asked: dict[str, np.ndarray], folder: Path) -> dict[str, np.ndarray]:
    """Returns probabilities by path of the model."""
    done = subprocess.run(
        [sys.executable, "-c", ANSWER],
        input=pickle.dumps(asked),
        capture_output=True,
        timeout=300,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return pickle.loads(done.stdout)


def build(name: str) -> tuple[keras.Model, np.ndarray]:
    """Returns a network with normalisation statistics that matter, and a batch of three inputs."""
    keras.utils.set_random_seed(1)
    random = np.random.default_rng(1)
    if architectures()[name].input == "image":
        batch = random.normal(size=(3, 8, 8, 1)).astype(np.float32)
        model = load(name)((8, 8, 1), CLASSES, **SMALL[name])
    else:
        batch = random.integers(0, VOCABULARY, size=(3, LENGTH))
        model = load(name)(LENGTH, VOCABULARY, CLASSES, **SMALL[name])
    model.set_weights([w + 0.1 * random.random(w.shape, np.float32) for w in model.get_weights()])
    return model, batch


def test_every_architecture_is_read_where_there_is_no_trainer(tmp_path):
    asked, expected = {}, {}
    for name in architectures():
        model, batch = build(name)
        folder = tmp_path / name
        folder.mkdir()
        keras_model.write(plain(model), str(folder))
        asked[str(folder / "model.keras")] = batch
        expected[str(folder / "model.keras")] = model(batch).numpy()
    answers = in_clean_process(asked, tmp_path)
    for path, probabilities in answers.items():
        np.testing.assert_allclose(probabilities, expected[path], atol=1e-5, err_msg=path)
