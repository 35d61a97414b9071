"""What `read` was given → blobs of bytes with a name each.

A blob's label is its path relative to what was given, so that frames do not depend on where a
folder lies. Files are opened by content (gzip and zstd by their first bytes), never by a path
or URL found inside an event.
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from lineage_explorer.errors import SourceError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

UNREADABLE = (OSError, EOFError, zlib.error, zstd.ZstdError)
SUFFIXES = {".json", ".ndjson", ".jsonl", ".log", ".txt"}
PACKED = {".gz", ".zst", ".zstd"}


@dataclass(frozen=True)
class Blob:
    """Something to read: a file on disk, or bytes in memory."""

    label: str
    path: Path | None = None
    data: bytes = b""

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The content, decompressed."""
        with ExitStack() as stack:
            raw: IO[bytes] = self.path.open("rb") if self.path else io.BytesIO(self.data)
            stack.enter_context(raw)
            head = raw.read(4)
            raw.seek(0)
            if head[:2] == b"\x1f\x8b":
                yield cast("IO[bytes]", stack.enter_context(gzip.GzipFile(fileobj=raw)))
            elif head == b"\x28\xb5\x2f\xfd":
                yield cast("IO[bytes]", stack.enter_context(zstd.ZstdFile(raw)))
            else:
                yield raw

    def slice(self, offset: int, length: int) -> bytes:
        """`length` bytes from `offset` of the decompressed content."""
        with self.open() as stream:
            stream.seek(offset)
            return stream.read(length)


def blobs(source: object) -> list[Blob]:
    """The blobs of a source, in a fixed order.

    Raises:
        SourceError: if there is nothing at that path, or the kind of source is not known.
    """
    if isinstance(source, (str, os.PathLike)):
        return _at(os.fspath(source))
    if isinstance(source, (bytes, bytearray, memoryview)):
        return [Blob("<bytes>", data=bytes(source))]
    if isinstance(source, Mapping):
        return [_of_events([source])]
    if hasattr(source, "read"):
        return [_of_stream(source)]
    if isinstance(source, Iterable):
        return _of_list(list(source))
    raise SourceError(
        f"read() cannot take a {type(source).__name__}.",
        "it takes a file, a folder, a glob, a list of those, an open file, bytes, or dicts.",
    )


def _of_list(items: list[Any]) -> list[Blob]:
    events = [item for item in items if isinstance(item, Mapping)]
    if events and len(events) == len(items):
        return [_of_events(events)]
    if events:
        raise SourceError("a list may hold events or sources, not both.", "read them apart.")
    return _distinct([blob for item in items for blob in blobs(item)])


def _of_events(events: list[Mapping[str, Any]]) -> Blob:
    lines = [msgspec.json.encode(event) for event in events]
    return Blob("<events>", data=b"\n".join(lines))


def _of_stream(stream: Any) -> Blob:
    content = stream.read()
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    name = getattr(stream, "name", None)
    return Blob(Path(name).name if isinstance(name, str) else "<stream>", data=data)


def _at(text: str) -> list[Blob]:
    path = Path(text).expanduser()
    if path.is_dir():
        return _in_folder(path)
    if path.exists():
        return [Blob(path.name, path)]
    if has_magic(text):
        root = Path(_fixed_part(str(path)))
        pattern = str(path.relative_to(root)) if str(root) != "." else str(path)
        files = [file for file in sorted(root.glob(pattern)) if _regular(file)]
        if files:
            return [Blob(file.relative_to(root).as_posix(), file) for file in files]
        raise SourceError(f"no file matches {text!r}.", "check the pattern; ** goes into folders.")
    raise SourceError(f"there is no file or folder {text!r}.", "check the path.")


def _in_folder(folder: Path) -> list[Blob]:
    files = sorted(_walk(folder), key=lambda file: file.relative_to(folder).parts)
    known = [file for file in files if _suffix(file) in SUFFIXES]
    if not known:
        endings = ", ".join(sorted(SUFFIXES))
        raise SourceError(
            f"the folder {folder.name!r} holds no file ending in {endings}.",
            "name the files, or give a glob; .gz and .zst may follow the ending.",
        )
    return [Blob(file.relative_to(folder).as_posix(), file) for file in known]


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            file = Path(root, name)
            if not name.startswith(".") and _regular(file):
                yield file


def _regular(file: Path) -> bool:
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except OSError:
        return False


def _suffix(file: Path) -> str:
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
    by_place = {blob.path.resolve() if blob.path else blob: blob for blob in found}
    unique = sorted(by_place.values(), key=lambda blob: (blob.label, str(blob.path), blob.data))
    doubled = {label for label, count in Counter(b.label for b in unique).items() if count > 1}
    return [
        Blob(f"{blob.label} ({number})", blob.path, blob.data) if blob.label in doubled else blob
        for number, blob in enumerate(unique, start=1)
    ]
