"""Malformed inputs, and what reading makes of each: the code behind `readers/MALFORMED.md`.

`python -m tests.readers.malformed` writes the table; test_malformed.py holds it to what is read.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch

import lineage_explorer as lx
from lineage_explorer.readers import limits, sources
from tests.conftest import ROOT
from tests.events import ndjson, run_event

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PAGE = ROOT / "lineage_explorer" / "readers" / "MALFORMED.md"

A = run_event("a", ["x"], ["y"], run="1")
B = run_event("b", ["y"], ["z"], run="2")
LINE = ndjson(A).strip()
LONG = 40 << 20
FREE = 4 << 20
HALF = 64 << 10
MANY = b"".join(ndjson(run_event(f"j{n}", run=f"r{n}")) for n in range(300))
WHOLE = MANY.count(b"\n", 0, HALF)

Make = Callable[[Path], object]


@dataclass(frozen=True)
class Case:
    """An input, made in a folder of its own, and how many different events in it are whole."""

    name: str
    whole: int
    make: Make
    meanwhile: Callable[[Path], object] | None = None
    """What befalls the file while it is read."""


def between(bad: bytes) -> Make:
    """The bytes as a line of their own between two good events."""
    return lambda _: ndjson(A) + bad + b"\n" + ndjson(B)


def just(data: object) -> Make:
    """The source itself."""
    return lambda _: data


def beside(make: Callable[[Path], object]) -> Make:
    """A folder with a good file, and what `make` puts beside it."""

    def folder(path: Path) -> Path:
        (path / "a.json").write_bytes(ndjson(A))
        make(path)
        return path

    return folder


def file(data: bytes, name: str = "log.json") -> Make:
    """A file with these bytes."""

    def written(path: Path) -> Path:
        (path / name).write_bytes(data)
        return path / name

    return written


def wide(before: bytes, piece: bytes, after: bytes) -> Make:
    """A file with 100 MB of the piece in its second line, between two good events."""

    def written(path: Path) -> Path:
        with (path / "log.json").open("wb") as stream:
            stream.write(ndjson(A) + before)
            for _ in range(100):
                stream.write(piece * (1 << 20))
            stream.write(after + b"\n" + ndjson(B))
        return path / "log.json"

    return written


def deep(levels: int) -> bytes:
    """An event with brackets nested in it."""
    return LINE[:-1] + b', "extra": ' + b"[" * levels + b"]" * levels + b"}"


def facets(**facets: Any) -> Make:
    """An event whose run has such facets."""
    return just(ndjson(run_event(run_facets=facets)))


def changed(**members: Any) -> Make:
    """An event with other members."""
    return just(ndjson(A | members))


def _pipe(path: Path) -> Path:
    os.mkfifo(path / "pipe")
    return path / "pipe"


def _cut(path: Path) -> None:
    os.truncate(path, 0)


def _overwrite(path: Path) -> None:
    path.write_bytes(b"\0" * path.stat().st_size)


def _append(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(ndjson(A, B))


CASES: dict[str, tuple[Case, ...]] = {
    "Bytes": (
        Case("nothing at all", 0, just(b"")),
        Case("only line ends", 0, just(b"\n\r\n\n")),
        Case("a byte order mark first", 2, just(b"\xef\xbb\xbf" + ndjson(A, B))),
        Case("CRLF line ends", 2, just(ndjson(A, B).replace(b"\n", b"\r\n"))),
        Case("UTF-16", 0, just(ndjson(A).decode().encode("utf-16"))),
        Case("a line of bytes that are no UTF-8", 2, between(b"\xff\xfe\xfd")),
        Case("no UTF-8 in a name", 2, between(LINE.replace(b'"x"', b'"\xff"'))),
        Case("no UTF-8 in a facet", 2, between(LINE.replace(b"{}", b'{"k": "\xe9"}', 1))),
        Case("a NUL in a name", 2, between(LINE.replace(b'"x"', b'"\x00"'))),
        Case("a line of NULs", 2, between(bytes(1000))),
        Case("half of a surrogate pair", 2, between(LINE.replace(b'"x"', b'"\\ud800"'))),
        Case("an escape that JSON does not have", 2, between(LINE.replace(b'"x"', b'"\\q"'))),
        Case("NaN", 2, between(LINE.replace(b'"x"', b"NaN"))),
        Case("single quotes", 2, between(LINE.replace(b'"', b"'"))),
        Case("a comma too many", 2, between(LINE[:-1] + b",}")),
        Case("a PNG", 0, just(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))),
    ),
    "Torn, cut and mixed": (
        Case("a line cut in half", 2, between(LINE[: len(LINE) // 2])),
        Case("two events on one line", 2, just(LINE + ndjson(B))),
        Case("an event after a torn one on the same line", 2, just(LINE[:90] + ndjson(B, A))),
        Case("an array cut before its end", 2, just(json.dumps([A, B]).encode()[:-1])),
        Case("an array cut after an event's comma", 1, just(json.dumps([A, B]).encode()[: len(LINE) + 2])),
        Case("a pretty array cut in its last event", 1, just(json.dumps([A, B], indent=1).encode()[:-40])),
        Case("one broken event in an array", 1, just(json.dumps([A, B]).replace('"b"', "b").encode())),
        Case('1,000 lines `{"a":`', 0, just(b'{"a":\n' * 1000)),
        Case("lines of a log around the events", 2, just(b"INFO start {x}\n" + ndjson(A) + b"Done.\n" + ndjson(B))),
        Case("events behind a log's prefix", 1, just(b"10:00 INFO emit: " + ndjson(A))),
        Case("an exact copy of an event", 1, just(ndjson(A, A))),
        Case("a key twice in one object", 1, just(LINE.replace(b'"name": "a"', b'"name": "0", "name": "a"'))),
    ),
    "Deep and long": (
        Case(f"{limits.DEEPEST} levels of brackets", 3, between(deep(limits.DEEPEST - 1))),
        Case(f"{limits.DEEPEST + 1} levels of brackets", 2, between(deep(limits.DEEPEST))),
        Case("100,000 levels in an event", 2, between(deep(100_000))),
        Case("100,000 opening brackets", 2, between(b"[" * 100_000)),
        Case('100,000 times `{"a":`', 2, between(b'{"a":' * 100_000)),
        Case("a line of 100 MB of text", 2, wide(b"", b"x", b"")),
        Case("an event of 100 MB", 2, wide(b'{"job": "', b"x", b'"}')),
        Case("an array with a value of 40 MB", 1, just(b'[{"job": "' + b"x" * LONG + b'"},\n' + LINE + b"]")),
        Case("a facet of 200 kB", 1, facets(large={"x": "y" * 200_000})),
    ),
    "Other than an event": (
        Case("valid JSON of something else", 0, just(b'{"hello": "world"}')),
        Case("a number", 0, just(b"42")),
        Case("an empty array", 0, just(b"[]")),
        Case("an event without a job", 0, just(b'{"eventTime": "2024-05-01T10:00:00Z", "run": {"runId": "1"}}')),
        Case("a job without a name", 0, changed(job={"namespace": "n"})),
        Case("a name that is a number", 1, changed(job={"namespace": "n", "name": 7})),
        Case("a dataset without a name", 1, changed(inputs=[{"namespace": "n"}])),
        Case("inputs that are no list", 1, changed(inputs={"namespace": "n", "name": "x"})),
        Case("null for inputs, outputs and facets", 1, changed(inputs=None, outputs=None, run={"runId": "1", "facets": None})),
        Case("a run without an id", 1, changed(run={})),
        Case("a run that is a text", 1, changed(run="1")),
        Case("no time", 1, changed(eventTime=None)),
        Case("a time that is none", 1, changed(eventTime="yesterday")),
        Case("a time without a zone", 1, changed(eventTime="2024-05-01T10:00:00")),
        Case("a time with two zones", 1, changed(eventTime="2024-05-01T10:00:00+00:00Z")),
        Case("a type that is none", 1, changed(eventType="PAUSED")),
        Case("a facet of a wrong shape", 1, facets(parent={"run": "x", "job": []}, nominalTime=[1])),
        Case("a facet that is a text", 1, facets(custom="x")),
    ),
    "Packed": (
        Case("gzip cut off", 300, just(gzip.compress(MANY, mtime=0)[:-8])),
        Case("garbage after a gzip", 1, just(gzip.compress(ndjson(A), mtime=0) + b"garbage")),
        Case("two gzips, one after the other", 2, just(gzip.compress(ndjson(A)) + gzip.compress(ndjson(B)))),
        Case("a gzip with a wrong checksum", 1, just(gzip.compress(ndjson(A), mtime=0)[:-8] + bytes(8))),
        Case("a gzip called .json", 1, file(gzip.compress(ndjson(A)))),
        Case("a text called .gz", 1, file(ndjson(A), "log.json.gz")),
        Case("zstd cut off in its second frame", 1, just(zstd.compress(ndjson(A)) + zstd.compress(ndjson(B))[:-8])),
        Case("a bomb in gzip", 1, just(gzip.compress(ndjson(A) + bytes(16 * FREE), mtime=0))),
        Case("a bomb in zstd", 1, just(zstd.compress(ndjson(A) + bytes(16 * FREE)))),
        Case("a zip", 0, just(b"PK\x03\x04" + bytes(100))),
    ),
    "Files": (
        Case("a pipe in the folder", 1, beside(lambda path: os.mkfifo(path / "b.json"))),
        Case("a folder called b.json", 1, beside(lambda path: (path / "b.json").mkdir())),
        Case("a link to itself", 1, beside(lambda path: (path / "b.json").symlink_to(path / "b.json"))),
        Case("a link to nothing", 1, beside(lambda path: (path / "b.json").symlink_to("gone"))),
        Case("a link to the folder it is in", 1, beside(lambda path: (path / "up").symlink_to(path))),
        Case("a file that may not be read", 1, beside(file(ndjson(B), "locked.json"))),
        Case("an empty file", 1, beside(lambda path: (path / "b.json").touch())),
        Case("a name that is no UTF-8", 2, beside(lambda path: Path(os.fsdecode(bytes(path) + b"/b\xff.json")).write_bytes(ndjson(B)))),
        Case("a file that is cut to nothing while it is read", WHOLE, file(MANY), _cut),
        Case("a file that is overwritten while it is read", WHOLE, file(MANY), _overwrite),
        Case("a file that is removed while it is read", 300, file(MANY), Path.unlink),
        Case("a file that grows while it is read", 302, file(MANY), _append),
        Case("a pipe as the source", 0, _pipe),
        Case("a folder without logs", 0, lambda path: path),
        Case("a path that is not there", 0, lambda path: path / "gone.json"),
        Case("a pattern that nothing matches", 0, lambda _: "no/such/*.json"),
        Case("JSON given as a text", 0, just('{"eventTime": "2024-05-01T10:00:00Z"}')),
        Case("a name with a NUL", 0, just("a\0b")),
        Case("a number as the source", 0, just(3)),
        Case("dicts that are no JSON", 0, just([{"job": object()}])),
    ),
}  # fmt: skip

_HEAD = """\
# Malformed inputs, and what each gives

Made by `python -m tests.readers.malformed` from what `lx.read` really does; a test holds it to
that, and to the number of whole events in each input: all of them are read, every time. What is
told is in `lin.problems`; where it begins with SourceError there was nothing to read. Limits are
in `limits.py` (for the bombs, the size that is always allowed was set to 4 MB).
"""


class _Meddled(io.RawIOBase):
    """A file to which something happens when `HALF` bytes of it are read."""

    def __init__(self, raw: IO[bytes], happens: Callable[[], object]) -> None:
        self.raw, self.happens, self.left = raw, happens, 2

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.raw.seek(offset, whence)

    def tell(self) -> int:
        return self.raw.tell()

    def close(self) -> None:
        self.raw.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        self.left -= 1
        if self.left == 0:
            self.happens()
        piece = os.read(self.raw.fileno(), min(len(buffer), HALF))
        buffer[: len(piece)] = piece
        return len(piece)


def given(case: Case) -> tuple[int, list[str]]:
    """How many events are read of it, and what is told."""
    with tempfile.TemporaryDirectory() as folder, _as_described(case):
        source = case.make(Path(folder))
        try:
            lin = lx.read(source)
        except lx.SourceError as error:
            first = str(error).splitlines()[0]
            return 0, [f"SourceError: {first.replace(folder, '…').replace(Path(folder).name, '…')}"]
        told = lin.problems.select("line", "severity", "code", "message").rows()
        return lin.events.height, [
            f"{severity} `{code}`{f', line {line}' if line else ''}: {_message(message)}"
            for line, severity, code, message in told
        ]


def _message(text: str) -> str:
    """A message without what another version of a library may say otherwise, at most a line."""
    told = re.sub(r"over \d+ MB, [\d,]+ times", "over … MB, … times", text)
    return told if len(told) <= 100 else f"{told[:99]}…"


@contextmanager
def _as_described(case: Case) -> Iterator[None]:
    """A small limit for bombs; locked.json may not be read; what happens meanwhile."""
    opened, blob_opened = os.open, sources._open_file

    def refuse(path: Any, *rest: Any, **options: Any) -> int:
        if str(path).endswith("locked.json"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *rest, **options)

    def meddled(path: Path) -> IO[bytes]:
        raw = blob_opened(path)
        happens = case.meanwhile
        return io.BufferedReader(_Meddled(raw, partial(happens, path)), HALF) if happens else raw

    with (
        patch.object(limits, "FREE", FREE),
        patch.object(os, "open", refuse),
        patch.object(sources, "_open_file", meddled),
        patch.dict(os.environ, LINEAGE_EXPLORER_CACHE="off"),
    ):
        yield


def results() -> dict[str, tuple[int, list[str]]]:
    """Of every case the events read, and what was told."""
    return {case.name: given(case) for cases in CASES.values() for case in cases}


def table(found: dict[str, tuple[int, list[str]]]) -> str:
    """The page, as Markdown."""
    text = _HEAD
    for heading, cases in CASES.items():
        text += f"\n## {heading}\n\n| input | events read | told |\n|---|---|---|\n"
        for case in cases:
            read, told = found[case.name]
            shown = [*told[:2], f"… and {len(told) - 2} more"] if len(told) > 3 else told
            words = "<br>".join(shown).replace("|", "\\|") or "nothing"
            text += f"| {case.name} | {read} | {words} |\n"
    return text


if __name__ == "__main__":
    PAGE.write_text(table(results()), "utf-8")
