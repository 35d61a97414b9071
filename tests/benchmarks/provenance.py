"""How long provenance takes, run by run, beside a plain Python dictionary of sorted writes.

python -m tests.benchmarks.provenance     (100,000 datasets and 50,000 runs; seconds of user CPU)

5,000 jobs in 50 layers run on 10 days; each reads 3 datasets of the layers before and writes 20.
`record` is what is built once for a lineage; `answer` is `lin.provenance(run)` with all its frames,
`trace` the walk alone. Plain Python knows one rule only, the last write that ended before the read
began, tells nothing of certainty or why, and is held to the same runs. `merge` is a table that one
job reads and writes 1,000 times; `no end` is 10,000 runs of which no end is told.
"""

from __future__ import annotations

import random
import resource
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import polars as pl

from lineage_explorer.graph.provenance import trace
from lineage_explorer.graph.record import build_record
from lineage_explorer.lineage import Lineage
from lineage_explorer.tables import BUNDLES, DATASETS, IO, JOBS, RUNS, Columns, Frames, schema

DAY = datetime(2026, 1, 1, tzinfo=UTC)
LAYERS, WIDTH, DAYS, READS, WRITES = 50, 100, 10, 3, 20


def main() -> None:
    lin = made()
    print(
        f"{len(lin.datasets):,} datasets, {len(lin.runs):,} runs, {len(lin.io):,} reads and writes"
    )
    record, built = timed(lambda: build_record(lin.frames))
    print(f"record                   {built:8.3f} s, once")
    known, plain_built = timed(lambda: Plain(lin))
    print(f"plain Python, dictionary {plain_built:8.3f} s, once")
    rng = random.Random(3)
    asked = [rng.randrange(len(lin.runs)) for _ in range(30)]
    vars(lin)["record"] = record
    lin.provenance(lin.runs["run"][asked[0]])
    print("\nof a run                 runs found  trace ms  answer ms  plain ms  ratio")
    for name, runs in (("first layers", [r for r in asked if r % 500 < 100] or asked[:3]),
                       ("any of 30", asked), ("last layer, last day", [len(lin.runs) - 1])):  # fmt: skip
        rows = [one(lin, record, known, run) for run in runs]
        found, walk, answer, plain = (median(part) for part in zip(*rows, strict=True))
        print(
            f"{name:24} {found:10,.0f} {walk:9.1f} {answer:10.1f} {plain:9.1f} {plain / walk:6.1f}"
        )
    for name, other in (("merge", merge()), ("no end", endless())):
        last = other.runs["run"][-1]
        _, took = timed(partial(getattr, other, "record"))
        found, answer = timed(partial(other.provenance, last))
        print(
            f"{name:24} {len(found.runs):10,} record {took * 1e3:.0f} ms, answer {answer * 1e3:.0f} ms"
        )


def one(lin: Lineage, record: Any, known: Plain, run: int) -> tuple[float, ...]:
    found, walk = timed(lambda: trace(record, record.of_run(run)), 3)
    _, answer = timed(lambda: lin.provenance(lin.runs["run"][run]), 3)
    same, plain = timed(lambda: known.provenance(run))
    mine = set(zip(record.writes.run[found.found.write].tolist(),
                   record.writes.dataset[found.found.write].tolist(), strict=True))  # fmt: skip
    assert mine == set(same), "both know the same runs"
    return len(found.found.write), walk * 1e3, answer * 1e3, plain * 1e3


class Plain:
    """The writes of each dataset in order of their ends; one answer by bisection."""

    def __init__(self, lin: Lineage) -> None:
        place = {run: at for at, run in enumerate(lin.runs["run"])}
        number = {dataset: at for at, dataset in enumerate(lin.datasets["dataset"])}
        self.begin, self.end = lin.runs["started"].to_list(), lin.runs["ended"].to_list()
        self.reads: dict[int, list[int]] = defaultdict(list)
        writes: dict[int, list[tuple[Any, int]]] = defaultdict(list)
        for run, dataset, direction in lin.io.select("run", "dataset", "direction").iter_rows():
            if direction == "input":
                self.reads[place[run]].append(number[dataset])
            else:
                writes[number[dataset]].append((self.end[place[run]], place[run]))
        self.ends = {}
        self.runs = {}
        for dataset, found in writes.items():
            found.sort()
            self.ends[dataset], self.runs[dataset] = zip(*found, strict=True)

    def provenance(self, run: int) -> dict[tuple[int, int], int]:
        hops: dict[tuple[int, int], int] = {}
        rows, hop = [run], 0
        seen = {run}
        while rows:
            hop += 1
            after = []
            for reader in rows:
                for dataset in self.reads[reader]:
                    at = bisect_right(self.ends.get(dataset, ()), self.begin[reader])
                    if at and (key := (self.runs[dataset][at - 1], dataset)) not in hops:
                        hops[key] = hop
                        if key[0] not in seen:
                            seen.add(key[0])
                            after.append(key[0])
            rows = after
        return hops


def made() -> Lineage:
    rng = random.Random(7)
    jobs = LAYERS * WIDTH
    reads = []
    for job in range(jobs):
        before = job // WIDTH * WIDTH * WRITES
        low = max(0, before - 5 * WIDTH * WRITES)
        reads.append(sorted(rng.sample(range(low, before), READS)) if before else [])
    at = np.tile(np.arange(jobs), DAYS)
    day = np.repeat(np.arange(DAYS), jobs)
    minutes = day * 24 * 60 + at // WIDTH * 20
    started = pl.Series([DAY], dtype=pl.Datetime("us", "UTC")).new_from_index(
        0, len(at)
    ) + pl.Series(minutes * 60_000_000).cast(pl.Duration("us"))
    runs = pl.DataFrame({
        "run": [f"run-{number:06}" for number in range(len(at))],
        "job": pl.Series([job_name(one) for one in range(jobs)]).gather(at),
        "started": started, "ended": started + timedelta(minutes=9),
    })  # fmt: skip
    inputs = pl.DataFrame({"of": range(jobs), "to": reads}).explode("to").drop_nulls()
    outputs = pl.DataFrame(
        {"of": np.repeat(np.arange(jobs), WRITES), "to": np.arange(jobs * WRITES)}
    )
    return log(runs, inputs, outputs, jobs * WRITES)


def merge() -> Lineage:
    started = [DAY + timedelta(hours=hour) for hour in range(1_000)]
    runs = pl.DataFrame({
        "run": [f"run-{number:06}" for number in range(1_000)], "job": job_name(0),
        "started": started, "ended": [time + timedelta(minutes=5) for time in started],
    })  # fmt: skip
    own = pl.DataFrame({"of": [0], "to": [0]})
    return log(runs, own, own, 1)


def endless() -> Lineage:
    started = [DAY + timedelta(minutes=minute) for minute in range(10_000)]
    runs = pl.DataFrame({
        "run": [f"run-{number:06}" for number in range(10_000)],
        "job": [job_name(number % 50) for number in range(10_000)], "started": started,
    }).with_columns(ended=pl.lit(None, pl.Datetime("us", "UTC")))  # fmt: skip
    every = pl.DataFrame({"of": range(50), "to": [0] * 50})
    return log(runs, every, every, 1)


def log(runs: pl.DataFrame, inputs: pl.DataFrame, outputs: pl.DataFrame, datasets: int) -> Lineage:
    """The frames of these runs; `of` is the number of a job, `to` that of a dataset."""
    names = pl.Series([f"dataset:s3://lake:tables/t{number:07}" for number in range(datasets)])
    runs = runs.with_columns(
        state=pl.when(pl.col("ended").is_null()).then(pl.lit("RUNNING")).otherwise(pl.lit("COMPLETE")),
        first_seen="started", last_seen=pl.coalesce("ended", "started"),
    )  # fmt: skip
    jobs = runs["job"].unique().sort()
    sides = []
    for frame, direction in ((inputs, "input"), (outputs, "output")):
        named = frame.select(
            job=pl.Series([job_name(one) for one in frame["of"]], dtype=pl.String),
            dataset=names.gather(frame["to"]), direction=pl.lit(direction),
        )  # fmt: skip
        sides.append(runs.select("run", "job").join(named, on="job"))
    grouped = [
        side.select("job", "dataset").unique().sort("job", "dataset").group_by("job").agg("dataset")
        for side in sides
    ]
    bundles = grouped[0].join(grouped[1], on="job").select(
        "job", basis=pl.lit("implied"), sources="dataset", targets="dataset_right"
    )  # fmt: skip
    return Lineage(Frames.empty(
        datasets=shaped(pl.DataFrame({"dataset": names, "name": names}), DATASETS),
        jobs=shaped(pl.DataFrame({"job": jobs, "name": jobs}), JOBS),
        runs=shaped(runs, RUNS),
        io=shaped(pl.concat(sides), IO),
        bundles=shaped(bundles, BUNDLES),
    ))  # fmt: skip


def job_name(number: int) -> str:
    return f"job:airflow:dag.t{number:05}"


def shaped(frame: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in schema(columns).items()
    )


def timed(call: Callable[[], Any], times: int = 1) -> tuple[Any, float]:
    """What it gives, and the user CPU time of the quickest call."""
    best = float("inf")
    for _ in range(times):
        begin = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        found = call()
        best = min(best, resource.getrusage(resource.RUSAGE_SELF).ru_utime - begin)
    return found, best


if __name__ == "__main__":
    main()
