"""What each run read: who made it, and which run of each writer was the newest then."""

from __future__ import annotations

import polars as pl

from lineage_explorer.tables import Frames


def timed(frames: Frames) -> pl.DataFrame:
    """Runs with a number, and the times they began and ended as far as is known.

    Columns: at (u32), run, job, state, start, end (null: no end is told), nominal_start.
    """
    return frames.runs.select(
        "run",
        "job",
        "state",
        start=pl.coalesce("started", "first_seen"),
        end=pl.coalesce("ended", pl.when(pl.col("state") == "UNKNOWN").then("last_seen")),
        nominal_start="nominal_start",
    ).with_row_index("at")


def links(frames: Frames, runs: pl.DataFrame) -> pl.DataFrame:
    """One row a (run, dataset read, job that writes it).

    Columns: reader (number of the run), job (of the reader), dataset, read (time), version,
    maker (number of the run that made what was read: of the same version, else the last that
    completed before), behind (whether a newer one had completed by then; null where no version
    tells), writer (job), attempt (number of the writer's newest run begun by then),
    early (whether that had not ended), fresh (whether the attempt is another than the last time
    the job read), usual (share of fresh among earlier times), seen (how many earlier times); and
    fresh_made, usual_made, seen_made: the same of the maker.
    `maker`, `writer` and `attempt` are null where no run in the log wrote the dataset.
    """
    by_run = runs.select("at", "run", "job", "state", "start", "end")
    io = frames.io.join(by_run, on=["run", "job"])
    writes = io.filter(pl.col("direction") == "output").select(
        "dataset", "version", "state", "start", "end", writer="job", write="at"
    )
    reads = io.filter((pl.col("direction") == "input") & pl.col("start").is_not_null()).select(
        "job", "dataset", "version", reader="at", read="start"
    )
    made = _makers(reads, writes)
    writers = writes.select("dataset", "writer").unique()
    pairs = made.join(writers, on="dataset", how="left").sort("read", "reader", "dataset", "writer")
    attempts = by_run.filter(pl.col("start").is_not_null()).select(
        "start", writer="job", attempt="at", ended="end"
    )
    # a run that reads what its own job writes looks at the run before it
    found = pairs.join_asof(
        attempts.sort("start", "attempt"),
        left_on="read",
        right_on="start",
        by="writer",
        allow_exact_matches=True,
        check_sortedness=False,
    )
    own = pl.col("writer") == pl.col("job")
    return (
        found.with_columns(
            attempt=pl.when(own).then("maker").otherwise("attempt"),
            early=~own & (pl.col("ended").is_null() | (pl.col("ended") > pl.col("read"))),
        )
        .drop("start", "ended", strict=False)
        .pipe(_freshness)
    )


def _makers(reads: pl.DataFrame, writes: pl.DataFrame) -> pl.DataFrame:
    """Reads with the run that made what they read."""
    done = writes.filter((pl.col("state") == "COMPLETE") & pl.col("end").is_not_null())
    last = done.select("dataset", "end", last="write").sort("end", "last")
    # a run without duration that writes what it reads had not written when it read
    own = writes.filter(pl.col("end") <= pl.col("start")).select("dataset", reader="write")
    own = own.unique().with_columns(own=pl.lit(value=True))
    just = pl.when("own").then(pl.col("read") - pl.duration(microseconds=1)).otherwise("read")
    found = (
        reads.join(own, on=["dataset", "reader"], how="left")
        .with_columns(latest=just)
        .sort("latest", "reader")
        .join_asof(
            last,
            left_on="latest",
            right_on="end",
            by="dataset",
            coalesce=False,
            check_sortedness=False,
        )
    )
    versions = (
        writes.filter(pl.col("version").is_not_null())
        .sort("start", "write")
        .unique(["dataset", "version"], keep="last", maintain_order=True)
        .select("dataset", "version", same="write", made="end", began="start")
    )
    return (
        found.join(versions, on=["dataset", "version"], how="left")
        .with_columns(same=pl.when(pl.col("began") <= pl.col("read")).then("same"))
        .with_columns(
            maker=pl.coalesce("same", "last"),
            behind=pl.when(pl.col("same").is_not_null() & pl.col("last").is_not_null()).then(
                (pl.col("same") != pl.col("last")) & (pl.col("made") < pl.col("end"))
            ),
        )
        .drop("end", "last", "same", "made", "began", "own", "latest", strict=False)
    )


def _freshness(found: pl.DataFrame) -> pl.DataFrame:
    """With whether attempt and maker are others than the last time, and how often they are."""
    ordered = found.sort("read", "reader", "dataset", "writer", nulls_last=False)
    over = ["job", "dataset", "writer"]
    for column, end in (("attempt", ""), ("maker", "_made")):
        before = pl.col(column).shift().over(over)
        fresh = pl.when(before.is_not_null() & pl.col(column).is_not_null()).then(
            pl.col(column) != before
        )
        told = pl.col(f"fresh{end}")
        hits = told.cast(pl.UInt32).fill_null(0).cum_sum().over(over)
        seen = told.is_not_null().cast(pl.UInt32).cum_sum().over(over)
        ordered = (
            ordered.with_columns(fresh.alias(f"fresh{end}"))
            .with_columns(
                (hits - told.cast(pl.UInt32).fill_null(0)).alias(f"usual{end}"),
                (seen - told.is_not_null().cast(pl.UInt32)).alias(f"seen{end}"),
            )
            .with_columns(
                pl.when(pl.col(f"seen{end}") > 0).then(pl.col(f"usual{end}") / pl.col(f"seen{end}"))
            )
        )
    return ordered
