"""The page and what it asks: only who knows its address, and never anything half."""

import asyncio
import json
import re

import pytest

from components.errors import InputError
from pipeline.feedback.labelling import Finished, Labelling
from pipeline.feedback.round import rounds
from serving.http_server import Request
from tests.pipeline.feedback.conftest import grey

CONTENTS = [grey(level) for level in (0, 90, 255)]
DONE = Finished("span-1 is written", "3 files", "make run TASK=pets")


class Asked:
    """A page, and what it answers."""

    def __init__(self, asked, may_be_new=False, finish=lambda: DONE):
        self.round = asked
        self.labelling = Labelling("pets", asked, may_be_new, finish)
        self.ids = [item.id for item in asked.items]

    def __call__(self, method, path, document=None, whole=False):
        """Asks below the page's path, or at a path that is whole."""
        body = b"" if document is None else json.dumps(document).encode()
        path = path if whole else self.labelling.path + path
        return asyncio.run(self.labelling.answer(Request(method, path, body)))

    def post(self, action, **document):
        answer = self("POST", action, document)
        return answer.status, json.loads(answer.body)

    def state(self):
        html = self("GET", "").body.decode()
        return json.loads(re.search('id="state">(.*?)</script>', html, re.DOTALL)[1])


@pytest.fixture
def asked(make_round):
    return Asked(make_round(CONTENTS))


def test_an_answer_is_on_the_disk_when_it_is_confirmed(asked):
    """Whoever opens the page again goes on from there."""
    one, other, third = asked.ids
    assert asked.post("answers", id=one, label="dark") == (200, {"answered": 1})
    assert asked.post("answers", id=other, label=None) == (200, {"answered": 2})
    assert asked.post("answers", id=third, label="light") == (200, {"answered": 3})
    assert asked.post("undo", id=third) == (200, {"answered": 2})
    (again,) = rounds(asked.round.folder.parent)
    assert again.answers.labels == {one: "dark"} and again.answers.skipped == {other}
    assert Asked(again).state()["answers"] == [[one, "dark"], [other, None]]


def test_contents_are_served_as_what_they_are(asked):
    answer = asked("GET", f"items/{asked.ids[1]}")
    assert (answer.status, answer.content_type, answer.body) == (200, "image/png", CONTENTS[1])


def test_texts_come_with_the_page(make_round):
    """As text, whatever is in it."""
    text = "</script><script>alert(1)</script>\nä \u2028"
    asked = Asked(make_round([text.encode()], "text"))
    assert asked.state()["items"][0]["text"] == text
    assert asked("GET", "").body.decode().count("<script") == 2


@pytest.mark.parametrize("path", ["/", "/items/x", "//", "/wrong/", "/ä/", ""])
def test_without_the_secret_there_is_nothing(asked, path):
    """Whoever reaches the port learns nothing, and changes nothing."""
    for method in ("GET", "POST"):
        assert asked(method, path, {}, whole=True).status == 404
    other = Asked(asked.round)
    assert asked("GET", other.labelling.path, whole=True).status == 404


@pytest.mark.parametrize(
    ("action", "document", "status", "complaint"),
    [
        ("answers", {"id": "none", "label": "dark"}, 400, "was not chosen in the round"),
        ("answers", {"label": "dark"}, 400, "was not chosen in the round"),
        ("answers", {"id": 0, "label": "drak"}, 400, "no such class; did you mean 'dark'?"),
        ("answers", {"id": 0, "label": 7}, 400, "label 7: is no name"),
        ("answers", [], 400, "this is no object"),
        ("undo", {"id": "../answers.jsonl"}, 400, "was not chosen"),
        ("other", {"id": 0}, 404, "nothing here"),
    ],
)
def test_what_is_wrong_changes_nothing(asked, action, document, status, complaint):
    if isinstance(document, dict) and document.get("id") == 0:
        document["id"] = asked.ids[0]
    answer = asked("POST", action, document)
    assert answer.status == status and complaint in json.loads(answer.body)["error"]
    assert asked.round.answers.order == []


def test_other_requests_are_refused(asked):
    assert asked("GET", "items/../answers.jsonl").status == 400
    assert asked("GET", "answers.jsonl").status == 404
    assert asked("PUT", "answers", {}).status == 405
    body = Request("POST", f"{asked.labelling.path}answers", b"{")
    assert asyncio.run(asked.labelling.answer(body)).status == 400


def test_a_new_class_is_taken_where_it_may_be(make_round):
    """From then on it is known."""
    asked = Asked(make_round(CONTENTS), may_be_new=True)
    assert asked.post("answers", id=asked.ids[0], label="grey")[0] == 200
    status, answer = asked.post("answers", id=asked.ids[1], label="a/b")
    assert status == 400 and "cannot be the name of a new class" in answer["error"]


def test_the_end(make_round):
    """What cannot be written is said, and may be tried again."""
    outcomes = iter([InputError("the disk is full"), DONE])

    def finish():
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    asked = Asked(make_round(CONTENTS), finish=finish)
    assert asked.post("finish") == (400, {"error": "the disk is full"})
    assert not asked.labelling.is_finished
    assert asked.post("finish") == (200, DONE._asdict())
    assert asked.labelling.is_finished


def test_nothing_comes_from_elsewhere(asked):
    """The page allows its own script and style alone, and names no other address."""
    answer = asked("GET", "")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "img-src 'self' data:; connect-src 'self'; " in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"(https?:)?//[a-z]", answer.body.decode())
