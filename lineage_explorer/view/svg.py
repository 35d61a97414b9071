"""A scene as a static picture: one SVG text, no script, no link, nothing fetched.

Every text comes from the log, so it goes in escaped and as text only; colours and paths are ours.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from html import escape
from math import ceil

import numpy as np

from lineage_explorer.view import style, svg_changes, svg_nodes
from lineage_explorer.view.changes import NAME
from lineage_explorer.view.modes import NONE, Entry, Mode
from lineage_explorer.view.placing import Node
from lineage_explorer.view.scene import Scene
from lineage_explorer.view.style import fit, text_width
from lineage_explorer.view.svg_crossings import crossings
from lineage_explorer.view.svg_edges import FAINT, lines
from lineage_explorer.view.svg_nodes import number, text

MARGIN = 24.0
LEGEND_ROW = 20
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

LIGHT = {
    "ground": "#ffffff",
    "card": "#ffffff",
    "line": "#d0d5dd",
    "pill": "#eef1f5",
    "text": "#1b1f27",
    "soft": "#5b6170",
    "edge": "#98a2b3",
    "accent": "#1e66c9",
}
DARK = {
    "ground": "#14171c",
    "card": "#1b1f27",
    "line": "#3a414d",
    "pill": "#262b34",
    "text": "#e6e9ef",
    "soft": "#a4abba",
    "edge": "#6b7486",
    "accent": "#7db4ff",
}

_PATTERN = {
    "hatch": "M-1 5L5 -1M-1 9L9 -1M3 9L9 3",
    "dots": "M2 2h0.01M6 6h0.01",
    "cross": "M0 0L8 8M8 0L0 8",
    "lines": "M0 2H8M0 6H8",
}


def svg(
    picture: Scene,
    *,
    color: str = "kind",
    theme: str = "auto",
    selection: tuple[str, ...] = (),
    side: str = "both",
) -> str:
    """The picture as SVG text.

    Args:
        picture: the scene.
        color: the name of one of its modes.
        theme: "light", "dark", or "auto" (light, and dark where the reader's system is dark).
        selection: node ids that get a ring.
        side: of two sides, which: both, before or after.
    """
    mode = next((m for m in picture.modes if m.name == color), None)
    legend = _legend_entries(mode)
    compare = picture.compare
    told = picture.moment.words if picture.moment else svg_changes.words(compare, side)
    if compare and compare.marks and mode and mode.name == NAME:
        legend = [*legend, (svg_changes.entry(compare), len(compare.marks))]
    note = bool(mode and mode.note)
    legend_height = LEGEND_ROW * (len(legend) + 1 + note) + 12 if legend else 0
    legend_height += LEGEND_ROW if told else 0
    width = max(picture.width + 2 * MARGIN, 320.0)
    height = max(picture.height, 24.0) + 2 * MARGIN + legend_height
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" '
            f'width="{number(width)}" height="{number(height)}" role="img" '
            f'aria-label="{text(picture.description)}" font-family="{SANS}">'
        ),
        f"<title>{text(picture.description)}</title>",
        f"<style>{_css(theme)}</style>",
        f"<defs>{''.join(_pattern_definitions(mode))}</defs>",
        '<rect class="ground" width="100%" height="100%"/>',
        f'<g transform="translate({number(MARGIN)} {number(MARGIN)})">',
        *lines(picture, side),
        *crossings(picture, mode),
        *_nodes(picture, mode, set(selection), side),
        "</g>",
    ]
    if picture.empty:
        words = text(picture.empty)
        parts.append(
            f'<text class="soft" x="{number(MARGIN)}" y="40" font-size="13">{words}</text>'
        )
    top = height - legend_height
    if told:
        place = f'x="{number(MARGIN)}" y="{number(top + 12)}" font-size="12"'
        parts.append(f'<text class="text" {place}>{text(told)}</text>')
        top += LEGEND_ROW
    if legend and mode is not None:
        parts += _legend(mode, legend, top)
    parts.append("</svg>")
    return "".join(parts)


def stand_in(picture: str, description: str) -> tuple[str, str]:
    """An id, and the image of a picture with that id for the live view to hide."""
    image = picture.encode()
    name = blake2b(image, digest_size=8).hexdigest()
    html = (
        f'<img data-lx-fallback="{name}" alt="{escape(description)}" '
        f'style="max-width:100%" src="data:image/svg+xml;base64,{b64encode(image).decode()}">'
    )
    return name, html


def _css(theme: str) -> str:
    light = _rules(LIGHT, 0)
    if theme == "light":
        return light
    if theme == "dark":
        return _rules(DARK, 1)
    return f"{light}@media (prefers-color-scheme: dark){{{_rules(DARK, 1)}}}"


def _rules(colours: dict[str, str], index: int) -> str:
    named = "".join(
        f".{token}{{color:{pair[index]};fill:currentColor}}.{token}-line{{color:{pair[index]};"
        f"stroke:currentColor;fill:none}}"
        for token, pair in style.PALETTE.items()
    )
    c = colours
    return (
        f".ground{{fill:{c['ground']}}}.card{{fill:{c['card']};stroke:{c['line']}}}"
        f".pill{{fill:{c['pill']};stroke:{c['line']}}}"
        f".stub{{fill:{c['ground']};stroke:{c['edge']};stroke-dasharray:3 3}}"
        f".rule{{stroke:{c['line']};fill:none}}.text{{fill:{c['text']}}}.soft{{fill:{c['soft']}}}"
        f".glyph{{stroke:{c['soft']};fill:none}}.edge{{stroke:{c['edge']};fill:none}}"
        f".head{{fill:{c['edge']}}}.ring{{stroke:{c['accent']};fill:none}}"
        f".column{{stroke:{c['accent']};fill:none}}.columnhead{{fill:{c['accent']}}}"
        f".onmark{{fill:{c['ground']}}}"
        f".hidden{{fill:{c['ground']};stroke:{c['edge']}}}{named}"
    )


def _pattern_definitions(mode: Mode | None) -> Iterator[str]:
    for entry in dict.fromkeys((e.token, e.pattern) for e in (mode.entries if mode else [])):
        token, pattern = entry
        if pattern:
            wide = '"2.4" stroke-linecap="round"' if pattern == "dots" else '"1.6"'
            yield (
                f'<pattern id="{pattern}-{token}" width="8" height="8" '
                f'patternUnits="userSpaceOnUse"><path class="{token}-line" '
                f'd="{_PATTERN[pattern]}" stroke-width={wide}/></pattern>'
            )


def _nodes(picture: Scene, mode: Mode | None, selection: set[str], side: str) -> Iterator[str]:
    values = mode.values if mode else [NONE] * len(picture.nodes)
    moment, compare = picture.moment, picture.compare
    seen = moment.nodes if moment else np.ones(len(picture.nodes), dtype=np.bool_)
    nodes = svg_changes.on_side(compare, picture.nodes, side)
    places = zip(nodes, picture.x, picture.y, values, seen, strict=True)
    for at, (node, x, y, value, there) in enumerate(places):
        entry = mode.entries[value] if mode and value != NONE else None
        if entry and mode and mode.marks:
            entry = replace(entry, mark=mode.marks[at])
        faded = [] if there else [FAINT]
        faded += [svg_changes.ABSENT] if compare and compare.absent(at, side) else []
        yield from faded
        yield f'<g transform="translate({number(x)} {number(y)})"><title>{text(node.title)}</title>'
        if node.id in selection:
            yield _ring(node)
        yield from _shape(node, mode, at, entry)
        if moment and node.id in moment.captions:
            yield svg_changes.caption(node, moment.captions[node.id])
        elif compare:
            yield from svg_changes.told(compare, node, at)
        if moment and node.id in moment.active:
            yield _ring(node, "running-line", ' stroke-dasharray="5 3"')
        yield "</g>" * (1 + len(faded))


def _shape(node: Node, mode: Mode | None, at: int, entry: Entry | None) -> Iterator[str]:
    if node.kind == "dataset":
        return svg_nodes.card(node, entry)
    if node.kind == "job":
        return svg_nodes.pill(node, entry)
    if node.kind == "group":
        return svg_nodes.group(node, mode, at)
    return svg_nodes.stub(node)


def _ring(node: Node, name: str = "ring", more: str = "") -> str:
    radius = style.JOB_HEIGHT / 2 + 3 if node.kind == "job" else style.RADIUS + 3
    return (
        f'<rect class="{name}" x="-3" y="-3" width="{number(node.width + 6)}" '
        f'height="{number(node.height + 6)}" rx="{number(radius)}" stroke-width="2"{more}/>'
    )


def _legend_entries(mode: Mode | None) -> list[tuple[Entry, int]]:
    if mode is None:
        return []
    counts = [(entry, mode.count(at)) for at, entry in enumerate(mode.entries)]
    return [(entry, count) for entry, count in counts if count]


def _legend(mode: Mode, entries: list[tuple[Entry, int]], top: float) -> Iterator[str]:
    yield f'<g transform="translate({number(MARGIN)} {number(top)})">'
    yield f'<text class="soft" x="0" y="12" font-size="11">{text(mode.title)}</text>'
    for row, (entry, count) in enumerate(entries, start=1):
        y = row * LEGEND_ROW
        paint = (
            f'fill="url(#{entry.pattern}-{entry.token})"'
            if entry.pattern
            else f'class="{entry.token}"'
        )
        label = fit(entry.label, 240, 12)
        # A text of its own: the font that has the mark may not be that of the words.
        room = ceil(text_width(entry.mark, 12)) + 6 if entry.mark else 0
        yield f'<rect {paint} x="0" y="{y + 2}" width="11" height="11" rx="2"/>'
        yield f'<text class="text" x="20" y="{y + 12}" font-size="12">{text(entry.mark)}</text>'
        at = f'x="{20 + room}" y="{y + 12}" font-size="12"'
        yield f'<text class="text" {at}>{text(label)}</text>'
        x = ceil(text_width(label, 12)) + room + 32
        yield f'<text class="soft" x="{x}" y="{y + 12}" font-size="12">{count}</text>'
    if mode.note:
        y = (len(entries) + 1) * LEGEND_ROW + 12
        yield f'<text class="soft" x="0" y="{y}" font-size="12">{text(mode.note)}</text>'
    yield "</g>"
