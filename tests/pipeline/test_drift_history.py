"""The timeline holds the newest report of every span, and says whether the last one drifted."""

import itertools
import re
from dataclasses import replace

import pytest
from ml_metadata.proto.metadata_store_pb2 import Artifact

from components.artifact_names import DRIFT_REPORT
from components.drift_report.report import Finding, Histogram, Report, Side
from components.drift_report.write import write
from components.errors import InputError
from pipeline.drift_history import history

FINDING = Finding(
    name="brightness",
    statistic="distance",
    distance=0.3,
    threshold=0.1,
    p_value=0.001,
    drifted=True,
    summary="median 0.4 → 0.6",
    chart=Histogram([0.0, 1.0], [1.0], [1.0]),
)
REPORT = Report(
    task="pets",
    kind="image",
    created="2025-03-12T14:03:11+00:00",
    verdict="drift",
    summary="Span 1 has drifted: brightness.",
    false_alarm_rate=0.05,
    current=Side("span 1", 100, 100),
    reference=Side("span 0", 100, 100),
    findings=[FINDING],
)
QUIET = replace(REPORT, verdict="none", summary="Nothing moved.", findings=[])


@pytest.fixture
def pets(past):
    """The past of the task `pets`, without a report."""
    return past("pets")


@pytest.fixture
def reported(pets):
    """Returns a function that adds a report of the examples of a span."""

    numbers = itertools.count()

    def add(report, span, examples, **fields):
        folder = pets.home.artifacts / "DriftReport" / "report" / f"{next(numbers)} new"
        if report:
            write(replace(report, current=Side(f"span {span}", 100, 100)), folder)
        pets.made(DRIFT_REPORT, folder, inputs={"examples": [examples]}, **fields)

    return add


def links(page):
    return re.findall(r'<a href="([^"]+)">', page.read_text())


def test_every_span_is_a_line_and_leads_to_its_report(image_task, pets, reported, capsys):
    for span, report in enumerate((QUIET, REPORT, QUIET), 1):
        reported(report, span, pets.examples(span=span, train=[b""]))
    assert history(image_task) == 0
    page = pets.home.drift / "history.html"
    assert links(page) == [
        f"../artifacts/DriftReport/report/{number}%20new/index.html" for number in (2, 1, 0)
    ]
    for link in links(page):
        assert (page.parent / link.replace("%20", " ")).is_file()
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "span 1  2025-03-12  No drift",
        "span 2  2025-03-12  Drift     brightness",
        "span 3  2025-03-12  No drift",
    ]
    assert lines[-1].startswith("page     ") and lines[-1].endswith("drift/history.html")


def test_a_drift_in_the_newest_report_is_the_exit_code(image_task, pets, reported):
    reported(QUIET, 1, pets.examples(span=1, train=[b""]))
    reported(REPORT, 2, pets.examples(span=2, train=[b""]))
    assert history(image_task) == 3


def test_a_report_made_anew_takes_the_place_of_the_old_one(image_task, pets, reported, capsys):
    first = pets.examples(span=1, train=[b""])
    reported(REPORT, 1, first)
    reported(REPORT, 2, pets.examples(span=2, train=[b""]))
    reported(QUIET, 1, first)
    assert history(image_task) == 0
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()[:2]] == ["2", "1"]


def test_reports_that_cannot_be_read_are_counted(image_task, pets, reported):
    reported(None, 1, pets.examples(span=1, train=[b""]))
    reported(REPORT, 2, pets.examples(span=2, train=[b""]), state=Artifact.ABANDONED)
    reported(QUIET, 3, pets.examples(span=3, train=[b""]))
    assert history(image_task) == 0
    page = pets.home.drift / "history.html"
    assert len(links(page)) == 1
    assert "1 report of another version, or whose files are gone" in page.read_text()


def test_without_reports_there_is_nothing_to_show(image_task, pets, reported):
    with pytest.raises(InputError, match="pets has no drift reports that can be read"):
        history(image_task)
    reported(None, 1, pets.examples(span=1, train=[b""]))
    with pytest.raises(InputError, match="and 1 of another version or without files"):
        history(image_task)
    pets.home.metadata.path.unlink()
    with pytest.raises(InputError, match="pets has not run yet, so it has no drift"):
        history(image_task)
    assert not pets.home.drift.exists()
