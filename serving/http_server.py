"""HTTP with limits, on Tornado's connections: it knows nothing of models.

Tornado closes connections that are idle, or whose header does not come. Here come: one answer for
each request, whatever happens; 413, 408 and 503 for requests that are too large, too slow or too
many; and an end that lets requests under way finish.

Tornado is chosen because it limits sizes and times by itself, needs no other package, and is here
already: Jupyter's kernels bring it. Of it, only the layer that reads and writes messages is used.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType

from tornado import httputil
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream, StreamClosedError

from serving.options import Limits

JSON = "application/json"
RETRY: Mapping[str, str] = MappingProxyType({"Retry-After": "1"})
"""In seconds."""
_NO_LIMIT = 1 << 62
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """A request that has come whole."""

    method: str
    path: str
    """Without the query, still percent-encoded."""
    body: bytes


@dataclass(frozen=True)
class Response:
    """What is answered."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Awaitable[Response]]
Refuse = Callable[[int, str], Response]
"""Makes the answer to a request that is refused here, of status and message."""


class Server(HTTPServer):
    """Listens, and counts."""

    # Tornado makes objects of this class by `initialize`, and calls it alone.
    def initialize(self, answer: Handler, refuse: Refuse, limits: Limits) -> None:  # type: ignore[override]
        """Takes what answers, what refuses, and the limits."""
        super().initialize(
            _Exchanges(self), idle_connection_timeout=limits.idle_seconds, max_body_size=_NO_LIMIT
        )
        self.answer, self.refuse, self.limits = answer, refuse, limits
        self.under_way: set[asyncio.Task[None]] = set()
        self.buffered = 0
        """Bytes of bodies that have come, or have been announced."""
        self.is_stopping = False

    def handle_stream(self, stream: IOStream, address: tuple) -> None:
        """Takes a connection, if there are not too many."""
        if len(self._connections) < self.limits.connections:
            super().handle_stream(stream, address)
        else:
            stream.write(_FULL).add_done_callback(lambda _: stream.close())

    async def finish(self, seconds: float) -> None:
        """Accepts nothing more, lets requests under way end, and closes all connections."""
        self.is_stopping = True
        self.stop()
        if self.under_way:
            await asyncio.wait(self.under_way, timeout=seconds)
        await self.close_all_connections()


class _Exchanges(httputil.HTTPServerConnectionDelegate):
    def __init__(self, server: Server) -> None:
        self._server = server

    def start_request(
        self, server_conn: object, request_conn: httputil.HTTPConnection
    ) -> httputil.HTTPMessageDelegate:
        return _Exchange(self._server, request_conn)


class _Exchange(httputil.HTTPMessageDelegate):
    """One request and its answer.

    A request that is refused is read to its end nevertheless, and thrown away: a client that is
    still sending would not see an answer.
    """

    def __init__(self, server: Server, connection: httputil.HTTPConnection) -> None:
        self._server, self._connection = server, connection
        self._start = httputil.RequestStartLine("", "", "")
        self._chunks: list[bytes] = []
        self._reserved = 0
        self._received = 0
        self._refusal: Response | None = None
        self._is_answered = False
        self._deadline: asyncio.TimerHandle | None = None

    def headers_received(
        self,
        start_line: httputil.RequestStartLine | httputil.ResponseStartLine,
        headers: httputil.HTTPHeaders,
    ) -> None:
        assert isinstance(start_line, httputil.RequestStartLine)
        self._start = start_line
        length = headers.get("Content-Length", "")
        # Tornado refuses a length that is no number.
        self._reserve(int(length) if length.isdecimal() and len(length) < 19 else 0)
        if self._refusal and headers.get("Expect", "").lower() == "100-continue":
            self._write(self._refusal)
        self._deadline = asyncio.get_running_loop().call_later(
            self._server.limits.body_seconds, self._time_out
        )

    def data_received(self, chunk: bytes) -> None:
        self._received += len(chunk)
        self._reserve(self._received)
        if not self._refusal:
            self._chunks.append(chunk)

    def finish(self) -> None:
        self._stop_waiting()
        task = asyncio.get_running_loop().create_task(self._answer())
        self._server.under_way.add(task)
        task.add_done_callback(self._server.under_way.discard)

    def on_connection_close(self) -> None:
        self._stop_waiting()
        self._release()

    def _reserve(self, size: int) -> None:
        """Makes room for a body, of the size known by now, or refuses it."""
        server = self._server
        if self._refusal or size <= self._reserved:
            return
        if size > server.limits.request_bytes:
            message = f"a request may have {server.limits.request_bytes:,} bytes"
            self._refusal = server.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
        elif server.buffered + size - self._reserved > server.limits.bytes_at_once:
            message = "too many large requests at once; try again in a second"
            self._refusal = server.refuse(HTTPStatus.SERVICE_UNAVAILABLE, message)
        else:
            server.buffered += size - self._reserved
            self._reserved = size
            return
        self._release()

    def _release(self) -> None:
        self._chunks.clear()
        self._server.buffered -= self._reserved
        self._reserved = 0

    def _stop_waiting(self) -> None:
        if self._deadline:
            self._deadline.cancel()

    def _time_out(self) -> None:
        seconds = self._server.limits.body_seconds
        message = f"the request has not come whole within {seconds:g} seconds"
        self._release()
        self._refusal = self._server.refuse(HTTPStatus.REQUEST_TIMEOUT, message)
        self._write(self._refusal)

    async def _answer(self) -> None:
        try:
            response = self._refusal
            if response is None:
                path = self._start.path.partition("?")[0]
                request = Request(self._start.method, path, b"".join(self._chunks))
                self._chunks.clear()
                response = await self._server.answer(request)
        except Exception:
            _logger.exception("%s %s failed", self._start.method, self._start.path)
            response = self._server.refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error")
        finally:
            self._release()
        written = self._write(response)
        # A client that does not take its answer is not waited for.
        _, late = await asyncio.wait([written], timeout=self._server.limits.body_seconds)
        if late:
            self._connection.stream.close()

    def _write(self, response: Response) -> asyncio.Future[None]:
        if self._is_answered:
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            done.set_result(None)
            return done
        self._is_answered = True
        headers = httputil.HTTPHeaders(
            {
                "Content-Type": response.content_type,
                "Content-Length": str(len(response.body)),
                "X-Content-Type-Options": "nosniff",
                **response.headers,
            }
        )
        if self._server.is_stopping:
            headers["Connection"] = "close"
        start = httputil.ResponseStartLine(
            "HTTP/1.1", response.status, HTTPStatus(response.status).phrase
        )
        body = b"" if self._start.method == "HEAD" else response.body
        written = self._connection.write_headers(start, headers, body)
        written.add_done_callback(_ignore_closed)
        self._connection.finish()
        return written


def _ignore_closed(written: asyncio.Future[None]) -> None:
    """Reads a failure, so that asyncio does not report that nobody has: the client has left."""
    if not written.cancelled() and not isinstance(written.exception(), StreamClosedError | None):
        _logger.error("an answer could not be written: %s", written.exception())
