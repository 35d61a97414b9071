"""Lineage as text: Mermaid, for Markdown files and issues."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from lineage_explorer.plain import plain

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

_ARROWS = {"declared": "-->", "columns": "-->", "implied": "-.->"}


def mermaid(lin: Lineage) -> str:
    """A Mermaid flowchart of the whole lineage. Ids are ours, names only ever labels."""
    ids = {node: f"n{number}" for number, node in enumerate(lin.nodes["node"])}
    lines = ["flowchart LR"]
    for node, kind, name in lin.nodes.select("node", "kind", "name").iter_rows():
        label = _label(name)
        shape = f'(["{label}"])' if kind == "job" else f'["{label}"]'
        lines.append(f"  {ids[node]}{shape}")
    for source, target, kind, basis in lin.edges.select(
        "source", "target", "kind", "basis"
    ).iter_rows():
        arrow = "-. hands over .->" if kind == "hands_over" else _ARROWS[basis]
        lines.append(f"  {ids[source]} {arrow} {ids[target]}")
    return "\n".join(lines) + "\n"


def _label(name: str) -> str:
    """Mermaid reads entities in quoted labels; everything that could be syntax becomes one."""
    safe = escape(plain(name), quote=True).replace("&", "#").replace("#amp;", "#38;")
    return safe.replace("`", "#96;").replace("\\", "#92;")
