import tensorflow as tf

from components.evaluator.fold_accuracy import right


class SeesLength(tf.Module):
    """Takes long texts for `prose`."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def serve(self, examples):
        texts = tf.io.parse_example(examples, {"text": tf.io.FixedLenFeature([], tf.string)})
        prose = tf.cast(tf.strings.length(texts["text"]) > 5, tf.float32)
        return {"probabilities": tf.stack([1 - prose, prose], axis=1)}


def example(text, label):
    made = tf.train.Example()
    made.features.feature["text"].bytes_list.value.append(text)
    made.features.feature["label"].bytes_list.value.append(label)
    return made.SerializeToString()


def test_every_example_is_judged_once_and_in_order(tmp_path):
    """More examples than go through the model at once, with every third label wrong."""
    model = SeesLength()
    tf.saved_model.save(model, str(tmp_path), signatures={"serving_default": model.serve})
    (tmp_path / "assets.extra").mkdir()
    (tmp_path / "assets.extra" / "labels.txt").write_text("poem\nprose\n")
    wrong = [n % 3 == 0 for n in range(601)]
    examples = [
        example(b"a" * (4 if n % 2 else 9), b"poem" if bool(n % 2) != wrong[n] else b"prose")
        for n in range(601)
    ]
    found = right(str(tmp_path), iter(examples))
    assert found.tolist() == [not each for each in wrong]
    assert right(str(tmp_path), []).shape == (0,)
