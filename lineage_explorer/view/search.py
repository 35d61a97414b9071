"""Search as you type: nodes whose name holds the text."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import polars as pl

from lineage_explorer.plain import cut_middle, plain

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

MOST = 20


def suggest(lin: Lineage, typed: str) -> list[list[str]]:
    """Up to twenty nodes, best first: [id, name, namespace, kind].

    A name that begins with the text, then a part of a name that does, then any that holds it;
    short names before long ones.
    """
    text = typed.strip().lstrip("+0123456789(").lower() or typed.strip().lower()
    if not text:
        return []
    name = pl.col("name").str.to_lowercase()
    part = pl.any_horizontal(*(name.str.contains(f"{sep}{text}", literal=True) for sep in "./_-:"))
    rank = pl.when(name.str.starts_with(text)).then(0).when(part).then(1).otherwise(2)
    found = (
        lin.nodes.filter(name.str.contains(text, literal=True))
        .with_columns(rank=rank, length=name.str.len_chars())
        .sort("rank", "length", "name", "node")
        .head(MOST)
    )
    return _said(found)


def behind(lin: Lineage, stub: str, shown: Collection[str]) -> dict[str, Any]:
    """What a stub stands for: the neighbours on that side that are not shown, as `suggest`."""
    direction, _, node = stub.removeprefix("stub:").partition(":")
    graph = lin.neighbours
    if direction not in ("in", "out") or node not in graph.position:
        return {"for": stub, "items": []}
    at = graph.of(graph.position[node], direction)
    here = pl.Series(list(shown), dtype=pl.String).implode()
    found = lin.nodes[at].filter(~pl.col("node").is_in(here))
    return {"for": stub, "items": _said(found.sort("kind", "name", "node"))}


def _said(found: pl.DataFrame) -> list[list[str]]:
    return [
        [node, cut_middle(plain(label), 60), cut_middle(plain(above), 40), kind]
        for node, label, above, kind in found.select(
            "node", "name", "namespace", "kind"
        ).iter_rows()
    ]
