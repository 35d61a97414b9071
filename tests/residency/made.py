"""Small logs and policies to judge."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl

import lineage_explorer as lx
from lineage_explorer.residency.report import ResidencyReport
from tests.events import Json, dataset, run_event

DAY = date(2026, 11, 22)
IN_DE = {"match": "de*", "places": ["DE"]}
IN_US = {"match": "us*", "places": ["US"]}
PLACED = [IN_DE, IN_US]


def data(path: str, **facets: Any) -> Json:
    """A dataset by namespace/name."""
    namespace, _, name = path.rpartition("/")
    return dataset(name, namespace or "db", **facets)


def node(path: str) -> str:
    namespace, _, name = path.rpartition("/")
    return f"dataset:{namespace or 'db'}:{name}"


def run(
    job: str,
    inputs: Iterable[str | Json],
    outputs: Iterable[str | Json],
    at: int = 0,
    **more: Any,
) -> Json:
    """A run of a job on a day of January 2026, over in an instant."""
    return run_event(
        job,
        [data(i) if isinstance(i, str) else i for i in inputs],
        [data(o) if isinstance(o, str) else o for o in outputs],
        run=f"{job}-{at}",
        time=f"2026-01-{1 + at // 24:02}T{at % 24:02}:00:00Z",
        **more,
    )


def columns(**fields: list[tuple[str, str] | tuple[str, str, bool]]) -> Json:
    """A columnLineage facet: of each field, (dataset, field, masking)."""
    told: Json = {}
    for field, sources in fields.items():
        told[field] = {"inputFields": []}
        for path, column, *masking in sources:
            namespace, _, name = path.rpartition("/")
            told[field]["inputFields"].append({
                "namespace": namespace or "db", "name": name, "field": column,
                "transformations": [{"type": "DIRECT", "masking": bool(masking and masking[0])}],
            })  # fmt: skip
    return {"fields": told}


def judged(events: list[Json], policy: Any = None, **entries: Any) -> ResidencyReport:
    """The report on some events; entries are those of a policy of the day."""
    if policy is None and entries:
        policy = {"policy_date": DAY, "places": PLACED, **entries}
    return lx.read(events).residency(policy)


def verdict(report: ResidencyReport, path: str) -> str:
    """What was decided of where a dataset is stored."""
    rows = report.judged.storage.filter(pl.col("dataset") == node(path))
    return str(rows["verdict"].sort().to_list()[0] if len(rows) == 1 else rows["verdict"].to_list())


def label(report: ResidencyReport, path: str, field: str | None = None) -> dict[str, Any]:
    """The label in force of a dataset, or a column."""
    of = pl.col("field").is_null() if field is None else pl.col("field") == field
    return report.labels.row(by_predicate=(pl.col("node") == node(path)) & of, named=True)


def kinds(report: ResidencyReport) -> set[tuple[str, str | None]]:
    """Kind and node of every finding."""
    return set(report.findings.select("kind", "node").iter_rows())
