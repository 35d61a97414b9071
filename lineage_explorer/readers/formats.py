"""Which reader a file needs: by its beginning, or as the caller says.

Another package adds a reader by an entry point in the group `lineage_explorer.readers` that names
a `Format`. Its `events` gives, for each thing it reads, the OpenLineage event that says the same:

    def events(stream):
        for number, line in enumerate(stream, start=1):
            yield found({"eventTime": ..., "job": ..., "inputs": [...]}, line, number, offset)

    MINE = Format("mine", "lines that begin with MINE", lambda head: head[:4] == b"MINE", events)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import entry_points
from typing import IO, Any

import msgspec

from lineage_explorer.errors import SourceError, suggestions
from lineage_explorer.plain import plain
from lineage_explorer.readers import dump, lines
from lineage_explorer.readers.problems import CODES
from lineage_explorer.readers.values import Bad, Found, decode

__all__ = ["Bad", "Format", "Found", "found"]

GROUP = "lineage_explorer.readers"
HEAD = 1 << 16


@dataclass(frozen=True)
class Format:
    """A way of reading.

    Args:
        name: what `lx.read(…, format=name)` calls it.
        looks_for: what it recognises, in words.
        recognises: whether a file beginning with these bytes (decompressed, up to 64 kB) is one.
        events: every event in a stream, and every part that could not be read.
    """

    name: str
    looks_for: str
    recognises: Callable[[bytes], bool]
    events: Callable[[IO[bytes]], Iterable[Found | Bad]]


def found(event: Mapping[str, Any], text: bytes, line: int, offset: int, number: int = 0) -> Found:
    """An OpenLineage event, and the text it was made from.

    Args:
        event: the event as the specification has it.
        text: the bytes it was made from, as they stand in the file.
        line: where they begin, 1-based.
        offset: where they begin, in bytes.
        number: which event it is, where several are made from one text.
    """
    return Found(decode(msgspec.json.encode(event)), text, line, offset, number=number)


TABLE = Format(
    "marquez-table",
    "Marquez's table lineage_events as CSV (a column `event` of quoted JSON), COPY text or pg_dump",
    dump.recognises,
    dump.events,
)
JSON = Format(
    "json",
    "JSON with OpenLineage events (run, job or dataset) or answers of Marquez's API in it",
    lambda head: True,  # noqa: ARG005 - the events may come after any length of other text
    lines.events,
)


@cache
def _others() -> tuple[tuple[Format, ...], tuple[str, ...]]:
    """Readers of other packages, and those that could not be loaded."""
    loaded, failed = [], []
    try:
        points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    except Exception:  # noqa: BLE001 - of any package that is installed; Python says not of which
        return (), ("entry_points.txt",)
    for point in points:
        try:
            made = point.load()
        except (Exception, SystemExit):  # noqa: BLE001 - another's package; we read on
            made = None
        if isinstance(made, Format):
            loaded.append(made)
        else:
            failed.append(point.name)
    return tuple(loaded), tuple(failed)


def formats() -> list[Format]:
    """All there are, in the order in which they are tried."""
    return [TABLE, *_others()[0], JSON]


def failed() -> tuple[str, ...]:
    """Entry points that name no reader, or cannot be loaded."""
    return _others()[1]


def looked_for() -> str:
    """What is recognised, in words."""
    return "; ".join(f"{form.name}: {form.looks_for}" for form in formats())


def choose(name: str) -> Format | None:
    """The format of that name; None for "auto".

    Raises:
        SourceError: if there is none.
    """
    known = {form.name: form for form in formats()}
    if name == "auto" or name in known:
        return known.get(name)
    near = suggestions(name, known)
    hint = f"did you mean {near}?" if near else f"there are auto, {', '.join(known)}."
    raise SourceError(f"there is no format {plain(name)!r}.", hint)


def sniff(head: bytes) -> Format:
    """The first format that recognises a file by its beginning; JSON if no other does."""
    return next(form for form in formats() if _recognises(form, head))


def events(form: Format, stream: IO[bytes]) -> Iterable[Found | Bad]:
    """The events that a format reads, named after it; its failure is a problem, not ours."""
    return form.events(stream) if form in (TABLE, JSON) else _theirs(form, stream)


def _theirs(form: Format, stream: IO[bytes]) -> Iterator[Found | Bad]:
    try:
        for part in form.events(stream):
            if isinstance(part, Found):
                yield msgspec.structs.replace(part, system=form.name)
            else:
                yield part if part.code in CODES else replace(part, code="not-an-event")
    except Exception as error:  # noqa: BLE001 - another's code; its text may hold what it read
        yield Bad("reader-failed", f"{form.name} stopped: {type(error).__name__}.", 1, 0)


def _recognises(form: Format, head: bytes) -> bool:
    try:
        return form.recognises(head)
    except Exception:  # noqa: BLE001 - another's code
        return False
