"""Runs the server in a thread of this process, which has TensorFlow in memory already."""

import asyncio
import threading
import time
from contextlib import contextmanager

import grpc
import httpx
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from serving.options import Limits, Options, RequestLogging
from serving.server import serving

PATIENCE = 180
"""Seconds; another process may be busy with the machine."""


class Client:
    """Asks a server, wherever it runs, by both protocols."""

    def __init__(self, rest, grpc_address):
        self.rest, self.grpc_address = rest, grpc_address
        self.http = httpx.Client(base_url=rest, timeout=PATIENCE, trust_env=False)
        self.channel = grpc.insecure_channel(grpc_address, [("grpc.enable_http_proxy", 0)])
        self.prediction = PredictionServiceStub(self.channel)
        self.model = ModelServiceStub(self.channel)

    @property
    def address(self):
        """Host and port of REST."""
        return self.http.base_url.host, self.http.base_url.port

    def states(self, name="toy"):
        """Returns the state of every version of a model."""
        answer = self.http.get(f"/v1/models/{name}").json()
        found = answer.get("model_version_status", [])
        return {int(each["version"]): each["state"] for each in found}

    def close(self):
        self.http.close()
        self.channel.close()


def until(condition, what="it"):
    """Waits for a condition, and returns what it gave."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited for {what} in vain"
        time.sleep(0.02)
    return found


@contextmanager
def running(config, wait=True, batching=None, poll=0.05, logging=None, **limits):
    """Serves a models.config on free ports, and returns a client.

    Args:
      config: path of the file.
      wait: until every model answers.
      batching: as in Options.
      poll: seconds between two looks.
      logging: of requests, as in Options.
      limits: of Limits.
    """
    options = Options(
        config,
        rest_api_port=0,
        port=0,
        file_system_poll_wait_seconds=poll,
        batching=batching,
        limits=Limits(**limits),
        request_logging=logging or RequestLogging(),
    )
    loop = asyncio.new_event_loop()
    listening, stopping, found = threading.Event(), asyncio.Event(), []

    async def serve():
        try:
            async with serving(options) as addresses:
                found.append(addresses)
                listening.set()
                await stopping.wait()
        finally:
            listening.set()

    failures = []

    def work():
        try:
            loop.run_until_complete(serve())
        except Exception as error:
            failures.append(error)
        finally:
            loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    listening.wait()
    try:
        if failures or not found:
            thread.join()
            raise failures[0]
        client = Client(f"http://{found[0].rest}", found[0].grpc)
        try:
            if wait:
                until(lambda: client.http.get("/readyz").status_code == 200, "the server")
            yield client
        finally:
            client.close()
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(stopping.set)
            thread.join(PATIENCE)
    assert not failures, failures


@contextmanager
def asked(*questions):
    """Asks every question all the time meanwhile, each in a thread; nothing may fail.

    Args:
      questions: functions that return the version that answered.

    Yields:
      A list that grows by every version that answered.
    """
    stop, answers, failures = threading.Event(), [], []

    def ask(question):
        while not stop.is_set():
            try:
                answer = question()
                (answers if isinstance(answer, int) else failures).append(answer)
            except (httpx.HTTPError, grpc.RpcError) as error:
                failures.append(error)
            time.sleep(0.005)

    workers = [threading.Thread(target=ask, args=[question]) for question in questions]
    for worker in workers:
        worker.start()
    try:
        yield answers
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    assert not failures, failures[:3]
