"""What is wrong with a run, as the events show it, and which run before it was still well."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from lineage_explorer.analysis.compare_judge import BAD
from lineage_explorer.analysis.compare_numbers import ENOUGH, STRIKING
from lineage_explorer.analysis.compare_past import Past
from lineage_explorer.analysis.compare_sides import due

ODD = 3.5
"""Deviations from which a number is what was meant where somebody asks about a run and nothing
else is wrong with it."""
_RATIO, _SHARE = 0.15, 0.075
"""What a number must move by, besides being odd, for somebody to call it trouble: by so much of
itself (as a logarithm), or a share by so much. Only here, where an alarm is raised unasked."""
CHRONIC = 0.5
"""Share of earlier checks from which an assertion that fails says nothing new."""
_SHOWN = ("rows-output", "yield", "metric")
_FAINT = ("stale", "untold")
"""Troubles that, where no number tells them, only count where there is no other."""
_ALIKE = 0.5
"""Two deviations are of the same trouble if the one is at least so much of the other."""
_COLUMNS = {
    "at": pl.UInt32, "kind": pl.String, "node": pl.String, "field": pl.String,
    "text": pl.String, "deviation": pl.Float64, "event": pl.UInt32,
}  # fmt: skip
_ASKED = {
    "failed": r"fail|error|crash|abort|exception",
    "stale": r"stale|old|late|outdated|yesterday|fresh",
    "rows": r"row|empty|missing|fewer|less|lost|duplicate|twice|double|count",
    "metric": r"null|value|wrong|mean|sum|amount|total",
    "schema": r"column|field|schema|type",
}


@dataclass(frozen=True)
class Symptom:
    """Something wrong with a run.

    Attributes:
        kind: failed, unfinished, missing (a run that was to be), assertion, rows, metric, stale,
            untold, or asked (by a person).
        node: where it is seen: the job, or a dataset.
        field: the column meant, if one is.
        text: what is seen, in words.
        deviation: of a number: how many times its usual spread it is off.
        event: the event that shows it.
    """

    kind: str
    node: str
    field: str | None
    text: str
    deviation: float | None = None
    event: int | None = None

    @property
    def column(self) -> str | None:
        """The column that `field` is about, of `column: what`."""
        return self.field.partition(":")[0] if self.field and ":" in self.field else self.field

    @property
    def faint(self) -> bool:
        """Whether only the order of runs, or what is not told, hints at it."""
        return self.kind in _FAINT and self.deviation is None


def troubles(past: Past, job: str, striking: float = STRIKING) -> pl.DataFrame:
    """What is wrong with each run of a job: at, kind, node, field, text, deviation, event.

    Numbers count from so many times their usual spread on.
    """
    runs = past.runs.filter(pl.col("job") == job)
    parts = [
        _ends(past, runs),
        _checks(past, job, runs),
        _numbers(past, job, runs, striking),
        _stale(past, job),
        _untold(past, job, runs),
    ]
    return pl.concat([_shaped(part) for part in parts]).sort("at", "kind", "node", "field")


def symptoms_of(found: pl.DataFrame, at: int) -> list[Symptom]:
    """The troubles of one run."""
    rows = found.filter(pl.col("at") == at).drop("at")
    return [Symptom(**row) for row in rows.iter_rows(named=True)]


def asked(symptom: str, job: str) -> Symptom:
    """What a person says is wrong."""
    text = symptom.lower()
    kinds = [kind for kind, words in _ASKED.items() if re.search(words, text)]
    return Symptom(kinds[0] if len(kinds) == 1 else "asked", job, None, symptom)


def _shaped(part: pl.DataFrame) -> pl.DataFrame:
    for name, dtype in _COLUMNS.items():
        if name not in part.columns:
            part = part.with_columns(pl.lit(None, dtype).alias(name))
    return part.select(pl.col(name).cast(dtype) for name, dtype in _COLUMNS.items())


def _ends(past: Past, runs: pl.DataFrame) -> pl.DataFrame:
    """Runs that failed, and those without an end long after one was to be expected."""
    errors = past.frames.runs.select("run", "job", "error")
    told = runs.join(errors, on=["run", "job"], how="left", maintain_order="left")
    failed = told.filter(pl.col("state").is_in(BAD)).select(
        "at",
        kind=pl.lit("failed"),
        node="job",
        text=pl.coalesce("error", pl.format("it ended as {}", "state")),
    )
    last = past.runs.select(pl.max_horizontal(pl.col("start").max(), pl.col("end").max())).item()
    usual = (runs["end"] - runs["start"]).drop_nulls().max()
    waited = pl.lit(last) - pl.col("start")
    open_ = told.filter(pl.col("state") == "RUNNING")
    if usual is not None:
        open_ = open_.filter(waited > 2 * pl.lit(usual))
    unfinished = open_.select(
        "at", kind=pl.lit("unfinished"), node="job", text=pl.lit("no end of it was told")
    )
    return pl.concat([failed, unfinished])


def _checks(past: Past, job: str, runs: pl.DataFrame) -> pl.DataFrame:
    """Assertions that fail, of the runs themselves and of what they wrote."""
    checks = past.frames.quality.filter(pl.col("success").is_not_null())
    written = past.writes.filter(pl.col("job") == job).select("dataset", "end", write="at")
    mine = checks.filter(pl.col("job") == job).join(
        runs.select("at", "run"), on="run", maintain_order="left"
    )
    others = (
        checks.filter(pl.col("job") != job)
        .join(written.select("dataset").unique(), on="dataset", how="semi")
        .join(past.runs.select("run", "job", "start"), on=["run", "job"])
        .filter(pl.col("start").is_not_null())
        .sort("start", "event")
        .join_asof(
            written.filter(pl.col("end").is_not_null()).sort("end", "write"),
            left_on="start",
            right_on="end",
            by="dataset",
            check_sortedness=False,
        )
        .filter(pl.col("write").is_not_null())
        .with_columns(at="write")
    )
    every = pl.concat([mine, others.select(mine.columns)]).sort("event")
    over = ["dataset", "field", "name", "job"]
    broke = pl.col("success").not_().cast(pl.Int64)
    before = broke.cum_sum().over(over) - broke
    count = pl.int_range(pl.len()).over(over)
    chronic = (count >= 2) & (before / count > CHRONIC)
    failing = every.with_columns(chronic=chronic).filter(~pl.col("success") & ~pl.col("chronic"))
    name = pl.coalesce("name", "type", pl.lit("an assertion"))
    found = pl.coalesce(pl.format(" ({} where {} was expected)", "actual", "expected"), pl.lit(""))
    return failing.select(
        "at",
        "event",
        "field",
        kind=pl.lit("assertion"),
        node=pl.coalesce("dataset", "job"),
        text=pl.concat_str(pl.lit("fails: "), name, found),
    )


def _numbers(past: Past, job: str, runs: pl.DataFrame, striking: float) -> pl.DataFrame:
    """Numbers of what the runs wrote that are far from what was to be expected."""
    deviation = pl.col("left") / pl.col("scale")
    seen = (
        past.numbers.filter((pl.col("job") == job) & pl.col("aspect").is_in(_SHOWN))
        .join(runs.select("at"), on="at")
        .filter((pl.col("count") >= ENOUGH) & (deviation.abs() > striking))
    )
    aged = pl.col("field") == "age of its data"
    kind = (
        pl.when(aged.fill_null(value=False)).then(pl.lit("stale"))
        .when(pl.col("aspect") == "metric").then(pl.lit("metric"))
        .otherwise(pl.lit("rows"))
    )  # fmt: skip
    # data that are newer than usual are no trouble, nor is what is odd but small
    size = (
        pl.when(pl.col("field").str.ends_with("share of nulls").fill_null(value=False))
        .then(
            (pl.col("y").sin().pow(2) - (pl.col("y") - pl.col("left")).sin().pow(2)).abs() / _SHARE
        )
        .otherwise(pl.col("left").abs() / _RATIO)
    )
    newer = (kind == "stale") & (deviation < 0)
    seen = seen.filter(~newer & (size >= 1))
    what = pl.coalesce(
        "field",
        pl.when(pl.col("aspect") == "yield").then(pl.lit("rows out for rows in")),
        pl.lit("rows written"),
    )
    way = pl.when(deviation > 0).then(pl.lit("higher")).otherwise(pl.lit("lower"))
    return seen.select(
        "at",
        "node",
        "field",
        "event",
        kind=kind,
        deviation=deviation,
        text=pl.format("{} {} than usual: {}", what, way, pl.col("number").round_sig_figs(4)),
    )


def _stale(past: Past, job: str) -> pl.DataFrame:
    """What was read again as it was, where something new nearly always was there.

    Not of runs that tell how old their data are, and these are as usual.
    """
    links = past.links.filter((pl.col("job") == job) & pl.col("writer").is_not_null())
    made = (pl.col("seen_made") >= 2) & (pl.col("usual_made") >= 0.8) & pl.col("fresh_made").not_()
    stale = (due() & pl.col("fresh").not_() & pl.col("fresh_made").not_()) | made
    calm = past.numbers.filter(
        (pl.col("job") == job)
        & (pl.col("field") == "age of its data")
        & (pl.col("count") >= ENOUGH)
        & (pl.col("left") <= STRIKING * pl.col("scale"))
    )
    return (
        links.filter(stale)
        .join(calm.select(reader="at"), on="reader", how="anti")
        .unique(["reader", "dataset"], keep="first", maintain_order=True)
        .select(
            at="reader",
            kind=pl.lit("stale"),
            node="dataset",
            text=pl.lit("read again as it was the last time"),
        )
    )


def _untold(past: Past, job: str, runs: pl.DataFrame) -> pl.DataFrame:
    """Completed runs that do not tell how many rows they wrote, where all before them did."""
    wrote = (
        past.frames.io.filter((pl.col("job") == job) & (pl.col("direction") == "output"))
        .join(runs.filter(pl.col("state") == "COMPLETE").select("at", "run", "start"), on="run")
        .sort("start", "at")
    )
    told = pl.col("rows").is_not_null().cast(pl.Int64)
    before = told.cum_sum().over("dataset") - told
    count = pl.int_range(pl.len()).over("dataset")
    return wrote.filter((count >= 1) & (before == count) & pl.col("rows").is_null()).select(
        "at",
        kind=pl.lit("untold"),
        node="dataset",
        text=pl.lit("it does not say how many rows it wrote, as those before it did"),
        event="last_event",
    )


@dataclass(frozen=True)
class Comparison:
    """Which run to compare with.

    Attributes:
        good: the last run that was well (number); None if there is none.
        first: the first run after that which has the trouble of the one asked for (number).
        why: how it was chosen, in words.
    """

    good: int | None
    first: int
    why: str
    well: tuple[int, ...] = ()
    """All earlier runs that were well, in the order of their times."""


def comparison(past: Past, at: int, found: pl.DataFrame, wrong: list[Symptom]) -> Comparison:
    """The last good run of the job before a run, and where its trouble began."""
    job, began = past.runs["job"][at], past.runs["start"][at]
    earlier = past.runs.filter(
        (pl.col("job") == job) & (pl.col("at") != at) & (pl.col("start") <= began)
    ).sort("start", "at")
    if earlier.is_empty():
        return Comparison(None, at, "it is the first run of its job in the log")
    bad = found.select("at").unique()
    well = earlier.filter(pl.col("state") == "COMPLETE").join(bad, on="at", how="anti")
    if well.is_empty():
        kinds = [symptom.kind for symptom in wrong]
        same = found.filter(pl.col("kind").is_in(kinds)).select("at").unique()
        well = earlier.filter(pl.col("state") == "COMPLETE").join(same, on="at", how="anti")
        if well.is_empty():
            return Comparison(None, at, "no earlier run of its job was well")
        why = "the last earlier run without this trouble, though not without any"
    else:
        why = "the last run before it that completed, with its assertions held and usual numbers"
    well = well.sort("start", "at")
    good = int(well["at"][-1])
    after = earlier.filter(pl.col("start") > well["start"][-1])["at"].to_list()
    telling = [one for one in wrong if not one.faint] or wrong
    marks = {_mark(one.kind, one.node, one.field, one.text): one.deviation for one in telling}
    columns = ("at", "kind", "node", "field", "text", "deviation")
    like: dict[int, dict[tuple[str | None, ...], float | None]] = {}
    for run, *what, off in found.filter(pl.col("at").is_in(after)).select(columns).iter_rows():
        if (mark := _mark(*what)) in marks:
            like.setdefault(run, {})[mark] = off
    first = at
    for run in reversed(after):
        if run not in like or not _goes_on(like[run], marks):
            break
        first, marks = run, marks | like[run]
    return Comparison(good, first, why, tuple(well["at"]))


def _goes_on(
    before: dict[tuple[str | None, ...], float | None],
    now: dict[tuple[str | None, ...], float | None],
) -> bool:
    """Whether the trouble of a run is that of the run before it: the same numbers as far off.

    Of what is no number it is enough that it is the same.
    """
    pairs = [(off, now[mark]) for mark, off in before.items()]
    told = [(one, two) for one, two in pairs if one is not None and two is not None]
    alike = [
        one * two > 0 and _ALIKE * max(abs(one), abs(two)) <= min(abs(one), abs(two))
        for one, two in told
    ]
    return any(alike) or len(told) < len(pairs)


def _mark(kind: str, node: str, field: str | None, text: str) -> tuple[str | None, ...]:
    """What makes two troubles the same: of failures their message, numbers in it apart."""
    return kind, node, field, re.sub(r"\d+", "0", text) if kind == "failed" else ""
