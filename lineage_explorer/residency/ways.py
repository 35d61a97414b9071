"""How a fact came to a node: the nodes it passed, the column, the events, the labels."""

from __future__ import annotations

from typing import NamedTuple

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
