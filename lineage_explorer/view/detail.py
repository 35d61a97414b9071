"""What is known of a node or an edge, as blocks that the panel lays out.

A block is a plain dict (see `frontend/src/detail.ts`); every text in it is shown as text.
Lists that are cut say so in their `note`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from lineage_explorer.errors import LineageError
from lineage_explorer.plain import plain

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

Block = dict[str, Any]
ROWS, EVENTS, NEIGHBOURS = 200, 10, 100
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
    tabs += [("Facets", _facets(lin, node)), ("Events", _node_events(lin, node))]
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
    names = dict(lin.nodes.select("node", "name").iter_rows())
    facts: list[Block] = [
        _facts(
            ("Kind", row["kind"].replace("_", " ")),
            ("Known", row["basis"]),
            ("Runs", row["runs"]),
            ("First seen", row["first_seen"]),
            ("Last seen", row["last_seen"]),
        )
        for row in edges.iter_rows(named=True)
    ]
    items = _items(lin, [source, target])
    ends = {"type": "nodes", "title": "From, to", "items": items, "note": ""}
    tabs = [("Overview", [*facts, ends])]
    if columns.height:
        tabs.append(("Columns", [_columns_table(columns)]))
    tabs.append(("Events", _edge_events(lin, source, target, edges, columns)))
    title = f"{plain(names.get(source, source))} → {plain(names.get(target, target))}"
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
        _facts(
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
    touched = lin.io.filter(pl.col("dataset") == node)
    runs = touched.join(
        lin.runs.select("run", "job", "state", "started", "ended"), on=["run", "job"]
    ).sort("started", descending=True, nulls_last=True)
    of_runs = ["started", "state", "direction", "job", "rows", "bytes", "version"]
    quality = lin.quality.filter(pl.col("dataset") == node)
    return [
        ("Overview", overview),
        ("Schema", _schema(lin, node)),
        ("Columns", _columns(lin, node)),
        ("Runs", _table(runs, of_runs)),
        ("Quality", _table(quality, ["field", "name", "success", "value", "run"])),
    ]


def _job_tabs(lin: Lineage, node: str) -> list[tuple[str, list[Block]]]:
    row = lin.jobs.row(by_predicate=pl.col("job") == node, named=True)
    overview = [
        _facts(
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
    runs = lin.runs.filter(pl.col("job") == node).sort(
        "last_seen", descending=True, nulls_last=True
    )
    of_runs = ["started", "ended", "state", "error", "run", "nominal_start"]
    of_runs += ["code_version", "engine"]
    sql = [_code("sql", row["sql"])] if row["sql"] else []
    return [("Overview", overview), ("Runs", _table(runs, of_runs)), ("SQL", sql)]


def _facts(*rows: tuple[str, Any]) -> Block:
    told = [[label, _words(value)] for label, value in rows if value not in (None, "", [])]
    return {"type": "facts", "rows": told}


def _text(text: str | None) -> list[Block]:
    return [{"type": "text", "text": _cut(text)}] if text else []


def _code(language: str, text: str) -> Block:
    return {"type": "code", "language": language, "text": _cut(text)}


def _cut(text: str) -> str:
    safe = plain(text[:LONGEST_TEXT], lines=True)
    left = len(text) - LONGEST_TEXT
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


def _items(lin: Lineage, ids: list[str]) -> list[list[str]]:
    wanted = pl.DataFrame({"node": ids}, schema={"node": pl.String})
    rows = wanted.join(lin.nodes, on="node", how="inner", maintain_order="left")
    return [
        [node, plain(name), plain(namespace), kind]
        for node, name, namespace, kind in rows.select(
            "node", "name", "namespace", "kind"
        ).iter_rows()
    ]


def _schema(lin: Lineage, node: str) -> list[Block]:
    fields = lin.fields.filter(pl.col("dataset") == node).sort("ordinal")
    blocks = _table(fields, ["field", "type", "description", "tags"])
    versions = lin.schemas.filter(pl.col("dataset") == node)
    if versions.height > 1:
        note = f"{versions.height} versions of this schema were seen, the newest is listed."
        blocks.append({"type": "text", "text": note})
    return blocks


def _columns(lin: Lineage, node: str) -> list[Block]:
    touching = (pl.col("source") == node) | (pl.col("target") == node)
    edges = lin.column_edges.filter(touching)
    return [_columns_table(edges)] if edges.height else []


def _columns_table(edges: pl.DataFrame) -> Block:
    whole = pl.lit("(whole)")
    listed = edges.select(
        source=pl.col("source").str.strip_prefix("dataset:"),
        field=pl.col("source_field").fill_null(whole),
        target=pl.col("target").str.strip_prefix("dataset:"),
        into=pl.col("target_field").fill_null(whole),
        how=pl.concat_str(["type", "subtype"], separator=" ", ignore_nulls=True),
        masked=pl.col("masking"),
    )
    return _table(listed, listed.columns)[0]


def _table(frame: pl.DataFrame, columns: list[str]) -> list[Block]:
    """A table without its empty columns; nothing for an empty frame."""
    used = [c for c in columns if not frame[c].is_null().all()] if frame.height else []
    if not used:
        return []
    rows = [[_words(value) for value in row] for row in frame.select(used).head(ROWS).iter_rows()]
    note = f"first {ROWS} of {frame.height:,}" if frame.height > ROWS else ""
    names = [name.replace("_", " ") for name in used]
    return [{"type": "table", "columns": names, "rows": rows, "note": note}]


def _facets(lin: Lineage, node: str) -> list[Block]:
    newest = (
        lin.facets.filter(pl.col("node") == node)
        .sort("event")
        .group_by("entity", "facet", maintain_order=True)
        .agg(pl.col("json").last(), pl.col("event").last())
        .sort("entity", "facet")
    )
    return [
        {"type": "json", "name": f"{entity} · {plain(facet)}", "text": _pretty(raw), "open": False}
        for entity, facet, raw, _ in newest.iter_rows()
    ]


def _node_events(lin: Lineage, node: str) -> list[Block]:
    if node.startswith("job:"):
        ids = lin.events.filter(pl.col("job") == node)["event"]
    else:
        touched = lin.io.filter(pl.col("dataset") == node)
        told = lin.facets.filter(pl.col("node") == node)["event"]
        ids = pl.concat([touched["first_event"], touched["last_event"], told])
    return _events(lin, ids)


def _edge_events(
    lin: Lineage, source: str, target: str, edges: pl.DataFrame, columns: pl.DataFrame
) -> list[Block]:
    ends = pl.col("job").is_in([source, target]) & pl.col("dataset").is_in([source, target])
    touched = lin.io.filter(ends)
    ids = [edges["event"], columns["event"], touched["first_event"], touched["last_event"]]
    return _events(lin, pl.concat(ids))


def _events(lin: Lineage, ids: pl.Series) -> list[Block]:
    """The newest events of these, with their text, file and line."""
    rows = lin.events.filter(pl.col("event").is_in(ids.unique().to_list())).sort(
        "time", "event", descending=True, nulls_last=True
    )
    items = []
    for row in rows.head(EVENTS).iter_rows(named=True):
        words = [row["type"] or row["kind"], _words(row["time"])]
        items.append(
            {
                "title": " ".join(word for word in words if word),
                "event": row["event"],
                "where": plain(f"{row['file']} : {row['line']}"),
                "text": event_text(lin, row["event"]),
            }
        )
    note = f"newest {EVENTS} of {rows.height:,}" if rows.height > EVENTS else ""
    return [{"type": "events", "items": items, "note": note}] if items else []


def event_text(lin: Lineage, event: int, *, indented: bool = True) -> str:
    """The text of an event, cut where it is very long, or why there is none."""
    try:
        return _cut(lin.event(event) if indented else lin.event_line(event))
    except (LineageError, OSError, ValueError):
        return "The file it was read from cannot be read any more."


def _pretty(raw: bytes) -> str:
    return _cut(msgspec.json.format(raw, indent=2).decode("utf-8", "replace"))


def _words(value: Any) -> str:
    match value:
        case None:
            words = ""
        case datetime():
            words = f"{value:%Y-%m-%d %H:%M:%S} UTC"
        case bool():
            words = "yes" if value else "no"
        case int():
            words = f"{value:,}".replace(",", "\u2009")
        case float():
            words = f"{value:g}"
        case list():
            words = ", ".join(plain(str(item)) for item in value)
        case _:
            words = plain(str(value))
    return words
