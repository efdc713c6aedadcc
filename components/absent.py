"""Outputs that do not exist.

A node of Kubeflow makes an artifact for each of its outputs, whatever it finds. One that stands for
nothing, such as the model in service before there is one, says so.
"""

from tfx.types.artifact import Artifact

ABSENT = "absent"
"""A custom property: 1 where the artifact stands for nothing."""


def mark_absent(artifact: Artifact) -> None:
    """Says of an output that there is none."""
    artifact.set_int_custom_property(ABSENT, 1)
