"""The stand-in for TensorFlow Serving in a process of its own, with one model in it."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import grpc
from google.protobuf import text_format
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest, ModelVersionStatus
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub
from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from components import limited_process
from components.source_hash import ROOT

_MODULE = "serving"
_ADDRESS = re.compile(r"gRPC: (\S+)\n")
_ANY_SIZE = -1
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
_POLL_SECONDS = 0.05


class NotServable(Exception):
    """The server cannot serve the model; the message is the reason in one line."""


class Server:
    """A server that runs."""

    def __init__(self, process: subprocess.Popen[bytes], said: IO[str], model: str) -> None:
        """Takes its process, what it says on the terminal, and the name of its only model."""
        self._process, self._said, self._model = process, said, model
        self._channel: grpc.Channel | None = None

    def wait_until_loaded(self, seconds: float) -> None:
        """Waits until the model answers.

        Raises:
          NotServable: it does not within that time, the server refuses it, or the server ends.
        """
        deadline = time.monotonic() + seconds
        while True:
            self._check_that_it_runs()
            if self._is_loaded():
                return
            if time.monotonic() > deadline:
                raise NotServable(f"it was not loaded within {seconds:g} s")
            time.sleep(_POLL_SECONDS)

    def ask(self, request: PredictRequest, seconds: float) -> PredictResponse:
        """Returns the answer to a request.

        Raises:
          NotServable: there is none within that time, or it is an error.
        """
        assert self._channel is not None, "asked before it was loaded"
        try:
            return PredictionServiceStub(self._channel).Predict(request, timeout=seconds)
        except grpc.RpcError as error:
            self._check_that_it_runs()
            if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
                raise NotServable(f"a request was not answered within {seconds:g} s") from None
            said = " ".join((error.details() or "").split())[: limited_process.LONGEST_REASON]
            raise NotServable(f"a request was answered with {error.code().name}: {said}") from None

    def peak_memory(self) -> int | None:
        """Returns the most bytes that it has held so far; None where the system does not tell."""
        try:
            found = _PEAK.search(Path(f"/proc/{self._process.pid}/status").read_text())
        except FileNotFoundError:
            return None
        return int(found[1]) << 10 if found else None

    def close(self) -> None:
        """Ends it."""
        if self._channel is not None:
            self._channel.close()
        self._process.kill()
        self._process.wait()

    def _is_loaded(self) -> bool:
        if self._channel is None:
            address = _ADDRESS.search(self._output())
            if address is None:
                return False
            size = "grpc.max_send_message_length", "grpc.max_receive_message_length"
            self._channel = grpc.insecure_channel(address[1], [(each, _ANY_SIZE) for each in size])
        request = GetModelStatusRequest()
        request.model_spec.name = self._model
        try:
            answer = ModelServiceStub(self._channel).GetModelStatus(request, timeout=1)
        except grpc.RpcError:
            return False
        for version in answer.model_version_status:
            if version.state == ModelVersionStatus.END:
                reason = " ".join(version.status.error_message.split())
                raise NotServable(f"the server refuses it: {reason}")
        states = {version.state for version in answer.model_version_status}
        return states == {ModelVersionStatus.AVAILABLE}

    def _check_that_it_runs(self) -> None:
        code = self._process.poll()
        if code is not None:
            raise NotServable(f"the server ended: {limited_process.reason(code, self._output())}")

    def _output(self) -> str:
        self._said.seek(0)
        return self._said.read()


@contextmanager
def running(model: str, saved_model: Path, batching: str, work: Path) -> Iterator[Server]:
    """Starts a server on free ports of this machine, and ends it.

    Args:
      model: the name that requests ask for.
      saved_model: folder.
      batching: text of the file of batching parameters; empty computes each request by itself.
      work: an empty folder for what the server reads and says.
    """
    versions = work / "versions"
    versions.mkdir()
    (versions / "1").symlink_to(saved_model.resolve(), target_is_directory=True)
    config = ModelServerConfig()
    entry = config.model_config_list.config.add()
    entry.name, entry.base_path, entry.model_platform = model, str(versions), "tensorflow"
    models_config = work / "models.config"
    models_config.write_text(text_format.MessageToString(config), encoding="utf-8")
    flags = [f"--model_config_file={models_config}", "--rest_api_port=0", "--port=0"]
    if batching:
        parameters = work / "batching.config"
        parameters.write_text(batching, encoding="utf-8")
        flags += ["--enable_batching", f"--batching_parameters_file={parameters}"]
    with (work / "server.log").open("w+", encoding="utf-8", errors="replace") as said:
        process = subprocess.Popen(
            limited_process.command(_MODULE, flags),
            cwd=ROOT,
            env=limited_process.environment() | {"GRPC_VERBOSITY": "NONE"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        server = Server(process, said, model)
        try:
            yield server
        finally:
            server.close()
