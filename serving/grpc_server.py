"""TensorFlow Serving's gRPC: PredictionService, ModelService, and the standard health service."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import grpc
from google.protobuf.message import DecodeError, Message
from google.protobuf.wrappers_pb2 import StringValue, UInt32Value
from grpc import StatusCode
from grpc.aio import ServicerContext
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    predict_pb2,
    regression_pb2,
)
from tensorflow_serving.apis.model_pb2 import ModelSpec

from serving import inference
from serving.errors import ServingError, invalid
from serving.inference import CLASSIFY, METHODS, REGRESS
from serving.prediction_log import prediction_log
from serving.service import Service

_MAX_MESSAGE = 1024
"""Characters of an error, which travels in a header; as in TensorFlow Serving."""
_IDLE_MILLISECONDS = 300_000
_SERVING, _NOT_SERVING = 1, 2
_SIGNATURES = "signature_def"
_logger = logging.getLogger(__name__)


class _Method(NamedTuple):
    request: type[Message]
    answer: Callable[[Service, Any], Awaitable[Message]]
    is_measured: bool = False
    spec: Callable[[Any], ModelSpec] | None = None
    """Finds in an answer what has given it; None where a request is not to be logged."""


def make(service: Service) -> grpc.aio.Server:
    """Returns a server that does not listen yet."""
    limits = service.limits
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", limits.request_bytes),
            ("grpc.max_send_message_length", -1),
            ("grpc.max_connection_idle_ms", _IDLE_MILLISECONDS),
            # Else two servers on one port would take turns.
            ("grpc.so_reuseport", 0),
        ],
        # Requests that are too many are refused in words, up to this number.
        maximum_concurrent_rpcs=2 * (limits.concurrency + limits.queue),
    )
    server.add_generic_rpc_handlers(
        grpc.method_handlers_generic_handler(
            name, {method: _handler(service, method, about) for method, about in methods.items()}
        )
        for name, methods in _SERVICES.items()
    )
    return server


def _handler(service: Service, name: str, method: _Method) -> grpc.RpcMethodHandler:
    async def call(content: bytes, context: ServicerContext) -> bytes:
        began, code, request = time.monotonic(), StatusCode.OK, method.request()
        work = asyncio.create_task(_answer(service, method, content, request))
        try:
            # A client that leaves ends this call, but must not end what runs on a held version.
            return await asyncio.shield(work)
        except ServingError as error:
            code = error.code
            message = error.message
            if len(message) > _MAX_MESSAGE:
                message = f"{message[:_MAX_MESSAGE]}...TRUNCATED"
            await context.abort(code, message)
        except asyncio.CancelledError:
            code = StatusCode.CANCELLED
            work.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise
        except Exception:
            code = StatusCode.INTERNAL
            _logger.exception("%s failed", name)
            await context.abort(code, "internal error")
        finally:
            if method.is_measured:
                seconds = time.monotonic() - began
                service.measured(request.model_spec.name, name, "GRPC", code, seconds)

    return grpc.unary_unary_rpc_method_handler(call)


async def _answer(service: Service, method: _Method, content: bytes, request: Message) -> bytes:
    with service.admitted():
        try:
            request.ParseFromString(content)
        except DecodeError as error:
            raise invalid(f"this is no {method.request.__name__}") from error
        if "model_spec" in request.DESCRIPTOR.fields_by_name and not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        response = await method.answer(service, request)
        answer = response.SerializeToString()
        if method.spec:
            size = len(content) + len(answer)
            service.log(method.spec(response), size, lambda: prediction_log(request, response))
        return answer


async def _predict(service: Service, request: predict_pb2.PredictRequest) -> Message:
    read = inference.predict_reader(request, service.limits.request_bytes)
    answer = await service.answer(request.model_spec, read, request.ByteSize())
    return inference.predict_response(answer.spec, answer.outputs, request.output_filter)


async def _classify(service: Service, request: classification_pb2.ClassificationRequest) -> Message:
    answer, result = await service.answer_examples(CLASSIFY, request.model_spec, request.input)
    return classification_pb2.ClassificationResponse(model_spec=answer.spec, result=result)


async def _regress(service: Service, request: regression_pb2.RegressionRequest) -> Message:
    answer, result = await service.answer_examples(REGRESS, request.model_spec, request.input)
    return regression_pb2.RegressionResponse(model_spec=answer.spec, result=result)


async def _multi_inference(
    service: Service, request: inference_pb2.MultiInferenceRequest
) -> Message:
    specs = [task.model_spec for task in request.tasks]
    if not specs:
        raise invalid("MultiInferenceRequest has no task.")
    if len({spec.name for spec in specs}) > 1:
        raise invalid("All ModelSpecs in a MultiInferenceRequest must access the same model name.")
    if len({spec.signature_name for spec in specs}) < len(specs):
        raise invalid("Duplicate evaluation of signature")
    for task in request.tasks:
        if task.method_name not in METHODS:
            message = f"Unsupported signature method_name: {task.method_name}"
            raise ServingError(StatusCode.UNIMPLEMENTED, message)
    response = inference_pb2.MultiInferenceResponse()
    with service.manager.use(specs[0]) as version:
        for task in request.tasks:
            spec = ModelSpec(
                name=task.model_spec.name, signature_name=task.model_spec.signature_name
            )
            spec.version.value = version.number
            method = METHODS[task.method_name]
            answer, result = await service.answer_examples(method, spec, request.input)
            kind = "classification_result" if method is CLASSIFY else "regression_result"
            response.results.add(model_spec=answer.spec, **{kind: result})
    return response


async def _metadata(
    service: Service, request: get_model_metadata_pb2.GetModelMetadataRequest
) -> Message:
    if set(request.metadata_field) != {_SIGNATURES}:
        raise invalid(f"metadata_field must be given, and {_SIGNATURES} is the only one")
    spec, definitions = service.metadata(request.model_spec)
    response = get_model_metadata_pb2.GetModelMetadataResponse(model_spec=spec)
    response.metadata[_SIGNATURES].Pack(definitions)
    return response


async def _status(service: Service, request: get_model_status_pb2.GetModelStatusRequest) -> Message:
    statuses = service.manager.statuses(request.model_spec)
    return get_model_status_pb2.GetModelStatusResponse(model_version_status=statuses)


async def _reload(service: Service, request: model_management_pb2.ReloadConfigRequest) -> Message:
    service.manager.reload(request.config)
    response = model_management_pb2.ReloadConfigResponse()
    response.status.SetInParent()
    return response


async def _check(service: Service, request: StringValue) -> Message:
    """Answers as grpc.health.v1.Health does.

    Its messages come in a package of their own. They have a single field each, and are on the wire
    the same as two of Protobuf's standard messages.
    """
    if request.value and request.value not in _SERVICES:
        raise ServingError(StatusCode.NOT_FOUND, f"unknown service {request.value}")
    return UInt32Value(value=_SERVING if service.is_ready else _NOT_SERVING)


def _spec(
    response: predict_pb2.PredictResponse
    | classification_pb2.ClassificationResponse
    | regression_pb2.RegressionResponse,
) -> ModelSpec:
    return response.model_spec


_SERVICES: Mapping[str, Mapping[str, _Method]] = {
    "tensorflow.serving.PredictionService": {
        "Predict": _Method(predict_pb2.PredictRequest, _predict, True, _spec),
        "Classify": _Method(classification_pb2.ClassificationRequest, _classify, True, _spec),
        "Regress": _Method(regression_pb2.RegressionRequest, _regress, True, _spec),
        "MultiInference": _Method(
            inference_pb2.MultiInferenceRequest,
            _multi_inference,
            spec=lambda response: response.results[0].model_spec,
        ),
        "GetModelMetadata": _Method(get_model_metadata_pb2.GetModelMetadataRequest, _metadata),
    },
    "tensorflow.serving.ModelService": {
        "GetModelStatus": _Method(get_model_status_pb2.GetModelStatusRequest, _status),
        "HandleReloadConfigRequest": _Method(model_management_pb2.ReloadConfigRequest, _reload),
    },
    "grpc.health.v1.Health": {"Check": _Method(StringValue, _check)},
}
"""By the names of services and methods; each takes a message and gives one."""
