"""Which nodes are on screen: a focus and its neighbourhood, or a selection.

Never a hairball: a node shows a few neighbours in each direction, and a stub says how many more
there are (`stub:in:…`, `stub:out:…`); opening a stub shows them.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lineage_explorer.graph.index import Direction
from lineage_explorer.graph.neighbours import Ints, Neighbours
from lineage_explorer.graph.reach import reach
from lineage_explorer.view.groups import Group

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

FEW = 6
MORE = 30
SMALL = 60
ALL_HOPS = 99
DIRECTIONS = ("in", "out")


@dataclass(frozen=True)
class Shown:
    """Node ids on screen, in a fixed order, and how many neighbours each stub hides.

    `groups` are drawn as one node each; their members are not in `nodes`. `shortest` is the path to
    emphasise. `empty` is said where there is no node.
    """

    nodes: list[str]
    stubs: dict[str, int] = field(default_factory=dict)
    focus: list[str] = field(default_factory=list)
    note: str = ""
    groups: list[Group] = field(default_factory=list)
    shortest: list[str] = field(default_factory=list)
    empty: str = ""


def is_small(lin: Lineage) -> bool:
    """Whether a picture of everything can be read."""
    return lin.frames.datasets.height + lin.frames.jobs.height <= SMALL


def default_focus(lin: Lineage) -> list[str]:
    """One place to begin: the busiest dataset."""
    datasets = lin.frames.datasets.height
    if not datasets:
        return []
    around = lin.neighbours
    return [around.ids[int(np.argmax(around.degree()[:datasets]))]]


def everything(lin: Lineage) -> Shown:
    """All nodes."""
    return Shown(lin.neighbours.ids)


def around(lin: Lineage, focus: Sequence[str], hops: int, expanded: Iterable[str] = ()) -> Shown:
    """The neighbourhood of some nodes: `hops` from dataset to dataset along flows, each way."""
    graph = lin.neighbours
    opened = Counter(expanded)
    starts = [graph.position[node] for node in focus]
    sides: dict[int, set[str]] = {start: set(DIRECTIONS) for start in starts}
    for direction in DIRECTIONS:
        _walk(lin, starts, direction, hops, opened, sides)
    for stub in opened:
        direction, node = stub.removeprefix("stub:").split(":", 1)
        at = graph.position.get(node, -1)
        if at in sides:
            _walk(lin, [at], direction, 1, opened, sides)
            sides[at].add(direction)
    nodes = [graph.ids[node] for node in sorted(sides)]
    return Shown(nodes, _stubs(graph, sides), list(focus))


def _walk(
    lin: Lineage,
    starts: list[int],
    direction: str,
    hops: int,
    opened: Counter[str],
    sides: dict[int, set[str]],
) -> None:
    """Add what is reached in one direction, going away from the starts, a few from each node."""
    graph = lin.neighbours
    distance = _distances(lin, starts, direction, hops)
    datasets = lin.frames.datasets.height
    queue, seen = deque(starts), set(starts)
    while queue:
        node = queue.popleft()
        # A job stands at the hop of the datasets behind it, so from a job the hop may stay.
        least = distance[node] + (node < datasets)
        ahead = [int(n) for n in graph.of(node, direction) if distance[n] >= least]
        for following in ahead[: _most(graph, node, direction, opened)]:
            sides.setdefault(following, set()).add(direction)
            if following not in seen:
                seen.add(following)
                queue.append(following)


def _most(graph: Neighbours, node: int, direction: str, opened: Counter[str]) -> int:
    """A few; thirty once its stub was opened; all when it was opened again."""
    times = opened[f"stub:{direction}:{graph.ids[node]}"]
    return (FEW, MORE)[times] if times < 2 else len(graph.ids)


def _distances(lin: Lineage, starts: list[int], direction: str, hops: int) -> Ints:
    """Hops to every node, -1 where it is not reached; index and neighbours number them alike."""
    way: Direction = "upstream" if direction == "in" else "downstream"
    found = reach(lin.index, starts, way, None if hops >= ALL_HOPS else hops)
    return np.asarray(found.distance, dtype=np.int64)


def _stubs(graph: Neighbours, sides: dict[int, set[str]]) -> dict[str, int]:
    """What each node hides in the directions it was reached in."""
    stubs: dict[str, int] = {}
    for node in sorted(sides):
        for direction in sorted(sides[node]):
            hidden = sum(int(n) not in sides for n in graph.of(node, direction))
            if hidden:
                stubs[f"stub:{direction}:{graph.ids[node]}"] = hidden
    return stubs
