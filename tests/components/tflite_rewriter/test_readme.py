"""Claims about the README beside a model: its Python part is run as it stands."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from components.tflite_rewriter.network import Network
from components.tflite_rewriter.push_blessed import push_blessed
from components.tflite_rewriter.rewrite import rewrite
from components.tflite_rewriter.settings import Settings

SETTINGS = Settings(examples=5, variants=("float32",), max_accuracy_drop=0.01, min_agreement=0.9)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
TRICKY = [
    "word1 word2, WORD3! unknown word4",
    "",
    " ".join(f"word{i}" for i in range(30)),
    "\u00c9t\u00e9 \uff37\uff2f\uff32\uff24\uff15 word\u00ad6 word7\u200b\u2028word8",
    "東京 안녕 \ufb01 \u03a3\u0391\u03a3 \u0130 \u00bd",
    "tab\tand\nline\x00word9 한국어 ไทย word10😀word11",
]


def pushed(exported, folder: Path) -> Path:
    (folder / "output").mkdir()
    report = rewrite(exported.source, SETTINGS, "17", folder / "output")
    return Path(push_blessed(folder / "output", report, str(folder / "tflite")))


def printed_by_readme(model: Path, name: str, content: bytes) -> dict[str, float]:
    """Runs the Python part in the model's folder, with the file that it reads."""
    (code,) = PYTHON.findall((model / "README.md").read_text())
    (model / name).write_bytes(content)
    done = subprocess.run([sys.executable, "-c", code], cwd=model, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return ast.literal_eval(done.stdout)


def namespace_of_readme(model: Path, monkeypatch) -> dict[str, object]:
    """Runs the Python part here but for its last line, which classifies a file; a process for each
    example would take seconds."""
    (code,) = PYTHON.findall((model / "README.md").read_text())
    definitions, _, last = code.strip().rpartition("\n")
    assert last.startswith("print(classify(")
    monkeypatch.chdir(model)
    namespace: dict[str, object] = {}
    exec(definitions, namespace)
    return namespace


def png(folder: Path, *shape: int) -> bytes:
    values = np.random.default_rng(sum(shape)).integers(0, 256, shape, dtype=np.uint8)
    Image.fromarray(values).save(folder / "drawn.png")
    return (folder / "drawn.png").read_bytes()


@pytest.fixture(scope="module")
def text_model(texts, tmp_path_factory, in_process) -> Path:
    return pushed(texts, tmp_path_factory.mktemp("pushed"))


@pytest.fixture(scope="module", params=["images", "grey_images"])
def image_model(request, tmp_path_factory, in_process) -> tuple[Network, Path]:
    """The SavedModel, and the folder of what was pushed of it."""
    exported = request.getfixturevalue(request.param)
    return Network(exported.saved_model), pushed(exported, tmp_path_factory.mktemp("pushed"))


@pytest.mark.parametrize("shape", [(8, 8, 3), (8, 8, 4), (8, 8)])
def test_python_answers_to_an_image_as_the_saved_model(image_model, tmp_path, monkeypatch, shape):
    """Of the model's own size nothing is lost: coloured, transparent and grey pictures agree."""
    network, folder = image_model
    expected = network.predict([png(tmp_path, *shape)])[0]
    answer = namespace_of_readme(folder, monkeypatch)["classify"](str(tmp_path / "drawn.png"))
    assert list(answer) == network.classes
    np.testing.assert_allclose(list(answer.values()), expected, atol=1e-5)


@pytest.mark.parametrize("shape", [(40, 24, 3), (5, 9, 3), (3, 40)])
def test_python_resizes_as_the_transform(image_model, tmp_path, monkeypatch, shape):
    """Pillow's bilinear filter is antialiased, too; it rounds to whole grey levels."""
    network, folder = image_model
    expected = network.predict([png(tmp_path, *shape)])[0]
    answer = namespace_of_readme(folder, monkeypatch)["classify"](str(tmp_path / "drawn.png"))
    np.testing.assert_allclose(list(answer.values()), expected, atol=0.01)


def test_python_tokenises_as_the_transform(texts, text_model, serialised, monkeypatch):
    """The ids are the transform's: accents, ligatures, scripts without spaces, control characters,
    long and empty texts."""
    namespace = namespace_of_readme(text_model, monkeypatch)
    network = Network(texts.saved_model)
    serialized = [serialised({"text": text.encode()}, "good", "table.csv:1") for text in TRICKY]
    for text, expected in zip(TRICKY, network.transform(serialized), strict=True):
        assert namespace["token_ids"](text) == expected.tolist(), text
    answers = [list(namespace["classify"](text).values()) for text in TRICKY]
    expected = network.predict([text.encode() for text in TRICKY])
    np.testing.assert_allclose(answers, expected, atol=1e-5)


def test_the_python_part_runs_as_a_program(texts, text_model):
    """In a process of its own, in the model's folder, with nothing of this project."""
    answer = printed_by_readme(text_model, "text.txt", b"word1 word2")
    expected = Network(texts.saved_model).predict([b"word1 word2"])[0]
    assert list(answer) == texts.classes
    np.testing.assert_allclose(list(answer.values()), expected, atol=1e-5)
