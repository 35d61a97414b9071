"""How long it takes to say where data is, where it may be, and whether that fits.

python -m tests.benchmarks.residency [datasets …]     (10,000 and 100,000 if none)

A made estate: every job has three inputs among the 2,000 datasets before and one output, and runs
once. A third of the namespaces carry a region, the policy maps another third; 1,000 labels. The
peer of the fixed point is naive iteration: every edge again and again until nothing changes, on
the same graph in the same process; both have to come to the same.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from time import perf_counter, process_time
from typing import Any

import numpy as np
import polars as pl

from lineage_explorer.lineage import Lineage
from lineage_explorer.naming import dataset_id, job_id
from lineage_explorer.residency.labels import Labels
from lineage_explorer.residency.report import residency
from lineage_explorer.tables import BUNDLES, DATASETS, IO, JOBS, RUNS, Frames, table, table_of

NEAR, ROOTS, LABELS, INPUTS = 2_000, 2_000, 1_000, 3
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1", "ap-northeast-1")
START = datetime(2026, 1, 1, tzinfo=UTC)
PERMITTED = (["EU"], ["EEA"], ["DE", "FR", "US"], ["JP", "EU"], ["US"])


def namespaces() -> list[str]:
    hosts = [f"postgres://db{at}.abc.{region}.rds.amazonaws.com:5432"
             for at in range(17) for region in REGIONS]  # fmt: skip
    return [
        *hosts,
        *(f"s3://mapped-{at}" for at in range(66)),
        *(f"s3://acme-{at}" for at in range(66)),
    ]


def made(size: int) -> Lineage:
    """The estate, seeded."""
    rng, spaces = random.Random(7), namespaces()
    of = [spaces[rng.randrange(len(spaces))] for _ in range(size)]
    ids = [dataset_id(space, f"t{at}") for at, space in enumerate(of)]
    written = range(min(ROOTS, size // 2), size)
    jobs = {at: job_id("airflow", f"make_t{at}") for at in written}
    inputs = {
        at: sorted({rng.randrange(max(0, at - NEAR), at) for _ in range(INPUTS)}) for at in written
    }
    io = [
        _io(f"r{at}", jobs[at], ids[of], "output" if of == at else "input", at)
        for at in written
        for of in [*inputs[at], at]
    ]
    seen = START + timedelta(days=60)
    return Lineage(Frames.empty(
        datasets=table_of(DATASETS, {
            **_empty(DATASETS, size), "dataset": ids, "namespace": of,
            "name": [f"t{at}" for at in range(size)], "aliases": [[]] * size, "tags": [[]] * size,
            "first_seen": [START] * size, "last_seen": [seen] * size,
        }),
        jobs=table_of(JOBS, {
            **_empty(JOBS, len(jobs)), "job": list(jobs.values()),
            "namespace": ["airflow"] * len(jobs), "name": [f"make_t{at}" for at in jobs],
            "tags": [[]] * len(jobs),
        }),
        runs=table_of(RUNS, {
            **_empty(RUNS, len(jobs)), "run": [f"r{at}" for at in jobs],
            "job": list(jobs.values()), "state": ["COMPLETE"] * len(jobs),
            "first_seen": [START + timedelta(seconds=at) for at in jobs],
            "last_seen": [START + timedelta(seconds=at) for at in jobs], "tags": [[]] * len(jobs),
        }),
        io=table(IO, io),
        bundles=table(BUNDLES, (
            (jobs[at], "implied", [ids[source] for source in inputs[at]], [ids[at]], 1, 0)
            for at in written
        )),
    ))  # fmt: skip


def _io(run: str, job: str, dataset: str, direction: str, event: int) -> tuple[Any, ...]:
    row = {"run": run, "job": job, "dataset": dataset, "direction": direction,
           "first_event": event, "last_event": event}  # fmt: skip
    return tuple(row.get(column) for column in IO)


def _empty(columns: Any, size: int) -> dict[str, Any]:
    return {column: [None] * size for column in columns}


def policy(lin: Lineage) -> dict[str, Any]:
    """66 mappings, 1,000 labels."""
    roots = lin.datasets["dataset"][: min(LABELS, len(lin.datasets) // 2)].to_list()
    return {
        "policy_date": date(2026, 11, 22),
        "places": [
            {"match": f"s3://mapped-{at}", "places": [("DE", "US", "JP")[at % 3]]}
            for at in range(66)
        ],
        "labels": [
            {
                "dataset": dataset,
                "permitted": PERMITTED[at % len(PERMITTED)],
                "regimes": ["eu_gdpr"],
            }
            for at, dataset in enumerate(roots)
        ],
    }


def naive(found: Labels) -> list[int]:
    """Every edge again and again."""
    held = list(found.held[found.newest].given)
    edges = list(zip(found.web.source.tolist(), found.web.target.tolist(), strict=True))
    order = np.random.default_rng(7).permutation(len(edges)).tolist()
    changed = True
    while changed:
        changed = False
        for at in order:
            source, target = edges[at]
            more = held[target] | held[source]
            if more != held[target]:
                held[target] = more
                changed = True
    return held


@contextmanager
def clock(name: str, times: dict[str, float]) -> Iterator[None]:
    wall, cpu = perf_counter(), process_time()
    yield
    times[name] = perf_counter() - wall
    print(f"  {name:<34} {times[name]:7.2f} s   CPU {process_time() - cpu:7.2f} s")


def timed(function: Callable[[], Any], name: str, times: dict[str, float]) -> Any:
    with clock(name, times):
        return function()


def main(sizes: list[int]) -> None:
    for size in sizes:
        measure(made(size))


def measure(lin: Lineage) -> None:
    rules = policy(lin)
    flows = int(lin.io.filter(pl.col("direction") == "input").height)
    print(f"{len(lin.datasets):,} datasets, {flows:,} flows, {len(rules['labels']):,} labels")
    times: dict[str, float] = {}
    report = timed(lambda: residency(lin, rules), "places, labels and verdicts", times)
    found = report.judged.labels
    held = found.held[found.newest]
    timed(lambda: report.labels, "labels as a frame", times)
    timed(lambda: report.crossings, "crossings as a frame", times)
    timed(lambda: report.findings, "findings with their ways", times)
    again = timed(lambda: found.web.spread(held.given), "the fixed point alone", times)
    peer = timed(lambda: naive(found), "naive iteration", times)
    same = "the same" if again == peer else "DIFFERENT"
    ratio = times["naive iteration"] / times["the fixed point alone"]
    asked, rows = len(report.judged.questions), len(report.findings)
    print(f"  naive / fixed point {ratio:.1f}, {same}; {asked} questions, {rows:,} findings\n")


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [10_000, 100_000])
