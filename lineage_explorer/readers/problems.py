"""What can be wrong in the input: a code, how bad, and what to do about each."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from lineage_explorer.errors import SourceError
from lineage_explorer.plain import plain
from lineage_explorer.tables import PROBLEMS, table

CODES: dict[str, tuple[str, str]] = {
    "bad-time": ("warning", "eventTime should be RFC 3339, such as 2024-05-01T10:00:00Z."),
    "broken-json": ("error", "look at the line; was the file cut or written by two writers?"),
    "broken-off": ("error", "read again when the server is well; what came until then is here."),
    "broken-row": ("error", "export the table again: COPY lineage_events TO … WITH (FORMAT csv)."),
    "cut-short": ("warning", "there is more on the server; raise the limit to read it."),
    "duplicate-event": ("info", "nothing: an exact copy counts once."),
    "facet-invalid": ("warning", "the facet is kept in lin.facets; report it to its producer."),
    "linked-folder": ("warning", "give the folder itself, beside this one, to read it too."),
    "no-identity": ("error", "a job or dataset needs a namespace and a name, both texts."),
    "no-lineage": ("info", "nothing: it has no jobs, datasets or runs in it."),
    "no-run-id": ("warning", "the event was read; give its run a runId so that runs can be told."),
    "no-time": ("warning", "the event was read, but sorts before all others of its run."),
    "no-zone": ("warning", "UTC was assumed; let the producer write an offset or Z."),
    "not-an-event": ("error", "expected an object with run, job or dataset (OpenLineage)."),
    "not-recognised": ("error", "give one of these, or say which it is: lx.read(…, format=…)."),
    "not-json": ("error", "give NDJSON, a JSON array, or one event per file."),
    "reader-failed": ("error", "report it to the package whose reader it is."),
    "run-of-two-jobs": ("warning", "read as two runs; one runId was used by unrelated jobs."),
    "too-deep": ("error", "report it to its producer; the limits are in readers/limits.py."),
    "too-large": ("error", "unpack it yourself if you trust it; see readers/limits.py."),
    "too-long": ("error", "write one event a line; the limits are in readers/limits.py."),
    "two-ends": ("warning", "its state is that of the last one; see lin.events for the others."),
    "two-zones": ("info", "the offset was taken and the Z after it ignored."),
    "unknown-type": ("info", "read like OTHER; the specification has no such eventType."),
    "unreadable-file": ("error", "check that the file exists, is whole, and may be read."),
    "wrong-shape": ("warning", "that part was left out, the rest of the event was read."),
}


@dataclass
class Problems:
    """Collects problems, or raises at the first error when `strict`."""

    strict: bool = False
    rows: list[tuple[str, int | None, int | None, str, str, str, str]] = field(default_factory=list)

    def add(
        self, code: str, message: str, file: str, line: int | None = None, offset: int | None = None
    ) -> None:
        """Note one problem; the severity and the hint come with the code."""
        severity, hint = CODES[code]
        if self.strict and severity == "error":
            where = f"{file}:{line}" if line else file
            raise SourceError(f"{plain(where)}: {message}", hint)
        self.rows.append((file, line, offset, severity, code, plain(message), hint))

    def has(self, *codes: str) -> bool:
        """Whether there is a problem of one of these codes."""
        return any(row[4] in codes for row in self.rows)

    def frame(self) -> pl.DataFrame:
        """All problems, in the order of files and lines."""
        return table(PROBLEMS, self.rows).sort("file", "line", "offset", maintain_order=True)
