"""The report as one page for reading: no script, nothing fetched, every text escaped."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.analysis.words import html_table
from lineage_explorer.residency.words import NO_ADVICE, NOT_SEEN, TITLES

if TYPE_CHECKING:
    from lineage_explorer.residency.report import ResidencyReport

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem;
  color: #1f2328; background: #fff; }
table { border-collapse: collapse; display: block; overflow-x: auto; font-size: 13px; }
th, td { border: 1px solid #d0d7de; padding: 4px 8px; text-align: left; vertical-align: top; }
th { background: #f3f5f7; }
footer { margin-top: 2rem; color: #57606a; }
@media (prefers-color-scheme: dark) {
  body { color: #e6edf3; background: #15181c; } th { background: #22272e; }
  th, td { border-color: #3d444d; } footer { color: #9aa4af; }
}
"""
_FINDING = (
    "id",
    "kind",
    "node",
    "run",
    "places",
    "permitted",
    "regime",
    "reason",
    "policy",
    "path",
)
_CROSSING = ("source", "target", "places_from", "places_to", "verdict", "basis", "masked", "reason")


def page(report: ResidencyReport) -> bytes:
    """The page, as UTF-8."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    safe = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    policy = report.policy
    day = policy.policy_date or "each run's day"
    rules = [
        ("policy", policy.path or "given in code"),
        ("sha256", policy.sha256 or None),
        ("rules of", day),
        ("weakest grade that counts", policy.minimum_grade),
        *((f"table {name}", value) for name, value in policy.facts.sha256.items()),
    ]
    parts = [
        f"<h1>Where data lives, and where it may</h1><p><b>{escape(report.answer)}.</b></p>",
        "<h2>On what this rests</h2>",
        html_table(report.coverage.columns, report.coverage.rows(), styled=False),
        "<h2>Under which rules</h2>",
        html_table(("what", "value"), rules, styled=False),
    ]
    for verdict, title in TITLES.items():
        found = report.findings.filter(pl.col("verdict") == verdict)
        if len(found):
            rows = found.select(_FINDING).rows()
            parts += [f"<h2>{escape(title)}</h2>", html_table(_FINDING, rows, styled=False)]
    crossings = report.crossings.select(_CROSSING)
    if len(crossings):
        parts += ["<h2>Crossings</h2>", html_table(_CROSSING, crossings.rows(), styled=False)]
    unseen = "".join(f"<li>{escape(line)}</li>" for line in NOT_SEEN)
    parts.append(f"<h2>What lineage does not see</h2><ul>{unseen}</ul>")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{safe}">'
        f"<title>Residency</title><style>{STYLE}</style></head><body>"
        f"{''.join(parts)}<footer>{escape(NO_ADVICE)}</footer></body></html>\n"
    ).encode()
