"""Reports as they come, with contents made up."""

import io
import math
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from components.drift_report.pages.history import Entry
from components.drift_report.report import (
    AccuracyEstimate,
    Advice,
    Finding,
    Histogram,
    Map,
    Mix,
    Odd,
    Report,
    Side,
    Words,
)

CREATED = "2025-03-12T14:03:11+00:00"
REFERENCE = Side("span 3, which the model in service learned from", 50_000, 10_000)
CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def picture(size, seed=0, kind="PNG"):
    """Returns the file of an image of noise."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def finding(name, chart, distance=0.2, threshold=0.05, summary="mean 0.47 → 0.58"):
    """Returns a finding that drifted where the distance is above the threshold."""
    drifted = bool(distance > threshold)
    p_value = 0.0004 if drifted else 0.6
    return Finding(
        name, "distance in shares", distance, threshold, p_value, drifted, summary, chart
    )


def histogram(bins=30, low=0.0, high=1.0, shift=0.15):
    """Returns two bells."""
    edges = np.linspace(low, high, bins + 1)
    middles = np.linspace(0, 1, bins)
    bells = [np.exp(-(((middles - centre) / 0.12) ** 2)) for centre in (0.4, 0.4 + shift)]
    return Histogram(edges.tolist(), *((bell / bell.sum()).tolist() for bell in bells))


def plane(count=300, shift=1.0):
    """Returns two clouds of points."""
    random = np.random.default_rng(1)
    clouds = random.normal([[[0.0, 0.0]], [[shift, 0.0]]], 1, (2, count, 2))
    return Map(*([tuple(point) for point in cloud.tolist()] for cloud in clouds))


@pytest.fixture(scope="module")
def image_drift():
    """Images got brighter and another mix; the estimate can be held against the truth."""
    mix = Mix(CLASSES, [0.1] * 10, [0.1, 0.09, 0.11, 0.06, 0.1, 0.1, 0.1, 0.09, 0.15, 0.1])
    return Report(
        task="cifar10",
        kind="image",
        created=CREATED,
        verdict="drift",
        summary="The images of span 4 are brighter and hold more ships.",
        false_alarm_rate=0.05,
        current=Side("span 4", 12_000, 2_000),
        reference=REFERENCE,
        model="serving/cifar10/1741782000",
        findings=[
            finding("embedding", plane(), 0.042, 0.0035, "the middle moved by 1.0"),
            finding("brightness", histogram(), 0.291, 0.046),
            finding("label", mix, 0.081, 0.05, "ship 10.0% → 15.0%"),
            finding("bytes", histogram(low=400, high=2100, shift=0.0), 0.022, 0.046),
            finding("width", Histogram([31.5, 32.5], [1.0], [1.0]), 0.0, 0.0, "32 on both sides"),
        ],
        problems=["height: the reference lacks it"],
        accuracy=AccuracyEstimate(0.912, 0.823, 0.803, 0.842, "average confidence", 0.8105),
        advice=Advice("label", "The model may lose 9 points; 300 labels would show it.", 300),
        oddest=[
            Odd(f"cat/{i}.png", "cat", "dog" if i else "cat", 0.4 + i / 10, 100 - i / 10, content)
            for i, content in enumerate([picture(32), picture(300, kind="JPEG"), b"no image"])
        ],
    )


@pytest.fixture(scope="module")
def text_drift():
    """Texts of another domain came; no model is in service."""
    names = ["film", "def", "movie", "return", "args", "the", "and", "plot"]
    reference = [0.61, 0.001, 0.55, 0.01, 0.0, 0.99, 0.97, 0.2]
    current = [0.12, 0.44, 0.1, 0.4, 0.33, 0.9, 0.8, 0.03]
    texts = ["def main():\n    return 1", "A film of two hours. " * 100, "שלום עולם", ""]
    return Report(
        task="imdb",
        kind="text",
        created=CREATED,
        verdict="drift",
        summary="The texts of span 7 use other words.",
        false_alarm_rate=0.05,
        current=Side("span 7", 2_000, 2_000),
        reference=Side("span 6", 25_000, 10_000),
        findings=[
            finding("words", Words(names, reference, current), summary="“def” 0.1% → 44%"),
            finding("characters", histogram(low=0, high=6000)),
            finding("label", Mix(["neg", "pos"], [0.5, 0.5], [0.52, 0.48]), 0.02),
        ],
        advice=Advice("retrain", "The model has never seen such words."),
        oddest=[
            Odd(f"texts.csv:{i}", None, None, None, 99.9 - i, text.encode())
            for i, text in enumerate(texts)
        ],
    )


@pytest.fixture(scope="module")
def no_drift():
    """Nothing moved."""
    return Report(
        task="cifar10",
        kind="image",
        created=CREATED,
        verdict="none",
        summary="Span 4 looks like the data that the model in service learned from.",
        false_alarm_rate=0.05,
        current=Side("span 4", 12_000, 2_000),
        reference=REFERENCE,
        model="serving/cifar10/1741782000",
        findings=[finding("brightness", histogram(shift=0.01), 0.02)],
        accuracy=AccuracyEstimate(0.912, 0.91, 0.89, 0.93, "average confidence", None),
        advice=Advice("ignore", "The model is expected to do as well as before."),
    )


@pytest.fixture(scope="module")
def too_few():
    """A handful of examples came."""
    return Report(
        task="cifar10",
        kind="image",
        created=CREATED,
        verdict="too few examples",
        summary="Span 4 has 12 examples, and it takes 50.",
        false_alarm_rate=0.05,
        current=Side("span 4", 12, 12),
        reference=REFERENCE,
        advice=Advice("wait", "Below 50 examples even large shifts would go unseen."),
    )


@pytest.fixture(scope="module")
def no_reference():
    """The first span."""
    return Report(
        task="imdb",
        kind="text",
        created=CREATED,
        verdict="no reference",
        summary="There is no earlier span to compare span 1 with.",
        false_alarm_rate=0.05,
        current=Side("span 1", 25_000, 0),
    )


@pytest.fixture(scope="module")
def nasty(image_drift):
    """Every name and text of a user's is long, and tries to get out of its place."""
    attack = """</style></script><script>alert(1)</script>"'><img src=x onerror=alert(1)>&amp;"""
    long = attack + "VeryLongClassName" * 20
    mix = Mix([long, "貓" * 40, *map(str, range(98))], [0.01] * 100, [0.5, 0.3] + [0.002] * 98)
    words = Words([attack, "ß" * 90], [0.1, 0.2], [0.3, 0.4])
    return replace(
        image_drift,
        task=attack,
        summary=attack,
        model=attack,
        current=replace(image_drift.current, name=long),
        reference=replace(image_drift.reference, name=long),
        findings=[
            finding(long, mix, summary=long),
            finding(attack, words, summary=attack),
            replace(finding(long, histogram(), summary=long), statistic=attack),
        ],
        problems=[attack, long],
        accuracy=replace(image_drift.accuracy, method=attack),
        advice=replace(image_drift.advice, reason=attack),
        oddest=[
            Odd(long, long, attack, 0.5, 99.0, picture(8)),
            Odd(attack, attack, long, 0.5, 99.0, b""),
        ],
    )


@pytest.fixture(scope="module")
def history(image_drift, no_drift, too_few, no_reference):
    """Seven spans: the first, four without much to say, and two that drifted."""

    def of_span(number, report, factor=1.0, **others):
        created = f"2025-03-{number + 10:02}T06:30:00+00:00"
        side = replace(report.current, name=f"span {number}")
        findings = [
            replace(f, distance=f.distance * factor, drifted=f.distance * factor > f.threshold)
            for f in report.findings
        ]
        fields = {"created": created, "current": side, "findings": findings, "task": "cifar10"}
        return Entry(replace(report, **fields | others), f"../artifacts/report/{number}/index.html")

    better = replace(image_drift.accuracy, current=0.9, low=0.88, high=0.92, measured=None)
    quiet = {"verdict": "none", "summary": "Nothing moved.", "accuracy": better}
    return [
        of_span(1, no_reference, kind="image"),
        of_span(2, image_drift, 0.05, **quiet),
        of_span(3, image_drift, 0.08, **quiet),
        of_span(4, image_drift, 0.5),
        of_span(5, no_drift),
        of_span(6, too_few),
        of_span(7, image_drift),
    ]


@pytest.fixture(scope="module")
def nasty_history(nasty):
    """Names that try to get out of their place, and distances that are no numbers."""
    first, second, *others = nasty.findings
    nan = replace(first, distance=math.nan)
    endless = replace(second, threshold=0.0)
    estimate = replace(nasty.accuracy, low=math.nan, measured=math.inf)
    later = replace(nasty, findings=[nan, endless, *others], accuracy=estimate)
    return [Entry(nasty, "../a/index.html"), Entry(later, "../b/index.html")]
