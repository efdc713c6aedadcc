"""A person opens the page in a browser, drops a file, and reads the answer."""

import json
import subprocess
from contextlib import contextmanager
from itertools import count

import httpx
import pytest
from websockets.sync.client import connect

from tests.components.pages.browser import BROWSER
from tests.serving import toy
from tests.serving.in_process import PATIENCE, until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here"),
]
PHONE = 360


class Tab:
    """A page in the browser, told what to do by Chromium's DevTools protocol."""

    def __init__(self, socket):
        self._socket, self._numbers = socket, count(1)
        self.complaints = []
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        """Returns the result of a method, and remembers what the browser complains of meanwhile."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(PATIENCE))
            if message.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.complaints.append(message["params"])
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]

    def run(self, script):
        """Returns what a line of script gives."""
        return self.call("Runtime.evaluate", expression=script)["result"].get("value")

    def shows(self, element):
        """Returns the text of an element, when it has some."""
        return until(lambda: self.run(f"document.getElementById('{element}').innerText"), element)

    def open(self, address, width=1000, scheme="light"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=features)
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=800,
            deviceScaleFactor=1,
            mobile=width == PHONE,
        )
        self.call("Page.navigate", url=address)
        until(lambda: self.run("document.readyState === 'complete' && location.href") == address)

    def drop(self, file):
        """Drops a file onto the page, as from a folder."""
        data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.call("Input.dispatchDragEvent", type=kind, x=100, y=300, data=data)


@contextmanager
def browser(folder):
    """Starts a browser, and returns its tab."""
    command = [
        *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        *(f"--user-data-dir={folder}", "--remote-debugging-port=0", "about:blank"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        file = folder / "DevToolsActivePort"
        until(lambda: file.is_file() and "/" in file.read_text(), "Chromium")
        port = file.read_text().splitlines()[0]
        with connect(f"ws://127.0.0.1:{port}{new_tab(port)}", max_size=None, proxy=None) as socket:
            yield Tab(socket)
    finally:
        process.terminate()
        process.wait()


def new_tab(port):
    tabs = httpx.get(f"http://127.0.0.1:{port}/json/list", trust_env=False).json()
    (address,) = (tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
    return address.partition(port)[2]


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
