"""Notebook 7, and notebooks that were saved: at least the static picture is always there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TOKEN, Lab, free_port, missing, serving
from tests.browser.test_view import READ, SHOW, card, write_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Notebook 7 serving an empty folder."""
    if find_spec("notebook") is None:
        missing("Notebook 7 is not installed: pip install notebook")
    folder = tmp_path_factory.mktemp("seven")
    port = free_port()
    told = [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
        "--no-browser",
        "--allow-root",
    ]
    with serving([sys.executable, "-m", "notebook", *told], port, folder) as url:
        yield Lab(url, folder)


def opened(page: Page, server: Lab, name: str) -> None:
    """Open a notebook in Notebook 7."""
    page.goto(f"{server.url}/notebooks/{name}?token={TOKEN}")
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible(timeout=60_000)


def run_all(page: Page) -> None:
    """Run all cells: again where Notebook does nothing, as it does while it is not all there yet."""
    expect(page.locator("[data-status='idle']").first).to_be_visible(timeout=60_000)
    begun = page.locator(".jp-CodeCell .jp-InputArea-prompt").first
    for _ in range(6):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        with suppress(AssertionError):
            expect(begun).not_to_have_text("[ ]:", timeout=10_000)
            return
    expect(begun).not_to_have_text("[ ]:")


def executed(path: Path, *, state: bool) -> None:
    """A notebook with the view in it, run to its end and saved, with or without widget state."""
    from nbclient import NotebookClient

    write_notebook(path, [READ, SHOW])
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, store_widget_state=state).execute()
    nbformat.write(notebook, path)


def test_notebook_7_shows_the_live_view(page: Page, notebook7: Lab) -> None:
    write_notebook(notebook7.folder / "live.ipynb", [READ, SHOW])
    opened(page, notebook7, "live.ipynb")
    run_all(page)
    view = page.locator(".lx-root")
    expect(card(view, "fct_orders")).to_be_visible(timeout=60_000)
    expect(page.locator("img[data-lx-fallback]")).to_be_hidden()
    expect(view.get_by_role("slider", name="Time of the picture")).to_be_visible()
    card(view, "stg_orders").click()
    expect(view.locator(".lx-panel")).to_contain_text("stg_orders", timeout=10_000)
    expect(view.locator(".lx-crash")).to_be_hidden()


@pytest.mark.parametrize("state", [False, True])
@pytest.mark.parametrize("trusted", [False, True])
def test_a_saved_notebook_has_the_picture_without_a_kernel(
    page: Page, notebook7: Lab, tmp_path: Path, *, state: bool, trusted: bool
) -> None:
    name = f"saved-{state}-{trusted}.ipynb".lower()
    executed(notebook7.folder / name, state=state)
    if trusted:
        home = notebook7.folder.parent / f"{notebook7.folder.name}-home"
        own = {"HOME": str(home), "JUPYTER_DATA_DIR": str(home / "data"), "PATH": "/usr/bin:/bin"}
        subprocess.run(
            [sys.executable, "-m", "nbformat.sign", str(notebook7.folder / name)],
            env=own,
            check=True,
            capture_output=True,
        )
    # A kernel that is gone and cannot be had again.
    notebook = nbformat.read(notebook7.folder / name, as_version=4)
    assert notebook.metadata.kernelspec.name == "python3"
    opened(page, notebook7, name)
    # Where a notebook is not trusted, Jupyter takes attributes that it does not know out of HTML.
    image = page.locator(".jp-OutputArea img[alt*='Lineage graph']").first
    expect(image).to_be_visible(timeout=30_000)
    assert image.evaluate("it => it.naturalWidth") > 300


def test_a_converted_notebook_has_the_picture_offline(page: Page, tmp_path: Path) -> None:
    executed(tmp_path / "shop.ipynb", state=False)
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", "shop.ipynb"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    page.context.set_offline(True)
    page.goto((tmp_path / "shop.html").as_uri(), wait_until="domcontentloaded")
    image = page.locator("img[alt*='Lineage graph']").first
    expect(image).to_be_visible()
    assert image.evaluate("it => it.naturalWidth") > 300
    assert re.search(r"data:image/svg\+xml;base64,", page.content())
