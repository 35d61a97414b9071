"""A small log, and the command line run in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lineage_explorer.cli import main

Event = dict[str, Any]
Cli = Callable[..., Result]


def event(job: str, inputs: list[str], outputs: list[str], minute: int = 0) -> Event:
    """A run of `job` that completed."""
    return {
        "eventType": "COMPLETE",
        "eventTime": f"2024-05-01T10:{minute:02}:00Z",
        "run": {"runId": f"00000000-0000-0000-0000-0000000000{minute:02}"},
        "job": {"namespace": "etl", "name": job},
        "inputs": [{"namespace": "db", "name": name} for name in inputs],
        "outputs": [{"namespace": "db", "name": name} for name in outputs],
        "producer": "https://example.com/producer",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    }


@pytest.fixture
def log() -> bytes:
    """raw -> clean -> orders -> mart, and clean -> side."""
    events = [
        event("wash", ["raw"], ["clean"], 1),
        event("load", ["clean"], ["orders"], 2),
        event("report", ["orders"], ["mart"], 3),
        event("copy", ["clean"], ["side"], 4),
    ]
    return b"".join(json.dumps(one).encode() + b"\n" for one in events)


@pytest.fixture
def source(log: bytes, tmp_path: Path) -> str:
    """The log as a file."""
    path = tmp_path / "events.ndjson"
    path.write_bytes(log)
    return str(path)


@pytest.fixture
def cli() -> Cli:
    """Run the command line; `.stdout`, `.stderr` and `.exit_code` of what it returns."""

    def run(*arguments: str, stdin: bytes | None = None) -> Result:
        result = CliRunner().invoke(main, arguments, input=stdin, prog_name="lineage-explorer")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception  # a traceback is never an answer
        return result

    return run
