"""Examples are divided, shifted and judged, by the product and by others, as it is said."""

import dataclasses
import io
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from _drift_cases import Composition, cases, compositions, divide, unseen
from _drift_figures import OURS, TFDV
from _drift_rows import Rows, look, read, with_content
from _drift_trials import Batch, Setting, run_batch
from _drift_verdicts import RowByRow, judge_whole
from _other_drift_tools import TensorFlowDataValidation, ask_evidently
from PIL import Image

from components.drift_report.assess import Named, Settings, assess
from components.drift_report.sample import Sample
from components.errors import InputError
from components.examples import values

CLASSES = ("cat", "dog", "ship", "truck")


def example(kind: str, content: bytes, label: str) -> bytes:
    """What ingest writes, without what it measures."""
    found = tf.train.Example()
    feature = found.features.feature
    feature[kind].bytes_list.value.append(content)
    feature["label"].bytes_list.value.append(label.encode())
    feature["source"].bytes_list.value.append(b"somewhere")
    return found.SerializeToString()


def photograph(random: np.random.Generator) -> bytes:
    saved = io.BytesIO()
    pixels = random.integers(0, 256, (4, 4, 3), np.uint8)
    Image.fromarray(pixels).resize((16, 16), 2).save(saved, "JPEG", quality=75)
    return saved.getvalue()


@pytest.fixture(scope="module")
def images() -> Rows:
    """400 small images, a quarter of each class."""
    random = np.random.default_rng(0)
    raw = [(photograph(random), CLASSES[number % 4]) for number in range(400)]
    return look(
        [with_content(example("image", content, label), content) for content, label in raw], None
    )


@pytest.fixture(scope="module")
def texts() -> Rows:
    random = np.random.default_rng(0)
    words = np.array(["a", "dull", "good", "horror", "film", "with", "seven", "actors"])
    raw = [(" ".join(random.choice(words, 6 + n % 3)), ("neg", "pos")[n % 2]) for n in range(200)]
    return look(
        [with_content(example("text", t.encode(), label), t.encode()) for t, label in raw], None
    )


def setting(rows: Rows) -> Setting:
    return Setting(
        rows=rows,
        model=None,
        domain=[],
        sizes=(50, 100),
        reference_size=250,
        pool_size=120,
        false_alarm_rate=0.05,
        evidently=None,
    )


def batch(composition: Composition, altered: bool = False) -> Batch:
    return Batch(
        seed=3,
        samples=2,
        evidently_samples=0,
        estimates=True,
        composition=composition,
        altered=altered,
    )


def test_what_is_measured_follows_the_content() -> None:
    """A brighter image in the same example has another brightness and another size in bytes."""
    random = np.random.default_rng(0)
    dark, light = (photograph(random) for _ in range(2))
    found = tf.train.Example.FromString(with_content(example("image", dark, "cat"), light))
    assert values(found, "bytes") == [len(light)]
    assert found.features.feature["image"].bytes_list.value[:] == [light]
    assert 0 < values(found, "brightness")[0] < 1
    assert values(found, "label") == ["cat"]


def test_the_examples_are_those_of_eval_and_test(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for split, label in (("train", "cat"), ("eval", "dog"), ("test", "ship")):
        folder = tmp_path / f"Split-{split}"
        folder.mkdir()
        with tf.io.TFRecordWriter(str(folder / "data-00000-of-00001.gz"), "GZIP") as writer:
            for _ in range(3):
                writer.write(example("image", photograph(random), label))
    rows = read(tmp_path, None)
    assert rows.labels == ["dog"] * 3 + ["ship"] * 3
    assert {"brightness", "bytes"} <= set(rows.scalars)
    assert rows.view.embeddings.shape[0] == 6


def test_a_folder_without_examples_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=tmp_path.name):
        read(tmp_path, None)


def test_taken_rows_keep_together(images: Rows) -> None:
    taken = images.take(np.array([5, 2]))
    assert taken.contents == [images.contents[5], images.contents[2]]
    assert taken.labels == [images.labels[5], images.labels[2]]
    assert taken.scalars["bytes"].tolist() == [len(content) for content in taken.contents]
    assert taken.view.embeddings.tolist() == images.view.embeddings[[5, 2]].tolist()
    assert taken.unlabelled().labels is None


def test_a_division_has_no_overlap_and_the_mix_that_was_asked_for(images: Rows) -> None:
    mix = compositions(images)[1]
    division = divide(mix, 200, 100, np.random.default_rng(0))
    assert not set(division.reference) & set(division.current)
    assert mix.members[division.current].mean() == pytest.approx(0.6)
    assert mix.members[division.reference].mean() == pytest.approx(0.5)
    assert len(division.reference) == 200


def test_a_reference_is_smaller_where_its_mix_runs_out(images: Rows) -> None:
    """Of 200 vehicles 90 are taken; the other 110 are half of the reference."""
    division = divide(compositions(images)[1], 300, 150, np.random.default_rng(0))
    assert len(division.reference) == 220


def test_a_reference_lacks_the_unseen_class(images: Rows) -> None:
    composition = unseen(images, "ship")
    division = divide(composition, 250, 100, np.random.default_rng(0))
    assert not composition.members[division.reference].any()
    assert composition.members[division.current].mean() == pytest.approx(0.25)
    assert not composition.labelled


def test_texts_with_a_word_are_a_mix_of_their_own(texts: Rows) -> None:
    _, labels, word = compositions(texts)
    assert labels.reference_share == pytest.approx(0.5)
    assert word.current_share == 0.5
    with_word = [b"horror" in content for content in texts.contents]
    assert word.members.tolist() == with_word


def test_texts_of_another_domain_take_the_place_of_all_without_their_labels() -> None:
    *_, other = cases("text", [b"one", b"two", b"three"])
    altered = other.alter([b"x", b"y"], np.random.default_rng(0))
    assert len(set(altered)) == 2
    assert set(altered) <= {b"one", b"two", b"three"}
    assert not other.labelled


def test_without_another_domain_there_is_no_such_case() -> None:
    assert len(cases("text", [b"one"])) == len(cases("text", [])) + 1


def test_a_whole_verdict_is_that_of_a_report(images: Rows) -> None:
    """Distances, thresholds and p-values of all comparisons, near-duplicates included."""
    order = np.random.default_rng(1).permutation(len(images))
    reference, current = images.take(order[:250]), images.take(order[250:330])
    found = judge_whole(reference, current, 0.05, seed=7)
    sides = [Named("a set", Sample(len(s), s.serialized)) for s in (reference, current)]
    settings = Settings(false_alarm_rate=0.05, min_examples=2, max_examples=1000, seed=7)
    report = assess("t", "image", *sides, None, settings)
    for finding in report.findings:
        ours = found.pop(finding.name)
        assert ours.distance == pytest.approx(finding.distance, abs=1e-5)
        assert ours.threshold == pytest.approx(finding.threshold, abs=1e-5)
        assert ours.p_value == pytest.approx(finding.p_value, abs=0.01)
    assert not found


def test_thresholds_serve_every_sample_of_their_size(images: Rows) -> None:
    """What was found on one sample of much brighter images is found on the next, row by row."""
    reference, pool = images.take(np.arange(250)), images.take(np.arange(250, 400))
    bright = next(c for c in cases("image", []) if (c.shift, c.severity) == ("brightness", 3))
    shifted = pool.altered(bright.alter(pool.contents, np.random.default_rng(0)), None)
    first, second = np.arange(70), np.arange(80, 150)
    judged = judge_whole(reference, shifted.take(first), 0.05, seed=0)
    found = RowByRow(reference, shifted).drifted(second, judged)
    again = judge_whole(reference, shifted.take(second), 0.05, seed=0)
    assert "brightness" in found
    assert set(found) == {n for n, o in again.items() if o.drifted} - {"embedding"}
    assert not RowByRow(reference, shifted).drifted(second, {})


def test_which_words_are_compared_is_not_told_row_by_row(texts: Rows) -> None:
    """It depends on all of the texts; their other measures do not."""
    reference, pool = texts.take(np.arange(100)), texts.take(np.arange(100, 200))
    pool = pool.altered([b"nothing else at all"] * 100, None)
    judged = judge_whole(reference, pool, 0.05, seed=0)
    found = RowByRow(reference, pool).drifted(np.arange(100), judged)
    assert judged["vocabulary"].drifted
    assert "unknown_words" in found
    assert not {"vocabulary", "embedding"} & set(found)


def test_samples_of_every_size_are_judged_by_ours_and_tfdv(images: Rows) -> None:
    found = run_batch(setting(images), batch(compositions(images)[1]))
    assert [trial.size for trial in found.trials] == [50, 50, 100, 100]
    assert all(set(trial.alarms) == {OURS, TFDV} for trial in found.trials)
    assert {trial.shift for trial in found.trials} == {"class mix 60/40"}
    assert not found.guesses


def test_the_label_is_withheld_of_an_unseen_class(images: Rows) -> None:
    """Told, it would have drifted in every sample, as the reference has none of it."""
    composition = unseen(images, "ship")
    told = dataclasses.replace(composition, labelled=True)
    withheld, seen = (
        [trial.drifted for trial in run_batch(setting(images), batch(each)).trials if trial.drifted]
        for each in (composition, told)
    )
    assert len(seen) == 2
    assert all("label" in drifted for drifted in seen)
    assert not any("label" in drifted for drifted in withheld)


def test_all_alterations_are_gone_through(texts: Rows) -> None:
    smaller = dataclasses.replace(
        setting(texts), sizes=(40,), reference_size=100, pool_size=60, domain=[b"one two"] * 60
    )
    found = run_batch(smaller, batch(compositions(texts)[0], altered=True))
    keys = [(trial.shift, trial.severity) for trial in found.trials]
    assert len(keys) == 2 * len(set(keys)) == 2 * 8
    truncated = [trial for trial in found.trials if trial.shift == "truncation"]
    assert all(trial.alarms[OURS] for trial in truncated)
    assert {trial.reference for trial in found.trials} == {100}


def test_one_alteration_can_be_gone_through_alone(texts: Rows) -> None:
    smaller = dataclasses.replace(
        setting(texts), sizes=(40,), reference_size=100, pool_size=60, only="truncation"
    )
    found = run_batch(smaller, batch(compositions(texts)[0], altered=True))
    assert {(trial.shift, trial.severity) for trial in found.trials} == {
        ("truncation", severity) for severity in (1, 2, 3)
    }


def test_tfdv_has_thresholds_of_its_own(images: Rows) -> None:
    """It sees a label mix that is off by more than a tenth, and nothing in the reference."""
    tfdv = TensorFlowDataValidation(images)
    assert tfdv.judge(images) == {TFDV: False}
    cats = [row for row, label in enumerate(images.labels) if label == "cat"]
    off = images.take(np.array([*cats, *range(200)]))
    assert tfdv.judge(off) == {TFDV: True}
    same = dataclasses.replace(images.take(np.arange(400)), labels=None)
    assert tfdv.judge(same) == {TFDV: False}


def test_evidently_is_asked_in_a_process_of_its_own(
    images: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program finds the reference and every sample, with labels where they are known."""
    program = tmp_path / "program.py"
    program.write_text(
        "import json, sys, pathlib, numpy as np\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).glob('*.npz'))[1:]:\n"
        "    with np.load(path) as arrays:\n"
        "        print(json.dumps([len(arrays['embeddings']), 'labels' in arrays,\n"
        "                          'scalar_bytes' in arrays]))\n"
    )
    monkeypatch.setattr("_other_drift_tools._PROGRAM", program)
    samples = [images.take(np.arange(3)), images.take(np.arange(5)).unlabelled()]
    answers = ask_evidently(Path(sys.executable), images, samples)
    assert answers == [[3, True, True], [5, False, True]]


def test_a_failing_evidently_is_told(
    images: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program.py"
    program.write_text("raise SystemExit('no such column')")
    monkeypatch.setattr("_other_drift_tools._PROGRAM", program)
    with pytest.raises(RuntimeError, match="no such column"):
        ask_evidently(Path(sys.executable), images, [images])
