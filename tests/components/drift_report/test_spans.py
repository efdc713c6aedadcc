"""Of two spans, such examples are compared as the model in service has not learned from."""

import json

import pytest
import tensorflow as tf

from components.drift_report.spans import draw_sides


@pytest.fixture
def span(tmp_path):
    """Writes an Examples artifact of texts by split."""

    def write(name, ready_made=(), **splits):
        folder = tmp_path / name
        for split, texts in splits.items():
            (folder / f"Split-{split}").mkdir(parents=True)
            path = str(folder / f"Split-{split}" / "data_tfrecord-0.gz")
            with tf.io.TFRecordWriter(path, "GZIP") as writer:
                for text in texts:
                    example = tf.train.Example()
                    example.features.feature["text"].bytes_list.value.append(text.encode())
                    writer.write(example.SerializeToString())
        report = json.dumps({"ready_made_splits": list(ready_made)})
        (folder / "ingest_report.json").write_text(report)
        return str(folder)

    return write


def texts(sample):
    return sorted(content.decode() for content in sample.contents)


def test_without_a_model_everything_is_compared(span):
    first = span("1", train=["a", "b"], eval=["c"], test=["d"])
    second = span("2", train=["e"], eval=["a"], test=["f"])
    current, reference = draw_sides(second, first, learned=False, size=10, seed=1)
    assert (texts(current), texts(reference)) == (["a", "e", "f"], ["a", "b", "c", "d"])


def test_what_the_model_has_learned_is_left_out_of_both(span):
    first = span("1", train=["a", "b"], eval=["c"], test=["d", "b"])
    # A folder that grows: the new span holds the old one.
    second = span("2", train=["a", "e", "c"], eval=["b"], test=["f", "d"])
    current, reference = draw_sides(second, first, learned=True, size=10, seed=1)
    assert (texts(current), texts(reference)) == (["c", "d", "e", "f"], ["c", "d"])
    assert (current.total, reference.total) == (4, 2)


@pytest.mark.parametrize("ready", ["first", "second"])
def test_ready_made_splits_are_held_against_the_same_splits(span, ready):
    marks = {name: ("train", "test") if name == ready else () for name in ("first", "second")}
    first = span("1", marks["first"], train=["a"], eval=["b"], test=["c"])
    second = span("2", marks["second"], train=["d"], eval=["e"], test=["f"])
    current, reference = draw_sides(second, first, learned=True, size=10, seed=1)
    assert (texts(current), texts(reference)) == (["e", "f"], ["b", "c"])


def test_the_first_span_stands_alone(span):
    only = span("1", train=["a"], eval=["b"], test=["c"])
    current, reference = draw_sides(only, None, learned=False, size=10, seed=1)
    assert (texts(current), len(reference)) == (["a", "b", "c"], 0)
