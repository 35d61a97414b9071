"""Bytes → the events in them, each with its line and offset.

Shapes recognised: NDJSON; one JSON document, pretty or not; several after one another; an array;
events wrapped in objects, arrays or JSON strings (`{"events": […]}`, `[{"id":…, "event":…}]`,
`{"name": {"value": event}}`); lines with a log prefix before the `{`. A value that cannot be
read costs itself only: whole events inside a broken document, and an event after a torn one on
the same line, are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

from lineage_explorer.readers.limits import LONGEST, TORN
from lineage_explorer.readers.pieces import EVENT_START, START, Pieces, ending
from lineage_explorer.readers.values import ERRORS, Bad, Found, decode, inside, sound, whole

BOM = b"\xef\xbb\xbf"
SEAM = re.compile(rb"\}\r?\n(?=\{)")
"""Where a line ends and the next begins such that no JSON value goes on between the two."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
PACKED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
"""How gzip and zstd begin."""


def events(stream: IO[bytes]) -> Iterator[Found | Bad]:
    """Every event of a stream, and what could not be read: `limits.TORN` parts in a row, and a sum.

    Memory is bounded by a few times `limits.LONGEST`, whatever the stream holds.
    """
    row, first = 0, None
    for part in _parts(stream):
        if not isinstance(part, Found):
            row += 1
            if row > TORN:
                first = first or part
                continue
        elif row:
            yield from _more(first, row)
            row, first = 0, None
        yield part
    yield from _more(first, row)


def _more(first: Bad | None, row: int) -> Iterator[Bad]:
    """What stands for the parts beyond the limit."""
    if first is not None:
        message = f"{row - TORN} more that could not be read, from here on."
        yield Bad(first.code, message, first.line, first.offset)


def _parts(stream: IO[bytes]) -> Iterator[Found | Bad]:
    block = _Block()
    number, offset, inner = 1, 0, False
    while written := stream.readline(LONGEST):
        line = written.removeprefix(BOM) if offset == 0 else written
        if offset == 0 and line.startswith(UTF_16):
            yield Bad("not-json", "this is UTF-16; save it as UTF-8.", 1, 0)
            return
        if offset == 0 and line.startswith(PACKED):
            yield Bad("not-json", "this is packed more than once; unpack it once.", 1, 0)
            return
        offset += len(written)
        here, ended = offset - len(line), line.endswith(b"\n")
        found = None if inner else _whole_line(line, number, here)
        inner = not ended  # what follows is a piece of an overlong line
        if found is not None:
            yield from block.scan()
            yield from found
        elif block.text or line.strip():
            yield from block.add(line, number, here)
        number += ended
    yield from block.scan()


def _whole_line(line: bytes, number: int, offset: int) -> list[Found | Bad] | None:
    """The events of a line that is a JSON object of its own, perhaps behind a log prefix."""
    text = line.strip()
    if not text.endswith(b"}"):
        return None
    here = offset + len(line) - len(line.lstrip())
    if text[:1] == b"{":
        try:
            event = decode(text)
        except ERRORS:
            return None
        if event:
            return [sound(event, text, number, here)]
        parts = list(inside(text, number, here))
        return parts if any(isinstance(part, Found) for part in parts) else None
    if len(list(islice(EVENT_START.finditer(text), 2))) > 1:
        return None  # perhaps two events, perhaps a torn one before a whole one
    found = ending(text, 0, len(text), START)
    return found and [sound(found[0], text[found[1] :], number, here + found[1])]


class _Block:
    """Consecutive lines that are no events by themselves: pretty JSON, an array, or broken."""

    def __init__(self) -> None:
        self.text = bytearray()
        self.number = 0
        self.offset = 0
        self.quiet = False

    def add(self, line: bytes, number: int, offset: int) -> Iterator[Found | Bad]:
        """One line more; gives the events of what has grown too long to wait for its end."""
        if not self.text:
            self.number, self.offset = number, offset
        self.text += line
        if len(self.text) > 2 * LONGEST:
            yield from self._cut()

    def scan(self) -> Iterator[Found | Bad]:
        """The events of the block; the block is empty afterwards."""
        if self.text:
            data, self.text = bytes(self.text), bytearray()
            yield from self._news(self._told(data))
        self.quiet = False

    def _told(self, data: bytes) -> Iterator[Found | Bad]:
        """The parts of a text: of each stretch of it by itself, if it is no document."""
        begin, line, other = 0, self.number, ""
        stretches = [match.end() for match in SEAM.finditer(data)]
        for end in (*stretches, len(data)):
            piece, offset = data[begin:end], self.offset + begin
            known = None if self.quiet else whole(piece, line, offset)
            for part in known or Pieces(piece, line, offset):
                if isinstance(part, Found) or part.code != other:
                    yield part
                if not isinstance(part, Found) and part.code == "not-an-event":
                    other = part.code  # other JSON, line after line, is told once
            begin, line = end, line + piece.count(b"\n")

    def _cut(self) -> Iterator[Found | Bad]:
        """The events so far; only what may yet become one is kept."""
        data, self.text = bytes(self.text), bytearray()
        pieces = Pieces(data, self.number, self.offset, more=True)
        yield from self._news(pieces)
        rest = pieces.rest
        if len(data) - rest > LONGEST:
            line = self.number + data.count(b"\n", 0, rest)
            message = f"a value longer than {LONGEST >> 20} MB was left out."
            yield from self._news([Bad("too-long", message, line, self.offset + rest)])
            rest = len(data)
        self.number += data.count(b"\n", 0, rest)
        self.offset += rest
        self.text = bytearray(data[rest:])

    def _news(self, parts: Iterable[Found | Bad]) -> Iterator[Found | Bad]:
        """The parts; after an overlong value no more is told of it until an event comes."""
        for part in parts:
            if isinstance(part, Found):
                self.quiet = False
            elif self.quiet:
                continue
            elif part.code in ("too-long", "not-json"):
                self.quiet = True
            yield part
