"""Lines go round what they do not belong to."""

from __future__ import annotations

import numpy as np
import pytest

import lineage_explorer as lx
from lineage_explorer.view.placing import Floats
from lineage_explorer.view.scene import Scene
from lineage_explorer.view.state import ViewState, picture
from tests.benchmarks.logs import layered, warehouse
from tests.events import run_event

STEPS = np.linspace(0, 1, 33)[:, None]
INSIDE = 0.5  # pixels: a line may touch the border it ends at


def points(route: Floats) -> Floats:
    """Points along a chain of Béziers."""
    pieces = [route[:1]]
    for at in range(0, len(route) - 1, 3):
        a, b, c, d = route[at : at + 4]
        rest = 1 - STEPS
        pieces.append(
            rest**3 * a + 3 * rest**2 * STEPS * b + 3 * rest * STEPS**2 * c + STEPS**3 * d
        )
    return np.concatenate(pieces)


def crossed(drawn: Scene) -> list[str]:
    """Cards that some line runs through, with the line's title."""
    left, top = drawn.x + INSIDE, drawn.y + INSIDE
    right = drawn.x + [node.width for node in drawn.nodes] - INSIDE
    bottom = drawn.y + [node.height for node in drawn.nodes] - INSIDE
    found = []
    for edge, route in zip(drawn.edges, drawn.routes, strict=True):
        at = points(route)
        x, y = at[:, :1], at[:, 1:]
        hit = ((x > left) & (x < right) & (y > top) & (y < bottom)).any(axis=0)
        found += [f"{drawn.nodes[n].label}: {edge.kind} {edge.title}" for n in np.flatnonzero(hit)]
    return found


@pytest.mark.parametrize("name", lx.samples())
@pytest.mark.parametrize("columns", [False, True])
def test_no_line_crosses_a_card_of_a_sample(name: str, columns: bool) -> None:
    lin = lx.sample(name)
    opened = tuple(lin.datasets["dataset"]) if columns else ()
    drawn = picture(lin, ViewState(query="*", columns=opened, limit=0))
    assert drawn.nodes
    assert crossed(drawn) == []


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("log", [layered, warehouse])
def test_no_line_crosses_a_card_of_a_generated_graph(log, seed: int) -> None:
    lin = lx.read(log(250, seed))
    busiest = lin.neighbours.ids[int(np.argmax(lin.neighbours.degree()))]
    for state in (
        ViewState(query="*", limit=0),
        ViewState(),
        ViewState(focus=(busiest,), hops=2),
        ViewState(focus=(busiest,), hops=99, limit=40),
    ):
        assert crossed(picture(lin, state)) == []


@pytest.mark.parametrize("seed", range(4))
def test_no_line_crosses_a_card_where_there_are_cycles(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, 12, (30, 2))
    lin = lx.read(
        [run_event(f"j{n}", [f"d{a}"], [f"d{b}"], run=str(n)) for n, (a, b) in enumerate(ends)]
    )
    drawn = picture(lin, ViewState(query="*"))
    assert drawn.back.any()
    assert crossed(drawn) == []


def test_no_line_between_groups_crosses_a_group() -> None:
    lin = lx.read(warehouse(3_000, seed=2))
    first = picture(lin, ViewState())
    group = max((n for n in first.nodes if n.kind == "group"), key=lambda n: n.members)
    assert crossed(first) == []
    assert crossed(picture(lin, ViewState(groups=(group.id,)), first)) == []
