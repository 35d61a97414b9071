"""Findings of where things may be: labels missing, impossible, ignored, or asking for a copy at home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import and_

import polars as pl

from lineage_explorer.residency.bits import ANYWHERE
from lineage_explorer.residency.facts import listed
from lineage_explorer.residency.finding import Finding
from lineage_explorer.residency.found_places import Claims
from lineage_explorer.residency.places import Places, country
from lineage_explorer.residency.verdict import Judged
from lineage_explorer.residency.ways import Ways
from lineage_explorer.residency.words import first_of


def unlabelled(judged: Judged, ways: Ways) -> Iterator[Finding]:
    """Datasets of which, or of some of whose sources, nobody says where they may be."""
    missing = judged.labels.code.missing
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


def impossible(judged: Judged, ways: Ways) -> Iterator[Finding]:
    """Labels that leave no place at all, with some that cannot be met together."""
    rows = judged.storage.unique("dataset", keep="last", maintain_order=True)
    code = judged.labels.code
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


def localised(judged: Judged, claims: Claims) -> Iterator[Finding]:
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


def widening(judged: Judged) -> Iterator[Finding]:
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
                    reason=f"{own.told} would add {first_of(sorted(wider), 8)}: events may only narrow",
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
