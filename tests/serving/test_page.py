"""The page allows nothing but itself."""

import base64
import hashlib
import json
import re

from serving import page


def policy(answer):
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


def test_the_policy_allows_its_own_script_and_style_alone(server):
    """By their hashes; and it may ask the server that it comes from."""
    answer = server.http.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    allowed = policy(answer)
    for name in ("script", "style"):
        (source,) = re.findall(f"<{name}>(.*?)</{name}>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert allowed.pop(f"{name}-src") == f"'sha256-{digest}'"
    assert allowed == {
        "default-src": "'none'",
        "img-src": "blob: data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


def test_nothing_comes_from_elsewhere(server):
    """No address of another machine is in it."""
    assert not re.search(r"(https?:)?//[a-z]", server.http.get("/").text)


def test_names_of_models_and_labels_are_no_html():
    """Whatever they are."""
    name = "</script><script>alert(1)</script>"
    html = page.response({name: {name: 1}}).body.decode()
    assert html.count("<script") == 2
    (models,) = re.findall('id="models">(.*?)</script>', html)
    assert json.loads(models) == {name: [name]}
