"""Cards, pills, stubs and groups as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from lineage_explorer.plain import plain
from lineage_explorer.view import style
from lineage_explorer.view.modes import Entry, Mode
from lineage_explorer.view.placing import Node, finder, rows_seen
from lineage_explorer.view.style import fit, text_width

MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SAME = "same"
OUTLINED = ("added", "gone", "changed")
MIXED = 4
"""Shares of a group that are told in words."""

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


def card(node: Node, entry: Entry | None) -> Iterator[str]:
    """A dataset, with its columns where it is open."""
    width, height = number(node.width), number(node.height)
    yield f'<rect class="card" width="{width}" height="{height}" rx="{style.RADIUS}"/>'
    if entry is not None:
        if entry.token != SAME:
            yield from _bar(entry, height)
        yield from outline(node, entry, style.RADIUS)
    glyph = _GLYPHS.get(node.glyph, _GLYPHS["unknown"])
    yield f'<path class="glyph" transform="translate(14 7)" d="{glyph}"/>'
    yield f'<text class="soft" x="29" y="16" font-size="11">{text(node.above)}</text>'
    yield f'<text class="text" x="14" y="34" font-size="13">{text(node.label)}</text>'
    right = node.width - 10
    for word in (entry.mark if entry else "", node.badge):
        if word:
            yield (
                f'<text class="soft" x="{number(right)}" y="16" font-size="11" '
                f'text-anchor="end">{text(word)}</text>'
            )
            right -= text_width(word, 11) + 8
    yield from _rows(node)


def _rows(node: Node) -> Iterator[str]:
    """The columns in sight, and of how many."""
    width, room, begin = number(node.width), node.width - 24, style.HEADER + finder(len(node.rows))
    if begin > style.HEADER:
        words = f"{rows_seen(len(node.rows))} of {len(node.rows)} columns"
        yield f'<path class="rule" d="M0 {style.HEADER}H{width}"/>'
        yield f'<text class="soft" x="14" y="{style.HEADER + 17}" font-size="11">{words}</text>'
    for at, (name, kind, mark) in enumerate(node.rows[: rows_seen(len(node.rows))]):
        top = number(begin + style.ROW * at)
        said = fit(" · ".join(filter(None, [mark, kind])), room * 0.45, 11)
        short = fit(name, room - text_width(said, 11) - 8, 11)
        yield f'<path class="rule" d="M0 {top}H{width}"/>'
        yield (
            f'<text class="text" x="14" y="{number(begin + style.ROW * at + 15)}" font-size="11" '
            f'font-family="{MONO}">{text(short)}</text>'
        )
        yield (
            f'<text class="soft" x="{number(node.width - 10)}" y="{number(begin + style.ROW * at + 15)}" font-size="11" '
            f'font-family="{MONO}" text-anchor="end">{text(said)}</text>'
        )


def _bar(entry: Entry, height: str) -> Iterator[str]:
    paint = f'fill="url(#{entry.pattern}-{entry.token})"' if entry.pattern else ""
    kind = "" if entry.pattern else f' class="{entry.token}"'
    yield f'<path{kind} {paint} d="{_left_edge(float(height))}"/>'


def outline(node: Node, entry: Entry, radius: float) -> Iterator[str]:
    """Of two sides: what changed has its colour all round, dashed where it is gone."""
    if entry.token in OUTLINED:
        dashes = ' stroke-dasharray="5 3"' if entry.mark == "\N{MINUS SIGN}" else ""
        yield (
            f'<rect class="{entry.token}-line" width="{number(node.width)}" '
            f'height="{number(node.height)}" rx="{number(radius)}" stroke-width="1.5"{dashes}/>'
        )


def _left_edge(height: float) -> str:
    r = style.RADIUS
    return (
        f"M5 0H{r}A{r} {r} 0 0 0 0 {r}V{number(height - r)}A{r} {r} 0 0 0 {r} {number(height)}H5Z"
    )


def pill(node: Node, entry: Entry | None) -> Iterator[str]:
    """A job."""
    width = number(node.width)
    plain_pill = entry is None or entry.pattern or entry.token == SAME
    tint = "" if entry is None or plain_pill else f' class="{entry.token}" fill-opacity="0.12"'
    yield f'<rect class="pill" width="{width}" height="{number(node.height)}" rx="12"/>'
    if tint:
        yield f'<rect{tint} width="{width}" height="{number(node.height)}" rx="12"/>'
    if entry is not None:
        yield from outline(node, entry, 12)
    if node.state in _STATE:
        token, mark = _STATE[node.state]
        yield (
            f'<path class="{token}-line" transform="translate(15 12)" d="{mark}" '
            'stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>'
        )
    else:
        yield '<text class="soft" x="15" y="16" font-size="11" text-anchor="middle">?</text>'
    yield f'<text class="text" x="28" y="16" font-size="12">{text(node.label)}</text>'
    said = entry and len(entry.mark) == 1 and entry.token == _STATE.get(node.state, ("unknown",))[0]
    if entry and entry.mark and not said:
        yield _corner(entry, node.width)


def _corner(entry: Entry, width: float) -> str:
    """A job's mark, on its upper right corner."""
    room = text_width(entry.mark, 10) + 8
    left = width + 5 - room
    return (
        f'<rect class="card" x="{number(left)}" y="-8" width="{number(room)}" height="14" rx="7"/>'
        f'<text class="soft" x="{number(left + room / 2)}" y="2.5" font-size="10" '
        f'text-anchor="middle">{text(entry.mark)}</text>'
    )


def stub(node: Node) -> Iterator[str]:
    """What lies outside of the picture."""
    yield f'<rect class="stub" width="{number(node.width)}" height="{number(node.height)}" rx="11"/>'
    yield (
        f'<text class="soft" x="{number(node.width / 2)}" y="15" font-size="11" '
        f'text-anchor="middle">{text(node.label)}</text>'
    )


def group(node: Node, mode: Mode | None, at: int) -> Iterator[str]:
    """A box on a box: what it holds, how many, and in which colours."""
    width, height = number(node.width), node.height
    yield (
        f'<rect class="card" x="4" y="4" width="{width}" height="{number(height)}" '
        f'rx="{style.RADIUS + 2}"/>'
        f'<rect class="card" width="{width}" height="{number(height)}" rx="{style.RADIUS + 2}"/>'
    )
    yield f'<text class="soft" x="14" y="16" font-size="11">{text(node.above)}</text>'
    yield f'<text class="text" x="14" y="33" font-size="13">{text(node.label)}</text>'
    yield (
        f'<text class="soft" x="{number(node.width - 10)}" y="16" font-size="11" '
        f'text-anchor="end">{text(node.badge)}</text>'
    )
    if mode is not None:
        yield from _mixture(node, mode, mode.mix.get(at, []))


def _mixture(node: Node, mode: Mode, mix: list[tuple[int, int]]) -> Iterator[str]:
    """A bar of all colours, and the largest shares with their marks and numbers."""
    total = sum(count for _, count in mix)
    x, room = 14.0, node.width - 24
    for entry, count in mix:
        share = room * count / total
        one = mode.entries[entry]
        fill = f'fill="url(#{one.pattern}-{one.token})"' if one.pattern else f'class="{one.token}"'
        yield f'<rect {fill} x="{number(x)}" y="39" width="{number(share)}" height="4"/>'
        x += share
    x = 14.0
    for entry, count in mix[:MIXED]:
        one = mode.entries[entry]
        words = f"{style.sign(one.token, one.mark)} {count:,}".replace(",", "\u2009")
        if x + text_width(words, 11) > node.width - 10:
            break
        yield (
            f'<text class="{one.token}" x="{number(x)}" y="56" font-size="11">{text(words)}</text>'
        )
        x += text_width(words, 11) + 8


def text(words: str) -> str:
    """Words of a log, made safe."""
    return escape(plain(words, lines=True))


def number(value: float) -> str:
    """A number, short."""
    return f"{float(value):.2f}".rstrip("0").rstrip(".")
