"""On which line of a TOML file something stands, which Python's own reader does not tell."""

from __future__ import annotations

import re

Where = tuple[str, int, str]
"""Table, number of its entry (0 for a plain table), key (empty for its head)."""

_HEAD = re.compile(r"\s*\[(\[?)\s*([A-Za-z0-9_-]+)\s*\]?\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*\"?([A-Za-z0-9_-]+)\"?\s*=")


def lines_of(text: str) -> dict[Where, int]:
    r"""The line of every table's head and every key, 1-based.

    >>> lines_of('policy_date = 2026-11-22\n[[labels]]\ndataset = "a"\n[[labels]]\n')
    {('', 0, 'policy_date'): 1, ('labels', 0, ''): 2, ('labels', 0, 'dataset'): 3,
     ('labels', 1, ''): 4}
    """
    found: dict[Where, int] = {}
    counts: dict[str, int] = {}
    table, entry = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        head = _HEAD.match(line)
        key = _KEY.match(line)
        if head:
            table, entry = head[2], counts.get(head[2], 0)
            counts[table] = entry + 1
            found[table, entry, ""] = number
        elif key:
            found.setdefault((table, entry, key[1]), number)
    return found
