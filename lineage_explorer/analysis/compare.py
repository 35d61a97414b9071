"""Two sides → what differs between them, and how the nodes of both hang together."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lineage_explorer.analysis.change_codes import SEVERITIES
from lineage_explorer.analysis.compare_facts import facts
from lineage_explorer.analysis.compare_judge import CHANGE, judge, paired, shaped
from lineage_explorer.analysis.compare_match import renamed
from lineage_explorer.analysis.compare_sides import OFTEN, TWICE, Side, due
from lineage_explorer.analysis.compare_texts import differing, texts
from lineage_explorer.analysis.compare_words import changes_of_texts


@dataclass(frozen=True, eq=False)
class Compared:
    """What differs.

    Attributes:
        changes: as `compare_judge.CHANGE` has it, sorted.
        edges: source, target, before, after (whether that side has it), by the names of after.
        nodes: node, before, after, at_before, at_after (runs; null for datasets).
        twins: node before → node after, where the names differ.
    """

    changes: pl.DataFrame
    edges: pl.DataFrame
    nodes: pl.DataFrame
    twins: dict[str, str]


def compare(before: Side, after: Side) -> Compared:
    """Compare two sides."""
    was, now = facts(before), facts(after)
    said = [texts(before), texts(after)]
    is_schema = (pl.col("entity") == "dataset") & (pl.col("facet") == "schema")
    shown = [text.filter(is_schema) for text in said]
    given = {}
    if before.focus and after.focus and before.focus != after.focus:
        given = {before.focus: after.focus}
    told = _told_renames(after)
    twins = renamed(was, now, (shown[0], shown[1]), told, given)
    was, said[0] = _renamed(was, twins), _renamed(said[0], twins)
    same = before.past is after.past
    if same and before.key == after.key:
        changes = pl.DataFrame(schema=CHANGE)
    else:
        both = paired(was, now)
        names = _aliases(after)
        shared = both.select("node").unique()
        pairs = differing(said[0], said[1]).join(shared, on="node", how="semi")
        there = _both_sides(was, now)
        pairs = pairs.filter(pl.col("node").is_in(there.implode()))
        parts = [
            judge(both, same_log=same),
            changes_of_texts(pairs, names, twins),
            _called_otherwise(twins, given, was, now),
        ]
        if same:
            parts += [_not_run(before, after), _same_data(before, after, was, now)]
        changes = _with_events(_idle(pl.concat(parts), before, after), before, after)
    return Compared(_sorted(changes), _edges(was, now), _nodes(was, now), twins)


def _told_renames(side: Side) -> dict[str, str]:
    told = side.past.frames.datasets.select("dataset", "renamed_from").drop_nulls()
    return dict(told.iter_rows())


def _aliases(side: Side) -> dict[str, str]:
    told = side.past.frames.datasets.select("aliases", "dataset")
    return dict(told.explode("aliases", empty_as_null=False).drop_nulls().iter_rows())


def _renamed(frame: pl.DataFrame, twins: dict[str, str]) -> pl.DataFrame:
    if not twins:
        return frame
    columns = [name for name in ("node", "field", "by") if name in frame.columns]
    touches = pl.col("aspect").is_in(["reads", "writes"]) if "aspect" in frame.columns else None
    changed = [
        pl.col(name).replace(twins)
        if name != "field" or touches is None
        else pl.when(touches).then(pl.col(name).replace(twins)).otherwise(name).alias(name)
        for name in columns
    ]
    return frame.with_columns(changed)


def _both_sides(was: pl.DataFrame, now: pl.DataFrame) -> pl.Series:
    here, there = (side.filter(pl.col("aspect") == "node").select("node") for side in (was, now))
    return here.join(there, on="node", how="semi")["node"]


def _called_otherwise(
    twins: dict[str, str], given: dict[str, str], was: pl.DataFrame, now: pl.DataFrame
) -> pl.DataFrame:
    """A change for each node that has another name; not for the two jobs that were asked for."""
    rows = [
        (new, f"{'job' if new.startswith('job:') else 'dataset'}-renamed", old, new)
        for old, new in twins.items()
        if old not in given
    ]
    columns = {"node": pl.String, "change": pl.String, "before": pl.String, "after": pl.String}
    found = pl.DataFrame(rows, schema=columns, orient="row")
    is_node = pl.col("aspect") == "node"
    here, there = (side.filter(is_node).select("node", "at", "event") for side in (was, now))
    return shaped(
        found.join(here, on="node", how="left").join(there, on="node", how="left", suffix="_after")
    )


def _not_run(before: Side, after: Side) -> pl.DataFrame:
    """Jobs for which the same run stands on both sides, where a new one was to be expected."""
    again = before.runs.join(after.runs, on=["job", "at"]).filter(
        (pl.col("job") != after.focus) if after.focus else pl.lit(value=True)
    )
    if again.is_empty():
        return shaped(again.select(node="job", change=pl.lit("not-run")))
    expected = _due_by_readers if after.focus else _due_by_clock
    run = after.past.runs["run"].gather(again["at"])
    found = again.with_columns(run=run).join(expected(before, after), on="job", how="semi")
    return shaped(
        found.select(
            "at", node="job", change=pl.lit("not-run"), before="run", after="run", at_after="at"
        )
    )


def _idle(changes: pl.DataFrame, before: Side, after: Side) -> pl.DataFrame:
    """In a window, that a job did not run says little unless it runs at least so often."""
    if before.length is None or after.length is None:
        return changes
    span = min(before.length, after.length)
    often = _rhythm(after.past.runs).filter(pl.col("every") <= span)["job"].implode()
    one_sided = ("job-dropped", "job-added", "dataset-dropped", "dataset-added")
    gone = pl.col("change").is_in(one_sided)
    io = after.past.frames.io.filter(pl.col("job").is_in(often))["dataset"].unique().implode()
    steady = pl.col("node").is_in(often) | pl.col("node").is_in(io)
    return changes.with_columns(
        severity=pl.when(gone & ~steady).then(pl.lit("info")).otherwise("severity")
    )


def _rhythm(runs: pl.DataFrame) -> pl.DataFrame:
    """The usual time from one run of a job to the next: job, every, times (runs)."""
    return (
        runs.sort("job", "start")
        .group_by("job")
        .agg(every=pl.col("start").diff().median(), times=pl.len())
    )


def _due_by_readers(before: Side, after: Side) -> pl.DataFrame:
    """Jobs whose readers found a new run nearly every time."""
    readers = _readers(before, after)
    links = after.past.links.join(readers, on="reader")
    stale = pl.col("fresh").not_() | pl.col("stale")
    return (
        links.filter(due() & stale & pl.col("writer").is_not_null()).select(job="writer").unique()
    )


def _readers(before: Side, after: Side) -> pl.DataFrame:
    both = pl.concat([side.runs.select("stale", reader="at") for side in (before, after)])
    return both.group_by("reader").agg(pl.col("stale").any())


def _due_by_clock(before: Side, after: Side) -> pl.DataFrame:
    """Jobs that run at least twice in the time between the sides."""
    if before.until is None or after.until is None:
        return pl.DataFrame(schema={"job": pl.String})
    gap = abs(after.until - before.until)
    known = after.past.runs.filter(pl.col("start") <= max(before.until, after.until))
    every = _rhythm(known)
    return every.filter((pl.col("times") > TWICE) & (pl.col("every") * 2 <= gap)).select("job")


def _same_data(before: Side, after: Side, was: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Datasets read again as they were, where something new was to be expected."""
    key = ["node", "by"]
    made = [side.filter(pl.col("aspect") == "maker") for side in (was, now)]
    again = (
        made[0]
        .join(made[1], on=[*key, "value"], suffix="_after")
        .filter(pl.col("at") != pl.col("at_after"))
    )
    links = after.past.links.join(_readers(before, after), on="reader")
    counts = (pl.col("seen_made") >= TWICE) & (pl.col("usual_made") >= OFTEN)
    late = links.filter(counts & pl.col("fresh_made").not_())
    late = late.select(node="dataset", by="job").unique()
    versions = now.filter(pl.col("aspect") == "version").select(*key, version="value")
    found = again.join(late, on=key, how="semi").join(versions, on=key, how="left")
    shown = pl.coalesce("version", pl.format("made by run {}", "value"))
    return shaped(
        found.select(
            "node", "by", "at", "at_after", change=pl.lit("version-same"), before=shown, after=shown
        )
    )


def _with_events(changes: pl.DataFrame, before: Side, after: Side) -> pl.DataFrame:
    """With the events of both sides; where none was noted, the last of the run."""
    for side, at, event in (
        (before, "at_before", "event_before"),
        (after, "at_after", "event_after"),
    ):
        last = _last_events(side)
        changes = (
            changes.join(last, left_on=at, right_on="at", how="left", maintain_order="left")
            .with_columns(pl.coalesce(event, "last").alias(event))
            .drop("last")
        )
    return changes


def _last_events(side: Side) -> pl.DataFrame:
    numbered = side.past.runs.select("at", "run", "job").join(side.runs.select("at"), on="at")
    events = side.past.frames.events.select("event", "time", "run")
    return (
        events.join(numbered.select("at", "run"), on="run")
        .sort("time", "event", nulls_last=False)
        .group_by("at")
        .agg(last=pl.col("event").last())
    )


def _sorted(changes: pl.DataFrame) -> pl.DataFrame:
    rank = pl.col("severity").replace_strict(
        {severity: at for at, severity in enumerate(SEVERITIES)}, return_dtype=pl.Int8
    )
    return changes.sort(
        rank, "node", "change", "field", "by", "before", "after",
        descending=[True, *[False] * 6], nulls_last=False,
    )  # fmt: skip


def _edges(was: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    sides = []
    for facts_, side in ((was, "before"), (now, "after")):
        touched = facts_.filter(pl.col("aspect").is_in(["reads", "writes"]))
        reads = pl.col("aspect") == "reads"
        sides.append(
            touched.select(
                source=pl.when(reads).then("field").otherwise("node"),
                target=pl.when(reads).then("node").otherwise("field"),
            )
            .unique()
            .with_columns(pl.lit(value=True).alias(side))
        )
    return (
        sides[0]
        .join(sides[1], on=["source", "target"], how="full", coalesce=True)
        .with_columns(pl.col("before", "after").fill_null(value=False))
        .sort("source", "target")
    )


def _nodes(was: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    is_job = pl.col("node").str.starts_with("job:")
    sides = [
        facts_.filter(pl.col("aspect") == "node").select(
            "node", pl.when(is_job).then("at").alias(at), pl.lit(value=True).alias(side)
        )
        for facts_, side, at in ((was, "before", "at_before"), (now, "after", "at_after"))
    ]
    return (
        sides[0]
        .join(sides[1], on="node", how="full", coalesce=True)
        .with_columns(pl.col("before", "after").fill_null(value=False))
        .sort("node")
        .select("node", "before", "after", "at_before", "at_after")
    )
