"""Posts a text to a webhook, as Slack takes it; Mattermost, Rocket.Chat and others do too.

The format is that of Slack's incoming webhooks (https://docs.slack.dev/messaging/sending-messages-
using-incoming-webhooks): a JSON object with `text`, in which `&`, `<` and `>` are escaped.
"""

import os
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from components.errors import InputError

WEBHOOK = "NOTIFICATION_WEBHOOK"
"""Environment variable with the webhook's URL, which is a secret: who knows it may post."""
_ATTEMPTS = 4
_SECONDS = (10, 30)
"""To connect, and to answer."""
_BUSY = (429, 500, 502, 503, 504)


def notify(text: str) -> None:
    """Posts a text to the webhook of the environment; tries again where it is busy or not there.

    Args:
      text: what to tell, plain.

    Raises:
      InputError: there is no webhook, or it does not take the text. No message has the URL's path.
    """
    url = os.environ.get(WEBHOOK, "").strip()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        state = "has no URL of http or https" if url else "is not set"
        raise InputError(f"the environment variable {WEBHOOK} {state}; nobody was told: {text}")
    # Every post may be sent again: a text that comes twice is better than none.
    retry = Retry(
        _ATTEMPTS - 1, backoff_factor=1, status_forcelist=_BUSY, allowed_methods=None, redirect=0
    )
    with requests.Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        try:
            answer = session.post(url, json={"text": _escaped(text)}, timeout=_SECONDS)
            problem = "" if answer.ok else f"answered {answer.status_code}: {answer.text[:200]}"
        except requests.RequestException as error:
            problem = f"did not answer ({type(error).__name__})"
    if problem:
        raise InputError(f"the webhook at {parts.hostname} {problem}; nobody was told: {text}")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
