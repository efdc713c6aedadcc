"""Claims about `parity.json`."""

import json

from components.tflite_rewriter.compare import Comparison, Interval
from components.tflite_rewriter.latency import Latency
from components.tflite_rewriter.report import Report, Row, model_not_blessed

COMPARISON = Comparison(0.99, 0.01, Interval(0.9, 0.8, 1.0), Interval(0, -0.01, 0.01), 1, 1)
ROWS = (
    Row("served", "int8", "within", "fine", COMPARISON, 900, 800, (Latency(1, 9, 2.0, 3.0),)),
    Row("small", "int8", "failed", "conversion: not done within 600 s"),
)


def test_the_report_is_json():
    """A reader finds every row by its name, with null for what was not reached."""
    report = json.loads(Report("tiny", "blessed: int8", blessed="int8", rows=ROWS).to_json())
    assert report["format"] == 1
    assert [row["name"] for row in report["rows"]] == ["int8", "small int8"]
    assert report["rows"][0]["comparison"]["difference"] == {"value": 0, "low": -0.01, "high": 0.01}
    assert report["rows"][0]["latencies"][0]["median_ms"] == 2.0
    assert report["rows"][1]["comparison"] is None
    assert report["rows"][1]["bytes"] is None


def test_rows_are_found_by_name():
    """A student's variants are told from those of the model in service."""
    report = Report("tiny", "", rows=ROWS)
    assert report.row("small int8").status == "failed"
    assert report.row("int8").latency_ms == 2.0


def test_a_model_that_is_not_pushed_has_a_report_too():
    """It has the verdict and no rows."""
    report = json.loads(model_not_blessed("tiny").to_json())
    assert report["verdict"] == "not pushed: model not blessed"
    assert report["rows"] == []
