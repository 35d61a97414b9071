"""Lines between nodes as SVG, with what they say beside them: loop, lock, number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lineage_explorer.view.placing import NO_ROW, Edge, Floats, rows_seen
from lineage_explorer.view.scene import Scene
from lineage_explorer.view.style import text_width
from lineage_explorer.view.svg_nodes import number, text

FAINT = '<g opacity="0.4">'
SHARES = (0.02, 0.08, 0.2, 0.5)
"""A line between groups is a step thicker with each of these shares of the largest."""
_DASHED = {
    "hands_over": ' stroke-width="1.5" stroke-dasharray="6 4"',
    "stub": ' stroke-width="1" stroke-dasharray="2 3"',
}
_ONLY = {"before": "gone-line", "after": "added-line"}
_LOOP = "M3.8 0.5A3.9 3.9 0 1 1 2.7 -2.8M3.2 -4.800v2.4H0.8"
LOCK = "M-3 -0.5h6v4.500h-6zM-1.8 -0.5V-2a1.8 1.8 0 0 1 3.6 0v1.5"


def lines(picture: Scene, side: str = "both") -> Iterator[str]:
    """All lines, then what stands on them; of two sides those of one, or of both."""
    only = picture.compare.lines if picture.compare else {}
    seen = picture.moment.edges if picture.moment else np.ones(len(picture.edges), dtype=np.bool_)
    largest = max((edge.runs for edge in picture.edges if edge.kind == "group"), default=1)
    marks: list[str] = []
    for at, (edge, route, back, there) in enumerate(
        zip(picture.edges, picture.routes, picture.back, seen, strict=True)
    ):
        alone = only.get(at)
        if alone and side not in ("both", alone):
            continue
        if not there:
            yield FAINT
        stroke = f"{_stroke(edge, largest)}{_pale(at in picture.aside)}"
        if alone == "before":
            stroke = ' stroke-width="1.5" stroke-dasharray="5 3"'
        name = _ONLY.get(alone or "") or _class(edge)
        said = f"{edge.words(picture.edge_seen[at, 1])}{' · part of a cycle' if back else ''}"
        yield _line(route, said, name, stroke)
        if edge.kind != "stub":
            yield from _heads(edge, route, name)
        if not there:
            yield "</g>"
        marks += _marks(picture, edge, route, back=bool(back))
    yield from marks
    yield from _numbers(picture)


def _line(route: Floats, said: str, name: str, stroke: str) -> str:
    return f'<path class="{name}" d="{path(route)}"{stroke}><title>{text(said)}</title></path>'


def _class(edge: Edge) -> str:
    return "column" if edge.kind == "column" or edge.shortest else "edge"


def _pale(aside: bool) -> str:  # noqa: FBT001
    return ' stroke-opacity="0.3"' if aside else ""


def _stroke(edge: Edge, largest: int) -> str:
    if edge.kind == "group":
        steps = sum(edge.runs > share * largest for share in SHARES)
        return f' stroke-width="{number(1 + 0.6 * steps)}"'
    if edge.shortest:
        return ' stroke-width="2.5"'
    if edge.kind in _DASHED:
        return _DASHED[edge.kind]
    if edge.indirect:
        return ' stroke-width="1.2" stroke-dasharray="1.5 3" stroke-opacity="0.8"'
    implied = edge.basis == "implied" or edge.kind == "column"
    return ' stroke-width="1" stroke-opacity="0.6"' if implied else ' stroke-width="1.5"'


def path(route: Floats) -> str:
    """A chain of Béziers."""
    head = f"M{number(route[0][0])} {number(route[0][1])}"
    curves = (
        "C" + " ".join(f"{number(x)} {number(y)}" for x, y in route[at : at + 3])
        for at in range(1, len(route), 3)
    )
    return head + "".join(curves)


def _heads(edge: Edge, route: Floats, line: str) -> Iterator[str]:
    name = {"column": "columnhead", "edge": "head"}.get(line) or line.removesuffix("-line")
    x, y = route[-1]
    far = next((point for point in route[-2::-1] if abs(point[0] - x) > 1e-6), route[0])
    way = -7 if far[0] < x else 7
    yield f'<path class="{name}" d="M{number(x)} {number(y)}l{way} -3.2v6.4z"/>'
    if edge.both:
        x, y = route[0]
        yield f'<path class="{name}" d="M{number(x)} {number(y)}l7 -3.2v6.4z"/>'


def _marks(picture: Scene, edge: Edge, route: Floats, *, back: bool) -> Iterator[str]:
    """A loop on a line of a cycle, a lock on a masked one, a ring at rows out of sight."""
    x, y = middle(route)
    for number_of, drawing in enumerate([_LOOP] * back + [LOCK] * edge.masked):
        place = f'transform="translate({number(x + 16 * number_of)} {number(y)})"'
        yield f'<g {place}><circle class="ground" r="8"/><path class="glyph" d="{drawing}"/></g>'
    ends = ((edge.source, edge.source_row, route[0]), (edge.target, edge.target_row, route[-1]))
    for node, row, (x, y) in ends:
        if row != NO_ROW and row >= rows_seen(len(picture.nodes[node].rows)):
            yield f'<circle class="hidden" cx="{number(x)}" cy="{number(y)}" r="3"/>'


def middle(route: Floats) -> tuple[float, float]:
    """The middle of the middle piece."""
    first = 3 * ((len(route) - 1) // 6)
    a, b, c, d = route[first : first + 4]
    x, y = (a + 3 * b + 3 * c + d) / 8
    return float(x), float(y)


def _numbers(picture: Scene) -> Iterator[str]:
    """How many edges the lines between groups stand for: the largest first, none over another."""
    x, y = picture.x, picture.y
    right = x + np.array([node.width for node in picture.nodes])
    below = y + np.array([node.height for node in picture.nodes])
    taken = [np.column_stack([x, y, right, below])]
    labelled = [
        at for at, edge in enumerate(picture.edges) if edge.label and at not in picture.aside
    ]
    for at in sorted(labelled, key=lambda one: (-picture.edges[one].runs, one)):
        label = picture.edges[at].label
        across, down = middle(picture.routes[at])
        half = text_width(label, 10) / 2 + 4
        box = np.array([across - half, down - 7, across + half, down + 7])
        if any(
            ((there[:, :2] < box[2:]) & (there[:, 2:] > box[:2])).all(axis=1).any()
            for there in taken
        ):
            continue
        taken.append(box[None, :])
        yield (
            f'<rect class="ground" x="{number(box[0])}" y="{number(box[1])}" '
            f'width="{number(2 * half)}" height="14" rx="7"/>'
            f'<text class="soft" x="{number(across)}" y="{number(down + 3.5)}" font-size="10" '
            f'text-anchor="middle">{text(label)}</text>'
        )
