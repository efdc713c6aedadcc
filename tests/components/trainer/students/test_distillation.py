import keras
import numpy as np
import pytest

from components.trainer.students.distillation import Distilled, Divergence, log_softened

pytestmark = pytest.mark.training

RANDOM = np.random.default_rng(0)
LOGITS = RANDOM.normal(0, 3, (20, 5)).astype(np.float32)


def softmax(logits):
    exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponents / exponents.sum(axis=-1, keepdims=True)


def test_probabilities_are_softened_as_their_logits_would_be():
    """What softmax has done is undone, whatever the temperature."""
    for temperature in (1.0, 4.0):
        found = np.exp(log_softened(softmax(LOGITS), temperature))
        np.testing.assert_allclose(found, softmax(LOGITS / temperature), atol=1e-5)


def test_the_divergence_is_that_of_the_softened_answers_times_the_temperature_squared():
    """By its definition; 0 where student and teacher agree."""
    taught, answered = softmax(LOGITS), softmax(LOGITS[::-1])
    p, q = softmax(LOGITS / 3), softmax(LOGITS[::-1] / 3)
    found = np.array(Divergence(3.0).call(taught, answered))
    np.testing.assert_allclose(found, 9 * (p * np.log(p / q)).sum(axis=1), rtol=1e-3)
    np.testing.assert_allclose(Divergence(3.0).call(taught, taught), 0, atol=1e-5)


def network(units, seed):
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(units, activation="tanh")(inputs)
    return keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(hidden))


@pytest.fixture
def teacher():
    """A network of sharp answers."""
    model = network(16, seed=1)
    model.layers[-1].set_weights([4 * weight for weight in model.layers[-1].get_weights()])
    return model


def fitted(student, teacher, label_weight, labels, inputs):
    model = Distilled(student, teacher, 2.0, label_weight)
    model.compile(keras.optimizers.Adam(0.02), keras.losses.CategoricalCrossentropy())
    model.fit(inputs, labels, epochs=40, batch_size=100, verbose=0)
    return model


def test_a_student_learns_what_its_teacher_says_and_not_what_the_labels_say(teacher):
    """With all weight on the teacher, labels of another class change nothing."""
    inputs = RANDOM.normal(size=(400, 4)).astype(np.float32)
    taught = teacher.predict(inputs, verbose=0)
    wrong = np.eye(3, dtype=np.float32)[(taught.argmax(axis=1) + 1) % 3]
    student = network(8, seed=2)
    before = [np.array(weight) for weight in teacher.weights]
    fitted(student, teacher, 0.0, wrong, inputs)
    new = RANDOM.normal(size=(400, 4)).astype(np.float32)
    expected, found = teacher.predict(new, verbose=0), student.predict(new, verbose=0)
    assert (expected.argmax(axis=1) == found.argmax(axis=1)).mean() > 0.9
    assert np.abs(expected - found).mean() < 0.08
    for weight, value in zip(teacher.weights, before, strict=True):
        np.testing.assert_array_equal(weight, value)


def test_with_all_weight_on_the_labels_the_teacher_counts_for_nothing(teacher):
    """The other end of the same scale."""
    inputs = RANDOM.normal(size=(400, 4)).astype(np.float32)
    taught = teacher.predict(inputs, verbose=0).argmax(axis=1)
    student = network(8, seed=2)
    fitted(student, teacher, 1.0, np.eye(3, dtype=np.float32)[(taught + 1) % 3], inputs)
    found = student.predict(inputs, verbose=0).argmax(axis=1)
    assert (found == (taught + 1) % 3).mean() > 0.9


def test_its_weights_are_the_students_alone(teacher):
    """A backup, an average or an export of it has nothing of the teacher."""
    student = network(8, seed=2)
    model = Distilled(student, teacher, 2.0, 0.5)
    assert [id(weight) for weight in model.weights] == [id(weight) for weight in student.weights]


def test_evaluation_is_by_the_labels_alone_and_classes_weigh_both_parts(teacher):
    """Early stopping compares losses that any training has; a weight of 0 silences an example."""
    inputs = RANDOM.normal(size=(50, 4)).astype(np.float32)
    labels = np.eye(3, dtype=np.float32)[RANDOM.integers(0, 3, 50)]
    student = network(8, seed=2)
    model = Distilled(student, teacher, 2.0, 0.3)
    model.compile("sgd", keras.losses.CategoricalCrossentropy())
    answers = student.predict(inputs, verbose=0)
    by_labels = -np.log(answers[labels.astype(bool)]).mean()
    assert model.evaluate(inputs, labels, verbose=0) == pytest.approx(by_labels, rel=1e-4)
    of_teacher = np.array(Divergence(2.0).call(teacher(inputs), answers)).mean()
    loss = model.compute_loss(inputs, labels, answers)
    assert float(loss) == pytest.approx(0.3 * by_labels + 0.7 * of_teacher, rel=1e-4)
    silent = model.compute_loss(inputs, labels, answers, np.zeros(50, np.float32))
    assert float(silent) == 0
