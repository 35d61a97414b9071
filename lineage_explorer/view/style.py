"""Sizes and colours of the picture: one table for SVG, HTML and the live view.

Colours are our own constants, a pair (light, dark) each; event text never becomes a colour.
Text on cards is measured with the widths below, generous for the usual interface fonts.
"""

from __future__ import annotations

import re

from lineage_explorer.plain import plain

HEADER = 44
ROW = 22
JOB_HEIGHT = 24
STUB_HEIGHT = 22
STUB_WIDTH, STUB_GAP = 44, 16
RADIUS = 6
CARD_MIN, CARD_MAX = 208, 288
JOB_MAX = 256
GAP_X, GAP_Y, CAPTIONED_GAP = 64.0, 16.0, 26.0
ROWS_SHOWN, FINDER = 12, 26
GROUP_MIN, GROUP_HEIGHT, GROUP_GAP = 144, 62, 28.0

METRICS = {
    "header": HEADER,
    "row": ROW,
    "job": JOB_HEIGHT,
    "radius": RADIUS,
    "rows": ROWS_SHOWN,
    "finder": FINDER,
}

PALETTE: dict[str, tuple[str, str]] = {
    "complete": ("#0b7a58", "#3ecf9a"),
    "failed": ("#b93815", "#ff8a65"),
    "running": ("#1e66c9", "#7db4ff"),
    "aborted": ("#75644f", "#c2ad92"),
    "unknown": ("#5b6170", "#a4abba"),
    "added": ("#0b7a58", "#3ecf9a"),
    "gone": ("#b93815", "#ff8a65"),
    "changed": ("#8a5d00", "#e3b341"),
    "same": ("#5f6774", "#8f97a5"),
    # Okabe-Ito, darkened for text-size marks on white and lightened for dark grounds.
    "cat0": ("#0072b2", "#56a9e0"),
    "cat1": ("#8f5b00", "#e69f00"),
    "cat2": ("#007a5a", "#2fc79b"),
    "cat3": ("#a8467c", "#e08fbd"),
    "cat4": ("#2679a8", "#8ccdf2"),
    "cat5": ("#b84a00", "#f08a4b"),
    "cat6": ("#76701a", "#e6dc5a"),
    "cat7": ("#4d4d4d", "#c0c0c0"),
    # One hue in five steps, least to most: each at least 3:1 on its ground.
    "seq0": ("#888ec2", "#5f67a0"),
    "seq1": ("#6b72b3", "#7f88c4"),
    "seq2": ("#4d549c", "#a0a8e0"),
    "seq3": ("#343b80", "#c2c8f5"),
    "seq4": ("#1e2460", "#e6e9ff"),
}
STEPS = ("seq0", "seq1", "seq2", "seq3", "seq4")

PATTERNS = ("", "hatch", "dots", "cross", "lines")

_NARROW = frozenset("iljtfrI.,:;'|!()[]/\\-` ")
_PARTS = re.compile(r"[./:]+")
_WIDE = frozenset("mwMWQO@%—…")


def text_width(text: str, size: float) -> float:
    """About how wide a text is, in pixels, at a font size in pixels."""
    return size * sum(map(_WIDTHS.__getitem__, text))


class _Widths(dict[str, float]):
    """How wide each character is, in font sizes; worked out when it is first met."""

    def __missing__(self, c: str) -> float:
        if c in _NARROW:
            width = 0.36
        elif c in _WIDE:
            width = 0.92
        elif ord(c) >= 0x1100:  # CJK and other full-width scripts
            width = 1.05
        else:
            width = 0.68 if c.isupper() or c == "_" else 0.58
        self[c] = width
        return width


_WIDTHS = _Widths()


def fit(text: str, width: float, size: float) -> str:
    """The text made plain and cut in its middle to fit, the end favoured."""
    text = plain(text[:4096])
    if text_width(text, size) <= width:
        return text
    room = width - text_width("…", size)
    tail = _take(text[::-1], room * 2 / 3, size)[::-1]
    head = _take(text, room - text_width(tail, size), size)
    return f"{head}…{tail}"


def tail(text: str, width: float, size: float) -> str:
    """The text made plain; if it is too wide, whole parts at its beginning give way to `…`.

    A name's end tells more than its beginning; one part that is too wide is cut in its middle.
    """
    text = plain(text[:4096])
    if text_width(text, size) <= width:
        return text
    for end in ends(text):
        if text_width(f"…{end}", size) <= width:
            return f"…{end}"
    return fit(text, width, size)


def ends(text: str) -> list[str]:
    """What follows each part of a name but the last, the longest first: `b.c`, `c` of `a.b.c`."""
    return [text[match.end() :] for match in _PARTS.finditer(text) if match.end() < len(text)]


def _take(text: str, width: float, size: float) -> str:
    used = 0.0
    for index, c in enumerate(text):
        used += size * _WIDTHS[c]
        if used > width:
            return text[:index]
    return text


SIGNS = {"complete": "✓", "failed": "✕", "running": "○", "aborted": "-", "unknown": "?"}


def sign(token: str, mark: str) -> str:
    """What is written where a colour is told in text: the mark of the entry, or of the state."""
    return mark or SIGNS.get(token, "")
