"""What patterns of runs say, gathered, and counted into tables.

`flows` decides what is said; here it is put down with who says it, and counted: by how many runs,
when first and last, and in which event first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import polars as pl

from lineage_explorer.readers.accumulate import Nodes
from lineage_explorer.readers.links import Link
from lineage_explorer.readers.openlineage import INPUT

BASES = ("declared", "columns", "implied")
"""From the strongest to the weakest."""
DECLARED, COLUMNS, IMPLIED = range(3)
KINDS = ("reads", "writes", "derives", "hands_over")
READS, WRITES, DERIVES, HANDS_OVER = range(4)
U8, U32 = pl.UInt8, pl.UInt32


@dataclass
class Said:
    """What is said by patterns, as it is gathered; `events` and `patterns` say by whom."""

    nodes: Nodes
    facets: dict[int, Any]
    """Lineage facets."""
    sources: dict[int, list[int]]
    """The datasets that columnLineage facets name."""
    edges: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)
    """source, target, kind, basis, event, pattern."""
    bundles: dict[tuple[int | None, int, tuple[int, ...], tuple[int, ...]], int] = field(
        default_factory=dict
    )
    bundled: list[tuple[int, int, int]] = field(default_factory=list)
    """bundle, event, pattern."""
    links: dict[tuple[int | None, int, int, int], int] = field(default_factory=dict)
    """(job, target, facet, entry) → number."""
    link_rows: list[tuple[Any, ...]] = field(default_factory=list)
    linked: list[tuple[int, int, int]] = field(default_factory=list)
    """number of links, event, pattern."""

    def edge(self, by: int, source: int, target: int, kind: int, basis: int, event: int) -> None:
        self.edges.append((source, target, kind, basis, event, by))

    def bundle(
        self,
        by: int,
        job: int | None,
        basis: int,
        sources: Iterable[int],
        targets: list[int],
        event: int,
    ) -> None:
        """Every one of the sources feeds every target."""
        key = (job, basis, tuple(sorted(set(sources))), tuple(sorted(set(targets))))
        if key[2] and key[3]:
            number = self.bundles.setdefault(key, len(self.bundles))
            self.bundled.append((number, event, by))

    def link(
        self,
        by: int,
        job: int | None,
        target: int,
        facet: int,
        event: int,
        links: Callable[[], Iterable[Link]] | None = None,
        entry: int = 0,
    ) -> None:
        """A facet that tells of columns; `links` are those of a lineage facet, looked at once."""
        key = (job, target, facet, entry)
        number = self.links.get(key)
        if number is None:
            number = self.links[key] = len(self.links)
            if links is not None:
                self.link_rows += [(number, job, *link) for link in links()]
        self.linked.append((number, event, by))


def edges(said: Said, roles: pl.DataFrame, voices: pl.DataFrame) -> pl.DataFrame:
    """source, target, kind, basis, runs, first_seen, last_seen, event."""
    is_input = pl.col("role") == INPUT
    times = ("first_seen", "last_seen")
    listed = roles.select(
        pl.when(is_input).then("node").otherwise("job").alias("source"),
        pl.when(is_input).then("job").otherwise("node").alias("target"),
        pl.when(is_input).then(pl.lit(READS, U8)).otherwise(pl.lit(WRITES, U8)).alias("kind"),
        pl.lit(DECLARED, U8).alias("basis"),
        pl.col("first").alias("event"),
        "of_run",
        *times,
    )
    schema = {"source": U32, "target": U32, "kind": U8, "basis": U8, "event": U32, "pattern": U32}
    more = pl.DataFrame(said.edges, schema=schema, orient="row")
    more = more.join(voices, on="pattern").select(listed.columns)
    return (
        pl.concat([listed, more])
        .group_by("source", "target", "kind")
        .agg(
            pl.col("basis").min(),
            pl.col("of_run").drop_nulls().n_unique().alias("runs"),
            pl.col("first_seen").min(),
            pl.col("last_seen").max(),
            pl.col("event").min(),
        )
    )


def bundles(said: Said, voices: pl.DataFrame) -> pl.DataFrame:
    """job, basis, sources, targets, runs, event."""
    schema = {"bundle": U32, "event": U32, "pattern": U32}
    counted = (
        pl.DataFrame(said.bundled, schema=schema, orient="row")
        .join(voices, on="pattern")
        .group_by("bundle")
        .agg(pl.col("of_run").drop_nulls().n_unique().alias("runs"), pl.col("event").min())
    )
    jobs, bases, sources, targets = zip(*said.bundles, strict=True) if said.bundles else [()] * 4
    return (
        pl.DataFrame(
            [
                pl.Series("job", jobs, U32),
                pl.Series("basis", bases, U8),
                _lists("sources", sources),
                _lists("targets", targets),
            ]
        )
        .with_row_index("bundle")
        .join(counted, on="bundle", maintain_order="left")
        .drop("bundle")
    )


def _lists(name: str, rows: Sequence[tuple[int, ...]]) -> pl.Series:
    """Rows of numbers, none of them empty: so it is ten times as quick as by way of `pl.Series`."""
    flat = pl.DataFrame(
        {
            "row": np.repeat(np.arange(len(rows)), [len(row) for row in rows]),
            name: pl.Series(list(chain.from_iterable(rows)), dtype=U32),
        }
    )
    return flat.group_by("row", maintain_order=True).agg(name)[name]


def columns(said: Said, links: pl.DataFrame, voices: pl.DataFrame) -> pl.DataFrame:
    """source, source_field, …, description, job, last (serial of a run), event, runs."""
    link = {
        "source": U32, "source_field": pl.String, "target": U32, "target_field": pl.String,
        "type": pl.String, "subtype": pl.String, "masking": pl.Boolean, "description": pl.String,
    }  # fmt: skip
    rows = zip(*said.link_rows, strict=True) if said.link_rows else [()] * (len(link) + 2)
    schema = {"told": U32, "job": U32, **link}
    declared = pl.DataFrame(
        [pl.Series(n, list(c), t) for (n, t), c in zip(schema.items(), rows, strict=True)]
    )
    keys = {"job": U32, "target": U32, "facet": U32, "entry": U32}
    named = pl.DataFrame(list(said.links), schema=keys, orient="row")
    named = named.with_columns(told=pl.int_range(pl.len(), dtype=U32)).join(links, on="facet")
    grouped = (
        pl.concat([declared, named.select(*schema)])
        .group_by("job", *link)
        .agg(pl.col("told").unique().sort())
    )
    key = pl.col("told").cast(pl.List(pl.String)).list.join(" ").alias("key")
    grouped = grouped.with_columns(key)
    # many links are told by the same facets: those are counted once
    sets = grouped.select("key", "told").unique("key").with_row_index("set")
    linked = pl.DataFrame(
        said.linked, schema={"told": U32, "event": U32, "pattern": U32}, orient="row"
    )
    counted = (
        sets.explode("told", empty_as_null=False)
        .join(linked, on="told")
        .join(voices, on="pattern")
        .sort("last_seen", "context", nulls_last=False)
        .group_by("set")
        .agg(
            pl.col("serial").drop_nulls().last().alias("last"),
            pl.col("event").min(),
            pl.col("of_run").drop_nulls().n_unique().alias("runs"),
        )
    )
    return grouped.join(sets.select("key", "set"), on="key").join(counted, on="set")
