"""What a task lets a drift do to its run: nothing, stop it, or be the reason that it goes on.

Apart from the gate, so that a task can be checked without importing TFX.
"""

from typing import Literal

Policy = Literal["report", "stop", "retrain_only_if_drift"]


def reason_to_end(policy: Policy, verdict: str, summary: str) -> str | None:
    """Returns why a run has nothing left to do; None where it goes on.

    Args:
      policy: of the task.
      verdict: of the report.
      summary: of the report.
    """
    if policy == "retrain_only_if_drift" and verdict in ("none", "too few examples"):
        return f"no drift, so no training: {summary}"
    return None
