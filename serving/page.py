"""The page at `/`: a person drops an image or types a text, and sees what the model says.

It comes whole, asks the same REST as everybody, and forbids the browser the rest.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from markupsafe import Markup

from components.pages.templates import Templates
from serving.http_server import Response

_FOLDER = Path(__file__).parent


def response(labels: Mapping[str, Mapping[str, int]]) -> Response:
    """Returns the page.

    Args:
      labels: of each model; requests may be sent to them, or to the latest version.
    """
    templates, style, script = _parts()
    models = {name: sorted(found) for name, found in sorted(labels.items())}
    html = templates.fill("page.html.j2", style=Markup(style), script=Markup(script), models=models)
    return locked(html, style, script, "blob: data:")


def locked(html: str, style: str, script: str, images: str) -> Response:
    """Returns a page that may do nothing but what it comes with, and ask where it comes from.

    Args:
      html: has the style and the script inside.
      style: allowed by its hash.
      script: likewise.
      images: where they may come from, as in `img-src` of a Content-Security-Policy.
    """
    headers = {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
            f"img-src {images}; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return Response(200, html.encode(), "text/html; charset=utf-8", headers)


@cache
def _parts() -> tuple[Templates, str, str]:
    templates = Templates(_FOLDER)
    return templates, templates.fill("page.css.j2"), templates.fill("page.js.j2")


def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"
