"""A file of a store that fsspec opens, as a stream.

Of what goes wrong elsewhere only the kind is told, never the words: those may hold an address with
a signature in it, or a key. The options of a store are kept by fsspec's own object alone, which has
no place in a repr, a frame, a pickle or the cache.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from lineage_explorer.readers.sources import NotRead

AHEAD = 1 << 20
"""Bytes that are asked for beyond those needed; a large file is asked for in blocks anyhow."""
BUFFER = 1 << 16
AGAIN = 3
"""How often reading a file is taken up again where it broke off."""
SILENCE = 60
"""Seconds that a web server may say nothing."""

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (FileNotFoundError, "there is nothing there"),
    (PermissionError, "it may not be read"),
    (TimeoutError, "no answer came in time"),
    (ConnectionError, "there is no connection"),
)


@dataclass(frozen=True, repr=False)
class File:
    """A file of a store; called, it is opened."""

    fs: Any
    path: str
    size: int = 0

    def __call__(self) -> IO[bytes]:
        return io.BufferedReader(_Far(self), BUFFER)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled it can no more be opened, because that would take the credentials along."""
        return partial, (fail, "its credentials were not kept; read it again")

    def begin(self) -> Any:
        """A stream from its first byte."""
        if not is_web(self.fs):
            return self.fs.open(self.path, "rb", block_size=AHEAD, cache_type="readahead")
        import aiohttp

        # one request for all, as not every server gives parts; a size given spares another
        headers = {**self.fs.kwargs.get("headers", {}), "Accept-Encoding": "identity"}
        told: dict[str, Any] = {"headers": headers}
        if "timeout" not in self.fs.client_kwargs:
            told["timeout"] = aiohttp.ClientTimeout(sock_connect=SILENCE, sock_read=SILENCE)
        return self.fs.open(self.path, "rb", block_size=0, size=self.size or 1, **told)

    def part(self, offset: int) -> Any:
        """A stream that goes on from a byte."""
        if is_web(self.fs):
            try:
                file = self.fs.open(
                    self.path, "rb", block_size=AHEAD, size=self.size, cache_type="readahead"
                )
                file.seek(offset)
                file.read(1)  # only now it shows whether the server gives parts
                file.seek(offset)
            except Exception:  # noqa: BLE001 - then there is the long way
                return self._skipped(offset)
            return file
        file = self.begin()
        file.seek(offset)
        return file

    def _skipped(self, offset: int) -> Any:
        stream = self.begin()
        try:
            while offset > 0 and (piece := stream.read(min(offset, AHEAD))):
                offset -= len(piece)
        except BaseException:
            stream.close()
            raise
        return stream


class _Far(io.RawIOBase):
    """A file of a store as a stream whose errors tell no more than their kind."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._at = 0
        self._again = AGAIN
        self._stream: Any = None
        with _kind_only():
            self._stream = file.begin()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("only from the beginning")
        if offset != self._at:
            with _kind_only():
                self._stream.close()
                self._stream = self._file.part(offset)
            self._at = offset
        return offset

    def readinto(self, buffer: Any) -> int:
        with _kind_only():
            piece = self._read(len(buffer))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _read(self, size: int) -> Any:
        while True:
            try:
                return self._stream.read(size)
            except Exception:
                if self._again == 0:
                    raise
                self._again -= 1
                self._stream.close()
                self._stream = self._file.part(self._at)

    def close(self) -> None:
        if not self.closed and self._stream is not None:
            with suppress(Exception):
                self._stream.close()
        super().close()


def reason(error: BaseException) -> str:
    """What went wrong, in words that cannot hold an address or a key: never the error's own."""
    chain: list[BaseException] = []
    while error not in chain:
        chain.append(error)
        error = error.__cause__ or error
    words = next((w for one in chain[::-1] for kind, w in _WORDS if isinstance(one, kind)), "")
    if not words and isinstance(number := getattr(chain[0], "errno", None), int):
        words = os.strerror(number)
    kinds = list(dict.fromkeys([*(type(one).__name__ for one in chain), *_codes(chain)]))
    return f"{words} ({', '.join(kinds)})" if words else ", ".join(kinds)


def _codes(chain: list[BaseException]) -> Iterator[str]:
    """What HTTP and S3 call the error."""
    for one in chain:
        numbers = (getattr(one, name, None) for name in ("status", "status_code", "code"))
        if number := next((it for it in numbers if isinstance(it, int)), None):
            yield str(number)
        response = getattr(one, "response", None)
        told = response.get("Error") if isinstance(response, Mapping) else None
        code = told.get("Code") if isinstance(told, Mapping) else None
        if isinstance(code, str) and re.fullmatch(r"[A-Za-z0-9]{1,40}", code):
            yield code


def is_web(fs: Any) -> bool:
    """Whether it is a web server, which has no folders and perhaps no parts of files."""
    names = (fs.protocol,) if isinstance(fs.protocol, str) else fs.protocol
    return not {"http", "https"}.isdisjoint(names)


def fail(why: str) -> IO[bytes]:
    """Stands in for opening what cannot be."""
    raise NotRead("unreadable-file", why)


@contextmanager
def _kind_only() -> Iterator[None]:
    """Errors told by their kind."""
    try:
        yield
    except NotRead:
        raise
    except Exception as error:  # noqa: BLE001 - of many packages, with words that may hold secrets
        raise NotRead("unreadable-file", reason(error)) from None
