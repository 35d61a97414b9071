"""What a side says, fact by fact: long tables that two sides are compared by.

A fact is (node, aspect, field, by) and a value or a number. `by` is the job whose run tells it,
where several may tell it of one dataset.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lineage_explorer.analysis.compare_sides import Side

KEY = ["node", "aspect", "field", "by"]
_SHAPE = {
    "node": pl.String, "aspect": pl.String, "field": pl.String, "by": pl.String,
    "value": pl.String, "at": pl.UInt32, "event": pl.UInt32,
}  # fmt: skip
_TEXTS = {
    "state": "state", "error": "error", "code-version": "code_version", "engine": "engine",
    "producer": "adapter_version", "trigger-rule": "trigger_rule",
}  # fmt: skip
_LISTS = {"variable": "environment", "dependency": "depends_on"}


@dataclass(frozen=True, eq=False)
class Facts:
    """What a side says; `at` is the run that tells it, `event` the last event that does.

    Attributes:
        nodes: node, at, event: the jobs and datasets there are, each once.
        touches: node (a job), aspect (reads, writes), field (a dataset), at, event.
        values: node, aspect, field, by, value, at, event.
        numbers: node, aspect, field, by, number, at, event, series (its number in the log), and
            what its history says of it: y, scale, count, steps, striking.
    """

    nodes: pl.DataFrame
    touches: pl.DataFrame
    values: pl.DataFrame
    numbers: pl.DataFrame

    def renamed(self, twins: dict[str, str]) -> Facts:
        """The same, some nodes under other names."""
        return Facts(
            called(self.nodes, ["node"], twins),
            called(self.touches, ["node", "field"], twins),
            called(self.values, ["node", "by"], twins),
            called(self.numbers, ["node", "by"], twins),
        )


def called(frame: pl.DataFrame, columns: list[str], twins: dict[str, str]) -> pl.DataFrame:
    """The same, nodes in these columns under other names."""
    return frame.with_columns(pl.col(columns).replace(twins)) if twins else frame


def facts(side: Side) -> Facts:
    """All facts of a side."""
    past = side.past
    chosen = side.runs.select("at")
    numbered = past.runs.select("at", "run", "job")[chosen["at"]]
    runs = past.frames.runs[chosen["at"]].with_columns(chosen["at"])
    above = past.frames.runs.select(parent="run", parent_job="job").unique("parent", keep="first")
    io = past.io.join(chosen, on="at", how="semi", maintain_order="left")
    telling = pl.concat([numbered, witnesses(side, io)]).unique("at")
    quality = past.frames.quality.join(telling, on=["run", "job"])
    parts = [
        *_of_runs(runs, above),
        *_of_io(io),
        _of_quality(quality),
        *_of_links(side, chosen),
    ]
    return Facts(
        nodes=_nodes(numbered, io),
        touches=_touches(io),
        values=pl.concat([_shaped(part) for part in parts]),
        numbers=_numbers(side, chosen),
    )


def _shaped(part: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in _SHAPE.items()]
    present = set(part.columns)
    filled = part.with_columns(one for one in missing if one.meta.output_name() not in present)
    return filled.select(pl.col(name).cast(dtype) for name, dtype in _SHAPE.items())


def _nodes(numbered: pl.DataFrame, io: pl.DataFrame) -> pl.DataFrame:
    jobs = numbered.select("at", node="job", event=pl.lit(None, pl.UInt32))
    datasets = io.select("at", node="dataset", event="last_event")
    return pl.concat([jobs, datasets.unique("node", keep="last", maintain_order=True)])


def _touches(io: pl.DataFrame) -> pl.DataFrame:
    reads = pl.when(pl.col("direction") == "input").then(pl.lit("reads"))
    return io.select(
        "at",
        node="job",
        aspect=reads.otherwise(pl.lit("writes")),
        field="dataset",
        event="last_event",
    )


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
    return [words, *lists, parameters, tags, period, tasks, parents]


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
    return told


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


def _of_links(side: Side, chosen: pl.DataFrame) -> list[pl.DataFrame]:
    """What was read: in which version, and whether that was in time."""
    links = side.past.links.join(chosen, left_on="reader", right_on="at", how="semi")
    one = links.unique(["reader", "dataset"], keep="first", maintain_order=True)
    shared = {"at": "reader", "node": "dataset", "by": "job"}
    version = one.filter(pl.col("version").is_not_null()).select(
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
    return [version, early, newest]


def makers(side: Side, datasets: pl.DataFrame) -> pl.DataFrame:
    """Which run made what was read of these datasets: node, by, at, value (run), version."""
    chosen = side.runs.select(reader="at")
    links = side.past.links.join(datasets, left_on="dataset", right_on="node", how="semi")
    read = links.join(chosen, on="reader", how="semi")
    one = read.unique(["reader", "dataset"], keep="first", maintain_order=True)
    made = one.drop_nulls("maker")
    run = side.past.runs["run"].gather(made["maker"])
    return made.select("version", node="dataset", by="job", at="reader", value=run)


def _numbers(side: Side, chosen: pl.DataFrame) -> pl.DataFrame:
    numbers = side.past.numbers.join(chosen, on="at", how="semi")
    return numbers.select(
        "node", "aspect", "field", "number", "at", "event", "series", "y", "scale", "count",
        "steps", "striking", by="job",
    )  # fmt: skip
