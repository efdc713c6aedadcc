"""Logs a sample of the requests and their answers, without a request waiting for it.

Which requests, and where to, `logging_config` of a model in `models.config` says, as TensorFlow
Serving's own message has it:

    logging_config {
      sampling_config { sampling_rate: 0.1 }
      log_collector_config { type: "tfrecord" filename_prefix: "requests/toy" }
    }

The original has that message, interfaces for what makes and what collects the logs, and no more, as
of 2.19: its binaries refuse to start with a `logging_config` ("No request-logger-creator
provided"), and its services call no logger. A build of one's own has to add all three.

The event loop only draws the lot, and queues. Everything else is done by one thread: messages are
made, pass the redaction, and are written. What becomes of the sample is counted by status in the
original's `/tensorflow/serving/request_log_count`:

    OK                  written
    RESOURCE_EXHAUSTED  left out: too many were waiting, or it is too large for the files' limit
    CANCELLED           left out by the redaction
    UNKNOWN             the redaction or the disk failed; the server's output says why
"""

import asyncio
import importlib
import logging
import queue
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import tensorflow as tf
from grpc import StatusCode
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog
from tensorflow_serving.config.logging_config_pb2 import LoggingConfig

from components.errors import InputError
from serving.metrics import Metrics
from serving.record_files import RecordFiles

Make = Callable[[], PredictionLog]
"""Makes the log of a request, without metadata."""
Redact = Callable[[PredictionLog], PredictionLog | None]
_MOST_WAITING = 1_000
_MOST_BYTES = 64 << 20
"""Of those that wait."""
_FLUSH_SECONDS = 5.0
_logger = logging.getLogger(__name__)


class _Entry(NamedTuple):
    config: LoggingConfig
    spec: ModelSpec
    """Of what has answered."""
    size: int
    """In bytes, of request and answer."""
    seconds: int
    """Since the epoch, when it was answered."""
    make: Make


class RequestLog:
    """Takes requests from the event loop, and writes them in a thread of its own."""

    def __init__(self, max_bytes: int, redact: Redact | None, metrics: Metrics) -> None:
        """Takes the limit of the files of one prefix, what logs pass through, and where to count.

        Called in the event loop.
        """
        self._max_bytes, self._redact, self._metrics = max_bytes, redact, metrics
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._waiting = self._waiting_bytes = 0
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self._files: dict[str, RecordFiles] = {}
        """By prefix."""
        self._unflushed: dict[str, Counter[str]] = defaultdict(Counter)
        """Requests that are on their way, by prefix and model."""
        self._complaint = ""

    def add(self, config: LoggingConfig, spec: ModelSpec, size: int, make: Make) -> None:
        """Takes a request that has been answered, if the lot falls on it. Called in the event loop.

        Args:
          config: of the model; without a prefix nothing is logged.
          spec: of what has answered, with its version.
          size: of request and answer, in bytes.
          make: called later, in another thread.
        """
        if self._is_closed or not config.log_collector_config.filename_prefix:
            return
        if random.random() >= config.sampling_config.sampling_rate:
            return
        if self._waiting == _MOST_WAITING or self._waiting_bytes + size > _MOST_BYTES:
            self._count(spec.name, StatusCode.RESOURCE_EXHAUSTED)
            return
        self._waiting += 1
        self._waiting_bytes += size
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="request log", daemon=True)
            self._thread.start()
        self._queue.put(_Entry(config, spec, size, int(time.time()), make))

    async def close(self, seconds: float) -> None:
        """Takes no more requests, and writes those that wait.

        Args:
          seconds: after which the rest is given up.
        """
        self._is_closed = True
        if self._thread:
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join, seconds)

    def _work(self) -> None:
        flush_at: float | None = None
        while True:
            try:
                timeout = None if flush_at is None else max(0.0, flush_at - time.monotonic())
                entry = self._queue.get(timeout=timeout)
            except queue.Empty:
                self._flush_all()
                flush_at = None
                continue
            if entry is None:
                self._flush_all()
                return
            code = self._write(entry)
            self._tell(self._done, entry)
            if code:
                self._tell(self._count, entry.spec.name, code)
            flush_at = flush_at or time.monotonic() + _FLUSH_SECONDS

    def _write(self, entry: _Entry) -> StatusCode | None:
        """Returns why a request is left out; None if it is on its way."""
        try:
            log = entry.make()
            _describe(log, entry)
            if self._redact:
                log = self._redact(log)
                if log is None:
                    return StatusCode.CANCELLED
                if not isinstance(log, PredictionLog):
                    raise TypeError(f"the redaction returned {type(log).__name__}")
            record = log.SerializeToString()
        except Exception as error:
            # The redaction is user's code: if it fails, nothing is written that it has not seen.
            self._complain(f"a request is not logged: {type(error).__name__}: {error}")
            return StatusCode.UNKNOWN
        prefix = entry.config.log_collector_config.filename_prefix
        if prefix not in self._files:
            self._files[prefix] = RecordFiles(prefix, self._max_bytes)
        files = self._files[prefix]
        if not files.takes(record):
            return StatusCode.RESOURCE_EXHAUSTED
        if not files.has_room(record):
            self._flush(prefix)
        files.add(record)
        self._unflushed[prefix][entry.spec.name] += 1
        return None

    def _flush_all(self) -> None:
        for prefix in self._files:
            self._flush(prefix)

    def _flush(self, prefix: str) -> None:
        code = StatusCode.OK
        try:
            self._files[prefix].flush()
        except (OSError, tf.errors.OpError) as error:
            self._complain(f"requests cannot be logged to {prefix}: {error}")
            code = StatusCode.UNKNOWN
        for name, count in self._unflushed.pop(prefix, Counter()).items():
            self._tell(self._count, name, code, count)

    def _tell(self, call: Callable[..., None], *arguments: object) -> None:
        """Calls something in the event loop, to which the metrics belong."""
        # A server that has given the rest up has closed its loop.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *arguments)

    def _complain(self, message: str) -> None:
        """Says what is wrong, and not again before something else is."""
        if message != self._complaint:
            self._complaint = message
            _logger.error("%s", message)

    def _done(self, entry: _Entry) -> None:
        self._waiting -= 1
        self._waiting_bytes -= entry.size

    def _count(self, name: str, code: StatusCode, count: int = 1) -> None:
        self._metrics.request_log_count.add(name, code.name, count=count)


def redaction(name: str) -> Redact | None:
    """Returns a function by its name, `module:function`; None where there is no name.

    Raises:
      InputError: there is no such function.
    """
    if not name:
        return None
    module, _, function = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise InputError(f"request_log_redact: {name!r}: {error}") from error
    if not callable(found):
        raise InputError(f"request_log_redact: {name!r} is no function")
    return found


def _describe(log: PredictionLog, entry: _Entry) -> None:
    """Adds the metadata that TensorFlow Serving's RequestLogger adds, and the time."""
    metadata = log.log_metadata
    metadata.model_spec.CopyFrom(entry.spec)
    metadata.sampling_config.CopyFrom(entry.config.sampling_config)
    metadata.saved_model_tags.append(tf.saved_model.SERVING)
    metadata.timestamp_secs = entry.seconds
