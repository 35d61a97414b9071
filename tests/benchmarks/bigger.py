"""OpenLineage logs of any size, such as a company's Spark, dbt, Airflow and Flink would write.

    python -m tests.benchmarks.bigger SIZE_MB OUT [--seed N] [--jobs N]

Seeded. 1,000 MB are 100,000 events of 45,000 runs of 8,700 jobs on 9,900 datasets; every twentieth
event is larger than 50 kB (a plan, or a hundred columns and more with their lineage); over a third
of the bytes are facets seen in one run only. Writes plain, `.gz` or `.zst` by the name. Above
1,000 MB runs grow with the size, jobs only with its square root.
"""

from __future__ import annotations

import argparse
import gzip
import heapq
import math
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, cast

from tests.benchmarks.company.estate import Dataset, Estate, Job, estate
from tests.benchmarks.company.job_events import template_of
from tests.benchmarks.company.run_facets import extras, plan_of
from tests.benchmarks.company.template import SPACED, Template

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

JOBS_A_MB = 6.8
BEGIN = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
FAILED, ABORTED = 0.03, 0.005
HOT = 0.06
"""Jobs that run every six hours instead of every night."""

Values = dict[str, bytes]
Queue = list[tuple[float, int, bytes]]


def jobs_for(size: int) -> int:
    """How many jobs a log of so many bytes is about."""
    mb = size / 1e6
    return round(JOBS_A_MB * (mb if mb <= 1000 else math.sqrt(mb * 1000)))


def events(jobs: int, seed: int = 1) -> Iterator[bytes]:
    """Lines without end, in the order of their times."""
    company = estate(jobs, seed)
    yield from Runs(company, seed).lines()


def write(path: Path, size: int, seed: int = 1, jobs: int | None = None) -> int:
    """Write a log of at least so many bytes (before compression); how many events it has."""
    written = count = 0
    chunk: list[bytes] = []
    with opened(path) as out:
        for line in events(jobs or jobs_for(size), seed):
            chunk.append(line)
            written += len(line)
            count += 1
            if written >= size or len(chunk) >= 500:
                out.write(b"".join(chunk))
                chunk.clear()
            if written >= size:
                break
    return count


def opened(path: Path) -> IO[bytes]:
    """A file to write to, compressed as its name says."""
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "wb", compresslevel=6))
    if path.suffix in (".zst", ".zstd"):
        return cast("IO[bytes]", zstd.open(path, "wb"))
    return path.open("wb")


class Runs:
    """Day after day, the runs of every job."""

    def __init__(self, company: Estate, seed: int) -> None:
        self.company, self.seed = company, seed
        self.rng = random.Random(seed)
        self.templates: dict[tuple[int, bool], Template] = {}
        self.plans: dict[int, Template] = {}
        self.extras = {who: extras(who) for who in ("spark", "dbt", "airflow", "flink")}
        self.versions = [self.rng.getrandbits(62) for _ in company.datasets]
        self.parents: dict[int, bytes] = {}
        self.sha = b""
        self.number = 0

    def lines(self) -> Iterator[bytes]:
        """Events of runs that overlap, by time."""
        waiting: Queue = []
        hot = [job for job in self.company.jobs if self.rng.random() < HOT]
        day = 0
        while True:
            self.sha = b"%040x" % self.rng.getrandbits(160)
            begin = BEGIN + day * 86_400
            jobs = [*self.company.jobs, *hot, *hot, *hot]
            step = 80_000 / len(jobs)
            for at, job in enumerate(jobs):
                now = begin + at * step
                while waiting and waiting[0][0] <= now:
                    yield heapq.heappop(waiting)[2]
                self._run(job, now, waiting)
            day += 1

    def _run(self, job: Job, begin: float, waiting: Queue) -> None:
        rng = self.rng
        end = begin + 20 + rng.expovariate(1 / 400)
        key = (job.number, False)
        if key not in self.templates:
            self.templates[key] = whole = template_of(job, self.seed)
            self.templates[job.number, True] = (
                template_of(job, self.seed, sides=False) if job.late else whole
            )
            if job.integration == "spark" and job.inputs and (job.plan or rng.random() < 0.04):
                nodes = rng.randint(132, 190) if job.plan else rng.randint(4, 30)
                self.plans[job.number] = plan_of(job, nodes)
        values = self._values(job, begin)
        chance = rng.random()
        last = "FAIL" if chance < FAILED else "ABORT" if chance < FAILED + ABORTED else "COMPLETE"
        kinds = ["START", "RUNNING", "RUNNING"] if job.integration == "flink" else ["START", last]
        if job.integration == "spark" and rng.random() < 0.4:
            kinds.insert(1, "RUNNING")
        for at, kind in enumerate(kinds):
            now = begin + (end - begin) * at / (len(kinds) - 1)
            self._tell(job, kind, now, values)
            self.number += 1
            line = self.templates[job.number, kind in ("START", "RUNNING")].fill(values) + b"\n"
            heapq.heappush(waiting, (now, self.number, line))

    def _values(self, job: Job, begin: float) -> Values:
        """What all events of a run have in common."""
        rng = self.rng
        bits = rng.getrandbits(128)
        run = b"%08x-%04x-7%03x-a%03x-%012x" % (
            int(begin * 1000) >> 16, int(begin * 1000) & 0xFFFF, bits & 0xFFF,
            bits >> 12 & 0xFFF, bits >> 24 & 0xFFFFFFFFFFFF,
        )  # fmt: skip
        if job.parent is None:
            self.parents[job.number] = run
        other = rng.getrandbits(128)
        expr = bits >> 90
        day = datetime.fromtimestamp(begin, UTC)
        values = {
            "run": run,
            "parent": self.parents.get(job.parent.number, run) if job.parent else run,
            "start": _iso(begin, job.integration),
            "millis": b"%d" % (begin * 1000),
            "day": day.strftime("%Y-%m-%d").encode(),
            "tomorrow": (day + timedelta(days=1)).strftime("%Y-%m-%d").encode(),
            "hex": b"%032x" % other,
            "secret": b"%020x" % (bits >> 40),
            "pod": b"%s-%x" % (job.integration.encode(), bits >> 96),
            "ip": b"10-%d-%d-%d" % (other & 63, other >> 6 & 255, other >> 14 & 255),
            "port": b"%d" % (30_000 + (other >> 30 & 0x7FFF)),
            "big": b"%d" % (bits >> 70 & 0xFFFFFFFFFF),
            "sha": self.sha,
            "jvm": b"%08x-%04x-4%03x-8%03x-%012x" % (
                other >> 96, other >> 80 & 0xFFFF, other & 0xFFF, bits & 0xFFF, other & 0xFFFFFFFFFFFF
            ),
        }  # fmt: skip
        if job.number in self.plans:
            values |= {f"expr{n}": b"%d" % (expr + n * 7) for n in range(10)}
            values["plan"] = self.plans[job.number].fill(values)
        return values

    def _tell(self, job: Job, kind: str, now: float, values: Values) -> None:
        """What this event says that the run's others do not."""
        rng = self.rng
        values["now"] = _iso(now, job.integration)
        values["type"] = kind.encode()
        values["number"] = b"%d" % rng.getrandbits(24)
        some = self.extras[job.integration]
        values["extra"] = some["FAIL"].fill(values) if kind == "FAIL" else b""
        if kind != "RUNNING" and "plan" in values:
            values["extra"] += values["plan"]
        done = kind in ("COMPLETE", "RUNNING")
        for at, one in enumerate(job.inputs):
            self._side(one, f"in{at}", "input" if done else "", some, values)
        for at, one in enumerate(job.outputs):
            if kind == "COMPLETE":
                self.versions[one.number] = rng.getrandbits(62)
            self._side(one, f"out{at}", "output" if kind == "COMPLETE" else "", some, values)

    def _side(
        self, one: Dataset, hole: str, told: str, some: dict[str, Template], values: Values
    ) -> None:
        told = told if told in some else ""
        size = self.rng.getrandbits(34)
        values["version"] = b"%d" % self.versions[one.number]
        values["rows"], values["bytes"] = b"%d" % (size >> 8), b"%d" % size
        values["files"] = b"%d" % (size >> 28)
        values[hole] = b"{}"
        if told:
            iceberg = f"iceberg {told}"
            key = iceberg if iceberg in some and one.symlink and one.number % 2 else told
            values[hole] = b"{" + some[key].fill(values)[1:] + b"}"
        ends = "version" in some and one.symlink and (told or hole.startswith("in"))
        values[f"version_{hole}"] = some["version"].fill(values) if ends else b""


def _iso(seconds: float, who: str) -> bytes:
    at = datetime.fromtimestamp(seconds, UTC)
    if who in SPACED:
        return at.isoformat(timespec="microseconds").encode()
    return at.isoformat(timespec="milliseconds")[:-6].encode() + b"Z"


def main() -> None:
    parser = argparse.ArgumentParser(description="Write an OpenLineage log of any size.")
    parser.add_argument("size", type=float, metavar="SIZE_MB")
    parser.add_argument("out", type=Path, metavar="OUT", help=".ndjson, .ndjson.gz or .ndjson.zst")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int)
    given = parser.parse_args()
    begun = time.perf_counter()
    count = write(given.out, round(given.size * 1e6), given.seed, given.jobs)
    took = time.perf_counter() - begun
    print(f"{given.out}: {count:,} events, {given.size / took:,.0f} MB/s")


if __name__ == "__main__":
    main()
