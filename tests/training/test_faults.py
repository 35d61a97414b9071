"""Faults: what they change, what is seen of it, and what is innocent."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from lineage_explorer.training.faults import (
    CASE,
    FARTHEST,
    KINDS,
    NEAREST,
    inject,
)
from lineage_explorer.training.faults_fresh import FRESH
from lineage_explorer.training.faults_held_out import HELD_OUT
from lineage_explorer.training.faults_tuning import TUNING
from lineage_explorer.training.symptoms import Symptom, ancestors, disturbed, slots, symptoms
from lineage_explorer.training.world import world
from tests.training.cases import EVERY, beyond, calm, faulty, told

each = pytest.mark.parametrize(("kind", "seed"), EVERY)


def test_there_are_enough_kinds_and_no_kind_is_in_two_registries():
    assert len(KINDS) == len(TUNING) + len(HELD_OUT) + len(FRESH) >= 18
    assert len(HELD_OUT) >= 12
    assert len(FRESH) >= 18


@each
def test_the_symptom_is_two_to_six_jobs_behind_the_cause(kind: str, seed: int):
    truth = faulty(kind, seed).truth
    above = told(kind, seed).above(truth.symptom.job)
    assert NEAREST <= truth.hops <= FARTHEST
    assert set(truth.nodes) & above


@each
def test_the_run_of_the_symptom_is_in_the_log(kind: str, seed: int):
    symptom = faulty(kind, seed).truth.symptom
    job, state = told(kind, seed).states[symptom.run]
    assert job == symptom.job
    assert symptom.dataset in told(kind, seed).nodes
    assert state in {"failed run": {"FAIL"}, "failed test": {"FAIL", "COMPLETE"}}.get(
        symptom.kind, {"COMPLETE"}
    )


@each
def test_the_evidence_is_in_the_log_and_comes_before_the_symptom_ends(kind: str, seed: int):
    truth = faulty(kind, seed).truth
    events = told(kind, seed).events
    assert truth.evidence
    for run in truth.evidence:
        assert events[run][0] < events[truth.symptom.run][-1]


def test_the_numbers_of_the_events_that_show_it_are_those_of_its_runs():
    case = faulty("wrong filter", 1)
    events = case.world.events()
    numbers = case.truth.events_of(events)
    assert numbers
    assert {events[n]["run"]["runId"] for n in numbers} == set(case.truth.evidence)


@each
def test_nodes_that_are_right_are_in_the_log_and_not_those_of_the_symptom(kind: str, seed: int):
    truth = faulty(kind, seed).truth
    assert truth.nodes[0] in told(kind, seed).nodes
    assert not set(truth.nodes) & {truth.symptom.job, truth.symptom.dataset}


@each
def test_without_the_fault_the_run_of_the_symptom_is_as_it_should_be(kind: str, seed: int):
    """The decoys alone do nothing to it."""
    case = faulty(kind, seed)
    sound = world(case.world.seed, CASE)
    innocent = _without_fault(kind, seed)
    hurt = disturbed(slots(sound.records), slots(innocent.records))
    assert _symptom(kind, seed).slot not in hurt


def _without_fault(kind: str, seed: int):
    """The world of a case with its decoys only."""
    case = faulty(kind, seed)
    sound = world(case.world.seed, CASE)
    known = {table.node: key for key, table in sound.company.tables.items()}
    known |= {job.node: key for key, job in sound.company.jobs.items()}
    keys = {known[node] for node, _, _ in case.truth.decoys}
    added = case.world.edits[len(sound.edits) :]
    extras = tuple(extra for extra in case.world.extras if extra.job in keys)
    return sound.edited(*(edit for edit in added if edit.node in keys), extras=extras)


def _symptom(kind: str, seed: int) -> Symptom:
    case = faulty(kind, seed)
    record = next(one for one in case.world.records if one.id == case.truth.symptom.run)
    return Symptom((record.job.key, record.tick), record, "", "")


@each
def test_there_are_decoys_on_the_way_and_beside_it(kind: str, seed: int):
    truth = faulty(kind, seed).truth
    assert {feeds for _, _, feeds in truth.decoys} == {True, False}
    assert not {node for node, _, _ in truth.decoys} & set(truth.nodes[:2])


def test_decoys_do_real_harm_beside_the_way():
    """A filter or lost rows elsewhere is a real fault, only not this one's."""
    sound = world(1, CASE)
    hurt = symptoms(slots(sound.records), slots(_without_fault("half the rows lost", 1).records))
    assert hurt


def test_a_decoy_said_to_feed_the_symptom_is_above_it():
    case = faulty("wrong filter", 2)
    above = ancestors(case.world.company, _symptom("wrong filter", 2).slot[0])
    tables, jobs = case.world.company.tables, case.world.company.jobs
    nodes = {(tables[key] if key in tables else jobs[key]).node for key in above}
    for node, _, feeds in case.truth.decoys:
        assert (node in nodes) == feeds


@pytest.mark.parametrize("kind", ["renamed column", "two writers", "engine upgraded"])
def test_the_same_seed_gives_the_same_case(kind: str):
    sound = world(1, CASE)
    made: list[object] = []
    for _ in range(2):
        try:
            made.append(inject(sound, random.Random(5), kind)[1])  # noqa: S311
        except LookupError as error:
            made.append(str(error))
    assert made[0] == made[1]


@pytest.mark.parametrize("kind", ["dropped column", "half the rows lost", "unit changed"])
def test_seeds_put_it_in_different_places(kind: str):
    assert len({faulty(kind, seed).truth.nodes for seed in range(1, 6)}) > 2


def test_some_faults_begin_days_before_anybody_asks():
    waits = []
    for kind in ("dropped column", "wrong filter", "unit changed", "stale upstream"):
        for seed in range(1, 4):
            case = faulty(kind, seed)
            times = {e["run"]["runId"]: e["eventTime"] for e in case.world.events()}
            first = times[case.truth.evidence[0]]
            waits.append(first[:10] < times[case.truth.symptom.run][:10])
    assert {True, False} == set(waits)


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_clean_case_has_decoys_and_no_symptom(seed: int):
    case = calm(seed)
    sound = world(seed, CASE)
    record = next(one for one in case.world.records if one.id == case.truth.symptom.run)
    hurt = disturbed(slots(sound.records), slots(case.world.records))
    assert case.truth.decoys
    assert case.truth.nodes == ()
    assert record.state == "COMPLETE"
    assert (record.job.key, record.tick) not in hurt


@pytest.mark.parametrize("seed", range(1, 6))
def test_of_a_cause_outside_the_log_only_the_run_that_suffers_is_to_blame(seed: int):
    """Without its own trouble, which is the last edit, it is well, whatever decoys do above it."""
    case = beyond(seed)
    sound = world(seed, CASE)
    innocent = replace(case.world, edits=case.world.edits[:-1])
    record = next(one for one in case.world.records if one.id == case.truth.symptom.run)
    slot = (record.job.key, record.tick)
    before = slots(sound.records)
    assert slot in {one.slot for one in symptoms(before, slots(case.world.records))}
    assert slot not in disturbed(before, slots(innocent.records))
