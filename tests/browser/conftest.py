"""A real JupyterLab on a free port, and a real Chromium to open it with.

Where one of them is missing the tests that ask for it are skipped and say what to install;
in CI that is an error, because there it has been promised.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.error import URLError
from urllib.request import urlopen

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TOKEN = "test"
PATIENCE = 90  # seconds until a server that does not answer is given up
QUIET = (  # Chromium asks nothing of the network that a test did not ask for
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder carries the marker `browser`."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


def missing(reason: str) -> NoReturn:
    """Skip; in CI fail."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: where it answers, and the folder it serves."""

    url: str
    folder: Path

    def page(self, path: str = "") -> str:
        """The address that opens a file of the folder; without one, the launcher."""
        place = f"/lab/tree/{path}" if path else "/lab"
        return f"{self.url}{place}?token={TOKEN}&reset"


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, or whichever is here, driven by playwright."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        missing("no Chromium here: apt-get install chromium")
    if find_spec("playwright") is None:
        missing("playwright is not installed: pip install playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(params=["light"])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a fresh browser profile; parametrise indirectly with "dark" for the dark scheme."""
    with chromium.new_context(
        color_scheme=request.param, viewport={"width": 1400, "height": 900}, reduced_motion="reduce"
    ) as context:
        yield context.new_page()


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab serving an empty folder, with no settings but its own."""
    folder = tmp_path_factory.mktemp("notebooks")
    from lineage_explorer.demo import arguments

    port = free_port()
    told = arguments(folder, port, browser=False)
    with serving([sys.executable, "-m", "jupyterlab", *told], port, folder) as url:
        yield Lab(url, folder)


@contextmanager
def serving(command: list[str], port: int, folder: Path) -> Iterator[str]:
    """Run a command that starts JupyterLab on this port; its address, once it answers."""
    if find_spec("jupyterlab") is None:
        missing("JupyterLab is not installed: pip install -e '.[jupyter]'")
    home = folder.parent / f"{folder.name}-home"
    own = {
        "JUPYTER_TOKEN": TOKEN,
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    home.mkdir()
    log = home / "log.txt"
    with log.open("w") as told:
        server = subprocess.Popen(
            command, env={**os.environ, **own}, stdout=told, stderr=subprocess.STDOUT
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url, server, log)
            yield url
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers; its log is the message where it does not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            with urlopen(f"{url}/api/status?token={TOKEN}", timeout=5) as answer:
                json.load(answer)
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
