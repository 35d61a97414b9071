"""Findings: what a person should look at, each with the way it came about.

Everything that is not decided is here too; nothing unknown is left out as if it were fine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, reduce
from operator import and_
from typing import TYPE_CHECKING, Any

import polars as pl

from lineage_explorer.residency.bits import ANYWHERE
from lineage_explorer.residency.facts import listed
from lineage_explorer.residency.places import Places, country
from lineage_explorer.residency.question import VERDICTS
from lineage_explorer.residency.settle import DISAGREE
from lineage_explorer.residency.verdict import Judged
from lineage_explorer.tables import TEXTS, Columns, table_of

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

FINDINGS: Columns = {
    "id": (pl.String, "the same for the same finding, in any run of this tool"),
    "kind": (pl.String, "what kind of finding: storage.outside, location.unknown, …"),
    "node": (pl.String, "dataset or job node id; null for one of the policy or its tables"),
    "run": (pl.String, "the newest run it is about; null where it is about none"),
    "field": (pl.String, "the column by which it came, where that is known"),
    "verdict": (pl.String, "outside, undecided, by exception, or not applicable"),
    "places": (TEXTS, "where it is, somewhere among these; empty = unknown"),
    "permitted": (TEXTS, "where it may be; ['*'] anywhere; null = missing"),
    "regime": (TEXTS, "regimes it is under"),
    "rule": (pl.String, "the rule that says so"),
    "path": (TEXTS, "node ids by which the label came here, its source first"),
    "events": (pl.List(pl.UInt32), "events that say so, see lin.events and lin.event(…)"),
    "reason": (pl.String, "why, in a sentence"),
    "policy": (TEXTS, "the labels, mappings and exceptions of the policy it rests on"),
    "runs": (pl.UInt32, "how many runs it is about"),
}

_TOLD = ("place.unknown", "place.partly", "label.missing", "label.incomplete")
TERMINAL = ("COMPLETE", "FAIL", "ABORT")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One row of the findings, as in `FINDINGS`."""

    kind: str
    verdict: str
    rule: str
    reason: str
    node: str | None = None
    run: str | None = None
    field: str | None = None
    places: Places = ()
    permitted: Places | None = None
    regime: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    events: tuple[int, ...] = ()
    policy: tuple[str, ...] = ()
    runs: int = 0

    @cached_property
    def id(self) -> str:
        """A name made of what it is about, not of when it was found."""
        about = (self.kind, self.node, self.run, self.field, self.rule, self.reason, *self.places)
        text = "\x1f".join("\x1e" if part is None else part for part in about)
        return f"F-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def findings(lin: Lineage, judged: Judged) -> pl.DataFrame:
    """All findings, the worst first; columns as in `FINDINGS`."""
    found = [
        *_stored(judged),
        *_processed(judged),
        *_crossed(judged),
        *_otherwise(judged),
        *_unplaced(judged),
        *_unlabelled(judged),
        *_empty(judged),
        *_localised(judged),
        *_widening(judged),
        *_policy(judged),
        *_gaps(lin, judged),
        *_tables(judged),
    ]
    ordered = sorted(
        found,
        key=lambda one: (VERDICTS.index(one.verdict), one.kind, one.node or "", one.run or "",
                         one.field or "", one.reason),
    )  # fmt: skip
    unique = list({one.id: one for one in ordered}.values())
    columns = {name: [getattr(one, name) for one in unique] for name in FINDINGS}
    return table_of(FINDINGS, {
        name: _lists(values, dtype) if isinstance(dtype := FINDINGS[name][0], pl.List) else values
        for name, values in columns.items()
    })  # fmt: skip


def _lists(values: Sequence[tuple[Any, ...] | None], dtype: Any) -> pl.Series:
    """Tuples as a column of lists; equal ones are made once."""
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    kinds = [None if value is None else list(value) for value in numbers]
    distinct = pl.Series(kinds, dtype=dtype, strict=False)
    return distinct.gather([numbers[value] for value in values])


@dataclass(frozen=True)
class Way:
    """How a fact came to a node: nodes by id, the column it came in, events, labels."""

    path: tuple[str, ...] = ()
    field: str | None = None
    events: tuple[int, ...] = ()
    policy: tuple[str, ...] = ()


class Ways:
    """Finds the ways facts came, on the graph of states."""

    def __init__(self, judged: Judged) -> None:
        self.labels = judged.labels
        graph = self.labels.states
        self.things = graph.nodes["thing"].to_list()
        self.fields = graph.nodes["field"].to_list()
        self.acts = graph.nodes["act"].to_list()
        self.jobs = dict(graph.acts.select("act", "job").iter_rows())
        rows = graph.writes.select("act", "dataset", "event").iter_rows()
        self.events = {(act, dataset): event for act, dataset, event in rows}
        self.known: dict[tuple[int, int], dict[int, Way]] = {}

    def of(self, node: int, bit: int, epoch: int) -> Way:
        """The way by which a fact came to a node; each is made of that of the node before."""
        known = self.known.setdefault((bit, epoch), {})
        before = self.labels.witness(bit, epoch).before_of
        todo: list[int] = []
        at: int | None = node
        while at is not None and at not in known:
            todo.append(at)
            at = before(at)
        for step in reversed(todo):
            come = before(step)
            if come is None:
                known[step] = self._first(step, bit, epoch)
            else:
                known[step] = self._next(known[come], step)
        return known[node]

    def _first(self, node: int, bit: int, epoch: int) -> Way:
        """The way that begins here, where the fact was given; none if it never came."""
        if not self.labels.witness(bit, epoch).begins(node):
            return Way()
        thing = self.things[node]
        event = self.events.get((self.acts[node], thing))
        return Way(
            () if thing is None else (thing,),
            self.fields[node],
            () if event is None else (event,),
            self._given(node, bit, epoch),
        )

    def _next(self, way: Way, node: int) -> Way:
        thing = self.things[node]
        if thing is None:
            return replace(way, field=None)
        if way.path[-1:] == (thing,):
            return replace(way, field=self.fields[node] or way.field)
        job = self.jobs.get(self.acts[node]) if way.path else None
        event = self.events.get((self.acts[node], thing))
        return Way(
            (*way.path, *((job,) if job and job != thing else ()), thing),
            self.fields[node],
            way.events if event is None else (*way.events, event),
            way.policy,
        )

    def _given(self, node: int, bit: int, epoch: int) -> tuple[str, ...]:
        """The labels that gave a fact to the node it comes from."""
        thing = self.things[node]
        return tuple(self.labels.given_to(thing, self.fields[node], epoch, bit)) if thing else ()


def _newest(frame: pl.DataFrame, *by: str) -> pl.DataFrame:
    """One row each, the one of the newest act, with the number of runs."""
    ordered = frame.sort("act", nulls_last=False) if "act" in frame.columns else frame
    return ordered.group_by(by, maintain_order=True).agg(
        pl.all().exclude(*by).last(), runs=pl.col("run").n_unique()
    )


def _claims(judged: Judged) -> dict[tuple[str, str], tuple[list[int], list[str]]]:
    """Of each node and role: the events and the entries of the policy that place it."""
    held = judged.claims.filter(pl.col("places").list.len() > 0)
    rows = held.group_by("node", "role", maintain_order=True).agg(
        pl.col("event").drop_nulls().unique(maintain_order=True).head(8),
        entries=pl.col("read").sort_by("entry").filter(pl.col("entry").is_not_null()).tail(1),
    )
    return {(node, role): (events, entries) for node, role, events, entries in rows.iter_rows()}


def _barring(judged: Judged, places: Places) -> int:
    """A bit that says that it may not be in one of these places."""
    bits = judged.labels.code.barred(places[0])
    return bits & -bits


def _outside(judged: Judged, ways: Ways, row: Mapping[str, Any], places: Places) -> Way:
    """How it came that it may not be there."""
    return ways.of(row["node"], _barring(judged, places), row["epoch"]) if places else Way()


def _stored(judged: Judged) -> Iterator[Finding]:
    claims, ways = _claims(judged), Ways(judged)
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


def _processed(judged: Judged) -> Iterator[Finding]:
    claims, ways = _claims(judged), Ways(judged)
    rows = judged.processing.filter(
        pl.col("verdict").is_in(["outside", "by exception"])
        | pl.col("rule").str.starts_with("transfer.") & (pl.col("verdict") == "undecided")
        | (pl.col("rule") == "place.partly")
    )
    for row in _newest(rows, "job", "dataset", "to_set", "verdict", "rule").iter_rows(named=True):
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


def _crossed(judged: Judged) -> Iterator[Finding]:
    """Crossings that want a basis. That a target lies outside is said of the target."""
    claims, ways = _claims(judged), Ways(judged)
    told = pl.col("rule").str.starts_with("transfer.") & (pl.col("verdict") == "undecided")
    rows = judged.crossings.filter(told | pl.col("verdict").is_in(["outside", "by exception"]))
    keys = ("source", "target", "job", "from_set", "to_set", "verdict", "rule")
    for row in _newest(rows, *keys).iter_rows(named=True):
        places = judged.sets.places(row["to_set"])
        label = judged.labels.effective(row["node"], row["epoch"])
        regime = next((r for r in label.regimes if r in row["reason"]), None)
        bit = judged.labels.code.under([regime]) if regime else judged.labels.code.limited
        way = ways.of(row["node"], bit, row["epoch"])
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
            reason=row["reason"],
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


def _otherwise(judged: Judged) -> Iterator[Finding]:
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


def _unplaced(judged: Judged) -> Iterator[Finding]:
    """What has no place, or several that do not agree; and codes that no table knows."""
    notes = judged.claims.filter(pl.col("role") != "replica").group_by("node", maintain_order=True).agg(
        pl.col("note").drop_nulls().unique(maintain_order=True),
        pl.col("event").drop_nulls().unique(maintain_order=True).head(8),
        hints=pl.col("places").filter(pl.col("grade") == "X").explode(empty_as_null=False).unique(),
        entries=pl.col("read").filter(pl.col("rule") == "policy.places").unique(maintain_order=True),
    )  # fmt: skip
    about = {row["node"]: row for row in notes.iter_rows(named=True)}
    stored = judged.storage.filter(pl.col("to_set") < 0).select("dataset", "to_set", "run")
    ran = judged.processing.filter(pl.col("to_set") < 0)
    ran = _newest(ran.select("act", "run", "job", "to_set"), "job", "to_set") if len(ran) else ran
    things = [
        (node, number, None, 0)
        for node, number, _ in stored.unique(maintain_order=True).iter_rows()
    ]
    if len(ran):
        things += list(ran.select("job", "to_set", "run", "runs").iter_rows())
    for node, number, run, runs in things:
        told = about.get(node, {"note": [], "event": [], "hints": [], "entries": []})
        conflict = number == DISAGREE
        why = "; ".join(told["note"][:3]) or "its claims are weaker than the policy's minimum"
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


def _unlabelled(judged: Judged) -> Iterator[Finding]:
    """Datasets of which, or of some of whose sources, nobody says where they may be."""
    ways, missing = Ways(judged), judged.labels.code.missing
    rows = judged.storage.filter(pl.col("role") == "storage").unique(
        "dataset", keep="last", maintain_order=True
    )
    for node, dataset, epoch in rows.select("node", "dataset", "epoch").iter_rows():
        label = judged.labels.effective(node, epoch)
        if label.complete:
            continue
        way = ways.of(node, missing, epoch)
        own = len(way.path) <= 1
        yield Finding(
            kind="label.missing",
            verdict="undecided",
            rule="label.missing" if label.permitted is None else "label.incomplete",
            reason="no label says where it may be" if own else "a source of it has no label",
            node=dataset,
            permitted=label.permitted,
            regime=label.regimes,
            path=way.path or (dataset,),
            events=way.events,
        )


def _empty(judged: Judged) -> Iterator[Finding]:
    """Labels that leave no place at all, with some that cannot be met together."""
    rows = judged.storage.unique("dataset", keep="last", maintain_order=True)
    ways, code = Ways(judged), judged.labels.code
    known: dict[tuple[tuple[int, ...], int], list[int]] = {}
    for node, dataset, epoch in rows.select("node", "dataset", "epoch").iter_rows():
        label = judged.labels.effective(node, epoch)
        if label.permitted != ():
            continue
        key = label.sources, epoch
        if key not in known:
            known[key] = _against(judged, label.sources, epoch)
        against = known[key]
        parts = [ways.of(node, code.source(number), epoch) for number in against]
        limits = [
            f"{judged.labels.told(number)} ({', '.join(judged.labels.said[number][0].permitted or ())})"
            for number in against
        ]
        yield Finding(
            kind="constraint.empty",
            verdict="undecided",
            rule="constraint.empty",
            reason=f"no place satisfies {' and '.join(limits)}",
            node=dataset,
            permitted=(),
            regime=label.regimes,
            path=tuple(dict.fromkeys(node for way in parts for node in way.path)) or (dataset,),
            events=tuple(dict.fromkeys(event for way in parts for event in way.events)),
            policy=tuple(dict.fromkeys(told for way in parts for told in way.policy)),
        )


def _against(judged: Judged, sources: Sequence[int], epoch: int) -> list[int]:
    """Of labels that leave no place together, some that do already; none of them can be left out."""
    atlas, day = judged.labels.code.atlas, judged.policy.epochs[epoch]
    allowed = {
        number: atlas.bits(judged.policy.expanded(own.permitted, day))
        for number in sources
        for own in [judged.labels.said[number][0]]
        if own.permitted is not None
    }
    kept = list(allowed)
    for number in list(allowed):
        others = [allowed[other] for other in kept if other != number]
        if others and not reduce(and_, others):
            kept.remove(number)
    return kept


def _localised(judged: Judged) -> Iterator[Finding]:
    """Data of a regime that wants a copy at home, of which none is seen there."""
    facts = judged.policy.facts
    local = {name: listed(row["countries"]) for name, row in facts.regimes.items()
             if row["default_rule"] == "localisation"}  # fmt: skip
    asked = {
        (dataset, regime): own
        for own in judged.labels.own
        for regime in own.regimes if regime in local
        for dataset in own.datasets
    }  # fmt: skip
    if not asked:
        return
    held: dict[str, list[Places]] = {}
    for dataset, number in judged.storage.select("dataset", "to_set").iter_rows():
        held.setdefault(dataset, []).append(judged.sets.places(number))
    claims = _claims(judged)
    for (dataset, regime), own in sorted(asked.items()):
        copies = held.get(dataset, [])
        home = local[regime]
        if any(copy and all(country(place) in home for place in copy) for copy in copies):
            continue
        elsewhere = all(copy and not any(country(p) in home for p in copy) for copy in copies)
        places = tuple(sorted({place for copy in copies for place in copy}))
        verdict = "outside" if elsewhere and copies else "undecided"
        yield Finding(
            kind="localisation.primary_missing",
            verdict=verdict,
            rule="localisation",
            reason=f"{regime} asks for a copy in {', '.join(home)}: "
            + (
                "none is seen there"
                if verdict == "outside"
                else "whether there is one is not known"
            ),
            node=dataset,
            places=places,
            regime=(regime,),
            path=(dataset,),
            events=tuple(claims.get((dataset, "storage"), ([], []))[0]),
            policy=(own.told,),
        )


def _widening(judged: Judged) -> Iterator[Finding]:
    """Tags that say more than the label in force: the events' word never widens."""
    last = {thing: node for thing, node, _ in judged.labels.states.last.iter_rows()}
    policy = judged.policy
    day = policy.epochs[-1]
    for own in judged.labels.own:
        if own.trusted or own.permitted is None:
            continue
        told = set(policy.expanded(own.permitted, day))
        for dataset in own.datasets:
            label = judged.labels.effective(last[dataset])
            limits = [judged.labels.said[number][0] for number in label.sources]
            trusted = any(limit.trusted for limit in limits)
            wider = told - set(label.permitted or ()) if trusted else set()
            if wider and label.permitted != ANYWHERE:
                yield Finding(
                    kind="label.widening_ignored",
                    verdict="not applicable",
                    rule="label.widening_ignored",
                    reason=f"{own.told} would add {', '.join(sorted(wider)[:8])}: events may only narrow",
                    node=dataset,
                    field=own.field,
                    permitted=label.permitted,
                    regime=label.regimes,
                    path=(dataset,),
                )
    for dataset, field, key, value, why in judged.labels.ignored:
        yield Finding(
            kind="label.unreadable",
            verdict="undecided",
            rule="label.unreadable",
            reason=f"tag {key}={value[:60]}: {why}",
            node=dataset,
            field=field,
            path=(dataset,),
        )


def _policy(judged: Judged) -> Iterator[Finding]:
    """Entries of the policy that do nothing: expired, unused, or naming nothing here."""
    policy = judged.policy
    used = set(judged.labels.passed["exception"].to_list())
    day = policy.policy_date or last_day(judged)
    for number, entry in enumerate(policy.exceptions):
        late = entry.valid_to is not None and day is not None and entry.valid_to < day
        if late:
            yield _entry("exception.expired", entry.where, f"it held until {entry.valid_to}")
        if number not in used and not late:
            yield _entry("exception.unused", entry.where, "nothing in these files flows through it")
    for own in judged.labels.own:
        if own.entry is not None and not own.datasets:
            label = policy.labels[own.entry]
            yield _entry("policy.unmatched", label.where, f"nothing here is called {label.dataset}")
    mapped = set(judged.claims["entry"].drop_nulls().to_list())
    for number, place in enumerate(policy.places):
        if number not in mapped:
            yield _entry("policy.unmatched", place.where, f"nothing here is like {place.match}")


def _entry(kind: str, where: str, reason: str) -> Finding:
    return Finding(
        kind=kind, verdict="not applicable", rule=kind, reason=f"{where}: {reason}", policy=(where,)
    )


def _gaps(lin: Lineage, judged: Judged) -> Iterator[Finding]:
    """Where lineage ends: what is read and never written, and runs without an end."""
    io = lin.frames.io
    written = io.filter(pl.col("direction") == "output")["dataset"].unique()
    read = io.filter(pl.col("direction") == "input", ~pl.col("dataset").is_in(written.implode()))
    own = {dataset for label in judged.labels.own if label.trusted for dataset in label.datasets}
    for dataset, event in read.group_by("dataset").agg(pl.col("first_event").min()).sort(
        "dataset"
    ).iter_rows():  # fmt: skip
        if dataset not in own:
            yield Finding(
                kind="lineage.gap",
                verdict="undecided",
                rule="lineage.never_written",
                reason="it is read, but nothing here writes it, and no label of the policy is on it",
                node=dataset,
                path=(dataset,),
                events=(event,),
            )
    touched = io.select("run", "job").drop_nulls().unique()
    states = lin.runs.filter(~pl.col("state").is_in(TERMINAL)).join(touched, on=["run", "job"])
    last = lin.events.group_by("run").agg(pl.col("event").max())
    open_ = states.select("run", "job", "state").join(last, on="run", how="left").sort("run")
    for run, job, state, event in open_.select("run", "job", "state", "event").iter_rows():
        yield Finding(
            kind="lineage.gap",
            verdict="undecided",
            rule="lineage.no_end",
            reason=f"the run has no end ({state}): it may have read or written more",
            node=job,
            run=run,
            path=(job,),
            events=() if event is None else (event,),
            runs=1,
        )


def _tables(judged: Judged) -> Iterator[Finding]:
    """Tables with rows that were to be looked at again before the policy's day."""
    day = judged.policy.policy_date or last_day(judged)
    if day is None:
        return
    for name, rows in judged.policy.facts.past_review(day).items():
        first = min(row["review_by"] for row in rows)
        yield Finding(
            kind="table.past_review",
            verdict="not applicable",
            rule="table.past_review",
            reason=f"{name}: {len(rows)} rows were to be reviewed by {first} or later, "
            f"which is before {day}",
        )


def last_day(judged: Judged) -> date | None:
    """The day of the newest run."""
    day = judged.labels.states.acts["day"].max()
    return day if isinstance(day, date) else None
