"""What the panel tells of findings: the list, one with its chain, and those of a node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from lineage_explorer.plain import plain
from lineage_explorer.residency.explain import entry_lines
from lineage_explorer.residency.report import ResidencyReport
from lineage_explorer.view.detail import event_text, facts_block, node_detail, nodes_block
from lineage_explorer.view.lists import Block
from lineage_explorer.view.words import counted

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

MOST = 500
EVENTS = 20
CLAIMS = 12
MOST_APART = 200
QUICK = 50_000
_MARKS = {
    "outside": ("failed", "!"),
    "undecided": ("unknown", "?"),
    "by exception": ("other", "E"),
}
_NONE = ("other", "i")


def findings_detail(report: ResidencyReport) -> dict[str, Any]:
    """All findings, the worst first, and on what they rest; of very many, where to ask for them."""
    if not at_hand(report):
        text = "There is much to find here: report.findings lists it, and then this does too."
        return _told(
            "Findings", "not asked for yet", [{"name": "findings", "blocks": [_text(text)]}]
        )
    by = [
        (verdict, report.findings.filter(pl.col("verdict") == verdict))
        for verdict in ("outside", "undecided", "by exception", "not applicable")
    ]
    coverage = [
        (
            row["what"].capitalize(),
            f"{row['judged']:,} of {row['total']:,}, {row['undecided']:,} not",
        )
        for row in report.coverage.iter_rows(named=True)
    ]
    rests = [_text(_answer(report)), facts_block(*coverage)]
    names = {"not applicable": "policy"}
    tabs = [
        {"name": f"{names.get(verdict, verdict)} {len(rows):,}", "blocks": [_list(report, rows)]}
        for verdict, rows in by
        if len(rows)
    ]
    title = "Where data may not be, or nobody knows"
    above = counted(len(report.findings), "finding")
    return _told(title, above, [*tabs, {"name": "rests on", "blocks": rests}])


def at_hand(report: ResidencyReport) -> bool:
    """Whether the findings are there, or are quickly found: a picture must not wait for them."""
    judged = report.judged
    rows = len(judged.storage) + len(judged.processing) + len(judged.crossings)
    return rows <= QUICK or "findings" in vars(report)


def _told(title: str, above: str, tabs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "for": "",
        "kind": "residency",
        "title": title,
        "above": above,
        "state": "",
        "tabs": tabs,
    }


def all_details(report: ResidencyReport) -> dict[str, Any]:
    """Those of the list and of its findings, for a file, each by its id after a NUL.

    Of the first the chain is there; of others that the lists show, where to ask for it.
    """
    found = report.findings
    first = {
        f"\0{finding}": finding_detail(report, finding) for finding in found["id"].head(MOST_APART)
    }
    listed = pl.concat([part.head(MOST) for part in found.partition_by("verdict")] or [found])
    others = {
        f"\0{row['id']}": _unexplained(report, row)
        for row in listed.iter_rows(named=True)
        if f"\0{row['id']}" not in first
    }
    return {"\0": findings_detail(report), **first, **others}


def _unexplained(report: ResidencyReport, row: Mapping[str, Any]) -> dict[str, Any]:
    """A finding of which a file has the way and not the chain."""
    text = f'Its chain is not in this file: report.explain("{row["id"]}") tells it.'
    blocks: list[Block] = [_back(report), facts_block(("Why", row["reason"])), _text(text)]
    return _headed(report, row, [{"name": "Finding", "blocks": blocks}])


def _headed(
    report: ResidencyReport, row: Mapping[str, Any], tabs: list[dict[str, Any]]
) -> dict[str, Any]:
    nodes = report.lin.nodes
    name = nodes.filter(pl.col("node") == (row["node"] or ""))["name"]
    return {
        "for": row["id"],
        "kind": row["verdict"],
        "title": row["kind"],
        "above": plain(next(iter(name), row["node"]) or "policy"),
        "state": "",
        "trail": row["path"],
        "tabs": tabs,
    }


def _text(text: str) -> Block:
    return {"type": "text", "text": text}


def _answer(report: ResidencyReport) -> str:
    return f"{report.answer[:1].upper()}{report.answer[1:]}."


def finding_detail(report: ResidencyReport, finding: str) -> dict[str, Any]:
    """One finding and its chain, down to the events as they stand in their files."""
    told = report.explain(finding)
    row, steps = told.finding, told.steps
    facts = facts_block(
        ("Verdict", row["verdict"]),
        ("Why", row["reason"]),
        ("Rule", row["rule"]),
        ("Is in", row["places"] or "not known"),
        ("May be in", "missing" if row["permitted"] is None else row["permitted"] or "nowhere"),
        ("Regimes", row["regime"]),
        ("Run", row["run"]),
        ("Column", row["field"]),
        ("Finding", row["id"]),
    )
    way = nodes_block(report.lin, "The way", row["path"])
    tabs = [
        {"name": "Finding", "blocks": [_back(report), facts, *([way] if row["path"] else [])]},
        {"name": "Chain", "blocks": [*_chain(report, steps)]},
        {"name": "Events", "blocks": [*_events(report.lin, row["events"])]},
    ]
    return _headed(report, row, tabs)


def _back(report: ResidencyReport) -> Block:
    return {"type": "all findings", "text": f"All {counted(len(report.findings), 'finding')}"}


def _chain(report: ResidencyReport, steps: pl.DataFrame) -> list[Block]:
    """Rule, policy as it is written, and the claims of places; the way and the events are apart."""
    blocks: list[Block] = []
    policy = report.policy.text.splitlines()
    for step, what, where, text in steps.iter_rows():
        if step in ("way", "event"):
            continue
        blocks.append(facts_block((step.capitalize(), what), ("Stands in", where)))
        if text and step == "policy":
            written = "\n".join(entry_lines(policy, int(where.rpartition(":")[2])))
            blocks.append({"type": "code", "language": "toml", "text": plain(written, lines=True)})
        elif text and step == "place":
            blocks.append(_text(plain(text)))
    return blocks


def _events(lin: Lineage, events: list[int]) -> list[Block]:
    where = dict(
        lin.events.filter(pl.col("event").is_in(events))
        .select("event", pl.format("{} : {}", "file", "line"))
        .iter_rows()
    )
    shown: list[Block] = [
        {"type": "json", "name": plain(where[event]), "text": event_text(lin, event), "open": False}
        for event in events[:EVENTS]
        if event in where
    ]
    if len(events) > EVENTS:
        shown.append(_text(f"{len(events) - EVENTS:,} more in report.findings"))
    return shown or [_text("No event: it is about what is not told.")]


def with_report(lin: Lineage, node: str, report: ResidencyReport | None) -> dict[str, Any]:
    """The detail of a node, with a tab of where it is if there is a report."""
    told = node_detail(lin, node)
    if report is None:
        return told
    first, *rest = told["tabs"]
    return {**told, "tabs": [first, _tab(report, node), *rest]}


def _tab(report: ResidencyReport, node: str) -> dict[str, Any]:
    """Where a node is and may be, and its findings."""
    told = report.places.filter(pl.col("node") == node)
    claims = told.select("role", "grade", "places", "note").unique(maintain_order=True)
    label = report.labels.filter((pl.col("node") == node) & pl.col("field").is_null())
    found = report.findings.filter(pl.col("node") == node) if at_hand(report) else ()
    facts: list[tuple[str, Any]] = [
        (f"{role} ({grade or '-'})", places or f"unknown: {note or ''}")
        for role, grade, places, note in claims.head(CLAIMS).iter_rows()
    ]
    if len(claims) > CLAIMS:
        facts.append(("Besides", f"{len(claims) - CLAIMS:,} more in report.places"))
    for row in label.iter_rows(named=True):
        facts += [
            ("May be in", "missing" if row["permitted"] is None else row["permitted"] or "nowhere"),
            ("Regimes", row["regimes"]),
            ("All sources labelled", row["complete"]),
            ("Because of", row["sources"]),
        ]
    blocks = [facts_block(*facts)] if facts else []
    blocks += [_list(report, found)] if isinstance(found, pl.DataFrame) and len(found) else []
    return {"name": "Residency", "blocks": blocks}


def _list(report: ResidencyReport, found: pl.DataFrame) -> Block:
    names = dict(report.lin.nodes.select("node", "name").iter_rows())
    rows = [
        [row["id"], *_MARKS.get(row["verdict"], _NONE), row["kind"],
         plain(names.get(row["node"], row["node"] or "policy")), plain(row["reason"])]
        for row in found.head(MOST).iter_rows(named=True)
    ]  # fmt: skip
    return {"type": "findings", "rows": rows, "total": len(found)}
