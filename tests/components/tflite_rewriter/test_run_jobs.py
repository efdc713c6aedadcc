"""Claims about variants that fail: each failure is a real one, in a process of its own."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import pytest

from components.tflite_rewriter import make_variant, run_jobs
from components.tflite_rewriter.push_blessed import push_blessed
from components.tflite_rewriter.rewrite import rewrite
from components.tflite_rewriter.settings import Settings

pytestmark = pytest.mark.training

SETTINGS = Settings(
    examples=5,
    variants=("dynamic_range", "float32"),
    max_accuracy_drop=0.0,
    min_agreement=0.0,
    memory_bytes=6 * 2**30,
    deadline_seconds=100,
)
ABORTING = """
import json, os, runpy, sys

job = json.load(open(sys.argv[1]))
if job["variant"] == "dynamic_range":
    os.makedirs(job["model"] + ".unfinished")
    print("LLVM ERROR: failed", file=sys.stderr, flush=True)
    os.abort()
runpy.run_module("components.tflite_rewriter.make_variant", run_name="__main__")
"""
UNTIMED = """
import json, os, runpy, sys

if any(json.load(open(path))["variant"] == "dynamic_range" for path in sys.argv[1:]):
    os.abort()
runpy.run_module("components.tflite_rewriter.time_variants", run_name="__main__")
"""


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"deadline_seconds": 0.1}, "not done within 0.1 s"),
        ({"memory_bytes": 200 * 2**20}, "out of memory (limit 0.195 GiB)"),
    ],
)
def test_a_conversion_beyond_its_limits_is_a_row_not_an_error(images, tmp_path, limits, reason):
    """The report names the limit, nothing is blessed, and nothing half-made is left or pushed."""
    settings = dataclasses.replace(SETTINGS, **limits)
    report = rewrite(images.source, settings, "17", made(tmp_path / "output"))
    rows = report.rows[2:]
    assert [row.reason for row in rows] == [f"conversion: {reason}"] * 2
    assert [(row.status, row.bytes, row.path) for row in rows] == [("failed", None, None)] * 2
    assert report.blessed is None
    assert list((tmp_path / "output" / "served").iterdir()) == []
    assert push_blessed(tmp_path / "output", report, str(tmp_path / "tflite")) is None
    assert not (tmp_path / "tflite").exists()


def test_a_conversion_that_aborts_is_a_row_beside_the_others(images, tmp_path, monkeypatch):
    """One process dies of a signal in the middle of its work: its row says so, what it left is
    gone, and the other variant is made, timed and blessed."""
    (tmp_path / "aborting.py").write_text(ABORTING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    fake = SimpleNamespace(__name__="aborting", unfinished=make_variant.unfinished)
    monkeypatch.setattr(run_jobs, "make_variant", fake)
    report = rewrite(images.source, SETTINGS, "17", made(tmp_path / "output"))
    failed = report.row("dynamic_range")
    assert failed.reason == "conversion: aborted by SIGABRT: LLVM ERROR: failed"
    assert failed.status == "failed"
    assert [path.name for path in (tmp_path / "output" / "served").iterdir()] == ["float32"]
    assert report.blessed == "float32"
    assert len(report.row("float32").latencies) == 2


def test_a_variant_that_cannot_be_timed_is_not_blessed(images, tmp_path, monkeypatch):
    """The process that times them dies of the first: what fails with two threads is no phone's
    model, however it answered with one. The one behind it is timed, and blessed."""
    (tmp_path / "untimed.py").write_text(UNTIMED)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(run_jobs, "time_variants", SimpleNamespace(__name__="untimed"))
    report = rewrite(images.source, SETTINGS, "17", made(tmp_path / "output"))
    row = report.row("dynamic_range")
    assert (row.status, row.reason) == ("failed", "timing: aborted by SIGABRT: without a message")
    assert row.bytes > 0
    assert [latency.threads for latency in report.row("float32").latencies] == [1, 2]
    assert report.blessed == "float32"


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder
