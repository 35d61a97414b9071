"""`lineage-explorer demo`, as a person starts it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import TOKEN, Lab, free_port, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

NOTEBOOK = "00_first_five_minutes.ipynb"


def test_the_demo_serves_a_copy_of_the_notebook_and_runs_it_to_the_end(page: Page, tmp_path: Path):
    port = free_port()
    folder = tmp_path / "demo"
    command = [sys.executable, "-m", "lineage_explorer", "demo", "--no-browser"]
    command += ["--port", str(port), "--dir", str(folder)]
    with serving(command, port, folder) as url:
        page.goto(f"{url}/lab/tree/{NOTEBOOK}?token={TOKEN}&reset")
        expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible(timeout=60_000)
        run_all(page)
        assert (
            page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count()
            == 0
        )
        assert (
            page.locator(
                ".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']"
            ).count()
            == 0
        )
    assert (folder / NOTEBOOK).is_file()


def test_jupyterlab_asks_nothing_of_the_reader_when_it_opens(page: Page, lab: Lab):
    page.goto(lab.page())
    expect(page.get_by_text("Launcher").first).to_be_visible(timeout=60_000)
    page.wait_for_timeout(1_000)
    expect(page.locator(".Toastify__toast, .jp-Dialog")).to_have_count(0)


def test_nothing_outside_this_machine_is_asked_for(page: Page, lab: Lab):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(lab.page())
    expect(page.get_by_text("Launcher").first).to_be_visible(timeout=60_000)
    assert asked
    local = re.compile(r"(https?://127\.0\.0\.1[:/]|data:|blob:)")
    assert [url for url in asked if not local.match(url)] == []


def run_all(page: Page) -> None:
    """Run the whole notebook and wait until the kernel is idle with no cell left to run."""
    expect(page.get_by_text("| Idle").first).to_be_visible(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells")).click()
    prompts = page.locator(".jp-CodeCell .jp-InputArea-prompt")
    expect(prompts.last).to_have_text(re.compile(r"\[\d+\]:"), timeout=120_000)
