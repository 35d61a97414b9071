"""Our provenance beside the answers of a real Marquez about the same events.

Where there is no Marquez this is skipped and says so: then only its rule, written down a second
time, is compared with (`tests/graph/test_marquez_rule.py`, which has the list of differences).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import lineage_explorer as lx
from tests.services.conftest import Marquez

Link = tuple[str, str, str]
"""Reading run, dataset, the run that made what it read."""
FAR = 100


def told(answer: Mapping[str, Any], named: Mapping[str, str]) -> set[Link]:
    """What an answer of `/runlineage/upstream` says (`UpstreamRunLineage` of its openapi.yml)."""
    return {
        (one["run"]["id"], named[f"dataset:{read['namespace']}:{read['name']}"],
         read["producedByRunId"])
        for one in answer["runs"]
        for read in one.get("inputs") or []
        if read.get("producedByRunId")
    }  # fmt: skip


def test_an_answer_is_read_as_its_schema_has_it() -> None:
    read = {"namespace": "db", "name": "t", "version": "v", "producedByRunId": "writer"}
    nobody = {"namespace": "db", "name": "s", "version": "w", "producedByRunId": None}
    runs = [{"job": {}, "run": {"id": "reader"}, "inputs": [read, nobody]}]
    named = {f"dataset:db:{name}": f"dataset:db:{name}" for name in "st"}
    assert told({"runs": runs}, named) == {("reader", "dataset:db:t", "writer")}


@pytest.mark.parametrize("name", ["airflow", "dbt"])
def test_a_real_marquez_names_the_same_runs(name: str, marquez: Marquez, root: Path) -> None:
    path = root / "sample_events" / name / "events.ndjson"
    events = [json.loads(line) for line in path.read_bytes().splitlines()]
    marquez.send(sorted(events, key=lambda event: str(event["eventTime"])))
    lin = lx.read(path)
    named = {node: node for node in lin.datasets["dataset"]}
    for node, aliases in lin.datasets.select("dataset", "aliases").iter_rows():
        named |= dict.fromkeys(aliases, node)
    for run in lin.runs["run"]:
        answer = json.loads(marquez.get(f"/runlineage/upstream?runId={run}&depth={FAR}"))
        theirs = {(writer, dataset) for reader, dataset, writer in told(answer, named)
                  if reader != writer}  # fmt: skip
        ours = set(lin.provenance(run).runs.select("run", "dataset").iter_rows())
        assert theirs == ours, run
