import json
from collections import Counter

import pytest
import tensorflow as tf
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import artifact_utils
from tfx.types.standard_artifacts import Examples

from components.errors import InputError
from components.example_gen.executor import Executor
from components.example_gen.folds import check_folds, check_number, fold_shares, fold_splits
from components.example_gen.splits import choose, content_digest, shares_of
from components.features import INGEST_REPORT

SPLIT = {"train": 70, "eval": 10, "test": 20}


def test_each_fold_is_held_out_once_and_never_trained_on_meanwhile():
    """Over all folds, the test splits make every split once; the others are train and eval."""
    shares = fold_shares(4, SPLIT)
    used = [fold_splits(4, number) for number in range(1, 5)]
    assert sorted(split for each in used for split in each.test) == sorted(shares)
    for each in used:
        assert sorted([*each.train, *each.eval, *each.test]) == sorted(shares)


def test_folds_come_out_of_one_size_and_cut_as_the_task_says():
    """Of 10,000 contents each of five folds gets a fifth, and eval an eighth of each."""
    shares = fold_shares(5, SPLIT)
    digests = (content_digest(str(number).encode()) for number in range(10_000))
    counts = Counter(choose(digest, shares) for digest in digests)
    for number in range(1, 6):
        train, evaluation = (counts[split] for split in fold_splits(5, number).test)
        assert train + evaluation == pytest.approx(2_000, rel=0.08)
        assert evaluation / (train + evaluation) == pytest.approx(1 / 8, abs=0.025)


def test_ready_made_splits_are_pooled():
    """An example of a ready-made test may come into any fold."""
    shares = fold_shares(3, SPLIT)
    for ready in ("train", "test", None):
        assert shares_of(ready, ("train", "test"), shares) == shares


def test_a_class_with_fewer_examples_than_folds_is_named():
    """As many folds as examples are allowed."""
    check_number(6, {"cat": 6, "dog": 7})
    with pytest.raises(InputError, match=r"^7 folds are more than the class 'cat' has .*, 6; take"):
        check_number(7, {"cat": 6, "dog": 7})


FULL = {
    (f"fold_{number}_{part}", label): 1
    for number in (1, 2)
    for part in ("train", "eval")
    for label in "ab"
}


def without(*keys):
    """Returns counts that lack some, and have enough examples of both classes elsewhere."""
    return {key: 5 for key in FULL if key not in keys}


@pytest.mark.parametrize(
    ("examples", "words"),
    [
        (
            without(*(key for key in FULL if key[0].startswith("fold_2"))),
            r"^fold 2 came out empty: there are 20 examples in 2 folds; take fewer",
        ),
        (
            without(("fold_1_eval", "a"), ("fold_1_eval", "b")),
            r"^without fold 2, no example is left for eval: there are 30 examples in 2 folds",
        ),
        (
            without(("fold_2_train", "b")),
            r"^without fold 1, no example of the class 'b' is left to learn from: it has 15",
        ),
    ],
)
def test_a_fold_that_cannot_be_held_out_is_said_with_its_number(examples, words):
    """An empty fold, no eval, a class that lies in one fold: none is found out in training."""
    check_folds(2, FULL)
    with pytest.raises(InputError, match=words):
        check_folds(2, examples)


@pytest.fixture
def ingest(tmp_path_factory):
    """Ingests folds through Beam in memory; returns the artifact, and sources by split."""

    def run(data, folds):
        artifact = Examples()
        artifact.uri = str(tmp_path_factory.mktemp("examples"))
        context = BaseBeamExecutor.Context(
            beam_pipeline_args=["--direct_running_mode=in_memory", "--direct_num_workers=1"]
        )
        properties = {"data": json.dumps(data), "split": json.dumps(fold_shares(folds, SPLIT))}
        Executor(context).Do({}, {"examples": [artifact]}, properties)
        found = {}
        for split in artifact_utils.decode_split_names(artifact.split_names):
            files = tf.io.gfile.glob(f"{artifact.uri}/Split-{split}/*.gz")
            records = tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator()
            features = [tf.train.Example.FromString(each).features.feature for each in records]
            found[split] = [each["source"].bytes_list.value[0].decode() for each in features]
        return artifact, found

    return run


def test_a_group_lies_in_one_fold(ingest, write, text_data):
    """Rows that share the group's column are never trained on while others are tested on."""
    rows = [f"text {n},{'ab'[n % 2]},g{n // 6}\n" for n in range(240)]
    write("a.csv", "text,label,group\n" + "".join(rows))
    artifact, found = ingest({**text_data, "group_column": "group"}, 3)
    assert list(found) == list(fold_shares(3, SPLIT))
    groups = [
        {
            int(source.partition("#row ")[2]) // 6
            for split in fold_splits(3, n).test
            for source in found[split]
            if int(source.partition("#row ")[2]) % 6
        }
        for n in (1, 2, 3)
    ]
    assert sum(map(len, groups)) == len(set.union(*groups)) == 40
    with tf.io.gfile.GFile(f"{artifact.uri}/{INGEST_REPORT}") as file:
        report = json.load(file)
    counted = {split: sum(classes.values()) for split, classes in report["examples"].items()}
    assert counted == {split: len(sources) for split, sources in found.items()}


def test_copies_lie_in_one_fold_whatever_split_they_came_from(ingest, write, picture, image_data):
    """The same picture in a ready-made train and test is on one side of every fold."""
    for number in range(60):
        label = "cat" if number % 2 else "dog"
        write(f"train/{label}/{number}.png", picture(number))
        write(f"test/{label}/{number}.png", picture(number))
    _, found = ingest(image_data, 2)
    sides = [
        {source.split("/")[-1] for split in fold_splits(2, n).test for source in found[split]}
        for n in (1, 2)
    ]
    assert sides[0].isdisjoint(sides[1])
    assert len(sides[0] | sides[1]) == 60
    assert sum(map(len, found.values())) == 120


def test_too_many_folds_for_the_rows_of_a_class_stop_the_ingest(ingest, write, text_data):
    """Of a table, it is known only then."""
    rows = [f"text {n},{'b' if n < 4 else 'a'}\n" for n in range(200)]
    write("a.csv", "text,label\n" + "".join(rows))
    with pytest.raises(InputError, match="5 folds are more than the class 'b' has examples, 4"):
        ingest(text_data, 5)
