"""A made-up company: what its log is like."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from openlineage.client import facet_v2
from openlineage.client.serde import Serde
from referencing import Registry

import lineage_explorer as lx
from lineage_explorer.training import telling
from lineage_explorer.training.parts import Edit, Size
from lineage_explorer.training.symptoms import distances, slots, symptoms
from lineage_explorer.training.world import World, world
from tests.schemas import facets_of, validator
from tests.training.cases import SMALL, faulty, small

CORE = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
Json = dict[str, Any]
# between them these tell every facet that a world can tell
TOLD = [("dropped column", 1), ("upstream fails", 1), ("renamed dataset", 1)]


@pytest.fixture(scope="module")
def told() -> list[Json]:
    logs = [faulty(kind, seed).world.events() for kind, seed in TOLD]
    return [event for log in logs for event in log]


def test_the_same_seed_tells_the_same_bytes():
    assert world(3, SMALL).ndjson() == world(3, SMALL).ndjson()


def test_another_seed_tells_another_log():
    assert world(3, SMALL).ndjson() != world(4, SMALL).ndjson()


def test_every_event_is_valid(told: list[Json], registry: Registry[Any]):
    check = validator(CORE, registry)
    for event in told:
        check.validate(event)


def test_every_facet_is_valid_and_under_its_name(told: list[Json], registry: Registry[Any]):
    checks: dict[str, Any] = {}
    seen: set[str] = set()
    for event in told:
        for key, value in facets_of(event):
            text = json.dumps(value, sort_keys=True)
            if text in seen:
                continue
            seen.add(text)
            url = value["_schemaURL"]
            checks.setdefault(url, validator(url, registry)).validate(value)
            assert key in registry.contents(url.partition("#")[0])["properties"]
    assert {url.rpartition("/")[2] for url in checks} == {
        url.rpartition("/")[2] for url in telling._URLS.values()
    } - {"DocumentationJobFacet"}


def test_the_standard_client_tells_its_facets_alike(told: list[Json]):
    """The classes of openlineage-python take the fields of a facet and give them back."""
    modules = [one for one in vars(facet_v2).values() if isinstance(one, type(facet_v2))]
    found = [one for module in modules for one in vars(module).values() if isinstance(one, type)]
    classes = {one.__name__: one for one in found}
    tried: set[str] = set()
    for event in told:
        for _, value in facets_of(event):
            url = value["_schemaURL"]
            if url in tried:
                continue
            tried.add(url)
            fields = {key: one for key, one in value.items() if not key.startswith("_")}
            made = Serde.to_dict(classes[url.rpartition("/")[2]](**fields))
            assert made["_schemaURL"].rpartition("/")[2] == url.rpartition("/")[2]
            assert {key: made[key] for key in fields} == fields
    assert len(tried) > 15


def test_events_come_in_the_order_of_their_times():
    times = [event["eventTime"] for event in small(1).events()]
    assert times == sorted(times)


def test_every_run_begins_once_and_ends_at_most_once():
    events = small(1).events()
    starts = Counter(e["run"]["runId"] for e in events if e["eventType"] == "START")
    ends = Counter(e["run"]["runId"] for e in events if e["eventType"] != "START")
    assert set(starts.values()) == {1} == set(ends.values())
    assert set(ends) == set(starts)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_log_is_read_without_problems(seed: int):
    one = small(seed)
    lin = lx.read(one.ndjson())
    assert lin.problems.rows() == []
    assert lin.events.height == len(one.events())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_goes_on_in_a_sound_company_does_no_harm(seed: int):
    """With all its deployments, upgrades, retries and delays, no run is worse than without."""
    sound = world(seed)
    bare = type(sound)(sound.seed, sound.size, sound.company)
    assert sound.edits
    assert symptoms(slots(bare.records), slots(sound.records)) == []


def test_a_sound_company_has_failures_that_a_retry_mended():
    records = world(1).records
    failed = [one for one in records if one.state == "FAIL"]
    last = slots(records)
    assert failed
    assert {one.state for one in last.values()} == {"COMPLETE"}


def test_two_worlds_with_an_edit_between_them_differ_only_behind_it():
    one = small(1)
    job = one.company.jobs[next(iter(one.company.jobs))]
    other = one.edited(Edit(job.key, 24.0 * 5, (("share", 0.5),)))
    behind = distances(one.company, job.key)

    def apart(world: World, *, early: bool) -> list[object]:
        return [
            (run.id, run.state, run.began, run.ended, run.wrote)
            for run in world.records
            if run.job.key not in behind or (early and run.began < 24.0 * 5)
        ]

    assert apart(one, early=True) == apart(other, early=True)
    assert [run.wrote for run in one.records] != [run.wrote for run in other.records]


def test_names_do_not_give_a_fault_away():
    """Tables that only a fault brings look like others."""
    for kind in ("renamed dataset", "development copy read", "two writers"):
        text = faulty(kind, 1).world.ndjson().decode().lower()
        assert not any(word in text for word in ("fault", "decoy", "wrong", "injected", "broken"))


def test_sizes_are_parameters():
    size = Size(days=2).times(3)
    one = world(1, size)
    assert len(one.company.tables) == size.datasets > 150
    assert len({table.node for table in one.company.tables.values()}) == size.datasets
    assert len({job.node for job in one.company.jobs.values()}) == len(one.company.jobs)


def test_stores_and_producers_tell_more_and_less():
    lin = lx.read(small(1).ndjson())
    outputs = lin.io.filter(lin.io["direction"] == "output")
    assert 0 < outputs["rows"].null_count() < outputs.height
    assert 0 < outputs["version"].null_count() < outputs.height
    jobs = lin.jobs.filter(lin.jobs["job_type"].is_in(["MODEL", "TASK", "SQL_JOB"]))
    for what in ("sql", "source_version"):
        assert 0 < jobs[what].null_count() < jobs.height
    by_columns = lin.flows.filter(lin.flows["basis"] == "columns")["job"].unique()
    assert 0 < by_columns.len() < jobs.height
