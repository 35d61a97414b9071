"""Our provenance beside the rule of Marquez's `/runlineage/upstream`, written down a second time.

Not the real server: `marquez_rule` says what it is. Over all runs of the samples (links of one hop,
and everything upstream), both tell the same, except:

| where | Marquez's rule | ours | seen in |
|---|---|---|---|
| two writes overlap | the one whose event came last | both, not certain | spark |
| a flow rules an input out | every input of the run that wrote is followed | not followed | fraud |
| a write that has only begun, or failed | it made a version with its first event | candidate, not certain | made up |
| a late or out-of-order event | order of arrival | order of eventTime | made up |
| `version` facets of an input | not looked at, always the current | first of all | made up |
| a run reads its own output (MERGE) | the walk stops there | goes on to the run before | made up |
| nobody in the log wrote it | no producing run | a row in `sources` | all |
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import lineage_explorer as lx
from lineage_explorer.lineage import Lineage
from tests.events import Json, dataset, run_event
from tests.graph import marquez_rule
from tests.graph.provenance_oracle import text

Pairs = set[tuple[str, str]]


def theirs(lin: Lineage, events: list[Json], run: str, depth: int = 1_000) -> Pairs:
    named = {node: node for node in lin.datasets["dataset"]}
    for node, aliases in lin.datasets.select("dataset", "aliases").iter_rows():
        named |= dict.fromkeys(aliases, node)
    return marquez_rule.upstream(marquez_rule.links(events, named), run, depth)


def ours(lin: Lineage, run: str, hops: int | None = None) -> Pairs:
    return set(lin.provenance(run, hops=hops).runs.select("run", "dataset").iter_rows())


def sample(root: Path, name: str) -> tuple[Lineage, list[Json]]:
    path = root / "sample_events" / name / "events.ndjson"
    return lx.read(path), [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("name", ["airflow", "dbt"])
def test_both_tell_the_same_of_every_run(root: Path, name: str) -> None:
    lin, events = sample(root, name)
    found = {run: ours(lin, run) for run in lin.runs["run"]}
    assert found == {run: theirs(lin, events, run) for run in lin.runs["run"]}
    assert sum(map(len, found.values())) > 200


def test_in_spark_ours_has_also_what_overlaps_and_says_so(root: Path) -> None:
    lin, events = sample(root, "spark")
    more = set()
    for run in lin.runs["run"]:
        assert theirs(lin, events, run) <= ours(lin, run)
        direct = lin.provenance(run, hops=1).runs
        known = theirs(lin, events, run, 1)
        more |= {row["why"] for row in direct.iter_rows(named=True)
                 if (row["run"], row["dataset"]) not in known and not row["certain"]}  # fmt: skip
    assert len(more) == 2
    assert all("2 writes may be it" in why for why in more)


def test_in_fraud_links_are_the_same_but_ours_leaves_out_what_flows_rule_out(root: Path) -> None:
    lin, events = sample(root, "fraud")
    left: Pairs = set()
    for run in lin.runs["run"]:
        assert ours(lin, run, 1) == theirs(lin, events, run, 1)
        assert ours(lin, run) <= theirs(lin, events, run)
        left |= theirs(lin, events, run) - ours(lin, run)
    assert left


def differs(events: list[Json], run: str = "reader") -> tuple[set[str], set[str]]:
    """Runs that only Marquez's rule tells, and that only ours does."""
    lin = lx.read(events)
    mine = {writer for writer, _ in ours(lin, run)}
    other = {writer for writer, _ in theirs(lin, events, run)}
    return other - mine, mine - other


READER = run_event("read", ["t"], ["m"], run="reader", kind="START", time=text(20))


def write(run: str, minute: int, kind: str = "COMPLETE", **facets: Any) -> Json:
    return run_event("write", [], [dataset("t", **facets)], run=run, kind=kind, time=text(minute))


def test_a_write_that_has_only_begun() -> None:
    events = [write("old", 1, "START"), write("old", 2), write("new", 19, "START"), READER,
              write("new", 30)]  # fmt: skip
    assert differs(events) == (set(), {"old"})


def test_an_event_that_comes_late() -> None:
    assert differs([write("b", 10), write("a", 5), READER]) == ({"a"}, {"b"})


def test_a_version_that_is_told() -> None:
    def version(name: str) -> Json:
        return {"version": {"datasetVersion": name}}

    reader = run_event("read", [dataset("t", **version("1"))], ["m"], run="reader", time=text(20))
    events = [write("a", 1, **version("1")), write("b", 2, **version("2")), reader]
    assert differs(events) == ({"b"}, {"a"})


def test_a_run_that_reads_what_it_writes() -> None:
    def merge(run: str, minute: int) -> list[Json]:
        return [run_event("merge", ["t"], ["t"], run=run, kind=kind, time=text(minute + at))
                for at, kind in enumerate(("START", "COMPLETE"))]  # fmt: skip

    events = [write("first", 0), *merge("a", 3), *merge("b", 6), READER]
    assert differs(events) == (set(), set())  # the START tells it of the run before
    silent = [write("first", 0)]
    for run, minute in (("a", 3), ("b", 6)):
        start, end = merge(run, minute)
        silent += [{**start, "inputs": []}, {**end, "outputs": end["outputs"]}]
    assert differs([*silent, READER]) == (set(), {"a", "first"})


def test_what_nobody_wrote_is_a_source() -> None:
    lin = lx.read([READER])
    assert theirs(lin, [READER], "reader") == set()
    row = lin.provenance("reader").sources.row(0, named=True)
    assert (row["dataset"], row["run"], row["role"]) == ("dataset:db:t", "reader", "read")
    assert row["time"] == lin.events["time"][0]
    assert lin.provenance("reader").runs.filter(pl.lit(value=True)).is_empty()
