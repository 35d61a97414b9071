"""Faults for a world: what goes wrong where, what is seen of it further on, and what is innocent.

`inject(world, rng, kind)` gives the faulty world and its `Truth`. A fault is only taken if its
effect, calculated by the world, reaches a run two to six jobs further on; decoys are only taken if
that run is the same with them alone. Kinds are in three registries: those of `TUNING` may be looked
at while a diagnosis is made, those of `HELD_OUT` are for reporting only, and so are those of
`FRESH`, which another author wrote later; the same holds for seeds: those below 1000 are for tuning,
those of a report begin at `HELD_OUT_SEEDS`. (From 1000 on are those of the first report, when the
kinds of `faults_seen.py` were held out.)

    >>> from lineage_explorer.training.faults import case
    >>> one = case("dropped column", seed=3)
    >>> one.truth.hops, one.truth.symptom.kind
    (2, 'nulls')

`one.world.events()` (or `.ndjson()`) is what `lx.read` takes; `lin.diagnose(one.truth.symptom.run)`
is asked; `one.truth.right(node)` says whether a node that it names is the cause.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lineage_explorer.training.decoys import Decoy, Scene, applied, decoys
from lineage_explorer.training.faults_fresh import FRESH
from lineage_explorer.training.faults_held_out import HELD_OUT
from lineage_explorer.training.faults_tuning import TUNING
from lineage_explorer.training.parts import Size
from lineage_explorer.training.plans import Kind, Plan
from lineage_explorer.training.simulate import Record
from lineage_explorer.training.symptoms import (
    Slot,
    Symptom,
    ancestors,
    distances,
    disturbed,
    effects,
    slots,
    symptoms,
)
from lineage_explorer.training.world import World, world

KINDS: dict[str, Kind] = TUNING | HELD_OUT | FRESH
HELD_OUT_SEEDS = 2000
"""Seeds from here on are not to be looked at while tuning."""
CASE = Size(sources=7, staging=7, core=5, marts=5, features=3, models=2, exports=4, days=14)
"""Large enough to lose one's way in, small enough for hundreds of cases."""
NEAREST, FARTHEST = 2, 6
TRIES, WORLDS = 60, 10


@dataclass(frozen=True)
class Seen:
    """The symptom: what a person would ask about."""

    run: str
    """Its run id."""
    job: str
    """Node id of its job."""
    dataset: str
    """Node id of what it writes; of a test run, of what it reads."""
    kind: str
    """failed run, failed test, rows, nulls, values or stale."""
    text: str


@dataclass(frozen=True)
class Truth:
    """What is wrong in a world, and what is not."""

    kind: str
    nodes: tuple[str, ...]
    """Node ids that are right as the cause: of a fault of a job, the job and the dataset it
    writes; of a fault of a source, the source, and where no event of the run that reads it shows
    what changed, also that run's job and output."""
    run: str | None
    """The run in which it first was so; null where the fault is that there was none."""
    runs: tuple[str, ...]
    """The same and later runs of that job, up to the symptom."""
    evidence: tuple[str, ...]
    """Run ids whose events show it; `events_of` gives their numbers."""
    symptom: Seen
    hops: int
    """Jobs that data passes from the cause to the symptom."""
    tellable: bool
    """Whether the events show anything of it at the place where it is."""
    decoys: tuple[tuple[str, str, bool], ...]
    """Node id, kind, and whether data flows from there to the symptom."""

    def right(self, node: str) -> bool:
        """Whether naming this node as the cause is right."""
        return node in self.nodes

    def events_of(self, events: Iterable[dict[str, Any]]) -> list[int]:
        """Numbers of the events that show it."""
        runs = set(self.evidence)
        return [n for n, event in enumerate(events) if event.get("run", {}).get("runId") in runs]


@dataclass(frozen=True)
class Case:
    """A world with something to find out, and what there is to find."""

    world: World
    truth: Truth


def case(kind: str, seed: int, size: Size = CASE) -> Case:
    """The case of a kind and a seed; where that world has no place for the kind, of a next one."""
    rng = random.Random(f"{kind} {seed}")  # noqa: S311 - made up, no secret
    for number in range(WORLDS):
        with contextlib.suppress(LookupError):
            return Case(*inject(world(seed + number * 1_000_000, size), rng, kind))
    raise LookupError(f"no place for {kind!r} in {WORLDS} worlds")


def inject(sound: World, rng: random.Random, kind: str) -> tuple[World, Truth]:
    """Puts a fault of a kind, and decoys, into a world.

    Raises:
        LookupError: if there is no place for it in this world.
    """
    before = slots(sound.records)
    for _ in range(TRIES):
        plan = KINDS[kind](sound, rng)
        if plan is None:
            continue
        faulty = sound.edited(*plan.edits, extras=plan.extras, tables=plan.tables)
        after = slots(faulty.records)
        symptom = _notice(faulty, plan, symptoms(before, after), rng)
        if symptom is None:
            continue
        shown = _shown(faulty, plan, before, after, symptom)
        if not shown:
            continue
        named = {*plan.also, *plan.nodes}
        known = sound.company.tables | sound.company.jobs
        place = {plan.at, _place(sound, plan), *plan.alone} | {
            k for k, one in known.items() if one.node in named
        }
        began = symptom.record.began
        scene = Scene(
            sound, symptom.slot, began, plan.hour, plan.look, frozenset(place), plan.twins
        )
        others = decoys(scene, rng)
        clean = applied(sound, others)
        both = clean.edited(*plan.edits, extras=plan.extras, tables=plan.tables)
        found = symptoms(slots(clean.records), slots(both.records))
        again = next((one for one in found if one.slot == symptom.slot), None)
        if again is None or again.kind != symptom.kind:
            continue
        if symptom.slot in disturbed(before, slots(clean.records)):
            continue
        return both, _truth(both, kind, plan, again, others, clean)
    raise LookupError(f"no place for {kind!r} in the world of seed {sound.seed}")


def _notice(faulty: World, plan: Plan, found: list[Symptom], rng: random.Random) -> Symptom | None:
    """One of what can be seen two to six jobs further on, at first sight or days later."""
    far = distances(faulty.company, plan.at)
    able = [one for one in found if NEAREST <= far.get(one.slot[0], 0) <= FARTHEST]
    if not able:
        return None
    there = sorted({far[one.slot[0]] for one in able})
    hops = rng.choices(there, there)[0]  # the farther, the likelier: far ones are rare
    job = rng.choice(sorted({one.slot[0] for one in able if far[one.slot[0]] == hops}))
    runs = [one for one in able if one.slot[0] == job]
    return runs[0] if rng.random() < 0.6 else rng.choice(runs[:4])


def _place(faulty: World, plan: Plan) -> str:
    """The job in whose runs the fault is seen first."""
    if plan.at in faulty.company.jobs:
        return plan.at
    return next(job.key for job in faulty.company.jobs.values() if plan.at in job.inputs)


def _shown(
    faulty: World, plan: Plan, before: dict[Slot, Record], after: dict[Slot, Record], seen: Symptom
) -> bool:
    """Whether the runs at the place of the fault, before the symptom, show its effect."""
    place = _place(faulty, plan)
    if plan.extras:  # a run that there would not be: it shows by what it is
        return True
    for slot, one in before.items():
        if slot[0] not in (place, f"test.{place}") or one.began >= seen.record.began:
            continue
        two = after.get(slot)
        if two is None or any(effects(one, two)):
            return True
        if max(abs(two.began - one.began), abs(two.ended - one.ended)) > 1:
            return True
    return False


def _truth(
    both: World, kind: str, plan: Plan, symptom: Symptom, others: list[Decoy], clean: World
) -> Truth:
    place = _place(both, plan)
    made = both.company
    job = made.jobs[place]
    output = made.tables[job.output]
    known = slots(clean.records)
    runs, shown_at_source = [], False
    for one in both.records:
        if one.job.key != place or one.began >= symptom.record.began or one.began < plan.hour:
            continue
        if plan.extras and one.tick >= 0:
            continue
        told = known.get((place, one.tick))
        seen = ["run"] if told is None else [effect.kind for effect in effects(told, one)]
        runs.append(one.id)
        shown_at_source = shown_at_source or any(what.startswith("input") for what in seen)
    if plan.nodes:
        nodes = list(plan.nodes)
    elif plan.at in made.jobs:
        nodes = [job.node, output.node]
    else:
        nodes = [made.tables[plan.at].node]
        if not shown_at_source:
            nodes += [job.node, output.node]
    last = [one.id for one in both.records if one.job.key == place and one.began < plan.hour]
    record = symptom.record
    table = record.target or record.reads[0].table
    above = ancestors(made, symptom.slot[0])
    return Truth(
        kind=kind,
        nodes=(*nodes, *plan.also),
        run=runs[0] if runs else None,
        runs=tuple(runs),
        evidence=tuple(runs or last[-1:]),
        symptom=Seen(record.id, record.job.node, table.node, symptom.kind, symptom.text),
        hops=distances(made, plan.at)[symptom.slot[0]],
        tellable=True,
        decoys=tuple(
            ((made.jobs | made.tables)[one.at].node, one.kind, one.at in above) for one in others
        ),
    )
