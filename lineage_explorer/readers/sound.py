"""Whether JSON text is sound in the parts the parser passes over.

The parser finds the end of a facet without decoding its strings. Bytes that are not UTF-8 would
come up later and elsewhere, so they are looked for here, once an event; and nesting beyond the
limit, once a facet.
"""

from __future__ import annotations

import numpy as np

from lineage_explorer.readers.limits import DEEPEST

DEEP = ("too-deep", f"nested deeper than {DEEPEST} levels.")

_OTHERS = bytes(byte for byte in range(256) if byte not in b'{}[]"')
_QUOTE, _CLOSING = b'"}'
_PIECE = 1 << 16


def flaw(text: bytes) -> tuple[str, str] | None:
    """The code and message of what is wrong with JSON text that was parsed, or None."""
    return garbled(text) or (DEEP if too_deep(text) else None)


def garbled(text: bytes) -> tuple[str, str] | None:
    """The same, its depth left aside."""
    if not text.isascii():
        try:
            text.decode()
        except UnicodeDecodeError:
            return "broken-json", "not readable as JSON: not UTF-8."
    return None


def too_deep(text: bytes, levels: int = DEEPEST) -> bool:
    r"""Whether brackets are nested deeper than that, those in strings left aside.

    >>> too_deep(b"[" * 128 + b"]" * 128), too_deep(b"[" * 129 + b"]" * 129)
    (False, True)
    """
    if len(text) <= 2 * levels:  # each has to be closed
        return False
    if text.count(b"{") + text.count(b"[") <= levels:  # as in nearly every facet
        return False
    bare = text.translate(None, _OTHERS)
    if b"\\" in text and rb"\"" in text:
        bare = text.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _OTHERS)
    depth = quotes = 0
    for at in range(0, len(bare), _PIECE):
        marks = np.frombuffer(bare, np.uint8, min(_PIECE, len(bare) - at), at)
        brackets = np.flatnonzero(marks != _QUOTE)
        # before a bracket are as many quotation marks as marks that are no brackets
        inside = (quotes + brackets - np.arange(len(brackets))) & 1
        kinds = marks[brackets[inside == 0]] | 32  # without the bit that tells `]` from `}`
        depths = depth + np.cumsum(np.where(kinds == _CLOSING, -1, 1))
        if len(depths) and depths.max() > levels:
            return True
        depth = int(depths[-1]) if len(depths) else depth
        quotes += len(marks) - len(brackets)
    return False
