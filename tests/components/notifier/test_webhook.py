"""Claims about what is posted, against a webhook on this machine."""

import socket

import pytest

from components.errors import InputError
from components.notifier.webhook import WEBHOOK, notify
from tests.components.notifier.receiver import receiving


def test_a_text_arrives_as_slack_reads_it(monkeypatch):
    with receiving() as receiver:
        monkeypatch.setenv(WEBHOOK, receiver.url)
        notify("a < b & c\nnext")
    assert receiver.texts == ["a &lt; b &amp; c\nnext"]


@pytest.mark.parametrize("answers", [(429,), (503, 502), (None,)])
def test_it_is_sent_again_where_the_webhook_is_busy(monkeypatch, answers):
    with receiving(*answers) as receiver:
        monkeypatch.setenv(WEBHOOK, receiver.url)
        notify("text")
    assert receiver.texts == ["text"]


def test_a_refusal_is_told_without_the_secret(monkeypatch):
    with receiving(404, 404, 404, 404) as receiver:
        monkeypatch.setenv(WEBHOOK, receiver.url)
        with pytest.raises(InputError) as caught:
            notify("the text")
    assert "127.0.0.1 answered 404: no_service; nobody was told: the text" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert len(receiver.answers) == 3


def test_a_webhook_that_is_not_there_is_told_without_the_secret(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv(WEBHOOK, f"http://127.0.0.1:{port}/secret")
    monkeypatch.setattr("components.notifier.webhook._ATTEMPTS", 2)
    with pytest.raises(InputError, match="did not answer") as caught:
        notify("the text")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [(None, "is not set"), (" ", "is not set"), ("hooks/secret", "has no URL of http or https")],
)
def test_without_a_url_nothing_is_sent(monkeypatch, url, said):
    monkeypatch.delenv(WEBHOOK, raising=False)
    if url is not None:
        monkeypatch.setenv(WEBHOOK, url)
    with pytest.raises(InputError, match=f"{WEBHOOK} {said}") as caught:
        notify("text")
    assert "secret" not in str(caught.value)
