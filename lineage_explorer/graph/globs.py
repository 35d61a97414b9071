"""Globs as patterns of polars' regex engine, which takes linear time whatever the pattern.

Python's own `re` backtracks, so a pattern somebody typed never goes there.
"""

from __future__ import annotations


def pattern(glob: str) -> str:
    r"""The pattern of a whole text: `*` any characters, `?` one, `[a-z]` and `[!a-z]` one of a set.

    A `[` that is not closed stands for itself.

    >>> pattern("raw.*")
    'raw\\x{2e}.*'
    """
    found, at = [], 0
    while at < len(glob):
        sign = glob[at]
        end = glob.find("]", at + 2 + glob.startswith("!", at + 1)) if sign == "[" else -1
        if sign == "*":
            found.append(".*")
        elif sign == "?":
            found.append(".")
        elif end > 0:
            found.append(_one_of(glob[at + 1 : end]))
            at = end
        else:
            found.append(literal(sign))
        at += 1
    return "".join(found)


def literal(text: str) -> str:
    """Text that stands for itself."""
    return "".join(sign if sign.isascii() and sign.isalnum() else _code(sign) for sign in text)


def _code(sign: str) -> str:
    return f"\\x{{{ord(sign):x}}}"


def _one_of(signs: str) -> str:
    negative = signs.startswith("!")
    signs = signs[negative:]
    items, at = [], 0
    while at < len(signs):
        first = last = signs[at]
        if signs[at + 1 : at + 2] == "-" and at + 2 < len(signs):
            last = signs[at + 2]
            at += 2
        if first <= last:
            items.append(f"{_code(first)}-{_code(last)}")
        at += 1
    if not items:  # a set of nothing
        return "." if negative else r"[^\x{0}-\x{10ffff}]"
    return f"[{'^' * negative}{''.join(items)}]"
