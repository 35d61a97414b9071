"""Closures once more, slowly and by the book: every flow an edge of a networkx graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx
from hypothesis import strategies as st

from lineage_explorer.tables import Frames
from tests.frames import Bundle, frames_of, node

Pair = tuple[str, str]


@dataclass(frozen=True)
class Made:
    """Bundles with what jobs read and write beside them."""

    bundles: Sequence[Bundle]
    bases: Sequence[str] = ()
    reads: Sequence[Pair] = field(default_factory=list)
    writes: Sequence[Pair] = field(default_factory=list)
    names: Sequence[str] = ()

    @property
    def frames(self) -> Frames:
        return frames_of(
            self.bundles, basis=self.bases or "implied", reads=self.reads, writes=self.writes,
            nodes=self.names,
        )  # fmt: skip

    def takes(self, job: str) -> set[str]:
        told = {s for j, sources, _ in self.bundles if j == job for s in sources}
        return (told | {d for j, d in self.reads if j == job}) - {job}

    def puts(self, job: str) -> set[str]:
        told = {t for j, _, targets in self.bundles if j == job for t in targets}
        return (told | {d for j, d in self.writes if j == job}) - {job}

    def flows(self) -> set[tuple[str, str | None, str]]:
        """(source, job, target), with those that carrying jobs add."""
        found = {
            (s, j, t) for j, sources, targets in self.bundles for s in sources for t in targets
        }
        bases = self.bases or ["implied"] * len(self.bundles)
        declared = {
            (j, t)
            for (j, _, targets), basis in zip(self.bundles, bases, strict=True)
            for t in targets
            if basis == "declared"
        }
        sources = {s for _, of, _ in self.bundles for s in of if s.startswith("J")}
        targets = {t for _, _, of in self.bundles for t in of if t.startswith("J")}
        found |= {(s, job, job) for job in sources for s in self.takes(job)}
        found |= {
            (job, job, t) for job in targets for t in self.puts(job) if (job, t) not in declared
        }
        return found

    def graph(self, start: str, direction: str) -> nx.DiGraph[Any]:
        """Nodes are ("flow", node), ("passed", job) and one in the middle of each flow."""
        flows = self.flows()
        names = {*self.names, start}
        jobs = {n for n in names if n.startswith("J")}
        steps: set[tuple[Any, Any, Any]] = {
            (("flow", s), (s, j, t), ("flow", t)) for s, j, t in flows
        }
        ahead, behind = (
            (self.takes, self.puts) if direction == "downstream" else (self.puts, self.takes)
        )
        if direction == "upstream":
            steps = {(t, middle, s) for s, middle, t in steps}
        if start in jobs:
            for to in behind(start):
                triple = (start, start, to) if direction == "downstream" else (to, start, start)
                steps.add((("flow", start), triple, ("flow", to)))
        for job in jobs - {start}:
            for from_ in ahead(job):
                steps.add((("flow", from_), (from_, job), ("passed", job)))
        graph: nx.DiGraph[Any] = nx.DiGraph()
        graph.add_node(("flow", start))
        for step in steps:
            nx.add_path(graph, step)
        return graph

    def distances(self, start: str, direction: str) -> dict[str, int]:
        """Hops to every node that is reached."""
        lengths = nx.single_source_shortest_path_length(
            self.graph(start, direction), ("flow", start)
        )
        found: dict[str, int] = {}
        for vertex, length in lengths.items():
            if vertex[0] in ("flow", "passed") and len(vertex) == 2 and vertex[1] != start:
                hops = length // 2
                found[vertex[1]] = min(found.get(vertex[1], hops), hops)
        return found

    def shortest(self, start: str, direction: str, to: str) -> int:
        """How many shortest paths there are."""
        graph = self.graph(start, direction)
        ends = [end for end in (("flow", to), ("passed", to)) if end in graph]
        found = {
            end: list(nx.all_shortest_paths(graph, ("flow", start), end))
            for end in ends
            if nx.has_path(graph, ("flow", start), end)
        }
        best = min(len(ways[0]) for ways in found.values())
        return next(len(ways) for ways in found.values() if len(ways[0]) == best)


DATASETS = list("abcdef")
JOBS = ["J0", "J1", "J2"]


@st.composite
def lineages(draw: st.DrawFn, *, carried: bool = True, acyclic: bool = False) -> Made:
    """Random bundles: cycles, self loops, overlaps and, if asked, jobs that carry."""
    names = st.sampled_from(DATASETS + (JOBS if carried else []))
    some = st.lists(names, min_size=1, max_size=3, unique=True)
    bundle = st.tuples(st.sampled_from([*JOBS, None]), some, some)
    bundles: list[Bundle] = list(draw(st.lists(bundle, max_size=6)))
    if acyclic:
        bundles = [(job, [s], [t]) for job, of, to in bundles for s in of for t in to if s < t]
    pair = st.lists(st.tuples(st.sampled_from(JOBS), st.sampled_from(DATASETS)), max_size=3)
    bases = [draw(st.sampled_from(["declared", "implied"])) for _ in bundles]
    return Made(bundles, bases, draw(pair), draw(pair), DATASETS + JOBS)


def ids(names: Sequence[str]) -> list[str]:
    return [node(name) for name in names]
