"""Findings of where things are: stored, processed, crossing, and without a known place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Any

import polars as pl

from lineage_explorer.residency.finding import Finding
from lineage_explorer.residency.places import Places
from lineage_explorer.residency.settle import DISAGREE
from lineage_explorer.residency.verdict import Judged
from lineage_explorer.residency.ways import Way, Ways
from lineage_explorer.residency.words import first_of

Claims = Mapping[tuple[str, str], tuple[list[int], list[str]]]
WITNESSES = 8
"""So many events are kept of what places a node."""

_TOLD = ("place.unknown", "place.partly", "label.missing", "label.incomplete")


def stored(judged: Judged, ways: Ways, claims: Claims) -> Iterator[Finding]:
    """Datasets that are outside, partly so, or where they are by an exception."""
    rows = judged.storage.filter(pl.col("verdict").is_in(["outside", "by exception"]) |
                                 (pl.col("rule") == "place.partly"))  # fmt: skip
    for row in rows.iter_rows(named=True):
        places = judged.sets.places(row["to_set"])
        label = judged.labels.effective(row["node"], row["epoch"])
        way = _outside(judged, ways, row, places)
        events, entries = claims.get((row["dataset"], row["role"]), ([], []))
        kind = {"outside": "storage.outside", "by exception": "exception.used"}.get(
            row["verdict"], "location.ambiguous"
        )
        yield Finding(
            kind=kind,
            verdict=row["verdict"],
            rule=row["rule"],
            reason=row["reason"],
            node=row["dataset"],
            run=row["run"],
            field=way.field,
            places=places,
            permitted=label.permitted,
            regime=label.regimes,
            path=way.path or (row["dataset"],),
            events=tuple(dict.fromkeys([*way.events, *events])),
            policy=(*way.policy, *entries),
            runs=int(row["run"] is not None),
        )


def processed(judged: Judged, ways: Ways, claims: Claims) -> Iterator[Finding]:
    """The same of jobs, for each dataset they read: the newest run, and how many."""
    rows = judged.processing.filter(
        pl.col("verdict").is_in(["outside", "by exception"])
        | pl.col("rule").str.starts_with("transfer.") & (pl.col("verdict") == "undecided")
        | (pl.col("rule") == "place.partly")
    )
    for row in newest(rows, "job", "dataset", "to_set", "verdict", "rule").iter_rows(named=True):
        places = judged.sets.places(row["to_set"])
        label = judged.labels.effective(row["node"], row["epoch"])
        way = _outside(judged, ways, row, places)
        events, entries = claims.get((row["job"], "processing"), ([], []))
        reason = f"reads {row['dataset'].partition(':')[2]}: {row['reason']}"
        kind = _kind(row["rule"], row["verdict"], "processing.outside")
        yield Finding(
            kind=kind,
            verdict=row["verdict"],
            rule=row["rule"],
            reason=reason,
            node=row["job"],
            run=row["run"],
            field=way.field,
            places=places,
            permitted=label.permitted,
            regime=label.regimes,
            path=(*(way.path or (row["dataset"],)), row["job"]),
            events=tuple(dict.fromkeys([*way.events, row["event"], *events])),
            policy=(*way.policy, *entries),
            runs=row["runs"],
        )


def _kind(rule: str, verdict: str, outside: str) -> str:
    if verdict == "by exception":
        return "exception.used"
    if rule.startswith("transfer."):
        return rule if rule != "transfer.partly" else "location.ambiguous"
    return "location.ambiguous" if rule == "place.partly" else outside


def crossed(judged: Judged, ways: Ways, claims: Claims) -> Iterator[Finding]:
    """Crossings that want a basis. That a target lies outside is said of the target."""
    told = pl.col("rule").str.starts_with("transfer.") & (pl.col("verdict") == "undecided")
    rows = judged.crossings.filter(told | pl.col("verdict").is_in(["outside", "by exception"]))
    keys = ("source", "target", "job", "from_set", "to_set", "verdict", "rule")
    for row in newest(rows, *keys).iter_rows(named=True):
        places = judged.sets.places(row["to_set"])
        label = judged.labels.effective(row["node"], row["epoch"])
        regime = next((r for r in label.regimes if r in row["reason"]), None)
        bit = judged.labels.code.under([regime]) if regime else judged.labels.code.limited
        way = ways.of(row["node"], bit, row["epoch"])
        if row["verdict"] == "by exception" and row["exception"] is None:
            way = but_for(judged, ways, row, places)
        there = claims.get((row["target"], "storage"), ([], []))
        here = claims.get((row["source"], "storage"), ([], []))
        exceptions = judged.policy.exceptions
        used = (
            (f"policy {exceptions[row['exception']].where}",)
            if row["exception"] is not None
            else ()
        )
        yield Finding(
            kind=_kind(row["rule"], row["verdict"], "transfer.no_basis"),
            verdict=row["verdict"],
            rule=row["rule"],
            reason=f"from {row['source'].partition(':')[2]}: {row['reason']}",
            node=row["target"],
            run=row["run"],
            places=places,
            permitted=label.permitted,
            regime=label.regimes,
            path=(*(way.path or (row["source"],)), *((row["job"],) if row["job"] else ()), row["target"]),
            events=tuple(dict.fromkeys([
                *way.events, *((row["event"],) if row["event"] is not None else ()),
                *here[0], *there[0],
            ])),
            policy=tuple(dict.fromkeys([*way.policy, *used, *here[1], *there[1]])),
            runs=row["runs"],
        )  # fmt: skip


def otherwise(judged: Judged) -> Iterator[Finding]:
    """What another evaluator left undecided, by rules of its own; once for each reason."""
    if judged.own_rules:
        return
    asked = pl.concat([
        judged.storage.select("verdict", "rule", "reason", node="dataset"),
        judged.processing.select("verdict", "rule", "reason", node="job"),
        judged.crossings.select("verdict", "rule", "reason", node="target"),
    ])  # fmt: skip
    rest = asked.filter(
        pl.col("verdict") == "undecided",
        ~pl.col("rule").is_in(_TOLD), ~pl.col("rule").str.starts_with("transfer."),
    )  # fmt: skip
    for rule, reason, count in rest.group_by("rule", "reason").len().sort("rule", "reason").rows():
        yield Finding(
            kind="rules.undecided",
            verdict="undecided",
            rule=rule,
            reason=f"{reason} (of {count:,} answers)",
        )


def unplaced(judged: Judged) -> Iterator[Finding]:
    """What has no place, or several that do not agree; and codes that no table knows."""
    notes = judged.claims.filter(pl.col("role") != "replica").group_by("node", maintain_order=True).agg(
        pl.col("note").drop_nulls().unique(maintain_order=True),
        pl.col("event").drop_nulls().unique(maintain_order=True).head(WITNESSES),
        hints=pl.col("places").filter(pl.col("grade") == "X").explode(empty_as_null=False).unique(),
        entries=pl.col("read").filter(pl.col("rule") == "policy.places").unique(maintain_order=True),
    )  # fmt: skip
    about = {row["node"]: row for row in notes.iter_rows(named=True)}
    held = judged.storage.filter(pl.col("to_set") < 0).select("dataset", "to_set", "run")
    ran = judged.processing.filter(pl.col("to_set") < 0)
    ran = newest(ran.select("act", "run", "job", "to_set"), "job", "to_set") if len(ran) else ran
    things = [
        (node, number, None, 0) for node, number, _ in held.unique(maintain_order=True).iter_rows()
    ]
    if len(ran):
        things += list(ran.select("job", "to_set", "run", "runs").iter_rows())
    for node, number, run, runs in things:
        told = about.get(node, {"note": [], "event": [], "hints": [], "entries": []})
        conflict = number == DISAGREE
        why = first_of(told["note"], 3, "; ") or "its claims are weaker than the policy's minimum"
        if told["hints"]:
            why += f" (its name looks like {', '.join(sorted(told['hints']))})"
        yield Finding(
            kind="location.conflict" if conflict else "location.unknown",
            verdict="undecided",
            rule="place.conflict" if conflict else "place.unknown",
            reason="what is told of its place does not agree" if conflict else why,
            node=node,
            run=run,
            path=(node,),
            events=tuple(told["event"]),
            policy=tuple(told["entries"]),
            runs=runs,
        )
    unknown = judged.claims.filter(
        pl.col("note").str.contains("has (?:no )?(?:a )?region .* in the table")
    )
    for row in unknown.unique(["node", "note"], maintain_order=True).iter_rows(named=True):
        yield Finding(
            kind="code.unknown",
            verdict="undecided",
            rule=row["rule"],
            reason=f"{row['note']}: read from {row['read']}",
            node=row["node"],
            run=row["run"],
            path=(row["node"],),
            events=(row["event"],) if row["event"] is not None else (),
        )


def _outside(judged: Judged, ways: Ways, row: Mapping[str, Any], places: Places) -> Way:
    """How it came that it may not be there; by an exception, how it would have."""
    if row["verdict"] == "by exception":
        return but_for(judged, ways, row, places)
    barred = judged.labels.held[row["epoch"]].facts[row["node"]] & _barring(judged, places)
    return ways.of(row["node"], barred & -barred, row["epoch"]) if barred else Way()


def but_for(judged: Judged, ways: Ways, row: Mapping[str, Any], places: Places) -> Way:
    """The way of what an exception kept back: that it may not be there, else a regime."""
    held = judged.labels.held[row["epoch"]]
    kept = held.bare[row["node"]] & ~held.facts[row["node"]]
    code = judged.labels.code
    kept = kept & _barring(judged, places) or kept & code.under(code.regimes)
    return ways.but_for(row["node"], kept & -kept, row["epoch"]) if kept else Way()


def _barring(judged: Judged, places: Places) -> int:
    """The bits that say that it may not be in these places."""
    return reduce(or_, map(judged.labels.code.barred, places), 0)


def newest(frame: pl.DataFrame, *by: str) -> pl.DataFrame:
    """One row each, the one of the newest act, with the number of runs."""
    ordered = frame.sort("act", nulls_last=False) if "act" in frame.columns else frame
    return ordered.group_by(by, maintain_order=True).agg(
        pl.all().exclude(*by).last(), runs=pl.col("run").n_unique()
    )


def claims_of(judged: Judged) -> Claims:
    """Of each node and role: the events and the entries of the policy that place it."""
    held = judged.claims.filter(pl.col("places").list.len() > 0)
    rows = held.group_by("node", "role", maintain_order=True).agg(
        pl.col("event").drop_nulls().unique(maintain_order=True).head(WITNESSES),
        entries=pl.col("read").sort_by("entry").filter(pl.col("entry").is_not_null()).tail(1),
    )
    return {(node, role): (events, entries) for node, role, events, entries in rows.iter_rows()}
