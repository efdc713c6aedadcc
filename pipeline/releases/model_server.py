"""A server of a task's model, asked by TensorFlow Serving's REST."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from components.errors import InputError
from pipeline.serving_config.server_protos import METRICS_PATH

ADDRESS = "http://127.0.0.1:8501"
"""Where `make serve` and Compose have it."""
NO_SERVER = "none"
"""In the place of an address: none is to be asked."""
AVAILABLE = "AVAILABLE"
_END = "END"
_SECONDS = 60
# A proxy in the environment is for the internet.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NotListening(InputError):
    """Nothing listens at the address."""


class RequestFailed(Exception):
    """The server answered a request with an error."""


class VersionStatus(NamedTuple):
    """What a server says of a version."""

    state: str
    """Such as `LOADING` or `AVAILABLE`."""
    error: str = ""

    @property
    def refused(self) -> bool:
        """Whether the server has given up on it."""
        return self.state == _END and bool(self.error)


class ModelServer:
    """TensorFlow Serving or the stand-in, which has a model of this name."""

    def __init__(self, address: str, model: str) -> None:
        """Takes both, and asks nothing yet.

        Raises:
          InputError: the address is none.
        """
        try:
            parts = urlsplit(address)
            valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            valid = False
        if not valid:
            raise InputError(f"--server = {address!r}: valid is http://HOST:PORT, or {NO_SERVER}")
        self.address = address.rstrip("/")
        self._model = model
        self._path = f"/v1/models/{quote(model)}"

    def statuses(self) -> dict[int, VersionStatus]:
        """Returns what the server says of every version that it has been asked to load.

        Raises:
          NotListening: nothing is there.
          InputError: it has no such model, or is no model server.
        """
        status, body = self._ask(self._path)
        document = _object(body)
        if status == 404 and "error" in document:
            raise InputError(
                f"{self.address} serves no model {self._model!r}; --server names another address, "
                f"--server {NO_SERVER} asks none"
            )
        try:
            return {
                int(each["version"]): VersionStatus(
                    each["state"], each.get("status", {}).get("error_message", "")
                )
                for each in document["model_version_status"]
            }
        except (KeyError, TypeError, ValueError):
            raise InputError(
                f"{self.address} is no model server: it answers {self._path} with {status}"
            ) from None

    def version_of(self, label: str) -> int | None:
        """Returns the version that answers by a label; None where none does.

        Raises:
          NotListening: nothing is there.
          InputError: it is no model server.
        """
        status, body = self._ask(f"{self._path}/labels/{label}/metadata")
        version = _object(body).get("model_spec", {}).get("version")
        return int(version) if status == 200 and version is not None else None

    def predict(self, version: str, signature: str, inputs: Mapping[str, Any]) -> Any:
        """Returns the outputs by name; of a signature with one output, that output alone.

        Args:
          version: `versions/N` or `labels/LABEL`.
          signature: which to ask.
          inputs: as JSON has them, by name, each with all examples.

        Raises:
          RequestFailed: the answer is an error, or none comes.
        """
        body = json.dumps({"signature_name": signature, "inputs": inputs}).encode()
        try:
            status, answer = self._ask(f"{self._path}/{version}:predict", body)
        except InputError as error:
            raise RequestFailed(str(error)) from error
        document = _object(answer)
        if status != 200 or "outputs" not in document:
            raise RequestFailed(f"{status}: {document.get('error', 'no answer')}")
        return document["outputs"]

    def metrics(self) -> str | None:
        """Returns what it exports for Prometheus; None where it does not.

        Raises:
          NotListening: nothing is there.
          InputError: it does not answer.
        """
        status, body = self._ask(METRICS_PATH)
        return body.decode(errors="replace") if status == 200 else None

    def _ask(self, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Returns status and body of an answer."""
        try:
            with _OPENER.open(self.address + path, body, timeout=_SECONDS) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except (OSError, HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            if isinstance(reason, ConnectionRefusedError):
                raise NotListening(f"nothing listens at {self.address}") from None
            raise InputError(f"{self.address} does not answer: {reason}") from None


def find_server(address: str | None, model: str) -> ModelServer | None:
    """Returns the server of a model; None where none is to be asked, or runs on this machine.

    Args:
      address: of REST, `none`, or None for `ADDRESS`, where a server may run or not.
      model: its name.

    Raises:
      InputError: an address was given and nothing listens there, or it is not such a server.
    """
    if address == NO_SERVER:
        return None
    server = ModelServer(address or ADDRESS, model)
    try:
        server.statuses()
    except NotListening:
        if address is None:
            return None
        raise InputError(
            f"--server = {address!r}: nothing listens there; --server {NO_SERVER} asks none"
        ) from None
    return server


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
