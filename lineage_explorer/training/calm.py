"""Cases with nothing to find: a run that is well, and a run whose trouble has no cause in the log."""

from __future__ import annotations

import random

from lineage_explorer.training.decoys import Decoy, Scene, applied, decoys
from lineage_explorer.training.faults import CASE, Case, Seen, Truth
from lineage_explorer.training.parts import Edit, Job, Size
from lineage_explorer.training.simulate import Record
from lineage_explorer.training.symptoms import ancestors, slots, symptoms
from lineage_explorer.training.world import World, world

_OUTSIDE = (
    "SQL execution error: warehouse TRANSFORM_M was suspended, credit quota exceeded",
    "java.lang.OutOfMemoryError: Java heap space",
    "Connection to bi.acme.example timed out after 600 s",
    "No space left on device",
)


def clean(seed: int, size: Size = CASE) -> Case:
    """Decoys only, and the question why a run went wrong that did not."""
    rng = random.Random(f"clean {seed}")  # noqa: S311 - made up, no secret
    sound = world(seed, size)
    record = _asked(sound, rng)
    others = _decoys(sound, record, rng)
    calm = applied(sound, others)
    same = slots(calm.records)[record.job.key, record.tick]
    return Case(calm, _truth(calm, same, "clean", "none", "nothing is wrong with it", others))


def outside(seed: int, size: Size = CASE) -> Case:
    """A run in real trouble of its own, which no event explains: decoys are all that changed.

    It fails for want of memory, money or network, or its rows are halved or nulled by something
    that no event tells of. Right is to name no cause, or to say that it begins at this very run.
    """
    rng = random.Random(f"outside {seed}")  # noqa: S311 - made up, no secret
    sound = world(seed, size)
    before = slots(sound.records)
    while True:
        record = _asked(sound, rng)
        job = record.job
        begin = record.began - 0.1
        trouble = Edit(job.key, begin, (_trouble(job, rng),), until=begin + 20)
        others = _decoys(sound, record, rng)
        faulty = applied(sound, others).edited(trouble)
        slot = (job.key, record.tick)
        seen = next((s for s in symptoms(before, slots(faulty.records)) if s.slot == slot), None)
        if seen is not None:
            break
    return Case(faulty, _truth(faulty, seen.record, "outside", seen.kind, seen.text, others))


def _trouble(job: Job, rng: random.Random) -> tuple[str, object]:
    what = rng.randrange(3)
    if what == 0:
        return "breaks", rng.choice(_OUTSIDE)
    if what == 1 or not job.picks:
        return "share", rng.uniform(0.1, 0.4)
    return "spoils", ((rng.choice(job.picks).name, rng.uniform(0.4, 0.9)),)


def _asked(sound: World, rng: random.Random) -> Record:
    """A run of the last days, far enough from the sources, that did well at its first try."""
    able = [
        one
        for one in sound.records
        if one.target is not None
        and one.tick >= 0
        and one.attempt == 0
        and one.state == "COMPLETE"
        and one.job.layer in ("core", "mart", "feature", "export")
        and one.job.every == 24
        and one.began > (sound.days - 4) * 24
    ]
    return rng.choice(able)


def _decoys(sound: World, record: Record, rng: random.Random) -> list[Decoy]:
    slot = (record.job.key, record.tick)
    hour = record.began - rng.uniform(5, 40)
    look = rng.choice(("columns", "code", "rows", "stale", "values", "runs"))
    return decoys(Scene(sound, slot, record.began, hour, look, frozenset({record.job.key})), rng)


def _truth(
    made: World, record: Record, name: str, kind: str, text: str, others: list[Decoy]
) -> Truth:
    job, table = record.job, record.target
    assert table is not None  # noqa: S101 - only such runs are asked about
    above = ancestors(made.company, job.key)
    known = made.company.jobs | made.company.tables
    return Truth(
        kind=name,
        nodes=(job.node, table.node) if name == "outside" else (),
        run=record.id if name == "outside" else None,
        runs=(record.id,) if name == "outside" else (),
        evidence=(record.id,),
        symptom=Seen(record.id, job.node, table.node, kind, text),
        hops=0,
        tellable=False,
        decoys=tuple((known[one.at].node, one.kind, one.at in above) for one in others),
    )
