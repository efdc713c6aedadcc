"""Reads a report back from its `drift.json`, without the contents of the oddest examples."""

import json
from pathlib import Path

from components.drift_report.report import (
    FORMAT,
    AccuracyEstimate,
    Advice,
    Finding,
    Histogram,
    Map,
    Mix,
    Report,
    Side,
    Words,
)
from components.drift_report.write import JSON

_CHARTS = {kind.__name__.lower(): kind for kind in (Histogram, Mix, Words, Map)}


def read(folder: Path) -> Report | None:
    """Returns the report in a folder; None where there is none, or one of another format."""
    try:
        content = json.loads((folder / JSON).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
        return None
    sides = {name: content[name] and Side(**content[name]) for name in ("current", "reference")}
    return Report(
        **content
        | sides
        | {
            "findings": [_finding(found) for found in content["findings"]],
            "accuracy": content["accuracy"] and AccuracyEstimate(**content["accuracy"]),
            "advice": content["advice"] and Advice(**content["advice"]),
            "oddest": (),
        }
    )


def _finding(content: dict) -> Finding:
    chart = dict(content["chart"])
    kind = _CHARTS[chart.pop("kind")]
    return Finding(**content | {"chart": kind(**chart)})
