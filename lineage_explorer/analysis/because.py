"""Why a run is the one that wrote what was read, in words: of many at once."""

from __future__ import annotations

import polars as pl

from lineage_explorer.graph.moments import COMPLETE, FAILED, UNENDED
from lineage_explorer.graph.record import ADDED, JOB, VIEW
from lineage_explorer.graph.writes import DURING, LAST, NOMINAL, VERSION

CODES = {VERSION: "version", LAST: "last", DURING: "during", NOMINAL: "nominal"}


def why() -> pl.Expr:
    """A sentence for each row.

    It takes: rule, grade, stream (of the writing run), began, ended, nominal, version, and of the
    read: read (when it was, in words), version_read, count, other, started (whether a START tells
    when it began), kind, own; and failed and again (see `Record`).
    """
    began, ended, nominal = (
        pl.col(name).dt.strftime("%Y-%m-%d %H:%M:%S") for name in ("began", "ended", "nominal")
    )
    read = pl.col("read")
    rule, grade = pl.col("rule"), pl.col("grade")
    said = (
        pl.when(rule == VERSION)
        .then(pl.format("both tell version {}", "version"))
        .when(began.is_null())
        .then(pl.lit("when it wrote is not told"))
        .when(read.is_null())
        .then(pl.lit("when that was read is not told"))
        .when(rule == NOMINAL)
        .then(pl.format(
            "a backfill came between: of the writes before {}, the last one in nominal time ({})",
            read, nominal,
        ))
        .when((rule == DURING) & pl.col("stream"))
        .then(pl.format("a stream that has been writing since {}", began))
        .when(rule == DURING)
        .then(pl.format("it was writing (since {}) during {}", began, read))
        .when(grade == COMPLETE)
        .then(pl.format(
            "the last write that ended ({}) before {}", ended, read
        ))
        .otherwise(pl.format("it wrote (since {}) before {}", began, read))
    )  # fmt: skip
    more = [
        (grade == FAILED, pl.lit("it failed, and may have written a part")),
        (
            (grade == UNENDED) & ~(pl.col("stream") & pl.col("ended").is_null()),
            pl.lit("no good end of it is told: it may have written, or not"),
        ),
        (
            pl.col("other"),
            pl.format("it tells version {}, and version {} was read", "version", "version_read"),
        ),
        (pl.col("count") > 1, pl.format("{} writes may be it", "count")),
        (
            ~pl.col("started") & (rule != VERSION) & read.is_not_null(),
            pl.lit("when the reading run began is not told, its first event is taken"),
        ),
        (pl.col("kind") == ADDED, pl.lit("the reading run added to what was there")),
        (pl.col("kind") == JOB, pl.lit("that it was read, only the lineage of the job says")),
        (pl.col("kind") == VIEW, pl.lit("it was read through a dataset that derives from it")),
        (
            pl.col("own") & (pl.col("kind") != ADDED),
            pl.lit("the reading run writes it too, and read what was there before"),
        ),
        (pl.col("failed") == 1, pl.lit("a run of its job failed just before it")),
        (pl.col("failed") > 1, pl.format("{} runs of its job failed just before it", "failed")),
        (pl.col("again") > 0, pl.format("a re-run: {} before it for {}", "again", nominal)),
    ]
    parts = [said, *(pl.when(so).then(words) for so, words in more)]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True)
