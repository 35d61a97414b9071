"""Frames as text for a terminal or as JSON. Whatever an event says, no terminal escape gets out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import polars as pl

from lineage_explorer.plain import plain

GAP = "  "
_NOT_ASCII = re.compile("[^ -~]")


def table(frame: pl.DataFrame) -> str:
    """The frame as aligned columns, every row of it, nulls and empty lists as `-`.

    >>> print(table(pl.DataFrame({"node": ["orders", "raw"], "hops": [1, 12]})))
    node    hops
    orders     1
    raw       12
    """
    texts = [[column, *map(cell, frame[column])] for column in frame.columns]
    sides = ["right" if dtype.is_numeric() else "left" for dtype in frame.dtypes]
    columns = [_aligned(text, side) for text, side in zip(texts, sides, strict=True)]
    return "\n".join(GAP.join(row).rstrip() for row in zip(*columns, strict=True))


def cell(value: object) -> str:
    """One value as one line of plain text."""
    if isinstance(value, pl.Series):
        value = value.to_list()
    if value in (None, "", []):
        return "-"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, list | tuple):
        return ", ".join(cell(item) for item in value)
    return plain(str(value))


def document(value: Any) -> str:
    r"""The value as one JSON document, in ASCII so that it is safe and the same in every terminal.

    A frame becomes a list of objects, a dataclass an object, a time ISO 8601 text.

    >>> document({"node": "café", "hops": 1})
    '{"node":"caf\\u00e9","hops":1}'
    """
    text = msgspec.json.encode(value, enc_hook=_objects).decode()
    return _NOT_ASCII.sub(_escape, text)


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, pl.DataFrame):
        return value.to_dicts()
    raise TypeError(f"no JSON for {type(value).__name__}")


def _escape(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def _aligned(texts: Sequence[str], side: str) -> Iterable[str]:
    widest = max(map(_width, texts))
    for text in texts:
        pad = " " * (widest - _width(text))
        yield pad + text if side == "right" else text + pad


def _width(text: str) -> int:
    """Columns of a terminal: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
