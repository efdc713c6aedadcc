"""Where KFP is, who asks, and for how long to wait."""

import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from components.errors import InputError

HOST_VARIABLE = "KF_PIPELINES_ENDPOINT"
"""The host, if no option says it; the name is that of KFP's own client."""
TOKEN_VARIABLE = "KF_PIPELINES_TOKEN"
COOKIE_VARIABLE = "KF_PIPELINES_COOKIE"
"""Of a session, such as `authservice_session=…`, where Kubeflow's login hands out no token."""

_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Connection:
    """How to reach a server.

    Attributes:
      host: http(s)://…, without a slash at its end.
      namespace: of a server for many users; else empty.
      timeout: seconds to wait for a connection, and again for an answer.
      ca_file: certificates to trust instead of the usual ones, PEM.
      ui: address of the pages that are printed.
    """

    host: str
    namespace: str = ""
    timeout: float = 30
    ca_file: Path | None = None
    ui: str = ""
    token_file: Path | None = None
    _token: str = field(default="", repr=False)
    _cookie: str = field(default="", repr=False)

    @classmethod
    def of(
        cls,
        host: str | None,
        namespace: str | None = None,
        token_file: Path | None = None,
        ca_file: Path | None = None,
        timeout: float = 30,
        ui: str | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> "Connection":
        """Returns a connection whose parts were checked as far as they can be without asking.

        Raises:
          InputError: a part is missing, malformed or cannot be read.
        """
        host = _address("--host", host or environment.get(HOST_VARIABLE) or "")
        if namespace and not _NAMESPACE.fullmatch(namespace):
            raise InputError(
                f"--namespace {namespace}: lower-case letters, digits and -, at most 63 of them"
            )
        if not timeout > 0:
            raise InputError(f"--timeout {timeout:g}: seconds, more than 0")
        if ca_file:
            _check_certificates(ca_file)
        made = cls(
            host=host,
            namespace=namespace or "",
            timeout=timeout,
            ca_file=ca_file,
            ui=_address("--ui", ui) if ui else host,
            token_file=token_file,
            _token=environment.get(TOKEN_VARIABLE, "").strip(),
            _cookie=environment.get(COOKIE_VARIABLE, "").strip(),
        )
        made.token()
        return made

    def token(self) -> str:
        """Returns the token, empty without one; a file is read anew, as clusters renew such files.

        Raises:
          InputError: the file cannot be read, or is no token.
        """
        if self.token_file is None:
            return self._token
        try:
            token = self.token_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise InputError(f"--token-file {self.token_file}: cannot read it: {why}") from None
        if not token or any(map(str.isspace, token)):
            what = "it holds spaces" if token else "it is empty"
            raise InputError(f"--token-file {self.token_file}: {what}; one token was expected")
        return token

    @property
    def cookie(self) -> str:
        """Of a session; empty without one."""
        return self._cookie

    @property
    def is_known(self) -> bool:
        """Whether requests say who asks."""
        return bool(self.token_file or self._token or self._cookie)


def _check_certificates(file: Path) -> None:
    try:
        ssl.create_default_context(cafile=file)
    except FileNotFoundError:
        raise InputError(f"--ca-file {file}: no such file") from None
    except OSError:
        raise InputError(f"--ca-file {file}: no certificates in PEM") from None


def _address(option: str, given: str) -> str:
    if not given:
        raise InputError(
            f"{option} is missing: the address of KFP, here or in {HOST_VARIABLE}; after `kubectl "
            "port-forward -n kubeflow svc/ml-pipeline-ui 8080:80` it is http://localhost:8080"
        )
    try:
        parts = urlsplit(given)
        well_formed = bool(parts.scheme in ("http", "https") and parts.hostname)
        _ = parts.port
    except ValueError:
        well_formed = False
    if not well_formed:
        raise InputError(f"{option} {given}: an address such as https://kfp.example.com")
    if parts.username is not None or parts.password is not None:
        raise InputError(f"{option}: has a user or a password; a token goes into --token-file")
    if parts.fragment or parts.query:
        raise InputError(f"{option} {given}: the address of a page; leave out what follows # or ?")
    return given.rstrip("/").removesuffix("/apis/v2beta1").rstrip("/")
