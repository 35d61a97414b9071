"""A scene as a static picture: one SVG text, no script, no link, nothing fetched.

Every text comes from the log, so it goes in escaped and as text only; colours and paths are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import ceil

import numpy as np

from lineage_explorer.plain import plain
from lineage_explorer.view import style
from lineage_explorer.view.modes import NONE, Entry, Mode
from lineage_explorer.view.placing import Edge, Floats, Node
from lineage_explorer.view.scene import Scene
from lineage_explorer.view.style import fit, text_width

MARGIN = 24.0
LEGEND_ROW = 20
FAINT = '<g opacity="0.4">'
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"

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

_STATE = {
    "COMPLETE": ("complete", "M-4 0L-1.2 3L4 -3.4"),
    "FAIL": ("failed", "M-3.2 -3.2L3.2 3.2M3.2 -3.2L-3.2 3.2"),
    "RUNNING": ("running", "M3.6 0A3.6 3.6 0 1 1 0 -3.6"),
    "ABORT": ("aborted", "M-3.6 0L3.6 0"),
}
_GLYPHS = {
    "table": "M0.5 0.5h9v9h-9zM0.5 3.5h9M0.5 6.5h9M4 3.5v6",
    "file": "M1.5 0.5h4.5l2.5 2.5v6.5h-7zM6 0.5v2.5h2.5",
    "topic": "M0.5 2.5q2.25 -2 4.5 0t4.5 0M0.5 5q2.25 -2 4.5 0t4.5 0M0.5 7.5q2.25 -2 4.5 0t4.5 0",
    "stream": "M0.5 2.5q2.25 -2 4.5 0t4.5 0M0.5 5q2.25 -2 4.5 0t4.5 0M0.5 7.5q2.25 -2 4.5 0t4.5 0",
    "model": "M5 0.5L9.5 5L5 9.5L0.5 5zM5 3L7 5L5 7L3 5z",
    "view": "M0.5 5q4.5 -6 9 0q-4.5 6 -9 0zM5 3.6a1.4 1.4 0 1 0 0.01 0z",
    "unknown": "M0.5 0.5h9v9h-9z",
}
_PATTERN = {
    "hatch": "M-1 5L5 -1M-1 9L9 -1M3 9L9 3",
    "dots": "M2 2h0.01M6 6h0.01",
    "cross": "M0 0L8 8M8 0L0 8",
    "lines": "M0 2H8M0 6H8",
}


def svg(
    picture: Scene, *, color: str = "kind", theme: str = "auto", selection: tuple[str, ...] = ()
) -> str:
    """The picture as SVG text.

    Args:
        picture: the scene.
        color: the name of one of its modes.
        theme: "light", "dark", or "auto" (light, and dark where the reader's system is dark).
        selection: node ids that get a ring.
    """
    mode = next((m for m in picture.modes if m.name == color), None)
    legend = _legend_entries(mode)
    told = picture.moment.words if picture.moment else ""
    legend_height = LEGEND_ROW * (len(legend) + 1) + 12 if legend else 0
    legend_height += LEGEND_ROW if told else 0
    width = max(picture.width + 2 * MARGIN, 320.0)
    height = max(picture.height, 24.0) + 2 * MARGIN + legend_height
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" '
            f'width="{_n(width)}" height="{_n(height)}" role="img" '
            f'aria-label="{_e(picture.description)}" font-family="{SANS}">'
        ),
        f"<title>{_e(picture.description)}</title>",
        f"<style>{_css(theme)}</style>",
        f"<defs>{''.join(_pattern_definitions(mode))}</defs>",
        '<rect class="ground" width="100%" height="100%"/>',
        f'<g transform="translate({_n(MARGIN)} {_n(MARGIN)})">',
        *_edges(picture),
        *_nodes(picture, mode, set(selection)),
        "</g>",
    ]
    if picture.empty:
        words = _e(picture.empty)
        parts.append(f'<text class="soft" x="{_n(MARGIN)}" y="40" font-size="13">{words}</text>')
    top = height - legend_height
    if told:
        line = f'x="{_n(MARGIN)}" y="{_n(top + 12)}" font-size="12"'
        parts.append(f'<text class="text" {line}>{_e(told)}</text>')
        top += LEGEND_ROW
    if legend and mode is not None:
        parts += _legend(mode, legend, top)
    parts.append("</svg>")
    return "".join(parts)


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
        f".column{{stroke:{c['accent']};fill:none}}.columnhead{{fill:{c['accent']}}}{named}"
    )


def _pattern_definitions(mode: Mode | None) -> Iterator[str]:
    for entry in dict.fromkeys((e.token, e.pattern) for e in (mode.entries if mode else [])):
        token, pattern = entry
        if pattern:
            dots = ' stroke-width="2.4" stroke-linecap="round"' if pattern == "dots" else ""
            yield (
                f'<pattern id="{pattern}-{token}" width="8" height="8" '
                f'patternUnits="userSpaceOnUse"><path class="{token}-line" '
                f'd="{_PATTERN[pattern]}" stroke-width="1.6"{dots}/></pattern>'
            )


def _edges(picture: Scene) -> Iterator[str]:
    seen = picture.moment.edges if picture.moment else np.ones(len(picture.edges), dtype=bool)
    for edge, route, back, there in zip(
        picture.edges, picture.routes, picture.back, seen, strict=True
    ):
        line = "column" if edge.kind == "column" else "edge"
        if not there:
            yield FAINT
        head = "columnhead" if edge.kind == "column" else "head"
        yield (
            f'<path class="{line}" d="{_path(route)}"{_stroke(edge)}>'
            f"<title>{_e(edge.title)}{' · part of a cycle' if back else ''}</title></path>"
        )
        if edge.kind != "stub":
            x, y = route[-1]
            yield f'<path class="{head}" d="M{_n(x)} {_n(y)}l-7 -3.2v6.4z"/>'
        if not there:
            yield "</g>"


def _stroke(edge: Edge) -> str:
    if edge.kind == "hands_over":
        return ' stroke-width="1.5" stroke-dasharray="6 4"'
    if edge.kind == "stub":
        return ' stroke-width="1" stroke-dasharray="2 3"'
    if edge.indirect:
        return ' stroke-width="1.2" stroke-dasharray="1.5 3"'
    if edge.basis == "implied":
        return ' stroke-width="1" stroke-opacity="0.6"'
    return ' stroke-width="1.5"'


def _path(route: Floats) -> str:
    head = f"M{_n(route[0][0])} {_n(route[0][1])}"
    curves = (
        "C" + " ".join(f"{_n(x)} {_n(y)}" for x, y in route[at : at + 3])
        for at in range(1, len(route), 3)
    )
    return head + "".join(curves)


def _nodes(picture: Scene, mode: Mode | None, selection: set[str]) -> Iterator[str]:
    values = mode.values if mode else [NONE] * len(picture.nodes)
    moment = picture.moment
    seen = moment.nodes if moment else np.ones(len(picture.nodes), dtype=bool)
    for node, x, y, value, there in zip(
        picture.nodes, picture.x, picture.y, values, seen, strict=True
    ):
        entry = mode.entries[value] if mode and value != NONE else None
        if not there:
            yield FAINT
        yield f'<g transform="translate({_n(x)} {_n(y)})"><title>{_e(node.title)}</title>'
        if node.id in selection:
            yield _ring(node)
        if node.kind == "dataset":
            yield from _card(node, entry)
        elif node.kind == "job":
            yield from _pill(node, entry)
        else:
            yield from _stub(node)
        if moment and node.id in moment.captions:
            words = _e(moment.captions[node.id])
            yield f'<text class="soft" y="{_n(node.height + 13)}" font-size="11">{words}</text>'
        if moment and node.id in moment.active:
            yield _ring(node, "running-line", ' stroke-dasharray="5 3"')
        yield "</g>"
        if not there:
            yield "</g>"


def _ring(node: Node, name: str = "ring", more: str = "") -> str:
    radius = style.JOB_HEIGHT / 2 + 3 if node.kind == "job" else style.RADIUS + 3
    return (
        f'<rect class="{name}" x="-3" y="-3" width="{_n(node.width + 6)}" '
        f'height="{_n(node.height + 6)}" rx="{_n(radius)}" stroke-width="2"{more}/>'
    )


def _card(node: Node, entry: Entry | None) -> Iterator[str]:
    width, height = _n(node.width), _n(node.height)
    yield f'<rect class="card" width="{width}" height="{height}" rx="{style.RADIUS}"/>'
    if entry is not None:
        yield from _bar(entry, height)
    glyph = _GLYPHS.get(node.glyph, _GLYPHS["unknown"])
    yield f'<path class="glyph" transform="translate(14 7)" d="{glyph}"/>'
    yield f'<text class="soft" x="29" y="16" font-size="11">{_e(node.above)}</text>'
    yield f'<text class="text" x="14" y="34" font-size="13">{_e(node.label)}</text>'
    right = node.width - 10
    for word in (entry.mark if entry else "", node.badge):
        if word:
            yield (
                f'<text class="soft" x="{_n(right)}" y="16" font-size="11" '
                f'text-anchor="end">{_e(word)}</text>'
            )
            right -= text_width(word, 11) + 8
    for number, (name, kind, _) in enumerate(node.rows):
        top = style.HEADER + style.ROW * number
        yield f'<path class="rule" d="M0 {top}H{width}"/>'
        yield (
            f'<text class="text" x="14" y="{top + 15}" font-size="11" '
            f'font-family="{MONO}">{_e(name)}</text>'
        )
        yield (
            f'<text class="soft" x="{_n(node.width - 10)}" y="{top + 15}" font-size="11" '
            f'font-family="{MONO}" text-anchor="end">{_e(kind)}</text>'
        )


def _bar(entry: Entry, height: str) -> Iterator[str]:
    paint = f'fill="url(#{entry.pattern}-{entry.token})"' if entry.pattern else ""
    kind = "" if entry.pattern else f' class="{entry.token}"'
    yield f'<path{kind} {paint} d="{_left_edge(float(height))}"/>'


def _left_edge(height: float) -> str:
    r = style.RADIUS
    return f"M5 0H{r}A{r} {r} 0 0 0 0 {r}V{_n(height - r)}A{r} {r} 0 0 0 {r} {_n(height)}H5Z"


def _pill(node: Node, entry: Entry | None) -> Iterator[str]:
    width = _n(node.width)
    tint = f' class="{entry.token}" fill-opacity="0.12"' if entry and not entry.pattern else None
    yield f'<rect class="pill" width="{width}" height="{_n(node.height)}" rx="12"/>'
    if tint:
        yield f'<rect{tint} width="{width}" height="{_n(node.height)}" rx="12"/>'
    if node.state in _STATE:
        token, mark = _STATE[node.state]
        yield (
            f'<path class="{token}-line" transform="translate(15 12)" d="{mark}" '
            'stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>'
        )
    else:
        yield '<text class="soft" x="15" y="16" font-size="11" text-anchor="middle">?</text>'
    yield f'<text class="text" x="28" y="16" font-size="12">{_e(node.label)}</text>'
    if entry and entry.mark and entry.token != _STATE.get(node.state, ("unknown",))[0]:
        yield _corner(entry, node.width)


def _corner(entry: Entry, width: float) -> str:
    """A job's mark, on its upper right corner."""
    room = text_width(entry.mark, 10) + 8
    left = width + 5 - room
    return (
        f'<rect class="card" x="{_n(left)}" y="-8" width="{_n(room)}" height="14" rx="7"/>'
        f'<text class="soft" x="{_n(left + room / 2)}" y="2.5" font-size="10" '
        f'text-anchor="middle">{_e(entry.mark)}</text>'
    )


def _stub(node: Node) -> Iterator[str]:
    yield f'<rect class="stub" width="{_n(node.width)}" height="{_n(node.height)}" rx="11"/>'
    yield (
        f'<text class="soft" x="{_n(node.width / 2)}" y="15" font-size="11" '
        f'text-anchor="middle">{_e(node.label)}</text>'
    )


def _legend_entries(mode: Mode | None) -> list[tuple[Entry, int]]:
    if mode is None:
        return []
    counts = np.bincount([v for v in mode.values if v != NONE], minlength=len(mode.entries))
    return [(e, int(n)) for e, n in zip(mode.entries, counts, strict=True) if n]


def _legend(mode: Mode, entries: list[tuple[Entry, int]], top: float) -> Iterator[str]:
    yield f'<g transform="translate({_n(MARGIN)} {_n(top)})">'
    yield f'<text class="soft" x="0" y="12" font-size="11">{_e(mode.title)}</text>'
    for number, (entry, count) in enumerate(entries, start=1):
        y = number * LEGEND_ROW
        paint = (
            f'fill="url(#{entry.pattern}-{entry.token})"'
            if entry.pattern
            else f'class="{entry.token}"'
        )
        label = fit(entry.label, 240, 12)
        words = f"{entry.mark} " if entry.mark else ""
        yield f'<rect {paint} x="0" y="{y + 2}" width="11" height="11" rx="2"/>'
        yield f'<text class="text" x="20" y="{y + 12}" font-size="12">{_e(words + label)}</text>'
        x = ceil(text_width(words + label, 12)) + 32
        yield f'<text class="soft" x="{x}" y="{y + 12}" font-size="12">{count}</text>'
    yield "</g>"


def _e(text: str) -> str:
    return escape(plain(text, lines=True))


def _n(value: float) -> str:
    return f"{float(value):.2f}".rstrip("0").rstrip(".")
