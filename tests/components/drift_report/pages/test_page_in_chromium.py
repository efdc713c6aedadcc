"""A browser without a network opens the page, finds nothing wrong with it, and nothing cut off."""

import base64
import html
import json
import re
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

from components.drift_report.pages import history
from components.drift_report.pages.page import render

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
LIGHT, DARK = 1, 0
PHONE = 360
SMALLEST_TEXT = 10
"""Pixels of CSS on a phone."""

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on the PATH"),
]

MEASURE = """
<iframe id="page" style="width: %dpx; height: 800px; border: 0" srcdoc="%s"></iframe>
<script>
onload = () => {
  const page = document.getElementById("page").contentDocument;
  const texts = [...page.querySelectorAll("svg.chart text")].map((text) => {
    const chart = text.closest("svg"), box = text.getBBox(), style = getComputedStyle(text);
    const unit = chart.getBoundingClientRect().width / chart.viewBox.baseVal.width;
    return {
      text: text.firstChild.data,
      size: parseFloat(style.fontSize) * unit,
      left: box.x,
      right: box.x + box.width,
    };
  });
  const found = {width: page.documentElement.scrollWidth, texts: texts};
  const bytes = new TextEncoder().encode(JSON.stringify(found));
  document.body.textContent = "[" + btoa(String.fromCharCode(...bytes)) + "]";
};
</script>
"""


@pytest.fixture
def browse(tmp_path):
    """Returns a function that opens HTML headless: what it prints, and the console's lines."""

    def run(page, *options):
        file = tmp_path / "page.html"
        file.write_text(page, encoding="utf-8")
        command = [
            *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
            *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
            *("--disable-sync", "--hide-scrollbars", "--enable-logging=stderr", "--v=0"),
            *(f"--user-data-dir={tmp_path / 'profile'}", *options, file.as_uri()),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
        console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return done.stdout, console

    return run


REPORTS = ["image_drift", "text_drift", "too_few", "no_reference", "nasty"]
HISTORIES = ["history", "nasty_history"]


@pytest.fixture(params=REPORTS + HISTORIES)
def page(request):
    made = request.getfixturevalue(request.param)
    return history.render(made, 2) if request.param in HISTORIES else render(made)


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_a_browser_draws_the_page_and_complains_of_nothing(page, scheme, browse, tmp_path):
    picture = tmp_path / "page.png"
    _, console = browse(
        page,
        *(f"--screenshot={picture}", "--window-size=1200,2000"),
        f"--blink-settings=preferredColorScheme={scheme}",
    )
    assert not console
    with Image.open(picture) as image:
        brightness = np.asarray(image.convert("L"))
    assert brightness.shape == (2000, 1200)
    assert brightness.std() > 5
    assert (np.median(brightness) > 128) == (scheme == LIGHT)


def test_the_console_would_tell_of_a_script_or_an_address(image_drift, browse, tmp_path):
    """Otherwise the test above could not fail."""
    broken = render(image_drift).replace(
        "</main>", "<script>1</script><img src='https://example.com/a.png' alt=''></main>"
    )
    _, console = browse(broken, f"--screenshot={tmp_path / 'page.png'}")
    assert len(console) == 2


def test_on_a_phone_nothing_is_cut_off_or_too_small(page, browse):
    printed, _ = browse(MEASURE % (PHONE, html.escape(page)), "--dump-dom")
    found = json.loads(base64.b64decode(re.search(r"\[(.*)\]", printed)[1]))
    assert found["width"] == PHONE
    for text in found["texts"]:
        assert text["size"] >= SMALLEST_TEXT, text
        assert text["left"] >= -1 and text["right"] <= 401, text
