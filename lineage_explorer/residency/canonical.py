"""JSON in one form only (RFC 8785), and the hash of many lines (RFC 6962).

>>> line({"b": 1, "a": ["é", None, True]}).decode()
'{"a":["é",null,true],"b":1}'
>>> line({"share": 0.5})
Traceback (most recent call last):
TypeError: a float has no one form here: write it as text.
>>> root([]).hex()[:16], root([b""]).hex()[:16]
('e3b0c44298fc1c14', '6e340b9cffb37a98')
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

EXACT = 2**53 - 1
"""Integers beyond it are not exact in every reader of JSON."""


def line(value: Any) -> bytes:
    """The one form of a value made of dicts, lists, texts, integers, booleans and None.

    Raises:
        TypeError: for anything else.
        ValueError: for an integer that is not exact everywhere, or text that is no UTF-8.
    """
    _check(value)
    text = json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def _check(value: Any) -> None:
    if isinstance(value, bool | str | None):
        return
    if isinstance(value, int):
        if abs(value) > EXACT:
            raise ValueError(f"{value} is not exact in every reader: write it as text.")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key is a {type(key).__name__}, not text.")
            _check(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)
    else:
        raise TypeError(f"a {type(value).__name__} has no one form here: write it as text.")


def _ordered(value: Any) -> Any:
    """With the keys in the order of their UTF-16 code units, which is not that of Python."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _ordered(value[key]) for key in keys}
    return [_ordered(item) for item in value] if isinstance(value, list | tuple) else value


def root(lines: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of some lines: leaves are prefixed with 0, inner nodes with 1."""
    if not lines:
        return hashlib.sha256().digest()
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in lines]
    while len(level) > 1:  # an odd one goes up alone, which is RFC 6962's split at a power of two
        pairs = zip(level[::2], level[1::2], strict=False)
        upper = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs]
        level = upper + ([level[-1]] if len(level) % 2 else [])
    return level[0]
