"""TensorFlow Serving's REST, and `/healthz`, `/readyz` and the page at `/`."""

import json
import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote

from google.protobuf import json_format
from google.protobuf.message import Message
from grpc import StatusCode
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusResponse
from tensorflow_serving.apis.model_pb2 import ModelSpec

from serving import inference, json_tensors, page
from serving.errors import HTTP_STATUS, ServingError, invalid
from serving.http_server import RETRY, Request, Response
from serving.prediction_log import prediction_log
from serving.saved_model import SavedModel, Signature, Tensors
from serving.service import Answer, Service, apart

_METRICS = "/monitoring/prometheus/metrics"
_MODEL = r"(?i:/v1/models)/([^/:]+)(?:(?i:/versions)/([0-9]+)|(?i:/labels)/([^/:]+))?"
_ASK = re.compile(_MODEL + ":(classify|regress|predict)")
_LOOK = re.compile(_MODEL + "(/metadata)?")
_PLAIN = "text/plain; charset=utf-8"
_MAX_VERSION = 2**63 - 1


class Rest:
    """Answers requests by HTTP."""

    def __init__(self, service: Service) -> None:
        """Takes what does the work."""
        self._service = service
        self._asks = {
            "predict": self._predict,
            "classify": partial(
                self._ask_examples, inference.CLASSIFY, json_tensors.write_classification
            ),
            "regress": partial(
                self._ask_examples, inference.REGRESS, json_tensors.write_regression
            ),
        }

    async def answer(self, request: Request) -> Response:
        """Answers a request; what goes wrong is an answer, too."""
        if request.path.lower().startswith("/v1/"):
            return await self._answer_v1(request)
        if request.method not in ("GET", "HEAD"):
            return refusal(405, f"{request.method} {request.path}: only GET is taken here")
        match request.path:
            case "/":
                return page.response(self._service.manager.labels())
            case "/healthz":
                return Response(200, b"ok\n", _PLAIN)
            case "/readyz" if self._service.is_ready:
                return Response(200, b"ok\n", _PLAIN)
            case "/readyz":
                return Response(503, b"a model has no version that answers\n", _PLAIN, RETRY)
            case path if path == _METRICS:
                return Response(200, self._service.metrics.page().encode(), "text/plain")
        return refusal(404, f"Not found: {request.path}")

    async def _answer_v1(self, request: Request) -> Response:
        began = time.monotonic()
        spec, method, code = ModelSpec(), "", StatusCode.OK
        try:
            ask, look = _ASK.fullmatch(request.path), _LOOK.fullmatch(request.path)
            if ask and request.method == "POST":
                spec, method = _spec(ask), ask[4]
                with self._service.admitted():
                    response = await self._asks[method](spec, request.body)
            elif look and request.method == "GET":
                spec = _spec(look)
                response = self._metadata(spec) if look[4] else self._status(spec)
            elif request.method == "GET" and request.path.lower() == "/v1/models":
                raise invalid("Missing model name in request.")
            else:
                raise invalid(f"Malformed request: {request.method} {request.path}")
        except ServingError as error:
            code = error.code
            response = refusal(HTTP_STATUS[code], error.message)
        seconds = time.monotonic() - began
        self._service.measured(spec.name, method, "REST", code, seconds)
        return response

    async def _predict(self, spec: ModelSpec, body: bytes) -> Response:
        document = await apart(len(body), lambda: json_tensors.parse(body))
        name = json_tensors.signature_name(document)

        def read(model: SavedModel) -> tuple[Signature, Tensors]:
            if name and name not in model.signatures:
                raise invalid(f'Serving signature name: "{name}" not found in signature def')
            signature = inference.predict_signature(model, name)
            return signature, json_tensors.read_inputs(document, signature.inputs)

        answer = await self._service.answer(spec, read, len(body))
        size = sum(array.nbytes for array in answer.outputs.values())
        text = await apart(size, lambda: json_tensors.write_outputs(document, answer.outputs))
        spec.signature_name = name
        self._service.log(
            answer.spec,
            len(body) + len(text),
            lambda: prediction_log(
                inference.predict_request(spec, answer.inputs),
                inference.predict_response(answer.spec, answer.outputs, ()),
            ),
        )
        return _answered(answer, text)

    async def _ask_examples(
        self, method: inference.Method, write: Callable[[Any], bytes], spec: ModelSpec, body: bytes
    ) -> Response:
        document = await apart(len(body), lambda: json_tensors.parse(body))
        spec.signature_name = json_tensors.signature_name(document)
        source = await apart(len(body), lambda: json_tensors.read_examples(document))
        answer, result = await self._service.answer_examples(method, spec, source)
        text = write(result)
        self._service.log(
            answer.spec,
            len(body) + len(text),
            lambda: prediction_log(
                method.request(model_spec=spec, input=source),
                method.response(model_spec=answer.spec, result=result),
            ),
        )
        return _answered(answer, text)

    def _status(self, spec: ModelSpec) -> Response:
        statuses = self._service.manager.statuses(spec)
        message = GetModelStatusResponse(model_version_status=statuses)
        text = json_format.MessageToJson(message, including_default_value_fields=True)
        return Response(200, text.encode())

    def _metadata(self, spec: ModelSpec) -> Response:
        found, definitions = self._service.metadata(spec)
        document = {
            "model_spec": _object(found),
            "metadata": {"signature_def": _object(definitions)},
        }
        return Response(200, json.dumps(document, indent=1).encode())


def refusal(status: int, message: str) -> Response:
    """Returns an error as TensorFlow Serving has it."""
    body = json.dumps({"error": message}).encode()
    return Response(status, body, headers=RETRY if status == 503 else {})


def _answered(answer: Answer, body: bytes) -> Response:
    version = {"Model-Version": str(answer.spec.version.value)}
    return Response(200, body, headers=version)


def _spec(found: re.Match[str]) -> ModelSpec:
    spec = ModelSpec(name=unquote(found[1]))
    if found[2]:
        if len(found[2]) > 19 or int(found[2]) > _MAX_VERSION:
            raise invalid(f"Failed to convert version: {found[2]} to numeric.")
        spec.version.value = int(found[2])
    elif found[3]:
        spec.version_label = unquote(found[3])
    return spec


def _object(message: Message) -> Mapping[str, object]:
    return json_format.MessageToDict(
        message, including_default_value_fields=True, preserving_proto_field_name=True
    )
