"""What people are told of a run."""

import json

ENDED_WELL = ("COMPLETE", "CACHED", "SUCCEEDED")
"""States of the whole DAG, in KFP's words and in Vertex AI's."""
_MISSING = "RUNNING"
"""KFP's state of a DAG of which nothing failed and not everything has said that it is done: a node
that was killed with its launcher says nothing, nor does one that was not to run."""


def of_model(task: str, verdict: str, reason: str, not_servable: str) -> str:
    """Tells why a model does not go into service; empty where it does.

    Args:
      task: its name.
      verdict: of the gate: `blessed`, `not blessed`, `not enough data`.
      reason: of the verdict, a sentence.
      not_servable: why a server cannot serve the model; empty where it can.
    """
    if verdict != "blessed":
        return f"{task}: the new model stays out of service, {verdict}. {reason}"
    if not_servable:
        return f"{task}: the new model stays out of service, it cannot be served. {not_servable}"
    return ""


def of_end(task: str, final_status: str, may_end_early: bool) -> str:
    """Tells that a run did not end well; empty where it did.

    Args:
      task: its name.
      final_status: KFP's PipelineTaskFinalStatus of the whole DAG, in JSON.
      may_end_early: whether nodes may be left out on purpose. KFP does not tell this from a node
        that was cut off, so it is taken for the end of such a run.
    """
    status = json.loads(final_status)
    state = status.get("state", _MISSING)
    if state in ENDED_WELL or (state == _MISSING and may_end_early):
        return ""
    message = status.get("error", {}).get("message", "")
    how = "was cut off" if state == _MISSING else f"ended as {state}"
    return f"{task}: a run {how}.{f' {message}' if message else ''}"


def with_run(text: str, run: str, pages: str) -> str:
    """Adds where to look.

    Args:
      text: what to tell.
      run: id of the run.
      pages: address of Kubeflow Pipelines' pages; empty where it is not known.
    """
    return f"{text}\n{pages}/#/runs/details/{run}" if pages else f"{text}\nRun {run}"
