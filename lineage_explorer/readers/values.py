"""One JSON value → the events in it: itself, or what it wraps.

Of a key that comes twice in one object the last counts, here and in every later step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from msgspec import Raw

from lineage_explorer.readers.event import ERRORS, Event, Odd, decode
from lineage_explorer.readers.limits import WRAPPED
from lineage_explorer.readers.sound import DEEP, flaw, garbled

__all__ = ["ERRORS", "Bad", "Event", "Found", "broken", "decode", "inside", "sound", "whole"]


class Found(msgspec.Struct, frozen=True, gc=False):
    """An event: its outer layer and its text, and where it lies."""

    event: Event
    raw: bytes
    line: int
    offset: int
    within: int = 0
    """Bytes of the JSON string that holds it, where it is wrapped in one."""
    number: int = 0
    """Which of the events it is that were made from the same text."""
    system: str = "openlineage"
    """Whose words it was written in."""

    @property
    def length(self) -> int:
        """Bytes it takes in the file."""
        return self.within or len(self.raw)


@dataclass(frozen=True, slots=True)
class Bad:
    """Something that is not an event, and where it lies."""

    code: str
    message: str
    line: int
    offset: int


_members = msgspec.json.Decoder(dict[str, Raw]).decode
_elements = msgspec.json.Decoder(list[Raw]).decode
_string = msgspec.json.Decoder(str).decode
_anything = msgspec.json.Decoder(Raw).decode


def sound(event: Event, text: bytes, line: int, offset: int) -> Found | Bad:
    """The event, if its text is sound all through; facets are looked into when they are kept."""
    wrong = flaw(text) if isinstance(event, Odd) else garbled(text)
    return Bad(*wrong, line, offset) if wrong else Found(event, text, line, offset)


def broken(error: Exception, line: int, offset: int) -> Bad:
    """Why a value could not be read, without quoting it."""
    if isinstance(error, RecursionError):
        return Bad(*DEEP, line, offset)
    reason = "not UTF-8"
    if not isinstance(error, UnicodeDecodeError):
        reason = str(error).removeprefix("JSON is malformed: ").split(" - at ")[0]
    return Bad("broken-json", f"not readable as JSON: {reason}.", line, offset)


def whole(data: bytes, line: int, offset: int) -> list[Found | Bad] | None:
    """The data read as one JSON document, or None if it is not one."""
    text = data.strip()
    try:
        _anything(text)
    except ERRORS:
        return None
    start = data.find(text)
    return list(inside(text, line + data.count(b"\n", 0, start), offset + start))


def inside(text: bytes, line: int, offset: int) -> Iterator[Found | Bad]:
    """The events of a valid JSON value; a problem if there is none."""
    found = False
    for part in _wrapped(text, line, offset, 0):
        found = True
        yield part
    if not found:
        yield Bad("not-an-event", "valid JSON, but no run, job or dataset in it.", line, offset)


def _wrapped(text: bytes, line: int, offset: int, depth: int) -> Iterator[Found | Bad]:
    first = text[:1]
    if depth > WRAPPED or first not in b'{["' or first == b"":
        return
    try:
        if first == b"{":
            event = decode(text)
            if not event.certain and (foreign := _marquez(text, line, offset)):
                yield from foreign
                return
            if event:
                yield sound(event, text, line, offset)
                return
            parts = list(_members(text).values())
        elif first == b"[":
            parts = _elements(text)
        else:
            yield from _in_string(text, line, offset, depth)
            return
    except ERRORS as error:
        yield broken(error, line, offset)
        return
    position, counted, at = 0, 0, line
    for raw in parts:
        piece = bytes(raw)
        position = text.find(piece, position)
        if position < 0:  # a key that comes twice gives its last value in its first place
            position, counted, at = text.find(piece), 0, line
        at, counted = at + text.count(b"\n", counted, position), position
        yield from _wrapped(piece, at, offset + position, depth + 1)
        position += len(piece)


def _in_string(text: bytes, line: int, offset: int, depth: int) -> Iterator[Found | Bad]:
    """The events in a JSON string; all of them lie where the string lies."""
    inner = _string(text).encode().strip()
    if inner[:1] not in (b"{", b"["):
        return
    for part in _wrapped(inner, line, offset, depth + 1):
        if isinstance(part, Found):
            yield Found(part.event, part.raw, line, offset, len(text))


def _marquez(text: bytes, line: int, offset: int) -> list[Found | Bad] | None:
    """Events made from an object of Marquez's API."""
    from lineage_explorer.readers.marquez import told

    return told(text, line, offset)
