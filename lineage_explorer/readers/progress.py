"""How far reading has come, where somebody looks and it takes more than a second.

On a terminal that is one line on stderr, written over in place and gone at the end; in a notebook
one line that is updated; in a pipe, a file or a script nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from lineage_explorer.readers.sources import Blob

if TYPE_CHECKING:
    from lineage_explorer.readers.marquez_live import Fetched

PATIENCE = 1.0
"""Seconds before anything is shown."""
EVERY = 0.2
"""Seconds between two updates."""
MB = 1_000_000


class Screen(Protocol):
    """Where a line can be shown."""

    def show(self, text: str) -> None:
        """Shows it in place of what was shown before."""

    def end(self, text: str) -> None:
        """Nothing more is to come."""


class Line:
    """A line that says how far something has come."""

    def __init__(self, screen: Screen | None) -> None:
        self._screen = screen
        self._next = time.monotonic() + PATIENCE
        self._shown = False
        self._far = ""

    def say(self, text: str) -> None:
        """Shows a text, if it is time to."""
        now = time.monotonic()
        if self._screen is not None and now >= self._next:
            self._next = now + EVERY
            self._shown = True
            self._screen.show(text)

    def counter(self, verb: str, total: int) -> Callable[[int], None]:
        """A function that is told of bytes, as they are gone through."""
        done = 0

        def more(count: int) -> None:
            nonlocal done
            done += count
            part = f", {100 * min(done, total) // total} %" if total else ""
            self._far = f"{verb} {done // MB:,} of {max(done, total) // MB:,} MB{part}"
            self.say(self._far)

        return more

    def fetched(self, so_far: Fetched) -> None:
        """Shows how far reading from a server has come."""
        pages, events, size = so_far.pages, so_far.events, so_far.bytes // MB
        self._far = f"fetching: {pages:,} pages, {events:,} events, {size:,} MB"
        self.say(self._far)

    def end(self, how: str) -> None:
        """Takes the line away, or, where that is not possible, says how it ended."""
        if self._screen is not None and self._shown:
            self._screen.end(f"{how}: {self._far}")


@contextmanager
def line() -> Iterator[Line]:
    """A line, for as long as something is under way."""
    shown = Line(_screen())
    try:
        yield shown
    except BaseException:
        shown.end("stopped")
        raise
    shown.end("done")


def size(blobs: Sequence[Blob]) -> int:
    """Bytes of them as they are stored."""
    total = 0
    for blob in blobs:
        with suppress(OSError):
            total += blob.path.stat().st_size if blob.path else blob.size or len(blob.data)
    return total


class Terminal:
    """A line on a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._width = 0

    def show(self, text: str) -> None:
        self._write("\r" + text.ljust(self._width))
        self._width = max(self._width, len(text))

    def end(self, text: str) -> None:  # noqa: ARG002 - the line is taken away
        self._write("\r" + " " * self._width + "\r")

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # nobody looks any more
            self._stream.write(text)
            self._stream.flush()


class Notebook:
    """A line in the output of a notebook's cell."""

    def __init__(self, display: Callable[..., Any]) -> None:
        self._display = display
        self._handle: Any = None

    def show(self, text: str) -> None:
        shown = {"text/plain": text}
        if self._handle is None:
            self._handle = self._display(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)

    def end(self, text: str) -> None:
        if self._handle is not None:
            self._handle.update({"text/plain": text}, raw=True)


def _screen() -> Screen | None:
    """Where somebody looks; None if nobody does."""
    jupyter = sys.modules.get("IPython")  # in a kernel it is loaded
    shell = jupyter.get_ipython() if jupyter else None
    if jupyter and getattr(shell, "kernel", None) is not None:
        return Notebook(jupyter.display.display)
    stream = sys.stderr
    try:
        return Terminal(stream) if stream is not None and stream.isatty() else None
    except (ValueError, AttributeError):  # closed, or a stand-in
        return None
