"""How numbers usually are: rows, bytes, files, times and metrics of each run beside its history.

A series is one number of one job over its runs. Its expected value is the median of the few runs
before, after taking out what the weekday explains where there are weeks enough to know; what is
left over is measured by the series' own spread (median absolute deviation). No percentage is
ever asked for: a series that moves much may, one that never moves may not.
"""

from __future__ import annotations

import polars as pl

from lineage_explorer.tables import Frames

KEY = ["job", "node", "aspect", "field"]
LOOK_BACK = 9
ENOUGH = 4
"""Runs before from which a number can be called usual or not."""
_LONG = 60  # runs over which it is seen how much a number moves
_WEEKS = 3
_FINE = 1000  # parts of its middle value in which a metric is measured
_FRIDAY = 5
_MAD = 1.4826  # makes the median absolute deviation a standard deviation for normal noise
STRIKING = 5.0
"""Deviations from which a number counts as changed."""


def series(frames: Frames, runs: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Every number told of every run, with what was expected of it.

    Columns: at (number of the run), job, node, aspect, field, number, event, start; `left` (what
    is left of its logarithm when the expected one is taken away), `scale` (the usual size of
    that), `count` (runs before it in its series), `y` (its logarithm, the
    weekday's share taken out), `striking` (whether `left` is far out), `steps` (how many numbers
    of the series up to this one were), and `series` (its number).
    """
    told = pl.concat(
        [_io(frames, runs), _times(runs), _ages(runs, links), _metrics(frames, runs)],
        how="diagonal_relaxed",
    )
    return _judged(told.filter(pl.col("number").is_not_null() & pl.col("start").is_not_null()))


def _io(frames: Frames, runs: pl.DataFrame) -> pl.DataFrame:
    by_run = runs.select("at", "run", "job", "start")
    io = frames.io.join(by_run, on=["run", "job"]).select(
        "at",
        "job",
        "start",
        "dataset",
        "direction",
        "rows",
        "bytes",
        "files",
        event="last_event",
    )
    written = pl.col("direction") == "output"
    told = io.unpivot(
        ["rows", "bytes", "files"],
        index=["at", "job", "start", "dataset", "direction", "event"],
        variable_name="what",
        value_name="number",
    ).drop_nulls("number")
    numbers = told.select(
        "at",
        "job",
        "start",
        "event",
        node="dataset",
        aspect=pl.format("{}-{}", "what", "direction"),
        field=pl.lit(None, pl.String),
        number=pl.col("number").cast(pl.Float64),
    )
    # rows out for rows in: what a job keeps of what it is given, however much that is
    sums = (
        io.group_by("at", "job", "start")
        .agg(
            out=pl.col("rows").filter(written).sum(),
            told_out=pl.col("rows").filter(written).is_not_null().all() & written.any(),
            into=pl.col("rows").filter(~written).sum(),
            told_in=pl.col("rows").filter(~written).is_not_null().all() & (~written).any(),
            event=pl.col("event").max(),
        )
        .filter(pl.col("told_out") & pl.col("told_in") & (pl.col("into") > 0))
    )
    kept = sums.select(
        "at",
        "job",
        "start",
        "event",
        node="job",
        aspect=pl.lit("yield"),
        field=pl.lit(None, pl.String),
        number=pl.col("out") / pl.col("into"),
        units=pl.col("into").cast(pl.Float64),
    )
    return pl.concat([numbers, kept], how="diagonal")


def _times(runs: pl.DataFrame) -> pl.DataFrame:
    seconds = {
        "duration": pl.col("end") - pl.col("start"),
        "delay": pl.col("start") - pl.col("nominal_start"),
    }
    done = pl.col("state") == "COMPLETE"
    parts = [
        runs.filter(done if aspect == "duration" else pl.lit(value=True)).select(
            "at",
            "job",
            "start",
            node="job",
            aspect=pl.lit(aspect),
            field=pl.lit(None, pl.String),
            number=span.dt.total_milliseconds() / 1000,
            event=pl.lit(None, pl.UInt32),
        )
        for aspect, span in seconds.items()
    ]
    return pl.concat(parts)


def _ages(runs: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    ends = runs.select(maker="at", ended="end")
    aged = (
        links.unique(["reader", "dataset"], keep="first", maintain_order=True)
        .filter(pl.col("maker").is_not_null() & (pl.col("maker") != pl.col("reader")))
        .join(ends, on="maker", maintain_order="left")
    )
    return aged.select(
        "job",
        at="reader",
        start="read",
        node="dataset",
        aspect=pl.lit("age"),
        field=pl.lit(None, pl.String),
        number=(pl.col("read") - pl.col("ended")).dt.total_milliseconds() / 1000,
        event=pl.lit(None, pl.UInt32),
    )


def _metrics(frames: Frames, runs: pl.DataFrame) -> pl.DataFrame:
    """Metrics; of nulls and sums what they are for each row, as they grow with the rows."""
    told = frames.quality.filter(pl.col("kind") == "metric").join(
        runs.select("at", "run", "job", "start"), on=["run", "job"]
    )
    where = ["at", "dataset", "field"]
    counts = told.filter(pl.col("name") == "count").select(*where, rows="value")
    counts = counts.unique(where, keep="last", maintain_order=True)
    nulls = told.filter(pl.col("name") == "nullCount").select(*where, nulls="value")
    nulls = nulls.unique(where, keep="last", maintain_order=True)
    each = told.join(counts, on=where, how="left", nulls_equal=True, maintain_order="left")
    each = each.join(nulls, on=where, how="left", nulls_equal=True, maintain_order="left")
    of_rows = pl.col("rows") > 0
    there = pl.col("rows") - pl.col("nulls").fill_null(0)
    share = (pl.col("name") == "nullCount") & of_rows
    mean = (pl.col("name") == "sum") & (there > 0)
    updated = pl.col("actual").str.to_datetime(time_zone="UTC", time_unit="us", strict=False)
    aged = (pl.col("name") == "lastUpdated") & updated.is_not_null()
    name = (
        pl.when(share).then(pl.lit("share of nulls"))
        .when(mean).then(pl.lit("mean"))
        .when(aged).then(pl.lit("age of its data"))
        .otherwise("name")
    )  # fmt: skip
    number = (
        pl.when(share).then(pl.col("value") / pl.col("rows"))
        .when(mean).then(pl.col("value") / there)
        .when(aged).then((pl.col("start") - updated).dt.total_seconds())
        .otherwise("value")
    )  # fmt: skip
    plain = pl.col("name").is_in(["rowCount", "bytes", "fileCount"]) & pl.col("field").is_null()
    skipped = plain | (pl.col("name") == "count") | ((pl.col("name") == "sum") & ~mean)
    label = pl.concat_str(pl.col("field"), pl.lit(": "), name)
    return (
        each.filter(~skipped)
        .select(
            "at",
            "job",
            "start",
            "event",
            node=pl.coalesce("dataset", "job"),
            aspect=pl.lit("metric"),
            field=pl.coalesce(label, name),
            number=number.cast(pl.Float64),
            units=pl.when(share).then("rows"),
        )
        .drop_nulls("number")
        .unique(["at", *KEY], keep="last", maintain_order=True)
    )


def _judged(told: pl.DataFrame) -> pl.DataFrame:
    """With left, scale, count and expected."""
    if "units" not in told.columns:
        told = told.with_columns(units=pl.lit(None, pl.Float64))
    number, units = pl.col("number"), pl.col("units")
    share = (pl.col("aspect") == "metric") & units.is_not_null()
    kept = pl.col("aspect") == "yield"
    metric = (pl.col("aspect") == "metric") & ~share
    # what is counted cannot be finer than one; what is measured has no such grain
    middle = number.abs().median().over("series")
    fine = pl.when(middle > 0).then(_FINE / middle).otherwise(1.0)
    size = pl.when(kept).then(number * units).when(metric).then(number * fine).otherwise(number)
    ordered = (
        told.sort(*KEY, "start", "at", nulls_last=False)
        .with_columns(series=pl.struct(KEY).rle_id())
        .with_columns(size=size)
        .with_columns(
            # a share's spread does not depend on how large it is after this (variance-stabilising)
            y=pl.when(share).then(number.clip(0, 1).sqrt().arcsin())
            .when(kept).then((pl.col("size") + 1).log() - units.log())
            .otherwise(pl.col("size").sign() * (pl.col("size").abs() + 1).log()),
            grain=pl.when(share).then(0.5 / units.sqrt()).otherwise(1 / (pl.col("size").abs() + 1)),
            day=pl.col("start").dt.weekday(),
            pool=pl.when(share).then(pl.lit("share")).otherwise(
                pl.col("aspect").str.split("-").list.first()
            ),
        )
    )  # fmt: skip
    return (
        _weekdays(ordered)
        .with_columns(level=_before("flat"), count=pl.int_range(pl.len()).over("series"))
        .with_columns(left=pl.col("flat") - pl.col("level"))
        .pipe(_scaled)
        .with_columns(
            striking=(pl.col("count") >= ENOUGH)
            & (pl.col("left").abs() > STRIKING * pl.col("scale"))
        )
        .with_columns(steps=pl.col("striking").cast(pl.Int64).cum_sum().over("series"))
        .select(
            "at",
            *KEY,
            "number",
            "event",
            "start",
            "left",
            "scale",
            "count",
            "striking",
            "steps",
            "series",
            y="flat",
        )
    )


def _before(column: str) -> pl.Expr:
    """The median of the few values before in its series."""
    return pl.col(column).shift().rolling_median(LOOK_BACK, min_samples=1).over("series")


def _weekdays(ordered: pl.DataFrame) -> pl.DataFrame:
    """With `flat`: what is left when the share of the weekday, or of the weekend, is taken out.

    A weekday counts by itself once it has been seen some weeks, before that only as a day of the
    weekend or not.
    """
    dated = ordered.with_columns(date=pl.col("start").dt.date())
    weeks = (
        dated.group_by("series", "date")
        .agg(middle=pl.col("y").median())
        .sort("series", "date")
        .with_columns(
            around=pl.col("middle").rolling_median(7, min_samples=1, center=True).over("series")
        )
        .drop("middle")
    )
    off = dated.join(weeks, on=["series", "date"], how="left", maintain_order="left").with_columns(
        off=pl.col("y") - pl.col("around"), ending=pl.col("day") > _FRIDAY
    )
    days = off.join(
        _shares(off, "day"), on=["series", "day"], how="left", maintain_order="left"
    ).join(
        _shares(off.filter("ending"), "ending"),
        on=["series", "ending"],
        how="left",
        maintain_order="left",
        suffix="_ending",
    )
    share = pl.coalesce("share", "share_ending").fill_null(0.0)
    return days.with_columns(flat=pl.col("y") - share).drop(
        "off", "ending", "share", "share_ending", "date", "around"
    )


def _shares(off: pl.DataFrame, by: str) -> pl.DataFrame:
    """What days of a kind usually are off by, where that is more than they move themselves.

    Several runs of one day are one time, not several.
    """
    middle = pl.col("off").median()
    return (
        off.group_by("series", by, "date")
        .agg(pl.col("off").median())
        .group_by("series", by)
        .agg(share=middle, times=pl.len(), wide=(pl.col("off") - middle).abs().median())
        .filter((pl.col("times") >= _WEEKS) & (pl.col("share").abs() > 2 * pl.col("wide")))
        .select("series", by, "share")
    )


def _scaled(found: pl.DataFrame) -> pl.DataFrame:
    """With the usual size of `left` so far: the series' own, or that of its like if that is more.

    A table that never moved would else make an alarm of its first new row.
    """
    past = pl.col("left").abs().shift().rolling_median(_LONG, min_samples=2).over("series")
    spread = (past * _MAD).fill_null(strategy="backward").over("series")
    doubt = 1 + 4 / pl.col("count").clip(1)  # of few runs the spread is known badly
    own = found.with_columns(
        own=pl.max_horizontal(spread * doubt, pl.col("grain").fill_null(0.0), pl.lit(1e-9))
    )
    like = pl.col("own").filter(pl.col("count") >= ENOUGH).median().over("pool")
    return own.with_columns(scale=pl.max_horizontal("own", like.fill_null(0.0)))
