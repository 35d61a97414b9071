"""A scene as of a time, in a window, or in one run: what was not seen then is faint.

The browser works out the same (`frontend/src/moment.ts`), tested on the same cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from lineage_explorer.plain import cut_middle, plain
from lineage_explorer.view.asof import BEGUN, newest, over
from lineage_explorer.view.changes import makers_of
from lineage_explorer.view.modes import Maker
from lineage_explorer.view.scene import Scene, asked_again
from lineage_explorer.view.seen import Bools, Moment
from lineage_explorer.view.timing import Timing, instant
from lineage_explorer.view.words import counted

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

CAPTION = 32


def retold(lin: Lineage, scene: Scene, timing: Timing, more: Sequence[Maker] = ()) -> Scene:
    """The scene with states, colours and words as of the time chosen."""
    if timing == Timing():
        return scene
    moment = replace(moment_of(lin, scene, timing), words=words(lin, timing))
    states = dict(newest(lin, moment.at).select("node", "state").iter_rows())
    nodes = [
        replace(node, state=states.get(node.id, "")) if node.kind in ("dataset", "job") else node
        for node in scene.nodes
    ]
    asked = asked_again(lin, nodes, moment.at, scene.edges)
    modes = [make(asked) for make in makers_of(lin, more)]
    return replace(scene, nodes=nodes, modes=modes, moment=moment)


def words(lin: Lineage, timing: Timing) -> str:
    """The timing as a line of text."""
    if timing.mode == "run":
        job = lin.frames.runs.filter(pl.col("run") == timing.run)["job"]
        names = dict(lin.nodes.select("node", "name").iter_rows())
        of = f" of {plain(names.get(job[0], job[0]))}" if job.len() else ""
        return f"Run {plain(timing.run)}{of}"
    if isinstance(timing.time, tuple):
        start, end = (f"{instant(time):%Y-%m-%d %H:%M:%S}" for time in timing.time)
        return f"Window {start} to {end} UTC"
    return f"As of {instant(timing.time):%Y-%m-%d %H:%M:%S} UTC" if timing.time else "All runs"


def moment_of(lin: Lineage, scene: Scene, timing: Timing) -> Moment:
    """What of a scene is seen in this timing."""
    runs = lin.frames.runs.with_columns(begun=BEGUN, over=over())
    if timing.mode == "run":
        return _one(lin, scene, runs.filter(pl.col("run") == timing.run))
    at = timing.instant
    active = frozenset(_going(runs, at)["job"]) if at is not None else frozenset()
    if timing.mode == "window" and isinstance(timing.time, tuple):
        start, end = map(instant, timing.time)
        touched = _within(runs, start, end)
        nodes, edges = _touched(lin, scene, touched, _ms(start), _ms(end))
        return Moment(nodes, edges, active, {}, at)
    until = np.inf if at is None else _ms(at)
    return Moment(
        ~(scene.node_seen[:, 0] > until), ~(scene.edge_seen[:, 0] > until), active, {}, at
    )


def _going(runs: pl.DataFrame, at: datetime) -> pl.DataFrame:
    ended = pl.col("over").is_not_null() & (pl.col("over") <= at)
    open_end = pl.col("over").is_null() & (pl.col("state") != "RUNNING")
    return runs.filter((pl.col("begun") <= at) & ~ended & ~open_end)


def _within(runs: pl.DataFrame, start: datetime, end: datetime) -> pl.DataFrame:
    """Runs that overlap a window; one not known to have ended lasts until it was last heard of."""
    last = pl.coalesce("over", pl.when(pl.col("state") != "RUNNING").then("last_seen"))
    return runs.filter((pl.col("begun") <= end) & (last.is_null() | (last >= start)))


def _one(lin: Lineage, scene: Scene, run: pl.DataFrame) -> Moment:
    ended = run.select(pl.coalesce("over", "last_seen"))["over"].max()
    at = ended if isinstance(ended, datetime) else None
    nodes, edges = _touched(lin, scene, run, np.inf, -np.inf)
    return Moment(nodes, edges, frozenset(), _captions(lin, run), at)


def _touched(
    lin: Lineage, scene: Scene, runs: pl.DataFrame, start: float, end: float
) -> tuple[Bools, Bools]:
    """What these runs read and wrote, and what was told in the window outside of any run."""
    io = lin.frames.io.join(runs.select("run", "job"), on=["run", "job"])
    jobs, datasets = set(runs["job"]), set(io["dataset"])
    lines = {
        (dataset, job) if direction == "input" else (job, dataset)
        for job, dataset, direction in io.select("job", "dataset", "direction").iter_rows()
    }
    by_runs = set(lin.frames.runs["job"]) | set(
        lin.frames.io.filter(pl.col("run").is_not_null())["dataset"]
    )
    told = _overlap(scene.node_seen, start, end)
    nodes = np.array(
        [
            node.kind not in ("dataset", "job")
            or node.id in jobs
            or node.id in datasets
            or (node.id not in by_runs and bool(inside))
            for node, inside in zip(scene.nodes, told, strict=True)
        ],
        dtype=np.bool_,
    )
    between = _overlap(scene.edge_seen, start, end)
    kinds = [node.kind for node in scene.nodes]
    edges = np.zeros(len(scene.edges), dtype=np.bool_)
    for number, edge in enumerate(scene.edges):
        both = nodes[edge.source] and nodes[edge.target]
        ends = (scene.nodes[edge.source].id, scene.nodes[edge.target].id)
        by_run = {kinds[edge.source], kinds[edge.target]} == {"dataset", "job"}
        outside = not {ends[0], ends[1]} <= by_runs
        if by_run and not outside:
            edges[number] = ends in lines
        else:
            edges[number] = both and (bool(between[number]) or edge.kind in ("column", "stub"))
    return nodes, edges


def _overlap(seen: npt.NDArray[np.float64], start: float, end: float) -> Bools:
    """Seen between two times; unknown is not taken as unseen in a window with an end."""
    if end < start:
        return np.zeros(len(seen), dtype=np.bool_)
    return ~((seen[:, 0] > end) | (seen[:, 1] < start))


def _captions(lin: Lineage, run: pl.DataFrame) -> dict[str, str]:
    """Under each dataset of a run: the version it read or wrote, and how many rows."""
    io = lin.frames.io.join(run.select("run", "job"), on=["run", "job"])
    found: dict[str, list[str]] = {}
    for row in io.sort("dataset", "direction").iter_rows(named=True):
        words = [] if row["version"] is None else [cut_middle(plain(row["version"]), CAPTION)]
        words += [] if row["rows"] is None else [counted(row["rows"], "row")]
        found.setdefault(row["dataset"], []).append(" · ".join(words) or "no version told")
    return {dataset: " → ".join(dict.fromkeys(words)) for dataset, words in found.items()}


def _ms(time: datetime) -> float:
    return time.timestamp() * 1000
