"""How long from running a cell to a painted view in JupyterLab: prints a table.

    python -m tests.benchmarks.painting [nodes …]

Needs JupyterLab, playwright and Chromium. "explore" is the Python half (selection, layout, scene),
"cell to painted" is what a person waits, kernel and browser together; medians of three.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from playwright.sync_api import Page, sync_playwright

import lineage_explorer as lx
from lineage_explorer.demo import arguments
from tests.benchmarks.logs import layered
from tests.browser.conftest import QUIET, TOKEN, free_port, serving

TIMES = 3
WATCH = """() => new Promise(done => {
  const seen = () => {
    const image = [...document.querySelectorAll('img[data-lx-fallback]')].at(-1);
    const root = document.querySelector('.lx-root canvas');
    if (root && image && image.offsetParent === null) requestAnimationFrame(() => done(performance.now()));
    else requestAnimationFrame(seen);
  };
  seen();
})"""


def main(sizes: list[int]) -> None:
    """Measure each size and print a line for it."""
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])  # the kernel makes the log, too
    print(
        f"{'nodes':>7} {'edges':>7} {'explore ms':>11} {'scene kB':>9} {'cell to painted ms':>19}"
    )
    for nodes in sizes:
        events = layered(nodes, seed=1)
        lin = lx.read(events)
        python, view = [], None
        for _ in range(TIMES):
            fresh = lx.Lineage(lin.frames, lin.blobs)
            begin = time.perf_counter()
            view = fresh.explore(query="*", limit=0)
            python.append((time.perf_counter() - begin) * 1000)
        assert view is not None
        painted = in_browser(nodes)
        print(
            f"{len(view.scene.nodes):>7} {len(view.scene.edges):>7} "
            f"{statistics.median(python):>11.0f} {len(view._scene) / 1000:>9.0f} "
            f"{statistics.median(painted):>19.0f}",
            flush=True,
        )


def in_browser(nodes: int) -> list[float]:
    """Milliseconds from running the cell to the painted view, several times."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "notebooks"
        folder.mkdir()
        ready = (
            "import lineage_explorer as lx\nfrom tests.benchmarks.logs import layered\n"
            f"lin = lx.read(layered({nodes}, seed=1))\nlin.explore('d0'); None"
        )
        cells = [ready, "lin.explore(query='*', limit=0)"]
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        for number in range(TIMES):
            nbformat.write(notebook, folder / f"paint{number}.ipynb")
        port = free_port()
        command = [sys.executable, "-m", "jupyterlab", *arguments(folder, port, browser=False)]
        with serving(command, port, folder) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=list(QUIET)
            )
            times = [
                once(browser.new_page(viewport={"width": 1400, "height": 900}), url, number)
                for number in range(TIMES)
            ]
            browser.close()
        return times


def once(page: Page, url: str, number: int) -> float:
    """Open a fresh notebook, run its first cell, then time the second."""
    page.goto(f"{url}/lab/tree/paint{number}.ipynb?token={TOKEN}&reset")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=60_000)
    page.get_by_text("| Idle").first.wait_for(timeout=60_000)
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    page.locator(".jp-CodeCell .jp-InputArea-prompt").filter(
        has_text=re.compile(r"\[\d+\]:")
    ).first.wait_for(timeout=20_000)
    page.wait_for_timeout(500)
    page.locator(".jp-CodeCell .cm-content").nth(1).click()
    begin = page.evaluate("performance.now()")
    page.keyboard.press("Control+Enter")
    end = page.evaluate(WATCH)
    page.close()
    return float(end - begin)


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [100, 1_000, 5_000])
