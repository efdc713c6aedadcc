"""The page on which a person labels, and what it asks of this process."""

import json
import secrets
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from components.errors import InputError
from components.features import IMAGE
from components.pages.templates import Templates
from pipeline.feedback.class_keys import class_keys
from pipeline.feedback.class_names import check_label
from pipeline.feedback.image_suffix import image_suffix
from pipeline.feedback.round import Item, Round
from serving.http_server import Request, Response
from serving.page import locked

_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif", ".bmp": "image/bmp"}
_FOLDER = Path(__file__).parent


class Finished(NamedTuple):
    """What the page says in the end."""

    headline: str
    summary: str
    next: str
    """A command."""


class Labelling:
    """Answers the page's requests; every answer is on the disk when it is confirmed.

    The path begins with a secret, so that no other page of the browser can ask anything, and no
    other user of the machine, who can reach the port as well.
    """

    def __init__(
        self, task: str, asked: Round, may_be_new: bool, finish: Callable[[], Finished]
    ) -> None:
        """Takes what is to be labelled.

        Args:
          task: its name.
          asked: the round.
          may_be_new: whether a label may be one of a class that nothing knows yet.
          finish: writes the span; it may raise InputError, and be called again.
        """
        self._task, self._round, self._may_be_new, self._finish = task, asked, may_be_new, finish
        self._token = secrets.token_urlsafe(24)
        self.is_finished = False

    @property
    def path(self) -> str:
        """Of the page."""
        return f"/{self._token}/"

    async def answer(self, request: Request) -> Response:
        """Answers a request; what goes wrong is an answer, too."""
        token, _, rest = request.path.removeprefix("/").partition("/")
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return refusal(HTTPStatus.NOT_FOUND, "there is nothing here")
        try:
            if request.method == "POST":
                return self._post(rest, _document(request.body))
            if request.method in ("GET", "HEAD"):
                return self._get(rest)
        except InputError as error:
            return refusal(HTTPStatus.BAD_REQUEST, str(error))
        return refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"{request.method} is not taken here")

    def _get(self, path: str) -> Response:
        if not path:
            templates, style, script = _parts()
            html = templates.fill(
                "page.html.j2", style=Markup(style), script=Markup(script), state=self._state()
            )
            return locked(html, style, script, "'self' data:")
        kind, _, wanted = path.partition("/")
        if kind != "items":
            return refusal(HTTPStatus.NOT_FOUND, "there is nothing here")
        content = self._round.content(self._round.item(wanted))
        return Response(HTTPStatus.OK, content, _TYPES[image_suffix(content)])

    def _post(self, action: str, document: dict[str, Any]) -> Response:
        if action == "finish":
            done = self._finish()
            self.is_finished = True
            return _answered(done._asdict())
        item = self._round.item(str(document.get("id")))
        if action == "undo":
            self._round.answers.take_back(item.id)
        elif action == "answers":
            label = document.get("label")
            if not isinstance(label, str | None):
                raise InputError(f"label {label!r}: is no name")
            if label is not None:
                check_label(label, self._known(), self._may_be_new)
            self._round.answers.add(item.id, label)
        else:
            return refusal(HTTPStatus.NOT_FOUND, "there is nothing here")
        return _answered({"answered": len(self._round.answers.order)})

    def _known(self) -> set[str]:
        return {*self._round.classes, *self._round.answers.labels.values()}

    def _state(self) -> dict[str, Any]:
        answers = self._round.answers
        labels: dict[str, str | None] = {**dict.fromkeys(answers.order), **answers.labels}
        return {
            "task": self._task,
            "kind": self._round.kind,
            "classes": self._round.classes,
            "keys": class_keys(self._round.classes),
            "allow_new_class": self._may_be_new,
            "answers": list(labels.items()),
            "items": [self._shown(item) for item in self._round.items],
        }

    def _shown(self, item: Item) -> dict[str, Any]:
        shown = {name: getattr(item, name) for name in _SHOWN}
        if self._round.kind == IMAGE:
            return shown
        return shown | {"text": self._round.content(item).decode(errors="replace")}


_SHOWN = ("id", "why", "reason", "guess", "probability")


def refusal(status: int, message: str) -> Response:
    """Returns an error."""
    return Response(status, json.dumps({"error": message}).encode())


def _answered(content: dict[str, Any]) -> Response:
    return Response(HTTPStatus.OK, json.dumps(content).encode())


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is no JSON: {error}") from None
    if not isinstance(document, dict):
        raise InputError("this is no object")
    return document


@cache
def _parts() -> tuple[Templates, str, str]:
    templates = Templates(_FOLDER)
    return templates, templates.fill("page.css.j2"), templates.fill("page.js.j2")
