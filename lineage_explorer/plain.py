"""Event text made safe to show: control, bidi and invisible characters are escaped.

Frames keep the text as it came; whatever is printed, drawn or written into a picture goes
through `plain` first (threats: terminal escapes CWE-150, "Trojan Source" bidi, CWE-1007).
"""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
_BREAKS = re.compile("[\t\n]")


def plain(text: str, *, lines: bool = False) -> str:
    r"""The text with unsafe characters written as escapes; `lines` keeps tabs and line ends.

    >>> plain("orders\u202egnp") == r"orders\u202egnp"
    True
    """
    if text.isascii() and text.isprintable():
        return text  # almost all: a picture asks for very many
    safe = _UNSAFE.sub(_escape, text)
    return safe if lines else _BREAKS.sub(" ", safe)


def cut_middle(text: str, most: int) -> str:
    """At most `most` characters, the middle left out, the end favoured.

    >>> cut_middle("warehouse.marts.customer_orders_daily", 24)
    'warehous…er_orders_daily'
    """
    if len(text) <= most:
        return text
    tail = (most - 1) * 2 // 3
    return f"{text[: most - 1 - tail]}…{text[len(text) - tail :]}"


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
