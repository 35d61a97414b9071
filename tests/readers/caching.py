"""What the tests of the cache share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import lineage_explorer as lx
from lineage_explorer.readers.sources import Blob
from tests.conftest import ROOT
from tests.events import run_event

A = run_event("a", ["x"], ["y"], run="1", run_facets={"own": {"text": "kept"}})
B = run_event("b", ["y"], ["z"], run="2", time="2024-05-01T11:00:00Z")
C = run_event("c", ["z"], ["w"], run="3", time="2024-05-01T12:00:00Z")
READS = "lineage_explorer.readers.all_told"

Seen = list[list[Blob]]


def same(one: lx.Lineage, other: lx.Lineage) -> None:
    for (name, left), (_, right) in zip(one.frames.items(), other.frames.items(), strict=True):
        assert left.equals(right), name
    assert one.sources.equals(other.sources)


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.glob("v1/*") if path.is_dir()]


def script(text: str, *arguments: object) -> subprocess.Popen[bytes]:
    """A Python of its own, which may use a small cache."""
    begin = (
        "import lineage_explorer as lx; from lineage_explorer.readers import kept; kept.WORTH=0;"
    )
    command = [sys.executable, "-c", f"import sys; {begin} {text}", *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        start_new_session=True,
    )


def sample() -> bytes:
    """Lines of real logs, one broken, some twice."""
    lines = [
        line
        for name in ("dbt", "airflow", "spark")
        for line in (ROOT / "sample_events" / name / "events.ndjson")
        .read_bytes()
        .splitlines(True)[::9]
    ]
    return b"".join([*lines[:20], b'{"broken": \n', *lines[20:], lines[3], lines[25]])


SAMPLE = sample()
ENDS = [at + 1 for at, byte in enumerate(SAMPLE) if byte == 10]
