"""What a line between two groups stands for, as blocks that the panel lays out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from lineage_explorer.errors import LineageError
from lineage_explorer.plain import plain
from lineage_explorer.view.detail import edge_detail, facts_block
from lineage_explorer.view.lists import PAGE, Block, words
from lineage_explorer.view.scene import Scene

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

_COLUMNS = ("from", "to", "kind", "runs", "last_seen")


def line_detail(lin: Lineage, drawn: Scene, source: str, target: str) -> dict[str, Any]:
    """What is told of a line of a picture, between groups or not.

    Raises:
        LineageError: if no edge is between the two.
    """
    if source in drawn.members or target in drawn.members:
        return group_edge_detail(lin, drawn, source, target)
    return edge_detail(lin, source, target)


def group_edge_detail(lin: Lineage, drawn: Scene, source: str, target: str) -> dict[str, Any]:
    """How many edges a line stands for, which kinds, which nodes at both ends, and the edges.

    Raises:
        LineageError: if no edge is between the two.
    """
    there = _between(lin, drawn, source, target)
    back = _between(lin, drawn, target, source)
    if there.is_empty() and back.is_empty():
        raise LineageError("there is no such edge.")
    labels = {node.id: node.label for node in drawn.nodes if node.id in (source, target)}
    names = [labels.get(end, plain(end)) for end in (source, target)]
    overview = [_told(there), *([_told(back, "The other way")] if back.height else [])]
    tabs = [
        ("Overview", overview),
        ("Edges", _listed(lin, there)),
        ("The other way", _listed(lin, back)),
    ]
    return {
        "for": f"{source}\0{target}",
        "kind": "edge",
        "title": " → ".join(names),
        "above": "edges between groups",
        "state": "",
        "tabs": [{"name": name, "blocks": blocks} for name, blocks in tabs if blocks],
    }


def _between(lin: Lineage, drawn: Scene, source: str, target: str) -> pl.DataFrame:
    """The edges from one end to the other, those with the most runs first."""
    ends = (
        pl.DataFrame({name: _inside(drawn, end)}, schema={name: pl.String})
        for name, end in (("source", source), ("target", target))
    )
    found = lin.frames.edges
    for end in ends:
        found = found.join(end, on=end.columns, how="semi")
    return found.sort(["runs", "source", "target"], descending=[True, False, False])


def _inside(drawn: Scene, end: str) -> list[str]:
    members = drawn.members.get(end)
    return [end] if members is None else list(drawn.shown[members])


def _told(edges: pl.DataFrame, title: str = "") -> Block:
    kinds = edges.group_by("kind").len().sort("len", "kind", descending=[True, False])
    told = [(kind.replace("_", " ").capitalize(), count) for kind, count in kinds.iter_rows()]
    return facts_block(
        (title or "Edges", edges.height),
        *told,
        ("Nodes they leave", edges["source"].n_unique()),
        ("Nodes they enter", edges["target"].n_unique()),
        ("Runs", edges["runs"].sum()),
        ("First seen", edges["first_seen"].min()),
        ("Last seen", edges["last_seen"].max()),
    )


def _listed(lin: Lineage, edges: pl.DataFrame) -> list[Block]:
    """The first edges as a list that is there whole; what is left out is told."""
    if edges.is_empty():
        return []
    names = lin.nodes.select("node", "name")
    shown = edges.head(PAGE)
    for end, name in (("source", "from"), ("target", "to")):
        named = names.select(pl.col("node").alias(end), pl.col("name").alias(name))
        shown = shown.join(named, on=end, how="left", maintain_order="left")
    left = edges.height - shown.height
    note = f"Those with the most runs; {left:,} more are not listed." if left else ""
    rows = [["", *map(words, row)] for row in shown.select(_COLUMNS).iter_rows()]
    listed = {
        "type": "list",
        "list": "edges of groups",
        "about": "",
        "columns": [name.replace("_", " ") for name in _COLUMNS],
        "keys": "",
        "rows": rows,
        "total": len(rows),
    }
    return [*([{"type": "text", "text": note}] if note else []), listed]
