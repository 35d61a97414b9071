"""Runs a company's jobs, day after day, and keeps what each run did."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from statistics import NormalDist
from typing import Any, NamedTuple

import xxhash

from lineage_explorer.training.contents import (
    Content,
    Trouble,
    Verdict,
    checked,
    content_of,
    fitted,
    transform,
)
from lineage_explorer.training.parts import Company, Edit, Extra, Job, Table

WARM = 48.0
"""Hours before the log begins in which tables are filled for the first time."""
RETRY = 0.1

_normal = NormalDist().inv_cdf
_SCALE = 2.0**64


def uniform(*key: object) -> float:
    """A number between 0 and 1 that the same key always gives."""
    return (xxhash.xxh64_intdigest("|".join(map(str, key)).encode()) + 0.5) / _SCALE


@lru_cache(maxsize=200_000)
def _draw(text: str) -> float:
    return _normal(
        min(1 - 1e-12, max(1e-12, (xxhash.xxh64_intdigest(text.encode()) + 0.5) / _SCALE))
    )


def normal(*key: object) -> float:
    """As `uniform`, of a normal distribution."""
    return _draw("|".join(map(str, key)))


def uuid_of(text: str) -> str:
    """A run id that belongs to a text."""
    one = xxhash.xxh128_hexdigest(text.encode())
    return f"{one[:8]}-{one[8:12]}-4{one[13:16]}-a{one[17:20]}-{one[20:]}"


@dataclass(slots=True)
class Read:
    """An input as a run saw it."""

    table: Table
    content: Content


@dataclass(slots=True)
class Record:
    """What a run did."""

    id: str
    job: Job
    began: float
    ended: float
    nominal: float
    """End of its nominal period."""
    tick: int
    """Which run of its job by the schedule; -1 for others."""
    attempt: int
    state: str
    error: str | None
    reads: list[Read] = field(default_factory=list)
    wrote: Content | None = None
    target: Table | None = None
    verdicts: list[Verdict] = field(default_factory=list)
    """Of a test run, which reads one table and writes none."""

    @property
    def name(self) -> tuple[str, float, int, int]:
        """What stays the same in another simulation of the same company."""
        return self.job.key, self.nominal, self.tick, self.attempt


class _Due(NamedTuple):
    """A run that is to begin."""

    hour: float
    number: int
    """Of its job: decides between runs of the same hour."""
    job: str
    nominal: float
    tick: int
    attempt: int
    values: tuple[tuple[str, Any], ...]


class Simulation:
    """A company at work."""

    def __init__(
        self,
        company: Company,
        seed: int,
        days: int,
        edits: tuple[Edit, ...],
        extras: tuple[Extra, ...],
    ) -> None:
        self.company = company
        self.seed = seed
        self.end = days * 24.0
        self.extras = extras
        self._edits: dict[str, list[Edit]] = {}
        for one in sorted(edits, key=lambda one: one.at):
            self._edits.setdefault(one.node, []).append(one)
        self._known: dict[tuple[str, tuple[int, ...]], Any] = {}
        self._versions: dict[str, list[Content]] = {}
        self._tests: dict[str, tuple[Job, Job]] = {}
        self._bounds: dict[str, tuple[Any, ...]] = {}
        self._sources: dict[tuple[str, float, tuple[int, ...]], Content] = {}

    def _at(self, key: str, what: Any, hour: float) -> Any:
        """A job or table as it stands at an hour."""
        edits = self._edits.get(key)
        if edits is None:
            return what
        active = tuple(n for n, one in enumerate(edits) if one.at <= hour < one.until)
        if not active:
            return what
        found = self._known.get((key, active))
        if found is None:
            values = {name: value for n in active for name, value in edits[n].values}
            found = replace(what, **values)
            self._known[key, active] = found
        return found

    def job(self, key: str, hour: float) -> Job:
        found: Job = self._at(key, self.company.jobs[key], hour)
        return found

    def table(self, key: str, hour: float) -> Table:
        found: Table = self._at(key, self.company.tables[key], hour)
        return found

    def run(self) -> list[Record]:
        """Every run of the log, in the order in which they began."""
        queue = list(self._schedule())
        heapq.heapify(queue)
        records: list[Record] = []
        while queue:
            due = heapq.heappop(queue)
            job = self.job(due.job, due.hour)
            if due.values:
                job = replace(job, **dict(due.values))
            if job.skip:
                continue
            if job.delay and due.attempt == 0:
                heapq.heappush(queue, due._replace(hour=due.hour + job.delay, attempt=1))
                continue
            record = self._one(job, due)
            if due.hour >= 0:
                records += [record, *self._tested(record)]
            if record.state == "FAIL" and due.attempt < 2 and (job.retried or job.retries):
                heapq.heappush(queue, due._replace(hour=record.ended + RETRY, attempt=2))
        records.sort(key=lambda one: (one.began, one.id))
        return [one for one in records if one.began < self.end]

    def _schedule(self) -> Iterator[_Due]:
        for number, (key, job) in enumerate(self.company.jobs.items()):
            first = math.ceil((-WARM - job.at) / job.every)
            last = math.floor((self.end - job.at) / job.every)
            if job.every > WARM:  # filled for the first time with the others
                yield _Due(-24.0 + job.at, number, key, -24.0, -1, 0, ())
            for tick in range(first, last + 1):
                hour = tick * job.every + job.at
                if -WARM <= hour < self.end:
                    wait = 0.03 * uniform(self.seed, key, tick, "wait")  # in the queue
                    yield _Due(hour + wait, number, key, tick * job.every, tick, 0, ())
        for number, one in enumerate(self.extras, len(self.company.jobs)):
            yield _Due(one.at, number, one.job, one.nominal, -1, 0, one.values)

    def latest(self, key: str, hour: float, back: int = 0) -> Content | None:
        """The version of a table that a reader finds at an hour."""
        there = [one for one in self._versions.get(key, ()) if one.at <= hour]
        return there[max(0, len(there) - 1 - back)] if there else None

    def _source(self, table: Table, hour: float, nominal: float) -> Content:
        nominal = min(nominal, table.frozen)
        key = (table.key, nominal, ())
        found = self._sources.get(key) if table is self.company.tables[table.key] else None
        if found is None:
            found = content_of(
                table, nominal, lambda name: normal(self.seed, table.key, nominal, name)
            )
            if table is self.company.tables[table.key]:
                self._sources[key] = found
        return Content(found.rows, found.dup, found.as_of, found.columns, hour)

    def _one(self, job: Job, due: _Due) -> Record:
        hour, tick, attempt = due.hour, due.tick, due.attempt
        nominal = due.nominal + job.shift
        told = f"{job.key}|{nominal}|{tick}"
        run = uuid_of(f"{self.seed}|{told}|{attempt}|run")
        record = Record(run, job, hour, hour, nominal, tick, attempt, "COMPLETE", None)
        target = self.table(job.output, hour)
        record.target = target
        minutes = job.minutes * math.exp(0.18 * normal(self.seed, told, attempt, "minutes"))
        for number, key in enumerate(job.inputs):
            table = self.table(key, hour)
            back = job.back[1] if job.back is not None and job.back[0] == number else 0
            content: Content | None
            if table.layer == "source":
                content = self._source(table, hour, nominal)
            else:
                content = self.latest(key, hour, back)
            if content is None:
                record.state, record.error = "FAIL", f"table {table.name} does not exist"
                record.ended = hour + 0.01
                return record
            record.reads.append(Read(table, content))
        if job.breaks is not None or (job.retried and attempt < 2):
            record.state = "FAIL"
            record.error = job.breaks or "connection reset by peer while reading"
            record.ended = hour + minutes / 180
            return record
        if job.stuck:
            record.state = "RUNNING"
            return record
        record.ended = hour + minutes / 60
        try:
            made = transform(
                job,
                [one.content for one in record.reads],
                [one.table.name for one in record.reads],
                nominal,
                self.company.entities,
                lambda name: normal(self.seed, told, name),
            )
        except Trouble as trouble:
            record.state, record.error = "FAIL", str(trouble)
            record.ended = hour + minutes / 240
            return record
        if job.hollow:
            return record
        versions = self._versions.setdefault(target.key, [])
        made = Content(
            made.rows, made.dup, made.as_of, made.columns, record.ended, run, len(versions)
        )
        versions.append(made)
        versions.sort(key=lambda one: one.at)
        record.wrote = made
        if job.checks and target.key not in self._bounds and hour >= -24:
            self._bounds[target.key] = tuple(fitted(one, made) for one in job.checks)
        return record

    def _tested(self, record: Record) -> Iterator[Record]:
        """The run of the tests of what was just written."""
        job, made, target = record.job, record.wrote, record.target
        if not job.checks or job.unchecked or made is None or target is None:
            return
        run = uuid_of(f"{record.id} test")
        began = record.ended + 0.02
        verdicts = [checked(one, made, record.nominal) for one in self._bounds.get(target.key, ())]
        failed = [one for one in verdicts if not one.success]
        state = "FAIL" if failed and job.blocking else "COMPLETE"
        error = None
        if state == "FAIL":
            first = failed[0]
            what = f"{first.check.kind}_{first.check.column or target.name.rpartition('.')[2]}"
            error = f"Failure in test {what}: got {first.actual}, expected {first.expected}"
        known = self._tests.get(job.key)
        if known is None or known[0] is not job:
            known = job, _test_of(job)
            self._tests[job.key] = known
        test = known[1]
        read = Read(target, made)
        yield Record(
            run, test, began, began + 0.01, record.nominal, record.tick, record.attempt,
            state, error, [read], None, None, verdicts,
        )  # fmt: skip


def _test_of(job: Job) -> Job:
    """What tests what a job writes."""
    return replace(
        job,
        key=f"test.{job.key}",
        name=f"{job.name}.test",
        inputs=(job.output,),
        output="",
        star=False,
    )
