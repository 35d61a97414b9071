"""Bytes → the events in them, each with its line and offset.

Shapes recognised: NDJSON; one JSON document, pretty or not; several after one another; an array;
events wrapped in objects, arrays or JSON strings (`{"events": […]}`, `[{"id":…, "event":…}]`,
`{"name": {"value": event}}`); lines with a log prefix before the `{`. A value that cannot be
read costs itself only: reading goes on at the next line that holds an event.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import msgspec
from msgspec import Raw

NOTHING = Raw(b"")
DEEPEST = 6
BOM = b"\xef\xbb\xbf"
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
_LINE_START = re.compile(rb"\n[ \t\[,]*\{")
_START = re.compile(rb'\{\s*"')


class Event(msgspec.Struct, rename="camel"):
    """The outer layer of an event; every part is still JSON text."""

    event_time: Raw = NOTHING
    event_type: Raw = NOTHING
    producer: Raw = NOTHING
    run: Raw = NOTHING
    job: Raw = NOTHING
    dataset: Raw = NOTHING
    inputs: Raw = NOTHING
    outputs: Raw = NOTHING

    def __bool__(self) -> bool:
        """Whether it looks like an event at all."""
        return _is_object(self.job) or _is_object(self.dataset) or _is_object(self.run)


@dataclass(frozen=True, slots=True)
class Found:
    """An event: its outer layer and its text, and where it lies."""

    event: Event
    raw: bytes
    line: int
    offset: int
    within: int = 0
    """Bytes of the JSON string that holds it, where it is wrapped in one."""

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


_decode = msgspec.json.Decoder(Event).decode
_members = msgspec.json.Decoder(dict[str, Raw]).decode
_elements = msgspec.json.Decoder(list[Raw]).decode
_string = msgspec.json.Decoder(str).decode
_anything = msgspec.json.Decoder(Raw).decode
_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def events(stream: IO[bytes]) -> Iterator[Found | Bad]:
    """Every event of a stream, and every part that could not be read."""
    block = _Block()
    offset = 0
    for number, written in enumerate(stream, start=1):
        line = written.removeprefix(BOM) if number == 1 else written
        offset += len(written)
        here = offset - len(line)
        found = _whole_line(line, number, here)
        if found is not None:
            yield from block.scan()
            yield from found
        elif block.text or line.strip():
            block.add(line, number, here)
    yield from block.scan()


def _whole_line(line: bytes, number: int, offset: int) -> list[Found | Bad] | None:
    """The events of a line that is a JSON object of its own, perhaps behind a log prefix."""
    text = line.strip()
    if not text.endswith(b"}"):
        return None
    start = line.find(text)
    if text[:1] == b"{":
        try:
            event = _decode(text)
        except _ERRORS:
            return None
        if event:
            return [Found(event, text, number, offset + start)]
        inside = list(_inside(text, number, offset + start))
        return inside if any(isinstance(part, Found) for part in inside) else None
    for match in _START.finditer(text):
        rest = text[match.start() :]
        try:
            event = _decode(rest)
        except _ERRORS:
            continue
        if event:
            return [Found(event, rest, number, offset + start + match.start())]
    return None


class _Block:
    """Consecutive lines that are no events by themselves: pretty JSON, an array, or broken."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.number = 0
        self.offset = 0

    @property
    def text(self) -> bool:
        return bool(self.lines)

    def add(self, line: bytes, number: int, offset: int) -> None:
        if not self.lines:
            self.number, self.offset = number, offset
        self.lines.append(line)

    def scan(self) -> Iterator[Found | Bad]:
        """The events of the block; the block is empty afterwards."""
        if not self.lines:
            return
        data, number, offset = b"".join(self.lines), self.number, self.offset
        self.lines = []
        if (whole := _whole(data, number, offset)) is not None:
            yield from whole
        else:
            yield from _piecewise(data, number, offset)


def _whole(data: bytes, number: int, offset: int) -> list[Found | Bad] | None:
    """The block read as one JSON document, or None if it is not one."""
    text = data.strip()
    try:
        _anything(text)
    except _ERRORS:
        return None
    start = data.find(text)
    return list(_inside(text, number + data.count(b"\n", 0, start), offset + start))


def _piecewise(data: bytes, number: int, offset: int) -> Iterator[Found | Bad]:
    """The values of a block one after another, going on after what is broken."""
    start = data.find(b"{")
    if start < 0:
        yield Bad("not-json", "expected JSON events, found other text.", number, offset)
    counted, torn = 0, False
    while start >= 0:
        number, counted = number + data.count(b"\n", counted, start), start
        end = _end_of_value(data, start)
        parts = list(_value(data[start:end], number, offset + start))
        if any(isinstance(part, Found) for part in parts):
            yield from parts
            start, torn = data.find(b"{", end), False
            continue
        # Inner lines of a value already reported as broken are no news.
        if not torn or data[start - 1 : start] in (b"", b"\n"):
            yield from parts[:1]
        start, torn = _next_value(data, start), True


def _value(text: bytes, number: int, offset: int) -> Iterator[Found | Bad]:
    try:
        event = _decode(text)
    except _ERRORS as error:
        yield Bad("broken-json", f"not readable as JSON: {_reason(error)}.", number, offset)
        return
    if event:
        yield Found(event, text, number, offset)
    else:
        yield from _inside(text, number, offset)


def _inside(text: bytes, number: int, offset: int, depth: int = 0) -> Iterator[Found | Bad]:
    """The events inside a valid JSON value that may wrap them."""
    found = False
    for part in _wrapped(text, number, offset, depth):
        found = True
        yield part
    if not found and depth == 0:
        yield Bad("not-an-event", "valid JSON, but no run, job or dataset in it.", number, offset)


def _wrapped(text: bytes, number: int, offset: int, depth: int) -> Iterator[Found | Bad]:
    first = text[:1]
    if depth > DEEPEST or first not in b'{["' or first == b"":
        return
    try:
        if first == b"{":
            event = _decode(text)
            if event:
                yield Found(event, text, number, offset)
                return
            parts = list(_members(text).values())
        elif first == b"[":
            parts = _elements(text)
        else:
            inner = _string(text).encode("utf-8", "surrogatepass").strip()
            if inner[:1] in (b"{", b"["):
                for part in _wrapped(inner, number, offset, depth + 1):
                    if isinstance(part, Found):
                        yield Found(part.event, part.raw, number, offset, len(text))
            return
    except _ERRORS as error:
        yield Bad("broken-json", f"not readable as JSON: {_reason(error)}.", number, offset)
        return
    position = counted = 0
    for raw in parts:
        piece = bytes(raw)
        position = text.find(piece, position)
        number, counted = number + text.count(b"\n", counted, position), position
        yield from _wrapped(piece, number, offset + position, depth + 1)
        position += len(piece)


def _end_of_value(data: bytes, start: int) -> int:
    """One past the bracket that closes the one at `start`, or the end of the line."""
    depth = 0
    for token in _TOKENS.finditer(data, start):
        first = token.group()[:1]
        if first in b"{[":
            depth += 1
        elif first in b"}]":
            depth -= 1
            if depth == 0:
                return token.end()
    line_end = data.find(b"\n", start)
    return len(data) if line_end < 0 else line_end


def _next_value(data: bytes, start: int) -> int:
    """The next object that begins a line, or -1."""
    match = _LINE_START.search(data, start)
    return match.end() - 1 if match else -1


def _is_object(raw: Raw) -> bool:
    return bytes(memoryview(raw)[:1]) == b"{"


def _reason(error: Exception) -> str:
    """Why, without quoting the text."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return str(error).removeprefix("JSON is malformed: ").split(" - at ")[0]
