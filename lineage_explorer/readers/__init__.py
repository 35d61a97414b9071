"""Bytes → frames. `read` takes any source; one module a system."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b

from lineage_explorer.readers.accumulate import Place, accumulate, note_odd_runs
from lineage_explorer.readers.frames import frames_of
from lineage_explorer.readers.lines import Found, events
from lineage_explorer.readers.openlineage import Teller, Told
from lineage_explorer.readers.problems import Problems
from lineage_explorer.readers.sources import UNREADABLE, Blob, blobs
from lineage_explorer.tables import Frames

COPY = "an exact copy of an earlier event."


@dataclass(frozen=True)
class Read:
    """The frames, and the blobs they came from (for the raw text of an event)."""

    frames: Frames
    blobs: dict[str, Blob]


def read(source: object, *, strict: bool = False, redact: bool = True) -> Read:
    """Read every event of a source.

    Raises:
        SourceError: if there is nothing to read; with `strict`, at the first error in the input.
    """
    problems = Problems(strict)
    found = blobs(source)
    told: list[Told] = []
    places: list[Place] = []
    teller = Teller(redact=redact)
    seen: set[bytes] = set()
    with _no_collector():
        for blob in found:
            for part, line, offset in _parts(blob, problems):
                digest = blake2b(part.raw, digest_size=16).digest()
                if digest in seen:
                    problems.add("duplicate-event", COPY, blob.label, line, offset)
                    continue
                seen.add(digest)
                one = teller.tell(part, len(told))
                left_out = one.job is None and one.dataset is None
                for code, message in one.issues[:1] if left_out else one.issues:
                    problems.add(code, message, blob.label, line, offset)
                if left_out:
                    continue
                told.append(one)
                places.append((blob.label, line, offset, part.length))
        state = accumulate(told)
        note_odd_runs(state, told, places, problems)
        frames = frames_of(state, told, places, problems.frame())
    return Read(frames, {blob.label: blob for blob in found})


def _parts(blob: Blob, problems: Problems) -> Iterator[tuple[Found, int, int]]:
    try:
        with blob.open() as stream:
            for part in events(stream):
                if isinstance(part, Found):
                    yield part, part.line, part.offset
                else:
                    problems.add(part.code, part.message, blob.label, part.line, part.offset)
    except UNREADABLE as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        problems.add("unreadable-file", f"reading stopped: {reason}.", blob.label)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Without the cycle collector, which only costs while millions of small values are made."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
