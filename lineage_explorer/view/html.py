"""One offline HTML file with the live view in it.

Nothing is fetched: script and style are inlined and named by hash in a strict
Content-Security-Policy, the data is JSON that cannot end its script element (CWE-79, CWE-116).
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineage_explorer.errors import LineageError
from lineage_explorer.view.detail import edge_detail, node_detail
from lineage_explorer.view.scene import Scene
from lineage_explorer.view.state import ViewState, picture
from lineage_explorer.view.wire import pack

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

STATIC = Path(__file__).parent / "static"
REFOCUS_MOST = 200


def to_html(lin: Lineage, drawn: Scene, state: dict[str, Any]) -> str:
    """The file's text.

    It holds the scene, what the panel knows of each node and edge in it, and for up to 200 nodes
    the scene around each, so that a double click works without Python.
    """
    script = (STATIC / "standalone.js").read_text(encoding="utf-8")
    css = (STATIC / "widget.css").read_text(encoding="utf-8")
    page = "html,body{margin:0;height:100%}#lx-root{height:100vh}"
    data = {
        "state": state,
        "scene": b64encode(pack(drawn)).decode(),
        "details": _details(lin, drawn),
        "scenes": _scenes(lin, drawn),
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
            f'<script type="application/json" id="lx-data">{_inert(data)}</script>',
            f"<script>{script}</script>",
            "</body></html>",
        ]
    )


def _details(lin: Lineage, drawn: Scene) -> dict[str, Any]:
    details: dict[str, Any] = {}
    nodes = drawn.nodes
    for node in nodes:
        if node.kind != "stub":
            details[node.id] = node_detail(lin, node.id)
    for edge in drawn.edges:
        if edge.kind == "stub":
            continue
        source, target = nodes[edge.source].id, nodes[edge.target].id
        try:
            details[f"{source}\0{target}"] = edge_detail(lin, source, target)
        except LineageError:  # an edge drawn across a job that a selection left out
            continue
    return details


def _scenes(lin: Lineage, drawn: Scene) -> dict[str, str]:
    ids = [node.id for node in drawn.nodes if node.kind != "stub"]
    if len(ids) > REFOCUS_MOST:
        return {}
    return {node: b64encode(pack(picture(lin, ViewState(focus=(node,))))).decode() for node in ids}


def _inert(data: Any) -> str:
    """JSON that stays inside its script element."""
    text = json.dumps(data, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
