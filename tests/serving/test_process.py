"""The server as a program: how it starts, what it says, and how it ends."""

import re
import signal
import threading
import time

import grpc
import httpx
import pytest

from tests.serving import toy
from tests.serving.in_process import until
from tests.serving.process import program

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_lets_end_what_is_under_way(toys, number):
    """A request that runs is answered, a connection that is idle is closed, and nothing follows."""
    with program(toys / "models.config") as running:
        body = {"signature_name": "slow", "instances": [2.0]}
        answers = []

        def ask():
            answers.append(running.client.http.post("/v1/models/toy:predict", json=body))

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.5)
        assert running.stop(number) == 0
        asking.join()
        assert answers[0].status_code == 200 and answers[0].headers["Connection"] == "close"


@pytest.mark.parametrize(("seconds", "signals"), [(1, 1), (60, 2)])
def test_it_does_not_wait_for_ever(toys, seconds, signals):
    """Beyond its deadline, what is under way is given up; told twice, it ends at once."""
    with program(toys / "models.config", f"--shutdown_seconds={seconds}") as running:

        def ask():
            body = {"signature_name": "slow", "instances": [30.0]}
            with pytest.raises(httpx.HTTPError):
                running.client.http.post("/v1/models/toy:predict", json=body)

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.5)
        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        until(lambda: "stopping" in running.said)
        if signals == 2:
            running.process.send_signal(signal.SIGTERM)
        running.process.wait(60)
        assert time.monotonic() - began < 20
        assert "Traceback" not in running.said
        asking.join()


def test_it_says_what_happens_and_nothing_else(toys, tmp_path):
    """One line for each event, none from TensorFlow, and none for a request, however wrong."""
    config = tmp_path / "models.config"
    config.write_text((toys / "models.config").read_text())
    with program(config) as running:
        client = running.client
        client.http.post("/v1/models/toy:predict", content="nonsense")
        client.http.post("/v1/models/toy:predict", json={"instances": ["no example"]})
        client.http.get("/none")
        call = client.channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
        with pytest.raises(grpc.RpcError, match="no PredictRequest"):
            call(b"\xff\xff\xff")
        config.write_text(toy.config(toys / "toy", stable=2))
        until(lambda: "label stable points to version 2" in running.said)
        assert running.stop() == 0
        lines = running.said.splitlines()
    assert all(re.match(r"\d\d:\d\d:\d\d  \S", line) for line in lines), lines
    events = [line[10:] for line in lines]
    assert re.sub(r"\d+\.\d s|:\d+", "#", "\n".join(events)) == EVENTS.format(config=config)


EVENTS = """\
a stand-in for TensorFlow Serving starts; production is the real one
page and REST: http://127.0.0.1#
gRPC: 127.0.0.1#
toy: version 1 answers, loaded in #
toy: label stable points to version 1
toy: version 2 answers, loaded in #
toy: label canary points to version 2
{config} has changed
toy: label stable points to version 2
stopping; what is under way may end
stopped"""


def test_a_mistake_of_the_user_is_said_without_a_traceback(toys, server):
    """And the exit code is 2."""
    taken = server.grpc_address.rpartition(":")[2]
    for flag, said in (
        (f"--port={taken}", f"cannot listen at 127.0.0.1:{taken} for gRPC"),
        ("--host=192.0.2.1", "cannot listen at 192.0.2.1:0 for REST"),
        ("--port=99999", "port: 99999"),
        ("--queue=0", "queue: 0"),
        ("--request_log_redact=f", "request_log_redact: 'f'; valid: MODULE:FUNCTION"),
        ("--request_log_redact=no_such:f", "request_log_redact: 'no_such:f': No module named"),
        ("--request_log_max_bytes=0", "request_log_max_bytes: 0"),
    ):
        with program(toys / "models.config", flag) as running:
            assert running.process.wait(60) == 2
            assert running.said.splitlines()[-1].startswith(f"error: {said}")
            assert "Traceback" not in running.said


def test_batching_is_switched_on_by_tensorflow_servings_flags(toys, tmp_path):
    """With the parameters of a file."""
    parameters = tmp_path / "batching.config"
    parameters.write_text("max_batch_size { value: 2 }")
    flags = ("--enable_batching", f"--batching_parameters_file={parameters}")
    with program(toys / "models.config", *flags) as running:
        body = {"signature_name": "slow", "instances": [0.0] * 3}
        answer = running.client.http.post("/v1/models/toy:predict", json=body)
        assert answer.status_code == 400 and "max_batch_size, 2" in answer.json()["error"]
