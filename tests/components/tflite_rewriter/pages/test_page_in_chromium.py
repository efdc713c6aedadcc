"""A browser without a network opens the pages, and finds nothing wrong with them."""

import pytest

from components.tflite_rewriter.pages.page import render
from tests.components.pages.browser import BROWSER, SCHEMES, looks_right, open_pages

REPORTS = [
    *("small", "undecided", "worse", "failed"),
    *("students", "one_student", "nasty", "not_pushed"),
]

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on the PATH"),
]


@pytest.fixture(scope="module")
def opened(request, tmp_path_factory):
    pages = {name: render(request.getfixturevalue(name)) for name in REPORTS}
    return open_pages(pages, tmp_path_factory.mktemp("browser"))


def test_a_browser_complains_of_nothing(opened):
    """The console stays empty."""
    _, console = opened
    assert not console


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", REPORTS)
def test_on_a_phone_a_page_is_whole_and_can_be_read(opened, name, scheme):
    """Nothing is wider than the screen, and no text of a chart is cut off or tiny."""
    frames, _ = opened
    looks_right(frames[name, scheme], scheme)
