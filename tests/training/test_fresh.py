"""Fresh kinds of faults: each leaves what it says it leaves, and innocent ones look the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import networkx as nx
import pytest
from referencing import Registry

from lineage_explorer.training.contents import is_number
from lineage_explorer.training.faults import CASE, FARTHEST, NEAREST, Case
from lineage_explorer.training.faults_fresh import FRESH
from lineage_explorer.training.simulate import Record
from lineage_explorer.training.symptoms import slots
from lineage_explorer.training.world import world
from tests.schemas import facets_of, validator
from tests.training.cases import faulty, told
from tests.training.test_world import CORE

each = pytest.mark.parametrize("kind", FRESH)
Pair = tuple[Record, Record]


@each
def test_it_says_what_it_leaves_in_the_events(kind: str):
    assert "\n\n    Left: " in (FRESH[kind].__doc__ or "")


@each
def test_the_events_of_cause_and_symptom_are_valid(kind: str, registry: Registry[Any]):
    case = faulty(kind, 1)
    runs = {case.truth.symptom.run, *case.truth.evidence}
    events = [one for one in case.world.stream() if one["run"]["runId"] in runs]
    core = validator(CORE, registry)
    assert {one["run"]["runId"] for one in events} == runs
    for event in events:
        core.validate(event)
        for _, facet in facets_of(event):
            validator(facet["_schemaURL"], registry).validate(facet)


@each
def test_by_networkx_too_the_symptom_is_two_to_six_jobs_behind(kind: str):
    truth = faulty(kind, 1).truth
    graph = nx.DiGraph(
        (above, node) for node, all_ in told(kind, 1).feeds.items() for above in all_
    )
    paths = [
        nx.shortest_path(graph, node, truth.symptom.job)[1:]
        for node in truth.nodes
        if node in graph and nx.has_path(graph, node, truth.symptom.job)
    ]
    tests = truth.symptom.job.endswith(".test")  # with the job whose output they read
    hops = [sum(node.startswith("job:") for node in path) - tests for path in paths]
    assert NEAREST <= max(hops) <= FARTHEST
    assert min(hops) >= 1


TWINS = {
    "soft deletes kept": "rows marked as deleted", "values creep away": "values creep",
    "next interface": "next interface", "connector names otherwise": "new connector",
    "connector hands on text": "new connector", "changes only": "loads changes only",
    "all history at once": "loads all", "handed over": "handed over",
    "other scheduler": "other scheduler", "feature flag": "flag",
    "retention deletes too much": "rewritten", "rolled back to a snapshot": "rewritten",
    "join fans out": "join added", "one row for the wrong key": "doubles removed",
    "one day's folder": "one day's folder",
}  # fmt: skip


@pytest.mark.parametrize(("kind", "twin"), TWINS.items())
def test_the_same_is_seen_elsewhere_without_harm(kind: str, twin: str):
    found = [one for seed in (1, 2, 3) for one in faulty(kind, seed).truth.decoys]
    assert twin in {kind for _, kind, _ in found}


def _at_the_cause(case: Case) -> Iterator[Pair]:
    """Runs at the place of the fault: as they were in the sound world, and as they are."""
    before = slots(world(case.world.seed, CASE).records)
    for one in case.world.records:
        if one.id in case.truth.runs and (one.job.key, one.tick) in before:
            yield before[one.job.key, one.tick], one


def _rows(record: Record) -> float:
    assert record.wrote is not None
    return record.wrote.rows


def _nulls(record: Record) -> float:
    assert record.wrote is not None
    return sum(stat.nulls for stat in record.wrote.columns.values())


def _texts(record: Record) -> int:
    assert record.wrote is not None
    return sum(not is_number(stat.type) for stat in record.wrote.columns.values())


LEFT: dict[str, Callable[[Any, Any], bool]] = {
    "soft deletes kept": lambda was, now: (
        len(now.reads[0].content.columns) == len(was.reads[0].content.columns) + 1
        and _rows(now) > 1.5 * _rows(was)
    ),
    "finer grain": lambda was, now: _rows(now) > 1.5 * _rows(was),
    "robots": lambda was, now: _rows(now) > 1.5 * _rows(was) and _nulls(now) > _nulls(was) + 0.4,
    "decimal comma": lambda was, now: _nulls(now) > _nulls(was) + 0.45,
    "clock in local time": lambda was, now: was.wrote.as_of - now.wrote.as_of > 6,
    "next interface": lambda was, now: (
        was.reads[0].table.name.replace("v2/", "v3/") == now.reads[0].table.name
        and was.job.build != now.job.build
    ),
    "connector names otherwise": lambda was, now: (
        [*now.reads[0].content.columns] == [*was.wrote.columns] != [*now.wrote.columns]
    ),
    "connector hands on text": lambda was, now: _texts(now) > _texts(was),
    "changes only": lambda was, now: (
        ("mode", "incremental") in now.job.parameters and _rows(now) < 0.1 * _rows(was)
    ),
    "handed over": lambda was, now: was.job.owner != now.job.owner and _rows(now) < _rows(was),
    "other scheduler": lambda was, now: (
        was.job.namespace != now.job.namespace and _nulls(now) > _nulls(was) + 0.3
    ),
    "feature flag": lambda was, now: len(now.job.parameters) == len(was.job.parameters) + 1,
    "takes hours": lambda was, now: now.ended - now.began > 2 > was.ended - was.began,
    "join fans out": lambda was, now: (
        len(now.reads) == len(was.reads) + 1 and _rows(now) > 1.5 * _rows(was)
    ),
    "limit left in": lambda was, now: _rows(now) <= 10_000 and _rows(now) < _rows(was),
    "one day's folder": lambda was, now: (
        now.reads[0].table.name.startswith(f"{was.reads[0].table.name}/load_date=")
        and now.wrote.as_of < was.wrote.as_of
    ),
}


@pytest.mark.parametrize("kind", LEFT)
def test_the_first_run_at_the_cause_shows_it(kind: str):
    was, now = next(_at_the_cause(faulty(kind, 1)))
    assert LEFT[kind](was, now)


def test_of_every_other_run_the_rows_are_as_ever():
    lost = [
        _rows(now) < 0.6 * _rows(was) for was, now in _at_the_cause(faulty("every other run", 1))
    ]
    assert all(one != two for one, two in pairwise(lost))


def test_rows_that_creep_away_do_so_each_day():
    left = [_rows(now) / _rows(was) for was, now in _at_the_cause(faulty("creeping loss", 1))]
    assert all(one > two for one, two in pairwise(left))


def test_a_zombie_begins_before_the_days_run_and_ends_after_it():
    case = faulty("zombie run", 1)
    late = next(one for one in case.world.records if one.id == case.truth.run)
    same = [one for one in case.world.records if one.job.key == late.job.key and one.tick >= 0]
    assert any(late.began < one.began and one.ended < late.ended for one in same)


@pytest.mark.parametrize("kind", ["retention deletes too much", "rolled back to a snapshot"])
def test_a_job_that_rewrites_a_table_reads_and_writes_it(kind: str):
    case = faulty(kind, 1)
    job, table = case.truth.nodes[:2]
    assert told(kind, 1).feeds[job] == {table}
    assert job in told(kind, 1).feeds[table]


def test_a_job_with_anothers_target_leaves_its_own_table_alone():
    case = faulty("another job's target", 1)
    job, other, own = case.truth.nodes
    record = next(one for one in case.world.records if one.id == case.truth.run)
    later = [one for one in case.world.records if one.began > record.began]
    assert record.target is not None
    assert (record.job.node, record.target.node) == (job, other)
    assert own not in {one.target.node for one in later if one.target is not None}
