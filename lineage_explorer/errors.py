"""The errors a user may meet. Each says what was found and, in a hint, what to do.

LineageError
├── NodeNotFound (KeyError)       no node of that name
├── AmbiguousName (ValueError)    several nodes of that name
├── SelectionError (ValueError)   a selection that cannot be read; `.at` is the character
├── SourceError (ValueError)      a source that cannot be opened or holds nothing we know
├── PolicyError (ValueError)       a residency policy that cannot be used; `.line` says where
├── UnknownOption (TypeError)     a keyword that does not exist
└── MissingExtra (ImportError)    a feature whose optional package is not installed
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from lineage_explorer.plain import plain

SHOWN = 8


class LineageError(Exception):
    """Base of all errors of this library."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message}\nHint: {self.hint}" if self.hint else self.message


class NodeNotFound(LineageError, KeyError):
    """No node has that id, that full name, or a name that ends so."""

    @classmethod
    def named(cls, name: str, known: Sequence[str]) -> NodeNotFound:
        """The error for `name`, with the nearest of the known names."""
        near = suggestions(name, known)
        hint = f"did you mean {near}?" if near else "lin.nodes lists every node there is."
        return cls(f"no dataset or job is called {plain(name)!r} here.", hint)


class AmbiguousName(LineageError, ValueError):
    """Several nodes answer to that name."""

    def __init__(self, message: str, hint: str = "", candidates: Sequence[str] = ()) -> None:
        super().__init__(message, hint)
        self.candidates = list(candidates)

    @classmethod
    def named(cls, name: str, candidates: Sequence[str]) -> AmbiguousName:
        """The error for `name`, with all nodes it could mean."""
        ordered = sorted(candidates)
        listed = "".join(f"\n  {plain(node)}" for node in ordered[:SHOWN])
        more = f"\n  … and {len(ordered) - SHOWN} more" if len(ordered) > SHOWN else ""
        message = f"{plain(name)!r} could be any of {len(ordered)} nodes:{listed}{more}"
        return cls(message, "write more of the name, or the whole node id.", ordered)


class SelectionError(LineageError, ValueError):
    """A selection that cannot be read. `at` is the 0-based character where it stopped."""

    def __init__(self, message: str, hint: str = "", text: str = "", at: int = 0) -> None:
        super().__init__(message, hint)
        self.text = text
        self.at = at

    def __str__(self) -> str:
        return f"{super().__str__()}\n  {plain(self.text)}\n  {' ' * self.at}^"


class SourceError(LineageError, ValueError):
    """A source that cannot be opened, or in which nothing was recognised."""


class PolicyError(LineageError, ValueError):
    """A residency policy that cannot be used. `line` is 1-based; 0 where there is no file."""

    def __init__(self, message: str, hint: str = "", line: int = 0) -> None:
        super().__init__(message, hint)
        self.line = line


class UnknownOption(LineageError, TypeError):
    """A keyword argument that does not exist."""

    @classmethod
    def named(cls, name: str, known: Iterable[str], where: str) -> UnknownOption:
        """The error for keyword `name` of `where`."""
        options = sorted(known)
        near = suggestions(name, options)
        hint = f"did you mean {near}?" if near else f"it takes {', '.join(options)}."
        return cls(f"{where} has no option {name!r}.", hint)


class MissingExtra(LineageError, ImportError):
    """A feature needs a package that is not installed."""


def suggestions(name: str, known: Iterable[str]) -> str:
    """Up to three nearest names as words, or an empty text."""
    near = get_close_matches(name, list(dict.fromkeys(known)), n=3, cutoff=0.6)
    return " or ".join(repr(plain(found)) for found in near)
