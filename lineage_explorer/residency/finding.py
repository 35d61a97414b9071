"""What a finding is: one row of the findings."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import polars as pl

from lineage_explorer.residency.places import Places
from lineage_explorer.tables import TEXTS, Columns

FINDINGS: Columns = {
    "id": (pl.String, "the same for the same finding, in any run of this tool"),
    "kind": (pl.String, "what kind of finding: storage.outside, location.unknown, …"),
    "node": (pl.String, "dataset or job node id; null for one of the policy or its tables"),
    "run": (pl.String, "the newest run it is about; null where it is about none"),
    "field": (pl.String, "the column by which it came, where that is known"),
    "verdict": (pl.String, "outside, undecided, by exception, or not applicable"),
    "places": (TEXTS, "where it is, somewhere among these; empty = unknown"),
    "permitted": (TEXTS, "where it may be; ['*'] anywhere; null = missing"),
    "regime": (TEXTS, "regimes it is under"),
    "rule": (pl.String, "the rule that says so"),
    "path": (TEXTS, "node ids by which the label came here, its source first"),
    "events": (
        pl.List(pl.UInt32),
        "events that say so (of a place the first 8), see lin.events and lin.event(…)",
    ),
    "reason": (pl.String, "why, in a sentence"),
    "policy": (TEXTS, "the labels, mappings and exceptions of the policy it rests on"),
    "runs": (pl.UInt32, "how many runs it is about"),
}


class Finding(NamedTuple):
    """One row of the findings, as in `FINDINGS`."""

    kind: str
    verdict: str
    rule: str
    reason: str
    node: str | None = None
    run: str | None = None
    field: str | None = None
    places: Places = ()
    permitted: Places | None = None
    regime: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    events: tuple[int, ...] = ()
    policy: tuple[str, ...] = ()
    runs: int = 0

    @property
    def id(self) -> str:
        """A name made of what it is about, not of when it was found."""
        about = (self.kind, self.node, self.run, self.field, self.rule, self.reason, *self.places)
        text = "\x1f".join("\x1e" if part is None else part for part in about)
        return f"F-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
