"""All reads and writes of the runs of a log, and which reads feed which writes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from lineage_explorer.graph.moments import Longs, Moments, moments
from lineage_explorer.graph.writes import NONE, Reads, Writes, among, build_writes, ranges
from lineage_explorer.tables import Frames

TOLD, ADDED, JOB, VIEW = range(4)
"""Why a run reads a dataset: it says so; it added to it; only the lineage of its job's outputs
says so; it reads a dataset that nobody writes and that is said to derive from this one."""
PARTS = ["append", "delete", "replace"]
"""Operations of Iceberg that leave something of what was there."""


@dataclass(frozen=True, eq=False)
class Record:
    """What runs read and wrote. Runs, datasets and jobs are rows of their frames.

    Attributes:
        moments: when runs were.
        writes: all writes.
        reads: all reads, sorted by run and dataset.
        kind: TOLD, ADDED, JOB or VIEW of each read.
        versions: the versions by number.
        event: of each write, the last event that tells it.
        failed: of each run, how many runs of its job failed just before it.
        again: how many before it had its nominal time and did not fail.
        views: a dataset that nobody writes and that derives from others, and one of these.
    """

    moments: Moments
    writes: Writes
    reads: Reads
    kind: Longs
    versions: pl.Series
    event: pl.Series
    failed: pl.Series
    again: pl.Series
    views: tuple[Longs, Longs]
    _wide: int
    _key: Longs
    _added: Longs
    _job: Longs
    _flows: tuple[Longs, Longs]
    _sources: tuple[Longs, Longs]

    def of_run(self, run: int) -> Longs:
        """The reads of a run."""
        start, stop = np.searchsorted(self._key, [run * self._wide, (run + 1) * self._wide])
        return np.arange(start, stop)

    def at(self, dataset: int, moment: int) -> Reads:
        """What someone would read there at a moment."""
        view, source = self.views
        datasets = np.r_[dataset, source[view == dataset]].astype(np.int64)
        nobody, when = np.full(len(datasets), NONE), np.full(len(datasets), moment)
        no = np.zeros(len(datasets), np.bool_)
        return Reads(nobody, datasets, nobody, when, when, no, ~no)

    def feeding(self, writes: Longs) -> tuple[Longs, Longs]:
        """The reads that feed these writes, and beside each the write."""
        w, wide = self.writes, self._wide
        keys, bundles = self._flows
        key = self._job[w.run[writes]] * wide + w.dataset[writes]
        of, at = ranges(np.searchsorted(keys, key, "left"), np.searchsorted(keys, key, "right"))
        first, source = self._sources
        deep, place = ranges(first[bundles[at]], first[bundles[at] + 1])
        write = writes[of[deep]]
        key = w.run[write] * wide + source[place]
        known = among(self._key, key)
        added = self._added[writes]
        again = added != NONE
        read = np.r_[np.searchsorted(self._key, key[known]), added[again]]
        size = len(self._key) + 1
        found = np.unique(np.r_[write[known], writes[again]] * size + read)
        return found % size, found // size


def build_record(frames: Frames) -> Record:
    """The record of these frames; linear in the size of io, runs and bundles, but for sorting."""
    when = moments(frames)
    datasets = frames.datasets.select("dataset").with_row_index("to")
    jobs = frames.jobs.select("job").with_row_index("by")
    runs = frames.runs.select("run", "job").with_row_index("at")
    io = (
        frames.io.join(runs, on=["run", "job"], maintain_order="left")
        .join(datasets, on="dataset", maintain_order="left")
        .with_columns(version=pl.coalesce("snapshot", "version"))
    )
    versions = io.select("to", "version").drop_nulls().unique(maintain_order=True)
    versions = versions.with_row_index("number")
    io = io.join(versions, on=["to", "version"], how="left", maintain_order="left").select(
        "direction",
        run=pl.col("at").cast(pl.Int64),
        dataset=pl.col("to").cast(pl.Int64),
        version=pl.col("number").cast(pl.Int64).fill_null(NONE),
        event="last_event",
        part=(pl.col("operation").is_in(PARTS) | pl.col("subset").is_not_null()).fill_null(
            value=False
        ),
    )
    outputs = io.filter(pl.col("direction") == "output").drop("direction")
    sources = _sources(frames, datasets, jobs)
    job = runs.join(jobs, on="job", how="left", maintain_order="left")["by"]
    job = job.cast(pl.Int64).fill_null(NONE)
    views = _views(frames, datasets, outputs)
    inputs = _reads(io, outputs, sources, job, views)
    sources = _through(sources, views, "source").unique(["bundle", "source"]).sort("bundle")
    wide = len(datasets) + 1
    read = {name: inputs[name].to_numpy() for name in ("run", "dataset", "version", "kind")}
    key = read["run"] * wide + read["dataset"]
    written = outputs["run"].to_numpy() * wide + outputs["dataset"].to_numpy()
    added = np.where(outputs["part"].to_numpy(), np.searchsorted(key, written), NONE)
    targets = _targets(frames, datasets, jobs)
    flow = targets["job"].to_numpy() * wide + targets["target"].to_numpy()
    order = np.argsort(flow, kind="stable")
    attempts = _attempts(frames.runs)
    first = np.searchsorted(sources["bundle"].to_numpy(), np.arange(len(frames.bundles) + 1))
    return Record(
        moments=when,
        writes=build_writes(frames, when, outputs),
        reads=Reads(
            run=read["run"],
            dataset=read["dataset"],
            version=read["version"],
            begin=when.begin[read["run"]],
            end=when.end[read["run"]],
            own=among(np.sort(written), key),
            sure=read["kind"] != JOB,
        ),
        kind=read["kind"],
        versions=versions["version"],
        event=outputs["event"],
        failed=attempts["failed"],
        again=attempts["again"],
        views=(views["dataset"].to_numpy(), views["source"].to_numpy()),
        _wide=wide,
        _key=key,
        _added=added.astype(np.int64),
        _job=job.to_numpy(),
        _flows=(flow[order], targets["bundle"].to_numpy()[order]),
        _sources=(first.astype(np.int64), sources["source"].to_numpy()),
    )


def _reads(
    io: pl.DataFrame,
    outputs: pl.DataFrame,
    sources: pl.DataFrame,
    job: pl.Series,
    views: pl.DataFrame,
) -> pl.DataFrame:
    """run, dataset, version, kind: each run and dataset once, sorted."""
    told = io.filter(pl.col("direction") == "input").select("run", "dataset", "version")
    jobs = job.to_frame("job").with_row_index("run").with_columns(pl.col("run").cast(pl.Int64))
    known = told.join(jobs, on="run").select("job", source="dataset").unique()
    of_job = (
        sources.select("job", "source")
        .unique()
        .join(known, on=["job", "source"], how="anti")
        .join(jobs, on="job")
        .select("run", dataset="source", version=pl.lit(NONE, pl.Int64))
    )
    added = outputs.filter("part").select("run", "dataset", version=pl.lit(NONE, pl.Int64))
    kinds = [
        frame.with_columns(kind=pl.lit(kind, pl.Int64))
        for kind, frame in ((TOLD, told), (ADDED, added), (JOB, of_job))
    ]
    direct = pl.concat(kinds)
    behind = direct.join(views, on="dataset").select(
        "run", dataset="source", version=pl.lit(NONE, pl.Int64), kind=pl.lit(VIEW, pl.Int64)
    )
    return (
        pl.concat([direct, behind])
        .sort("run", "dataset", "kind")
        .unique(["run", "dataset"], keep="first", maintain_order=True)
    )


def _sources(frames: Frames, datasets: pl.DataFrame, jobs: pl.DataFrame) -> pl.DataFrame:
    """bundle, job, source: the datasets that bundles of jobs begin at."""
    return (
        frames.bundles.with_row_index("bundle")
        .select("bundle", "job", dataset="sources")
        .explode("dataset", empty_as_null=False)
        .join(datasets, on="dataset", maintain_order="left")
        .join(jobs, on="job", maintain_order="left")
        .select(pl.col(name).cast(pl.Int64) for name in ("bundle", "by", "to"))
        .rename({"by": "job", "to": "source"})
    )


def _targets(frames: Frames, datasets: pl.DataFrame, jobs: pl.DataFrame) -> pl.DataFrame:
    """bundle, job, target."""
    turned = frames.bundles.rename({"sources": "targets", "targets": "sources"})
    return _sources(frames.with_(bundles=turned), datasets, jobs).rename({"source": "target"})


def _views(frames: Frames, datasets: pl.DataFrame, outputs: pl.DataFrame) -> pl.DataFrame:
    """dataset, source: what nobody writes, and all that it derives from outside any job."""
    written = outputs.select("dataset").unique()
    pairs = (
        frames.bundles.filter(pl.col("job").is_null())
        .select("sources", "targets")
        .explode("sources", empty_as_null=False)
        .explode("targets", empty_as_null=False)
        .join(datasets, left_on="targets", right_on="dataset", maintain_order="left")
        .join(datasets.rename({"to": "from"}), left_on="sources", right_on="dataset")
        .select(dataset=pl.col("to").cast(pl.Int64), source=pl.col("from").cast(pl.Int64))
        .join(written, on="dataset", how="anti")
        .unique()
    )
    found = pairs
    while True:
        further = found.join(pairs, left_on="source", right_on="dataset").select(
            "dataset", source="source_right"
        )
        more = pl.concat([found, further]).unique()
        if len(more) == len(found):
            return found.filter(pl.col("dataset") != pl.col("source")).sort("dataset", "source")
        found = more


def _through(sources: pl.DataFrame, views: pl.DataFrame, column: str) -> pl.DataFrame:
    """With what views among the sources derive from."""
    behind = sources.join(views, left_on=column, right_on="dataset").select(
        "bundle", "job", source="source_right" if column == "source" else "source"
    )
    return pl.concat([sources, behind])


def _attempts(runs: pl.DataFrame) -> pl.DataFrame:
    """Columns beside the runs, about the runs of the same job that began before.

    `failed`: how many failed just before; `again`: how many that did not had its nominal time.
    """
    bad = pl.col("state").is_in(["FAIL", "ABORT"])
    of_job = (
        runs.with_row_index("at")
        .with_columns(began=pl.coalesce("started", "first_seen"))
        .sort("began", "at", nulls_last=False)
        .with_columns(bad=bad, good=(~bad).cast(pl.UInt32))
        .with_columns(block=pl.col("good").cum_sum().over("job") - pl.col("good"))
        .with_columns(
            failed=pl.col("bad").cast(pl.UInt32).cum_sum().over("job", "block")
            - pl.col("bad").cast(pl.UInt32),
            again=pl.col("good").cum_sum().over("job", "nominal_start") - pl.col("good"),
        )
    )
    return of_job.sort("at").select(
        "failed", again=pl.when(pl.col("nominal_start").is_not_null()).then("again").otherwise(0)
    )
