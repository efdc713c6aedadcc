"""Serves the page on which a person labels, on this machine alone."""

import asyncio
import logging
import socket
from collections.abc import Callable

from components.errors import InputError
from pipeline.feedback.labelling import Labelling, refusal
from serving.http_server import Request, Response, Server
from serving.options import Limits

_HOST = "127.0.0.1"
_LIMITS = Limits(request_bytes=1 << 20, connections=64, idle_seconds=3_600)
_GOODBYE_SECONDS = 5.0


async def serve(labelling: Labelling, port: int, say: Callable[[str], None]) -> None:
    """Serves until the labels are written.

    Args:
      labelling: answers the page.
      port: 0 is any that is free.
      say: is told the page's address.

    Raises:
      InputError: the port is taken.
    """
    logging.getLogger("tornado").setLevel(logging.ERROR)
    done = asyncio.Event()

    async def answer(request: Request) -> Response:
        response = await labelling.answer(request)
        if labelling.is_finished:
            done.set()
        return response

    server = Server(answer, refusal, _LIMITS)
    listening = _listening(port)
    server.add_socket(listening)
    say(f"http://{_HOST}:{listening.getsockname()[1]}{labelling.path}")
    try:
        await done.wait()
    finally:
        await server.finish(_GOODBYE_SECONDS)


def _listening(port: int) -> socket.socket:
    try:
        listening = socket.create_server((_HOST, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"--port = {port}: cannot listen there: {reason}") from None
    listening.setblocking(False)
    return listening
