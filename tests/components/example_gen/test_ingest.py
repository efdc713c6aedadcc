import io
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components import features
from components.errors import InputError
from components.example_gen.files import File
from components.example_gen.ingest import as_tensors, ingest, ingest_images
from components.example_gen.set_aside import Rejected
from components.example_gen.splits import content_digest


def parsed(example):
    """Returns each feature's only value."""
    found = {}
    for name, field in tf.train.Example.FromString(example.serialized).features.feature.items():
        lists = field.bytes_list, field.int64_list, field.float_list
        [found[name]] = [value for part in lists for value in part.value]
    return found


def test_an_image_keeps_its_bytes(tmp_path, write, picture, image_data):
    """The example holds the file as it is, its class, its source and the scalar features."""
    content = picture(1)
    write("cat/1.png", content)
    [example] = ingest([File("cat/1.png", None, "cat")], str(tmp_path), image_data)
    fields = parsed(example)
    luma = np.asarray(Image.open(io.BytesIO(content)).convert("L")) / 255
    assert fields[features.IMAGE] == content
    assert fields[features.LABEL] == b"cat"
    assert fields[features.SOURCE] == b"cat/1.png"
    assert [fields[name] for name in features.IMAGE_SIZE_FEATURES] == [6, 8, len(content)]
    assert fields["brightness"] == pytest.approx(luma.mean())
    assert fields["contrast"] == pytest.approx(luma.std())
    assert set(fields) == {
        *(features.IMAGE, features.LABEL, features.SOURCE),
        *features.IMAGE_SIZE_FEATURES,
        *features.IMAGE_QUALITY_FEATURES,
    }
    assert example.digest == content_digest(content)


@pytest.mark.parametrize(
    ("format", "mode"),
    [
        *(("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA")),
        *(("BMP", mode) for mode in ("L", "RGB", "RGBA")),
        *(("GIF", mode) for mode in ("L", "P")),
    ],
)
def test_what_passes_is_decoded_faithfully(tmp_path, write, picture, format, mode):
    """TensorFlow sees the same pixels as Pillow in every lossless format and mode that passes."""
    content = picture(2, format, mode)
    write("a", content)
    [example] = ingest_images([File("a", None, "x")], str(tmp_path), 1_000)
    assert not isinstance(example, Rejected)
    pixels = tf.io.decode_image(content, channels=3, expand_animations=False).numpy()
    np.testing.assert_array_equal(pixels, Image.open(io.BytesIO(content)).convert("RGB"))


def test_what_only_tensorflow_refuses_is_set_aside(tmp_path, write, picture):
    """A PNG without its end is fine for Pillow, but would stop Transform."""
    write("good.png", picture(1))
    write("bad.png", picture(1)[:-12])
    files = [File(name, None, "x") for name in ("bad.png", "good.png", "missing.png")]
    found = ingest_images(files, str(tmp_path), 1_000)
    assert found[:2] == [
        Rejected("missing.png", "cannot be read: No such file or directory"),
        Rejected("bad.png", "is damaged: TensorFlow cannot decode it; save it again"),
    ]
    assert found[2].source == "good.png"


def test_a_text_file_is_an_example(tmp_path, write, text_data):
    """The text is kept as written, while its normal form decides the split."""
    write("pos/1.txt", "Größe  42\n")
    write("pos/2.txt", b"\xff")
    files = [File("pos/1.txt", None, "pos"), File("pos/2.txt", None, "pos")]
    rejected, example = ingest(files, str(tmp_path), text_data)
    assert rejected == Rejected("pos/2.txt", "is not UTF-8 at byte 1")
    assert parsed(example) == {
        features.TEXT: "Größe  42\n".encode(),
        features.LABEL: b"pos",
        features.SOURCE: b"pos/1.txt",
        "characters": 10,
        "words": 2,
        "non_ascii_share": pytest.approx(0.2),
        "digit_share": pytest.approx(0.2),
        "upper_case_share": pytest.approx(0.1),
    }
    assert example.digest == content_digest("grösse 42".encode())


def test_rows_are_sources(tmp_path, write, text_data):
    """A row's source is the table and the number of the row, broken rows counted."""
    write("t/a.csv", 'text,label\n"one\nline",x\n,y\nthree,x\n')
    found = list(ingest([File("t/a.csv", None, None)], str(tmp_path), text_data))
    assert [outcome.source for outcome in found] == [f"t/a.csv#row {n}" for n in (1, 2, 3)]
    assert found[1].reason == "has no text"
    assert parsed(found[2])[features.SOURCE] == b"t/a.csv#row 3"


def test_the_group_decides_the_split(tmp_path, write, text_data):
    """Rows of one group share what is hashed, whatever their texts."""
    write("a.csv", "text,label,book\none,x,b1\ntwo,y,b1\nthree,x,b2\n")
    data = {**text_data, "group_column": "book"}
    found = list(ingest([File("a.csv", None, None)], str(tmp_path), data))
    assert found[0].digest == found[1].digest == content_digest(b"b1")
    assert found[2].digest == content_digest(b"b2")


def test_a_table_without_the_column_stops(tmp_path, write, text_data):
    """A fault of the table is raised before its first row comes out."""
    write("a.csv", "words,label\none,x\n")
    with pytest.raises(InputError, match=r"text_column = 'text': a\.csv has no such column"):
        list(ingest([File("a.csv", None, None)], str(tmp_path), text_data))


def test_handing_contents_over_to_tensorflow_takes_no_memory_for_good():
    """One by one, each would leave some 340 bytes: a third of a gigabyte after a million."""
    contents = [b"%d" % number for number in range(40_000)]

    def resident() -> int:
        return 4096 * int(Path("/proc/self/statm").read_text().split()[1])

    assert [tensor.numpy() for tensor in as_tensors(contents)] == contents
    before = resident()
    for _ in as_tensors(contents):
        pass
    assert resident() - before < 100 * len(contents)
