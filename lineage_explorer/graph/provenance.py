"""Run by run: which runs made what a run read, and which runs made what those read.

A run that wrote a dataset leads on only to those of its inputs that feed that dataset: what the
flows of its job say (`lineage` facet, else `columnLineage`, else every input). Parents, roots and
`jobDependencies` are no data flow and lead nowhere. `writes` has the rules of who wrote what was
read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineage_explorer.graph.moments import Flags, Longs
from lineage_explorer.graph.record import Record
from lineage_explorer.graph.writes import NONE, Links, Reads


@dataclass(frozen=True, eq=False)
class Found:
    """Writes that may have gone into what was asked for, the nearest first.

    Attributes:
        write: numbers of the record's writes.
        hop: how many runs away.
        read: by what read each was reached; a certain one, if certain links lead here.
        rule: by which rule.
        other: whether that read and the write tell different versions.
        count: how many writes may be what that read read.
        sure: whether that link is certain.
        certain: whether links that are certain lead here all the way.
        made: whether no read feeds it.
    """

    write: Longs
    hop: Longs
    read: Longs
    rule: Longs
    other: Flags
    count: Longs
    sure: Flags
    certain: Flags
    made: Flags


@dataclass(frozen=True, eq=False)
class Trace:
    """What was found. Reads are rows of the record; those that are not in it are counted on.

    Attributes:
        asked: the reads it began at.
        found: the writes.
        reads: every read gone through, the nearest first.
        hop: of each, how many runs away what it reads is.
        open: of each, whether nobody in the log may have written what it read.
        beyond: whether the limit cut something off.
    """

    asked: Reads
    found: Found
    reads: Longs
    hop: Longs
    open: Flags
    beyond: bool


def trace(record: Record, start: Longs | Reads, hops: int | None = None) -> Trace:
    """All writes that may have gone into what was read.

    Args:
        record: the log.
        start: rows of its reads, or reads that are not in it.
        hops: go no further than so many runs.
    """
    walk = _Walk(record, start)
    rows, reads, beyond = walk.rows, walk.asked, False
    gone: list[tuple[Longs, Longs, Flags]] = []
    while len(rows):
        writes, nobody = walk.step(rows, reads, len(gone) + 1)
        gone.append((rows, np.full(len(rows), len(gone) + 1), nobody))
        before, of = record.feeding(writes)
        walk.fed[of] = True
        rows = np.unique(before)
        rows = rows[~walk.seen[rows]]
        if len(gone) == hops:
            beyond = len(rows) > 0
            break
        walk.seen[rows] = True
        reads = record.reads.take(rows)
    walk.follow_certain()
    parts = [np.concatenate(part) for part in zip(*gone, strict=True)] if gone else [walk.rows] * 3
    return Trace(walk.asked, walk.found(), parts[0], parts[1], parts[2].astype(np.bool_), beyond)


class _Walk:
    """What is gathered on the way, a hop at a time."""

    def __init__(self, record: Record, start: Longs | Reads) -> None:
        known, size = len(record.reads.run), len(record.writes.run)
        self.record = record
        if isinstance(start, Reads):
            self.asked, self.rows = start, known + np.arange(len(start.run))
        else:
            self.asked, self.rows = record.reads.take(start), start
        self.seen = np.zeros(known + len(self.asked.run), np.bool_)
        """Reads."""
        self.seen[self.rows] = True
        self.certain_write = np.full(len(self.seen), NONE)
        """The write that a read is certain to have read."""
        self.certain_rule = np.zeros(len(self.seen), np.int64)
        self.hop, self.read, self.rule, self.count = (np.zeros(size, np.int64) for _ in range(4))
        self.other, self.sure, self.certain, self.fed = (np.zeros(size, np.bool_) for _ in range(4))

    def step(self, rows: Longs, reads: Reads, hop: int) -> tuple[Longs, Flags]:
        """The writes that are new among what may have been read; which reads have none at all."""
        nobody = np.ones(len(rows), np.bool_)
        new = [rows[:0]]
        for links in self.record.writes.links(reads):
            nobody[links.read] = False
            sure = links.take(links.certain)
            self.certain_write[rows[sure.read]] = sure.write
            self.certain_rule[rows[sure.read]] = sure.rule
            first = _first(links, self.hop > 0)
            self.hop[first.write] = hop
            self.read[first.write] = rows[first.read]
            self.rule[first.write] = first.rule
            self.other[first.write] = first.other
            self.count[first.write] = first.count
            self.sure[first.write] = first.certain
            new.append(first.write)
        return np.concatenate(new), nobody

    def follow_certain(self) -> None:
        """Which writes certain links lead to, and by which."""
        reached = self.hop > 0
        if self.sure[reached].all():  # then they are so all the way
            self.certain = reached
            return
        rows, seen = self.rows, np.zeros(len(self.seen), np.bool_)
        while len(rows):
            seen[rows] = True
            rows = rows[self.certain_write[rows] != NONE]
            write, at = np.unique(self.certain_write[rows], return_index=True)
            new = ~self.certain[write]
            write, rows = write[new], rows[at[new]]
            self.certain[write] = True
            self.read[write], self.rule[write] = rows, self.certain_rule[rows]
            self.other[write], self.count[write], self.sure[write] = False, 1, True
            rows = np.unique(self.record.feeding(write)[0])
            rows = rows[~seen[rows]]

    def found(self) -> Found:
        write = np.flatnonzero(self.hop)
        write = write[np.argsort(self.hop[write], kind="stable")]
        return Found(
            write, self.hop[write], self.read[write], self.rule[write], self.other[write],
            self.count[write], self.sure[write], self.certain[write], ~self.fed[write],
        )  # fmt: skip


def _first(links: Links, seen: Flags) -> Links:
    """One link to each write that was not seen: a certain one, and of the first read."""
    new = np.flatnonzero(~seen[links.write])
    order = new[np.lexsort((links.read[new], ~links.certain[new], links.write[new]))]
    first = np.ones(len(order), np.bool_)
    first[1:] = links.write[order[1:]] != links.write[order[:-1]]
    return links.take(order[first])
