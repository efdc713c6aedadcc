"""Where a DAG runs, as far as it makes a difference to which nodes it has.

`dag.py` is one DAG for all of them. What reads or writes beyond the artifacts of its own run, a
platform brings: the raw data, what is in service, and where versions are pushed to.
"""

from typing import Protocol

from tfx.dsl.components.base.base_node import BaseNode
from tfx.orchestration.pipeline import Pipeline
from tfx.types import BaseChannel


class Platform(Protocol):
    """A place for the runs of one task."""

    serving: str
    """Folder or URI that gets a folder for each version of the server's model."""
    tflite: str
    """Likewise, of the phone's."""

    def raw_data(self) -> BaseChannel | None:
        """Returns the data to ingest; None where ingest reads the path itself."""

    def drift_reference(self, examples: BaseChannel) -> BaseNode:
        """Returns the node that finds what examples are held against."""

    def base_model(self, examples: BaseChannel) -> BaseNode:
        """Returns the node that finds the model that a training begins with."""

    def baseline_model(self, candidate: BaseChannel) -> BaseNode:
        """Returns the node that finds the model in service."""

    def pushed(
        self, model: BaseChannel, examples: BaseChannel, pushed_model: BaseChannel
    ) -> BaseNode | None:
        """Returns the node that keeps what was pushed for later runs; None where none is needed."""

    def pipeline(self, *nodes: BaseNode | None) -> Pipeline:
        """Puts the nodes together, with the platform's own; those that are None are left out."""
