"""Bytes → frames. `read` takes any source; one module a system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from lineage_explorer.naming import NOTHING_ELSE, Calling
from lineage_explorer.readers import formats, kept, progress
from lineage_explorer.readers.accumulate import State, accumulate
from lineage_explorer.readers.frames import Rows, frames_of
from lineage_explorer.readers.problems import Problems
from lineage_explorer.readers.scan import all_told
from lineage_explorer.readers.sources import Blob, blobs
from lineage_explorer.readers.told import Told, without_copies
from lineage_explorer.tables import Frames

COPY = "an exact copy of an earlier event."


@dataclass(frozen=True)
class Read:
    """The frames, and the blobs they came from (for the raw text of an event)."""

    frames: Frames
    blobs: dict[str, Blob]
    recognised: tuple[tuple[str, str, str, int], ...] = ()
    """What each file was taken for: file, format, system, events."""


def read(
    source: object,
    *,
    format: str = "auto",  # noqa: A002 - what polars and pandas call it
    strict: bool = False,
    redact: bool = True,
    cache: bool = True,
    notes: Iterable[tuple[str, str, str]] = (),
    storage_options: Mapping[str, Any] | None = None,
) -> Read:
    """Read every event of a source, or find again what was read of it before.

    Args:
        source: what `blobs` takes.
        format: "auto", or the name of one of `formats.formats()`.
        strict: raise at the first error.
        redact: take secrets out.
        cache: keep what was read, where that is allowed and worth it; see `kept`.
        notes: problems known already: code, message, file.
        storage_options: what fsspec is told to open a URL.

    Raises:
        SourceError: if there is nothing to read; with `strict`, at the first error in the input.
    """
    problems = Problems(strict)
    for code, message, file in notes:
        problems.add(code, message, file)
    form = formats.choose(format)
    found = blobs(source, storage_options)
    files = dict(zip([blob.label for blob in found], found, strict=True))
    for name in formats.failed() if form is None else ():
        problems.add("reader-failed", f"the reader {name!r} could not be loaded.", "")
    with progress.line() as line:
        size = progress.size(found)
        place = None
        if cache and not problems.rows:
            place = kept.place(found, form, redact=redact, watch=line.counter("checking", size))
        if place and (before := place.found()) and not (strict and _wrong(before[0])):
            return Read(before[0], files, before[1])
        grown = place.grown(form) if place else None
        new = grown.blobs if grown else place.stretches(found) if place else found
        told = all_told(new, form, redact=redact, watch=line.counter("reading", size))
        new_told, told = grown.joined(told) if grown else (told, told)
        line.say("putting together what was read")
        frames, rows, recognised = _framed(told, form, list(files), problems)
        if place:
            line.say("keeping it for the next time")
            place.keep(new_told, grown, told, frames, rows, recognised)
    return Read(frames, files, recognised)


def _framed(
    told: Told,
    form: formats.Format | None,
    files: list[str],
    problems: Problems,
    calling: Calling = NOTHING_ELSE,
) -> tuple[Frames, Rows, kept.Recognised]:
    """Frames, the rows of `facets` without texts, and what each file was taken for."""
    told, copies = without_copies(told)
    _note(problems, told, copies, files)
    if form is None and not told.systems.height and problems.has("not-json", "not-an-event"):
        message = f"nothing was recognised; looked for {formats.looked_for()}."
        problems.add("not-recognised", message, files[0])
    state = accumulate(told, calling)
    _note_runs(problems, state, files)
    frames, rows = frames_of(state, files, problems.frame())
    recognised = tuple((files[blob], *rest) for blob, *rest in told.systems.iter_rows())
    return frames, rows, recognised


def _wrong(frames: Frames) -> bool:
    """Whether something could not be read."""
    return "error" in frames.problems["severity"]


def _note(problems: Problems, told: Told, copies: pl.DataFrame, files: list[str]) -> None:
    """Problems that events have by themselves, and exact copies."""
    columns = ("blob", "line", "offset", "code", "message")
    copied = copies.with_columns(code=pl.lit("duplicate-event"), message=pl.lit(COPY))
    issues = pl.concat([told.issues.select(columns), copied.select(columns)])
    for blob, line, offset, code, message in issues.sort(
        "blob", "offset", maintain_order=True, nulls_last=True
    ).iter_rows():
        problems.add(code, message, files[blob], line, offset)


def _note_runs(problems: Problems, state: State, files: list[str]) -> None:
    """Problems that only show over several events: shared run ids, and runs that end twice."""
    events = state.told.events
    for run, jobs in state.shared:
        names = ", ".join(repr(name) for _, name in jobs[:4])
        message = f"run {run!r} belongs to {names}."
        blob, line, offset = events.filter(run=run).select("blob", "line", "offset").row(0)
        problems.add("run-of-two-jobs", message, files[blob], line, offset)
    several = pl.col("ends").list.n_unique() > 1
    twice = state.contexts.filter(pl.col("run").is_not_null() & several)
    for run, ends, event in twice.select("run", "ends", "last_end").iter_rows():
        blob, line, offset = events.select("blob", "line", "offset").row(event)
        message = f"run {run!r} ended {', then '.join(ends)}."
        problems.add("two-ends", message, files[blob], line, offset)
