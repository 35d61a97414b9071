r"""Marquez's table `lineage_events` as PostgreSQL writes it → events.

The column `event` holds the JSON. In CSV it is quoted, its quotes doubled; in COPY's own format,
which pg_dump writes too, it is not quoted, but every backslash is doubled. It is found by how it
looks, so that any columns in any order, with or without a header, separated by comma, semicolon or
tab will do. A row that cannot be read costs itself only.

JSON and NDJSON exports of the table need no reader of their own: their rows are objects that wrap
events. But where COPY wrote such rows (`COPY (SELECT row_to_json(…))`) it doubled their backslashes
too, which cannot be told from the beginning of a file: `format="marquez-table"` reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import IO

from lineage_explorer.readers.limits import LONGEST
from lineage_explorer.readers.values import Bad, Found, whole

Line = tuple[bytes, int, int]
"""A line, its number and where it begins."""

BOM = b"\xef\xbb\xbf"
_OPENS = re.compile(rb'(?:^|[,;\t])"\s*\{\s*(?:""|[\r\n]|$)')
_CELL = re.compile(rb'(?:^|[,;\t])("\s*\{(?:[^"]|"")*\}\s*")(?=[,;\t\r\n]|$)')
_HEADER = re.compile(rb'^"?\w+"?(?:[,;\t]"?\w+"?)*\s*$')
_NAMED = re.compile(rb'(?:^|[,;\t])"?event"?(?:[,;\t\r\n]|$)')
_BARE = re.compile(rb"(?:^|\t)(\{[^\t\r\n]*\})(?=[\t\r\n]|$)")
_BARE_ROW = re.compile(rb'(?:^|\t)\{ ?"[^\t\r\n]*\}\t')
"""More columns come after it; behind it a line of a log ends."""
_SCRIPT = b"-- PostgreSQL database dump"
_END = b"\\."
_COPY = re.compile(rb'COPY (?:[\w"]+\.)?"?lineage_events"? .*FROM stdin;\s*$')
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_MEANT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
NO_TABLE = "a dump without the rows of lineage_events (as INSERT they are not read)."


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is such a table."""
    head = head.removeprefix(BOM)
    first = head.partition(b"\n")[0]
    return bool(
        _OPENS.search(first)
        or _BARE_ROW.search(first)
        or any(line.startswith(_SCRIPT) for line in head.split(b"\n", 2)[:2])
        or (_HEADER.match(first) and _NAMED.search(first))
    )


def events(stream: IO[bytes]) -> Iterator[Found | Bad]:
    """Every event of the table, and every row that could not be read."""
    lines = _numbered(stream)
    first = list(islice(lines, 2))
    is_script = any(line.startswith(_SCRIPT) for line, _, _ in first)
    yield from (_script if is_script else _rows)(chain(first, lines))


def unquoted(cell: bytes) -> bytes:
    """What a cell holds: of CSV, in quotes, or of COPY's own format."""
    if cell[:1] == b'"':
        return cell[1:-1].replace(b'""', b'"')
    return _ESCAPED.sub(lambda found: _MEANT.get(found[1], found[1]), cell)


def _numbered(stream: IO[bytes]) -> Iterator[Line]:
    offset, number = 0, 1
    while line := stream.readline(LONGEST):
        yield line, number, offset
        offset += len(line)
        number += line.endswith(b"\n")


def _script(lines: Iterable[Line]) -> Iterator[Found | Bad]:
    """The rows of the one table in a dump of a database."""
    inside = seen = False
    for line, number, offset in lines:
        if inside and line.rstrip() != _END:
            yield from _bare(line, number, offset)
        else:
            inside = not inside and _COPY.match(line) is not None
            seen = seen or inside
    if not seen:
        yield Bad("no-lineage", NO_TABLE, 1, 0)


def _rows(lines: Iterable[Line]) -> Iterator[Found | Bad]:
    """The rows of an export of the table."""
    row, begun, at = bytearray(), 0, 0
    for line, number, offset in lines:
        opens = _OPENS.search(line) is not None
        if row and (opens or len(row) + len(line) > LONGEST):
            yield Bad("broken-row", "the row has no end.", begun, at)
            row.clear()
        if opens:
            begun, at = number, offset
        if opens or row:
            row += line
        elif not _is_frill(line, number):
            yield from _bare(line, number, offset)
        if row and row.count(b'"') % 2 == 0:
            yield from _quoted(bytes(row), begun, at)
            row.clear()
    if row:
        yield Bad("broken-row", "the row has no end.", begun, at)


def _is_frill(line: bytes, number: int) -> bool:
    """Whether a line is no row: empty, the end of COPY, or a header."""
    text = line.removeprefix(BOM).strip()
    return text in (b"", _END) or (number == 1 and _HEADER.match(text) is not None)


def _bare(line: bytes, number: int, offset: int) -> Iterator[Found | Bad]:
    """The event of a line in COPY's own format."""
    match = _BARE.search(line)
    if match is None:
        yield Bad("broken-row", "no event in this row.", number, offset)
    else:
        yield from _cell(match.group(1), number, offset + match.start(1))


def _quoted(row: bytes, line: int, offset: int) -> Iterator[Found | Bad]:
    """The event of a row of CSV."""
    match = _CELL.search(row)
    if match is None:
        yield Bad("broken-row", "the event's quotes do not match.", line, offset)
        return
    start = match.start(1)
    yield from _cell(match.group(1), line + row.count(b"\n", 0, start), offset + start)


def _cell(cell: bytes, line: int, at: int) -> Iterator[Found | Bad]:
    parts = whole(unquoted(cell), line, at)
    for part in parts or [Bad("broken-row", "the event is not readable as JSON.", line, at)]:
        if isinstance(part, Found):
            yield Found(part.event, part.raw, line, at, len(cell), part.number, part.system)
        else:
            yield Bad(part.code, part.message, line, at)
