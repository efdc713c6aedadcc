"""Claims about the verdict in words."""

from components.tflite_rewriter.compare import Comparison, Interval
from components.tflite_rewriter.latency import Latency
from components.tflite_rewriter.report import Row
from components.tflite_rewriter.settings import Settings
from components.tflite_rewriter.verdict import verdict

SETTINGS = Settings(
    examples=1000, variants=("float32", "int8"), max_accuracy_drop=0.01, min_agreement=0.9
)


def row(variant: str, size: int, milliseconds: float, accuracy: float) -> Row:
    comparison = Comparison(1.0, 0.0, Interval(accuracy, 0, 1), Interval(0, 0, 0), 0, 0)
    latencies = (Latency(1, 9, milliseconds, 9.0),)
    return Row("served", variant, "within", "fine", comparison, size, latencies=latencies)


SAVED_MODEL = row("saved_model", 9000, 9.0, 0.91)
SMALL, FAST = row("dynamic_range", 1024, 2.5, 0.9), row("int8", 2048, 1.0, 0.9)


def test_the_blessed_variant_is_named_with_its_numbers():
    """Size, latency, accuracy, and that of the SavedModel."""
    said, blessed = verdict([SAVED_MODEL, FAST], SETTINGS, 1000)
    assert blessed == "int8"
    assert said == (
        "blessed: int8, 2 KiB, 1 ms, accuracy 0.9000 on 1,000 examples (SavedModel 0.9100)"
    )


def test_what_the_other_preference_would_take_is_told():
    """Where the smallest is not the fastest, the user learns of both."""
    said, blessed = verdict([SAVED_MODEL, SMALL, FAST], SETTINGS, 1000)
    assert blessed == "dynamic_range"
    assert said.endswith("; prefer = 'latency' would take int8, 2 KiB, 1 ms")


def test_why_nothing_was_blessed_is_told_of_each_variant():
    """Every variant is named with its status and reason, the SavedModel is not."""
    failed = Row("served", "int8", "failed", "conversion: aborted by SIGABRT: LLVM ERROR")
    worse = Row("served", "float32", "not within", "2.00 points lost on 1,000 examples")
    said, blessed = verdict([SAVED_MODEL, worse, failed], SETTINGS, 1000)
    assert blessed is None
    assert said == (
        "not blessed: no variant keeps to the tolerance (float32: not within, 2.00 points lost on "
        "1,000 examples; int8: failed, conversion: aborted by SIGABRT: LLVM ERROR)"
    )
