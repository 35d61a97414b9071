"""Changes without harm that look like faults: beside, above and between a cause and its symptom."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lineage_explorer.training.parts import Column, Edit, Extra, Job, Table
from lineage_explorer.training.plans import (
    Twin,
    deployed,
    extract_of,
    jobs_of,
    sources_of,
    used_columns,
)
from lineage_explorer.training.symptoms import ancestors, disturbed, slots

if TYPE_CHECKING:
    from lineage_explorer.training.symptoms import Slot
    from lineage_explorer.training.world import World


class Decoy(NamedTuple):
    """A change that did not cause the symptom."""

    at: str
    """Key of the job or source table."""
    kind: str
    look: str
    """What it looks like: a `look` of plans."""
    feeds: bool
    """Whether data flows from there to the symptom."""
    edits: tuple[Edit, ...] = ()
    extras: tuple[Extra, ...] = ()


class Scene(NamedTuple):
    """What decoys are made for."""

    world: World
    """Without the fault."""
    symptom: Slot
    """The run that somebody asks about."""
    began: float
    """When it began."""
    hour: float
    """When the fault began."""
    look: str
    """What the fault looks like: at least four decoys are to look so, too."""
    place: frozenset[str]
    """Where the fault is: left alone."""
    twins: tuple[Twin, ...] = ()
    """Decoys that come with the fault."""

    @property
    def asked(self) -> set[Slot]:
        """The run that somebody asks about, and the one that tests what it wrote."""
        job, tick = self.symptom
        return {self.symptom, (f"test.{job}", tick)}

    @property
    def above(self) -> set[str]:
        """What feeds the symptom."""
        return ancestors(self.world.company, self.symptom[0])

    def when(self, rng: random.Random) -> float:
        """Around the fault, or later and nearer to the symptom."""
        return rng.uniform(self.hour - 10, max(self.hour + 1, self.began - 1))


ALIKE, OTHERS = 4, 4
"""How many decoys that look like the fault, and of other striking ones."""


def decoys(scene: Scene, rng: random.Random) -> list[Decoy]:
    """Decoys for a symptom: with them alone, its run is as it was."""
    above = scene.above
    striking = [one for one in _striking(scene, above, rng) if one.at not in scene.place]
    rng.shuffle(striking)
    # of those that look like the fault, half are on the way to the symptom, where there are such
    alike = [one for one in striking if one.look == scene.look]
    alike.sort(key=lambda one: not one.feeds)
    alike = alike[: ALIKE // 2] + alike[len(alike[: ALIKE // 2]) :][-(ALIKE // 2) :]
    rest = [one for one in striking if one.look != scene.look][:OTHERS]
    wanted = [*_safe(scene, above, rng), *alike, *rest, *_twins(scene, above)]
    return list(_harmless(scene, wanted))


def applied(world: World, found: list[Decoy]) -> World:
    """A world with decoys."""
    edits = [edit for one in found for edit in one.edits]
    return world.edited(*edits, extras=tuple(extra for one in found for extra in one.extras))


def _harmless(scene: Scene, wanted: list[Decoy]) -> Iterator[Decoy]:
    """Those that do nothing to the symptom's run: tried together, and by halves if they do."""
    after = slots(applied(scene.world, wanted).records)
    if not scene.asked & disturbed(slots(scene.world.records), after):
        yield from wanted
    elif len(wanted) > 1:
        half = len(wanted) // 2
        yield from _harmless(scene, wanted[:half])
        yield from _harmless(scene, wanted[half:])


def _twins(scene: Scene, above: set[str]) -> Iterator[Decoy]:
    """The fault's own."""
    for one in scene.twins:
        if one.at not in scene.place:
            yield Decoy(one.at, one.kind, scene.look, one.at in above, one.edits, one.extras)


def _safe(scene: Scene, above: set[str], rng: random.Random) -> Iterator[Decoy]:
    """On the way to the symptom: deployments, parameters, columns added, retries, delays."""
    world = scene.world
    jobs = [one for one in world.company.jobs.values() if one.key in above - scene.place]
    for job in rng.sample(jobs, min(len(jobs), 3)):
        at = scene.when(rng)
        values: dict[str, object] = {"style": rng.randrange(1, 4)}
        if job.parameters and rng.random() < 0.5:
            name, value = job.parameters[-1]
            values["parameters"] = (*job.parameters[:-1], (name, f"{float(value) * 2:g}"))
        edits = (deployed(job, at, **values),)
        yield Decoy(job.key, "deployment", "code", feeds=True, edits=edits)
    sources = [one for one in sources_of(world) if one.key in above - scene.place]
    plain = [one for one in sources if not extract_of(world, one).positional]
    for source in rng.sample(plain, min(len(plain), 1)):
        at = scene.when(rng)
        more = (*source.columns, Column(_new_column(rng), "varchar", "text", nulls=0.3))
        edits = (Edit(source.key, at, (("columns", more),)),)
        yield Decoy(source.key, "column added", "columns", feeds=True, edits=edits)
    for job in rng.sample(jobs, min(len(jobs), 2)):
        edits = (_once(scene, job, rng, ("retried", True)),)
        yield Decoy(job.key, "retried failure", "runs", feeds=True, edits=edits)


def _once(scene: Scene, job: Job, rng: random.Random, *values: tuple[str, object]) -> Edit:
    """For one run of a job, on a day around the fault."""
    begin = int(scene.when(rng) // 24) * 24 + job.at - 0.01
    return Edit(job.key, begin, values, until=begin + 0.5)


def _new_column(rng: random.Random) -> str:
    return rng.choice(("loyalty_code", "locale", "consent", "origin_ref", "batch_ref", "utm_term"))


def _striking(scene: Scene, above: set[str], rng: random.Random) -> Iterator[Decoy]:
    """Real trouble beside the way to the symptom, and harmless trouble on it."""
    for source in sources_of(scene.world):
        yield from _of_source(scene, source, above, rng)
    for job in jobs_of(scene.world, "raw", "staging", "core", "mart"):
        yield from (_on_the_way if job.key in above else _beside)(scene, job, rng)


def _of_source(scene: Scene, source: Table, above: set[str], rng: random.Random) -> Iterator[Decoy]:
    """Columns that nobody reads, and rows within what is usual; beside the way the real thing."""
    feeds = source.key in above
    extract = extract_of(scene.world, source)
    used = used_columns(scene.world, extract.output)
    columns = source.columns

    def edit(**values: object) -> tuple[Edit]:
        return (Edit(source.key, scene.when(rng), tuple(values.items())),)

    able = [one for one in columns if (one.name in used) != feeds]
    if able and not extract.positional:
        one = rng.choice(able)
        kept = tuple(c for c in columns if c is not one)
        yield Decoy(source.key, "column dropped", "columns", feeds, edit(columns=kept))
        other = tuple(c._replace(name=f"{c.name}_old") if c is one else c for c in columns)
        yield Decoy(source.key, "column renamed", "columns", feeds, edit(columns=other))
    if able:
        one = rng.choice(able)
        empty = tuple(c._replace(nulls=0.8) if c is one else c for c in columns)
        yield Decoy(source.key, "column empty", "values", feeds, edit(columns=empty))
    if feeds:
        share = rng.uniform(0.9, 0.97)
        yield Decoy(source.key, "rows a little down", "rows", feeds, edit(share=share))
    else:
        share = rng.uniform(0.2, 0.5)
        yield Decoy(source.key, "rows lost", "rows", feeds, edit(share=share))


def _on_the_way(scene: Scene, job: Job, rng: random.Random) -> Iterator[Decoy]:
    """What does no harm if nothing depends on it: tried like all."""

    def once(*values: tuple[str, object]) -> tuple[Edit]:
        return (_once(scene, job, rng, *values),)

    slow = (Edit(job.key, scene.hour, (("minutes", min(22.0, job.minutes * 2.5)),)),)
    yield Decoy(job.key, "slow", "runs", feeds=True, edits=slow)
    late = once(("delay", rng.uniform(0.2, 0.35)))
    yield Decoy(job.key, "late, but in time", "stale", feeds=True, edits=late)
    yield Decoy(job.key, "not run one day", "stale", feeds=True, edits=once(("skip", True)))
    yield Decoy(
        job.key,
        "rows a little down",
        "rows",
        feeds=True,
        edits=once(("share", rng.uniform(0.88, 0.95))),
    )
    if job.every == 24:
        day = int(scene.when(rng) // 24)
        again = (Extra(job.key, day * 24 + job.at + 0.4, day * 24.0),)
        yield Decoy(job.key, "run again by hand", "stale", feeds=True, extras=again)


def _beside(scene: Scene, job: Job, rng: random.Random) -> Iterator[Decoy]:
    """Real faults, only not of this symptom."""
    at = scene.when(rng)
    if job.where:
        where = (job.where[0]._replace(says=f"{job.where[0].column} = 'x'", keep=0.3),)
        edits = (deployed(job, at, where=where),)
        yield Decoy(job.key, "filter", "code", feeds=False, edits=edits)
    skip = (Edit(job.key, at, (("skip", True),)),)
    yield Decoy(job.key, "not run", "stale", feeds=False, edits=skip)
    broken = (Edit(job.key, at, (("breaks", "permission denied for schema"),)),)
    yield Decoy(job.key, "fails", "runs", feeds=False, edits=broken)
    lost = (Edit(job.key, at, (("share", rng.uniform(0.2, 0.5)),)),)
    yield Decoy(job.key, "rows lost", "rows", feeds=False, edits=lost)
    if job.layer == "staging" and job.picks:
        spoils = ((job.picks[-1].name, 0.7),)
        spoilt = (Edit(job.key, at, (("spoils", spoils),)),)
        yield Decoy(job.key, "column empty", "values", feeds=False, edits=spoilt)
