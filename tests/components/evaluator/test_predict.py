"""Both models look at every example, whatever order their classes have."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.errors import InputError
from components.evaluator.predict import predict

BRIGHTNESS = [0.1, 0.2, 0.3, 0.4, 0.55, 0.6, 0.7, 0.8]


class Brightness(tf.Module):
    """Answers with the brightness: the probability of `bright`, and one minus it of `dark`."""

    def __init__(self, order):
        super().__init__()
        self.order = order

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def answer(self, examples):
        spec = {"brightness": tf.io.FixedLenFeature([], tf.float32)}
        bright = tf.io.parse_example(examples, spec)["brightness"]
        return {"probabilities": tf.gather(tf.stack([1 - bright, bright], 1), self.order, axis=1)}


def saved(folder: Path, classes: list[str], order: list[int]) -> str:
    module = Brightness(order)
    tf.saved_model.save(module, str(folder), {"serving_default": module.answer})
    (folder / "assets.extra").mkdir()
    (folder / "assets.extra" / "labels.txt").write_text("".join(f"{c}\n" for c in classes))
    return str(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Examples of which the first half is dark; two models; a model of another class."""
    folder = tmp_path_factory.mktemp("predict")
    (folder / "examples" / "Split-test").mkdir(parents=True)
    file = folder / "examples" / "Split-test" / "data_tfrecord-00000-of-00001.gz"
    with tf.io.TFRecordWriter(str(file), "GZIP") as writer:
        for number, brightness in enumerate(BRIGHTNESS):
            features = {
                "source": [f"{number}.png".encode()],
                "label": [b"dark" if brightness < 0.5 else b"bright"],
            }
            example = tf.train.Example()
            for name, value in features.items():
                example.features.feature[name].bytes_list.value.extend(value)
            example.features.feature["brightness"].float_list.value.append(brightness)
            example.features.feature["width"].int64_list.value.append(32)
            writer.write(example.SerializeToString())
    saved(folder / "model", ["dark", "bright"], [0, 1])
    saved(folder / "reversed", ["bright", "dark"], [1, 0])
    saved(folder / "other", ["dusky", "dark"], [1, 0])
    return folder


def looked_at(folder, baseline=None, sliced=None, split="test"):
    baseline = str(folder / baseline) if baseline else None
    examples, model = str(folder / "examples"), str(folder / "model")
    return predict(examples, split, model, baseline, "image", sliced, 2)


def test_the_candidate_answers_every_example_in_order(folder):
    found = looked_at(folder)
    assert found.sources == [f"{number}.png" for number in range(8)]
    assert found.candidate[:, 1] == pytest.approx(BRIGHTNESS)
    assert found.right(found.candidate).all()
    assert found.baseline is None


def test_a_baseline_with_its_classes_in_another_order_says_the_same(folder):
    found = looked_at(folder, "reversed")
    assert found.baseline == pytest.approx(found.candidate)


def test_a_class_that_the_baseline_does_not_know_has_no_probability(folder):
    found = looked_at(folder, "other")
    assert (found.baseline[:, 1] == 0).all()
    assert found.baseline[:, 0] == pytest.approx(1 - np.array(BRIGHTNESS))


def test_examples_are_sliced_by_what_was_measured_and_differs(folder):
    assert set(looked_at(folder).slices) == {"label", "brightness"}
    assert set(looked_at(folder, sliced=[]).slices) == {"label"}
    assert looked_at(folder).slices["brightness"][0] == "lowest half, up to 0.4"


def test_an_empty_split_is_named(folder):
    with pytest.raises(InputError, match="the split 'nowhere' has no examples"):
        looked_at(folder, split="nowhere")
