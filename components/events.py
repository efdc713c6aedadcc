"""Follows the events in ML Metadata: what a thing was made from, and what an execution put out."""

from ml_metadata.metadata_store import MetadataStore
from ml_metadata.proto.metadata_store_pb2 import Artifact, Event


def inputs_of(store: MetadataStore, artifact_id: int, key: str | None = None) -> set[int]:
    """Returns the ids of the artifacts that an artifact was made from.

    Args:
      store: that holds them.
      artifact_id: of what was made.
      key: of the node that made it; None is any.
    """
    events = store.get_events_by_artifact_ids([artifact_id])
    makers = {event.execution_id for event in events if event.type == Event.OUTPUT}
    events = store.get_events_by_execution_ids(sorted(makers))
    return {event.artifact_id for event in events if _is(event, Event.INPUT, key)}


def outputs_of(store: MetadataStore, execution_id: int, key: str | None = None) -> list[Artifact]:
    """Returns the artifacts that an execution put out.

    Args:
      store: that holds them.
      execution_id: of the execution.
      key: of its node; None is any.
    """
    events = store.get_events_by_execution_ids([execution_id])
    ids = [event.artifact_id for event in events if _is(event, Event.OUTPUT, key)]
    return store.get_artifacts_by_id(ids)


def _is(event: Event, kind: int, key: str | None) -> bool:
    return event.type == kind and (key is None or event.path.steps[0].key == key)
