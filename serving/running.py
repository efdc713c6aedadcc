"""Runs models in threads: each request by itself, or several together in a batch.

A batch is closed when it is full, or when a thread is free and the first request in it has waited
long enough; until a thread takes it, it goes on filling. So batches form under load, and a request
alone waits for nobody but `batch_timeout_micros`.
"""

import asyncio
import bisect
import time
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import tensorflow as tf
from grpc import StatusCode

from serving.errors import ServingError, from_tensorflow, invalid
from serving.metrics import Metrics
from serving.options import BatchingParameters
from serving.saved_model import SavedModel, Signature, Tensors


class Runner:
    """Runs every request by itself."""

    def __init__(self, threads: int) -> None:
        """Takes how many may run at once; further ones wait in line."""
        self._threads = ThreadPoolExecutor(threads, "run")

    async def run(self, model: SavedModel, signature: Signature, inputs: Tensors) -> Tensors:
        """Returns all outputs of a signature.

        Raises:
          ServingError: the model cannot make anything of the inputs, or there are too many waiting.
        """
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, model.run, signature.name, inputs)
        except tf.errors.OpError as error:
            raise from_tensorflow(error) from error

    def stop(self) -> None:
        """Lets nothing more run."""
        self._threads.shutdown(wait=False, cancel_futures=True)


@dataclass(eq=False)
class _Task:
    inputs: Tensors
    size: int
    """Examples."""
    outputs: asyncio.Future[Tensors]


@dataclass(eq=False)
class _Batch:
    model: SavedModel
    signature: Signature
    tasks: list[_Task] = field(default_factory=list)
    size: int = 0
    began: float = field(default_factory=time.monotonic)
    is_ready: bool = False


class BatchingRunner(Runner):
    """Runs requests for the same signature of the same version together."""

    def __init__(self, parameters: BatchingParameters, metrics: Metrics) -> None:
        """Takes how to batch, and where waiting is measured. Called in the event loop."""
        super().__init__(parameters.num_batch_threads)
        self._parameters, self._metrics = parameters, metrics
        self._open: dict[Hashable, _Batch] = {}
        self._ready: asyncio.Queue[_Batch] = asyncio.Queue()
        self._enqueued = 0
        self._workers = [
            asyncio.create_task(self._work()) for _ in range(parameters.num_batch_threads)
        ]

    async def run(self, model: SavedModel, signature: Signature, inputs: Tensors) -> Tensors:
        """As of Runner; the examples of other requests may run beside these."""
        size = _size(inputs) if signature.can_batch else 0
        if not size:
            return await super().run(model, signature, inputs)
        if size > self._parameters.max_batch_size:
            raise invalid(
                f"{size} examples are more than max_batch_size, {self._parameters.max_batch_size}"
            )
        most = self._parameters.batch_size
        parts = [
            {name: array[start : start + most] for name, array in inputs.items()}
            for start in range(0, size, most)
        ]
        outputs = await asyncio.gather(*(self._enqueue(model, signature, part) for part in parts))
        return {name: _joined([part[name] for part in outputs], size) for name in outputs[0]}

    def _enqueue(
        self, model: SavedModel, signature: Signature, inputs: Tensors
    ) -> asyncio.Future[Tensors]:
        size = _size(inputs)
        task = _Task(inputs, size, asyncio.get_running_loop().create_future())
        key = _key(model, signature, inputs)
        batch = self._open.get(key)
        if batch is None or batch.size + size > self._parameters.batch_size:
            batch = self._new_batch(key, model, signature)
        batch.tasks.append(task)
        batch.size += size
        if batch.size == self._parameters.batch_size:
            self._make_ready(batch)
        return task.outputs

    def stop(self) -> None:
        """Lets nothing more run."""
        for worker in self._workers:
            worker.cancel()
        super().stop()

    def _new_batch(self, key: Hashable, model: SavedModel, signature: Signature) -> _Batch:
        if self._enqueued >= self._parameters.max_enqueued_batches:
            raise ServingError(
                StatusCode.UNAVAILABLE,
                "The batch scheduling queue to which this task was submitted is full",
            )
        if key in self._open:
            self._make_ready(self._open[key])
        batch = self._open[key] = _Batch(model, signature)
        self._enqueued += 1
        if self._parameters.batch_timeout_micros:
            seconds = self._parameters.batch_timeout_micros / 1e6
            asyncio.get_running_loop().call_later(seconds, self._make_ready, batch)
        else:
            self._make_ready(batch)
        return batch

    def _make_ready(self, batch: _Batch) -> None:
        if not batch.is_ready:
            batch.is_ready = True
            self._ready.put_nowait(batch)

    async def _work(self) -> None:
        while True:
            batch = await self._ready.get()
            self._enqueued -= 1
            key = _key(batch.model, batch.signature, batch.tasks[0].inputs)
            if self._open.get(key) is batch:
                del self._open[key]
            waited = 1e6 * (time.monotonic() - batch.began)
            self._metrics.queuing_latency.add(self._parameters.thread_pool_name, size=waited)
            self._metrics.wrapped_run_count.add()
            await self._run_batch(batch)

    async def _run_batch(self, batch: _Batch) -> None:
        padded = self._padded(batch.size)
        try:
            inputs = {
                name: _joined([task.inputs[name] for task in batch.tasks], padded)
                for name in batch.signature.inputs
            }
            outputs = await super().run(batch.model, batch.signature, inputs)
            if any(len(array) != padded for array in outputs.values()):
                raise ServingError(
                    StatusCode.FAILED_PRECONDITION,
                    f"signature {batch.signature.name} does not give an output for each example, "
                    "so its requests cannot be batched",
                )
        except Exception as error:
            await self._fail(batch, error)
            return
        start = 0
        for task in batch.tasks:
            end = start + task.size
            task.outputs.set_result({name: each[start:end] for name, each in outputs.items()})
            start = end

    async def _fail(self, batch: _Batch, error: Exception) -> None:
        """Finds the request that is at fault by halves: the others are not to suffer."""
        tasks = batch.tasks
        if len(tasks) == 1:
            tasks[0].outputs.set_exception(error)
            return
        middle = len(tasks) // 2
        for half in (tasks[:middle], tasks[middle:]):
            size = sum(task.size for task in half)
            await self._run_batch(_Batch(batch.model, batch.signature, half, size))

    def _padded(self, size: int) -> int:
        allowed = self._parameters.allowed_batch_sizes
        return allowed[bisect.bisect_left(allowed, size)] if allowed else size


def _key(model: SavedModel, signature: Signature, inputs: Tensors) -> Hashable:
    shapes = tuple(inputs[name].shape[1:] for name in sorted(inputs))
    return id(model), signature.name, shapes


def _size(inputs: Tensors) -> int:
    """Returns the number of examples."""
    return len(next(iter(inputs.values())))


def _joined(parts: list[np.ndarray], size: int) -> np.ndarray:
    """Returns the parts one after another, the first example repeated up to a size."""
    filling = [parts[0][:1]] * (size - sum(map(len, parts)))
    return np.concatenate([*parts, *filling]) if len(parts) + len(filling) > 1 else parts[0]
