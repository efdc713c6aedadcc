"""How a node ends a run early and well: it says so on an output, and the runner stops there."""

END_OF_RUN = "end_of_run"
"""Custom property of an output artifact: why nothing else needs to run, in a sentence."""
