"""Debian's Firefox, driven by what it speaks itself (WebDriver BiDi): no driver is needed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websocket import WebSocket, create_connection

ADDRESS = re.compile(r"ws://[\d.]+:\d+")


class Firefox:
    """One tab."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.sent = 0
        self.call("session.new", {"capabilities": {}})
        self.tab = self.call("browsingContext.getTree", {})["contexts"][0]["context"]

    def call(self, method: str, params: dict[str, Any]) -> Any:
        """Ask and wait for the answer; what else is told meanwhile is passed over."""
        self.sent += 1
        self.socket.send(json.dumps({"id": self.sent, "method": method, "params": params}))
        while True:
            told = json.loads(self.socket.recv())
            if told.get("id") == self.sent:
                if told["type"] == "error":
                    raise RuntimeError(told["message"])
                return told["result"]

    def open(self, url: str) -> None:
        """Go to an address and wait until it is loaded."""
        params = {"context": self.tab, "url": url, "wait": "complete"}
        self.call("browsingContext.navigate", params)

    def ask(self, expression: str) -> Any:
        """The value of an expression in the page: a text, a number, yes or no, or nothing."""
        target = {"context": self.tab}
        params = {"expression": expression, "target": target, "awaitPromise": True}
        told = self.call("script.evaluate", params)
        if told["type"] == "exception":
            raise RuntimeError(told["exceptionDetails"]["text"])
        return told["result"].get("value")

    def until(self, expression: str, seconds: float = 20) -> Any:
        """Wait until an expression is true; its value."""
        wait = (
            "new Promise(done => { const end = performance.now() + "
            f"{seconds * 1000}; const look = () => {{ const it = {expression}; "
            "if (it || performance.now() > end) done(it); else setTimeout(look, 50); }; look(); })"
        )
        return self.ask(wait)


def program() -> str | None:
    """Where Firefox is, if it is here."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


@contextmanager
def running(path: str, profile: Path) -> Iterator[Firefox]:
    """Firefox without a window, in a profile of its own."""
    profile.mkdir()
    command = [path, "--headless", "--no-remote", "--profile", str(profile)]
    process = subprocess.Popen(
        [*command, "--remote-debugging-port", "0"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        address = next(filter(None, map(ADDRESS.search, lines)))[0]
        socket = create_connection(f"{address}/session", timeout=60, suppress_origin=True)
        yield Firefox(socket)
        socket.close()
    finally:
        process.terminate()
        process.wait(timeout=20)
        assert process.stderr is not None
        process.stderr.close()
