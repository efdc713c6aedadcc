"""The whole server: puts its parts together, listens, and ends without losing a request."""

import asyncio
import logging
import resource
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import grpc
import tensorflow as tf

from components.errors import InputError
from serving import grpc_server
from serving.errors import ServingError
from serving.http_server import Server
from serving.manager import Manager
from serving.metrics import Metrics
from serving.model_config import ConfigFile
from serving.options import Options
from serving.request_log import RequestLog, redaction
from serving.rest import Rest, refusal
from serving.running import BatchingRunner, Runner
from serving.service import Service

_SPARE_FILES = 512
"""Open files beside connections to REST: connections to gRPC, models, and the rest."""
_WAITING = 1024
"""Connections that wait to be accepted."""
_logger = logging.getLogger(__name__)


class Addresses(NamedTuple):
    """Where the server listens, each as host:port."""

    rest: str
    grpc: str


async def run(options: Options) -> None:
    """Serves until a signal says to stop.

    Raises:
      InputError: `models.config` cannot be served, or a port is taken.
    """
    async with serving(options) as addresses:
        _logger.info("page and REST: http://%s", addresses.rest)
        _logger.info("gRPC: %s", addresses.grpc)
        await _signal()
        _logger.info("stopping; what is under way may end")
    _logger.info("stopped")


@asynccontextmanager
async def serving(options: Options) -> AsyncIterator[Addresses]:
    """Serves meanwhile; in the end it lets end what is under way.

    Raises:
      InputError: `models.config` cannot be served, a port is taken, or there is no such redaction.
    """
    tf.get_logger().setLevel(logging.ERROR)
    logging.getLogger("tornado").setLevel(logging.ERROR)
    limits, batching, metrics = options.limits, options.batching, Metrics()
    _allow_open_files(limits.connections + _SPARE_FILES)
    logged = options.request_logging
    request_log = RequestLog(logged.max_bytes, redaction(logged.redact), metrics)
    config = ConfigFile(options.model_config_file, options.base_paths, logged.samples)
    manager = Manager(config, metrics)
    runner = BatchingRunner(batching, metrics) if batching else Runner(limits.concurrency)
    service = Service(manager, runner, limits, metrics, request_log)
    http = Server(Rest(service).answer, refusal, limits)
    rpc: grpc.aio.Server | None = None
    try:
        listening = _listen(options.host, options.rest_api_port, "REST")
        http.add_socket(listening)
        # gRPC says nothing of why it cannot, and a server of it that was made and never started
        # may keep the interpreter from ending. So what the user can mend is looked at before.
        _listen(options.host, options.port, "gRPC").close()
        manager.start(options.file_system_poll_wait_seconds)
        rpc = grpc_server.make(service)
        port = rpc.add_insecure_port(_address(options.host, options.port))
        await rpc.start()
        rest = _address(options.host, listening.getsockname()[1])
        yield Addresses(rest, _address(options.host, port))
    except ServingError as error:
        raise InputError(f"{options.model_config_file}: {error.message}") from error
    finally:
        service.is_stopping = True
        seconds = limits.shutdown_seconds
        await asyncio.gather(http.finish(seconds), *([rpc.stop(seconds)] if rpc else []))
        await request_log.close(seconds)
        runner.stop()
        manager.stop()


def _listen(host: str, port: int, protocol: str) -> socket.socket:
    """Takes a port.

    Raises:
      InputError: it is taken, or the host is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=_WAITING)
    except OSError as error:
        address = _address(host, port)
        raise InputError(f"cannot listen at {address} for {protocol}: {error.strerror}") from error
    listening.setblocking(False)
    return listening


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def _signal() -> None:
    """Waits until the process is told to stop; told again, it ends at once."""
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    await stopping.wait()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(number)


def _allow_open_files(wanted: int) -> None:
    """Raises this process's limit of open files as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
