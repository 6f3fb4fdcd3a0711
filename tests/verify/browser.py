"""A headless Chromium, spoken to through a pipe in its DevTools protocol."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BRING = "no Chromium here: apt-get install -y --no-install-recommends chromium"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
         "--no-first-run", "--disable-background-networking", "--disable-component-update")  # fmt: skip


def executable() -> str | None:
    """Where a Chromium is."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


START = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3]]
os.dup2(ends[0], 3)
os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""The browser reads commands from descriptor 3 and answers on 4."""


class Page:
    """One tab."""

    def __init__(self, reader: Any, writer: Any) -> None:
        self._reader = reader
        self._writer = writer
        self._number = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its answer; events on the way are kept."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._writer.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def _receive(self) -> dict[str, Any]:
        data = bytearray()
        while (byte := self._reader.read(1)) not in (b"\0", b""):
            data += byte
        assert byte, "the browser is gone"
        message: dict[str, Any] = json.loads(data)
        return message

    def open(self, file: Path, width: int, *, dark: bool = False, height: int = 900) -> None:
        """Show a file in a window of this width."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])
        self.events.clear()
        self.ask("Page.navigate", url=file.as_uri())
        while not any(one.get("method") == "Page.loadEventFired" for one in self.events):
            self.events.append(self._receive())

    def value(self, expression: str) -> Any:
        """What an expression of JavaScript comes to."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """Press a key and let it go."""
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **text)

    def picture(self, file: Path, top: int = 0, height: int = 2000) -> None:
        """A picture of a part of the page, in the window's width."""
        clip = {"x": 0, "y": top, "width": self.value("innerWidth"), "height": height, "scale": 1}
        data = self.ask("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)["data"]
        file.write_bytes(base64.b64decode(data))

    def paper(self) -> bytes:
        """The page as it would be printed: a PDF."""
        return base64.b64decode(self.ask("Page.printToPDF", printBackground=True)["data"])


@contextmanager
def page(folder: Path) -> Iterator[Page]:
    """A browser with one tab, its profile in the folder, gone at the end."""
    found = executable()
    assert found is not None, BRING
    from_browser, to_us = os.pipe()
    from_us, to_browser = os.pipe()
    pipes = [str(from_us), str(to_us)]
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            START,
            *pipes,
            found,
            *FLAGS,
            "--remote-debugging-pipe",
            f"--user-data-dir={folder}",
        ],
        pass_fds=(from_us, to_us),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder)},
    )
    os.close(from_us)
    os.close(to_us)
    try:
        with os.fdopen(from_browser, "rb") as reader, os.fdopen(to_browser, "wb", buffering=0) as writer:
            yield Page(reader, writer)
    finally:
        child.kill()
        child.wait()
