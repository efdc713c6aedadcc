"""A person labels with the keyboard, and leaves, and goes on."""

import asyncio
import threading
from contextlib import contextmanager, suppress

import pytest

from pipeline.feedback.labelling import Finished, Labelling
from pipeline.feedback.serve import serve
from tests.components.pages.browser import BROWSER, PHONE
from tests.pipeline.feedback.conftest import grey
from tests.serving.in_process import until
from tests.serving.tab import browser

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here"),
]
CONTENTS = [grey(level) for level in (0, 90, 160, 255)]
DONE = Finished("span-1 is written", "4 files as before, 2 new examples.", "make run TASK=pets")


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("browser")) as tab:
        yield tab
        assert tab.complaints == []


@contextmanager
def served(asked, may_be_new=False):
    """Serves a round in a thread, and returns the page's address."""
    labelling = Labelling("pets", asked, may_be_new, lambda: DONE)
    loop, ready, found = asyncio.new_event_loop(), threading.Event(), []

    def say(address):
        found.append(address)
        ready.set()

    work = loop.create_task(serve(labelling, 0, say))

    def run():
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(work)
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(60)
    try:
        yield found[0]
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(work.cancel)
        thread.join(60)
    assert not thread.is_alive()


def shown(tab):
    """Returns the id of the request on the page, when its picture is there."""
    until(lambda: tab.run("id('picture').complete && id('picture').naturalWidth === 8"))
    return tab.run("current && current.id")


def test_labelling_with_the_keyboard(tab, make_round):
    """Keys label, space skips, backspace takes back; each at once on the disk; enter writes."""
    asked = make_round(CONTENTS)
    ids = [item.id for item in asked.items]
    with served(asked) as address:
        tab.open(address)
        assert shown(tab) == ids[0]
        assert "The model says dark, 60%" in tab.run("document.body.innerText")
        tab.press("1")
        until(lambda: shown(tab) == ids[1])
        tab.press(" ")
        until(lambda: asked.answers.order == ids[:2])
        assert asked.answers.labels == {ids[0]: "dark"} and asked.answers.skipped == {ids[1]}
        assert tab.run("id('count').innerText") == "2 of 4 answered"

        tab.press("Backspace")
        until(lambda: asked.answers.order == ids[:1])
        assert shown(tab) == ids[1]
        tab.press("2")
        until(lambda: asked.answers.labels == {ids[0]: "dark", ids[1]: "light"})

        tab.open(address)
        assert shown(tab) == ids[2]
        tab.press("9")
        tab.press("2", repeated=True)
        assert shown(tab) == ids[2] and len(asked.answers.order) == 2
        tab.press(" ")
        tab.press(" ")
        until(lambda: tab.run("id('headline').innerText") == "All 4 are answered")
        assert tab.run("id('write').innerText").split("\n")[-1] == "Write 2 labels"
        tab.press("Enter")
        until(lambda: tab.run("id('headline').innerText") == "span-1 is written")
        assert tab.run("id('next').innerText") == "make run TASK=pets"


def test_a_new_class_is_typed(tab, make_round):
    """From then on it has a button."""
    asked = make_round(CONTENTS[:2])
    with served(asked, may_be_new=True) as address:
        tab.open(address)
        shown(tab)
        tab.press("/")
        for letter in "grey":
            tab.press(letter)
        tab.press("Enter")
        until(lambda: list(asked.answers.labels.values()) == ["grey"])
        buttons = "[...id('classes').children].map((each) => each.dataset.name).join()"
        assert tab.run(buttons) == "dark,light,grey"


def test_what_is_not_saved_is_said(tab, make_round):
    """And nothing more is asked: a person must not label for nothing."""
    asked = make_round(CONTENTS)
    with served(asked) as address:
        tab.open(address)
        first = shown(tab)
        tab.run("state.items[0].id = current.id = 'none'")
        tab.press("1")
        until(lambda: tab.run("id('alarm').innerText").startswith("Not saved: "))
        tab.press("1")
        assert asked.answers.order == [] and first not in asked.answers.labels
        tab.complaints.clear()  # Of the status 400, which is what this is about.


def test_texts_are_shown_as_they_are(tab, make_round):
    """No markup, and their lines."""
    text = "<b>one</b>\n\ntwo & three"
    with served(make_round([text.encode()], "text")) as address:
        tab.open(address)
        assert tab.run("id('text').innerText") == text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_in_either_colour_scheme(tab, make_round, scheme):
    """Nothing is cut off, however many classes there are."""
    classes = ["dark", "light", *(f"a class with a name {n}" for n in range(50))]
    with served(make_round(CONTENTS, classes=classes)) as address:
        tab.open(address, PHONE, scheme)
        shown(tab)
        assert tab.run("document.documentElement.scrollWidth") == PHONE
        assert tab.run("!id('other').hidden")
        colour = tab.run("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, colour[4:-1].split(","))) > 3 * 128) == (scheme == "light")
