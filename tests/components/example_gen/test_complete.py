"""A completed example is what ingest makes of the same file."""

import pytest
import tensorflow as tf

from components.example_gen.bare_examples import read
from components.example_gen.complete import complete
from components.example_gen.examples_at import find_examples
from components.example_gen.files import File
from components.example_gen.ingest import ingest
from components.example_gen.set_aside import Rejected


def bare(path, data):
    return list(read(find_examples(str(path), data["kind"]), data))


@pytest.fixture
def images(tmp_path, write, picture):
    for number, label in enumerate(("cat", "dog", "cat")):
        write(f"{label}/{number}.png", picture(number))
    return tmp_path


@pytest.mark.parametrize("kind", ["image", "text"])
def test_it_is_what_ingest_makes(images, write, image_data, text_data, kind):
    data = image_data if kind == "image" else text_data
    write("cat/a.txt", "Größe 42")
    write("dog/b.txt", "small")
    found = find_examples(str(images), kind)
    completed, rejected = complete(list(read(found, data)), data)
    assert not rejected
    ingested = ingest([File(*file) for file in found.files], str(images), data)
    assert completed == [example.serialized for example in ingested]


def test_what_ingest_sets_aside_is_set_aside(tmp_path, write, picture, image_data):
    """That is what Pillow or TensorFlow cannot read, and what is too large."""
    write("a.png", picture(1))
    write("b.png", picture(1)[:-12])
    write("c.png", "")
    completed, rejected = complete(bare(tmp_path, image_data), image_data)
    assert len(completed) == 1
    assert rejected == [
        Rejected("b.png", "is damaged: TensorFlow cannot decode it; save it again"),
        Rejected("c.png", "is empty (0 bytes)"),
    ]
    _, small = complete(bare(tmp_path, image_data), image_data | {"max_pixels": 10})
    assert small[0].reason.startswith("has 6 x 8 = 48 pixels")


def test_measures_that_are_there_stay(text_data):
    """What a client has logged otherwise than ingest measures is the skew to be found."""
    example = tf.train.Example()
    example.features.feature["text"].bytes_list.value.append(b"one two")
    example.features.feature["words"].int64_list.value.append(99)
    [completed], _ = complete([example.SerializeToString()], text_data)
    features = tf.train.Example.FromString(completed).features.feature
    assert features["words"].int64_list.value == [99]
    assert features["characters"].int64_list.value == [7]


@pytest.mark.parametrize(
    ("text", "reason"),
    [(b"", "has no text"), (b"\xff", "is not UTF-8 at byte 1"), (b"x" * 1001, "has 1,001 char")],
)
def test_texts_of_records_are_checked(text_data, text, reason):
    example = tf.train.Example()
    example.features.feature["text"].bytes_list.value.append(text)
    example.features.feature["source"].bytes_list.value.append(b"a#record 1")
    completed, [rejected] = complete([example.SerializeToString()], text_data)
    assert completed == [] and rejected.source == "a#record 1"
    assert rejected.reason.startswith(reason)
