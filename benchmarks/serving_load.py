"""How many requests a second the stand-in server answers, beside `model.predict` under FastAPI.

    .venv/bin/python benchmarks/serving_load.py [--task TASK] [--run FOLDER] [--requests N]

Requests are examples of a finished run, one each, over connections that stay open, sent by a
process of its own on the same machine: at several numbers of clients at once. Asked are our server
by REST, without batching and with it, and a handler that calls `model.predict`, under FastAPI and
Uvicorn, which are installed apart (`build/fastapi`); also one that calls a `tf.function` of the
model. Ours gets `--requests` each time, divided among the numbers of clients; FastAPI, which is
slower, a twentieth. Every server is first asked a few hundred times, and its answers are compared
with the SavedModel's.

Bound: no error; and at a p99 that is no longer than that of `model.predict` where it answers most,
at least twice as many requests a second.
"""

import argparse
import base64
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from drift_power import newest, saved_model

from components.errors import InputError
from pipeline.home import PROJECT, Home
from pipeline.load import load_task
from pipeline.run_local import guarded

BENCHMARK = "serving_load"
FASTAPI = ("fastapi==0.115.14", "uvicorn[standard]==0.35.0")
ALONE, BATCHED, PLAIN, FUNCTION = "alone", "batched", "predict", "function"
CLIENTS = (1, 8, 32, 64)
LEAST_TIMES = 2
_ENVIRONMENT = PROJECT / "build" / "fastapi"
_LOAD = Path(__file__).with_name("_load.py")
_APP = Path(__file__).with_name("_fastapi_app.py")
_FEWER = 20
_EXAMPLES, _COMPARED, _WARM_UP = 200, 10, 300
_PATIENCE = 120
"""Seconds."""
_TOLERANCE = 1e-5


class Measured(NamedTuple):
    """What came of a load."""

    server: str
    clients: int
    requests: int
    errors: int
    per_second: float
    p50: float
    """Milliseconds."""
    p99: float


class Subject(NamedTuple):
    """A model, and what it is asked."""

    feature: str
    saved_model: Path
    model_run: Path
    values: Sequence[bytes]
    """Raw examples."""
    probabilities: np.ndarray
    """Of each of them, as the SavedModel itself says: [examples, classes]."""


def subject(options: argparse.Namespace) -> Subject:
    """Reads examples of a finished run, and finds its model.

    Raises:
      InputError: something is not there.
    """
    import tensorflow as tf

    from components import keras_model
    from components.examples import split_files
    from components.features import IMAGE, TEXT

    artifacts = (options.run or Home.of(load_task(options.task).name).root) / "artifacts"
    model = saved_model(newest(artifacts / "Trainer" / "model") / "Format-Serving")
    files = split_files(str(newest(artifacts / "ExampleGen" / "examples")), "eval")
    records = tf.data.TFRecordDataset(files, "GZIP").take(_EXAMPLES).as_numpy_iterator()
    examples = [tf.train.Example.FromString(record).features.feature for record in records]
    feature = IMAGE if IMAGE in examples[0] else TEXT
    values = [each[feature].bytes_list.value[0] for each in examples]
    signature = tf.saved_model.load(str(model)).signatures["predict"]
    (name,) = signature.structured_input_signature[1]
    probabilities = signature(**{name: tf.constant(values)})["probabilities"].numpy()
    run = newest(artifacts / "Trainer" / "model_run")
    if not (run / keras_model.MODEL).is_file():
        raise InputError(f"{run}: no {keras_model.MODEL}; give a run of this version of the code")
    return Subject(feature, model, run, values, probabilities)


def install_fastapi() -> Path:
    """Puts FastAPI where it can be imported from beside the project's packages, once.

    Returns:
      The folder.

    Raises:
      InputError: it cannot be installed; the message says why, in a line.
    """
    stamp = _ENVIRONMENT / "complete"
    wanted = "\n".join((sys.version, *FASTAPI))
    if stamp.is_file() and stamp.read_text() == wanted:
        return _ENVIRONMENT
    shutil.rmtree(_ENVIRONMENT, ignore_errors=True)
    uv = Path(sys.executable).with_name("uv")
    command = [uv, "pip", "install", "--quiet", "--python", sys.executable]
    done = subprocess.run(
        [*command, "--target", _ENVIRONMENT, *FASTAPI], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise InputError(f"cannot install FastAPI: {done.stderr.strip().splitlines()[0]}")
    stamp.write_text(wanted)
    return _ENVIRONMENT


@contextmanager
def ours(subject: Subject, *flags: str) -> Iterator[int]:
    """Starts our server with a model, and returns its port."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder, "model")
        base.mkdir()
        (base / "1").symlink_to(subject.saved_model.absolute())
        config = Path(folder, "models.config")
        config.write_text(
            "model_config_list { config { "
            f'name: "model" base_path: "{base}" model_platform: "tensorflow" }} }}'
        )
        port = free_port()
        command = [sys.executable, "-m", "serving", f"--model_config_file={config}", "--port=0"]
        command += [f"--rest_api_port={port}", *flags]
        with running(command, {}, port, "/readyz"):
            yield port


@contextmanager
def plain(subject: Subject, packages: Path, call: str) -> Iterator[int]:
    """Starts the handler under FastAPI, with one of its calls, and returns its port."""
    port = free_port()
    command = [sys.executable, _APP, subject.model_run, subject.saved_model, str(port), call]
    with running(command, {"PYTHONPATH": str(packages)}, port, "/openapi.json"):
        yield port


@contextmanager
def running(
    command: Sequence[str | Path], environment: dict[str, str], port: int, path: str
) -> Iterator[None]:
    """Runs a server meanwhile, once it answers at a path of its port.

    Raises:
      InputError: it does not start.
    """
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"} | environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + _PATIENCE
        while not _answers(f"http://127.0.0.1:{port}{path}"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise InputError(f"{command[1]} does not start")
            time.sleep(0.2)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_PATIENCE)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def free_port() -> int:
    """Returns a port of this machine that nothing listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def our_request(subject: Subject, value: bytes) -> tuple[str, Any]:
    """Returns path and document of a question to our server."""
    given = {"b64": base64.b64encode(value).decode()}
    return "/v1/models/model:predict", {"signature_name": "predict", "instances": [given]}


def plain_request(subject: Subject, value: bytes) -> tuple[str, Any]:
    """Returns path and document of a question to the handler."""
    return "/predict", {"feature": subject.feature, "b64": base64.b64encode(value).decode()}


def measure(
    server: str, port: int, asked: Sequence[tuple[str, Any]], subject: Subject, requests: int
) -> list[Measured]:
    """Compares a few answers with the model's, and sends the load.

    Args:
      server: its name.
      port: where it listens.
      asked: paths and documents, one for each of the subject's examples.
      subject: of the questions.
      requests: divided among the numbers of clients.

    Raises:
      InputError: it answers something else than the model.
    """
    content = [(path, json.dumps(document).encode()) for path, document in asked]
    for (path, body), expected in zip(content[:_COMPARED], subject.probabilities, strict=False):
        headers = {"Content-Type": "application/json"}
        question = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers)
        with urllib.request.urlopen(question, timeout=_PATIENCE) as answer:
            said = json.load(answer)
        said = said.get("predictions", [said])[0]["probabilities"]
        if not np.allclose(said, expected, atol=_TOLERANCE):
            raise InputError(f"{server} answers {said} instead of {expected.tolist()}")
    with tempfile.NamedTemporaryFile() as file:
        write_requests(file, port, content)
        each = requests // len(CLIENTS)
        load(port, file.name, min(_WARM_UP, each), CLIENTS[-1])
        found = []
        for clients in CLIENTS:
            found.append(measured(server, clients, load(port, file.name, each, clients)))
            print(f"{server}, {clients} clients: {found[-1].per_second:,.0f}/s", file=sys.stderr)
        return found


def write_requests(file: IO[bytes], port: int, content: Iterable[tuple[str, bytes]]) -> None:
    """Writes whole requests, of paths and bodies, as `_load.py` reads them."""
    for path, body in content:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        file.write(struct.pack(">I", len(head) + len(body)) + head + body)
    file.flush()


def load(port: int, file: str, requests: int, clients: int) -> dict[str, Any]:
    """Sends requests from a process of its own, and returns what it says."""
    command = [sys.executable, _LOAD, "127.0.0.1", port, file, requests, clients]
    done = subprocess.run(map(str, command), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def measured(server: str, clients: int, said: dict[str, Any]) -> Measured:
    """Returns what a load means."""
    latencies, statuses = said["latencies"], said["statuses"]
    total, fine = sum(statuses.values()), statuses.get("200", 0)
    p50, p99 = np.percentile(latencies or [0], [50, 99]) / 1000
    return Measured(server, clients, total, total - fine, fine / said["seconds"], p50, p99)


def times_as_many(found: Sequence[Measured]) -> float:
    """Returns how many times `model.predict`'s most requests ours answers, at no longer a p99."""
    most = max((each for each in found if each.server == PLAIN), key=lambda each: each.per_second)
    ours = [each for each in found if each.server in (ALONE, BATCHED)]
    fast = [each.per_second for each in ours if each.p99 <= most.p99]
    return max(fast, default=0.0) / most.per_second


def table(found: Sequence[Measured]) -> str:
    """Returns the figures, a line each."""
    lines = [
        f"{'server':<9}{'clients':>8}{'requests':>10}{'errors':>8}{'per s':>8}{'p50 ms':>9}"
        f"{'p99 ms':>9}"
    ]
    lines += [
        f"{each.server:<9}{each.clients:>8}{each.requests:>10,}{each.errors:>8}"
        f"{each.per_second:>8,.0f}{each.p50:>9.1f}{each.p99:>9.1f}"
        for each in found
    ]
    return "\n".join(lines)


def benchmark(options: argparse.Namespace) -> int:
    """Prints the table and the JSON line; returns 0 where the bound holds, else 1.

    Raises:
      InputError: something is missing, or a server does not answer as it should.
    """
    packages = install_fastapi()
    asked = subject(options)
    ours_asked = [our_request(asked, value) for value in asked.values]
    found = []
    with ours(asked) as port:
        found += measure(ALONE, port, ours_asked, asked, options.requests)
    with ours(asked, "--enable_batching=true") as port:
        found += measure(BATCHED, port, ours_asked, asked, options.requests)
    questions = [plain_request(asked, value) for value in asked.values]
    for call in (PLAIN, FUNCTION):
        with plain(asked, packages, call) as port:
            found += measure(call, port, questions, asked, options.requests // _FEWER)
    times, errors = times_as_many(found), sum(each.errors for each in found)
    holds = times >= LEAST_TIMES and not errors
    print(table(found))
    print(f"at the p99 of `predict`, {times:.1f} times as many a second; holds: {holds}")
    figures = {
        "benchmark": BENCHMARK,
        "task": options.task,
        "measured": [each._asdict() for each in found],
        "times": times,
        "errors": errors,
        "holds": holds,
    }
    print(json.dumps(figures))
    return 0 if holds else 1


def main() -> int:
    """Returns 0 where the bound holds, 1 where it does not, 2 where the user can mend it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", default="digits", help="of the run; digits if not said")
    parser.add_argument("--run", type=Path, metavar="FOLDER", help="without it, runs/TASK")
    parser.add_argument("--requests", type=int, default=100_000, metavar="N", help="100,000")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return guarded(lambda: benchmark(options))


if __name__ == "__main__":
    sys.exit(main())
