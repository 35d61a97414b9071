"""One offline HTML file with the live view in it.

Nothing is fetched: script and style are inlined and named by hash in a strict
Content-Security-Policy, the data is JSON that cannot end its script element (CWE-79, CWE-116).
"""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage_explorer.errors import LineageError
from lineage_explorer.view.detail import edge_detail, event_text
from lineage_explorer.view.detail_changes import story_detail
from lineage_explorer.view.detail_group import group_edge_detail
from lineage_explorer.view.found import all_details, at_hand, with_report
from lineage_explorer.view.found_edge import with_crossings
from lineage_explorer.view.modes import Maker
from lineage_explorer.view.scene import Scene
from lineage_explorer.view.seen import pack_log
from lineage_explorer.view.state import ViewState, picture
from lineage_explorer.view.wire import pack

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage
    from lineage_explorer.residency.report import ResidencyReport

STATIC = Path(__file__).parent / "static"
REFOCUS_MOST = 200
ALONE = ("dataset", "job")
EVENTS_MOST = 10
READABLE_MOST = 500_000
"""Up to so many characters the data can be read in the file; any more are compressed."""
CHANGES = 5_000


def to_html(
    lin: Lineage,
    drawn: Scene,
    state: dict[str, Any],
    more: Sequence[Maker] = (),
    report: ResidencyReport | None = None,
) -> str:
    """The file's text.

    It holds the scene, and for up to 200 nodes the scene around each, so that a double click
    works without Python; and what the panel tells of each node and edge in these. Of a diff it
    holds the first 5,000 nodes of the list of changes, and says how many there are.
    """
    script = (STATIC / "standalone.js").read_text(encoding="utf-8")
    css = (STATIC / "widget.css").read_text(encoding="utf-8")
    page = "html,body{margin:0;height:100%}#lx-root{height:100vh}"
    by = str(state.get("by", ""))
    scenes = _scenes(lin, drawn, more, report, by)
    if lin.story is not None:
        scenes |= _both(lin, drawn, more)
    details = _details(lin, [drawn, *scenes.values()], report)
    if lin.story is not None:
        details[""] = story_detail(lin, CHANGES)
    data = {
        "state": state,
        "scene": b64encode(pack(drawn)).decode(),
        "scenes": {node: b64encode(pack(scene)).decode() for node, scene in scenes.items()},
        "events": _events_apart(lin, details),
        "details": details,
        "log": b64encode(pack_log(lin)).decode(),
    }
    policy = (
        f"default-src 'none'; script-src 'sha256-{_hash(script)}'; "
        f"style-src 'sha256-{_hash(css)}' 'sha256-{_hash(page)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>Lineage</title>",
            f"<style>{css}</style>",
            f"<style>{page}</style>",
            "</head><body>",
            '<div id="lx-root"></div>',
            _held(data),
            f"<script>{script}</script>",
            "</body></html>",
        ]
    )


def _scenes(
    lin: Lineage, drawn: Scene, more: Sequence[Maker], report: ResidencyReport | None, by: str
) -> dict[str, Scene]:
    """The surroundings of each node: of all nodes in a small lineage, else of those drawn.

    Of an overview, also what is in each of its groups.
    """
    ids = lin.nodes["node"].to_list()
    if len(ids) > REFOCUS_MOST:
        ids = [node.id for node in drawn.nodes if node.kind in ALONE]
    if len(ids) > REFOCUS_MOST:
        ids = []
    around = {node: picture(lin, ViewState(focus=(node,)), more=more) for node in ids}
    groups = [node.id for node in drawn.nodes if node.kind == "group" and not drawn.focus]
    opened = {
        group: picture(lin, ViewState(groups=(group,), by=by), drawn, more, report)
        for group in groups
    }
    return {**around, **opened}


def _both(lin: Lineage, drawn: Scene, more: Sequence[Maker]) -> dict[str, Scene]:
    """Both sides of a diff: what changed alone, and all of it."""
    return {
        f"unchanged:{str(unchanged).lower()}": picture(
            lin, ViewState(unchanged=unchanged), drawn, more
        )
        for unchanged in (False, True)
    }


def _details(lin: Lineage, scenes: list[Scene], report: ResidencyReport | None) -> dict[str, Any]:
    """What the panel tells of every node and edge of these scenes, and of findings."""
    nodes = {node.id for scene in scenes for node in scene.nodes if node.kind in ALONE}
    edges = {
        (scene.nodes[edge.source].id, scene.nodes[edge.target].id)
        for scene in scenes
        for edge in scene.edges
        if edge.kind not in ("stub", "group")
    }
    details: dict[str, Any] = {node: with_report(lin, node, report) for node in sorted(nodes)}
    if report is not None and at_hand(report):
        details |= all_details(report)
    for scene in scenes:
        between = (
            (scene.nodes[e.source].id, scene.nodes[e.target].id)
            for e in scene.edges
            if e.kind == "group"
        )
        for source, target in between:
            if f"{source}\0{target}" not in details:
                details[f"{source}\0{target}"] = group_edge_detail(lin, scene, source, target)
    for source, target in sorted(edges):
        with suppress(LineageError):  # an edge drawn across a job that a selection left out
            told = edge_detail(lin, source, target)
            details[f"{source}\0{target}"] = with_crossings(told, source, target, report)
    return details


def _events_apart(lin: Lineage, details: dict[str, Any]) -> dict[int, str]:
    """The text of the newest events of each detail, once: many name the same ones."""
    texts: dict[int, str] = {}
    for detail in details.values():
        for block in (block for tab in detail["tabs"] for block in tab["blocks"]):
            for key, *_ in block["rows"][:EVENTS_MOST] if block["type"] == "events" else ():
                if int(key) not in texts:
                    texts[int(key)] = event_text(lin, int(key), indented=False)
    return texts


def _held(data: Any) -> str:
    """The data in its script element: as it is while it is small, else compressed."""
    text = _inert(data)
    if len(text) <= READABLE_MOST:
        return f'<script type="application/json" id="lx-data">{text}</script>'
    press = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    pressed = b64encode(press.compress(text.encode()) + press.flush()).decode()
    return f'<script type="application/octet-stream" id="lx-data">{pressed}</script>'


def _inert(data: Any) -> str:
    """JSON that stays inside its script element."""
    text = json.dumps(data, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
