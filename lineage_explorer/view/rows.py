"""Columns of opened cards, and the lines between them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.plain import plain
from lineage_explorer.view.changes import marked_row
from lineage_explorer.view.placing import Edge, Node
from lineage_explorer.view.style import fit

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage
    from lineage_explorer.view.threads import Thread

Row = tuple[str, str, str]
Named = dict[str, list[str]]
"""The fields of each opened dataset, in the order of its rows."""
_END = ("source", "target")


def fields_of(lin: Lineage, opened: Collection[str], one: Thread | None) -> Named:
    """Which columns are listed: those of the schema, else those that column lineage names.

    With a thread only those on it.
    """
    wanted = pl.Series("dataset", list(opened), dtype=pl.String)
    fields = lin.frames.fields.filter(pl.col("dataset").is_in(wanted.implode()))
    links = lin.frames.column_edges
    told = [
        links.select(dataset=end, field=f"{end}_field").filter(
            pl.col("dataset").is_in(wanted.implode())
        )
        for end in _END
    ]
    ordered = pl.concat(
        [
            fields.sort("dataset", "ordinal").select("dataset", "field"),
            pl.concat(told).drop_nulls().unique().sort("dataset", "field"),
        ]
    ).unique(maintain_order=True)
    found: Named = {dataset: [] for dataset in opened}
    for dataset, field in ordered.iter_rows():
        if one is None or field in one.fields.get(dataset, ()):
            found[dataset].append(field)
    return found


def rows_of(lin: Lineage, named: Named) -> dict[str, tuple[Row, ...]]:
    """What is written in each row: name, type, mark."""
    opened = pl.Series(list(named), dtype=pl.String).implode()
    kinds = {
        (dataset, field): kind
        for dataset, field, kind in lin.frames.fields.filter(pl.col("dataset").is_in(opened))
        .select("dataset", "field", "type")
        .iter_rows()
    }
    masked = set(
        lin.frames.column_edges.filter(pl.col("target").is_in(opened) & pl.col("masking"))
        .select("target", "target_field")
        .iter_rows()
    )
    return {
        dataset: tuple(
            _row(lin, dataset, field, kinds.get((dataset, field)), (dataset, field) in masked)
            for field in fields
        )
        for dataset, fields in named.items()
    }


def _row(lin: Lineage, dataset: str, field: str, kind: str | None, masked: bool) -> Row:  # noqa: FBT001
    row = (fit(field, 400, 11), kind or "", "masked" * masked)
    name, told, mark = marked_row(lin, dataset, field, row)
    return name, fit(told, 120, 11), mark


def column_edges(
    lin: Lineage, nodes: list[Node], position: dict[str, int], named: Named
) -> list[Edge]:
    """Lines from column to column, where both cards are open."""
    opened = pl.Series([node.id for node in nodes if node.rows], dtype=pl.String)
    if not len(opened):
        return []
    place = {
        (dataset, field): at for dataset, fields in named.items() for at, field in enumerate(fields)
    }
    both = pl.col("source").is_in(opened.implode()) & pl.col("target").is_in(opened.implode())
    between: dict[tuple[int, int, int, int], Edge] = {}
    for row in lin.frames.column_edges.filter(both).iter_rows(named=True):
        source = place.get((row["source"], row["source_field"]))
        target = place.get((row["target"], row["target_field"]))
        if source is None or target is None:
            continue
        ends = (position[row["source"]], position[row["target"]])
        key = (*ends, source, target)
        words = [row["source_field"], row["target_field"], row["type"], row["subtype"]]
        before = between.get(key)
        between[key] = Edge(
            *ends,
            "column",
            "columns",
            row["runs"],
            " · ".join(plain(word) for word in [*words, "masked" * bool(row["masking"])] if word),
            source,
            target,
            indirect=row["type"] == "INDIRECT" and (before is None or before.indirect),
            masked=bool(row["masking"]) and (before is None or before.masked),
        )
    return list(between.values())
