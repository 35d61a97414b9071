"""What is known of a node or an edge, as blocks that the panel lays out.

A block is a plain dict (see `frontend/src/detail.ts`); every text in it is shown as text.
Lists that are cut say so in their `note`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
from polars.exceptions import PolarsError

from lineage_explorer.errors import LineageError
from lineage_explorer.plain import plain
from lineage_explorer.view.detail_changes import changes_of
from lineage_explorer.view.history import schema_history
from lineage_explorer.view.lists import Block, block, words
from lineage_explorer.view.plot import runs_block

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

NEIGHBOURS = 100
LONGEST_TEXT = 40_000


def node_detail(lin: Lineage, node: str) -> dict[str, Any]:
    """Tabs for a dataset or a job.

    Raises:
        LineageError: if there is no such node.
    """
    found = lin.nodes.filter(pl.col("node") == node)
    if found.is_empty():
        raise LineageError(f"there is no node {plain(node)!r}.")
    row = found.row(0, named=True)
    tabs = _dataset_tabs(lin, node) if row["kind"] == "dataset" else _job_tabs(lin, node)
    events = block(lin, "events of node", node, type="events")
    tabs += [("Facets", facets_blocks(lin, pl.col("node") == node)), ("Events", events)]
    tabs = [("Changes", changes_of(lin, node)), *tabs]
    return {
        "for": node,
        "kind": row["kind"],
        "title": plain(row["name"]),
        "above": plain(row["namespace"]),
        "state": row["last_state"] or "",
        "tabs": [{"name": name, "blocks": blocks} for name, blocks in tabs if blocks],
    }


def edge_detail(lin: Lineage, source: str, target: str) -> dict[str, Any]:
    """Why there is an edge: its kinds, the columns along it, and the events behind it.

    Raises:
        LineageError: if there is no such edge.
    """
    between = (pl.col("source") == source) & (pl.col("target") == target)
    edges = lin.edges.filter(between)
    columns = lin.column_edges.filter(between)
    if edges.is_empty() and columns.is_empty():
        raise LineageError("there is no such edge.")
    facts: list[Block] = [
        facts_block(
            ("Kind", row["kind"].replace("_", " ")),
            ("Known", row["basis"]),
            ("Runs", row["runs"]),
            ("First seen", row["first_seen"]),
            ("Last seen", row["last_seen"]),
        )
        for row in edges.iter_rows(named=True)
    ]
    items = _items(lin, [source, target])
    names = {node: name for node, name, _, _ in items}
    ends = {"type": "nodes", "title": "From, to", "items": items, "note": ""}
    tabs = [("Overview", [*facts, ends])]
    ends_id = f"{source}\0{target}"
    tabs.append(("Columns", block(lin, "columns between", ends_id)))
    tabs.append(("Events", block(lin, "events of edge", ends_id, type="events")))
    title = f"{names.get(source, plain(source))} → {names.get(target, plain(target))}"
    return {
        "for": f"{source}\0{target}",
        "kind": "edge",
        "title": title,
        "above": "edge",
        "state": "",
        "tabs": [{"name": name, "blocks": blocks} for name, blocks in tabs if blocks],
    }


def _dataset_tabs(lin: Lineage, node: str) -> list[tuple[str, list[Block]]]:
    row = lin.datasets.row(by_predicate=pl.col("dataset") == node, named=True)
    overview = [
        facts_block(
            ("Namespace", row["namespace"]),
            ("Name", row["name"]),
            ("Also called", [alias.removeprefix("dataset:") for alias in row["aliases"]]),
            ("Type", row["type"]),
            ("Storage", row["storage"]),
            ("Source", row["source_uri"]),
            ("Owners", row["owners"]),
            ("Tags", row["tags"]),
            ("Lifecycle", row["lifecycle"]),
            ("First seen", row["first_seen"]),
            ("Last seen", row["last_seen"]),
            ("Node id", node),
        ),
        *_text(row["description"]),
        *_neighbours(lin, node, ("Written by", "Read by")),
    ]
    schema = [*block(lin, "fields", node), *schema_history(lin, node)]
    return [
        ("Overview", overview),
        ("Schema", schema),
        ("Columns", block(lin, "columns", node)),
        ("Runs", runs_block(lin, "runs of dataset", node)),
        ("Quality", block(lin, "quality", node)),
    ]


def _job_tabs(lin: Lineage, node: str) -> list[tuple[str, list[Block]]]:
    row = lin.jobs.row(by_predicate=pl.col("job") == node, named=True)
    overview = [
        facts_block(
            ("Namespace", row["namespace"]),
            ("Name", row["name"]),
            ("Integration", row["integration"]),
            ("Type", row["job_type"]),
            ("Processing", row["processing"]),
            ("Parent", row["parent"] and row["parent"].removeprefix("job:")),
            ("Owners", row["owners"]),
            ("Tags", row["tags"]),
            ("Source code", row["source_url"]),
            ("Runs", row["runs"]),
            ("First seen", row["first_seen"]),
            ("Last seen", row["last_seen"]),
            ("Node id", node),
        ),
        *_text(row["description"]),
        *_neighbours(lin, node, ("Reads", "Writes")),
    ]
    sql = [_code("sql", row["sql"])] if row["sql"] else []
    code = [_code(row["language"] or "", row["source_code"])] if row["source_code"] else []
    runs = runs_block(lin, "runs of job", node)
    return [("Overview", overview), ("Runs", runs), ("SQL", sql), ("Code", code)]


def facts_block(*rows: tuple[str, Any]) -> Block:
    """Labels and values; those without a value are left out."""
    told = [[label, words(value)] for label, value in rows if value not in (None, "", [])]
    return {"type": "facts", "rows": told}


def _text(text: str | None) -> list[Block]:
    return [{"type": "text", "text": _cut(text)}] if text else []


def _code(language: str, text: str) -> Block:
    return {"type": "code", "language": language, "text": _cut(text)}


def _cut(text: str, most: int = LONGEST_TEXT) -> str:
    safe = plain(text[:most], lines=True)
    left = len(text) - most
    return f"{safe}\n… {left:,} more characters" if left > 0 else safe


def _neighbours(lin: Lineage, node: str, titles: tuple[str, str]) -> list[Block]:
    around, at = lin.neighbours, lin.neighbours.position[node]
    blocks = []
    for title, direction in zip(titles, ("in", "out"), strict=True):
        ids = [around.ids[n] for n in around.of(at, direction)]
        if ids:
            note = f"first {NEIGHBOURS} of {len(ids):,}" if len(ids) > NEIGHBOURS else ""
            items = _items(lin, ids[:NEIGHBOURS])
            blocks.append({"type": "nodes", "title": title, "items": items, "note": note})
    return blocks


def nodes_block(lin: Lineage, title: str, ids: list[str]) -> Block:
    """Some nodes, to be gone to."""
    return {"type": "nodes", "title": title, "items": _items(lin, ids), "note": ""}


def _items(lin: Lineage, ids: list[str]) -> list[list[str]]:
    wanted = pl.DataFrame({"node": ids}, schema={"node": pl.String})
    rows = wanted.join(lin.nodes, on="node", how="inner", maintain_order="left")
    return [
        [node, plain(name), plain(namespace), kind]
        for node, name, namespace, kind in rows.select(
            "node", "name", "namespace", "kind"
        ).iter_rows()
    ]


def facets_blocks(lin: Lineage, about: pl.Expr) -> list[Block]:
    """The newest text of each facet, to be opened."""
    newest = (
        lin.facets.filter(about)
        .sort("event")
        .group_by("entity", "facet", maintain_order=True)
        .agg(pl.col("json").last(), pl.col("event").last())
        .sort("entity", "facet")
    )
    return [
        {"type": "json", "name": f"{entity} · {plain(facet)}", "text": _pretty(raw), "open": False}
        for entity, facet, raw, _ in newest.iter_rows()
    ]


def event_text(lin: Lineage, event: int, *, indented: bool = True, most: int = LONGEST_TEXT) -> str:
    """The text of an event, cut where it is very long, or why there is none."""
    try:
        return _cut(lin.event(event) if indented else lin.event_line(event), most)
    except (LineageError, OSError, ValueError, PolarsError):
        return "The file it was read from cannot be read any more."


def _pretty(raw: bytes) -> str:
    return _cut(msgspec.json.format(raw, indent=2).decode("utf-8", "replace"))
