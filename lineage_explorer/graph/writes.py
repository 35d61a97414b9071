"""Who wrote what a run read: the rules, over all writes of a log at once.

For each read of a dataset:

1. Where the read and some writes tell a version (the `version` facet, or the snapshot of an
   Iceberg scan or commit) and it is the same, these writes are it, those of complete runs first.
2. Else it is the last write that ended before the read began. What ended while that one was still
   going on may have been the last as well.
3. A run that was writing while the read went on may be it too.
4. A run that failed may have written a part, one whose end is not told may have written or not:
   unless a better write came wholly after it, both may be it. They never rule out a better one.
5. Where the last write, or the read itself, was for an earlier nominal time than one before it (a
   backfill), the last write in nominal time that is not after the read's may be it too.

A run never reads from itself, nor from a run it is part of or that is part of it: they tell of the
same work. A write that began after the read was over is never it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from lineage_explorer.graph.moments import COMPLETE, NEVER, NO_TIME, Flags, Longs, Moments
from lineage_explorer.graph.steps import pairs
from lineage_explorer.tables import Frames

VERSION, LAST, DURING, NOMINAL = range(4)
"""By which rule a write is one that may have been read."""
NONE = -1
_BATCH = 1 << 21

Order = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Reads:
    """Reads, one a row: by which run (NONE: someone at that time), of which dataset."""

    run: Longs
    dataset: Longs
    version: Longs
    begin: Longs
    end: Longs
    own: Flags
    """Whether the run writes that dataset as well."""
    sure: Flags
    """Whether the run itself says that it read it."""

    @property
    def latest(self) -> Longs:
        """When a write must have ended to be over before the read.

        A run without duration that writes what it reads had not written when it read.
        """
        moment: Longs = self.begin - (self.own & (self.begin == self.end))
        return moment

    def take(self, rows: Longs | Order) -> Reads:
        return Reads(*(part[rows] for part in vars(self).values()))


@dataclass(frozen=True, eq=False)
class Links:
    """What may have been read: row of the reads, number of the write, by which rule."""

    read: Longs
    write: Longs
    rule: Longs
    certain: Flags
    other: Flags
    """Whether both tell a version, and not the same."""
    count: Longs
    """How many writes may be what the read read."""

    def take(self, rows: Longs | Order | Flags) -> Links:
        return Links(*(part[rows] for part in vars(self).values()))


@dataclass(frozen=True, eq=False)
class _Ended:
    """Writes of one grade, by dataset and end; what of them rules out others."""

    write: Longs
    key: Longs
    begun: Longs
    """The last beginning up to here, of those that took time."""
    points: Longs
    """The same of those that took none."""


@dataclass(frozen=True, eq=False)
class Writes:
    """Every write of a log. Numbers of datasets are rows of the frame datasets.

    Attributes:
        moments: when runs were.
        run: the run of each write.
        dataset: what it wrote.
        version: a number for the version it tells, NONE where it tells none.
        part: whether it added to what was there (an append, or a subset).
        above: pairs (run, a run it is part of), sorted.
    """

    moments: Moments
    run: Longs
    dataset: Longs
    version: Longs
    part: Flags
    above: Longs
    _ended: tuple[_Ended, ...]
    _begun: Longs
    _begun_key: Longs
    _begun_end: Longs
    _versioned: Longs
    _version_key: Longs

    def links(self, reads: Reads) -> Iterator[Links]:
        """For each read the writes that may be it; so many at once that they fit into memory."""
        bounds = [*self._settled(reads), self._overlap(reads)]
        ends = np.cumsum(8 + sum(stop - start for start, stop in bounds))
        if len(ends) and ends[-1] <= _BATCH:
            yield self._links(reads, bounds, 0)
            return
        row = 0
        while row < len(ends):
            before = ends[row - 1] if row else 0
            last = max(int(np.searchsorted(ends, before + _BATCH, "right")), row + 1)
            part = [(start[row:last], stop[row:last]) for start, stop in bounds]
            yield self._links(reads.take(np.arange(row, last)), part, row)
            row = last

    def _links(self, reads: Reads, bounds: list[tuple[Longs, Longs]], first: int) -> Links:
        m = self.moments
        parts = []
        for of, (start, stop) in zip(self._ended, bounds[:-1], strict=True):
            row, at = ranges(start, stop)
            parts.append((row, of.write[at], LAST))
        row, at = ranges(*bounds[-1])
        write = self._begun[at]
        still = m.end[self.run[write]] > reads.begin[row]
        parts.append((row[still], write[still], DURING))
        read = np.concatenate([row for row, _, _ in parts])
        write = np.concatenate([write for _, write, _ in parts])
        rule = np.concatenate([np.full(len(row), by) for row, _, by in parts])
        kept = self._apart(reads.run[read], self.run[write])
        read, write, rule = read[kept], write[kept], rule[kept]
        read, write, rule = self._by_nominal_time(reads, read, write, rule)
        read, write, rule = self._by_version(reads, read, write, rule)
        kept = self._inner(read, write)
        read, write, rule = read[kept], write[kept], rule[kept]
        count = np.bincount(read, minlength=len(reads.run))[read]
        other = (reads.version[read] != NONE) & (self.version[write] != NONE)
        other &= reads.version[read] != self.version[write]
        reader, writer = reads.run[read], self.run[write]
        known = (reader == NONE) | m.started[reader] & (m.begin[reader] > NEVER)
        settled_ = (rule == LAST) & (m.grade[writer] == COMPLETE)
        stream = (rule == DURING) & m.stream[writer] & (m.begin[writer] <= reads.begin[read])
        timely = known & (settled_ | stream) & (m.begin[writer] > NEVER)
        certain = (count == 1) & ~other & reads.sure[read] & ((rule == VERSION) | timely)
        return Links(read + first, write, rule, certain, other, count)

    def _settled(self, reads: Reads) -> list[tuple[Longs, Longs]]:
        """Of each grade, from where to where the writes stand that may have been the last."""
        scale = self.moments.open + 1
        base = reads.dataset * scale
        limit = base + reads.latest
        begun, points = base.copy(), base.copy()
        found = []
        for ended in reversed(self._ended):
            stop = np.searchsorted(ended.key, limit, "right")
            start = np.searchsorted(ended.key, base, "left")
            some = stop > start
            last = stop[some] - 1
            begun[some] = np.maximum(begun[some], ended.begun[last])
            points[some] = np.maximum(points[some], ended.points[last])
            start = np.maximum(start, np.searchsorted(ended.key, begun, "right"))
            start = np.maximum(start, np.searchsorted(ended.key, points, "left"))
            found.append((start, np.maximum(start, stop)))
        return found[::-1]

    def _overlap(self, reads: Reads) -> tuple[Longs, Longs]:
        """From where to where the writes stand that may have gone on during the read."""
        base = reads.dataset * (self.moments.open + 1)
        low = np.searchsorted(self._begun_end, base + reads.begin, "right")
        high = np.searchsorted(self._begun_key, base + reads.end, "left")
        return low, np.maximum(low, high)

    def _apart(self, reader: Longs, writer: Longs) -> Flags:
        """Whether they are not the same run, nor one a part of the other."""
        same = reader == writer
        apart: Flags = ~(same | self._is_above(reader, writer) | self._is_above(writer, reader))
        return apart

    def _is_above(self, run: Longs, other: Longs) -> Flags:
        return among(self.above, pairs(run, other))

    def _inner(self, read: Longs, write: Longs) -> Flags:
        """Without writes of runs of which a part tells the same write."""
        if not len(self.above) or len(read) < 2:
            return np.ones(len(read), np.bool_)
        run = self.run[write]
        part, whole = self.above >> 32, (self.above & 0xFFFFFFFF) - 1
        start = np.searchsorted(part, run, "left")
        at, of = ranges(start, np.searchsorted(part, run, "right"))
        told = pairs(read[at], whole[of])  # what is written is so by a part of these
        kept: Flags = ~np.isin(pairs(read, run), told)
        return kept

    def _by_version(
        self, reads: Reads, read: Longs, write: Longs, rule: Longs
    ) -> tuple[Longs, Longs, Longs]:
        told = np.flatnonzero(reads.version != NONE)
        if not len(told):
            return read, write, rule
        start = np.searchsorted(self._version_key, reads.version[told], "left")
        row, at = ranges(start, np.searchsorted(self._version_key, reads.version[told], "right"))
        row, same = told[row], self._versioned[at]
        run = self.run[same]
        kept = self._apart(reads.run[row], run) & (self.moments.begin[run] <= reads.end[row])
        row, same = row[kept], same[kept]
        grade = self.moments.grade[self.run[same]]
        best = np.zeros(len(reads.run), np.int64)
        np.maximum.at(best, row, grade)
        kept = grade == best[row]
        row, same = row[kept], same[kept]
        rest = ~np.isin(read, row)
        by = np.full(len(row), VERSION)
        return np.r_[read[rest], row], np.r_[write[rest], same], np.r_[rule[rest], by]

    def _by_nominal_time(
        self, reads: Reads, read: Longs, write: Longs, rule: Longs
    ) -> tuple[Longs, Longs, Longs]:
        m = self.moments
        if not len(read):
            return read, write, rule
        last = (rule == LAST) & (m.grade[self.run[write]] == COMPLETE)
        late = (reads.run != NONE) & m.late[reads.run]
        late[read[last][m.late[self.run[write[last]]]]] = True
        more, latest = [], reads.latest
        scale, ended = m.open + 1, self._ended[COMPLETE]
        for row in np.flatnonzero(late).tolist():
            base = int(reads.dataset[row]) * scale
            start, stop = np.searchsorted(ended.key, [base, base + int(latest[row]) + 1])
            writes = ended.write[start:stop]
            nominal = m.nominal[self.run[writes]]
            reader = int(reads.run[row])
            until = m.until[reader] if reader != NONE else NO_TIME
            fits = (nominal != NO_TIME) & ((until == NO_TIME) | (nominal <= until))
            fits &= self._apart(np.full(len(writes), reader), self.run[writes])
            if not fits.any():
                continue
            writes, nominal = writes[fits], nominal[fits]
            best = writes[nominal == nominal.max()]
            end = m.end[self.run[best]]
            more += [(row, one) for one in best[end == end.max()].tolist()]
        if not more:
            return read, write, rule
        row, found = np.array(more, np.int64).T
        new = ~np.isin(pairs(row, found), pairs(read, write))
        by = np.full(int(new.sum()), NOMINAL)
        return np.r_[read, row[new]], np.r_[write, found[new]], np.r_[rule, by]


def build_writes(frames: Frames, moments: Moments, writes: pl.DataFrame) -> Writes:
    """The index.

    Args:
        frames: runs, for which is part of which.
        moments: their times.
        writes: run, dataset and version as numbers (NONE for no version), and part.
    """
    run, dataset, version = (
        writes[name].to_numpy().astype(np.int64) for name in ("run", "dataset", "version")
    )
    scale = moments.open + 1
    base, begin, end = dataset * scale, moments.begin[run], moments.end[run]
    grade = moments.grade[run]
    over = (end < moments.open) & (begin > NEVER)
    begun = np.lexsort((end, begin, dataset))
    versioned = np.argsort(version, kind="stable")
    versioned = versioned[version[versioned] != NONE]
    return Writes(
        moments=moments,
        run=run,
        dataset=dataset,
        version=version,
        part=writes["part"].to_numpy(),
        above=_above(frames.runs),
        _ended=tuple(
            _by_end(np.flatnonzero(over & (grade == of)), base, begin, end) for of in range(3)
        ),
        _begun=begun.astype(np.int64),
        _begun_key=(base + begin)[begun],
        _begun_end=np.maximum.accumulate((base + end)[begun]),
        _versioned=versioned.astype(np.int64),
        _version_key=version[versioned],
    )


def _by_end(some: Order, base: Longs, begin: Longs, end: Longs) -> _Ended:
    ordered = some[np.lexsort((begin[some], (base + end)[some]))]
    base, begin, end = base[ordered], begin[ordered], end[ordered]
    point = begin == end
    return _Ended(
        write=ordered.astype(np.int64),
        key=base + end,
        begun=np.maximum.accumulate(base + np.where(point, 0, begin)),
        points=np.maximum.accumulate(base + np.where(point, begin, 0)),
    )


def _above(runs: pl.DataFrame) -> Longs:
    """Pairs of a run and its parent or root."""
    numbered = runs.select("run", "parent", "root").with_row_index("at")
    both = pl.concat(
        numbered.select("at", run=name).drop_nulls() for name in ("parent", "root")
    ).unique()
    found = both.join(numbered.select("run", above="at"), on="run").filter(
        pl.col("at") != pl.col("above")
    )
    return np.unique(pairs(found["at"].to_numpy(), found["above"].to_numpy()))


def ranges(start: Longs, stop: Longs) -> tuple[Longs, Longs]:
    """Every number of these ranges, and beside it which range it is from."""
    sizes = stop - start
    of = np.repeat(np.arange(len(sizes)), sizes)
    ends = np.cumsum(sizes)
    return of, np.arange(len(of)) + (start - ends + sizes)[of]


def among(known: Longs, asked: Longs) -> Flags:
    """Which of these are in a sorted array."""
    if not len(known):
        return np.zeros(len(asked), np.bool_)
    place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    found: Flags = known[place] == asked
    return found
