"""Facts of two sides → changes: what differs, under which code, and how much it matters."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lineage_explorer.analysis.change_codes import CODES
from lineage_explorer.analysis.compare_facts import KEY, Facts
from lineage_explorer.analysis.compare_numbers import ENOUGH, STRIKING

CHANGE = {
    "node": pl.String, "field": pl.String, "change": pl.String, "before": pl.String,
    "after": pl.String, "severity": pl.String, "by": pl.String, "deviation": pl.Float64,
    "at_before": pl.UInt32, "at_after": pl.UInt32, "event_before": pl.UInt32,
    "event_after": pl.UInt32,
}  # fmt: skip
BAD = ("FAIL", "ABORT")
_OPEN = ("RUNNING", "UNKNOWN")

# aspect → the code where both sides tell and differ
_CHANGED = {
    "error": "error-changed",
    "code-version": "code-version-changed",
    "engine": "engine-changed",
    "producer": "producer-changed",
    "trigger-rule": "setting-changed",
    "parameter": "parameter-changed",
    "run-tag": "tag-changed",
    "period": "period-changed",
    "subset-input": "subset-changed",
    "subset-output": "subset-changed",
    "locations-input": "subset-changed",
    "locations-output": "subset-changed",
    "operation-output": "operation-changed",
    "operation-input": "operation-changed",
    "parent": "parent-changed",
}
# aspect → what the codes of its items begin with, where items come and go
_ITEMS = {
    "variable": "variable", "dependency": "dependency", "parameter": "parameter",
    "run-tag": "tag", "reads": "input", "writes": "output", "assertion": "assertion",
}  # fmt: skip
# aspect → codes of less and more, and whether it says something without a history
_NUMBERS = {
    "rows-input": ("rows-fewer", "rows-more", True),
    "rows-output": ("rows-fewer", "rows-more", True),
    "bytes-input": ("bytes-fewer", "bytes-more", True),
    "bytes-output": ("bytes-fewer", "bytes-more", True),
    "files-input": ("files-fewer", "files-more", True),
    "files-output": ("files-fewer", "files-more", True),
    "yield": ("yield-lower", "yield-higher", False),
    "duration": ("faster", "slower", False),
    "delay": ("started-earlier", "started-later", False),
    "age": ("input-newer", "input-older", False),
    "metric": ("metric-lower", "metric-higher", True),
}
_QUIET = ("duration", "delay", "age", "yield")
_SEVERITY = {code.code: code.severity for code in CODES.values()}
NO_HISTORY = "info"


@dataclass(frozen=True, eq=False)
class Pairs:
    """Facts side by side: the columns of `Facts`, and those of after with `_after`.

    A fact that only one side has is null on the other. `has`, `has_after`: which side has it.
    """

    nodes: pl.DataFrame
    touches: pl.DataFrame
    values: pl.DataFrame
    numbers: pl.DataFrame

    def alone(self) -> pl.Series:
        """The nodes that only one side has."""
        return self.nodes.filter(pl.col("has") != pl.col("has_after"))["node"]

    def shared(self) -> Pairs:
        """Without what is told of nodes that only one side has, but that they are there."""
        alone = self.alone()
        if alone.is_empty():
            return self
        both = ~pl.col("node").is_in(alone.implode())
        parts = (self.touches, self.values, self.numbers)
        return Pairs(self.nodes, *(part.filter(both) for part in parts))


def paired(before: Facts, after: Facts, *, series: bool) -> Pairs:
    """Facts side by side.

    Args:
        before: of one side.
        after: of the other.
        series: whether the numbers of series are of one log, and so tell which are alike.
    """
    if series:
        numbers = _beside(before.numbers, after.numbers, ["series"])
        named = [pl.coalesce(name, f"{name}_after").alias(name) for name in KEY]
        numbers = numbers.with_columns(named).drop([f"{name}_after" for name in KEY])
    else:
        numbers = _beside(before.numbers.drop("series"), after.numbers.drop("series"), KEY)
    return Pairs(
        nodes=_beside(before.nodes, after.nodes, ["node"]),
        touches=_beside(before.touches, after.touches, ["node", "aspect", "field"]),
        values=_beside(before.values, after.values, KEY),
        numbers=numbers,
    )


def _beside(before: pl.DataFrame, after: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    told = pl.lit(value=True)
    return (
        before.with_columns(has=told)
        .join(
            after.with_columns(has=told),
            on=on,
            how="full",
            coalesce=True,
            nulls_equal=True,
            suffix="_after",
        )
        .with_columns(pl.col("has", "has_after").fill_null(value=False))
    )


def judge(both: Pairs, *, same_log: bool) -> pl.DataFrame:
    """The changes among paired facts; columns are those of `CHANGE`."""
    values, numbers = both.values, both.numbers
    differ = values.filter(pl.col("value").ne_missing(pl.col("value_after")))
    unlike = numbers.filter(pl.col("number").ne_missing(pl.col("number_after")))
    ended = _ended(values)
    parts = [
        _nodes(both.nodes),
        _states(differ),
        _both(differ),
        _items(_touched(both.touches), ended),
        _items(values.filter(pl.col("aspect").is_in(list(_ITEMS))), ended),
        _assertions(values),
        _reading(differ),
        _tasks(differ),
        _numbers(unlike, same_log=same_log),
        _untold(differ),
        _untold_numbers(unlike),
    ]
    return pl.concat([shaped(part) for part in parts])


def shaped(part: pl.DataFrame) -> pl.DataFrame:
    """With exactly the columns of `CHANGE`; the severity is the code's where none is given."""
    renamed = {"at": "at_before", "event": "event_before"}
    part = part.rename({old: new for old, new in renamed.items() if old in part.columns})
    for name, dtype in CHANGE.items():
        if name not in part.columns:
            part = part.with_columns(pl.lit(None, dtype).alias(name))
    usual = pl.col("change").replace_strict(_SEVERITY, default=None, return_dtype=pl.String)
    return part.with_columns(severity=pl.coalesce("severity", usual)).select(
        pl.col(name).cast(dtype) for name, dtype in CHANGE.items()
    )


def _side_by_side(found: pl.DataFrame, change: pl.Expr, **more: pl.Expr) -> pl.DataFrame:
    return found.with_columns(change=change, before="value", after="value_after", **more)


def _nodes(told: pl.DataFrame) -> pl.DataFrame:
    alone = told.filter(pl.col("has") != pl.col("has_after")).with_columns(
        value=pl.when("has").then("node"), value_after=pl.when("has_after").then("node")
    )
    kind = pl.when(pl.col("node").str.starts_with("job:")).then(pl.lit("job"))
    how = pl.when("has").then(pl.lit("dropped")).otherwise(pl.lit("added"))
    return _side_by_side(alone, pl.format("{}-{}", kind.otherwise(pl.lit("dataset")), how))


def _states(told: pl.DataFrame) -> pl.DataFrame:
    differ = told.filter((pl.col("aspect") == "state") & (pl.col("value") != pl.col("value_after")))
    was, now = pl.col("value"), pl.col("value_after")
    change = (
        pl.when(now.is_in(BAD) & ~was.is_in(BAD)).then(pl.lit("run-failed"))
        .when(was.is_in(BAD) & ~now.is_in(BAD)).then(pl.lit("run-recovered"))
        .when(now.is_in(BAD)).then(pl.lit("error-changed"))
        .when(now.is_in(_OPEN) & ~was.is_in(_OPEN)).then(pl.lit("run-unfinished"))
        .when(was.is_in(_OPEN) & ~now.is_in(_OPEN)).then(pl.lit("run-finished"))
    )  # fmt: skip
    return _side_by_side(differ, change).filter(pl.col("change").is_not_null())


def _both(told: pl.DataFrame) -> pl.DataFrame:
    differ = told.filter(
        pl.col("aspect").is_in(list(_CHANGED)) & (pl.col("value") != pl.col("value_after"))
    )
    client = pl.col("field") == "openlineage_client_version"
    change = (
        pl.when((pl.col("aspect") == "run-tag") & client).then(pl.lit("producer-changed"))
        .otherwise(pl.col("aspect").replace_strict(_CHANGED, default=None, return_dtype=pl.String))
    )  # fmt: skip
    named = pl.when(pl.col("aspect") == "trigger-rule").then(pl.col("aspect")).otherwise("field")
    return _side_by_side(differ, change, field=named)


def _touched(touches: pl.DataFrame) -> pl.DataFrame:
    return touches.with_columns(
        value=pl.when("has").then("field"), value_after=pl.when("has_after").then("field")
    )


def _ended(values: pl.DataFrame) -> pl.DataFrame:
    """Of each job whether its run completed: node, whole, whole_after."""
    return values.filter(pl.col("aspect") == "state").select(
        "node", whole=pl.col("value") == "COMPLETE", whole_after=pl.col("value_after") == "COMPLETE"
    )


def _items(told: pl.DataFrame, ended: pl.DataFrame) -> pl.DataFrame:
    """What comes and goes, but for assertions."""
    alone = told.filter((pl.col("has") != pl.col("has_after")) & (pl.col("aspect") != "assertion"))
    # whether each side tells anything of their kind at all
    group = ["node", "aspect"]
    any_at_all = (
        told.join(alone.select(group).unique(), on=group, how="semi")
        .group_by(group)
        .agg(any=pl.col("has").any(), any_after=pl.col("has_after").any())
    )
    # a run that failed or has not ended yet does not say what it would have touched
    alone = alone.join(any_at_all, on=group, how="left", maintain_order="left").join(
        ended, on="node", how="left", maintain_order="left"
    )
    touches = pl.col("aspect").is_in(["reads", "writes"])
    lacks = pl.when("has").then("any_after").otherwise("any")
    ends = pl.when("has").then("whole_after").otherwise("whole").fill_null(value=True)
    known = lacks & (ends | ~touches)
    stem = pl.col("aspect").replace_strict(_ITEMS, return_dtype=pl.String)
    how = pl.when("has").then(pl.lit("dropped")).otherwise(pl.lit("added"))
    silent = pl.when("has").then(pl.lit("told-no-more")).otherwise(pl.lit("told-now"))
    return _side_by_side(
        alone, pl.when(known).then(pl.format("{}-{}", stem, how)).otherwise(silent)
    )


def _assertions(told: pl.DataFrame) -> pl.DataFrame:
    group = ["node", "by"]
    checks = told.filter(pl.col("aspect") == "assertion").filter(
        pl.col("has").any().over(group) & pl.col("has_after").any().over(group)
    )
    was, now = pl.col("value"), pl.col("value_after")
    change = (
        pl.when(was.is_null()).then(pl.lit("assertion-added"))
        .when(now.is_null()).then(pl.lit("assertion-dropped"))
        .when((was != now) & (now == "fails")).then(pl.lit("assertion-failed"))
        .when(was != now).then(pl.lit("assertion-held"))
    )  # fmt: skip
    new_failure = was.is_null() & (now == "fails")
    severity = pl.when(new_failure).then(pl.lit("high"))
    found = _side_by_side(checks, change, severity=severity)
    return found.filter(pl.col("change").is_not_null())


def _reading(told: pl.DataFrame) -> pl.DataFrame:
    was, now = pl.col("value"), pl.col("value_after")
    switched = told.filter(pl.col("aspect").is_in(["in-time", "newest"]) & (was != now))
    worse = now == "no"
    change = (
        pl.when((pl.col("aspect") == "in-time") & worse).then(pl.lit("read-too-early"))
        .when(pl.col("aspect") == "in-time").then(pl.lit("read-in-time"))
        .when(worse).then(pl.lit("version-back"))
        .otherwise(pl.lit("version-forward"))
    )  # fmt: skip
    return _side_by_side(switched, change)


def _tasks(told: pl.DataFrame) -> pl.DataFrame:
    was, now = (pl.col(side).cast(pl.Int64, strict=False) for side in ("value", "value_after"))
    more = pl.when(now > was).then(pl.lit("tasks-failed")).otherwise(pl.lit("tasks-recovered"))
    return _side_by_side(told.filter((pl.col("aspect") == "tasks-failed") & (was != now)), more)


def _numbers(told: pl.DataFrame, *, same_log: bool) -> pl.DataFrame:
    found = told.filter(
        pl.col("aspect").is_in(list(_NUMBERS)) & (pl.col("number") != pl.col("number_after"))
    )
    less, more, bare = (
        pl.col("aspect").replace_strict(
            {aspect: of[at] for aspect, of in _NUMBERS.items()}, return_dtype=dtype
        )
        for at, dtype in enumerate((pl.String, pl.String, pl.Boolean))
    )
    scale = pl.max_horizontal("scale", "scale_after")
    deviation = (pl.col("y_after") - pl.col("y")) / scale
    stepped = pl.col("striking") | pl.col("striking_after")
    if same_log:  # a step somewhere between the two; a slow drift is none
        stepped |= pl.col("steps") != pl.col("steps_after")
    else:
        stepped = pl.lit(value=True)
    known = pl.max_horizontal("count", "count_after") >= ENOUGH
    falls = pl.col("number_after") < pl.col("number")
    counted = pl.col("aspect").is_in(["rows-input", "rows-output"])
    change = (
        pl.when(counted & (pl.col("number_after") == 0)).then(pl.lit("rows-gone"))
        .when(counted & (pl.col("number") == 0)).then(pl.lit("rows-came"))
        .when(falls).then(less).otherwise(more)
    )  # fmt: skip
    empties = counted & ((pl.col("number_after") == 0) | (pl.col("number") == 0))
    kept = pl.when(known).then((deviation.abs() > STRIKING) & stepped).otherwise(bare | empties)
    severity = pl.when(~known & ~empties).then(pl.lit(NO_HISTORY))
    label = (
        pl.when(pl.col("aspect") == "metric").then("field")
        .when(pl.col("aspect").str.ends_with("-input")).then(pl.lit("read"))
        .when(pl.col("aspect").str.ends_with("-output")).then(pl.lit("written"))
    )  # fmt: skip
    return found.filter(kept).with_columns(
        change=change, severity=severity, field=label, deviation=pl.when(known).then(deviation),
        before=_number("number"), after=_number("number_after"),
    )  # fmt: skip


def _number(column: str) -> pl.Expr:
    """Whole numbers as such, others to three significant places."""
    value = pl.col(column)
    whole = value == value.round()
    return (
        pl.when(whole & (value.abs() < 1e15))
        .then(value.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(value.round_sig_figs(4).cast(pl.String))
    )


def _untold(told: pl.DataFrame) -> pl.DataFrame:
    """Scalars that only one side tells: unknown on the other, not gone."""
    scalar = [
        "code-version", "engine", "period", "subset-input", "subset-output", "operation-output",
        "version",
    ]  # fmt: skip
    alone = told.filter(pl.col("aspect").is_in(scalar) & (pl.col("has") != pl.col("has_after")))
    return _side_by_side(alone, _told_by_one(), field=pl.col("aspect"))


def _untold_numbers(told: pl.DataFrame) -> pl.DataFrame:
    """The same of numbers."""
    numbers = ["rows-output", "rows-input", "metric"]
    alone = told.filter(pl.col("aspect").is_in(numbers) & (pl.col("has") != pl.col("has_after")))
    label = pl.when(pl.col("aspect") == "metric").then("field").otherwise("aspect")
    return alone.with_columns(
        change=_told_by_one(), field=label, before=_number("number"), after=_number("number_after")
    )


def _told_by_one() -> pl.Expr:
    return pl.when("has").then(pl.lit("told-no-more")).otherwise(pl.lit("told-now"))
