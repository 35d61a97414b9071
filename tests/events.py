"""Tiny events for tests."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]


def dataset(name: str, namespace: str = "db", **facets: Any) -> Json:
    """A dataset with facets."""
    return {"namespace": namespace, "name": name, "facets": facets}


def run_event(
    job: str = "job",
    inputs: list[Json | str] | None = None,
    outputs: list[Json | str] | None = None,
    *,
    run: str = "r1",
    kind: str | None = "COMPLETE",
    time: str = "2024-05-01T10:00:00Z",
    run_facets: Json | None = None,
    job_facets: Json | None = None,
    namespace: str = "jobs",
) -> Json:
    """A run event; names stand for datasets without facets."""
    return {
        "eventTime": time,
        "eventType": kind,
        "producer": "https://example.com/test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run, "facets": run_facets or {}},
        "job": {"namespace": namespace, "name": job, "facets": job_facets or {}},
        "inputs": [dataset(d) if isinstance(d, str) else d for d in inputs or []],
        "outputs": [dataset(d) if isinstance(d, str) else d for d in outputs or []],
    }


def ndjson(*events: Json) -> bytes:
    """Events, one a line."""
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)
