"""Who reads the log in `reading.py`. Each runs in a process of its own; imports are not timed.

The peers count, or make tables by SQL; they know nothing of symlinks, secrets, broken lines,
repeated events or facets that are not what they should be.
"""

from __future__ import annotations

import inspect
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks import duckdb_sql


class Counts(NamedTuple):
    """What every engine must agree on."""

    events: int
    runs: int
    edges: int
    """Distinct pairs of a job and a dataset it reads, and of one it writes."""
    fields: int | None = None
    column_edges: int | None = None
    facets: int | None = None
    """Rows of these tables, of those who make them."""


Work = Callable[[Path], Counts]


def duckdb_counts() -> Work:
    """`read_json` with just the columns needed."""
    import duckdb

    def work(path: Path) -> Counts:
        sql = duckdb_sql.COUNTING.format(log=duckdb_sql.log(str(path), duckdb_sql.COUNTED))
        with duckdb.connect() as connection:
            return Counts(*connection.sql(sql).fetchall()[0])

    return work


def duckdb_tables() -> Work:
    """The tables, handed over as polars frames."""
    import duckdb
    import polars as pl

    def work(path: Path) -> Counts:
        with duckdb.connect() as connection:
            log = duckdb_sql.log(str(path), duckdb_sql.WHOLE)
            connection.execute(duckdb_sql.READ.format(log=log))
            made = {
                name: pl.DataFrame(connection.sql(sql)) for name, sql in duckdb_sql.TABLES.items()
            }
        return Counts(*(made[name].height for name in Counts._fields))

    return work


def polars_counts() -> Work:
    """`scan_ndjson` with a schema of just the columns needed."""
    import polars as pl

    named = {"namespace": pl.String, "name": pl.String}
    schema = {
        "run": pl.Struct({"runId": pl.String}),
        "job": pl.Struct(named),
        "inputs": pl.List(pl.Struct(named)),
        "outputs": pl.List(pl.Struct(named)),
    }

    def work(path: Path) -> Counts:
        told = pl.scan_ndjson(path, schema=schema).collect(engine="streaming")
        edges = sum(
            told.select("job", side)
            .explode(side)
            .filter(pl.col(side).struct.field("name").is_not_null())
            .unique()
            .height
            for side in ("inputs", "outputs")
        )
        return Counts(told.height, told["run"].struct.field("runId").n_unique(), edges)

    return work


def orjson_counts() -> Work:
    """Line by line."""
    import orjson

    def work(path: Path) -> Counts:
        events = 0
        runs: set[str] = set()
        edges: set[tuple[Any, ...]] = set()
        with path.open("rb") as lines:
            for line in lines:
                event = orjson.loads(line)
                events += 1
                runs.add(event["run"]["runId"])
                job = event["job"]
                who = (job["namespace"], job["name"])
                for side in ("inputs", "outputs"):
                    edges.update((who, one["namespace"], one["name"], side) for one in event[side])
        return Counts(events, len(runs), len(edges))

    return work


def ours(*, cache: bool = False, texts: bool = True) -> Work | None:
    """`read` to finished frames; without `texts`, to all but `facets`."""
    import polars as pl

    import lineage_explorer as lx
    from lineage_explorer.tables import TABLES

    options: dict[str, Any] = {}
    if "cache" in inspect.signature(lx.read).parameters:
        options["cache"] = cache
    elif cache:
        return None

    def work(path: Path) -> Counts:
        lin = lx.read(path, **options)
        edges = lin.edges.filter(pl.col("kind").is_in(["reads", "writes"]))
        for name in TABLES:
            if texts or name != "facets":
                getattr(lin.frames, name)
        return Counts(
            events=lin.events.height,
            runs=lin.runs.height,
            edges=edges.height,
            fields=lin.fields.height,
            column_edges=lin.column_edges.height,
            facets=lin.facets.height if texts else None,
        )

    return work


@dataclass(frozen=True)
class Engine:
    """Somebody who reads."""

    label: str
    prepare: Callable[[], Work | None]
    suffix: str = ""
    """Of the file that is read."""
    primed: bool = False
    """What is measured is the second process that reads it."""


ENGINES = {
    "duckdb": Engine("DuckDB, counts", duckdb_counts),
    "polars": Engine("polars, counts", polars_counts),
    "orjson": Engine("orjson, counts", orjson_counts),
    "tables": Engine("DuckDB, tables", duckdb_tables),
    "plain": Engine("lx.read, all frames", ours),
    "gz": Engine("lx.read, .gz", ours, ".gz"),
    "zst": Engine("lx.read, .zst", ours, ".zst"),
    "cache": Engine("its cache, all frames", partial(ours, cache=True), primed=True),
    "reopen": Engine("its cache, no facets", partial(ours, cache=True, texts=False), primed=True),
}


def run(name: str, path: Path, first: Path) -> dict[str, Any] | None:
    """Read the file; None if that engine cannot. `first`, of one event, warms it up."""
    work = ENGINES[name].prepare()
    if work is None:
        return None
    work(first)
    begun, busy = time.perf_counter(), _cpu()
    counts = work(path)
    seconds, busy = time.perf_counter() - begun, _cpu() - busy
    return {
        "seconds": seconds,
        "cpu": busy,
        "peak": _peak(),
        "counts": counts._asdict(),
    }


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak() -> float:
    """MB at most, of this process alone."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
