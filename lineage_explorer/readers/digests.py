"""What a file holds, as a digest: quickly, and not again while the file stays as it is.

A file is hashed in pieces by several threads (xxHash lets the others run; 1 GB takes 0.1 s on two
processors when the system has it in memory), so that the digest of any beginning of it is at
hand, too. The pieces' digests are noted with the file's device, inode, size and times: what a
file system says is the same is not read again, which matters when the system has to fetch it. A
note is only made when the file was last touched some time before it was hashed, because times tick
slowly; and none on Windows, which does not tell when a file's content last changed whatever its
times were set to.

xxHash does not withstand forgers. Who can make you read two files of their choice could make the
second show the lineage of the first.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import xxhash

PIECE = 16 << 20
AT_ONCE = 1 << 20
"""Bytes read at once: they are still in the processor's cache when they are hashed."""
TICK = 2_000_000_000
"""Nanoseconds within which two changes of a file may bear the same time."""
NOTED = 1 << 20
"""Bytes of a file from which on its digest is noted."""
NOTES = 20_000
"""Pieces noted in all."""

Stamp = tuple[int, int, int, int, int]
"""Device, inode, size, time of change of content, of anything (nanoseconds)."""


@dataclass(frozen=True)
class Content:
    """What a file held when it was looked at."""

    path: Path
    stamp: Stamp
    pieces: tuple[bytes, ...]
    settled: bool
    """Whether any change after that would show in its times."""

    @property
    def size(self) -> int:
        return self.stamp[2]

    def digest(self, size: int | None = None) -> bytes:
        """The digest of its first bytes; of all if no size is given.

        Raises:
            OSError: if they cannot be read.
        """
        if size is None or size == self.size:
            return _joined(self.pieces)
        whole = size // PIECE
        rest = [hashed(self.path, whole * PIECE, size)] if size % PIECE else []
        return _joined([*self.pieces[:whole], *rest])

    def stands(self) -> bool:
        """Whether the file still begins with what it held.

        Raises:
            OSError: if it cannot be read.
        """
        if self.settled and stamp_of(self.path) == self.stamp:
            return True
        now = [hashed(self.path, at, min(at + PIECE, self.size)) for at in _starts(self.size)]
        return self.pieces == tuple(now)


def stamp_of(path: Path) -> Stamp:
    """The stamp of a regular file.

    Raises:
        OSError: if there is none.
    """
    now = path.stat()
    if not stat.S_ISREG(now.st_mode):
        raise OSError
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns


def contents(paths: Iterable[Path], notes: Path, watch: Callable[[int], None]) -> list[Content]:
    """What files hold; `watch` is told of the bytes hashed.

    Raises:
        OSError: if one of them cannot be read.
    """
    known = _noted(notes)
    found = []
    new: dict[str, list[str]] = {}
    with _Pool() as pool:
        for path in paths:
            stamp, now = stamp_of(path), time.time_ns()
            settled = os.name != "nt" and max(stamp[3:]) + TICK < now
            key = " ".join(map(str, stamp))
            if key in known:
                pieces = tuple(map(bytes.fromhex, known[key]))
            else:
                pieces = pool.pieces(path, stamp[2], watch)
                settled = settled and stamp_of(path) == stamp
            if settled and stamp[2] >= NOTED:
                new[key] = [piece.hex() for piece in pieces]
            found.append(Content(path, stamp, pieces, settled))
    if new.keys() - known.keys():
        with suppress(OSError):
            _note(notes, {**{key: known[key] for key in known.keys() - new.keys()}, **new})
    return found


def hashed(path: Path, start: int, end: int) -> bytes:
    """The digest of a stretch of a file.

    Raises:
        OSError: if it is not there.
    """
    state, buffer = xxhash.xxh3_128(), memoryview(bytearray(min(AT_ONCE, end - start)))
    with path.open("rb", buffering=0) as stream:
        stream.seek(start)
        while start < end:
            count = stream.readinto(buffer[: end - start])
            if not count:
                raise OSError
            state.update(buffer[:count])
            start += count
    return state.digest()


class _Pool(ThreadPoolExecutor):
    """Threads that hash, and stop soon when it is given up."""

    def __init__(self) -> None:
        super().__init__(min(os.cpu_count() or 1, 4))

    def __exit__(self, *_: object) -> None:
        self.shutdown(cancel_futures=True)

    def pieces(self, path: Path, size: int, watch: Callable[[int], None]) -> tuple[bytes, ...]:
        """The digests of a file's pieces."""
        starts = _starts(size)
        ends = [min(start + PIECE, size) for start in starts]
        digests = []
        work = self.map(hashed, [path] * len(starts), starts, ends)
        for start, end, digest in zip(starts, ends, work, strict=True):
            digests.append(digest)
            watch(end - start)
        return tuple(digests)


def _starts(size: int) -> range:
    return range(0, size, PIECE)


def _joined(pieces: Iterable[bytes]) -> bytes:
    return xxhash.xxh3_128_digest(b"".join(pieces))


def _noted(notes: Path) -> dict[str, list[str]]:
    try:
        return msgspec.json.decode(notes.read_bytes(), type=dict[str, list[str]])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _note(notes: Path, known: dict[str, list[str]]) -> None:
    """Keeps digests, the newest (last) of them where there are too many."""
    kept, count = [], 0
    for key, pieces in reversed(known.items()):
        count += len(pieces)
        if count > NOTES:
            break
        kept.append((key, pieces))
    text = msgspec.json.encode(dict(reversed(kept)))
    new = notes.with_name(f"tmp-{os.getpid()}-{time.time_ns()}.json")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - of a descriptor
            file.write(text)
        new.replace(notes)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
