"""The diff as units: a job with what it writes, or a source; what each shows and who feeds it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from lineage_explorer.analysis.compare import Compared
from lineage_explorer.analysis.compare_numbers import ENOUGH
from lineage_explorer.analysis.compare_sides import Side
from lineage_explorer.analysis.diagnose_clock import DAY, Clock, OldRead, overtakes

Row = dict[str, Any]
SOFT, HARD = 2.0, 6.0
"""Deviations at which a number begins to count as off, and at which it surely is."""
SURELY_GONE = 0.9
"""The least that nothing at all counts for where there was something, be that ever so little."""
_GONE = math.log(10)  # from something to nothing; more is not more
_CONTENT = ("rows-output", "rows-input", "metric", "yield")


@dataclass(eq=False)
class Measure:
    """A number of a unit beside what was usual: `off` from 0 (usual) to 1 (surely not)."""

    node: str
    aspect: str
    field: str | None
    deviation: float
    off: float
    before: float
    after: float
    event: int | None
    moved: float
    """How far it moved on its own scale (of a share an angle, else a logarithm), signed, with what
    the day of the week explains taken out."""
    left: float = 0.0
    """The same beside its own past."""
    standing: float = 0.0
    """How far off it is beside its own past alone, be it so beside the run compared with or not."""

    @property
    def column(self) -> str | None:
        """The column of a metric."""
        return self.field.partition(":")[0] if self.field and ":" in self.field else None

    @property
    def size(self) -> float:
        """How far it moved, as the logarithm of the ratio; of a share, the difference."""
        if self.is_share:
            return abs(self.after - self.before)
        if self.before == 0 or self.after == 0 or (self.before < 0) != (self.after < 0):
            return _GONE
        return min(_GONE, abs(self.moved))

    @property
    def is_share(self) -> bool:
        """Whether it is a share, between 0 and 1."""
        return bool(self.field) and str(self.field).endswith("share of nulls")

    @property
    def counts(self) -> bool:
        """Whether it can be trouble: being newer, or how long it took, is none."""
        return self.aspect in (*_CONTENT, "age") and not (self.about_age and self.deviation < 0)

    @property
    def about_age(self) -> bool:
        """Whether it says how old something is."""
        return self.aspect == "age" or self.field == "age of its data"


@dataclass(eq=False)
class Unit:
    """A job with the datasets it writes, or a dataset that no job in the log writes."""

    key: str
    nodes: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    """Datasets."""
    outputs: list[str] = field(default_factory=list)
    """All datasets it writes; `nodes` are those of which it is the newest to write."""
    before: set[str] = field(default_factory=set)
    """Keys of the units that feed it."""
    after: set[str] = field(default_factory=set)
    changes: list[Row] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    clock: Clock | None = None
    idle: bool = False
    """Whether it did not run in between, be that usual or not."""
    hasty: list[OldRead] = field(default_factory=list)
    """What it read too soon."""
    awaited: list[OldRead] = field(default_factory=list)
    """What was read of it that should have been renewed by then."""
    overtook: int | None = None
    """The number of a later run of it that had completed before its own did."""
    over: list[str] = field(default_factory=list)
    """Datasets of another job that it writes, and did not before."""

    @property
    def written(self) -> list[str]:
        """What others read of it: what it writes, or itself if it is a source."""
        return self.outputs or self.nodes

    @property
    def every(self) -> float:
        """Seconds from one run to the next, as far as is known; else a day."""
        return DAY if self.clock is None else self.clock.every

    def has(self, *codes: str) -> bool:
        """Whether it changed so."""
        return any(change["change"] in codes for change in self.changes)

    def off(self, *, age: bool) -> float:
        """How far its numbers are off: those of its content, or of its age."""
        return max(
            (one.off for one in self.measures if one.about_age == age and one.counts), default=0.0
        )

    @property
    def emptied(self) -> bool:
        """Whether it wrote nothing, as it did not before."""
        return self.has("rows-gone") or any(
            one.aspect == "rows-output" and one.after == 0 and one.off >= SURELY_GONE
            for one in self.measures
        )

    @property
    def rows(self) -> float:
        """How many rows it usually has, as far as is told; else 0."""
        told = ("rows-output", "rows-input")
        return max((one.before for one in self.measures if one.aspect in told), default=0.0)

    def tells(self, *aspects: str) -> bool:
        """Whether it tells numbers of these kinds, with a history."""
        return any(one.aspect in aspects for one in self.measures)


def units(
    before: Side, after: Side, found: Compared, known: dict[str, Clock], old: list[OldRead]
) -> dict[str, Unit]:
    """All units of a diff by key: the job's id, or the source's."""
    writers = _writers(found)
    begun = _begun(after, found)
    made: dict[str, Unit] = {}
    home: dict[str, str] = {}
    for node in found.nodes["node"]:
        newest = max(sorted(writers[node]), key=lambda job: begun.get(job, 0.0), default=node)
        key = node if node.startswith("job:") else newest
        home[node] = key
        made.setdefault(key, Unit(key, clock=known.get(key))).nodes.append(node)
    idle = found.nodes.filter(pl.col("at_before") == pl.col("at_after"))["node"]
    for job in idle:
        made[job].idle = True
    _linked(made, found, writers)
    for change in found.changes.iter_rows(named=True):
        made[_at_home(change, home)].changes.append(change)
        _written_over(made, change, writers)
    _with_old_reads(made, old)
    for job, other in overtakes(after).items():
        if job in made:
            made[job].overtook = other
    too_soon = {(one.reader, one.dataset) for one in old if one.early}
    measured = _measured(before, after, found)
    too_soon |= _all_older(made, measured)
    for row in measured.iter_rows(named=True):
        if row["node"] in home:
            mine = row["aspect"] == "age" and (row["job"], row["node"]) in too_soon
            made[row["job"] if mine else home[row["node"]]].measures.append(_measure(row))
    for unit in made.values():
        unit.measures += _beside_the_usual(before, after, unit)
    return made


def _all_older(made: dict[str, Unit], measured: pl.DataFrame) -> set[tuple[str, str]]:
    """What jobs read that find all they read older than usual, though none of it was made late.

    As (job, dataset): it is the job that came at another time.
    """
    ages: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for row in measured.filter(pl.col("aspect") == "age").iter_rows(named=True):
        one = _measure(row)
        ages[row["job"]].append((one.node, one.off > 0 and one.deviation > 0))
    found: set[tuple[str, str]] = set()
    for job, read in ages.items():
        feeding = [made[key] for key in made[job].before if key in made] if job in made else []
        late = any(one.clock and one.clock.off and one.clock.shift > 0 for one in feeding)
        if len(read) > 1 and all(older for _, older in read) and not late:
            found |= {(job, node) for node, _ in read}
    return found


def _beside_the_usual(before: Side, after: Side, unit: Unit) -> Iterator[Measure]:
    """Numbers of what a job writes over another's data, beside those that the other tells."""
    if not unit.over:
        return
    keys = ["node", "aspect", "field"]
    told = after.past.numbers.filter(
        (pl.col("job") == unit.key) & pl.col("node").is_in(unit.over)
    ).join(after.runs.select("at"), on="at")
    usual = before.past.numbers.filter(pl.col("count") >= ENOUGH).join(
        before.runs.select("at"), on="at"
    )
    both = usual.join(told, on=keys, nulls_equal=True, suffix="_after")
    for row in both.iter_rows(named=True):
        was, now = row["number"], row["number_after"]
        if str(row["field"]).endswith("share of nulls"):
            moved = math.asin(math.sqrt(now)) - math.asin(math.sqrt(was))
        elif was > 0 and now > 0:
            moved = math.log(now / was)
        else:
            moved = math.copysign(_GONE, now - was) if now != was else 0.0
        deviation = moved / row["scale"]
        yield Measure(
            row["node"], row["aspect"], row["field"], deviation, _off(deviation), was, now,
            row["event_after"], moved,
        )  # fmt: skip


def _writers(found: Compared) -> dict[str, list[str]]:
    """The jobs that write each dataset, on either side."""
    writers: dict[str, list[str]] = defaultdict(list)
    for source, target in found.edges.select("source", "target").iter_rows():
        if source.startswith("job:"):
            writers[target].append(source)
    return writers


def _linked(made: dict[str, Unit], found: Compared, writers: dict[str, list[str]]) -> None:
    """With what each reads, writes, and is fed by."""
    for source, target in found.edges.select("source", "target").iter_rows():
        if source.startswith("job:"):
            made[source].outputs.append(target)
        else:
            _joined(made, source, target, writers[source] or [source])


def _with_old_reads(made: dict[str, Unit], old: list[OldRead]) -> None:
    for one in old:
        if one.early and one.reader in made:
            made[one.reader].hasty.append(one)
        elif not one.early and one.writer in made:
            made[one.writer].awaited.append(one)


def _begun(after: Side, found: Compared) -> dict[str, float]:
    """When the run of each job began, as a number."""
    starts = after.past.runs["start"]
    known = found.nodes.drop_nulls("at_after").select("node", "at_after").iter_rows()
    return {job: start.timestamp() for job, at in known if (start := starts[at]) is not None}


def _joined(made: dict[str, Unit], dataset: str, job: str, feeders: list[str]) -> None:
    if dataset not in made[job].outputs:
        made[job].inputs.append(dataset)
    for feeder in feeders:
        if feeder != job:
            made[job].before.add(feeder)
            made[feeder].after.add(job)


def _written_over(made: dict[str, Unit], change: Row, writers: dict[str, list[str]]) -> None:
    """Notes what a job that is new writes, or one now writes, though it is another's."""
    node = change["node"]
    if change["change"] == "job-added":
        written = [dataset for dataset, jobs in writers.items() if node in jobs]
    elif change["change"] == "output-added":
        written = [change["field"]]
    else:
        return
    made[node].over += [one for one in written if set(writers.get(one, ())) - {node}]


def _at_home(change: Row, home: dict[str, str]) -> str:
    """The unit a change belongs to: of how a dataset is read, the reader."""
    how = ("version-back", "version-forward", "subset-changed")
    if change["change"] in how and change["by"] in home:
        return home[change["by"]]
    return home[change["node"]]


def _measured(before: Side, after: Side, found: Compared) -> pl.DataFrame:
    """Numbers of the runs of both sides that have a history."""
    keys = ["job", "node", "aspect", "field"]
    sides = [
        side.past.numbers.join(side.runs.select("at"), on="at")
        .filter(pl.col("aspect").is_in([*_CONTENT, "age", "delay", "duration"]))
        .with_columns(pl.col("job", "node").replace(found.twins))
        for side in (before, after)
    ]
    both = sides[0].join(sides[1], on=keys, nulls_equal=True, suffix="_after")
    return both.filter(pl.max_horizontal("count", "count_after") >= ENOUGH)


def _off(deviation: float) -> float:
    return min(1.0, max(0.0, (abs(deviation) - SOFT) / (HARD - SOFT)))


def _measure(row: Row) -> Measure:
    scale = max(row["scale"], row["scale_after"])
    moved = (row["y_after"] - row["y"]) / scale
    left = row["left_after"] / scale if row["left_after"] is not None else moved
    stepped = row["striking_after"] or row["steps"] != row["steps_after"]
    # without a step in between both its own past and the run compared with must find it odd
    small = moved if stepped else min(moved, left, key=abs) if moved * left > 0 else 0.0
    off = _off(small)
    if row["aspect"] in ("rows-output", "rows-input") and row["number_after"] == 0 and off > 0:
        off = max(off, SURELY_GONE)
    return Measure(
        row["node"], row["aspect"], row["field"], small, off, row["number"], row["number_after"],
        row["event_after"], small * scale, row["left_after"] or 0.0, _off(left),
    )  # fmt: skip
