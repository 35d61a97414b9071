"""Readings kept in the cache: found again, or gone on with from where a file ended.

A reading is known by the content of its files, their labels, and all that decides how they are
read, the program itself included. What is kept are the frames, the rows of `facets` apart from
their texts, and what events told (`told.Told`), which is what goes on when a file has grown: only
the new lines are read then. Their tables become a *segment* beside the older ones.

Files are read up to the size they had when they were hashed, and nothing is kept if what was
hashed is not what is there afterwards.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from importlib.metadata import entry_points
from pathlib import Path
from typing import IO, Any

import polars as pl

import lineage_explorer
from lineage_explorer.readers import cache as disk
from lineage_explorer.readers import formats, limits, told
from lineage_explorer.readers.blocks import Watch
from lineage_explorer.readers.digests import Content, contents, stamp_of
from lineage_explorer.readers.frames import Rows, with_texts
from lineage_explorer.readers.redact import KEY_VARIABLE
from lineage_explorer.readers.sources import HEAD, PACKED, Address, Blob
from lineage_explorer.readers.told import Told
from lineage_explorer.tables import FACETS, TABLES, Frames, schema

WORTH = 16 << 20
"""Bytes (of a packed file an eighth) from which on a reading is kept."""
SEGMENTS = 8
"""As many growths are kept apart; then they are written anew as one."""
OURS = {formats.TABLE.name, formats.JSON.name}
MAGIC = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")

Recognised = tuple[tuple[str, str, str, int], ...]

_FRAMES = {name: pl.Schema(schema(TABLES[name])) for name in TABLES if name != "facets"}
_ROWS = pl.Schema({**{c: t for c, (t, _) in FACETS.items() if c != "json"}, "text": pl.UInt32})
_TOLD = {field.name: pl.Schema(getattr(told, field.name.upper())) for field in fields(Told)}


@dataclass(frozen=True)
class Stretch(Blob):
    """Some bytes of a file that is not packed."""

    start: int = 0
    end: int = 0

    @property
    def length(self) -> int:
        return self.end - self.start

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        with super().open() as whole:
            whole.seek(self.start)
            yield io.BufferedReader(_Window(whole, self.end))

    def address(self, stream: IO[bytes]) -> Address | None:
        window = getattr(stream, "raw", None)
        return super().address(window.packed) if isinstance(window, _Window) else None


class _Window(io.RawIOBase):
    """A file up to a certain byte."""

    def __init__(self, packed: Any, end: int) -> None:
        self.packed = packed
        """What tells how far reading has come."""
        self._end = end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = max(self._end - self.packed.tell(), 0)
        return int(self.packed.readinto(memoryview(buffer)[:left]))


@dataclass(frozen=True)
class Grown:
    """An older reading of files, and what is new in them."""

    entry: disk.Entry
    tolds: list[Told]
    blobs: list[Blob]
    at: int
    """Which file the first of `blobs` is."""
    line: int
    """The line at which that goes on, 1-based."""
    start: int

    def joined(self, new: Told) -> tuple[Told, Told]:
        """What is new as it stands in the files, and all together."""
        first = pl.col("blob") == 0
        blocks = max((_last_block(one) for one in self.tolds), default=-1) + 1
        places = (
            pl.col("blob") + pl.lit(self.at, pl.UInt32),
            pl.col("block") + pl.lit(blocks, pl.UInt32),
            pl.when(first)
            .then(pl.col("line") + pl.lit(self.line - 1, pl.UInt32))
            .otherwise("line"),
            pl.when(first)
            .then(pl.col("offset") + pl.lit(self.start, pl.UInt64))
            .otherwise("offset"),
        )
        moved = replace(
            new,
            events=new.events.with_columns(places),
            issues=new.issues.with_columns(places),
            systems=new.systems.with_columns(places[0]),
        )
        return moved, told.joined([*self.tolds, moved])


@dataclass(frozen=True)
class Place:
    """Where a reading is kept."""

    folder: Path
    """Of all entries."""
    options: str
    labels: tuple[str, ...]
    contents: tuple[Content, ...]

    @property
    def entry(self) -> Path:
        files = [(label, *rest) for label, rest in zip(self.labels, self._files(), strict=True)]
        return (
            self.folder / blake2b(repr((self.options, files)).encode(), digest_size=16).hexdigest()
        )

    def found(self) -> tuple[Frames, Recognised] | None:
        """The reading, if it is there: sound, and complete."""
        entry = disk.get(self.entry)
        if entry is None:
            return None
        try:
            tables = {n: entry.table(f"frame-{n}", s) for n, s in _FRAMES.items()}
            rows = entry.table("facet-rows", _ROWS)
            segments = range(entry.meta.segments)
            texts = [entry.table(f"told-{at}-texts", _TOLD["texts"]) for at in segments]
        except disk.UNUSABLE:
            disk.remove(entry.folder)
            return None
        disk.touch(entry)
        frames = Frames(**tables, facets=lambda: with_texts(rows(), _packs([t() for t in texts])))
        return frames, tuple(entry.meta.recognised)

    def grown(self, chosen: formats.Format | None) -> Grown | None:
        """The longest older reading that this one goes on from."""
        for entry in sorted(disk.entries(), key=lambda one: -_length(one)):
            at = len(entry.meta.files) - 1
            if entry.meta.options != self.options or not self._begins_with(entry):
                continue
            try:
                if grown := self._grown(entry, at, chosen):
                    return grown
            except disk.UNUSABLE:
                disk.remove(entry.folder)
        return None

    def stretches(self, blobs: Sequence[Blob]) -> list[Blob]:
        """The files as they were when they were hashed."""
        return [
            blob if _packed(c.path) else Stretch(blob.label, blob.path, start=0, end=c.size)
            for blob, c in zip(blobs, self.contents, strict=True)
        ]

    def keep(
        self,
        new: Told,
        grown: Grown | None,
        whole: Told,
        frames: Frames,
        rows: Rows,
        recognised: Recognised,
    ) -> None:
        """Keeps a reading, if it is one of what was hashed.

        Args:
            new: what was read now.
            grown: what it goes on from.
            whole: both joined.
            frames: made of that.
            rows: makes the frame of facets without texts.
            recognised: what each file was taken for.
        """
        if any(form not in OURS for _, form, _, _ in recognised) or not self._stands():
            return  # another package's reader may change without our knowing

        def write(writer: disk.Writer) -> disk.Meta:
            segments, part = 0, whole
            if grown and grown.entry.meta.segments < SEGMENTS:
                segments, part = grown.entry.meta.segments, new
                for name in (f"told-{at}-{name}" for at in range(segments) for name in _TOLD):
                    writer.same(name, grown.entry)
            for name in _TOLD:
                writer.table(f"told-{segments}-{name}", getattr(part, name))
            for name in _FRAMES:
                writer.table(f"frame-{name}", getattr(frames, name))
            writer.table("facet-rows", rows().cast(_ROWS))
            files = [(label, *rest) for label, rest in zip(self.labels, self._files(), strict=True)]
            return disk.Meta(
                self.options, files, list(recognised), segments + 1, time.time(), writer.tables
            )

        disk.put(self.entry, write)
        if grown and self.entry.exists():
            disk.remove(grown.entry.folder)

    def _files(self) -> list[tuple[int, str]]:
        return [(content.size, content.digest().hex()) for content in self.contents]

    def _stands(self) -> bool:
        """Whether what was hashed is what was read."""
        try:
            return all(
                content.stands()
                and (not _packed(content.path) or stamp_of(content.path) == content.stamp)
                for content in self.contents
            )
        except OSError:
            return False

    def _begins_with(self, entry: disk.Entry) -> bool:
        """Whether these files are an entry's, of which the last may have grown, and perhaps more."""
        files = entry.meta.files
        mine = list(zip(self.labels, self.contents, strict=False))[: len(files)]
        return (
            0 < len(files) == len(mine)
            and all(label == old for (label, _), (old, _, _) in zip(mine, files, strict=True))
            and all(c.size == size for (_, c), (_, size, _) in zip(mine[:-1], files, strict=False))
            and mine[-1][1].size >= files[-1][1]
        )

    def _grown(self, entry: disk.Entry, at: int, chosen: formats.Format | None) -> Grown | None:
        """The entry as what this reading goes on from, if the files still hold what it says."""
        sizes = [size for _, size, _ in entry.meta.files]
        parts = zip(self.contents, entry.meta.files, strict=False)
        if any(content.digest(size).hex() != digest for content, (_, size, digest) in parts):
            return None
        if any(_packed(content.path) for content in self.contents[at:]):
            return None
        last, start = self.contents[at], sizes[at]
        forms = {form for file, form, _, _ in entry.meta.recognised if file == self.labels[at]}
        if start < last.size and (
            forms != {formats.JSON.name} or not _goes_on(last.path, start, chosen)
        ):
            return None
        tolds = [
            Told(**{n: entry.table(f"told-{k}-{n}", s)() for n, s in _TOLD.items()})
            for k in range(entry.meta.segments)
        ]
        named = zip(self.labels, self.contents, strict=True)
        blobs: list[Blob] = [Stretch(label, c.path, start=0, end=c.size) for label, c in named]
        if start == last.size:
            return Grown(entry, tolds, blobs[at + 1 :], at + 1, 1, 0)
        line = _line_at(last.path, start, tolds, at)
        blobs[at] = Stretch(self.labels[at], last.path, start=start, end=last.size)
        return Grown(entry, tolds, blobs[at:], at, line, start) if line else None


def place(
    blobs: Sequence[Blob], chosen: formats.Format | None, *, redact: bool, watch: Watch
) -> Place | None:
    """Where a reading of these is kept; None where it is not worth it, or must not be kept."""
    paths = [blob.path for blob in blobs if blob.path is not None]
    if not redact or len(paths) < len(blobs) or formats.failed():
        return None
    try:
        if sum(map(_weight, paths)) < WORTH or (folder := disk.root()) is None:
            return None
        known = contents(paths, folder / disk.NOTES, watch)
    except OSError:
        return None
    labels = tuple(blob.label for blob in blobs)
    return Place(folder, _options(chosen), labels, tuple(known))


def _options(chosen: formats.Format | None) -> str:
    """All but the files that decides what comes of reading."""
    others = [
        (point.name, point.value, point.dist and (point.dist.name, point.dist.version))
        for point in (
            entry_points(group=formats.GROUP) if len(formats.formats()) > len(OURS) else ()
        )
    ]
    bounds = {name: value for name, value in vars(limits).items() if name.isupper()}
    key = blake2b(os.environ.get(KEY_VARIABLE, "").encode("utf-8", "surrogateescape")).digest()
    said = (PROGRAM, pl.__version__, chosen and chosen.name, others, bounds, key)
    return blake2b(repr(said).encode(), digest_size=16).hexdigest()


def _packs(texts: Sequence[pl.DataFrame]) -> pl.Series:
    return pl.concat([one["every"] for one in texts])


def _length(entry: disk.Entry) -> int:
    return sum(size for _, size, _ in entry.meta.files)


def _weight(path: Path) -> int:
    return path.stat().st_size * (8 if path.suffix.lower() in PACKED else 1)


def _packed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(HEAD).startswith(MAGIC)


def _last_block(one: Told) -> int:
    last = [frame["block"].max() for frame in (one.events, one.issues)]
    return max((int(block) for block in last if isinstance(block, int)), default=-1)


def _line_at(path: Path, size: int, tolds: Sequence[Told], blob: int) -> int:
    """On which line a byte is, counted from the last event before it; 0 where that has none."""
    events = pl.concat([one.events.select("blob", "line", "offset") for one in tolds])
    events = events.filter(pl.col("blob") == blob)
    if events.is_empty():
        return 0
    line, offset = events.sort("offset").select("line", "offset").row(-1)
    with path.open("rb") as file:
        file.seek(offset)
        while offset < size and (data := file.read(min(1 << 20, size - offset))):
            line += data.count(b"\n")
            offset += len(data)
    return int(line)


def _goes_on(path: Path, size: int, chosen: formats.Format | None) -> bool:
    """Whether a value ended there and another begins, all in lines of JSON."""
    with path.open("rb") as file:
        head = file.read(formats.HEAD)
        file.seek(max(size - 3, 0))
        end = file.read(size - file.tell())
        more = file.read(formats.HEAD)
    if not end.endswith((b"}\n", b"}\r\n")) or not more.startswith(b"{"):
        return False
    heads = (head, head[:size], more)
    return chosen is formats.JSON or all(formats.sniff(part) is formats.JSON for part in heads)


def _program() -> tuple[str, str]:
    """The version of the package, and a digest of what reads: that changes between versions."""
    package = Path(lineage_explorer.__file__).parent
    text = blake2b(digest_size=16)
    for path in sorted([*package.glob("*.py"), *(package / "readers").glob("*.py")]):
        text.update(path.name.encode() + b"\0" + path.read_bytes())
    return lineage_explorer.__version__, text.hexdigest()


PROGRAM = _program()
