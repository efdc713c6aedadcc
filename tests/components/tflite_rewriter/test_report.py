"""Claims about the verdict."""

import json

import pytest

from components.tflite_rewriter.compare import Comparison
from components.tflite_rewriter.report import MODEL_NOT_BLESSED, Report, Variant


def variant(name: str, size: int, agreement: float) -> Variant:
    return Variant(name, 1.0, size, Comparison(agreement, 0.01, 0.9))


FAILED = Variant("int8", 2.0, failure="conversion: aborted by SIGABRT: LLVM ERROR")


def judge(*variants: Variant, min_agreement: float = 0.98) -> Report:
    return Report.of_variants(
        variants, pushed_version="17", min_agreement=min_agreement, examples=200, accuracy=0.95
    )


@pytest.mark.parametrize(
    ("agreements", "blessed"),
    [
        ((1.0, 1.0), "small"),
        ((1.0, 0.98), "small"),
        ((1.0, 0.9799), "large"),
        ((0.5, 1.0), "small"),
        ((0.5, 0.5), None),
    ],
)
def test_the_smallest_good_variant_is_blessed(agreements, blessed):
    """Size decides among those that agree on at least the asked share; a failure never counts."""
    large, small = agreements
    report = judge(variant("large", 4000, large), variant("small", 1000, small), FAILED)
    assert report.blessed == blessed


def test_a_variant_that_was_converted_but_not_measured_is_never_blessed():
    """A file without a comparison is no candidate, however small, and whatever the threshold."""
    unmeasured = Variant("tiny", 1.0, 10, None, "interpretation: aborted by SIGSEGV: ")
    assert judge(unmeasured, min_agreement=0.0).blessed is None


def test_the_verdict_says_why_nothing_was_blessed():
    """Every variant is named with its failure or its agreement."""
    verdict = judge(variant("float32", 4096, 0.5), FAILED).verdict
    assert verdict.startswith("not blessed: no variant agrees on 0.98 of the examples")
    assert "float32, 4 KiB, same class as the SavedModel on 50.0%" in verdict
    assert "int8: conversion: aborted by SIGABRT: LLVM ERROR" in verdict


def test_the_report_is_json():
    """A reader finds the verdict and every row, with null for what was not reached."""
    report = json.loads(judge(variant("float32", 4096, 1.0), FAILED).to_json())
    assert report["blessed"] == "float32"
    assert report["pushed_version"] == "17"
    assert [row["bytes"] for row in report["variants"]] == [4096, None]
    assert report["variants"][0]["comparison"]["agreement"] == 1.0
    assert report["variants"][1]["comparison"] is None
    assert json.loads(MODEL_NOT_BLESSED.to_json())["verdict"] == "not pushed: model not blessed"
