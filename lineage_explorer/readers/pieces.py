"""Text that is no JSON document → the events in it all the same.

One pass over the braces, with strings that end at the line's end at the latest, so that a torn
line cannot swallow those after it. Every step is linear in the text.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from lineage_explorer.readers.limits import PREFIXES, WRAPPED
from lineage_explorer.readers.values import ERRORS, Bad, Event, Found, broken, decode, inside, sound

SMALLEST = len(b'{"job":{}}')
ENDLESS = "not readable as JSON: the text ends or breaks off inside of it."
START = re.compile(rb'\{\s*+"')
EVENT_START = re.compile(rb'\{\s*+"event(?:Time|Type)"')
_TOKENS = re.compile(rb'"(?:[^"\\\n]++|\\[^\n])*+"?|\{(?=\s*+["}])|\}')
_ARRAY = re.compile(rb"\s*+\[\s*+[\[{]")
_OPEN, _CLOSE, _NEWLINE = b"{}\n"


@dataclass
class Pieces:
    """The values in a stretch of text, and the parts of it that are broken.

    With `more`, the text goes on after the data: then what is still open is not told as broken,
    and `rest` says from where on it has to be looked at again.
    """

    data: bytes
    line: int
    offset: int
    more: bool = False
    rest: int = 0

    def __iter__(self) -> Iterator[Found | Bad]:
        data, line, counted, last = self.data, self.line, 0, 0
        begins, ends, torn = objects(data)
        first_torn = torn[0] if torn else len(data)
        behind: set[int] = set()
        line_end = 0
        if not begins and not torn:
            yield Bad("not-json", "expected JSON events, found other text.", line, self.offset)
        for begin, end in merge(zip(begins, ends, strict=True), ((at, 0) for at in torn)):
            line, counted = line + data.count(b"\n", counted, begin), begin
            where = (line, self.offset + begin)
            if end:
                parts = _value(data[begin:end], *where, certain=begin >= first_torn)
            elif self.more or (begin != first_torn and data[begin - 1] != _NEWLINE):
                continue  # what stands within a torn value is no news, unless it begins a line
            else:
                parts = [Bad("broken-json", ENDLESS, *where)]
            yield from (part for part in parts if part.offset not in behind)
            if any(isinstance(part, Found) for part in parts):
                last = max(last, end)
            elif begin >= line_end:  # once a line, or it would be quadratic
                line_end = _line_end(data, begin)
                for part in _behind(data, begin, line_end, *where):
                    at = bisect_left(begins, part.offset - self.offset)
                    if begins[at : at + 1] != array("q", [part.offset - self.offset]):
                        behind.add(part.offset)
                        yield part
        if not (torn or self.more) and _is_open_array(data):
            yield Bad("broken-json", ENDLESS, self.line, self.offset)
        still_open = (at for at in torn if at >= last)
        self.rest = next(still_open, len(data)) if last else first_torn


def objects(data: bytes) -> tuple[array[int], array[int], list[int]]:
    """Begin and end of the largest objects that are whole, and begin of those never closed."""
    begins, ends = array("q"), array("q")
    still_open: list[int] = []
    for token in _TOKENS.finditer(data):
        begin = token.start()
        if data[begin] == _OPEN:
            still_open.append(begin)
        elif data[begin] == _CLOSE and still_open:
            begin = still_open.pop()
            while begins and begins[-1] > begin:
                begins.pop()
                ends.pop()
            if token.end() - begin >= SMALLEST:
                begins.append(begin)
                ends.append(token.end())
    return begins, ends, still_open


def ending(data: bytes, begin: int, end: int, start: re.Pattern[bytes]) -> tuple[Event, int] | None:
    """The event with which a part of the data ends, and where it begins."""
    for match in islice(start.finditer(data, begin, end), PREFIXES):
        try:
            event = decode(data[match.start() : end])
        except ERRORS:
            continue
        if event:
            return event, match.start()
    return None


def _value(
    text: bytes, line: int, offset: int, *, certain: bool, depth: int = 0
) -> list[Found | Bad]:
    """What an object holds; of one amid broken text only what is certainly an event."""
    try:
        event = decode(text)
    except ERRORS as error:
        return _rescued(text, line, offset, depth) or [broken(error, line, offset)]
    parts = [sound(event, text, line, offset)] if event else list(inside(text, line, offset))
    if certain:
        return [part for part in parts if isinstance(part, Found) and part.event.certain]
    return parts[:1] if not any(isinstance(part, Found) for part in parts) else parts


def _rescued(text: bytes, line: int, offset: int, depth: int) -> list[Found | Bad]:
    """The events in a broken object, with what else is broken there; nothing if it has none."""
    if depth > WRAPPED or b'"eventTime"' not in text:
        return []
    found: list[Found | Bad] = []
    begins, ends, _ = objects(text[1:-1])
    counted = 0
    for begin, end in zip(begins, ends, strict=True):
        line, counted = line + text.count(b"\n", counted, begin + 1), begin + 1
        piece = text[begin + 1 : end + 1]
        found += _value(piece, line, offset + begin + 1, certain=True, depth=depth + 1)
    return found if any(isinstance(part, Found) for part in found) else []


def _behind(data: bytes, begin: int, line_end: int, line: int, offset: int) -> Iterator[Found]:
    """The event after a torn one on the same line: written by the next process, or another."""
    stop = begin + len(data[begin:line_end].rstrip())
    found = ending(data, begin + 1, stop, EVENT_START)
    if found is not None:
        event, start = found
        part = sound(event, data[start:stop], line, offset - begin + start)
        if isinstance(part, Found) and part.event.certain:
            yield part


def _is_open_array(data: bytes) -> bool:
    """Whether the text was a list of values, cut off where there may have been more."""
    return _ARRAY.match(data) is not None and not data.rstrip().endswith(b"]")


def _line_end(data: bytes, begin: int) -> int:
    end = data.find(b"\n", begin)
    return len(data) if end < 0 else end
