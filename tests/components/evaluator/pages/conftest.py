"""Evaluations as they come, with contents made up."""

import base64
import io
import math
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from components.evaluator.report import (
    CalibrationBin,
    Comparison,
    Decision,
    Evaluation,
    Interval,
    Metrics,
    Mistake,
    Slice,
)

CLASSES = ("cat", "dog", "ship")
CONFUSION = ((70, 25, 5), (10, 88, 2), (0, 1, 99))
CURVES = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 920 300"><title>Loss</title>'
    '<rect width="920" height="300" fill="white"/><text x="9" y="20">Loss</text></svg>\n'
)
SETTINGS = {
    "min_accuracy": 0.7,
    "max_accuracy_drop": 0.01,
    "min_slice_accuracy": 0.5,
    "max_slice_drop": 0.05,
    "confidence": 0.95,
}
ATTACK = """</style></script><script>alert(1)</script>"'><img src=x onerror=alert(1)>&amp;"""
LONG = ATTACK + "VeryLongClassName" * 20
NAN = math.nan


def picture(seed, size=32):
    """Returns an image of noise as a `data:` address."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def comparison(right, examples, gains=None, losses=0):
    """Returns what a candidate has right, and a baseline unless there are no gains to count."""
    share = right / examples
    room = 1 / math.sqrt(examples)
    accuracy = Interval(share, max(0, share - room), min(1, share + room))
    if gains is None:
        return Comparison(examples, accuracy, None, None, 0, 0)
    difference = (gains - losses) / examples
    interval = Interval(difference, difference - room / 3, difference + room / 3)
    return Comparison(examples, accuracy, share - difference, interval, gains, losses)


def part(name, counts, feature="label", p_value=1.0, fault=None):
    """Returns a slice."""
    return Slice(feature, name, comparison(*counts), p_value, fault)


def metrics(classes=CLASSES, **values):
    """Returns metrics that are as good for each class."""
    values = {
        "accuracy": 0.8567,
        "macro_f1": 0.8512,
        "auc": 0.9643,
        "log_loss": 0.4121,
        "calibration_error": 0.0312,
    } | values
    figures = ({name: share for name in classes} for share in (0.85, 0.8, 0.824))
    return Metrics(values, *figures)


def mistakes(count):
    """Returns mistakes over pictures."""
    return tuple(
        Mistake(
            source=f"test/cat/{i}.png",
            label="cat",
            predicted="dog",
            probability=0.99 - i / 1000,
            baseline_predicted="cat" if i % 2 else "ship",
            image=picture(i),
            heat=picture(i + 100),
            words=(),
        )
        for i in range(count)
    )


def bins():
    """Returns bins of which the first is empty and the second all but empty."""
    return (
        CalibrationBin(0.0, 0.25, 0, NAN, NAN),
        CalibrationBin(0.25, 0.5, 4, 0.45, 0.75),
        CalibrationBin(0.5, 0.75, 96, 0.65, 0.5),
        CalibrationBin(0.75, 1.0, 200, 0.95, 0.9),
    )


@pytest.fixture(scope="module")
def blessed():
    """Images, a little better than the model in service."""
    return Evaluation(
        task="cifar10",
        kind="image",
        classes=CLASSES,
        settings=SETTINGS,
        baseline="version 1763801234, in service",
        decision=Decision(
            verdict="blessed",
            reason="The candidate has 85.7% right, the model in service 84.7%.",
            faults=(),
            overall=comparison(257, 300, 24, 21),
            slices=(
                part("cat", (70, 100, 5, 9)),
                part("lowest quarter: up to 0.31", (60, 75, 4, 5), "brightness"),
                part("ship", (99, 100, 3, 1), p_value=None),
            ),
            examples_needed=8_731,
        ),
        candidate=metrics(),
        baseline_metrics=metrics(accuracy=0.8467, calibration_error=0.0211, macro_f1=0.8512),
        confusion=CONFUSION,
        calibration=bins(),
        mistakes=mistakes(3),
        wrong=43,
        curves=CURVES,
        tensorboard="/home/mia/my runs/cifar10/model_run",
    )


@pytest.fixture(scope="module")
def blocked(blessed):
    """Two slices fell behind, and the average as well."""
    fault = "On “cat” the candidate is surely more than 5 points below the model in service."
    faults = (fault, "On “dog” it is, too.", "It may be 1.9 points worse, and 1 is allowed.")
    slices = (
        part("cat", (70, 100, 1, 30), p_value=0.0004, fault=fault),
        part("dog", (88, 100, 1, 25), p_value=0.003, fault="On “dog” it is, too."),
        *(part(f"kind {i}", (90, 100, i, 5)) for i in range(40)),
        part("tiny", (1, 2, 0, 1), "bytes", p_value=None),
    )
    overall = comparison(257, 300, 24, 30)
    decision = Decision("not blessed", fault, faults, overall, slices, 8_731)
    return replace(blessed, decision=decision)


@pytest.fixture(scope="module")
def undecided(blessed):
    """A handful of examples."""
    faults = ("12 examples would not even bless an equally good model.",)
    decision = Decision(
        "not enough data", "Nobody can tell.", faults, comparison(10, 12, 1, 1), (), 8_731
    )
    return replace(blessed, decision=decision, mistakes=(), wrong=2, curves=None)


@pytest.fixture(scope="module")
def first(blessed):
    """The first model, which never says `cat`."""
    fault = "On “cat” it has 0.0% right, and 50% are asked."
    decision = Decision(
        verdict="not blessed",
        reason=fault,
        faults=(fault,),
        overall=comparison(187, 300),
        slices=(part("cat", (0, 100), p_value=0.0001, fault=fault), part("dog", (88, 100))),
        examples_needed=None,
    )
    candidate = metrics()
    candidate = replace(
        candidate,
        precision=candidate.precision | {"cat": NAN},
        recall=candidate.recall | {"cat": 0.0},
        f1=candidate.f1 | {"cat": 0.0},
    )
    return replace(
        blessed,
        baseline=None,
        decision=decision,
        candidate=candidate,
        baseline_metrics=None,
        confusion=((0, 95, 5), (0, 98, 2), (0, 1, 99)),
        mistakes=tuple(replace(each, baseline_predicted=None) for each in blessed.mistakes),
        tensorboard=None,
    )


@pytest.fixture(scope="module")
def perfect(first):
    """Two classes of texts, all right."""
    decision = Decision(
        verdict="blessed",
        reason="The candidate has all 200 right.",
        faults=(),
        overall=comparison(200, 200),
        slices=(),
        examples_needed=None,
    )
    return replace(
        first,
        kind="text",
        task="mail",
        classes=("ham", "spam"),
        settings={},
        decision=decision,
        candidate=metrics(("ham", "spam"), accuracy=1.0),
        confusion=((100, 0), (0, 100)),
        calibration=(CalibrationBin(0.95, 1.0, 200, 0.999, 1.0),),
        mistakes=(),
        wrong=0,
        curves=None,
    )


@pytest.fixture(scope="module")
def texts(blessed):
    """Texts: one short, one long, one without weights, one that runs from right to left."""
    long = [(f"word{i}", 0.0) for i in range(900)]
    long[400] = ("wonderful", 0.41)
    long[420] = ("awful", -0.3)
    short = (("A", 0.0), ("great", 0.2), ("film", 0.1), ("not", -0.2), ("really", 0.03))
    contents = [short, tuple(long), (("no", 0.0001), ("weights", NAN)), (("שלום", 0.2),), ()]
    return replace(
        blessed,
        task="imdb",
        kind="text",
        classes=("neg", "pos"),
        candidate=metrics(("neg", "pos")),
        baseline_metrics=metrics(("neg", "pos")),
        confusion=((80, 20), (15, 85)),
        mistakes=tuple(
            Mistake(f"reviews.csv:{i}", "neg", "pos", 0.98, "neg", None, None, words)
            for i, words in enumerate(contents)
        ),
        wrong=35,
    )


@pytest.fixture(scope="module")
def hundred(blessed):
    """A hundred classes, each taken for the next one now and then."""
    names = tuple(f"kind {i:02}" for i in range(100))
    confusion = 90 * np.eye(100, dtype=int)
    for i in range(100):
        confusion[i, (i + 1) % 100] = i % 10
    candidate = metrics(names)
    candidate.f1.update({name: 0.5 + i / 250 for i, name in enumerate(names)})
    slices = tuple(part(name, (80, 100, 5, 4)) for name in names)
    return replace(
        blessed,
        classes=names,
        decision=replace(blessed.decision, slices=slices),
        candidate=candidate,
        baseline_metrics=metrics(names),
        confusion=tuple(map(tuple, confusion.tolist())),
    )


@pytest.fixture(scope="module")
def nasty(blocked):
    """Every name and text of a user's is long or tries to get out of its place, and numbers are
    missing."""
    classes = (LONG, "貓" * 40)
    nowhere = Interval(NAN, NAN, NAN)
    known = blocked.decision.slices[0]
    unknown = Comparison(1, nowhere, NAN, nowhere, 0, 0)
    return replace(
        blocked,
        task=ATTACK,
        kind="text",
        classes=classes,
        settings={ATTACK: LONG, "confidence": 0.95},
        baseline=LONG,
        decision=replace(
            blocked.decision,
            reason=ATTACK,
            faults=(ATTACK, LONG, *(f"{ATTACK} {i}" for i in range(60))),
            overall=replace(blocked.decision.overall, accuracy=nowhere, difference=nowhere),
            slices=(
                replace(known, feature=LONG, name=ATTACK, fault=LONG),
                Slice("label", LONG, unknown, NAN, None),
            ),
        ),
        candidate=Metrics({ATTACK: 1.0, "accuracy": NAN, "auc": math.inf}, {LONG: NAN}, {}, {}),
        baseline_metrics=Metrics({"accuracy": 0.5}, {}, {}, {}),
        confusion=((5, 7), (0, 0)),
        mistakes=(
            Mistake(LONG, LONG, ATTACK, 0.9, LONG, None, None, ((ATTACK, 0.5), ("W" * 3000, -0.5))),
            Mistake(ATTACK, LONG, ATTACK, NAN, None, "javascript:alert(1)", "http://x/", ()),
        ),
        curves="<svg onload='alert(1)'>",
        tensorboard=f"/a b/{ATTACK}",
    )
