"""Claims about what travels with a model."""

import pytest

from components.tflite_rewriter.contract import Contract
from components.tflite_rewriter.make_contract import make_contract
from components.tflite_rewriter.network import Network


def contract_of(exported, folder) -> Contract:
    network = Network(exported.saved_model)
    return make_contract(network, "tiny", exported.kind, exported.features, folder)


def test_the_contract_of_images_is_in_pixels(images, tmp_path):
    """Shape, range and classes; no mean and deviation, which the model holds itself."""
    contract = contract_of(images, tmp_path)
    assert contract.input.shape == (1, 8, 8, 3)
    assert (contract.input.name, contract.input.dtype) == ("image", "float32")
    assert (contract.input.low, contract.input.high) == (0, 255)
    assert contract.output.shape == (1, 3)
    assert contract.preprocessing == images.features
    assert "mean" not in str(contract)
    assert (tmp_path / "labels.txt").read_text() == "cat\ndog\nowl\n"
    assert [file.name for file in contract.files(tmp_path)] == ["model.json", "labels.txt"]


def test_the_contract_of_texts_has_their_vocabulary(texts, tmp_path):
    """The vocabulary is the transform's, and the range of the ids follows from it."""
    contract = contract_of(texts, tmp_path)
    lines = (tmp_path / "vocabulary.txt").read_text().splitlines()
    assert lines[0] == "word0"
    assert contract.input.dtype == "int32"
    assert contract.input.high == len(lines) + 1
    assert (contract.preprocessing["first"], contract.preprocessing["last"]) == (6, 6)
    assert contract.preprocessing["unknown"] == 1
    assert (tmp_path / "vocabulary.txt") in contract.files(tmp_path)


def test_programs_read_what_was_written(images, tmp_path):
    """`model.json` gives the same contract, but for tuples, which JSON does not know."""
    written, read = contract_of(images, tmp_path), Contract.read(tmp_path)
    assert read.input.name == written.input.name
    assert tuple(read.input.shape) == written.input.shape
    assert tuple(read.steps) == written.steps


@pytest.mark.parametrize(
    ("features", "words"),
    [
        ({"channels": 1}, "grey value, 0.299 red + 0.587 green + 0.114 blue"),
        ({"channels": 3}, "whatever its shape"),
        ({"keep_aspect": True}, "pad it evenly with black"),
    ],
)
def test_words_say_what_the_transform_does_to_images(images, tmp_path, features, words):
    """Each setting is in the steps."""
    network = Network(images.saved_model)
    steps = make_contract(network, "tiny", "image", images.features | features, tmp_path).steps
    assert words in " ".join(steps)


@pytest.mark.parametrize(
    ("features", "words"),
    [
        ({"keep": "start"}, "Keep the first 12 tokens"),
        ({"keep": "end"}, "Keep the last 12 tokens"),
        ({"keep": "both_ends"}, "keep the first 6 and the last 6"),
        ({"lowercase": True}, "lower case"),
    ],
)
def test_words_say_what_the_transform_does_to_texts(texts, tmp_path, features, words):
    """Each setting is in the steps."""
    network = Network(texts.saved_model)
    steps = make_contract(network, "tiny", "text", texts.features | features, tmp_path).steps
    assert words in " ".join(steps)
