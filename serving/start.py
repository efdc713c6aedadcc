"""Starts the server."""

import asyncio
import logging
import os
import sys

from serving.options import Options


def serve(options: Options) -> None:
    """Serves until the process is told to stop (SIGINT, SIGTERM), and lets end what is under way.

    It takes the process over: TensorFlow is silenced, and what happens is said on standard error.

    Raises:
      InputError: `models.config` cannot be served, or a port is taken.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("serving")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False

    logger.info("a stand-in for TensorFlow Serving starts; production is the real one")
    # TensorFlow says nothing only if it is told so before it is imported.
    from serving.server import run

    asyncio.run(run(options))
