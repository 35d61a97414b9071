"""The edges between states: in time, from what an act read to what it made, and through jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

EDGE = pl.Schema(
    {
        "source": pl.Int64,
        "target": pl.Int64,
        "act": pl.UInt32,
        "from": pl.String,
        "to": pl.String,
    }
)
"""Nodes; the act through which it flows; the datasets on both ends, null where a node stands
between."""


@dataclass(frozen=True, eq=False)
class Flows:
    """What feeds what in each act.

    Attributes:
        outputs: act, dataset: everything the act read feeds it.
        pairs: act, source, target: dataset to dataset as told.
        columns: act, source, source_field, target, target_field, masking: as told.
    """

    outputs: pl.DataFrame
    pairs: pl.DataFrame
    columns: pl.DataFrame

    def datasets(self, reads: pl.DataFrame) -> pl.DataFrame:
        """act, source, target, masked: every pair of datasets that fed each other in an act.

        `masked` is whether all its columns are masked; null where that is not told.
        """
        every = reads.select("act", source="dataset").join(
            self.outputs.select("act", target="dataset"), on="act"
        )
        columns = self.columns.group_by("act", "source", "target").agg(
            masked=pl.col("masking").all(ignore_nulls=False)
        )
        told = pl.concat([every, self.pairs.select("act", "source", "target")]).unique()
        only = columns.join(told, on=["act", "source", "target"], how="anti")
        whole = told.with_columns(masked=pl.lit(None, pl.Boolean))
        return pl.concat([whole, only.select(whole.columns)]).filter(
            pl.col("source") != pl.col("target")
        ).sort("act", "source", "target")  # fmt: skip


@dataclass(frozen=True, eq=False)
class Parts:
    """Of the states whose columns matter: the node of the whole, and of each column.

    Attributes:
        rows: node, thing, act, part, field.
        wholes: state (node), whole (node).
        columns: state (node), field, column (node).
        size: how many nodes there are so far.
    """

    rows: pl.DataFrame
    wholes: pl.DataFrame
    columns: pl.DataFrame
    size: int

    def whole(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with `node` the whole of the state it was."""
        return frame.join(
            self.wholes.rename({"state": "node"}), on="node", how="left", maintain_order="left"
        ).with_columns(node=pl.coalesce("whole", "node")).drop("whole")  # fmt: skip


def told_edges(
    flows: Flows, parts: Parts, reads: pl.DataFrame, made: pl.DataFrame, first: pl.DataFrame
) -> pl.DataFrame:
    """Columns as in `EDGE`: from state to state in time and within, and what fed what in each act."""
    return pl.concat(
        [
            _chains(made, first, reads),
            _inner(parts, made),
            *_between(flows, reads, made, parts.size),
            _paired(flows.pairs, reads, made, first, parts),
            _by_column(flows.columns, reads, made, first, parts),
        ],
        how="vertical_relaxed",
    )


def distinct(edges: pl.DataFrame) -> pl.DataFrame:
    """Each edge once, sorted by source, target and act; those tell the datasets on its ends."""
    ends = ["source", "target", "act"]
    return edges.sort(ends).filter(is_first(*ends))


def is_first(*columns: str) -> pl.Expr:
    """Of a frame sorted by these columns: whether a row is the first of those that are alike."""
    same = (pl.col(name).eq_missing(pl.col(name).shift()) for name in columns)
    return ~pl.all_horizontal(*same) | (pl.int_range(pl.len()) == 0)


def _edges(frame: pl.DataFrame, **columns: Any) -> pl.DataFrame:
    """Edges of exactly the columns there are; those not named are null."""
    return frame.select(**{name: columns.get(name, pl.lit(None)) for name in EDGE}).cast(
        {"source": pl.Int64, "target": pl.Int64, "act": pl.UInt32}
    )


def _chains(made: pl.DataFrame, first: pl.DataFrame, reads: pl.DataFrame) -> pl.DataFrame:
    """From each state to the next one of the dataset; `made` is sorted by dataset and number.

    State 0 leads to state 1 only where the act that made state 1 read the dataset too, as one does
    that adds to what is there.
    """
    before = pl.when(~is_first("dataset")).then(pl.col("node").shift())
    grown = made.filter(pl.col("number") == 1).join(
        reads.select("act", "dataset"), on=["act", "dataset"], how="semi"
    )
    from_zero = grown.join(first.select(dataset="thing", zero="node"), on="dataset")
    return pl.concat(
        [
            _edges(made.with_columns(before=before).drop_nulls("before"),
                   source="before", target="node"),
            _edges(from_zero, source="zero", target="node"),
        ],
        how="vertical_relaxed",
    )  # fmt: skip


def _inner(parts: Parts, made: pl.DataFrame) -> pl.DataFrame:
    """From a state to its columns and its whole, from its columns to the whole, and on in time."""
    cells = parts.columns.join(parts.wholes, on="state")
    order = made.select("dataset", "number", state="node")
    later = (
        parts.columns.join(order, on="state")
        .with_columns(before=pl.col("column").shift(1).over("dataset", "field", order_by="number"))
        .drop_nulls("before")
    )
    return pl.concat(
        [
            _edges(parts.wholes, source="state", target="whole"),
            _edges(cells, source="state", target="column"),
            _edges(cells, source="column", target="whole"),
            _edges(later, source="before", target="column"),
        ],
        how="vertical_relaxed",
    )


def _between(
    flows: Flows, reads: pl.DataFrame, made: pl.DataFrame, first: int
) -> list[pl.DataFrame]:
    """From all that an act read, over one node, to what all of it feeds."""
    hubs = flows.outputs.select("act").unique().sort("act").with_row_index("hub", first)
    hubs = hubs.with_columns(pl.col("hub").cast(pl.Int64))
    into = reads.join(hubs, on="act")
    out = flows.outputs.join(hubs, on="act").join(
        made.select("act", "dataset", state="node"), on=["act", "dataset"]
    )
    return [
        _edges(into, **{"source": "node", "target": "hub", "act": "act", "from": "dataset"}),
        _edges(out, source="hub", target="state", act="act", to="dataset"),
    ]


def _seen(
    frame: pl.DataFrame, reads: pl.DataFrame, first: pl.DataFrame, parts: Parts
) -> pl.DataFrame:
    """With the state of `source` that the act saw, and its whole; else its first."""
    zero = parts.whole(first.select("thing", "node")).select(source="thing", zero="node")
    return (
        frame.join(
            reads.select("act", "state", "node", source="dataset"),
            on=["act", "source"],
            how="left",
        )
        .join(zero, on="source", how="left")
        .join(first.select(source="thing", zero_state="node"), on="source", how="left")
        .with_columns(whole=pl.coalesce("node", "zero"), state=pl.coalesce("state", "zero_state"))
        .drop("node", "zero", "zero_state")
    )


def _written(frame: pl.DataFrame, made: pl.DataFrame) -> pl.DataFrame:
    """With the state of `target` that the act made."""
    return frame.join(
        made.select("act", made="node", target="dataset"), on=["act", "target"], how="inner"
    )


def _paired(
    pairs: pl.DataFrame,
    reads: pl.DataFrame,
    made: pl.DataFrame,
    first: pl.DataFrame,
    parts: Parts,
) -> pl.DataFrame:
    found = _written(_seen(pairs, reads, first, parts), made)
    ends = {"source": "whole", "target": "made", "act": "act", "from": "source", "to": "target"}
    return _edges(found, **ends)


def _by_column(
    columns: pl.DataFrame,
    reads: pl.DataFrame,
    made: pl.DataFrame,
    first: pl.DataFrame,
    parts: Parts,
) -> pl.DataFrame:
    found = _written(_seen(columns, reads, first, parts), made)
    cells = parts.columns
    found = found.join(
        cells.select("state", source_field="field", out="column"),
        on=["state", "source_field"],
        how="left",
    ).join(
        cells.select(made="state", target_field="field", into="column"),
        on=["made", "target_field"],
        how="left",
    )
    return _edges(
        found,
        **{
            "source": pl.coalesce("out", "whole"),
            "target": pl.coalesce("into", "made"),
            "act": "act",
            "from": "source",
            "to": "target",
        },
    )


def carried(
    bundles: pl.DataFrame,
    first: pl.DataFrame,
    newest: pl.DataFrame,
    reads: pl.DataFrame,
    made: pl.DataFrame,
    acts: pl.DataFrame,
) -> pl.DataFrame:
    """Through jobs that flows name as sources or targets.

    What goes on inside is not told: all they take may be in what they hand on, and all they are
    handed in what they put.
    """
    own = pl.col("thing").cast(pl.String)
    carriers = first.filter(own.str.starts_with("job:")).select("thing", job=own, hub="node")
    if carriers.is_empty():
        return pl.DataFrame(schema=EDGE)
    told = (
        bundles.explode("sources", empty_as_null=False)
        .explode("targets", empty_as_null=False)
        .select(source="sources", target="targets")
    )
    handed = told.join(carriers, left_on="target", right_on="thing").join(
        newest.select(source="thing", out="node"), on="source"
    )
    jobs = acts.select("act", "job").join(carriers, on="job")
    gives = jobs.filter(pl.col("thing").is_in(told["source"].unique().implode()))
    given = jobs.filter(pl.col("thing").is_in(told["target"].unique().implode()))
    return pl.concat(
        [
            _edges(handed, source="out", target="hub"),
            _edges(reads.join(gives, on="act"), source="node", target="hub"),
            _edges(made.join(given, on="act"), source="hub", target="node"),
        ],
        how="vertical_relaxed",
    )
