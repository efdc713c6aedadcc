"""Lets a write to ML Metadata be called again after its answer was lost.

ML Metadata's events, contexts, and what has an external id are unique. TFX's output artifacts have
neither id nor name, so the same call would make them twice; it gets external ids before the first
try, and the second then fails as a whole if the first was done. Types are not unique on PostgreSQL
by their names alone: two runs that begin at the same time would make them twice.
"""

import uuid
from typing import TYPE_CHECKING, Any, TypeVar

from google.protobuf.message import Message
from ml_metadata.metadata_store import MetadataStore
from ml_metadata.proto import metadata_store_service_pb2 as service

if TYPE_CHECKING:
    from ml_metadata.proto.metadata_store_pb2 import Artifact, Context, Execution

M = TypeVar("M", bound=Message)
_TYPES: dict[type[Message], str] = {
    service.PutArtifactTypeRequest: "artifact_type",
    service.PutExecutionTypeRequest: "execution_type",
    service.PutContextTypeRequest: "context_type",
}


_NAMESPACE = uuid.UUID("3c1c6f0e-5d0b-4a5e-9a5f-1d6f0a6c2b7e")


def is_type(request: Message) -> bool:
    """Returns whether a request makes a type."""
    return type(request) in _TYPES


def identify(request: M) -> M:
    """Returns a copy in which what is new has an external id; a type always the same."""
    copy = type(request)()
    copy.CopyFrom(request)
    if is_type(copy):
        kind = _TYPES[type(copy)]
        made = getattr(copy, kind)
        if not made.external_id:
            made.external_id = str(uuid.uuid5(_NAMESPACE, f"{kind}/{made.name}/{made.version}"))
    for made in (*_executions(copy), *_artifacts(copy)):
        if not made.id and not made.external_id:
            made.external_id = str(uuid.uuid4())
    return copy


def recall(store: MetadataStore, request: Message, response: Message) -> None:
    """Fills the response to a write that was done.

    Args:
      store: that holds what was written.
      request: as `identify` returned it.
      response: of the same method.
    """
    executions = [_id(each, store.get_executions_by_external_ids) for each in _executions(request)]
    artifacts = [_id(each, store.get_artifacts_by_external_ids) for each in _artifacts(request)]
    contexts = [_context_id(store, each) for each in getattr(request, "contexts", ())]
    fields = response.DESCRIPTOR.fields_by_name
    if "execution_id" in fields:
        response.execution_id = executions[0]
    for name, ids in (
        ("execution_ids", executions),
        ("artifact_ids", artifacts),
        ("context_ids", contexts),
    ):
        if name in fields:
            getattr(response, name)[:] = ids


def _executions(request: Message) -> "list[Execution]":
    if isinstance(request, service.PutExecutionRequest):
        return [request.execution]
    if isinstance(request, service.PutExecutionsRequest | service.PutLineageSubgraphRequest):
        return list(request.executions)
    return []


def _artifacts(request: Message) -> "list[Artifact]":
    if isinstance(request, service.PutExecutionRequest):
        return [pair.artifact for pair in request.artifact_event_pairs]
    if isinstance(request, service.PutArtifactsRequest | service.PutLineageSubgraphRequest):
        return list(request.artifacts)
    return []


def _id(made: "Execution | Artifact", find: Any) -> int:
    return made.id or find([made.external_id])[0].id


def _context_id(store: MetadataStore, context: "Context") -> int:
    if context.id:
        return context.id
    (kind,) = store.get_context_types_by_id([context.type_id])
    return store.get_context_by_type_and_name(kind.name, context.name).id
