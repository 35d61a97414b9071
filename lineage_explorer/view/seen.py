"""When nodes and edges were first and last seen, and the log of runs as the browser reads it.

Times are milliseconds since 1970 in UTC; not-a-number is unknown. The other end is
`frontend/src/log.ts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lineage_explorer.plain import cut_middle, plain
from lineage_explorer.view.asof import BEGUN, over
from lineage_explorer.view.block import coded, distinct, others, packed

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage
    from lineage_explorer.view.placing import Edge, Node

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
MAGIC = b"LXL1"
STATES = ("RUNNING", "COMPLETE", "FAIL", "ABORT", "UNKNOWN")
LABEL = 120


@dataclass(frozen=True)
class Moment:
    """What of a scene was seen then, the jobs that ran, words under nodes and for the whole."""

    nodes: Bools
    edges: Bools
    active: frozenset[str]
    captions: dict[str, str]
    at: datetime | None
    words: str = ""


def node_times(lin: Lineage, nodes: list[Node]) -> Floats:
    """First and last seen of each node, in a row each."""
    told = pl.concat(
        [
            lin.frames.datasets.select(node="dataset", first="first_seen", last="last_seen"),
            lin.frames.jobs.select(node="job", first="first_seen", last="last_seen"),
        ]
    )
    ids = pl.DataFrame({"node": [node.id for node in nodes]}, schema={"node": pl.String})
    return _pairs(ids.join(told, on="node", how="left", maintain_order="left"))


def edge_times(lin: Lineage, nodes: list[Node], edges: list[Edge]) -> Floats:
    """First and last seen of each edge; of an edge between columns only the first is known."""
    drawn = pl.DataFrame(
        {
            "source": [nodes[edge.source].id for edge in edges],
            "target": [nodes[edge.target].id for edge in edges],
            "kind": [edge.kind for edge in edges],
        },
        schema=dict.fromkeys(("source", "target", "kind"), pl.String),
    )
    told = lin.frames.edges.select("source", "target", "kind", first="first_seen", last="last_seen")
    told = told.join(drawn, on=["source", "target", "kind"], how="semi")
    columns = (
        lin.frames.column_edges.join(drawn, on=["source", "target"], how="semi")
        .join(lin.frames.events.select("event", first="time"), on="event", how="left")
        .group_by("source", "target")
        .agg(pl.col("first").min())
        .with_columns(kind=pl.lit("column"))
    )
    known = pl.concat([told, columns], how="diagonal").unique(["source", "target", "kind"])
    return _pairs(
        drawn.join(known, on=["source", "target", "kind"], how="left", maintain_order="left")
    )


def pack_log(lin: Lineage) -> bytes:
    """Every run with a time, in the order they began, with what it read and wrote."""
    runs = (
        lin.frames.runs.select("run", "job", "state", "last_seen", begun=BEGUN, over=over())
        .filter(pl.col("begun").is_not_null())
        .sort("begun", "run")
        .with_row_index("at")
    )
    jobs = _numbered(runs["job"], "job")
    io = (
        lin.frames.io.filter(pl.col("run").is_not_null())
        .select("run", "job", "dataset", "direction", "version", "rows")
        .join(runs.select("run", "job", "at"), on=["run", "job"])
        .sort("at", "direction", "dataset")
    )
    datasets = _numbered(io["dataset"], "dataset")
    versions = _numbered(io["version"], "version")
    counts = np.bincount(io["at"].to_numpy(), minlength=runs.height)
    spaces, spaces_of = coded([*_spaces(lin, jobs["job"]), *_spaces(lin, datasets["dataset"])])
    header = {
        "version": 2,
        "spaces": spaces,
        "jobs": _told(lin, jobs["job"], "job"),
        "datasets": _told(lin, datasets["dataset"], "dataset"),
        "versions": [cut_middle(plain(version), LABEL) for version in versions["version"]],
        "runs": runs["run"].to_list(),
        "untimed": lin.frames.runs.height - runs.height,
    }
    states = runs["state"].replace_strict(STATES, range(len(STATES)), default=len(STATES) - 1)
    moments = ("begun", "over", "last_seen")
    times, (start, end, last) = distinct(*(_milliseconds(runs[name]) for name in moments))
    numbers, (rows,) = distinct(io["rows"].cast(pl.Float64).fill_null(np.nan).to_numpy())
    arrays = {
        "times": ("f8", times),
        "start": ("u", start),
        "end": ("u", end),
        "last": ("u", last),
        "state": ("u1", states.to_numpy()),
        "job": ("u", _places(runs, jobs, "job")),
        "job_space": ("u", spaces_of[: jobs.height]),
        "dataset_space": ("u", spaces_of[jobs.height :]),
        "io_count": ("u", counts),
        "io_dataset": ("u", _places(io, datasets, "dataset")),
        "io_output": ("u1", (io["direction"] == "output").cast(pl.UInt8).to_numpy()),
        "io_rows": ("u", rows),
        "rows": ("f8", numbers),
        # 0 is no version
        "io_version": ("u", _places(io, versions, "version") + 1),
    }
    return packed(MAGIC, header, arrays)


def _known(lin: Lineage, ids: pl.Series, column: str) -> list[str]:
    told = lin.nodes.select("node", column)
    found = ids.to_frame("node").join(told, on="node", how="left", maintain_order="left")
    return found[column].fill_null("").to_list()


def _spaces(lin: Lineage, ids: pl.Series) -> list[str]:
    return [plain(space) for space in _known(lin, ids, "namespace")]


def _told(lin: Lineage, ids: pl.Series, kind: str) -> dict[str, Any]:
    """Names, and by position the ids that do not follow from them, cut ones among them."""
    names = [cut_middle(plain(name), LABEL) for name in _known(lin, ids, "name")]
    made = (f"{kind}:{space}:{name}" for space, name in zip(_spaces(lin, ids), names, strict=True))
    return {"name": names, "id": others(made, ids)}


def _numbered(values: pl.Series, name: str) -> pl.DataFrame:
    return values.drop_nulls().unique().sort().to_frame(name).with_row_index("number")


def _places(frame: pl.DataFrame, numbered: pl.DataFrame, name: str) -> npt.NDArray[np.int64]:
    """The number of each value; -1 for null."""
    found = frame.select(name).join(numbered, on=name, how="left", maintain_order="left")
    return found["number"].cast(pl.Int64).fill_null(-1).to_numpy()


def _pairs(frame: pl.DataFrame) -> Floats:
    return np.column_stack([_milliseconds(frame["first"]), _milliseconds(frame["last"])])


def _milliseconds(times: pl.Series) -> Floats:
    return (times.dt.timestamp("us").cast(pl.Float64) / 1000).fill_null(np.nan).to_numpy()
