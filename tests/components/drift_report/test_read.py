"""A report comes back from its JSON, but for the contents of examples."""

import json
from dataclasses import replace

import pytest

from components.drift_report.read import read
from components.drift_report.write import JSON, write


@pytest.mark.parametrize("report", ["image_drift", "text_drift", "no_reference"])
def test_what_was_written_is_read(report, request, tmp_path):
    report = request.getfixturevalue(report)
    write(report, tmp_path)
    found = read(tmp_path)
    assert found.to_json() == replace(report, oddest=()).to_json()
    assert [type(f.chart) for f in found.findings] == [type(f.chart) for f in report.findings]


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"format": 1, "verdict": "drift"}'])
def test_what_is_no_such_report_is_none(content, tmp_path):
    if content is not None:
        (tmp_path / JSON).write_text(content)
    assert read(tmp_path) is None


def test_a_later_format_is_not_guessed_at(no_drift, tmp_path):
    write(no_drift, tmp_path)
    content = json.loads((tmp_path / JSON).read_text())
    (tmp_path / JSON).write_text(json.dumps(content | {"format": content["format"] + 1}))
    assert read(tmp_path) is None
