"""Whether releases lose a request: swaps, a rollback and a corrupt version under load.

    .venv/bin/python benchmarks/serving_swaps.py [--task TASK] [--minutes M]

The pushed model of a finished run is served by `pipeline serve` from a copy of its folder, in
several versions. While clients ask for the label `stable` without a pause, by REST and by gRPC, the
commands of the pipeline let version 2 take over, then 3, then roll back to 2, try a version 4 whose
variables are cut short, and let 5 take over, evenly spread over the time.

Bound: no request fails, each version that was stable has answered, and the corrupt one is refused
with its reason.
"""

import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import grpc
import numpy as np
from serving_load import free_port, running, write_requests

from components.errors import InputError
from pipeline.home import PROJECT, RUNS_VARIABLE
from pipeline.in_service import newest_version
from pipeline.load import load_task
from pipeline.run_local import guarded

if TYPE_CHECKING:
    from tensorflow_serving.apis.predict_pb2 import PredictRequest

BENCHMARK = "serving_swaps"
CLIENTS = 4
"""Of REST; beside them one asks by gRPC."""
CORRUPT = 4
STEPS = (
    (2, ("canary", "2"), ("promote",)),
    (3, ("canary", "3"), ("promote",)),
    (0, ("rollback",)),
    (CORRUPT, ("canary", str(CORRUPT))),
    (5, ("canary", "5"), ("promote",)),
)
"""The version to push, if any, and the commands that follow."""
STABLE = {"1", "2", "3", "5"}
_LOAD = Path(__file__).with_name("_load.py")
_UNLIMITED = 10**9


class Step(NamedTuple):
    """A command, and what came of it."""

    second: float
    command: str
    code: int
    said: str


class Asking(threading.Thread):
    """Asks by gRPC until it is told to stop."""

    def __init__(self, port: int, request: "PredictRequest") -> None:
        """Takes the server's port, and what to ask."""
        from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

        super().__init__(daemon=True)
        self._stub = PredictionServiceStub(grpc.insecure_channel(f"127.0.0.1:{port}"))
        self._request = request
        self.stopped = threading.Event()
        self.answers: Counter[str] = Counter()

    def run(self) -> None:
        """Asks one request after the other."""
        while not self.stopped.is_set():
            try:
                answer = self._stub.Predict(self._request, timeout=60)
            except grpc.RpcError as error:
                self.answers[f"{error.code().name}: {error.details()}"] += 1
            else:
                self.answers[str(answer.model_spec.version.value)] += 1


def first_request(version: Path) -> "PredictRequest":
    """Returns the first of the requests that lie beside a model.

    Raises:
      InputError: there is none.
    """
    import tensorflow as tf
    from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

    from components.saved_model import WARM_UP

    file = version / WARM_UP
    if not file.is_file():
        raise InputError(f"{file} is missing; run the task with this version of the code")
    record = next(iter(tf.data.TFRecordDataset(str(file)).as_numpy_iterator()))
    return PredictionLog.FromString(record).predict_log.request


def push(source: Path, serving: Path, number: int) -> None:
    """Copies a version, and cuts its variables short where it is the corrupt one."""
    aside = serving / f".{number}"
    shutil.copytree(source, aside)
    if number == CORRUPT:
        (data,) = (aside / "variables").glob("variables.data-*")
        os.truncate(data, data.stat().st_size // 2)
    aside.rename(serving / str(number))


def pipeline(environment: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    """Returns exit code and output of a command of the pipeline."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=PROJECT,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).strip()


def release(
    task: str,
    source: Path,
    serving: Path,
    environment: Mapping[str, str],
    rest: int,
    seconds: float,
) -> list[Step]:
    """Takes all steps, evenly spread, and returns what came of each command."""
    began, taken = time.monotonic(), []
    for place, (number, *commands) in enumerate(STEPS, 1):
        time.sleep(max(0.0, began + seconds * place / (len(STEPS) + 1) - time.monotonic()))
        if number:
            push(source, serving, number)
        for command, *values in commands:
            at = time.monotonic() - began
            where = ("--server", f"http://127.0.0.1:{rest}")
            code, said = pipeline(environment, command, task, *values, *where)
            taken.append(Step(at, " ".join((command, *values)), code, said))
            print(f"{at:.0f} s: {taken[-1].command}: {code}", file=sys.stderr)
    return taken


def loaded(
    task: str, source: Path, runs: Path, minutes: float
) -> tuple[dict[str, Any], Counter[str], list[Step]]:
    """Serves, asks and releases; returns what the load by REST and by gRPC said, and the steps."""
    serving = runs / task / "serving"
    serving.mkdir(parents=True)
    push(source, serving, 1)
    request = first_request(source)
    request.model_spec.name, request.model_spec.version_label = task, "stable"
    (tensor,) = request.inputs.values()
    given = {"b64": base64.b64encode(tensor.string_val[0]).decode()}
    body = json.dumps({"signature_name": "predict", "instances": [given]}).encode()
    rest, port, seconds = free_port(), free_port(), 60 * minutes
    environment = os.environ | {RUNS_VARIABLE: str(runs)}
    server = [sys.executable, "-m", "pipeline", "serve", task]
    server += [f"--rest-api-port={rest}", f"--port={port}"]
    with (
        running(server, {RUNS_VARIABLE: str(runs)}, rest, "/readyz"),
        tempfile.NamedTemporaryFile() as file,
    ):
        write_requests(file, rest, [(f"/v1/models/{task}/labels/stable:predict", body)])
        command = [
            sys.executable,
            _LOAD,
            "127.0.0.1",
            rest,
            file.name,
            _UNLIMITED,
            CLIENTS,
            seconds,
        ]
        load = subprocess.Popen(map(str, command), stdout=subprocess.PIPE, text=True)
        asking = Asking(port, request)
        asking.start()
        steps = release(task, source, serving, environment, rest, seconds)
        said, _ = load.communicate()
        asking.stopped.set()
        asking.join()
    return json.loads(said), asking.answers, steps


def benchmark(options: argparse.Namespace) -> int:
    """Prints the table and the JSON line; returns 0 where the bound holds, else 1.

    Raises:
      InputError: something is missing, or the server does not start.
    """
    task = load_task(options.task)
    source = newest_version(task.home.serving)
    if source is None:
        raise InputError(f"nothing was pushed; `make run TASK={task.name}` does")
    with tempfile.TemporaryDirectory() as runs:
        rest, by_grpc, steps = loaded(task.name, source, Path(runs), options.minutes)
    requests, fine = sum(rest["statuses"].values()), rest["statuses"].get("200", 0)
    failed = requests - fine + sum(n for name, n in by_grpc.items() if not name.isdigit())
    refused = [step for step in steps if step.code]
    p50, p99 = np.percentile(rest["latencies"], [50, 99]) / 1000
    holds = (
        not failed
        and rest["versions"].keys() >= STABLE
        and [step.command for step in refused] == [f"canary {CORRUPT}"]
    )
    print(f"{'second':>6}  {'exit':>4}  command")
    for step in steps:
        print(f"{step.second:>6.0f}  {step.code:>4}  {step.command}")
    for step in refused:
        print(f"refused: {step.said}")
    for name, count in (("REST", rest["versions"]), ("gRPC", by_grpc)):
        answered = ", ".join(f"{key}: {number:,}" for key, number in sorted(count.items()))
        print(f"answers by {name}, of each version: {answered}")
    asked = f"{requests:,} requests by REST and {by_grpc.total():,} by gRPC"
    print(f"{asked} in {rest['seconds']:.0f} s, {failed} failed")
    print(f"p50 {p50:.1f} ms, p99 {p99:.1f} ms; holds: {holds}")
    figures = {
        "benchmark": BENCHMARK,
        "task": task.name,
        "seconds": rest["seconds"],
        "requests": requests,
        "by_grpc": by_grpc.total(),
        "failed": failed,
        "p50": p50,
        "p99": p99,
        "steps": [step._asdict() for step in steps],
        "holds": holds,
    }
    print(json.dumps(figures))
    return 0 if holds else 1


def main() -> int:
    """Returns 0 where the bound holds, 1 where it does not, 2 where the user can mend it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", default="digits", help="digits, if not said")
    parser.add_argument("--minutes", type=float, default=10, metavar="M", help="10 if not said")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return guarded(lambda: benchmark(options))


if __name__ == "__main__":
    sys.exit(main())
