"""Which nodes are on screen: a focus and its neighbourhood, or a selection.

Never a hairball: a node shows a few neighbours in each direction, and a stub says how many more
there are (`stub:in:…`, `stub:out:…`); opening a stub shows them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lineage_explorer.graph.neighbours import Neighbours
from lineage_explorer.graph.reach import reach

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

FEW = 6
MORE = 30
SMALL = 60
ALL_HOPS = 99
DIRECTIONS = ("in", "out")


@dataclass(frozen=True)
class Shown:
    """Node ids on screen, in a fixed order, and how many neighbours each stub hides."""

    nodes: list[str]
    stubs: dict[str, int] = field(default_factory=dict)
    focus: list[str] = field(default_factory=list)
    note: str = ""


def default_focus(lin: Lineage) -> list[str]:
    """Where to begin: nowhere in a small lineage, at the busiest dataset of a large one."""
    datasets = lin.frames.datasets.height
    if datasets + lin.frames.jobs.height <= SMALL or not datasets:
        return []
    around = lin.neighbours
    return [around.ids[int(np.argmax(around.degree()[:datasets]))]]


def everything(lin: Lineage) -> Shown:
    """All nodes."""
    return Shown(lin.neighbours.ids)


def around(lin: Lineage, focus: Sequence[str], hops: int, expanded: Iterable[str] = ()) -> Shown:
    """The neighbourhood of some nodes: `hops` from dataset to dataset along flows, each way."""
    graph = lin.neighbours
    opened = list(expanded)
    starts = [graph.position[node] for node in focus]
    sides: dict[int, set[str]] = {}
    for direction in DIRECTIONS:
        _walk(lin, graph, starts, direction, hops, opened, sides)
    for start in starts:
        sides.setdefault(start, set()).update(DIRECTIONS)
    nodes = sorted(sides)
    return Shown([graph.ids[node] for node in nodes], _stubs(graph, sides, opened), list(focus))


def _walk(
    lin: Lineage,
    graph: Neighbours,
    starts: list[int],
    direction: str,
    hops: int,
    opened: list[str],
    sides: dict[int, set[str]],
) -> None:
    """Add what is reached in one direction, a few neighbours of each node."""
    allowed = _reached(lin, starts, direction, hops)
    seen = set(starts) | {node for node in sides if direction in sides[node]}
    queue = deque(starts)
    waiting = [graph.position[n] for n in _opened(opened, direction) if n in graph.position]
    while queue or waiting:
        if not queue:
            node = waiting.pop(0)
            if node not in sides and node not in seen:
                continue
            allowed |= _reached(lin, [node], direction, 1)
            queue.append(node)
            continue
        node = queue.popleft()
        candidates = [int(n) for n in graph.of(node, direction) if int(n) in allowed]
        for following in candidates[: _most(graph, node, direction, opened)]:
            sides.setdefault(following, set()).add(direction)
            if following not in seen:
                seen.add(following)
                queue.append(following)


def _opened(opened: list[str], direction: str) -> list[str]:
    prefix = f"stub:{direction}:"
    return list(dict.fromkeys(stub[len(prefix) :] for stub in opened if stub.startswith(prefix)))


def _most(graph: Neighbours, node: int, direction: str, opened: list[str]) -> int:
    """A few; thirty once its stub was opened; all when it was opened again."""
    times = opened.count(f"stub:{direction}:{graph.ids[node]}")
    return (FEW, MORE)[times] if times < 2 else len(graph.ids)


def _reached(lin: Lineage, starts: list[int], direction: str, hops: int) -> set[int]:
    """Nodes within so many hops; index and neighbours number them alike."""
    found = reach(
        lin.index,
        starts,
        "upstream" if direction == "in" else "downstream",
        None if hops >= ALL_HOPS else hops,
    )
    return set(np.flatnonzero(found.distance >= 0).tolist())


def _stubs(graph: Neighbours, sides: dict[int, set[str]], opened: list[str]) -> dict[str, int]:
    """What each node hides in the directions it was reached in."""
    stubs: dict[str, int] = {}
    for node in sorted(sides):
        ways = set(sides[node])
        ways.update(d for d in DIRECTIONS if f"stub:{d}:{graph.ids[node]}" in opened)
        for direction in sorted(ways):
            hidden = sum(int(n) not in sides for n in graph.of(node, direction))
            if hidden:
                stubs[f"stub:{direction}:{graph.ids[node]}"] = hidden
    return stubs
