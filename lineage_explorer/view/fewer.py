"""What was taken out of a picture, put into it, or drawn as one: collapsed, hidden, added, grouped."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lineage_explorer.graph.neighbours import Neighbours
from lineage_explorer.view.groups import Ints, grouped
from lineage_explorer.view.shown import Shown

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

OTHER = {"in": "out", "out": "in"}
Beside = Callable[[int, str], list[int]]


def collapsed(lin: Lineage, shown: Shown, cuts: Collection[str]) -> Shown:
    """Without what hangs on a node in one direction alone; `cuts` are ids of stubs.

    What something else shown leads to as well stays.
    """
    graph = lin.neighbours
    here = {graph.position[node] for node in shown.nodes}
    made: dict[str, int] = {}
    for cut in cuts:
        direction, node = cut.removeprefix("stub:").split(":", 1)
        at = graph.position.get(node, -1)
        if at not in here:
            continue
        gone = _hanging(graph, here, at, direction)
        here -= gone
        made[cut] = 0
    return _restubbed(graph, here, shown, made, hidden=set()) if made else shown


def _hanging(graph: Neighbours, here: set[int], at: int, direction: str) -> set[int]:
    """What is reached from a node in a direction, and from nothing else that is shown."""

    def beside(node: int, way: str) -> list[int]:
        return [n for n in graph.of(node, way).tolist() if n in here]

    reached = _reached([n for n in beside(at, direction) if n != at], direction, beside)
    reached.discard(at)

    def past(node: int, way: str) -> list[int]:
        return [] if node == at else beside(node, way)

    held = (
        n for n in reached if any(m not in reached and m != at for m in beside(n, OTHER[direction]))
    )
    return reached - _reached(held, direction, past)


def _reached(starts: Iterable[int], direction: str, beside: Beside) -> set[int]:
    waiting = list(starts)
    seen = set(waiting)
    while waiting:
        for node in beside(waiting.pop(), direction):
            if node not in seen:
                seen.add(node)
                waiting.append(node)
    return seen


def without(lin: Lineage, shown: Shown, hidden: Collection[str]) -> Shown:
    """Without these nodes; no stub counts them."""
    graph = lin.neighbours
    gone = {graph.position[node] for node in hidden if node in graph.position}
    if not gone:
        return shown
    here = {graph.position[node] for node in shown.nodes} - gone
    return _restubbed(graph, here, shown, {}, gone)


def adding(lin: Lineage, shown: Shown, nodes: Iterable[str]) -> Shown:
    """With these nodes."""
    graph = lin.neighbours
    more = {graph.position[node] for node in nodes if node in graph.position}
    here = {graph.position[node] for node in shown.nodes}
    if more <= here:
        return shown
    return _restubbed(graph, here | more, shown, {}, hidden=set())


def _restubbed(
    graph: Neighbours, here: set[int], shown: Shown, more: dict[str, int], hidden: set[int]
) -> Shown:
    """These nodes, with the stubs that there were and more, counted anew."""
    stubs = {}
    for stub in [*shown.stubs, *more]:
        direction, node = stub.removeprefix("stub:").split(":", 1)
        at = graph.position[node]
        left = sum(n not in here and n not in hidden for n in graph.of(at, direction).tolist())
        if at in here and left:
            stubs[stub] = left
    nodes = [graph.ids[at] for at in sorted(here)]
    focus = [node for node in shown.focus if graph.position[node] in here]
    return replace(shown, nodes=nodes, stubs=dict(sorted(stubs.items())), focus=focus)


def in_groups(
    lin: Lineage, shown: Shown, opened: Collection[str], near: int, kept: Collection[str] = ()
) -> Shown:
    """With what is far drawn as groups: all but the `near` nodes nearest to the focus.

    `kept` are drawn by themselves in any case.
    """
    graph = lin.neighbours
    close = _nearest(graph, shown, near)
    close.update(graph.position[node] for node in kept if node in graph.position)
    here = np.array([graph.position[node] for node in shown.nodes], dtype=np.int64)
    far: Ints = here[~np.isin(here, list(close))] if close else here
    found = grouped(lin.tree, far, opened)
    alone = sorted({*found.alone.tolist(), *(close.intersection(here.tolist()))})
    nodes = [graph.ids[at] for at in alone]
    present = set(nodes)
    stubs = {
        stub: hidden
        for stub, hidden in shown.stubs.items()
        if stub.removeprefix("stub:").split(":", 1)[1] in present
    }
    return replace(shown, nodes=nodes, groups=found.groups, stubs=stubs)


def _nearest(graph: Neighbours, shown: Shown, most: int) -> set[int]:
    """The surroundings of the focus, as many steps as stay within so many nodes."""
    here = {graph.position[node] for node in shown.nodes} if shown.focus else set()
    ring = {graph.position[node] for node in shown.focus}
    close: set[int] = set()
    while ring and (not close or len(close) + len(ring) <= most):
        close |= ring
        beside = {n for at in ring for way in OTHER for n in graph.of(at, way).tolist()}
        ring = (beside & here) - close
    return close
