"""Entries of tables on disk, under the user's cache directory.

An entry is a folder of parquet files and a file `entry`, which says how long each is, its digest,
and on its first line its own digest.
It is written beside its place and renamed into it, whole: whoever looks sees all of it or nothing,
also when two write at once or one is killed. What is found damaged is removed and read anew, never
believed. Folders have mode 0700, files 0600. What cannot be written (a read-only home, a full disk)
is not cached, and nobody is told.
"""

from __future__ import annotations

import io
import mmap
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec
import platformdirs
import polars as pl
import xxhash

VARIABLE = "LINEAGE_EXPLORER_CACHE"
"""Set to "off" there is no cache; to a folder, it is there."""
OFF = ("off", "0", "no", "false")
LIMIT = 4 << 30
"""Bytes of all entries. What was not used for longest goes first."""
LEFT = 24 * 3600
"""Seconds after which what a killed writer left is removed."""
LARGE, ROWS = 64 << 20, 1 << 16
"""Bytes from which on a table is written so many rows at a time."""
ENTRY, NOTES, TEMPORARY = "entry", "digests.json", "tmp-"

UNUSABLE = (OSError, ValueError, msgspec.MsgspecError, pl.exceptions.PolarsError)


class Meta(msgspec.Struct, frozen=True):
    """What an entry says of itself."""

    options: str
    """A digest of what decided how it was read, beside the files."""
    files: list[tuple[str, int, str]]
    """Label, size and digest of each file."""
    recognised: list[tuple[str, str, str, int]]
    segments: int
    """How many readings were joined: the first, and each of what had grown since."""
    made: float
    tables: dict[str, tuple[int, str]]
    """Size and digest of each parquet file."""


class Damaged(ValueError):
    """An entry is not what was written."""


@dataclass(frozen=True)
class Entry:
    """One result of reading."""

    folder: Path
    meta: Meta

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(size for size, _ in self.meta.tables.values())

    @property
    def used(self) -> float:
        """When it was used last."""
        with suppress(OSError):
            return (self.folder / ENTRY).stat().st_mtime
        return 0.0

    def table(self, name: str, schema: pl.Schema) -> Callable[[], pl.DataFrame]:
        """A table, checked now and loaded when called: also after the entry was removed.

        Raises:
            OSError, ValueError: if it is not there, or not what was written.
        """
        size, digest = self.meta.tables.get(name, (0, ""))
        with (self.folder / f"{name}.parquet").open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if len(data) != size or xxhash.xxh3_128_hexdigest(data) != digest:
            raise Damaged
        if pl.read_parquet_schema(io.BytesIO(data)) != schema:
            raise Damaged
        return lambda: pl.read_parquet(io.BytesIO(data)).rechunk()


def root() -> Path | None:
    """The folder of the cache, made if need be; None if there is to be none, or can be none."""
    said = os.environ.get(VARIABLE, "")
    if said.lower() in OFF:
        return None
    try:
        folder = Path(said) if said else platformdirs.user_cache_path("lineage-explorer", False)  # noqa: FBT003 - no folder of a company around it
        inner = folder.expanduser().absolute() / "v1"
        inner.mkdir(mode=0o700, parents=True, exist_ok=True)
        return inner if _ours(inner) else None
    except (OSError, RuntimeError):
        return None


def get(folder: Path) -> Entry | None:
    """The entry in a folder, if there is a sound one."""
    try:
        return Entry(folder, _unsealed((folder / ENTRY).read_bytes()))
    except FileNotFoundError:
        if folder.exists():
            remove(folder)
    except UNUSABLE:
        remove(folder)
    return None


def entries() -> list[Entry]:
    """All there are, the one used last first."""
    where = root()
    found = [entry for folder in _folders(where) if (entry := get(folder))] if where else []
    return sorted(found, key=lambda entry: entry.used, reverse=True)


def listed() -> pl.DataFrame:
    """What is kept: files, bytes `read` and `kept`, when it was made and used last."""
    rows = [
        (
            [label for label, _, _ in entry.meta.files],
            sum(size for _, size, _ in entry.meta.files),
            entry.size,
            int(entry.meta.made),
            int(entry.used),
        )
        for entry in entries()
    ]
    counts = dict.fromkeys(("read", "kept", "made", "used"), pl.Int64)
    found = pl.DataFrame(rows, schema={"files": pl.List(pl.String), **counts}, orient="row")
    return found.with_columns(
        pl.from_epoch(name, time_unit="s").dt.replace_time_zone("UTC") for name in ("made", "used")
    )


def briefly(found: pl.DataFrame) -> pl.DataFrame:
    """The same for a person: the first file and how many more, sizes in MB."""
    more = pl.col("files").list.len() - 1
    names = pl.format("{} and {} more", pl.col("files").list.first(), more)
    return found.select(
        pl.when(more > 0).then(names).otherwise(pl.col("files").list.first()).alias("files"),
        *((pl.col(name) / 1e6).round(1).alias(f"{name} MB") for name in ("read", "kept")),
        "made",
        "used",
    )


def touch(entry: Entry) -> None:
    """Notes that an entry was used."""
    with suppress(OSError):
        os.utime(entry.folder / ENTRY)


class Writer:
    """Writes the tables of an entry, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables: dict[str, tuple[int, str]] = {}

    def table(self, name: str, frame: pl.DataFrame) -> None:
        """One table more."""
        path = self.folder / f"{name}.parquet"
        rows = ROWS if frame.estimated_size() > LARGE else None  # or packing it takes much memory
        with _opened(path) as file:
            frame.write_parquet(
                file,
                compression="zstd",
                compression_level=1,
                statistics=False,
                row_group_size=rows,
            )
            file.flush()
            os.fsync(file.fileno())
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            self.tables[name] = len(data), xxhash.xxh3_128_hexdigest(data)

    def same(self, name: str, entry: Entry) -> None:
        """A table as another entry has it."""
        old, new = (folder / f"{name}.parquet" for folder in (entry.folder, self.folder))
        try:
            os.link(old, new)
        except OSError:  # not every file system has links
            with old.open("rb") as source, _opened(new) as file:
                shutil.copyfileobj(source, file)
        self.tables[name] = entry.meta.tables[name]


def put(place: Path, write: Callable[[Writer], Meta]) -> None:
    """Makes an entry; if it cannot be made there is none.

    Args:
        place: the folder that it shall be.
        write: writes the tables and tells what to say of them.
    """
    temporary: Path | None = None
    try:
        temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=place.parent))
        meta = write(Writer(temporary))
        with _opened(temporary / ENTRY) as file:
            file.write(_sealed(meta))
            file.flush()
            os.fsync(file.fileno())
        if Entry(temporary, meta).size <= LIMIT:
            temporary.rename(place)  # fails if another has put it there meanwhile
            _tidy(place)
    except UNUSABLE:
        pass
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def remove(folder: Path) -> bool:
    """Removes an entry, or what stands in its place; whether that went well.

    It is renamed first, so that nobody finds half of it.
    """
    away = folder.with_name(f"{TEMPORARY}{folder.name}-{os.getpid()}-{time.time_ns()}")
    try:
        folder.rename(away)
        if away.is_dir() and not away.is_symlink():
            shutil.rmtree(away)
        else:
            away.unlink()
    except OSError:
        return False
    return True


def clear() -> tuple[int, int]:
    """Removes everything: how many entries, how many bytes."""
    where = root()
    if where is None:
        return 0, 0
    gone = [entry for entry in entries() if remove(entry.folder)]
    _sweep(where, 0)
    with suppress(OSError):
        (where / NOTES).unlink()
    return len(gone), sum(entry.size for entry in gone)


def _sealed(meta: Meta) -> bytes:
    text = msgspec.json.encode(meta)
    return xxhash.xxh3_128_hexdigest(text).encode() + b"\n" + text


def _unsealed(data: bytes) -> Meta:
    digest, _, text = data.partition(b"\n")
    if xxhash.xxh3_128_hexdigest(text).encode() != digest:
        raise Damaged
    return msgspec.json.decode(text, type=Meta)


def _tidy(newest: Path) -> None:
    """Removes what is over the limit, and what killed writers left."""
    _sweep(newest.parent, LEFT)
    size = 0
    for entry in sorted(entries(), key=lambda one: (one.folder != newest, -one.used)):
        size += entry.size
        if size > LIMIT:
            remove(entry.folder)


def _sweep(where: Path, seconds: int) -> None:
    """Removes temporaries older than that."""
    for path in where.glob(f"{TEMPORARY}*"):
        with suppress(OSError):
            if path.lstat().st_mtime <= time.time() - seconds:
                if stat.S_ISDIR(path.lstat().st_mode):
                    shutil.rmtree(path)
                else:
                    path.unlink()


def _folders(where: Path) -> Iterator[Path]:
    """Where entries are."""
    for path in where.iterdir():
        if len(path.name) == 32 and not set(path.name) - set("0123456789abcdef"):
            yield path


def _ours(folder: Path) -> bool:
    """Whether nobody else could have put something into it."""
    now = folder.lstat()
    if not stat.S_ISDIR(now.st_mode):
        return False
    return os.name != "posix" or (now.st_uid == os.geteuid() and not now.st_mode & 0o022)


def _opened(path: Path) -> BinaryIO:
    """A new file that only its owner reads."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return open(os.open(path, flags, 0o600), "wb")  # noqa: PTH123 - of a descriptor
