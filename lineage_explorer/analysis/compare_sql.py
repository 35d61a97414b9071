"""SQL as its tokens: two texts are the same statement if their tokens are."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    (?P<skip>\s+|--[^\n]*|/\*.*?(?:\*/|\Z)|\{\#.*?(?:\#\}|\Z))
  | (?P<text>'(?:[^']|'')*(?:'|\Z))
  | (?P<name>"(?:[^"]|"")*"|`[^`]*`|\[[A-Za-z_][^\]]*\])
  | (?P<word>[^\W\d]\w*)
  | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<sign><=|>=|<>|!=|\|\||::|->>?|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CLOSED = ";"


def tokens(sql: str) -> list[str]:
    """The tokens of a statement; words in lower case, texts as they are, comments left out.

    Quoted names keep their case, and lose their quotes where they need none.

    >>> tokens('SELECT "id" -- the key')
    ['select', 'id']
    """
    found: list[str] = []
    for match in _TOKEN.finditer(sql):
        kind, token = match.lastgroup, match.group()
        if kind == "word":
            found.append(token.lower())
        elif kind == "name":
            bare = token[1:-1]
            found.append(bare if re.fullmatch(r"[a-z_]\w*", bare) else token)
        elif kind != "skip":
            found.append(token)
    while found and found[-1] == _CLOSED:
        found.pop()
    return found


def normal(sql: str) -> str:
    r"""The statement with what does not matter taken out: whitespace, comments, case of words.

    >>> normal("select a,\n b from T;") == normal("SELECT a, b FROM t -- all")
    True
    """
    return " ".join(tokens(sql))


def words(sql: str) -> frozenset[str]:
    """All names and words a statement uses, in lower case: what it may read is among them."""
    return frozenset(
        match.group().strip('"`[]').lower()
        for match in _TOKEN.finditer(sql)
        if match.lastgroup in {"name", "word"}
    )


def takes_all(sql: str) -> bool:
    """Whether a statement selects all columns of something.

    >>> takes_all("select t.* from t"), takes_all("select count(*), a * b from t")
    (True, False)
    """
    found = ["", *tokens(sql), ""]
    around = zip(found[:-2], found[1:-1], found[2:], strict=True)
    begins, ends = {"select", "distinct", "all", ",", "."}, {"from", ",", "", ")"}
    return any(
        middle == "*" and before in begins and after in ends for before, middle, after in around
    )
