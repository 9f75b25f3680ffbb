"""A real Chromium without a window, driven over its DevTools protocol: what a person sees and clicks."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from websocket import WebSocket, create_connection

NAMES = ("chromium", "chromium-browser", "google-chrome")
START_S, ANSWER_S, WAIT_S = 30, 30, 30
OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--mute-audio",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-port=0",
    "--hide-scrollbars", "--force-color-profile=srgb", "--disable-extensions", "--lang=ko-KR",
    "--proxy-server=direct://",
)  # fmt: skip


def chromium() -> str | None:
    """Where Chromium is, None if there is none."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Page:
    """One tab. errors: what the console, a script, or a request that failed has said against the page.

    asked: every address that it has asked for.
    """

    def __init__(self, socket: WebSocket) -> None:
        self._socket, self._ids = socket, itertools.count(1)
        self.errors: list[str] = []
        self.asked: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.recv())
            if said.get("id") == number:
                assert "error" not in said, said["error"]
                return said["result"]
            self._note(said)

    def _note(self, said: dict[str, Any]) -> None:
        match said.get("method"), said.get("params", {}):
            case "Runtime.exceptionThrown", {"exceptionDetails": details}:
                self.errors.append(str(details.get("exception", {}).get("description", details["text"])))
            case "Runtime.consoleAPICalled", {"type": "error" | "warning" | "assert", "args": words}:
                self.errors.append(" ".join(str(word.get("value", word.get("description"))) for word in words))
            case "Network.requestWillBeSent", {"request": {"url": url}}:
                self.asked.append(url)
            case "Log.entryAdded", {"entry": {"level": "error" | "warning"} as entry}:
                self.errors.append(f"{entry['text']} {entry.get('url', '')}")

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """What the expression comes to."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait(self, script: str, wait_s: float = WAIT_S) -> Any:
        """The first value of the expression that is true."""
        deadline = time.monotonic() + wait_s
        while (value := self.run(script)) in (None, False, 0, ""):
            assert time.monotonic() < deadline, f"never true: {script}; the page: {self.text()[:600]}; {self.errors}"
            time.sleep(0.1)
        return value

    def text(self, selector: str = "body") -> str:
        return str(self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def click(self, selector: str) -> None:
        """A real click of the mouse in the middle of the element."""
        place = self.wait(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null;"
            "e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
            "return r.width ? {x: r.x + r.width / 2, y: r.y + r.height / 2} : null; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)

    def fill(self, selector: str, text: str) -> None:
        """Puts `text` in, as typing does."""
        self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.value = {json.dumps(text)};"
            "e.dispatchEvent(new Event('input', {bubbles: true}));"
            "e.dispatchEvent(new Event('change', {bubbles: true})); })()"
        )

    def sized(self, width: int, height: int, *, is_phone: bool = False) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if is_phone else 1,
            mobile=is_phone,
        )  # fmt: skip

    def coloured(self, scheme: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def screenshot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))


@contextmanager
def browser(directory: Path) -> Iterator[Page]:
    """A tab of a fresh browser whose profile is in `directory`."""
    path = chromium()
    assert path
    command = [path, *OPTIONS, f"--user-data-dir={directory}", "about:blank"]
    with (directory / "chromium.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | {"TZ": "UTC"})
    try:
        socket = create_connection(_debugger(directory, process), timeout=ANSWER_S, suppress_origin=True)
        yield Page(socket)
        socket.close()
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _debugger(directory: Path, process: "subprocess.Popen[bytes]") -> str:
    """The address of the first tab's debugger."""
    deadline = time.monotonic() + START_S
    said = directory / "DevToolsActivePort"
    while not (said.exists() and said.read_text().strip()):
        assert process.poll() is None and time.monotonic() < deadline, (directory / "chromium.log").read_text()[-2000:]
        time.sleep(0.05)
    port = said.read_text().split()[0]
    with urlopen(f"http://127.0.0.1:{port}/json/list", timeout=ANSWER_S) as answer:
        tabs = json.load(answer)
    return str(next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"))
