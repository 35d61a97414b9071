"""What `read` was given → blobs of bytes with a name each.

A blob's label is its path relative to what was given, so that frames do not depend on where a
folder lies. Files are opened by content (gzip and zstd by their first bytes), never by a path
or URL found inside an event. Only regular files are opened: a pipe could wait for ever, a device
never end. What cannot be read in a folder is told when its turn comes; links to folders are not
followed, which could lead anywhere and in circles.
"""

from __future__ import annotations

import errno
import gzip
import io
import os
import stat
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from glob import has_magic
from pathlib import Path, PurePath
from typing import IO, Any, Protocol

import msgspec

from lineage_explorer.errors import SourceError
from lineage_explorer.plain import cut_middle, plain
from lineage_explorer.readers import limits
from lineage_explorer.readers.forward import Forward

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

UNREADABLE = (OSError, EOFError, zlib.error, zstd.ZstdError)
HEAD = 4
BUFFER = 1 << 20
NO_FILE = "it is a pipe, a device or a socket, not a file"
SUFFIXES = {".json", ".ndjson", ".jsonl", ".log", ".txt", ".csv"}
PACKED = {".gz", ".zst", ".zstd"}


class NotRead(OSError):
    """A file that is left out, or left, on purpose; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(errno.EINVAL, message)
        self.code = code


@dataclass(frozen=True)
class Address:
    """A byte of a file on disk."""

    path: Path
    file: tuple[int, int]
    """Device and inode: a path may come to mean another file."""
    offset: int

    def after(self, count: int) -> Address:
        """So many bytes further on."""
        return Address(self.path, self.file, self.offset + count)

    def read(self, count: int) -> bytes:
        """So many bytes from there on.

        Raises:
            OSError: if they are not there, or it is another file.
        """
        with _open_file(self.path) as stream:
            if _file(stream) != self.file:
                raise OSError
            stream.seek(self.offset)
            data = stream.read(count)
        if len(data) != count:
            raise OSError
        return data


@dataclass(frozen=True)
class Blob:
    """Something to read: a file on disk, or bytes in memory."""

    label: str
    path: Path | None = None
    data: bytes = b""
    opener: Callable[[], IO[bytes]] | None = field(default=None, repr=False)
    """Opens what is neither, as a buffered stream that can be sought in. It may hold credentials."""
    size: int = 0
    """Bytes of that, 0 if nobody knows."""
    _forward: Forward = field(default_factory=Forward, init=False, repr=False, compare=False)

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The content, decompressed."""
        with ExitStack() as stack:
            raw = stack.enter_context(self._raw())
            head = raw.read(HEAD)
            raw.seek(0)
            if head[:2] == b"\x1f\x8b":
                yield _unpacked(stack.enter_context(gzip.GzipFile(fileobj=raw)), raw)
            elif head == b"\x28\xb5\x2f\xfd":
                yield _unpacked(stack.enter_context(zstd.ZstdFile(raw)), raw)
            else:
                yield raw

    def address(self, stream: IO[bytes]) -> Address | None:
        """Where the content begins on disk, if `stream` (just opened) gives what stands there."""
        if self.path is not None and stream.seekable():
            with suppress(OSError):  # it is none of the system's files
                return Address(self.path, _file(stream), stream.tell())
        return None

    def _raw(self) -> IO[bytes]:
        if self.opener:
            return self.opener()
        return _open_file(self.path) if self.path else io.BytesIO(self.data)

    def _state(self) -> object:
        """What changes when the file does."""
        if self.path is None:
            return None
        found = self.path.stat()
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    def slice(self, offset: int, length: int, *, json: bool = True) -> bytes:
        """The (JSON) value of `length` bytes at `offset` of the decompressed content.

        Raises:
            SourceError: if it is not there any more.
        """
        try:
            with self.open() as stream:
                is_packed = not stream.seekable()
                if not is_packed:
                    stream.seek(offset)
                    value = stream.read(length)
            if is_packed:
                value = self._forward.read(self.open, self._state(), offset, length)
            if json:
                msgspec.json.decode(value, type=msgspec.Raw)
        except (*UNREADABLE, msgspec.DecodeError):
            value = b""
        if len(value) != length:
            raise SourceError(f"{self.label!r} is not what it was when read.", "read it again.")
        return value


class _Packed(Protocol):
    """A gzip or zstd file."""

    def read1(self, size: int, /) -> bytes: ...


def _unpacked(unpacked: _Packed, packed: IO[bytes]) -> IO[bytes]:
    return io.BufferedReader(_Bounded(unpacked, packed), BUFFER)


class _Bounded(io.RawIOBase):
    """What a packed file unpacks to, as long as it stays within the limits."""

    def __init__(self, unpacked: _Packed, packed: IO[bytes]) -> None:
        self.unpacked = unpacked
        self.packed = packed
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.size > limits.FREE:  # only now: what came until the limit is not lost
            ratio = self.size / max(self.packed.tell(), 1)
            if self.size > limits.UNPACKED or ratio > limits.RATIO:
                message = f"it unpacks to over {self.size >> 20} MB, {ratio:,.0f} times its size"
                raise NotRead("too-large", message)
        try:
            piece = self.unpacked.read1(min(len(buffer), BUFFER))
        except EOFError:
            raise NotRead("unreadable-file", "the packed file ends too early") from None
        except (gzip.BadGzipFile, zlib.error, zstd.ZstdError):
            raise NotRead("unreadable-file", "the packed file is damaged") from None
        buffer[: len(piece)] = piece
        self.size += len(piece)
        return len(piece)


def _file(stream: IO[bytes]) -> tuple[int, int]:
    """Device and inode."""
    found = os.fstat(stream.fileno())
    return found.st_dev, found.st_ino


def _open_file(path: Path) -> IO[bytes]:
    """A regular file, opened without waiting for anybody."""
    if path.is_symlink() and path.is_dir():
        raise NotRead("linked-folder", "a link to a folder is not followed")
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRead("unreadable-file", NO_FILE)
    return os.fdopen(descriptor, "rb")


def blobs(source: object, options: Mapping[str, Any] | None = None) -> list[Blob]:
    """The blobs of a source, in a fixed order.

    Args:
        source: where they are.
        options: what fsspec is told where that is a URL.

    Raises:
        SourceError: if there is nothing at that path, or the kind of source is not known.
    """
    if isinstance(source, Blob):
        return [source]
    if isinstance(source, (str, os.PathLike)):
        return _at(os.fspath(source), options or {})
    if isinstance(source, (bytes, bytearray, memoryview)):
        return [Blob("<bytes>", data=bytes(source))]
    if isinstance(source, Mapping):
        return [_of_events([source])]
    if hasattr(source, "read"):
        return [_of_stream(source)]
    if isinstance(source, Iterable):
        return _of_list(list(source), options)
    raise SourceError(
        f"read() cannot take a value of type {type(source).__name__}.",
        "it takes a file, a folder, a glob, a list of those, an open file, bytes, or dicts.",
    )


def _of_list(items: list[Any], options: Mapping[str, Any] | None) -> list[Blob]:
    events = [item for item in items if isinstance(item, Mapping)]
    if events and len(events) == len(items):
        return [_of_events(events)]
    if events:
        raise SourceError("a list may hold events or sources, not both.", "read them apart.")
    return _distinct([blob for item in items for blob in blobs(item, options)])


def _of_events(events: list[Mapping[str, Any]]) -> Blob:
    try:
        lines = [msgspec.json.encode(event) for event in events]
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise SourceError(
            f"an event among those given is no JSON: {error}.", "give dicts, lists, texts, numbers."
        ) from None
    return Blob("<events>", data=b"\n".join(lines))


def _of_stream(stream: Any) -> Blob:
    try:
        content = stream.read()
    except (UnicodeError, *UNREADABLE) as error:
        raise SourceError(
            f"the open file cannot be read: {type(error).__name__}.", 'open it with mode "rb".'
        ) from None
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    if not isinstance(data, bytes):
        raise SourceError(
            f"read() of the open file gave a {type(data).__name__}.", "it should give bytes."
        )
    name = getattr(stream, "name", None)
    return Blob(Path(name).name if isinstance(name, str) else "<stream>", data=data)


def _at(text: str | bytes, options: Mapping[str, Any]) -> list[Blob]:
    name = os.fsdecode(text)
    if name.lstrip()[:1] in ("{", "["):
        raise SourceError("that is JSON, not the name of a file.", "give it as bytes: b'…'.")
    try:
        if "://" in name:
            from lineage_explorer.readers import remote

            if remote.is_url(url := name.strip()):
                path = remote.local(url)
                return remote.blobs(url, options) if path is None else _at_path(path)
        return _at_path(name)
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, SourceError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"{_shown(name)} cannot be read: {reason}.", "check it.") from None


def _at_path(text: str) -> list[Blob]:
    path = Path(text).expanduser()
    if path.is_dir():
        return _in_folder(path)
    if path.exists():
        if not _regular(path):
            raise SourceError(
                f"{_shown(path.name)} cannot be read: {NO_FILE}.",
                "open it yourself and give the open file.",
            )
        return [Blob(label_of(path.name), path)]
    if has_magic(text):
        return _matching(text, path)
    raise SourceError(f"there is no file or folder {_shown(text)}.", "check the path.")


def _shown(name: str) -> str:
    if "://" in name:
        from lineage_explorer.readers import remote

        name = remote.without_secrets(name)
    return f"'{plain(cut_middle(name, 200))}'"


def _matching(text: str, path: Path) -> list[Blob]:
    """The files a pattern matches, and those in the folders it matches."""
    root = Path(_fixed_part(str(path)))
    pattern = str(path.relative_to(root)) if str(root) != "." else str(path)
    matches = sorted(root.glob(pattern))
    files = {file for file in matches if _regular(file)}
    if not files:
        files = {file for folder in matches if folder.is_dir() for file in _known(folder)}
    if not files:
        raise SourceError(
            f"no file matches {_shown(text)}.", "check the pattern; ** goes into folders."
        )
    return [Blob(label_of(file.relative_to(root).as_posix()), file) for file in sorted(files)]


def _in_folder(folder: Path) -> list[Blob]:
    files = sorted(_known(folder), key=lambda file: file.relative_to(folder).parts)
    if not any(not file.is_symlink() or _regular(file) for file in files):
        endings = ", ".join(sorted(SUFFIXES))
        raise SourceError(
            f"the folder {_shown(folder.name)} holds no file ending in {endings}.",
            "name the files, or give a glob; .gz and .zst may follow the ending.",
        )
    return [Blob(label_of(file.relative_to(folder).as_posix()), file) for file in files]


def _known(folder: Path) -> list[Path]:
    """What in a folder looks like a log, and what of it cannot be looked into."""
    found: list[Path] = []
    walk = os.walk(
        folder, followlinks=False, onerror=lambda error: found.append(Path(error.filename))
    )
    for root, folders, files in walk:
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(root, name) for name in folders if Path(root, name).is_symlink()]
        found += [
            file
            for name in files
            if not name.startswith(".") and suffix(file := Path(root, name)) in SUFFIXES
        ]
    return found


def label_of(name: str) -> str:
    """A file's name as text, also where it is not UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _regular(file: Path) -> bool:
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except OSError:
        return False


def suffix(file: PurePath) -> str:
    """Its ending, without the one that says how it is packed."""
    endings = [ending.lower() for ending in file.suffixes]
    if endings and endings[-1] in PACKED:
        endings.pop()
    return endings[-1] if endings else ""


def _fixed_part(pattern: str) -> str:
    parts = Path(pattern).parts
    fixed = next(index for index, part in enumerate(parts) if has_magic(part))
    return str(Path(*parts[:fixed])) if fixed else "."


def _distinct(found: list[Blob]) -> list[Blob]:
    """The same blobs in label order, those of equal label told apart."""
    by_place = {b.path.resolve() if b.path else b.opener or b: b for b in found}
    unique = sorted(by_place.values(), key=lambda blob: (blob.label, str(blob.path), blob.data))
    doubled = {label for label, count in Counter(b.label for b in unique).items() if count > 1}
    return [
        replace(blob, label=f"{blob.label} ({number})") if blob.label in doubled else blob
        for number, blob in enumerate(unique, start=1)
    ]
