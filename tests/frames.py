"""Small frames to try the graph on, without events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lineage_explorer.naming import dataset_id, job_id
from lineage_explorer.tables import (
    BUNDLES,
    COLUMN_EDGES,
    DATASETS,
    EDGES,
    EVENTS,
    FIELDS,
    IO,
    JOBS,
    RUNS,
    Columns,
    Frames,
    table,
)

NAMESPACE = "n"
Bundle = tuple[str | None, Sequence[str], Sequence[str]]


def node(name: str) -> str:
    """`J…` is a job, anything else a dataset."""
    return (job_id if name.startswith("J") else dataset_id)(NAMESPACE, name)


def rows(columns: Columns, found: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row.get(column) for column in columns) for row in found]


def moment(hour: int) -> datetime:
    return datetime(2026, 1, 1, hour, tzinfo=UTC)


def frames_of(
    bundles: Iterable[Bundle] = (),
    *,
    reads: Iterable[tuple[str, str]] = (),
    writes: Iterable[tuple[str, str]] = (),
    basis: str | Sequence[str] = "implied",
    nodes: Iterable[str] = (),
    about: Mapping[str, Mapping[str, Any]] | None = None,
    runs: Iterable[tuple[str, str, str, int]] = (),
    columns: Iterable[tuple[str, str | None, str, str | None, str | None]] = (),
    fields: Mapping[str, Sequence[str]] | None = None,
) -> Frames:
    """Frames as the reader would make them.

    Args:
        bundles: job, sources, targets, by name.
        reads: job, dataset: what a job reads beside its flows.
        writes: job, dataset: the same for writing.
        basis: of all the bundles, or one for each.
        nodes: further nodes.
        about: more columns of a node.
        runs: run, job, state, hour; each run writes what its job writes.
        columns: source, source field, target, target field, job.
        fields: of each dataset.
    """
    flows = [(job, sorted(set(s)), sorted(set(t))) for job, s, t in bundles]
    bases = [basis] * len(flows) if isinstance(basis, str) else basis
    edges: dict[tuple[str, str, str], None] = {}
    for job, sources, targets in flows:
        for source in sources:
            if job is None:
                edges |= {(node(source), node(t), "derives"): None for t in targets}
            elif not source.startswith("J"):
                edges[node(source), node(job), "reads"] = None
        for target in targets:
            if job is not None and not target.startswith("J"):
                edges[node(job), node(target), "writes"] = None
    edges |= {(node(dataset), node(job), "reads"): None for job, dataset in reads}
    edges |= {(node(job), node(dataset), "writes"): None for job, dataset in writes}
    columns, runs, fields = list(columns), list(runs), fields or {}
    names = {name for job, s, t in flows for name in [job, *s, *t] if name is not None}
    names |= {name for pair in [*reads, *writes] for name in pair} | {*nodes, *fields}
    names |= {name for c in columns for name in (c[0], c[2], c[4]) if name is not None}
    names |= {job for _, job, _, _ in runs}
    about = about or {}
    empty: dict[str, Any] = {"namespace": NAMESPACE, "owners": [], "tags": [], "aliases": []}
    things = {n: {"name": n, **empty, **about.get(n, {})} for n in sorted(names)}
    written = {(source, target) for source, target, kind in edges if kind == "writes"}
    events = [
        {"event": at, "kind": "run", "run": run, "job": node(job), "time": moment(hour),
         "file": "made.ndjson", "line": at + 1, "type": "COMPLETE"}
        for at, (run, job, _, hour) in enumerate(runs)
    ]  # fmt: skip
    io = [
        {"run": run, "job": node(job), "dataset": target, "direction": "output",
         "first_event": at, "last_event": at}
        for at, (run, job, _, _) in enumerate(runs)
        for source, target in sorted(written) if source == node(job)
    ]  # fmt: skip
    return Frames.empty(
        datasets=table(DATASETS, rows(DATASETS, (
            {"dataset": node(n), **thing} for n, thing in things.items() if not n.startswith("J")
        ))),
        jobs=table(JOBS, rows(JOBS, (
            {"job": node(n), "runs": 0, **thing} for n, thing in things.items() if n.startswith("J")
        ))),
        edges=table(EDGES, rows(EDGES, (
            {"source": s, "target": t, "kind": kind, "basis": "implied", "runs": 1, "event": 0}
            for s, t, kind in sorted(edges)
        ))),
        bundles=table(BUNDLES, rows(BUNDLES, (
            {"job": job and node(job), "basis": of, "runs": 1, "event": 0,
             "sources": [node(n) for n in s], "targets": [node(n) for n in t]}
            for (job, s, t), of in zip(flows, bases, strict=True)
        ))),
        runs=table(RUNS, rows(RUNS, (
            {"run": run, "job": node(job), "state": state, "events": 1,
             "first_seen": moment(hour), "last_seen": moment(hour)}
            for run, job, state, hour in runs
        ))),
        io=table(IO, rows(IO, io)),
        events=table(EVENTS, rows(EVENTS, events)),
        column_edges=table(COLUMN_EDGES, rows(COLUMN_EDGES, (
            {"source": node(s), "source_field": sf, "target": node(t), "target_field": tf,
             "job": job and node(job), "event": 0, "runs": 1}
            for s, sf, t, tf, job in columns
        ))),
        fields=table(FIELDS, rows(FIELDS, (
            {"dataset": node(n), "field": f, "ordinal": at, "tags": [], "event": 0}
            for n, of in fields.items() for at, f in enumerate(of)
        ))),
    )  # fmt: skip
