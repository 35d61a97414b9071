"""A packed file that goes on from where it was last read.

It can only be read from its beginning on. Whoever asks for one event after another (an export, the
evidence of a report) would else unpack all that comes before each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from threading import Lock
from typing import IO

_STEP = 1 << 20

Opener = Callable[[], AbstractContextManager[IO[bytes]]]


class Forward:
    """Holds the file open between two readings, until it is let go."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._stack = ExitStack()
        self._stream: IO[bytes] | None = None
        self._at = 0
        self._state: object = None

    def read(self, opener: Opener, state: object, offset: int, length: int) -> bytes:
        """So many bytes from there.

        Args:
            opener: gives the unpacked stream, from its beginning.
            state: what tells that the file is still the same one.
            offset: where, in what it unpacks to.
            length: how many bytes.
        """
        with self._lock:
            try:
                stream = self._stream
                if stream is None or offset < self._at or state != self._state:
                    stream = self._begin(opener)
                    self._state = state
                while self._at < offset:
                    skipped = len(stream.read(min(_STEP, offset - self._at)))
                    if not skipped:
                        return b""
                    self._at += skipped
                value = stream.read(length)
                self._at += len(value)
            except BaseException:
                self._close()
                raise
            return value

    def _begin(self, opener: Opener) -> IO[bytes]:
        self._close()
        self._stream = self._stack.enter_context(opener())
        return self._stream

    def _close(self) -> None:
        self._stream, self._at = None, 0
        self._stack.close()

    def __reduce__(self) -> tuple[type[Forward], tuple[()]]:
        return Forward, ()  # a copy elsewhere opens the file for itself

    def __del__(self) -> None:
        self._close()
