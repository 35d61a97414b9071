"""What a trace found, as frames: the runs and why, where it begins, and what is told beside."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from lineage_explorer.analysis.because import CODES, why
from lineage_explorer.graph.provenance import Trace
from lineage_explorer.graph.record import Record
from lineage_explorer.graph.writes import NONE, Reads
from lineage_explorer.tables import TIME

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

_BEGAN = pl.coalesce("started", "first_seen")
_MINUTE = "%Y-%m-%d %H:%M:%S"


def traced_runs(lin: Lineage, record: Record, trace: Trace, time: datetime | None) -> pl.DataFrame:
    """The frame `runs` of a Provenance."""
    found, writes, when = trace.found, record.writes, record.moments
    reads, kind = _reads(record, trace, found.read)
    run, dataset = writes.run[found.write], writes.dataset[found.write]
    runs = lin.runs.select("run", "job", "state", "started", "first_seen", "ended", "nominal_start")
    about = runs[run].select(
        "run", "job", "state", "ended", began=_BEGAN, nominal="nominal_start",
        failed=record.failed.gather(run), again=record.again.gather(run),
    )  # fmt: skip
    reader = _at(runs, reads.run).select(
        reader="run", reader_job="job", read_at=_BEGAN, started=pl.col("started").is_not_null()
    )
    told = pl.Series(reads.run != NONE)
    asked = pl.lit(f"{time:{_MINUTE}}" if time else "the end of the log")
    frame = pl.concat([about, reader], how="horizontal").with_columns(
        read=pl.when(~told).then(asked).otherwise(
            pl.format("the read ({})", pl.col("read_at").dt.strftime(_MINUTE))
        ),
        started=pl.col("started") | ~told,
        hop=pl.Series(found.hop, dtype=pl.UInt32),
        dataset=lin.datasets["dataset"].gather(dataset),
        version=_versions(record, writes.version[found.write]),
        version_read=_versions(record, reads.version),
        certain=pl.Series(found.certain),
        sure=pl.Series(found.sure),
        rule=pl.Series(found.rule),
        other=pl.Series(found.other),
        count=pl.Series(found.count),
        grade=pl.Series(when.grade[run]),
        stream=pl.Series(when.stream[run]),
        kind=pl.Series(kind),
        own=pl.Series(reads.own),
        event=record.event.gather(found.write),
    )  # fmt: skip
    return (
        frame.with_columns(
            why=why(), rule=pl.col("rule").replace_strict(CODES, return_dtype=pl.String)
        )
        .select(
            "run", "job", "hop", "dataset", "version", "certain", "why", "rule", "sure", "state",
            "began", "ended", "nominal", "reader", "reader_job", "version_read", "event",
        )
        .sort("hop", "ended", "dataset", "run", "job", descending=[False, True, False, False, False],
              nulls_last=True)
    )  # fmt: skip


def traced_sources(
    lin: Lineage, record: Record, trace: Trace, time: datetime | None
) -> pl.DataFrame:
    """The frame `sources` of a Provenance."""
    reads, _ = _reads(record, trace, trace.reads[trace.open])
    real = ~np.isin(reads.dataset, record.views[0])
    ever = np.zeros(len(lin.datasets), np.bool_)
    ever[record.writes.dataset] = True
    read = _sources(lin, reads.dataset[real], reads.run[real], trace.hop[trace.open][real], "read")
    first = (
        read.with_columns(why=pl.when(pl.Series(ever[reads.dataset[real]]))
            .then(pl.lit("nothing in the log had written it by then"))
            .otherwise(pl.lit("nothing in the log writes it")))
        .sort("dataset", "time", "run", "job", nulls_last=True)
        .with_columns(hop=pl.col("hop").min().over("dataset"))
        .unique("dataset", keep="first", maintain_order=True)
    )  # fmt: skip
    write, hop = trace.found.write[trace.found.made], trace.found.hop[trace.found.made]
    run = record.writes.run[write]
    made = _sources(lin, record.writes.dataset[write], run, hop, "made").with_columns(
        why=pl.lit("the run tells no input that feeds it")
    )
    looked = pl.when(pl.col("run").is_null()).then(pl.lit(time, TIME))
    both = pl.concat([first, made]).with_columns(time=pl.coalesce("time", looked))
    return both.sort("time", "dataset", "run", "job", nulls_last=True)


def told_beside(lin: Lineage, runs: pl.DataFrame) -> pl.DataFrame:
    """The frame `control` of a Provenance: what is told of these runs beside data."""
    above = pl.concat(
        [
            runs.select("run", "job", other_run=name, kind=pl.lit(name)).drop_nulls("other_run")
            for name in ("parent", "root")
        ]
    )
    known = lin.runs.select(other_run="run", other_job="job")
    known = known.filter(pl.col("other_run").is_in(above["other_run"].unique().implode()))
    names = ("kind", "run", "job", "other_run", "other_job")
    nobody = pl.lit(None, pl.String)
    depends = (
        runs.select("run", "job", other_job="depends_on")
        .explode("other_job", empty_as_null=True)
        .drop_nulls("other_job")
        .with_columns(kind=pl.lit("depends_on"), other_run=nobody)
    )
    handed = lin.edges.filter(
        (pl.col("kind") == "hands_over") & pl.col("target").is_in(runs["job"].unique().implode())
    ).select("kind", run=nobody, job="target", other_run=nobody, other_job="source")
    first = known.unique("other_run", keep="first", maintain_order=True)
    parts = [above.join(first, on="other_run", how="left"), depends, handed]
    return pl.concat([part.select(names) for part in parts]).sort(names, nulls_last=True)


def _sources(lin: Lineage, dataset: Any, run: Any, hop: Any, role: str) -> pl.DataFrame:
    """dataset, run, time (when the run began), job, hop, role."""
    runs = _at(lin.runs.select("run", "job", "started", "first_seen"), run)
    return runs.select(
        "run",
        "job",
        dataset=lin.datasets["dataset"].gather(dataset),
        time=_BEGAN,
        hop=pl.Series(hop, dtype=pl.UInt32),
        role=pl.lit(role),
    ).select("dataset", "run", "time", "job", "hop", "role")


def _at(frame: pl.DataFrame, rows: Any) -> pl.DataFrame:
    """These rows of a frame; nulls where there is NONE."""
    told = pl.select(pl.when(pl.Series(rows) != NONE).then(pl.Series(rows))).to_series()
    return frame.select(pl.all().gather(told))


def _versions(record: Record, numbers: Any) -> pl.Series:
    return _at(record.versions.to_frame(), numbers).to_series()


def _reads(record: Record, found: Trace, rows: Any) -> tuple[Reads, Any]:
    """Reads by their rows, those asked for among them, and their kinds."""
    known = len(record.reads.run)
    inside = rows < known
    kind = np.zeros(len(rows), np.int64)
    kind[inside] = record.kind[rows[inside]]
    parts = [record.reads.take(rows[inside]), found.asked.take(rows[~inside] - known)]
    back = np.argsort(np.r_[np.flatnonzero(inside), np.flatnonzero(~inside)])
    joined = [
        np.concatenate(pair)[back] for pair in zip(*(vars(p).values() for p in parts), strict=True)
    ]
    return Reads(*joined), kind
