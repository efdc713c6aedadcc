import itertools
import json

import pytest
import tensorflow as tf
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import artifact_utils
from tfx.types.standard_artifacts import Examples

from components.errors import InputError
from components.example_gen.executor import Executor
from components.features import INGEST_REPORT

SPLITS = {"train": 70, "eval": 10, "test": 20}


@pytest.fixture
def execute(tmp_path_factory):
    """Runs the executor through Beam in memory; returns its artifact."""

    def run(data, **exec_properties):
        artifact = Examples()
        artifact.uri = str(tmp_path_factory.mktemp("examples"))
        context = BaseBeamExecutor.Context(
            beam_pipeline_args=["--direct_running_mode=in_memory", "--direct_num_workers=1"]
        )
        settings = {"data": json.dumps(data), "split": json.dumps(SPLITS), **exec_properties}
        Executor(context).Do({}, {"examples": [artifact]}, settings)
        return artifact

    return run


def read(artifact, split):
    """Returns source and label of a split's examples in order."""
    pattern = f"{artifact.uri}/Split-{split}/data_tfrecord-*.gz"
    records = tf.data.TFRecordDataset(tf.io.gfile.glob(pattern), "GZIP")
    features = [tf.train.Example.FromString(r.numpy()).features.feature for r in records]
    return [
        (f["source"].bytes_list.value[0].decode(), f["label"].bytes_list.value[0].decode())
        for f in features
    ]


def changes(labels):
    """Returns how often an example has another label than the one before."""
    return sum(a != b for a, b in itertools.pairwise(labels))


def report(artifact):
    with tf.io.gfile.GFile(f"{artifact.uri}/{INGEST_REPORT}") as file:
        return json.load(file)


def test_images_become_examples(execute, write, picture, image_data):
    """Every good image is in just one split, every bad one in the report, with properties set."""
    for number in range(40):
        write(f"cat/{number}.png", picture(number))
        write(f"dog/{number}.jpg", picture(100 + number, "JPEG"))
    write("dog/copy.png", picture(0))
    write("cat/bad.png", "Dear diary")
    write("cat/notes.txt", "")
    artifact = execute(image_data)

    found = {split: read(artifact, split) for split in SPLITS}
    sources = [source for examples in found.values() for source, _ in examples]
    assert len(sources) == len(set(sources)) == 81
    assert all(label == source[:3] for examples in found.values() for source, label in examples)
    written = report(artifact)
    counts = {split: sum(n.values()) for split, n in written["examples"].items()}
    assert counts == {split: len(examples) for split, examples in found.items()}
    assert written["set_aside"]["sources"] == [
        {
            "source": "cat/bad.png",
            "reason": "is no JPEG, PNG, GIF or BMP image, whatever its name says",
        }
    ]
    assert written["ignored_files"] == {".txt": 1}

    split_of = {source: split for split, examples in found.items() for source, _ in examples}
    assert split_of["cat/0.png"] == split_of["dog/copy.png"]
    labels = [label for _, label in found["train"]]
    assert changes(labels) > 5

    assert artifact_utils.decode_split_names(artifact.split_names) == ["train", "eval", "test"]
    assert artifact.span == artifact.get_int_custom_property("span") == 0
    assert artifact.get_string_custom_property("input_fingerprint") == written["fingerprint"]
    assert artifact.get_string_custom_property("payload_format") == "FORMAT_TF_EXAMPLE"
    assert artifact.get_string_custom_property("file_format") == "tfrecords_gzip"
    assert sorted(tf.io.gfile.listdir(artifact.uri)) == [
        *("Split-eval", "Split-test", "Split-train", INGEST_REPORT)
    ]


def test_rows_become_examples_in_random_order(execute, write, text_data):
    """A table sorted by label is mixed, groups stay together, broken rows are reported."""
    rows = [f'"text,\n{n}",{"ab"[n // 100]},g{n // 4}\n' for n in range(200)]
    write("a.csv", "text,label,group\n" + "".join(rows) + ",a,g0\n")
    artifact = execute({**text_data, "group_column": "group"})

    found = {split: read(artifact, split) for split in SPLITS}
    numbers = {
        split: [int(source.removeprefix("a.csv#row ")) - 1 for source, _ in examples]
        for split, examples in found.items()
    }
    assert sorted(n for split in numbers.values() for n in split) == list(range(200))
    groups = [{n // 4 for n in split} for split in numbers.values()]
    assert sum(map(len, groups)) == len(set.union(*groups)) == 50
    labels = [label for _, label in found["train"]]
    assert changes(labels) > 30
    assert report(artifact)["set_aside"]["sources"] == [
        {"source": "a.csv#row 201", "reason": "has no text"}
    ]


def test_ready_made_splits_are_kept_and_eval_is_cut_from_train(execute, write, text_data):
    """Nothing leaves test, nothing enters it; eval gets its share of train."""
    for n in range(160):
        write(f"span-7/train/{'pos' if n % 2 else 'neg'}/{n}.txt", f"text {n}")
    for n in range(5):
        write(f"span-7/test/pos/{n}.txt", f"text {n}")
    write("span-6/train/pos/0.txt", "old")
    artifact = execute(text_data)
    found = {split: read(artifact, split) for split in SPLITS}
    assert len(found["test"]) == 5
    assert all(source.startswith("span-7/test/") for source, _ in found["test"])
    assert len(found["train"]) + len(found["eval"]) == 160
    assert 8 <= len(found["eval"]) <= 36
    assert artifact.span == 7
    assert report(artifact)["ready_made_splits"] == ["train", "test"]


def test_the_driver_decides_span_and_fingerprint(execute, write, picture, image_data):
    """What the driver put into the properties is used as it is."""
    for span in (1, 2):
        for number in range(40):
            write(f"span-{span}/{'cat' if number % 2 else 'dog'}/{number}.png", picture(number))
    artifact = execute(image_data, span=1, input_fingerprint="content-1")
    assert artifact.span == 1
    assert all(source.startswith("span-1/") for source, _ in read(artifact, "train"))
    assert report(artifact)["fingerprint"] == "content-1"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"text,label\n" + b"a,x\n" * 200 + b"caf\xe9,x\n", "a.csv, line 202: not UTF-8"),
        (b"text,label\n" + b",x\n" * 3 + b"a,x\nb,y\n", r"3 of 5 .*\n  a.csv#row 1: has no text"),
    ],
)
def test_workers_errors_are_plain(execute, write, text_data, content, message):
    """What goes wrong inside Beam comes out as an InputError, not as the runner's error."""
    write("a.csv", content)
    with pytest.raises(InputError, match=message):
        execute(text_data)
