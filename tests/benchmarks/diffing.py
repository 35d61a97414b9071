"""How long a diff and a diagnosis take in a large log: the frames are made, not read.

    python -m tests.benchmarks.diffing [datasets] [runs]      (100,000 and 50,000 if none)

Each dataset has fifteen fields. Two days of runs: every job runs on both, a job writes as many
datasets as it takes, and each run takes a time of its own; on the second day one dataset in a
thousand has lost a field, half of its rows are gone, and what reads it fails. Figures are seconds of
CPU: what the index and the first import of what diffs need take, then the work itself.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import msgspec
import polars as pl

from lineage_explorer.lineage import Lineage
from lineage_explorer.tables import TABLES, Frames, schema

FIELDS, DAYS = 15, 2
START = datetime(2026, 3, 2, tzinfo=UTC)
ODD = 1_000
LAYERS = 6


def made(datasets: int, runs: int) -> Lineage:
    """The log of two days."""
    jobs = runs // DAYS
    each = -(-datasets // jobs)
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("runs", "io", "facets", "events")
    }
    texts = {
        gone: msgspec.json.encode(
            {"fields": [{"name": f"f{at}", "type": "int"} for at in range(FIELDS - gone)]}
        )
        for gone in (0, 1)
    }
    for day in range(DAYS):
        for job in range(jobs):
            _run(rows, texts, day, job, jobs, each)
    names = [f"dataset:db:d{at}" for at in range(jobs * each)]
    told = {name: pl.DataFrame(of, schema=_shape(name, of)) for name, of in rows.items()}
    frames = {name: _filled(name, frame) for name, frame in told.items()}
    frames["datasets"] = _filled("datasets", pl.DataFrame({"dataset": names, "name": names}))
    ids = [f"job:etl:j{at}" for at in range(jobs)]
    frames["jobs"] = _filled("jobs", pl.DataFrame({"job": ids, "name": ids}))
    return Lineage(Frames.empty(**frames))


def _run(
    rows: dict[str, list[dict[str, Any]]],
    texts: dict[int, bytes],
    day: int,
    job: int,
    jobs: int,
    each: int,
) -> None:
    run, node = f"r{day}-{job}", f"job:etl:j{job}"
    layer, place = divmod(job, max(1, jobs // LAYERS))
    begin = START + timedelta(days=day, hours=layer, seconds=place % 3000)
    odd = day == DAYS - 1 and job % ODD == 7 and not layer
    reads = [job - jobs // LAYERS] if layer else []
    fails = day == DAYS - 1 and any(one % ODD == 7 and one < jobs // LAYERS for one in reads)
    event = len(rows["events"])
    rows["events"].append({"event": event, "run": run, "job": node, "time": begin})
    rows["runs"].append(
        {"run": run, "job": node, "state": "FAIL" if fails else "COMPLETE", "started": begin,
         "ended": begin + timedelta(seconds=200 + (job * 7 + day * 13) % 100), "first_seen": begin}
    )  # fmt: skip
    common = {"run": run, "job": node, "first_event": event, "last_event": event}
    for at in range(each):
        dataset = f"dataset:db:d{job * each + at}"
        count = 1_000 // (1 + odd)
        rows["io"].append({**common, "dataset": dataset, "direction": "output", "rows": count})
        rows["facets"].append(
            {"entity": "dataset", "node": dataset, "run": run, "event": event, "facet": "schema",
             "json": texts[odd]}
        )  # fmt: skip
    for other in reads:
        dataset = f"dataset:db:d{other * each}"
        rows["io"].append({**common, "dataset": dataset, "direction": "input", "rows": 1_000})


def _shape(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = schema(TABLES[name])
    return {
        column: kinds[column] for column in dict.fromkeys(key for row in rows[:50] for key in row)
    }


def _filled(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    missing = [
        pl.lit(None, dtype).alias(column)
        for column, dtype in schema(TABLES[name]).items()
        if column not in frame.columns
    ]
    return frame.with_columns(missing).select(list(schema(TABLES[name])))


def timed(name: str, what: Callable[[], Any]) -> Any:
    """Does it and prints how long it took."""
    begun, wall = time.process_time(), time.perf_counter()
    found = what()
    used = time.process_time() - begun
    print(f"{name:46} {used:8.2f} s CPU {time.perf_counter() - wall:8.2f} s")
    return found


def main() -> None:
    """Makes the log and times what is asked of it."""
    datasets, runs = ([int(one) for one in sys.argv[1:3]] + [100_000, 50_000][len(sys.argv) - 1 :])[
        :2
    ]
    lin = made(datasets, runs)
    print(f"{len(lin.datasets):,} datasets, {len(lin.datasets) * FIELDS:,} fields, {runs:,} runs")
    timed("imports", lambda: import_module("lineage_explorer.analysis.diagnose"))
    past = lin.past
    timed("index: what was read, and usual numbers", lambda: (past.links, past.numbers))
    timed("index: what was touched and told", lambda: (past.io, past.told, past.first_of))
    timed("index: numbers of runs and when", lambda: (past.number_of, past.newest("", START)))
    found = timed("diff of two days", lambda: lin.diff("2026-03-02", "2026-03-03"))
    print(f"  {found.sentence}")
    failed = lin.runs.filter(pl.col("state") == "FAIL")["run"]
    cause = timed("diagnosis of a run that failed", lambda: lin.diagnose(failed[0]))
    print(f"  {cause.verdict[:150]}")
    timed("  and what is excluded", lambda: cause.excluded)


if __name__ == "__main__":
    main()
