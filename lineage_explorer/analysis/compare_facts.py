"""What a side says, fact by fact: one long table that two sides are compared by.

A fact is (node, aspect, field, by) and a value or a number. `by` is the job whose run tells it,
where several may tell it of one dataset.
"""

from __future__ import annotations

import polars as pl

from lineage_explorer.analysis.compare_sides import Side

KEY = ["node", "aspect", "field", "by"]
_SHAPE = {
    "node": pl.String, "aspect": pl.String, "field": pl.String, "by": pl.String,
    "value": pl.String, "number": pl.Float64, "at": pl.UInt32, "event": pl.UInt32,
    "y": pl.Float64, "scale": pl.Float64, "count": pl.Int64, "steps": pl.Int64,
    "striking": pl.Boolean,
}  # fmt: skip
_TEXTS = {
    "state": "state", "error": "error", "code-version": "code_version", "engine": "engine",
    "producer": "adapter_version", "trigger-rule": "trigger_rule",
}  # fmt: skip
_LISTS = {"variable": "environment", "dependency": "depends_on"}


def facts(side: Side) -> pl.DataFrame:
    """All facts of a side: node, aspect, field, by, value, number, at (run), event."""
    frames = side.past.frames
    chosen = side.runs.select("at", "job")
    numbered = side.past.runs.select("at", "run", "job").join(chosen, on=["at", "job"])
    runs = frames.runs.join(numbered, on=["run", "job"])
    above = frames.runs.select(parent="run", parent_job="job").unique("parent")
    io = frames.io.join(numbered, on=["run", "job"])
    telling = pl.concat([numbered.select("at", "run", "job"), witnesses(side, io)]).unique("at")
    quality = frames.quality.join(telling, on=["run", "job"])
    parts = [
        *_of_runs(runs, above),
        *_of_io(io),
        _of_quality(quality),
        _of_links(side, numbered),
        _of_numbers(side, numbered),
    ]
    return pl.concat([_shaped(part) for part in parts])


def _shaped(part: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in _SHAPE.items()]
    present = set(part.columns)
    filled = part.with_columns(one for one in missing if one.meta.output_name() not in present)
    return filled.select(pl.col(name).cast(dtype) for name, dtype in _SHAPE.items())


def _of_runs(runs: pl.DataFrame, runs_of_parents: pl.DataFrame) -> list[pl.DataFrame]:
    own = runs.with_columns(node="job", by=pl.lit(None, pl.String))
    texts = own.unpivot(
        list(_TEXTS.values()), index=["node", "at"], variable_name="from", value_name="value"
    ).drop_nulls("value")
    named = {column: aspect for aspect, column in _TEXTS.items()}
    words = texts.with_columns(aspect=pl.col("from").replace_strict(named))
    words = words.with_columns(
        value=pl.when(pl.col("aspect") == "error")
        .then(pl.col("value").str.strip_chars().str.split("\n").list.first())
        .otherwise("value")
    )
    lists = [
        own.select("node", "at", field=pl.col(column))
        .explode("field", empty_as_null=False)
        .drop_nulls("field")
        .unique(maintain_order=True)
        .with_columns(aspect=pl.lit(aspect), value="field")
        for aspect, column in _LISTS.items()
    ]
    parameters = _pairs(own, "parameters", "parameter")
    tags = _pairs(own, "tags", "run-tag")
    period = own.filter(
        pl.col("nominal_end").is_not_null() & pl.col("nominal_start").is_not_null()
    ).select(
        "node",
        "at",
        aspect=pl.lit("period"),
        value=pl.format(
            "{} s", (pl.col("nominal_end") - pl.col("nominal_start")).dt.total_seconds()
        ),
    )
    tasks = own.filter(pl.col("tasks_failed").is_not_null()).select(
        "node", "at", aspect=pl.lit("tasks-failed"), value=pl.col("tasks_failed").cast(pl.String)
    )
    parents = own.join(runs_of_parents, on="parent", how="inner", maintain_order="left").select(
        "node", "at", aspect=pl.lit("parent"), value="parent_job"
    )
    present = own.select("node", "at", aspect=pl.lit("node"), value="node")
    return [words, *lists, parameters, tags, period, tasks, parents, present]


def _pairs(own: pl.DataFrame, column: str, aspect: str) -> pl.DataFrame:
    """key=value texts as field and value."""
    each = own.select("node", "at", pair=pl.col(column)).explode("pair", empty_as_null=False)
    split = pl.col("pair").str.splitn("=", 2)
    told = each.drop_nulls("pair").select(
        "node",
        "at",
        aspect=pl.lit(aspect),
        field=split.struct.field("field_0"),
        value=split.struct.field("field_1").fill_null(""),
    )
    return told.unique(["node", "field"], keep="last", maintain_order=True)


def _of_io(io: pl.DataFrame) -> list[pl.DataFrame]:
    reads = pl.col("direction") == "input"
    aspect = pl.when(reads).then(pl.lit("reads")).otherwise(pl.lit("writes"))
    touched = io.select(
        "at", node="job", aspect=aspect, field="dataset", value="dataset", event="last_event"
    )
    datasets = (
        io.sort("direction", "at")
        .unique("dataset", keep="last", maintain_order=True)
        .select("at", node="dataset", aspect=pl.lit("node"), value="dataset", event="last_event")
    )
    told = [
        io.drop_nulls(column).select(
            "at",
            node="dataset",
            aspect=pl.format("{}-{}", pl.lit(column), "direction"),
            by="job",
            value=pl.col(column).cast(pl.String),
            event="last_event",
        )
        for column in ("subset", "operation")
    ]
    told.append(
        io.drop_nulls("locations").select(
            "at",
            node="dataset",
            aspect=pl.format("locations-{}", "direction"),
            by="job",
            value=pl.col("locations").list.sort().list.join(", "),
            event="last_event",
        )
    )
    return [touched, datasets, *told]


def _of_quality(quality: pl.DataFrame) -> pl.DataFrame:
    checks = quality.filter(pl.col("kind") != "metric")
    held = pl.when(pl.col("success")).then(pl.lit("holds")).otherwise(pl.lit("fails"))
    name = pl.coalesce("name", "type", pl.lit("unnamed"))
    return (
        checks.filter(pl.col("success").is_not_null())
        .select(
            "at",
            "event",
            node=pl.coalesce("dataset", "job"),
            by="job",
            aspect=pl.lit("assertion"),
            field=pl.when(pl.col("field").is_null())
            .then(name)
            .otherwise(pl.format("{}: {}", "field", name)),
            value=held,
        )
        # of one assertion told twice, a failure stands
        .sort("value", "at", descending=[True, False])
        .unique(["node", "by", "field"], keep="last", maintain_order=True)
    )


def witnesses(side: Side, io: pl.DataFrame) -> pl.DataFrame:
    """Runs that only check what the runs of a side wrote, before it was written again.

    Of each job that checks a dataset the first such run: at, run, job. A side that is not a run
    and what that read has all jobs in it anyway.
    """
    past = side.past
    nothing = past.runs.select("at", "run", "job").clear()
    if side.focus is None:
        return nothing
    written = io.filter(pl.col("direction") == "output").select("dataset", "at")
    ends = past.runs.select("at", "start", "end")
    spans = written.join(ends, on="at").filter(pl.col("end").is_not_null())
    checks = (
        past.frames.quality.filter(pl.col("kind") == "assertion")
        .select("dataset", "run", "job")
        .unique()
        .join(written.select("dataset").unique(), on="dataset", how="semi")
    )
    if spans.is_empty() or checks.is_empty():
        return nothing
    runs = past.runs.select("run", "job", tested="start", test="at")
    writes = past.writes.select("dataset", again="start")
    seen = checks.join(runs, on=["run", "job"]).join(spans, on="dataset")
    seen = seen.filter((pl.col("tested") >= pl.col("end")) & (pl.col("test") != pl.col("at")))
    later = (
        seen.join(writes, on="dataset")
        .filter((pl.col("again") > pl.col("end")) & (pl.col("again") <= pl.col("tested")))
        .select("dataset", "test")
        .unique()
    )
    first = seen.join(later, on=["dataset", "test"], how="anti").sort("tested", "test")
    first = first.unique(["dataset", "job"], keep="first", maintain_order=True)
    return first.select("run", "job", at="test").unique().select("at", "run", "job")


def _of_links(side: Side, numbered: pl.DataFrame) -> pl.DataFrame:
    """What was read: which run made it, in which version, and whether that was in time."""
    links = side.past.links.join(numbered.select(reader="at"), on="reader")
    one = links.unique(["reader", "dataset"], keep="first", maintain_order=True)
    runs = side.past.runs["run"]
    shared = {"at": "reader", "node": "dataset", "by": "job"}
    made = one.filter(pl.col("version").is_not_null()).select(
        **shared, aspect=pl.lit("version"), value="version"
    )
    early = links.filter(pl.col("writer").is_not_null() & pl.col("attempt").is_not_null()).select(
        **shared,
        aspect=pl.lit("in-time"),
        field="writer",
        value=pl.when("early").then(pl.lit("no")).otherwise(pl.lit("yes")),
    )
    newest = one.filter(pl.col("behind").is_not_null()).select(
        **shared,
        aspect=pl.lit("newest"),
        value=pl.when("behind").then(pl.lit("no")).otherwise(pl.lit("yes")),
    )
    maker = one.filter(pl.col("maker").is_not_null()).select(
        **shared, aspect=pl.lit("maker"), value=runs.gather(one.drop_nulls("maker")["maker"])
    )
    return pl.concat([_shaped(part) for part in (made, early, newest, maker)])


def _of_numbers(side: Side, numbered: pl.DataFrame) -> pl.DataFrame:
    numbers = side.past.numbers.join(numbered.select("at"), on="at")
    return numbers.select(
        "at", "node", "aspect", "field", "number", "event", "y", "scale", "count", "steps",
        "striking", by="job",
    )  # fmt: skip
