"""Runs the server as a program of its own."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.serving.in_process import Client, until

PROJECT = Path(__file__).resolve().parents[2]


class Program:
    """A server that runs, a client of it, and what it has said."""

    def __init__(self, process, said):
        self.process, self._said = process, said
        self.client = None

    @property
    def said(self):
        """Everything on the terminal."""
        self._said.seek(0)
        return self._said.read()

    @property
    def memory(self):
        """Bytes that it holds."""
        return psutil.Process(self.process.pid).memory_info().rss

    def stop(self, number=signal.SIGTERM):
        """Tells it to stop, and returns its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def program(config, *flags):
    """Starts `python -m serving` on free ports, and ends it."""
    command = [sys.executable, "-m", "serving", f"--model_config_file={config}"]
    ports = ("--rest_api_port=0", "--port=0")
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [*command, *ports, *flags],
            cwd=PROJECT,
            env={key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ},
            stdout=said,
            stderr=said,
        )
        running = Program(process, said)
        try:
            rest = r"page and REST: (http://\S+)\n.*gRPC: (\S+)\n"
            until(lambda: process.poll() is not None or re.search(rest, running.said))
            found = re.search(rest, running.said)
            if found:
                running.client = Client(found[1], found[2])
                until(lambda: running.client.http.get("/readyz").status_code == 200)
            yield running
        finally:
            if running.client:
                running.client.close()
            if process.poll() is None:
                process.kill()
                process.wait()
