"""How a fact came to a node: the nodes it passed, the column, the events, the labels."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from lineage_explorer.residency.verdict import Judged


class Way(NamedTuple):
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
        self.passed = _passed(judged)
        self.known: dict[tuple[int, int, bool], dict[int, Way]] = {}

    def of(self, node: int, bit: int, epoch: int) -> Way:
        """The way by which a fact came to a node; each is made of that of the node before."""
        return self._way(node, bit, epoch, bare=False)

    def but_for(self, node: int, bit: int, epoch: int) -> Way:
        """The way by which it would have come without exceptions, with those that kept it back."""
        return self._way(node, bit, epoch, bare=True)

    def _way(self, node: int, bit: int, epoch: int, *, bare: bool) -> Way:
        known = self.known.setdefault((bit, epoch, bare), {})
        witness = self.labels.witness(bit, epoch, bare=bare)
        before = witness.before_of
        todo: list[int] = []
        at: int | None = node
        while at is not None and at not in known:
            todo.append(at)
            at = before(at)
        for step in reversed(todo):
            come = before(step)
            if come is not None:
                way = self._next(known[come], step)
                through = self.passed.get((come, step), ()) if bare else ()
                known[step] = way._replace(policy=(*way.policy, *through)) if through else way
            else:
                known[step] = self._first(step, bit, epoch) if witness.begins(step) else Way()
        return known[node]

    def _first(self, node: int, bit: int, epoch: int) -> Way:
        """The way that begins here, where the fact was given."""
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
            return Way(way.path, None, way.events, way.policy)
        if way.path and way.path[-1] == thing:
            return Way(way.path, self.fields[node] or way.field, way.events, way.policy)
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


def _passed(judged: Judged) -> dict[tuple[int, int], tuple[str, ...]]:
    """Of edges, by their ends, the exceptions used there, in words."""
    entries = judged.policy.exceptions
    edges = judged.labels.states.edges.with_row_index("edge").select("edge", "source", "target")
    rows = judged.labels.passed.join(edges.cast({"edge": pl.Int64}), on="edge", how="inner")
    found: dict[tuple[int, int], tuple[str, ...]] = {}
    for number, source, target in (
        rows.select("exception", "source", "target").unique().sort(pl.all()).iter_rows()
    ):
        told = f"policy {entries[number].where}"
        found[source, target] = (*found.get((source, target), ()), told)
    return found
