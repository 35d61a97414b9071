"""What flowed into what, run by run: the graph that labels spread on.

A dataset is not one thing over time: what a run read on Monday cannot hold what was first written
on Tuesday. So each write of a dataset makes a new *state* of it, and a read sees the newest state
that was begun before the read ended. A state holds all earlier ones too: that a write replaced them
would be the event's word, and events may only narrow. State 0 is what was there before any write
in the log.

The nodes are, in this order: state 0 of every dataset, and every job that a flow names as a source
or target of its own (`carriers`); the further states; and, of datasets whose columns matter, for
each state the whole of it and its columns. What flows into a whole dataset goes to the node of its
state, from there to its columns, and they all make up the whole. Where many inputs feed many
outputs in one run, one node stands between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from lineage_explorer.residency.state_edges import (
    EDGE,
    Flows,
    Parts,
    carried,
    distinct,
    is_first,
    told_edges,
)
from lineage_explorer.tables import TIME, Frames

Ints = npt.NDArray[np.int64]

EARLIEST = datetime(1, 1, 1)  # noqa: DTZ001 - cast to UTC below
LATEST = datetime(9999, 1, 1)  # noqa: DTZ001
_COLUMN = ("job", "source", "source_field", "target", "target_field", "masking", "event")


@dataclass(frozen=True, eq=False)
class States:
    """The graph of states.

    Attributes:
        nodes: node, thing (dataset or job id; null of a node between), part (state, whole, column
            or between), field, act. Node numbers are row numbers.
        edges: columns as in `EDGE`, sorted by source and target.
        acts: act, run, job, day, epoch: a run's part in a job; run is null for a job event, both
            for lineage told outside any job. `epoch` numbers the days from which rules changed.
        reads: act, dataset, node (the whole of the state that was seen), event.
        writes: act, dataset, node (the whole of the state that was made), event, number.
        last: thing, node: the whole of the newest state of each, and its act.
        flows: which dataset fed which in each act.
        kind: the type by which `reads`, `writes` and `flows` number datasets, see `named`.
    """

    nodes: pl.DataFrame
    edges: pl.DataFrame
    acts: pl.DataFrame
    reads: pl.DataFrame
    writes: pl.DataFrame
    last: pl.DataFrame
    flows: Flows
    kind: pl.Enum


def states(
    frames: Frames,
    epochs: Sequence[date],
    fields: pl.DataFrame | None = None,
    apart: Sequence[str] = (),
) -> States:
    """The graph of what these frames tell.

    Args:
        frames: those of a lineage.
        epochs: the days from which other rules hold, ascending.
        fields: dataset, field: columns that have a label of their own.
        apart: jobs in which every source and target is to have an edge of its own.
    """
    things = pl.concat([frames.datasets["dataset"], _carriers(frames)]).rename("thing")
    numbered = _numbered(frames, things)  # numbers join and sort in a fraction of the time
    acts, io = _acts(frames, numbered, epochs)
    first = pl.DataFrame({"thing": things.cast(numbered.kind)}).with_row_index("node").with_columns(
        pl.col("node").cast(pl.Int64), act=pl.lit(None, pl.UInt32), number=pl.lit(0, pl.UInt32)
    )  # fmt: skip
    made = _made(io, len(first))
    every = pl.concat([first.select("node", "thing", "act", "number"),
                       made.select("node", "act", "number", thing="dataset")],
                      how="diagonal")  # fmt: skip
    columns = numbered.columns
    parts = _parts(every, columns, fields)
    reads = _reads(io, made, first, parts)
    last = (
        parts.whole(every).sort("thing", "number").group_by("thing", maintain_order=True).last()
        .select("thing", "node", "act")
    )  # fmt: skip
    flows = _flows(numbered.bundles, io, columns, apart, acts, reads)
    edges = pl.concat(
        [
            told_edges(flows, parts, reads, made, first),
            carried(numbered.bundles, first, last, reads, made, acts),
        ],
        how="vertical_relaxed",
    )
    hubs = flows.outputs["act"].unique().sort()
    between = pl.DataFrame({
        "node": np.arange(len(hubs)) + parts.size, "act": hubs, "part": ["between"] * len(hubs),
    })  # fmt: skip
    nodes = pl.concat(
        [every.select("node", "thing", "act", part=pl.lit("state")), parts.rows, between],
        how="diagonal",
    ).sort("node")
    writes = parts.whole(made).select("act", "node", "event", "number", "dataset")
    return States(
        nodes=named(nodes),
        edges=named(distinct(edges)).cast(EDGE),
        acts=acts,
        reads=reads.select("act", "dataset", "node", "event"),
        writes=writes,
        last=named(last),
        flows=flows,
        kind=numbered.kind,
    )


@dataclass(frozen=True, eq=False)
class Numbered:
    """What frames tell of flows, with things as numbers.

    Attributes:
        kind: the type that numbers things.
        io: run, job, dataset, direction, event.
        bundles: as in the frames.
        columns: the columns of `_COLUMN`.
    """

    kind: pl.Enum
    io: pl.DataFrame
    bundles: pl.DataFrame
    columns: pl.DataFrame


def _numbered(frames: Frames, things: pl.Series) -> Numbered:
    kind = pl.Enum(things)
    sides = pl.col("sources", "targets").cast(pl.List(kind))
    return Numbered(
        kind,
        frames.io.select(
            "run", "job", pl.col("dataset").cast(kind), "direction", event="last_event"
        ),
        frames.bundles.with_columns(sides),
        frames.column_edges.select(_COLUMN).with_columns(pl.col("source", "target").cast(kind)),
    )


def named(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the ids of things as text again."""
    return frame.with_columns(pl.col(pl.Enum).cast(pl.String))


def _acts(
    frames: Frames, numbered: Numbered, epochs: Sequence[date]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Acts, and what they read and wrote: act, dataset, direction, event, began, ended."""
    io = pl.concat([numbered.io, _outside(numbered.bundles)], how="diagonal")
    keys = ["run", "job"]
    acts = io.select(keys).unique().sort(keys, nulls_last=True).with_row_index("act")
    times = frames.runs.select(
        "run",
        began=pl.coalesce("started", "first_seen"),
        ended=pl.coalesce("ended", "last_seen"),
    ).unique("run")
    acts = acts.join(times, on="run", how="left", maintain_order="left").with_columns(
        day=pl.col("began").dt.date(),
        began=pl.col("began").fill_null(pl.lit(EARLIEST).cast(TIME)),
        ended=pl.col("ended").fill_null(pl.lit(LATEST).cast(TIME)),
    )
    starts = np.array(epochs, dtype="datetime64[D]")
    days = (
        acts["day"].fill_null(acts["day"].max() or LATEST.date()).to_numpy().astype("datetime64[D]")
    )
    numbers = np.maximum(np.searchsorted(starts, days, side="right") - 1, 0)
    acts = acts.with_columns(epoch=pl.Series(numbers, dtype=pl.UInt32))
    named = io.join(acts, on=keys, nulls_equal=True, maintain_order="left")
    kept = named.group_by("act", "dataset", "direction", maintain_order=True).agg(
        pl.col("event").max(), pl.col("began", "ended").first()
    )
    return acts, kept


def _outside(bundles: pl.DataFrame) -> pl.DataFrame:
    """Lineage told outside any job, as reads and writes of an act without a run and a job.

    What feeds what among them is told by `pairs`.
    """
    own = bundles.filter(pl.col("job").is_null())
    parts = [
        own.explode(column, empty_as_null=False).select(
            run=pl.lit(None, pl.String),
            job=pl.lit(None, pl.String),
            dataset=column,
            direction=pl.lit(direction),
            event="event",
        )
        for column, direction in (("sources", "input"), ("targets", "output"))
    ]
    return pl.concat(parts)


def _carriers(frames: Frames) -> pl.Series:
    """Jobs that flows name as sources or targets."""
    ends = [frames.bundles[c].explode(empty_as_null=False) for c in ("sources", "targets")]
    ends += [frames.column_edges[c] for c in ("source", "target")]
    found = pl.concat([end.rename("thing") for end in ends])
    return found.filter(found.str.starts_with("job:")).unique().sort()


def _made(io: pl.DataFrame, first: int) -> pl.DataFrame:
    """Writes in order, each a state: node, act, dataset, number, began, event."""
    made = io.filter(pl.col("direction") == "output").sort("dataset", "began", "act")
    at = pl.int_range(pl.len(), dtype=pl.UInt32)
    begins = pl.when(is_first("dataset")).then(at).forward_fill()
    number = at - begins + 1
    return made.select("act", "dataset", "began", "event", number=number).with_row_index(
        "node", first
    ).with_columns(pl.col("node").cast(pl.Int64))  # fmt: skip


def _parts(every: pl.DataFrame, columns: pl.DataFrame, labelled: pl.DataFrame | None) -> Parts:
    told = [
        columns.select(thing="source", field="source_field"),
        columns.select(thing="target", field="target_field"),
    ]
    if labelled is not None:
        told.append(
            labelled.select(pl.col("dataset").cast(every["thing"].dtype).alias("thing"), "field")
        )
    fields = pl.concat(told).drop_nulls().unique().sort("thing", "field")
    of = every.join(fields.select("thing").unique(), on="thing", how="semi").sort("node")
    wholes = of.select("thing", "act", state="node").with_row_index("node", len(every))
    inner = of.join(fields, on="thing").sort("node", "field")
    cells = inner.select("thing", "field", "act", state="node").with_row_index(
        "node", len(every) + len(wholes)
    )
    rows = pl.concat(
        [
            wholes.select("node", "thing", "act", part=pl.lit("whole")),
            cells.select("node", "thing", "act", "field", part=pl.lit("column")),
        ],
        how="diagonal",
    ).with_columns(pl.col("node").cast(pl.Int64))
    number = pl.col("node").cast(pl.Int64)
    return Parts(
        rows,
        wholes.select("state", whole=number),
        cells.select("state", "field", column=number),
        len(every) + len(wholes) + len(cells),
    )


def _reads(io: pl.DataFrame, made: pl.DataFrame, first: pl.DataFrame, parts: Parts) -> pl.DataFrame:
    """act, dataset, state, node (its whole), event."""
    wanted = io.filter(pl.col("direction") == "input").select("act", "dataset", "event", "ended")
    seen = wanted.sort("dataset", "ended").join_asof(
        made.select("dataset", "began", state="node").sort("dataset", "began"),
        left_on="ended",
        right_on="began",
        by="dataset",
        check_sortedness=False,
    )
    seen = seen.join(first.select(dataset="thing", zero="node"), on="dataset", how="left")
    seen = seen.with_columns(node=pl.coalesce("state", "zero"))
    seen = seen.with_columns(state="node")
    return parts.whole(seen).select("act", "dataset", "state", "node", "event").sort(
        "act", "dataset"
    )  # fmt: skip


def _flows(
    bundles: pl.DataFrame,
    io: pl.DataFrame,
    columns: pl.DataFrame,
    apart: Sequence[str],
    acts: pl.DataFrame,
    reads: pl.DataFrame,
) -> Flows:
    """What feeds what in each act, by what the runs of its job tell."""
    written = io.filter(pl.col("direction") == "output").select("act", "dataset").join(
        acts.select("act", "job"), on="act"
    )  # fmt: skip
    implied = (
        bundles.filter(pl.col("basis") == "implied", pl.col("job").is_not_null())
        .explode("targets", empty_as_null=False)
        .select("job", dataset="targets")
        .unique()
    )
    everything = written.join(implied, on=["job", "dataset"], how="semi")
    told = (
        bundles.filter((pl.col("basis") != "implied") | pl.col("job").is_null())
        .explode("sources", empty_as_null=False)
        .explode("targets", empty_as_null=False)
        .select("job", "basis", source="sources", target="targets")
    )
    by_column = columns.select("job", "source", "target").unique()
    told = pl.concat([
        told.filter(pl.col("basis") == "declared"),
        told.filter(pl.col("basis") != "declared").join(
            by_column, on=["job", "source", "target"], how="anti", nulls_equal=True
        ),
    ]).select("job", "source", "target").unique()  # fmt: skip
    pairs = _in_acts(told, written, reads)
    if apart:
        split = everything.filter(pl.col("job").is_in(list(apart)))
        everything = everything.join(split, on=["act", "dataset"], how="anti")
        more = split.select("act", target="dataset").join(
            reads.select("act", source="dataset"), on="act"
        )
        pairs = pl.concat([pairs, more.select(pairs.columns)])
    return Flows(
        outputs=everything.select("act", "dataset").unique().sort("act", "dataset"),
        pairs=pairs.unique().sort("act", "source", "target"),
        columns=_in_acts(columns, written, reads),
    )


def _in_acts(told: pl.DataFrame, written: pl.DataFrame, reads: pl.DataFrame) -> pl.DataFrame:
    """What a job's flows say, for each act that wrote the target and read the source.

    Of a source that no act of the job read, the target has it in every act.
    """
    acts = told.join(written.rename({"dataset": "target"}), on=["job", "target"], nulls_equal=True)
    both = acts.join(reads.select("act", source="dataset"), on=["act", "source"], how="semi")
    read = both.select("job", "source").unique()
    never = acts.join(read, on=["job", "source"], how="anti", nulls_equal=True)
    return pl.concat([both, never]).drop("job")
