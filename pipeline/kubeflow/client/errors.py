"""What went wrong between us and KFP, in words, and whether it may have been done all the same."""

import json
import re

from components.errors import InputError

_LONGEST = 300


class Refused(InputError):
    """The server answered, and did not do it.

    Attributes:
      status: of HTTP; 3xx or 4xx.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Unanswered(InputError):
    """Nobody answered, or with 5xx or nonsense: what was asked may be done, or may still be.

    Attributes:
      status: of HTTP; 0 where there is none.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


def of_status(doing: str, host: str, status: int, body: str, has_token: bool) -> InputError:
    """Returns the error for an answer that is none.

    Args:
      doing: what was asked, such as "list the experiments".
      host: whom.
      status: of HTTP, not 2xx.
      body: of the answer.
      has_token: whether the request carried a token or a cookie.
    """
    words = said(body)
    start, end = f"{host}: cannot {doing}", f" ({status})" + (f": {words}" if words else "")
    if 300 <= status < 400 or (is_page(body) and status < 500):
        return Refused(of_page(host, body, status, has_token), status)
    if status == 401:
        hint = (
            "the token or cookie is not accepted; it may have expired"
            if has_token
            else "it asks who you are; say so with --token-file FILE or KF_PIPELINES_TOKEN"
        )
        return Refused(f"{host}: {hint}{end}", status)
    if status == 403:
        return Refused(f"{start}: you may not{end}", status)
    if status == 404:
        return Refused(f"{start}: no such thing there{end}", status)
    if status == 409:
        return Refused(f"{start}: there is one already, or it was changed just now{end}", status)
    if status < 500:
        return Refused(f"{start}{end}", status)
    return Unanswered(f"{start}: the server failed{end}; try again, or see its log", status)


def of_page(host: str, body: str, status: int, has_token: bool) -> str:
    """Returns what to say where a web page, or the way to one, came instead of KFP's answer."""
    if 300 <= status < 400 or re.search(r"log ?in|sign ?in|password|dex", body, re.IGNORECASE):
        hint = (
            "the token or cookie is not accepted; it may have expired"
            if has_token
            else "give --token-file FILE, KF_PIPELINES_TOKEN or KF_PIPELINES_COOKIE"
        )
        return f"{host}: a login page answered instead of KFP ({status}); {hint}"
    return (
        f"{host}: a web page answered instead of KFP's API ({status}); --host is the address below "
        "which apis/v2beta1/healthz answers: that of KFP's own UI, of ml-pipeline, or Kubeflow's "
        "with /pipeline at its end"
    )


def is_page(body: str) -> bool:
    """Returns whether an answer is HTML."""
    return body.lstrip()[:15].lower().startswith(("<!doctype html", "<html", "<head"))


def said(body: str) -> str:
    """Returns the server's own words: those in its JSON, else the text, on one line and cut."""
    try:
        found = json.loads(body)
    except ValueError:
        found = body
    if isinstance(found, dict):
        found = found.get("message") or found.get("error_message") or found.get("error") or ""
    words = " ".join(str(found).split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
