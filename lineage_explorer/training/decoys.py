"""Changes without harm that look like faults: beside, above and between a cause and its symptom."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lineage_explorer.training.parts import Column, Edit, Job
from lineage_explorer.training.plans import (
    deployed,
    extract_of,
    jobs_of,
    sources_of,
    used_columns,
)
from lineage_explorer.training.symptoms import ancestors, slots, symptoms

if TYPE_CHECKING:
    from lineage_explorer.training.symptoms import Slot
    from lineage_explorer.training.world import World


class Decoy(NamedTuple):
    """A change that did not cause the symptom."""

    at: str
    """Key of the job or source table."""
    kind: str
    edits: tuple[Edit, ...]
    feeds: bool
    """Whether data flows from there to the symptom."""


def decoys(
    world: World, symptom: Slot, began: float, hour: float, quiet: set[str], rng: random.Random
) -> list[Decoy]:
    """Decoys for a symptom, each tried: with it alone, the run of the symptom is as it was.

    Args:
        world: without the fault.
        symptom: the run that somebody asks about.
        began: when it began.
        hour: when the fault began.
        quiet: jobs whose code must not change, as nothing between them tells a cause from them.
        rng: draws.
    """
    above = ancestors(world.company, symptom[0])
    wanted = [
        *_safe(world, above, began, hour, quiet, rng),
        *rng.sample(striking := list(_striking(world, above, began, hour, rng)), len(striking))[:5],
    ]
    return list(_harmless(world, symptom, wanted))


def _harmless(world: World, symptom: Slot, wanted: list[Decoy]) -> Iterator[Decoy]:
    """Those that do nothing to the symptom's run: tried together, and by halves if they do."""
    after = slots(world.edited(*(edit for one in wanted for edit in one.edits)).records)
    spoilt = {one.slot for one in symptoms(slots(world.records), after)}
    if symptom not in spoilt:
        yield from wanted
    elif len(wanted) > 1:
        half = len(wanted) // 2
        yield from _harmless(world, symptom, wanted[:half])
        yield from _harmless(world, symptom, wanted[half:])


def _when(began: float, hour: float, rng: random.Random) -> float:
    """Around the fault, or later and nearer to the symptom."""
    return rng.uniform(hour - 10, max(hour + 1, began - 1))


def _safe(
    world: World, above: set[str], began: float, hour: float, quiet: set[str], rng: random.Random
) -> Iterator[Decoy]:
    """On the way to the symptom: deployments, parameters, columns added, retries, delays."""
    jobs = [one for one in world.company.jobs.values() if one.key in above]
    calm = [one for one in jobs if one.key not in quiet]
    for job in rng.sample(calm, min(len(calm), 3)):
        at = _when(began, hour, rng)
        values: dict[str, object] = {"style": rng.randrange(1, 4)}
        if job.parameters and rng.random() < 0.5:
            name, value = job.parameters[-1]
            values["parameters"] = (*job.parameters[:-1], (name, f"{float(value) * 2:g}"))
        yield Decoy(job.key, "deployment", (deployed(job, at, **values),), feeds=True)
    sources = [one for one in sources_of(world) if one.key in above]
    plain = [one for one in sources if not extract_of(world, one).positional]
    for source in rng.sample(plain, min(len(plain), 1)):
        at = _when(began, hour, rng)
        more = (*source.columns, Column(_new_column(rng), "varchar", "text", nulls=0.3))
        edit = Edit(source.key, at, (("columns", more),))
        yield Decoy(source.key, "column added", (edit,), feeds=True)
    for job in rng.sample(jobs, min(len(jobs), 2)):
        day = int(_when(began, hour, rng) // 24)
        begin = day * 24 + job.at - 0.01
        edit = Edit(job.key, begin, (("retried", True),), until=begin + 0.5)
        yield Decoy(job.key, "retried failure", (edit,), feeds=True)


def _new_column(rng: random.Random) -> str:
    return rng.choice(("loyalty_code", "locale", "consent", "origin_ref", "batch_ref", "utm_term"))


def _striking(
    world: World, above: set[str], began: float, hour: float, rng: random.Random
) -> Iterator[Decoy]:
    """Real trouble beside the way to the symptom, and harmless trouble on it."""
    for source in sources_of(world):
        feeds = source.key in above
        extract = extract_of(world, source)
        used = used_columns(world, extract.output)
        at = _when(began, hour, rng)
        gone = [c for c in source.columns if (c.name in used) != feeds]
        if gone and not extract.positional:
            lost = rng.choice(gone)
            kept = tuple(c for c in source.columns if c is not lost)
            edit = Edit(source.key, at, (("columns", kept),))
            yield Decoy(source.key, "column dropped", (edit,), feeds)
        share = rng.uniform(0.9, 0.97) if feeds else rng.uniform(0.2, 0.5)
        kind = "rows a little down" if feeds else "rows lost"
        yield Decoy(source.key, kind, (Edit(source.key, at, (("share", share),)),), feeds)
    for job in jobs_of(world, "staging", "core", "mart"):
        if job.key in above:
            slow = Edit(job.key, hour, (("minutes", min(22.0, job.minutes * 2.5)),))
            yield Decoy(job.key, "slow", (slow,), feeds=True)
        else:
            yield from _beside(job, began, hour, rng)


def _beside(job: Job, began: float, hour: float, rng: random.Random) -> Iterator[Decoy]:
    at = _when(began, hour, rng)
    if job.where:
        where = (job.where[0]._replace(says=f"{job.where[0].column} = 'x'", keep=0.3),)
        yield Decoy(job.key, "filter", (deployed(job, at, where=where),), feeds=False)
    yield Decoy(job.key, "not run", (Edit(job.key, at, (("skip", True),)),), feeds=False)
