"""What both protocols ask for: finds the version, checks the request, runs it, and measures."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from grpc import StatusCode
from tensorflow_serving.apis.get_model_metadata_pb2 import SignatureDefMap
from tensorflow_serving.apis.input_pb2 import Input
from tensorflow_serving.apis.model_pb2 import ModelSpec

from serving.errors import ServingError
from serving.images import check_images
from serving.inference import Method, Reader, Result, check_inputs, example_inputs
from serving.manager import Manager
from serving.metrics import Metrics
from serving.options import Limits
from serving.request_log import Make, RequestLog
from serving.running import Runner
from serving.saved_model import SavedModel, Signature, Tensors

_AT_ONCE = 64 << 10
"""Bytes that are read and written in the event loop; more would hold up other requests."""
_T = TypeVar("_T")


class Answer(NamedTuple):
    """What came of a request."""

    spec: ModelSpec
    """Name, version and signature that gave it."""
    inputs: Tensors
    outputs: Tensors


class Service:
    """Answers requests for the models of a manager."""

    def __init__(
        self,
        manager: Manager,
        runner: Runner,
        limits: Limits,
        metrics: Metrics,
        request_log: RequestLog,
    ) -> None:
        """Takes what it works with."""
        self.manager, self.limits, self.metrics = manager, limits, metrics
        self._runner, self._request_log = runner, request_log
        self._admitted = 0
        self.is_stopping = False

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Counts a request among those that are under way.

        Raises:
          ServingError: there are as many as may be.
        """
        most = self.limits.concurrency + self.limits.queue
        if self._admitted >= most:
            raise ServingError(
                StatusCode.UNAVAILABLE, f"{most} requests are under way; try again in a second"
            )
        self._admitted += 1
        try:
            yield
        finally:
            self._admitted -= 1

    @property
    def is_ready(self) -> bool:
        """Whether every model answers, and goes on to."""
        return self.manager.ready and not self.is_stopping

    async def answer(self, spec: ModelSpec, read: Reader, size: int) -> Answer:
        """Answers a request with the version that it is for.

        Args:
          spec: name of the model, and perhaps version or label.
          read: of the request.
          size: of the request, in bytes.

        Raises:
          ServingError: the request is at fault, or there is no such model.
        """
        with self.manager.use(spec) as version:
            model = version.saved
            assert model is not None
            signature, inputs = await apart(size, lambda: self._read(model, read))
            began = time.monotonic()
            outputs = await self._runner.run(model, signature, inputs)
            microseconds = 1e6 * (time.monotonic() - began)
            self.metrics.runtime_latency.add(spec.name, "Predict", "TF1", size=microseconds)
            found = ModelSpec(name=spec.name, signature_name=signature.name)
            found.version.value = version.number
            return Answer(found, inputs, outputs)

    async def answer_examples(
        self, method: Method, spec: ModelSpec, source: Input
    ) -> tuple[Answer, Result]:
        """Answers a request to classify or regress, and counts its tf.Examples; as `answer`."""

        def read(model: SavedModel) -> tuple[Signature, Tensors]:
            return method.signature(model, spec.signature_name), example_inputs(source)

        answer = await self.answer(spec, read, source.ByteSize())
        (examples,) = answer.inputs.values()
        self.metrics.example_count_total.add(spec.name, count=len(examples))
        self.metrics.example_counts.add(spec.name, size=len(examples))
        return answer, method.result(answer.outputs, len(examples))

    def log(self, spec: ModelSpec, size: int, make: Make) -> None:
        """Logs a request that has been answered, if its model says so and the lot falls on it.

        Args:
          spec: of what has answered.
          size: of request and answer, in bytes.
          make: makes the log; called later, in another thread.
        """
        self._request_log.add(self.manager.logging_config(spec.name), spec, size, make)

    def metadata(self, spec: ModelSpec) -> tuple[ModelSpec, SignatureDefMap]:
        """Returns the version that a request is for, and what it can be asked.

        Raises:
          ServingError: there is no such model.
        """
        with self.manager.use(spec) as version:
            assert version.saved is not None
            definitions = SignatureDefMap(signature_def=version.saved.meta_graph.signature_def)
            found = ModelSpec(name=spec.name)
            found.version.value = version.number
            return found, definitions

    def measured(self, name: str, api: str, entry: str, code: StatusCode, seconds: float) -> None:
        """Counts a request that has been answered.

        Args:
          name: of the model that it named. Others than those served count as one, so that clients
            cannot fill the memory with names.
          api: `Predict` and so on; `predict` by REST.
          entry: `REST` or `GRPC`.
          code: of the answer.
          seconds: from the whole request to the answer.
        """
        name = name if name in self.manager else ""
        self.metrics.request_count.add(name, code.name)
        if code is StatusCode.OK:
            self.metrics.request_latency.add(name, api, entry, size=1e6 * seconds)

    def _read(self, model: SavedModel, read: Reader) -> tuple[Signature, Tensors]:
        signature, inputs = read(model)
        check_inputs(signature, inputs)
        check_images(inputs, self.limits)
        return signature, inputs


async def apart(size: int, work: Callable[[], _T]) -> _T:
    """Does what takes long, for its size in bytes, in a thread of its own."""
    return work() if size <= _AT_ONCE else await asyncio.to_thread(work)
