"""The selection language as a tree. What the words mean is in `select.py`.

    or       a or b
    and      a and b
    not      not a
    walk     +a   a+   2+a   a+3   +(a or b)+2
    operand  name  glob*  "any text"  attribute:value  *  roots(…)  sinks(…)  (…)

A word ends at white space or a round bracket. Whatever is in double quotes stands for itself, and
`""` in it for one quote; so `"and"` is a node called and.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from lineage_explorer.errors import SelectionError, suggestions
from lineage_explorer.plain import plain

ATTRIBUTES = (
    "field", "integration", "kind", "name", "namespace", "owner", "place", "state", "tag",
)  # fmt: skip
ENDS = ("roots", "sinks")
GLOB = frozenset("*?[")

_DEEPEST = 50
_DIGITS = 9  # of a number of hops; more digits are more hops than there can be
_WORD = re.compile(r'(?:"(?:[^"]|"")*"|[^\s()"])+')
_BEFORE = re.compile(r"([0-9]*)\+")
_AFTER = re.compile(r"\+([0-9]*)\Z")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"\Z')
_ATTRIBUTE = re.compile(r"([A-Za-z_]+):")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Name:
    """Nodes of this name; `glob` if `*`, `?` and `[…]` are patterns in it."""

    text: str
    glob: bool
    at: int


@dataclass(frozen=True)
class Attribute:
    """Nodes whose attribute has this value."""

    key: str
    value: str
    glob: bool
    at: int


@dataclass(frozen=True)
class Walk:
    """Nodes, and those up to so many hops before and after them; None is no limit."""

    inner: Node
    up: int | None
    down: int | None


@dataclass(frozen=True)
class Not:
    """All other nodes."""

    inner: Node


@dataclass(frozen=True)
class Every:
    """Nodes in every one of these (and)."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Some:
    """Nodes in one of these at least (or)."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Ends:
    """Nodes with none of the others before (roots) or after (sinks) them."""

    which: str
    inner: Node


Node = Name | Attribute | Walk | Not | Every | Some | Ends


@dataclass(frozen=True)
class Token:
    """A round bracket, or a word."""

    text: str
    at: int

    @property
    def end(self) -> int:
        return self.at + len(self.text)

    def is_word(self, word: str) -> bool:
        return self.text.lower() == word


def parse(text: str) -> Node:
    """The tree of a selection.

    Raises:
        SelectionError: with the character where it could not be read on.

    >>> parse("2+orders and not tag:pii").parts[0]
    Walk(inner=Name(text='orders', glob=False, at=2), up=2, down=0)
    """
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.depth = 0
        self.next = 0
        odd = _SURROGATE.search(text)
        if odd:
            self.stop("this character is no text.", "", odd.start())
        self.tokens = self._tokens()

    def stop(self, message: str, hint: str, at: int) -> NoReturn:
        raise SelectionError(message, hint, self.text, at)

    def _tokens(self) -> list[Token]:
        found, at = [], 0
        while at < len(self.text):
            if self.text[at].isspace():
                at += 1
                continue
            match = _WORD.match(self.text, at)
            if match is None and self.text[at] == '"':
                self.stop("this quote is not closed.", 'add a " at its end.', at)
            token = Token(match[0] if match else self.text[at], at)
            found.append(token)
            at = token.end
        return found

    def peek(self) -> Token | None:
        return self.tokens[self.next] if self.next < len(self.tokens) else None

    def take(self) -> Token | None:
        token = self.peek()
        self.next += 1
        return token

    def whole(self) -> Node:
        if not self.tokens:
            self.stop("this selection is empty.", "* selects everything.", 0)
        found = self.any_of()
        left = self.peek()
        if left is not None:
            if left.text == ")":
                self.stop("this bracket closes nothing.", "take it away, or open one.", left.at)
            self.unjoined(left)
        return found

    def unjoined(self, token: Token) -> NoReturn:
        """There is no and between names: it would hide a forgotten quote."""
        hint = f"write `and` or `or` between them; a name with spaces {_IN_QUOTES}"
        self.stop(f"nothing joins {plain(token.text)!r} to what is before it.", hint, token.at)

    def any_of(self) -> Node:
        parts = [self.all_of()]
        while (token := self.peek()) and token.is_word("or"):
            self.next += 1
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def all_of(self) -> Node:
        parts = [self.negated()]
        while (token := self.peek()) and token.is_word("and"):
            self.next += 1
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def negated(self) -> Node:
        negative = False
        while (token := self.peek()) and token.is_word("not"):
            self.next += 1
            negative = not negative
        found = self.operand()
        return Not(found) if negative else found

    def operand(self) -> Node:
        token = self.take()
        if token is None or token.text == ")" or token.text.lower() in ("and", "or"):
            at = token.at if token else len(self.text)
            hint = 'a node called so is written in quotes: "and".'
            self.stop("a name is missing here.", hint, at)
        if token.text == "(":
            return self.walked(self.inside(token), 0)
        up, start = self.before(token)
        rest, opening = token.text[start:], self.peek()
        if opening is not None and opening.text == "(":
            return self.bracketed(rest, up, token, opening)
        down, end = self.after(rest)
        if not rest[:end]:
            self.stop("+ belongs to a name.", "+orders is what orders comes from.", token.at)
        inner = self.leaf(rest[:end], token.at + start)
        return Walk(inner, up, down) if (up, down) != (0, 0) else inner

    def bracketed(self, word: str, up: int | None, token: Token, opening: Token) -> Node:
        """A bracket behind `+`, `2+`, `roots` or `sinks`."""
        self.next += 1
        if word.lower() in ENDS:
            return self.walked(Ends(word.lower(), self.inside(opening)), up)
        if word:
            hint = f"only roots(…) and sinks(…) have one; a name with brackets {_IN_QUOTES}"
            self.stop(f"{plain(word)!r} has no bracket behind it.", hint, opening.at)
        if opening.at != token.end:
            self.stop("+ stands right before its bracket.", "take away the space.", token.at)
        return self.walked(self.inside(opening), up)

    def inside(self, opening: Token) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            self.stop(f"more than {_DEEPEST} brackets in one another.", "", opening.at)
        found = self.any_of()
        token = self.take()
        if token is None:
            self.stop("this bracket is not closed.", "add a ) at its end.", opening.at)
        if token.text != ")":
            self.unjoined(token)
        self.depth -= 1
        return found

    def walked(self, inner: Node, up: int | None) -> Node:
        """What stands directly behind a closing bracket: `)+` or `)+3`."""
        closed, token = self.tokens[self.next - 1], self.peek()
        down: int | None = 0
        if token is not None and token.at == closed.end and token.text.startswith("+"):
            down, end = self.after(token.text)
            if end:
                self.stop("+ or +3 may follow a bracket, nothing else.", "", token.at)
            self.next += 1
        return Walk(inner, up, down) if (up, down) != (0, 0) else inner

    def before(self, token: Token) -> tuple[int | None, int]:
        match = _BEFORE.match(token.text)
        return (_hops(match[1]), match.end()) if match else (0, 0)

    def after(self, word: str) -> tuple[int | None, int]:
        match = _AFTER.search(word)
        return (_hops(match[1]), match.start()) if match else (0, len(word))

    def leaf(self, word: str, at: int) -> Node:
        quoted = self.unquoted(word, at)
        if quoted is not None:
            return Name(quoted, glob=False, at=at)
        match = _ATTRIBUTE.match(word)
        if match is None or match[1] not in ATTRIBUTES:
            if '"' in word:
                self.stop("a quote in the middle of a name.", f"the whole name {_IN_QUOTES}", at)
            return Name(word, glob=not GLOB.isdisjoint(word), at=at)
        key, value, at_value = match[1], word[match.end() :], at + match.end()
        if not value:
            self.stop(f"{key}: needs a value.", f"write {key}:value, or a glob.", at_value)
        quoted = self.unquoted(value, at_value)
        if quoted is not None:
            return Attribute(key, quoted, glob=False, at=at)
        if '"' in value:
            self.stop("a quote in the middle of a value.", f"all of it {_IN_QUOTES}", at_value)
        return Attribute(key, value, glob=not GLOB.isdisjoint(value), at=at)

    def unquoted(self, word: str, at: int) -> str | None:
        match = _QUOTED.match(word)
        if match is None:
            return None
        if not match[1]:
            self.stop("there is nothing between these quotes.", "", at)
        return match[1].replace('""', '"')


_IN_QUOTES = 'goes in double quotes: "…".'


def _hops(digits: str) -> int | None:
    return int(digits) if 0 < len(digits) <= _DIGITS else None


def near_attribute(word: str) -> str:
    """What attribute a word with a colon may have meant, as words for a hint, or nothing."""
    match = _ATTRIBUTE.match(word)
    return suggestions(match[1].lower(), ATTRIBUTES) if match else ""
