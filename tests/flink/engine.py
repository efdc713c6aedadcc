"""Flink in one process, with Beam's job server, and a pool of Beam's workers.

    PATH=$PWD/.venv/bin:$PATH PYTHONPATH=$PWD python -m tests.flink.engine

starts both, says where they are, and ends them with itself; `make flink-test` fetches Flink before.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.home import PROJECT
from pipeline.options.beam import Flink

JARS = PROJECT / "build/flink"
_JOB_SERVER = "org.apache.beam.runners.flink.FlinkJobServerDriver"
_WORKER_POOL = "apache_beam.runners.worker.worker_pool_main"
_SECONDS = 120


@contextmanager
def job_server(jars: Path, folder: Path) -> Iterator[str]:
    """Runs Flink and the job server meanwhile; yields its address.

    Args:
      jars: folder with both.
      folder: for what they write.
    """
    port = _free_port()
    command = [
        *("java", "-Xmx2g", "-cp", f"{jars}/*", _JOB_SERVER),
        *("--job-host", "localhost", "--job-port", str(port)),
        *("--artifact-port", "0", "--expansion-port", "0"),
        *("--artifacts-dir", str(folder / "artifacts"), "--flink-master", "[local]"),
    ]
    with _running(command, port, folder / "job_server.log", dict(os.environ)):
        yield f"localhost:{port}"


@contextmanager
def worker_pool(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Runs a pool of workers meanwhile; yields its address.

    Args:
      folder: for its log.
      environment: of the workers, in which the project is imported from `PYTHONPATH`.
    """
    port = _free_port()
    command = [sys.executable, "-m", _WORKER_POOL, f"--service_port={port}"]
    with _running(command, port, folder / "worker_pool.log", environment):
        yield f"localhost:{port}"


def flink(job_server: str, worker_pool: str) -> Flink:
    """Returns what a task says of Beam."""
    return Flink(job_server=job_server, parallelism=2, worker_pool=worker_pool)


@contextmanager
def _running(
    command: list[str], port: int, log: Path, environment: dict[str, str]
) -> Iterator[None]:
    with log.open("w") as said:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            # Workers are processes of their own, and end with the pool.
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + _SECONDS
            while not _listens(port):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)


def _free_port() -> int:
    with socket.create_server(("localhost", 0)) as server:
        return server.getsockname()[1]


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("localhost", port), 1).close()
    except OSError:
        return False
    return True


def main() -> None:
    """Runs both until it is interrupted or ended."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with (
        tempfile.TemporaryDirectory() as folder,
        job_server(JARS, Path(folder)) as jobs,
        worker_pool(Path(folder), dict(os.environ)) as pool,
    ):
        print(f"--job-server {jobs} --worker-pool {pool}", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
