"""A browser without a network opens pages: all of them at once, as each start takes a second."""

import base64
import html
import io
import json
import re
import shutil
import subprocess
from typing import NamedTuple

import numpy as np
from PIL import Image

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
SCHEMES = ("light", "dark")
PHONE = 360
SMALLEST_TEXT = 10
"""Pixels of CSS on a phone."""
CHART = 400
"""Width of a chart in its own units."""
_HEIGHT = 700

_MEASURE = """
onload = () => {
  const found = [...document.querySelectorAll("iframe")].map((frame) => {
    const page = frame.contentDocument;
    for (const folded of page.querySelectorAll("details")) folded.open = true;
    const texts = [...page.querySelectorAll("svg.chart text")].map((text) => {
      const chart = text.closest("svg"), box = text.getBBox();
      const unit = chart.getBoundingClientRect().width / chart.viewBox.baseVal.width;
      return {
        text: text.firstChild.data,
        size: parseFloat(frame.contentWindow.getComputedStyle(text).fontSize) * unit,
        left: box.x,
        right: box.x + box.width,
      };
    });
    return {width: page.documentElement.scrollWidth, texts: texts};
  });
  const bytes = new TextEncoder().encode(JSON.stringify(found));
  const printed = document.createElement("output");
  printed.textContent = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  document.body.append(printed);
};
"""
_BROKEN = "<script>1</script><img src='https://example.com/a.png' alt=''>"


class Frame(NamedTuple):
    """What the browser made of a page, on a phone."""

    width: int
    """What the page takes."""
    texts: list[dict]
    """Of the charts: text, size, left, right."""
    brightness: np.ndarray
    """Of the page's upper part, [_HEIGHT, PHONE], 0..255."""


def open_pages(pages, folder):
    """Opens pages in a browser without a network, once in each colour scheme.

    Args:
      pages: HTML by name.
      folder: for the browser's files.

    Returns:
      Frames by name and scheme, and the lines of the console, without those that a page gives rise
      to that is broken on purpose: it has a script and an address.
    """
    broken = next(iter(pages.values())).replace("</main>", f"{_BROKEN}</main>")
    keys = [(name, scheme) for name in pages for scheme in SCHEMES]
    frames = [
        f'<iframe style="position: absolute; left: {PHONE * (place % 2)}px; '
        f"top: {_HEIGHT * (place // 2)}px; width: {PHONE}px; height: {_HEIGHT}px; border: 0; "
        f'color-scheme: {scheme}" srcdoc="{html.escape(source)}"></iframe>'
        for place, ((_, scheme), source) in enumerate(
            [*(((name, scheme), pages[name]) for name, scheme in keys), (("", "light"), broken)]
        )
    ]
    harness, picture = folder / "pages.html", folder / "pages.png"
    harness.write_text(
        f"<!doctype html><meta charset=utf-8>{''.join(frames)}<script>{_MEASURE}</script>",
        encoding="utf-8",
    )
    command = [
        *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
        *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
        *("--disable-sync", "--hide-scrollbars", "--enable-logging=stderr", "--v=0"),
        *(f"--user-data-dir={folder / 'profile'}", f"--screenshot={picture}", "--dump-dom"),
        *(f"--window-size={2 * PHONE},{_HEIGHT * (len(frames) + 1) // 2}", harness.as_uri()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    found = json.loads(base64.b64decode(re.search("<output>(.*)</output>", done.stdout)[1]))
    with Image.open(io.BytesIO(picture.read_bytes())) as image:
        brightness = np.asarray(image.convert("L"))
    opened = {}
    for place, (key, measured) in enumerate(zip(keys, found, strict=False)):
        left, top = PHONE * (place % 2), _HEIGHT * (place // 2)
        part = brightness[top : top + _HEIGHT, left : left + PHONE]
        opened[key] = Frame(measured["width"], measured["texts"], part)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    expected = [line for line in console if "inline script" in line or "example.com" in line]
    # Otherwise an empty console would prove nothing.
    assert len(expected) == 2, console
    return opened, [line for line in console if line not in expected]


def looks_right(frame, scheme):
    """Asserts that a page is drawn in its colours, that nothing is cut off, and no text tiny."""
    assert frame.brightness.shape == (_HEIGHT, PHONE)
    assert frame.brightness.std() > 5
    assert (np.median(frame.brightness) > 128) == (scheme == "light")
    assert frame.width == PHONE
    for text in frame.texts:
        assert text["size"] >= SMALLEST_TEXT, text
        assert text["left"] >= -1 and text["right"] <= CHART + 1, text
