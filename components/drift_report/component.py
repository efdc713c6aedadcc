"""The drift report as a node of the DAG: statistics of two spans in, `drift.json` out."""

import json
import logging
from pathlib import Path

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel
from tfx.types.artifact import Artifact
from tfx.types.standard_artifacts import ExampleStatistics, Schema
from tfx.utils import io_utils

from components.drift_report.compare import compare
from components.source_hash import source_hash
from components.statistics import load_statistics

VERDICT = "verdict"
SUMMARY = "summary"


class DriftReport(Artifact):
    """`drift.json`; custom properties `verdict` (none, drift, no reference) and `summary`."""

    TYPE_NAME = "DriftReport"


@component
def _drift_report(
    statistics: InputArtifact[ExampleStatistics],
    schema: InputArtifact[Schema],
    report: OutputArtifact[DriftReport],
    code: Parameter[str],
    previous: InputArtifact[ExampleStatistics] = None,
) -> None:
    movements = []
    if previous is None:
        verdict, summary = "no reference", "no earlier span to compare with"
    else:
        expected = io_utils.SchemaReader().read(io_utils.get_only_uri_in_dir(schema.uri))
        movements = compare(
            load_statistics(statistics)["train"], load_statistics(previous)["train"], expected
        )
        drifted = [movement for movement in movements if movement.drifted]
        verdict = "drift" if drifted else "none"
        summary = "; ".join(map(str, drifted)) or f"none of {len(movements)} features drifted"
    content = {
        "format": 1,
        "verdict": verdict,
        "summary": summary,
        "features": [movement.to_dict() for movement in movements],
    }
    Path(report.uri, "drift.json").write_text(json.dumps(content, indent=2) + "\n")
    report.set_string_custom_property(VERDICT, verdict)
    report.set_string_custom_property(SUMMARY, summary)
    logging.getLogger("progress").info(summary)


def DriftReporter(statistics: BaseChannel, previous: BaseChannel, schema: BaseChannel) -> BaseNode:
    """Compares the training split's statistics with those of the span before."""
    return _drift_report(
        statistics=statistics, previous=previous, schema=schema, code=source_hash(__name__)
    ).with_id("DriftReport")
