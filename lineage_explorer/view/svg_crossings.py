"""What a colour mode says of lines, drawn over them: a stroke of its own and a mark for each.

The browser draws the same (`frontend/src/crossings.ts`).
"""

from __future__ import annotations

from collections.abc import Iterator

from lineage_explorer.view.modes import Entry, Line, Mode
from lineage_explorer.view.placing import Floats
from lineage_explorer.view.scene import Scene
from lineage_explorer.view.style import text_width
from lineage_explorer.view.svg_edges import LOCK, middle, path
from lineage_explorer.view.svg_nodes import number, text

STROKES = {
    "failed": ' stroke-width="3"',
    "unknown": ' stroke-width="2" stroke-dasharray="7 4"',
    "complete": ' stroke-width="2"',
}
"""By the colour of the entry; of any other a dash and a dot."""
OTHER = ' stroke-width="2.5" stroke-dasharray="9 3 2 3"'
POSSIBLE = ' stroke-width="1.2" stroke-dasharray="2 4"'


def crossings(picture: Scene, mode: Mode | None) -> Iterator[str]:
    """The lines of a mode, then their marks; what is not sure has none."""
    marks: list[str] = []
    for at, line in mode.lines.items() if mode else ():
        entry, route = mode.entries[line.entry] if mode else Entry("", ""), picture.routes[at]
        stroke = STROKES.get(entry.token, OTHER) if line.sure else POSSIBLE
        yield (
            f'<path class="{entry.token}-line" d="{path(route)}"{stroke}>'
            f"<title>{text(line.words)}</title></path>"
        )
        marks += _marks(entry, line, route)
    yield from marks


def _marks(entry: Entry, line: Line, route: Floats) -> Iterator[str]:
    if not line.sure:
        return
    x, y = middle(route)
    mark = f"{entry.mark}{line.count if line.count > 1 else ''}"
    half = max(8.0, text_width(mark, 11) / 2 + 4)
    box = f'x="{number(-half)}" y="-8" width="{number(2 * half)}" height="16" rx="8"'
    yield (
        f'<g class="{entry.token}-line" transform="translate({number(x)} {number(y)})">'
        f'<rect class="card" {box}/><rect {box} stroke-width="1.5"/>'
        f'<text class="{entry.token}" y="4" font-size="11" font-weight="700" stroke="none" '
        f'text-anchor="middle">{text(mark)}</text></g>'
    )
    if line.masked:
        yield (
            f'<g transform="translate({number(x + half + 10)} {number(y)})"><circle class="ground" r="8"/>'
            f'<path class="glyph" d="{LOCK}"/></g>'
        )
