"""A headless Chromium driven over its DevTools protocol, by keys and scripts as a person would."""

import base64
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

import pytest

websocket = pytest.importorskip(
    "websocket", reason="websocket-client, which drives the browser, is not installed"
)

T = TypeVar("T")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 60.0
CODES = {
    "Backspace": 8,
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
}


def executable() -> str | None:
    """Where a Chromium is on this machine."""
    return next(filter(None, map(shutil.which, NAMES)), None)


NEEDS_CHROMIUM = pytest.mark.skipif(executable() is None, reason="no Chromium on this machine; install one")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    """A browser that the tests of a module share."""
    with Browser(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


def wait_for(look: Callable[[], T | None]) -> T:
    """What `look` finds at last; AssertionError when it finds nothing for a minute."""
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.05)
    return found


class Browser:
    """A browser with a profile in `folder`; use it in a `with` statement, or it goes on."""

    def __init__(self, folder: Path) -> None:
        options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars")
        self._process = subprocess.Popen(
            [str(executable()), *options, "--remote-debugging-port=0", f"--user-data-dir={folder}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._numbers = itertools.count(1)
        self.events: list[dict[str, Any]] = []
        self._socket = websocket.create_connection(
            wait_for(lambda: _address(folder / "DevToolsActivePort")), timeout=PATIENCE, suppress_origin=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._process.terminate()
        self._process.wait(PATIENCE)

    def call(self, method: str, session: str | None = None, **parameters: object) -> dict[str, Any]:
        """Send a command of the protocol, to a window by its session, and return its result."""
        number = next(self._numbers)
        command = {"id": number, "method": method, "params": parameters}
        self._socket.send(json.dumps(command | ({"sessionId": session} if session else {})))
        while (answer := json.loads(self._socket.recv())).get("id") != number:
            self.events.append(answer)
        assert "error" not in answer, answer
        return answer["result"]


class Window:
    """A window that shares nothing with others; what is saved goes to `downloads`."""

    def __init__(self, browser: Browser, downloads: Path) -> None:
        self._browser, self._downloads = browser, downloads
        self._context = browser.call("Target.createBrowserContext")["browserContextId"]
        window = browser.call("Target.createTarget", url="about:blank", browserContextId=self._context)
        target = window["targetId"]
        self._session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.call(
            "Browser.setDownloadBehavior",
            behavior="allow",
            downloadPath=str(downloads),
            browserContextId=self._context,
        )

    def close(self) -> None:
        self._browser.call("Target.disposeBrowserContext", browserContextId=self._context)

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        return self._browser.call(method, self._session, **parameters)

    def listen(self) -> None:
        """From now on, remember what goes wrong on the pages."""
        self.call("Runtime.enable")
        self.call("Log.enable")

    def complaints(self) -> list[dict[str, Any]]:
        """Errors of scripts, of the console and of loading, since `listen`."""
        self.run("0")
        return [
            event
            for event in self._browser.events
            if event.get("sessionId") == self._session and _is_bad(event)
        ]

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def open(self, file: Path) -> None:
        self.call("Page.navigate", url=file.as_uri())
        self._wait_until_loaded()

    def reload(self) -> None:
        self.run("window.old = true")
        self.call("Page.reload")
        self._wait_until_loaded()

    def _wait_until_loaded(self) -> None:
        ready = "!window.old && location.protocol === 'file:' && document.readyState === 'complete'"
        wait_for(lambda: self.run(ready))

    def press(self, *keys: str) -> None:
        for key in keys:
            text = "\r" if key == "Enter" else "" if key in CODES else key
            code = CODES.get(key, ord(key.upper()) if len(key) == 1 else 0)
            event = {"key": key, "text": text, "windowsVirtualKeyCode": code}
            self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **event)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def mouse(self, kind: str, left: float, top: float, **more: object) -> None:
        """A mouse event (`mousePressed`, `mouseMoved`, `mouseReleased`, `mouseWheel`) at a place."""
        pressed = {} if kind == "mouseWheel" else {"button": "left", "clickCount": 1}
        self.call("Input.dispatchMouseEvent", type=kind, x=left, y=top, **pressed, **more)

    def drag(self, *places: tuple[float, float]) -> None:
        """Press the mouse at the first place, move it over all others and let it go at the last."""
        self.mouse("mousePressed", *places[0])
        for place in places[1:]:
            self.mouse("mouseMoved", *place, buttons=1)
        self.mouse("mouseReleased", *places[-1])

    def touch(self, kind: str, *places: tuple[float, float]) -> None:
        """A touch event (`touchStart`, `touchMove`, `touchEnd`) with a finger at each of the places."""
        points = [{"x": left, "y": top, "id": finger} for finger, (left, top) in enumerate(places)]
        self.call("Input.dispatchTouchEvent", type=kind, touchPoints=points)

    def downloaded(self) -> Path:
        """The one file that was saved."""
        return wait_for(lambda: next(self._downloads.glob("*.json"), None))

    def show_as(self, width: int, height: int, scheme: str, touch: bool = False) -> None:
        """Take the size of a screen, and the `scheme` light or dark."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": touch}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)
        self.call("Emulation.setTouchEmulationEnabled", enabled=touch)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", features=[feature])

    def screenshot(self, file: Path) -> None:
        picture = self.call("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(picture["data"]))


def _is_bad(event: dict[str, Any]) -> bool:
    said = event.get("params", {})
    return (
        event["method"] == "Runtime.exceptionThrown"
        or (event["method"] == "Runtime.consoleAPICalled" and said["type"] in ("error", "assert"))
        or (event["method"] == "Log.entryAdded" and said["entry"]["level"] == "error")
    )


def _address(port_file: Path) -> str | None:
    """Where the browser listens, once it does: the file holds a port and a path."""
    lines = port_file.read_text().splitlines() if port_file.exists() else []
    return f"ws://127.0.0.1:{lines[0]}{lines[1]}" if len(lines) > 1 else None
