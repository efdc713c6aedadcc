"""Reports as they come, with contents made up."""

from dataclasses import asdict, replace

import pytest

from components.tflite_rewriter.compare import Comparison, Interval
from components.tflite_rewriter.judge import judge
from components.tflite_rewriter.latency import Latency
from components.tflite_rewriter.report import (
    KERAS,
    SAVED_MODEL,
    SERVED,
    Machine,
    Report,
    Row,
    model_not_blessed,
)
from components.tflite_rewriter.settings import Settings
from components.tflite_rewriter.verdict import verdict

ATTACK = """</style></script><script>alert(1)</script>"'><img src=x onerror=alert(1)>&amp;"""
LONG = ATTACK + "VeryLongNetworkName" * 20
EXAMPLES = 1000
SETTINGS = Settings(
    examples=EXAMPLES,
    variants=("float32", "float16", "dynamic_range", "int8"),
    max_accuracy_drop=0.005,
    min_agreement=0.95,
)
MACHINE = Machine("Some Processor 7 @ 2.4GHz", 8, "2.16.2")


def row(variant, kib, ms, lost=0.0, width=0.004, network=SERVED, settings=SETTINGS, **found):
    """Returns a row that has been judged, of which `lost` of the accuracy of 0.88 is lost."""
    gone = round(lost * EXAMPLES)
    comparison = Comparison(
        agreement=1 - abs(lost),
        max_difference=0.03 if width else 1e-6,
        accuracy=Interval(0.88 - lost, 0.86 - lost, 0.9 - lost),
        difference=Interval(-lost, -lost - width, -lost + width),
        only_this_right=max(0, -gone),
        only_saved_model_right=max(0, gone),
    )
    status, reason = judge(comparison, EXAMPLES, settings)
    values = {
        "comparison": comparison,
        "bytes": 1024 * kib,
        "gzip_bytes": 900 * kib,
        "path": None if variant in (KERAS, SAVED_MODEL) else f"{network}/{variant}/model.tflite",
    }
    if ms is not None:
        values["latencies"] = (Latency(1, 200, ms, 1.2 * ms), Latency(2, 200, 0.6 * ms, 0.9 * ms))
    return Row(network, variant, status, reason, **(values | found))


def report(rows, settings=SETTINGS, **fields):
    """Returns a report with the verdict that its rows come to."""
    said, blessed = verdict(rows, settings, EXAMPLES)
    values = {
        "task": "cifar10",
        "verdict": said,
        "blessed": blessed,
        "pushed_version": "1795343217",
        "examples": EXAMPLES,
        "representative_examples": 200,
        "classes": ("cat", "dog", "ship"),
        "settings": asdict(settings),
        "machine": MACHINE,
        "rows": tuple(rows),
    }
    return Report(**(values | fields))


def network(name, share=1.0, lost=0.0):
    """Returns the SavedModel and the four variants of a network."""
    return [
        row(SAVED_MODEL, int(22000 * share), None, lost, 0.002, name),
        row("float32", int(10800 * share), 3.2 * share, lost, 0.001, name),
        row("float16", int(5400 * share), 3.3 * share, lost, 0.0015, name),
        row("dynamic_range", int(2730 * share), 2.0 * share, lost + 0.001, 0.003, name),
        row("int8", int(2760 * share), 0.7 * share, lost + 0.002, 0.002, name),
    ]


KERAS_ROW = row(KERAS, 11000, None, 0.0, 0.0)
FAILED = Row(
    SERVED, "int8", "failed", "conversion: aborted by SIGABRT: LLVM ERROR", seconds=4.0, bytes=None
)


@pytest.fixture(scope="module")
def small():
    """Four variants, of which the smallest is blessed, and the fastest another."""
    return report([KERAS_ROW, *network(SERVED)])


@pytest.fixture(scope="module")
def undecided():
    """No variant has shown enough, one has failed, and one is worse."""
    rows = [
        row(SAVED_MODEL, 22000, None),
        row("float16", 5400, 3.3, 0.001, 0.012),
        row("dynamic_range", 2730, 2.0, 0.02, 0.01),
        FAILED,
    ]
    return report(rows)


@pytest.fixture(scope="module")
def worse():
    """No variant keeps to the tolerance: integers have broken the network."""
    rows = [
        row(SAVED_MODEL, 22000, None),
        row("float32", 10800, 3.2, 0.02, 0.004),
        row("int8", 2760, 0.7, 0.78, 0.03),
    ]
    return report(rows)


@pytest.fixture(scope="module")
def failed():
    """No variant could be made."""
    rows = [replace(KERAS_ROW, status="failed", reason="no model.keras", comparison=None)]
    rows += [row(SAVED_MODEL, 22000, None), FAILED]
    rows += [replace(FAILED, variant="float32", reason="timing: not done within 600 s", bytes=9)]
    return report(rows)


@pytest.fixture(scope="module")
def students():
    """The model itself and five students, 33 rows; one student is the smallest good one."""
    rows = [KERAS_ROW, *network(SERVED), row("onnx", 10790, 2.4, 0.0, 0.001)]
    rows.append(row("openvino", 5410, 0.4, 0.0, 0.001))
    for place, name in enumerate(("narrow", "half", "pruned", "quarter", "tiny")):
        rows += network(name, 0.7 / (place + 1) ** 1.3, (0, 0.001, 0, 0.012, 0.035)[place])
    return report(rows)


@pytest.fixture(scope="module")
def one_student():
    """The model itself, ONNX for other devices, and a student."""
    rows = [KERAS_ROW, *network(SERVED), row("onnx", 10790, 2.4, 0.0, 0.001)]
    return report([*rows, *network("narrow", 0.2, 0.002)])


@pytest.fixture(scope="module")
def nasty():
    """Every name is long or tries to get out of its place; the machine was busy."""
    late = (Latency(1, 200, 0.03, 204.0),)
    rows = [
        row(SAVED_MODEL, 22000, None),
        row("int8", 2760, 0.7, 0.0, 0.001, LONG, latencies=late),
        row("float32", 1, 0.0001, 0.0, 0.0, "貓" * 40),
        row(LONG, 5, 3.0, 0.9, 0.1),
        replace(FAILED, network=LONG, reason=LONG * 5, variant=ATTACK),
    ]
    machine = Machine(LONG, 1, ATTACK)
    settings = replace(SETTINGS, variants=(LONG,))
    return report(
        rows, settings, task=ATTACK, pushed_version=LONG, machine=machine, classes=(LONG,)
    )


@pytest.fixture(scope="module")
def not_pushed():
    """The model itself was not blessed."""
    return model_not_blessed("cifar10")
