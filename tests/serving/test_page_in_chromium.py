"""A person opens the page in a browser, drops a file, and reads the answer."""

import pytest

from tests.components.pages.browser import BROWSER, PHONE
from tests.serving import toy
from tests.serving.in_process import until
from tests.serving.tab import browser

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here"),
]


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("browser")) as tab:
        yield tab


@pytest.fixture
def address(server):
    return f"{server.rest}/"


def test_a_dropped_image_is_classified(tab, address, tmp_path):
    """The likeliest class stands on top, with its share; below, which version has answered."""
    tab.open(address)
    until(lambda: not tab.run("id('image').hidden"))
    for lightness, label in ((255, "light"), (0, "dark")):
        file = tmp_path / f"{label}.png"
        file.write_bytes(toy.image(lightness))
        tab.drop(file)
        until(lambda label=label: tab.shows("classes").startswith(label))
    assert tab.shows("classes").splitlines()[1].endswith(" %")
    assert "toy, version 2, " in tab.shows("source")
    assert tab.run("id('preview').naturalWidth") == 8
    assert tab.run("document.querySelector('.bar i').clientWidth") > 100
    assert tab.complaints == []


def test_another_version_is_asked_the_same(tab, address, tmp_path):
    """A person sees at once what a label's version says."""
    tab.open(address)
    until(lambda: not tab.run("id('image').hidden"))
    file = tmp_path / "image.png"
    file.write_bytes(toy.image())
    tab.drop(file)
    until(lambda: "toy, version 2, " in tab.shows("source"))
    tab.run("id('version').value = 'stable'; id('version').onchange()")
    until(lambda: "toy, version 1, " in tab.shows("source"))


def test_what_is_no_image_is_said(tab, address, tmp_path):
    """In the server's words."""
    tab.open(address)
    until(lambda: not tab.run("id('image').hidden"))
    file = tmp_path / "text.txt"
    file.write_text("no image")
    tab.drop(file)
    until(lambda: "Unknown image file format" in tab.shows("message"))
    tab.complaints.clear()  # Of the status 400, which is what this is about.


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_in_either_colour_scheme(tab, address, scheme):
    """Nothing is cut off."""
    tab.open(address, PHONE, scheme)
    until(lambda: not tab.run("id('image').hidden"))
    assert tab.run("document.documentElement.scrollWidth") == PHONE
    colour = tab.run("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, colour[4:-1].split(","))) > 3 * 128) == (scheme == "light")
    assert tab.complaints == []
