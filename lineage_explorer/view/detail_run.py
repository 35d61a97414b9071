"""What is known of one run: its own inputs and outputs, with their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from lineage_explorer.errors import LineageError
from lineage_explorer.plain import plain
from lineage_explorer.view.detail import facets_blocks, facts_block
from lineage_explorer.view.lists import Block, block, lasted

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

LONGEST = 20_000


def run_detail(lin: Lineage, run: str) -> dict[str, Any]:
    """Tabs for a run.

    Raises:
        LineageError: if there is no such run.
    """
    found = lin.runs.filter(pl.col("run") == run)
    if found.is_empty():
        raise LineageError(f"there is no run {plain(run)!r}.")
    row = found.row(0, named=True)
    names = dict(lin.nodes.select("node", "name").iter_rows())
    took = None
    if row["started"] and row["ended"]:
        took = lasted((row["ended"] - row["started"]).total_seconds() * 1_000_000)
    about = facts_block(
        ("State", row["state"].lower()),
        ("Started", row["started"]),
        ("Ended", row["ended"]),
        ("Took", took),
        ("Nominal time", row["nominal_start"]),
        ("Code version", row["code_version"]),
        ("Engine", row["engine"]),
        ("Part of run", row["parent"]),
        ("Query", row["query_id"]),
        ("Tags", row["tags"]),
        ("Parameters", row["parameters"]),
        ("Run id", run),
    )
    io = block(lin, "io of run", run) or [
        {"type": "text", "text": "This run read and wrote nothing of its own."}
    ]
    parts = block(lin, "children of run", run)
    tabs = [
        ("Overview", [*_error(row["error"]), about, *io]),
        ("Parts", parts),
        ("Facets", facets_blocks(lin, pl.col("run") == run)),
        ("Events", block(lin, "events of run", run, type="events")),
    ]
    return {
        "for": run,
        "kind": "run",
        "title": plain(names.get(row["job"], row["job"])),
        "above": "",
        "state": row["state"],
        "tabs": [{"name": name, "blocks": blocks} for name, blocks in tabs if blocks],
    }


def _error(text: str | None) -> list[Block]:
    return [{"type": "alert", "text": plain(text[:LONGEST], lines=True)}] if text else []
