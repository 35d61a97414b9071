"""Our view beside pyvis, ipysigma and ipycytoscape, in one JupyterLab in one Chromium: a table.

    python -m tests.benchmarks.peers [nodes …]

Needs `pip install ipysigma ipycytoscape`, JupyterLab, playwright and Chromium. The graphs are the
same; the peers are given our coordinates, so that none of them has to lay anything out (pyvis with
physics off, ipycytoscape with the preset layout, ipysigma without its own), while ours is timed
with its layout. Every peer draws each node; ours draws each node too (`limit=0`), and its row
`overview` is what `lin.explore()` opens by itself.

- painted: from running the cell until the page has drawn and is at rest, ms
- pan: median and worst of twenty frames while the picture is dragged, ms
- recolour: from running a cell that colours every node anew until it has drawn, ms
- browser: the page's JavaScript heap after all that, MB
- sent: what the kernel sent to the page until painted, kB
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, Error, Page, sync_playwright

from lineage_explorer.demo import arguments
from tests.browser.conftest import QUIET, TOKEN, free_port, serving

PATIENCE = 60_000  # ms
GRAPH = """
import networkx as nx
import lineage_explorer as lx
from tests.benchmarks.logs import layered
lin = lx.read(layered({nodes}, seed=1))
colours = ["#0b7a58", "#b93815", "#1e66c9"]
"""
PLACED = """
scene = lin.explore(query="*", limit=0).scene
ids = [node.id for node in scene.nodes]
ends = [(ids[edge.source], ids[edge.target]) for edge in scene.edges]
places = dict(zip(ids, zip(scene.x.tolist(), scene.y.tolist())))
"""


@dataclass(frozen=True)
class Peer:
    """A library: how to prepare, show and recolour, and what its picture is drawn on."""

    name: str
    ready: str
    show: str
    recolour: str
    canvas: str
    frame: str = ""


OURS = {"canvas": ".lx-root .lx-canvas", "recolour": "view.color = 'namespace'"}
PEERS = (
    Peer("ours", "lin.explore('d0'); None", "view = lin.explore(query='*', limit=0); view", **OURS),
    Peer("overview", "lin.explore('d0'); None", "view = lin.explore(); view", **OURS),
    Peer(
        "pyvis",
        PLACED
        + """
from pyvis.network import Network
from html import escape
from IPython.display import HTML
def page(colour):
    net = Network(notebook=True, cdn_resources="in_line", directed=True, height="480px")
    net.toggle_physics(False)
    for node, (x, y) in places.items():
        net.add_node(node, label=node, x=x, y=y, color=colour)
    for source, target in ends:
        net.add_edge(source, target)
    text = escape(net.generate_html(notebook=True))
    return HTML(f'<iframe srcdoc="{text}" width="100%" height="500"></iframe>')
""",
        "page(colours[0])",
        "page(colours[1])",
        "#mynetwork canvas",
        frame="iframe",
    ),
    Peer(
        "ipysigma",
        PLACED
        + """
from ipysigma import Sigma
graph = nx.DiGraph()
for number, (node, (x, y)) in enumerate(places.items()):
    graph.add_node(node, x=x, y=-y, label=node, kind=str(number % 3), other=str(number % 2))
graph.add_edges_from(ends)
""",
        "Sigma(graph, node_color='kind', height=480)",
        "Sigma(graph, node_color='other', height=480)",  # it has no other way to recolour
        ".ipysigma-widget canvas",
    ),
    Peer(
        "ipycytoscape",
        PLACED
        + """
import ipycytoscape
def shown():
    view = ipycytoscape.CytoscapeWidget()
    view.graph.add_graph_from_json({
        "nodes": [{"data": {"id": n, "label": n}, "position": {"x": x, "y": y}} for n, (x, y) in places.items()],
        "edges": [{"data": {"source": s, "target": t}} for s, t in ends],
    }, directed=True)
    view.set_layout(name="preset")
    return view
""",
        "view = shown(); view",
        "view.set_style([{'selector': 'node', 'css': {'background-color': colours[1]}}])",
        ".custom-widget canvas, .jp-OutputArea canvas",
    ),
)

AT_REST = """() => new Promise(done => {
  // three frames in a row that came in time: nothing is being computed or drawn any more
  let calm = 0, before = performance.now();
  const frame = now => {
    calm = now - before < 40 ? calm + 1 : 0;
    before = now;
    calm >= 3 ? done(performance.now()) : requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})"""
FRAMES = """() => {
  window.__frames = [];
  let before = performance.now();
  const frame = now => { window.__frames.push(now - before); before = now; window.__timer = requestAnimationFrame(frame); };
  window.__timer = requestAnimationFrame(frame);
}"""


def main(sizes: list[int]) -> None:
    """Measure each library at each size and print a line for it."""
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])  # the kernel makes the log, too
    titles = ("nodes", "library", "painted", "pan", "worst", "recolour", "browser", "sent")
    print("".join(f"{title:>13}" for title in titles), flush=True)
    for nodes in sizes:
        for peer in PEERS:
            with tempfile.TemporaryDirectory() as temporary:
                values = measured(peer, nodes, Path(temporary) / "notebooks")
            print(
                f"{nodes:>13}{peer.name:>13}" + "".join(f"{value:>13}" for value in values),
                flush=True,
            )


def measured(peer: Peer, nodes: int, folder: Path) -> list[str]:
    """The figures of one library at one size, as text."""
    folder.mkdir()
    cells = [GRAPH.format(nodes=nodes) + peer.ready, peer.show, peer.recolour]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "peer.ipynb")
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", *arguments(folder, port, browser=False)]
    with serving(command, port, folder) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                *QUIET,
                "--enable-precise-memory-info",
                "--use-gl=angle",
                "--use-angle=swiftshader",
            ],
        )
        try:
            return figures(browser, peer, url)
        finally:
            browser.close()


def figures(browser: Browser, peer: Peer, url: str) -> list[str]:
    """Open the notebook, run its cells, time them."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.route(lambda address: not address.startswith(url), lambda route: route.abort())
    page.goto(f"{url}/lab/tree/peer.ipynb?token={TOKEN}&reset")
    page.get_by_text("| Idle").first.wait_for()
    run(page, 0)
    done(page, 0, 600_000)
    page.wait_for_timeout(1_000)
    sent = Sent(page)
    values: list[str] = []
    try:
        begin = run(page, 1)
        here: Any = page.frame_locator(peer.frame) if peer.frame else page
        here.locator(peer.canvas).first.wait_for()
        done(page, 1, PATIENCE)
        values += [f"{at_rest(page) - begin:.0f}"]
        amount = f"{sent.total / 1000:.0f}"
        frames = panned(page, here.locator(peer.canvas).first)
        values += [f"{statistics.median(frames):.0f}", f"{max(frames):.0f}"]
        begin = run(page, 2)
        done(page, 2, PATIENCE)
        values += [f"{at_rest(page) - begin:.0f}"]
        heap = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
        values += [f"{heap:.0f}", amount]
    except Error:
        values += [f"over {PATIENCE // 1000} s"] * (6 - len(values))
    return values


class Sent:
    """Counts what reaches the page from now on."""

    def __init__(self, page: Page) -> None:
        self.total = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.webSocketFrameReceived", self._frame)

    def _frame(self, event: dict[str, Any]) -> None:
        response = event["response"]
        data = response["payloadData"]
        self.total += len(data) * 3 // 4 if response["opcode"] == 2 else len(data.encode())


def run(page: Page, number: int) -> float:
    """Run a cell; when that was, by the page's clock."""
    page.locator(".jp-CodeCell .cm-content").nth(number).click()
    begin = page.evaluate("performance.now()")
    page.keyboard.press("Control+Enter")
    return float(begin)


def done(page: Page, number: int, patience: float) -> None:
    """Until the cell has its number: the kernel is through with it."""
    prompt = page.locator(".jp-CodeCell").nth(number).locator(".jp-InputArea-prompt")
    end = time.monotonic() + patience / 1000
    while not re.search(r"\[\d+\]", prompt.inner_text()):
        if time.monotonic() > end:
            raise Error("the cell does not end")
        page.wait_for_timeout(10)


def at_rest(page: Page) -> float:
    """Until the page draws in time again; when that was, less the frames that proved it."""
    return float(page.evaluate(AT_REST)) - 3 * 1000 / 60


def panned(page: Page, canvas: Any) -> list[float]:
    """The lengths of frames while the picture is dragged to and fro."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.1
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(FRAMES)
    for step in range(20):
        page.mouse.move(x - 8 * (step % 10), y + 6 * (step % 10))
        page.evaluate("() => new Promise(requestAnimationFrame)")
    frames = page.evaluate(
        "() => { cancelAnimationFrame(window.__timer); return window.__frames; }"
    )
    page.mouse.up()
    return [float(length) for length in frames[1:]] or [float("nan")]


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [100, 1_000, 5_000, 20_000, 100_000])
