"""How a finding came about, down to the raw line: the chain a reader can check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import polars as pl

from lineage_explorer.analysis.words import html_table, text_table
from lineage_explorer.errors import LineageError, suggestions
from lineage_explorer.plain import plain
from lineage_explorer.residency.policy import Policy
from lineage_explorer.residency.verdict import Judged

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

STEPS = {"step": pl.String, "what": pl.String, "where": pl.String, "text": pl.String}
_CLAIMS = 8


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """The chain behind a finding.

    Attributes:
        finding: its row.
        steps: step (finding, rule, policy, place, way, event), what, where it stands (file and
            line), text (the raw value), in the order to read them.
    """

    finding: Mapping[str, Any]
    steps: pl.DataFrame

    @cached_property
    def sentence(self) -> str:
        """The finding in one line."""
        about = self.finding["node"] or "policy"
        return f"{self.finding['id']} {self.finding['kind']}, {self.finding['verdict']}: {plain(about)}"

    def __repr__(self) -> str:
        return f"{self.sentence}\n{text_table(self.steps.columns, self.steps.rows())}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.sentence)}</p>{html_table(self.steps.columns, self.steps.rows())}"


def explain(
    lin: Lineage,
    policy: Policy,
    judged: Judged,
    findings: pl.DataFrame,
    finding: str | Mapping[str, Any],
) -> Explanation:
    """The chain behind one of these findings.

    Raises:
        LineageError: if there is no such finding, or there are several.
    """
    name = finding if isinstance(finding, str) else str(finding["id"])
    rows = findings.filter(pl.col("id").str.starts_with(name))
    if len(rows) != 1:
        many = f"{len(rows)} findings begin so." if len(rows) else "no finding is called so."
        near = suggestions(name, findings["id"].to_list())
        hint = f"did you mean {near}?" if near else "report.findings lists them."
        raise LineageError(f"{plain(name)!r}: {many}", hint)
    row = rows.row(0, named=True)
    steps = [*_steps(lin, policy, judged, row)]
    return Explanation(row, pl.DataFrame(steps, schema=STEPS, orient="row"))


def _steps(
    lin: Lineage, policy: Policy, judged: Judged, row: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, str]]:
    yield "finding", row["kind"], row["node"] or "", row["reason"]
    yield (
        "rule",
        row["rule"],
        f"policy {policy.sha256[:12]}" if policy.sha256 else "",
        row["verdict"],
    )
    lines = policy.text.splitlines() if policy.path else []
    for told in row["policy"]:
        number = _line(told)
        where = f"{policy.path}:{number}" if number and policy.path else ""
        text = " ".join(entry_lines(lines, number)) if lines and number else ""
        yield "policy", told, where, text
    yield from _placed(lin, judged, row)
    for at, node in enumerate(row["path"]):
        yield "way", node, "", "source" if at == 0 and len(row["path"]) > 1 else ""
    for event in row["events"]:
        yield "event", f"event {event}", _at(lin, event), _text(lin, event)


def _placed(
    lin: Lineage, judged: Judged, row: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, str]]:
    """The claims about the thing, and where their raw value stands."""
    if row["node"] is None:
        return
    claims = judged.claims.filter(pl.col("node") == row["node"])
    if row["run"] is not None:
        claims = claims.filter(pl.col("run").is_null() | (pl.col("run") == row["run"]))
    for claim in claims.head(_CLAIMS).iter_rows(named=True):
        places = ", ".join(claim["places"]) or f"unknown: {claim['note'] or ''}"
        grade = claim["grade"] or "-"
        where = _at(lin, claim["event"]) if claim["event"] is not None else claim["read"]
        text = f"{claim['read']} = {claim['text']}"
        yield "place", f"{claim['rule']} ({grade}, {claim['role']}): {places}", where, text
    if len(claims) > _CLAIMS:
        yield "place", f"{len(claims) - _CLAIMS} more claims are in .places", "", ""


def _line(told: str) -> int:
    """The line in "policy labels[0] (line 7)"."""
    _, _, tail = told.rpartition("(line ")
    return int(tail[:-1]) if tail.endswith(")") and tail[:-1].isdigit() else 0


def entry_lines(lines: list[str], number: int) -> list[str]:
    """The lines of an entry of the policy as it is written, up to the next one."""
    found: list[str] = []
    for line in lines[number - 1 :]:
        if found and line.lstrip().startswith("["):
            break
        if line.strip():
            found.append(line.strip())
    return found


def _at(lin: Lineage, event: int) -> str:
    """File, line and byte of an event."""
    row = lin.events.row(by_predicate=pl.col("event") == event, named=True)
    return f"{row['file']}:{row['line']} (byte {row['offset']})"


def _text(lin: Lineage, event: int) -> str:
    """The event as it stands in its file, secrets redacted."""
    try:
        return lin.event_line(event)
    except LineageError:
        return ""
