"""Two sides → what differs between them, and how the nodes of both hang together."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lineage_explorer.analysis.change_codes import SEVERITIES
from lineage_explorer.analysis.compare_facts import Facts, called, facts, makers
from lineage_explorer.analysis.compare_judge import CHANGE, Pairs, judge, paired, shaped
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
    same = before.past is after.past
    both = paired(was, now, series=same)
    given = {}
    if before.focus and after.focus and before.focus != after.focus:
        given = {before.focus: after.focus}
    names = ({}, {}) if same else (_names(before), _names(after))
    twins = _twins(both, (was, now), said, _told_renames(after), given, names)
    if twins:
        was, said[0] = was.renamed(twins), called(said[0], ["node"], twins)
        both = paired(was, now, series=False)
    if same and before.key == after.key:
        changes = pl.DataFrame(schema=CHANGE)
    else:
        texts_ = differing(said[0], said[1])
        there = both.nodes.filter(pl.col("has") & pl.col("has_after"))["node"]
        texts_ = texts_.filter(pl.col("node").is_in(there.implode()))
        parts = [
            judge(both.shared(), same_log=same),
            changes_of_texts(texts_, (_aliases(before), _aliases(after)), twins),
            _called_otherwise(twins, given, both, (before, after)),
        ]
        if same:
            parts += [_not_run(before, after), _same_data(before, after, twins)]
        changes = _with_events(_idle(pl.concat(parts), before, after), before, after)
    return Compared(_sorted(changes), _edges(both), _nodes(both), twins)


def _twins(
    both: Pairs,
    sides: tuple[Facts, Facts],
    said: list[pl.DataFrame],
    told: dict[str, str],
    given: dict[str, str],
    names: tuple[dict[str, str], dict[str, str]],
) -> dict[str, str]:
    has, has_after = both.nodes["has"], both.nodes["has_after"]
    alone = (
        set(both.nodes.filter(has & ~has_after)["node"]),
        set(both.nodes.filter(has_after & ~has)["node"]),
    )
    is_schema = (pl.col("entity") == "dataset") & (pl.col("facet") == "schema")
    shown = (said[0].filter(is_schema), said[1].filter(is_schema))
    return renamed(sides, alone, shown, told, given, names)


def _told_renames(side: Side) -> dict[str, str]:
    told = side.past.frames.datasets.select("dataset", "renamed_from").drop_nulls()
    return dict(told.iter_rows())


def _named(side: Side) -> pl.DataFrame:
    """Every node of its log: node, kind, namespace, name."""
    frames = side.past.frames
    about = ["namespace", "name"]
    datasets = frames.datasets.select(*about, node="dataset", kind=pl.lit("dataset"))
    return pl.concat([datasets, frames.jobs.select(*about, node="job", kind=pl.lit("job"))])


def _names(side: Side) -> dict[str, str]:
    return dict(_named(side).select("node", "name").iter_rows())


def _aliases(side: Side) -> dict[str, str]:
    told = side.past.frames.datasets.select("aliases", "dataset")
    return dict(told.explode("aliases", empty_as_null=False).drop_nulls().iter_rows())


def _called_otherwise(
    twins: dict[str, str], given: dict[str, str], both: Pairs, sides: tuple[Side, Side]
) -> pl.DataFrame:
    """A change for each node that has another name; not for the two jobs that were asked for.

    Where all of a namespace is in another one, the two logs are of two places, as staging and
    production: that is why they are compared, and only worth a note.
    """
    rows = [
        (new, f"{'job' if new.startswith('job:') else 'dataset'}-renamed", old, new)
        for old, new in twins.items()
        if old not in given
    ]
    columns = dict.fromkeys(("node", "change", "before", "after"), pl.String)
    found = pl.DataFrame(rows, schema=columns, orient="row")
    if sides[0].past is not sides[1].past:
        elsewhere = pl.col("before").is_in(_elsewhere(twins, sides).implode())
        found = found.with_columns(severity=pl.when(elsewhere).then(pl.lit("info")))
    return shaped(found.join(both.nodes, on="node", how="left"))


def _elsewhere(twins: dict[str, str], sides: tuple[Side, Side]) -> pl.Series:
    """Nodes of before whose whole namespace, of two nodes or more, is in another one of after."""
    pairs = pl.DataFrame({"node": list(twins), "twin": list(twins.values())}, schema_overrides={
        "node": pl.String, "twin": pl.String})  # fmt: skip
    was, now = (_named(side).with_columns(pl.len().over("kind", "namespace")) for side in sides)
    now = now.rename({"node": "twin"})
    both = was.join(pairs, on="node").join(now, on=["twin", "kind", "name"], suffix="_after")
    place = ["kind", "namespace", "namespace_after"]
    moved = both.with_columns(count=pl.len().over(place))
    whole = (pl.col("count") == pl.col("len")) & (pl.col("count") == pl.col("len_after"))
    return moved.filter(whole & (pl.col("count") > 1))["node"]


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
    one_sided = ("job-dropped", "job-added", "dataset-dropped", "dataset-added")
    gone = pl.col("change").is_in(one_sided)
    nodes = changes.filter(gone)["node"].implode()
    if nodes.list.len().item() == 0:
        return changes
    touched = after.past.io.filter(pl.col("dataset").is_in(nodes)).select("dataset", "job")
    asked = pl.col("job").is_in(nodes) | pl.col("job").is_in(touched["job"].implode())
    span = min(before.length, after.length)
    rhythm = _rhythm(after.past.runs.filter(asked))
    often = rhythm.filter(pl.col("every") <= span)["job"].implode()
    io = touched.filter(pl.col("job").is_in(often))["dataset"].unique().implode()
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


def _same_data(before: Side, after: Side, twins: dict[str, str]) -> pl.DataFrame:
    """Datasets read again as they were, where something new was to be expected."""
    key = ["node", "by"]
    counts = (pl.col("seen_made") >= TWICE) & (pl.col("usual_made") >= OFTEN)
    late = (
        after.past.links.filter(counts & pl.col("fresh_made").not_())
        .join(_readers(before, after), on="reader", how="semi")
        .select(node="dataset", by="job")
        .unique()
    )
    here = late.select("node").unique()
    old = {new: name for name, new in twins.items()}
    was = called(makers(before, called(here, ["node"], old)), key, twins)
    again = (
        was.join(makers(after, here), on=[*key, "value"], suffix="_after")
        .filter(pl.col("at") != pl.col("at_after"))
        .join(late, on=key, how="semi")
    )
    shown = pl.coalesce("version_after", pl.format("made by run {}", "value"))
    return shaped(
        again.select(
            "node", "by", "at", "at_after", change=pl.lit("version-same"), before=shown, after=shown
        )
    )


def _with_events(changes: pl.DataFrame, before: Side, after: Side) -> pl.DataFrame:
    """With the events of both sides; where none was noted, the last of the run."""
    for side, at, event in (
        (before, "at_before", "event_before"),
        (after, "at_after", "event_after"),
    ):
        lacking = changes.filter(pl.col(event).is_null())[at].drop_nulls().unique()
        changes = (
            changes.join(
                _last_events(side, lacking),
                left_on=at,
                right_on="at",
                how="left",
                maintain_order="left",
            )
            .with_columns(pl.coalesce(event, "last").alias(event))
            .drop("last")
        )
    return changes


def _last_events(side: Side, runs: pl.Series) -> pl.DataFrame:
    numbered = side.past.runs.select("at", "run")[runs]
    return (
        side.past.frames.events.select("event", "time", "run")
        .join(numbered, on="run")
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


def _edges(both: Pairs) -> pl.DataFrame:
    reads = pl.col("aspect") == "reads"
    return both.touches.select(
        source=pl.when(reads).then("field").otherwise("node"),
        target=pl.when(reads).then("node").otherwise("field"),
        before="has",
        after="has_after",
    ).sort("source", "target")


def _nodes(both: Pairs) -> pl.DataFrame:
    is_job = pl.col("node").str.starts_with("job:")
    return both.nodes.sort("node").select(
        "node",
        before="has",
        after="has_after",
        at_before=pl.when(is_job).then("at"),
        at_after=pl.when(is_job).then("at_after"),
    )
