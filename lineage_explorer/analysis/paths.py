"""How does one node reach another? Every path, shortest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import heappop, heappush
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from lineage_explorer.analysis.words import SHOWN, counted, more
from lineage_explorer.errors import LineageError
from lineage_explorer.graph.narrow import narrow
from lineage_explorer.graph.reach import hops_around, reach
from lineage_explorer.plain import plain

if TYPE_CHECKING:
    from lineage_explorer.graph.index import Index
    from lineage_explorer.graph.steps import Ints
    from lineage_explorer.lineage import Lineage
    from lineage_explorer.view.widget import Explorer

_ALL = 99
_ARROW = " → "


@dataclass(frozen=True, eq=False, repr=False)
class Paths:
    """The ways from one node to another.

    Attributes:
        source: the id of the node they begin at.
        target: the id of the node they end at.
        paths: each a list of node ids with the jobs between; fewest hops first, then by id. No
            dataset is on a path twice; a job that is passed twice is.
        limit: how many were asked for.
        truncated: whether there are more than that.
    """

    lin: Lineage
    source: str
    target: str
    paths: list[list[str]]
    limit: int
    truncated: bool

    @property
    def count(self) -> int:
        """How many paths are here; with `truncated` there are more."""
        return len(self.paths)

    @cached_property
    def lineage(self) -> Lineage:
        """The part of the lineage these paths go over."""
        nodes = dict.fromkeys([self.source, self.target, *(n for path in self.paths for n in path)])
        return replace(self.lin, frames=narrow(self.lin.frames, list(nodes)))

    def explore(self, **options: Any) -> Explorer:
        """The interactive view of this part."""
        return self.lineage.explore(**{"focus": self.source, "hops": _ALL, **options})

    @property
    def sentence(self) -> str:
        """The answer in one line."""
        ends = f"from {plain(self.source)} to {plain(self.target)}"
        if not self.paths:
            return f"no path {ends}"
        cut = f"; there are more, these are the first {self.limit:,}" if self.truncated else ""
        return f"{counted(self.count, 'path')} {ends}{cut}"

    def _lines(self) -> list[str]:
        return [_ARROW.join(map(plain, path)) for path in self.paths[:SHOWN]]

    def __repr__(self) -> str:
        rest = more(self.count - SHOWN, "path")
        return "\n".join([self.sentence, *self._lines(), *([f"{rest} in .paths"] if rest else [])])

    def _repr_html_(self) -> str:
        rest = more(self.count - SHOWN, "path")
        items = "".join(f"<li>{escape(line)}</li>" for line in self._lines())
        after = f"<p>{escape(rest)} in <code>.paths</code></p>" if rest else ""
        return f"<p>{escape(self.sentence)}</p>{f'<ol>{items}</ol>' if items else ''}{after}"


def paths(lin: Lineage, source: str, target: str, limit: int = 100) -> Paths:
    """Every path of flows from one node to the other, up to a limit.

    Raises:
        NodeNotFound: if nothing is called so.
        AmbiguousName: if several nodes are.
        LineageError: if `limit` is below 1.
    """
    if limit < 1:
        raise LineageError(f"limit is {limit}, which is below 1.", "the default is 100.")
    start, end = lin.names.find(source), lin.names.find(target)
    ids = lin.index.ids
    ways = list(islice(_ways(lin.index, lin.index.at(start), lin.index.at(end)), limit + 1))
    found = [[ids[node] for node in way] for way in ways[:limit]]
    return Paths(lin, start, end, found, limit, len(ways) > limit)


Way = tuple[int, ...]


def _ways(index: Index, start: int, end: int) -> Iterator[Way]:
    """Paths in order of hops, then of ids.

    Each beginning waits in a heap with the hops of the shortest path it can become. So the first
    in the heap leads to the next path, and beginnings that lead to none are not tried.
    """
    if start == end:
        return
    graph = _Graph(index, start, end)
    heap: list[tuple[int, tuple[str, ...], Way, Way, frozenset[int]]] = []
    if graph.joined:
        heap.append((0, (index.ids[start],), (start,), (), frozenset([start])))
    told: set[Way] = set()
    while heap:
        _, names, way, carried, seen = heappop(heap)
        if way[-1] == end:
            if way not in told:  # a job that is passed and one that carries look the same
                told.add(way)
                yield way
            continue
        for job, node, left in graph.onward(way[-1], seen):
            if job < 0 and carried and (way[-1], node) in graph.next(carried[0]):
                continue  # the same in one hop: the job is passed
            step = (node,) if job < 0 else (job, node)
            heappush(heap, (
                len(seen) + left, (*names, *(index.ids[n] for n in step)), (*way, *step),
                (way[-1],) if job < 0 and node >= index.datasets else (), seen | {node},
            ))  # fmt: skip


class _Graph:
    """The part of the index between two nodes."""

    def __init__(self, index: Index, start: int, end: int) -> None:
        self.index = index
        self.start = start
        self.end = end
        beyond = reach(index, [start], "downstream").flow < 0
        beyond[end] = False  # a job may be where paths end without any flow into it
        self.outside = np.flatnonzero(beyond)
        self.left = hops_around(index, end, "upstream", self.outside)
        self.left[self.outside] = -1
        self.near = set(index.enters.row(end).tolist())
        self.cycle = _cycles(index)
        self.known: dict[int, list[tuple[int, int]]] = {}
        self.down: dict[int, int] = {}

    @property
    def joined(self) -> bool:
        """Whether any path leads from the one to the other."""
        return any(self.left[to] >= 0 for _, to in self.next(self.start))

    def next(self, node: int) -> list[tuple[int, int]]:
        """The (job, node) one hop on from which the end can be reached; job -1 where none is between."""
        found = self.known.get(node)
        if found is None:
            found = self.known[node] = sorted(set(self._next(node)))
        return found

    def _next(self, node: int) -> Iterator[tuple[int, int]]:
        index = self.index
        if node == self.start:
            yield from ((-1, to) for to in index.leaves.row(node).tolist() if self.left[to] >= 0)
        if node in self.near:
            yield -1, self.end
        for step in index.forward.row(node).tolist():
            job = int(index.step_job[step - index.size])
            for to in index.forward.row(step).tolist():
                if self.left[to] >= 0:
                    yield (-1 if job in (node, to) else job), to

    def onward(self, node: int, seen: frozenset[int]) -> Iterator[tuple[int, int, int]]:
        """The (job, node) one hop on, with the hops then left past all that was seen."""
        around: Ints | None = None
        for job, to in self.next(node):
            if to in seen:
                continue
            left = int(self.left[to])
            if self._meets(to, seen):
                if around is None:
                    blocked = np.fromiter(seen, dtype=np.int32)
                    around = hops_around(
                        self.index, self.end, "upstream", np.r_[self.outside, blocked]
                    )
                left = int(around[to])
            if left >= 0:
                yield job, to, left

    def _meets(self, node: int, seen: frozenset[int]) -> bool:
        """Whether the nearest way to the end comes upon one of these; only on a cycle it can."""
        at, loose = node, self.start >= self.index.datasets  # a job is left by other ways as well
        while at != self.end and (loose or self.cycle[at] == self.cycle[node] >= 0):
            at = self._nearer(at)
            if at in seen:
                return True
        return False

    def _nearer(self, node: int) -> int:
        """A node one hop nearer to the end."""
        if node not in self.down:
            self.down[node] = next(
                to for _, to in self.next(node) if self.left[to] == self.left[node] - 1
            )
        return self.down[node]


def _cycles(index: Index) -> Ints:
    """The number of the cycle each node is on, -1 on none; only there may a path meet itself."""
    starts, values = index.forward.starts, index.forward.values
    size = len(starts) - 1
    matrix = sparse.csr_array((np.ones(len(values), np.int8), values, starts), (size, size))
    _, component = sparse.csgraph.connected_components(matrix, connection="strong")
    of_nodes = component[: index.size]
    together = np.bincount(of_nodes, minlength=int(component.max(initial=0)) + 1)
    return np.where(together[of_nodes] > 1, of_nodes, -1).astype(np.int32)
