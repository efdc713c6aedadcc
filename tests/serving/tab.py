"""A browser that a test drives as a person would."""

import base64
import json
import subprocess
from contextlib import contextmanager
from itertools import count

import httpx
from websockets.sync.client import connect

from tests.components.pages.browser import BROWSER, PHONE
from tests.serving.in_process import PATIENCE, until

_KEYS = {" ": ("Space", 32), "Backspace": ("Backspace", 8), "Enter": ("Enter", 13)}


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

    def press(self, key, repeated=False):
        """Presses a key, and lets it go."""
        code, number = _KEYS.get(key, ("", ord(key[0].upper())))
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        common = {"key": key, "code": code, "windowsVirtualKeyCode": number}
        down = {"type": "keyDown", "text": text, "autoRepeat": repeated}
        self.call("Input.dispatchKeyEvent", **common, **down)
        self.call("Input.dispatchKeyEvent", **common, type="keyUp")

    def picture(self, file):
        """Writes what the page looks like, as PNG."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(shot["data"]))

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
