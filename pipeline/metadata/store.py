"""A store of ML Metadata on a server that may go away for a while."""

import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from google.protobuf.message import Message
from ml_metadata.errors import AlreadyExistsError, StatusError
from ml_metadata.metadata_store import MetadataStore
from ml_metadata.proto.metadata_store_pb2 import ConnectionConfig

from components.errors import InputError
from pipeline.metadata.once import identify, is_type, recall
from pipeline.metadata.strings import change_strings

_IDLE_SECONDS = 60.0
"""After which a connection is made anew: on its way something may have cut it without a word."""
_STARTS = 40
_PAUSE_SECONDS = 1.0
_BEING_MADE = (
    "concurrent connection to the empty database",
    "already exists",
    "_nsp_index",
    "Deadlock found",
    "deadlock detected",
)
"""Two first runs make the tables at the same time."""
_MEETINGS = 10
"""Tries to make a type while others make it."""


class Connects(Protocol):
    """What a store needs of a server; `Server` says what each of these does."""

    password: str

    def reach(self) -> None: ...
    def connection(self, password: str = "") -> ConnectionConfig: ...
    def refusal(self, message: str, noise: str) -> str: ...
    def lost(self, message: str) -> bool: ...
    def encode(self, text: str) -> str: ...
    def decode(self, text: str) -> str: ...


class PatientStore(MetadataStore):
    """Connects again when the server is back, and calls again, so that nothing is there twice.

    Every call is a transaction. If its answer was lost, it is either undone or done; see `once` for
    how a second call finds that it was done.
    """

    def __init__(self, server: Connects, patience: float) -> None:
        """Connects.

        Args:
          server: to connect to.
          patience: how long a server may be away later, in seconds.

        Raises:
          InputError: the server is not there now, or lets nobody in.
        """
        self._server, self._patience = server, patience
        self._connect(patience=0)

    def _connect(self, patience: float) -> None:
        """Replaces the connection; says how long it waits to whoever listens to the progress.

        Raises:
          InputError: that took longer than the patience, in seconds.
        """
        # MySQL's client crashes the process when it is used after it failed to connect again.
        self._metadata_store = None
        progress = logging.getLogger("progress")
        start, waited = time.monotonic(), 0.0
        while True:
            try:
                self._connect_once()
                break
            except _NotConnectedError as error:
                waited = time.monotonic() - start
                if waited >= patience:
                    raise InputError(_away(self._server, waited, error)) from None
                progress.info("waiting for %s, %.0f s so far: %s", self._server, waited, error)
            time.sleep(_PAUSE_SECONDS)
        self._used = time.monotonic()
        if waited:
            progress.info("%s was away for %.0f s", self._server, self._used - start)

    def _connect_once(self) -> None:
        try:
            self._server.reach()
        except OSError as error:
            raise _NotConnectedError(error.strerror or str(error)) from None
        config = self._server.connection(self._server.password)
        for _ in range(_STARTS):
            with _standard_error_kept() as noise:
                try:
                    super().__init__(config)
                    return
                except (RuntimeError, StatusError) as error:
                    message = str(error)
                    noise.seek(0)
                    said = noise.read().decode(errors="replace")
            if not any(words in message for words in _BEING_MADE):
                break
            time.sleep(random.uniform(0.5, 1) * _PAUSE_SECONDS)
        raise _NotConnectedError(self._server.refusal(message, said))

    def _call(
        self, method_name: str, request: Message, response: Message, extra_options: object = None
    ) -> None:
        """See `MetadataStore`, every call of which comes through here.

        It repeats by itself what another transaction was in the way of.

        Raises:
          InputError: the server is away for longer than the patience, or cannot keep a text.
          StatusError: as the method that was called says.
        """
        request = identify(request)
        sent = change_strings(request, self._server.encode)
        if self._metadata_store is None or time.monotonic() - self._used > _IDLE_SECONDS:
            self._connect(self._patience)
        first_loss, meetings = None, 0
        while True:
            try:
                super()._call(method_name, sent, response, extra_options)
                break
            except StatusError as error:
                message = str(error)
                # Another run has just made the type: ml-metadata's own check or an index says so.
                if is_type(request) and "external_id" in message and meetings < _MEETINGS:
                    meetings += 1
                    continue
                if isinstance(error, AlreadyExistsError) and first_loss is not None:
                    recall(self, request, response)
                    return
                if not self._server.lost(message):
                    raise _in_words(self._server, message) or error from None
                now = time.monotonic()
                first_loss = first_loss or now
                if now - first_loss > self._patience:
                    reason = _NotConnectedError("it breaks every connection")
                    raise InputError(_away(self._server, now - first_loss, reason)) from None
            response.Clear()
            self._connect(self._patience)
        self._used = time.monotonic()
        response.CopyFrom(change_strings(response, self._server.decode))


class _NotConnectedError(Exception):
    """There is no connection; the message is a reason without names."""


def _away(server: Connects, seconds: float, reason: Exception) -> str:
    waited = f"away for {seconds:.0f} s: " if seconds >= 1 else ""
    return f"{server}: {waited}{reason}"


def _in_words(server: Connects, message: str) -> InputError | None:
    if "index row" not in message:
        return None
    return InputError(
        f"{server}: a text is too long for an index that nothing here needs; remove it: "
        "DROP INDEX idx_artifact_property_string, idx_execution_property_string, "
        "idx_context_property_string"
    )


@contextmanager
def _standard_error_kept() -> Iterator[BinaryIO]:
    """Yields a file that gets what C++ code writes to the standard error meanwhile."""
    sys.stderr.flush()
    before = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield file
        finally:
            os.dup2(before, 2)
            os.close(before)
