"""Does to a run what its task lets a drift do to it."""

from pathlib import Path

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel

from components.artifacts import DriftReport, DriftVerdict
from components.drift_report.component import SUMMARY, VERDICT
from components.drift_report.policy import Policy, reason_to_end
from components.drift_report.write import PAGE
from components.errors import InputError
from components.run_end import END_OF_RUN
from components.source_hash import source_hash


@component
def _drift_gate(
    report: InputArtifact[DriftReport],
    verdict: OutputArtifact[DriftVerdict],
    policy: Parameter[str],
    code: Parameter[str],
) -> None:
    found = report.get_string_custom_property(VERDICT)
    summary = report.get_string_custom_property(SUMMARY)
    if policy == "stop" and found == "drift":
        raise InputError(
            f"the data have drifted: {summary}\nsee {Path(report.uri, PAGE)}\n"
            "Mend the data, or let the run go on with on_drift = 'report' in the task"
        )
    reason = reason_to_end(policy, found, summary)
    if reason:
        verdict.set_string_custom_property(END_OF_RUN, reason)
    Path(verdict.uri, "verdict.txt").write_text(f"{found}: {summary}\n")


def DriftGate(report: BaseChannel, policy: Policy) -> BaseNode:
    """A node that stops the run or ends it well, as the task says."""
    return _drift_gate(report=report, policy=policy, code=source_hash(__name__)).with_id(
        "DriftGate"
    )
