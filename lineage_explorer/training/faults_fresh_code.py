"""Fresh kinds of faults that come with a deployment: each says what it leaves in the events."""

from __future__ import annotations

import random

from lineage_explorer.training.parts import Edit, Job, Join, Pick
from lineage_explorer.training.plans import (
    Plan,
    Twin,
    before_day,
    deployed,
    extract_of,
    fault_day,
    jobs_of,
    some,
    sources_of,
    stand_in,
)
from lineage_explorer.training.world import World


def fan_out(world: World, rng: random.Random) -> Plan | None:
    """A deployment joins one table more, for one column, and finds many rows for each key.

    Left: a job reads a table more, writes a column more, in new SQL, and has several times the
    rows. Others join a table more, of one row for each key.
    """
    hour = before_day(fault_day(world, rng), rng)

    def joining(job: Job, factor: float) -> Edit | None:
        facts = world.company.tables
        read = next(one.reads[0] for one in world.records if one.job.key == job.key)
        keys = {s.entity: name for name, s in read.content.columns.items() if s.kind == "key"}
        for other in rng.sample(jobs_of(world, "staging"), len(jobs_of(world, "staging"))):
            if other.output in job.inputs or facts[other.output].fact != (factor != 1.0):
                continue
            made = next(r.wrote for r in world.records if r.job.key == other.key and r.wrote)
            right = [n for n, s in made.columns.items() if s.kind == "key" and s.entity in keys]
            more = [n for n, s in made.columns.items() if s.kind in ("code", "number")]
            if not right or not more:
                continue
            at, name = len(job.inputs), rng.choice(more)
            left = keys[made.columns[right[-1]].entity]
            subject = other.output.rpartition(".")[2].removeprefix("stg_")
            pick = Pick(f"{subject}_{name}_2", made.columns[name].type, "same", ((at, name),))
            return deployed(
                job,
                hour,
                inputs=(*job.inputs, other.output),
                joins=(*job.joins, Join(at, left, right[-1], inner=False)),
                picks=(*job.picks, pick),
                doubled=factor,
            )
        return None

    jobs = jobs_of(world, "core")
    job = rng.choice(jobs)
    edit = joining(job, rng.uniform(1.8, 6.0))
    if edit is None:
        return None
    others = ((one, joining(one, 1.0)) for one in some(jobs, job, rng, most=4))
    twins = tuple(Twin(one.key, "join added", (made,)) for one, made in others if made is not None)
    return Plan(job.key, hour, "code", (edit,), twins=twins)


def once_per_wrong_key(world: World, rng: random.Random) -> Plan | None:
    """A deployment removes doubles by a key that many rows share: one row of each is left.

    Left: new SQL or code, and no more rows than there are customers, or what the key counts.
    Others are rid of doubles by their own key, of which there were none.
    """
    hour = before_day(fault_day(world, rng), rng)
    tables = world.company.tables
    jobs = [one for one in jobs_of(world, "staging", "core") if tables[one.output].fact]

    def keys(job: Job) -> list[str]:
        read = next(one.reads[0] for one in world.records if one.job.key == job.key)
        return [name for name, stat in read.content.columns.items() if stat.kind == "key"]

    able = [one for one in jobs if len(keys(one)) > 1]
    if not able:
        return None
    job = rng.choice(able)
    twins = tuple(
        Twin(one.key, "doubles removed", (deployed(one, hour, once_per=keys(one)[0]),))
        for one in some(jobs, job, rng, most=4)
    )
    edit = deployed(job, hour, once_per=rng.choice(keys(job)[1:]))
    return Plan(job.key, hour, "code", (edit,), twins=twins)


def limit_left_in(world: World, rng: random.Random) -> Plan | None:
    """A limit from a try-out is deployed with the rest.

    Left: new SQL with a `limit`, or new code; the same round number of rows each day at most.
    Elsewhere filters are deployed that take as much.
    """
    hour = before_day(fault_day(world, rng), rng)
    tables = world.company.tables
    jobs = [one for one in jobs_of(world, "staging", "core") if tables[one.output].fact]
    if not jobs:
        return None
    edit = deployed(job := rng.choice(jobs), hour, most=rng.choice((100.0, 1000.0, 10_000.0)))
    return Plan(job.key, hour, "code", (edit,))


def one_partition(world: World, rng: random.Random) -> Plan | None:
    """A deployment reads one day's folder of a table by its path, where it read the table.

    Left: a job reads `…/load_date=…` of one and the same day, which nobody writes; what it writes
    is of that day ever after. Others read such a folder, and nothing of it comes to the symptom.
    """
    day = fault_day(world, rng)
    hour = before_day(day, rng)
    tables = world.company.tables
    able = [one for one in jobs_of(world, "staging", "core", "mart") if not one.window]
    able = [one for one in able if tables[one.inputs[0]].store in ("lake", "files")]
    if not able:
        return None
    job = rng.choice(able)
    still = (day - 1) * 24.0
    folder = f"load_date={world.date(day - 1)}"
    first = tables[job.inputs[0]]
    new = stand_in(world, job, key=f"{first.key}~day", name=f"{first.name}/{folder}", frozen=still)
    edit = deployed(job, hour, inputs=(new.key, *job.inputs[1:]))
    files = [one for one in sources_of(world) if one.store == "files" and one != first]
    twins = tuple(
        Twin(
            one.key,
            "one day's folder",
            (
                Edit(one.key, hour, (("name", f"{one.name}/{folder}"), ("frozen", still))),
                deployed(extract_of(world, one), hour),
            ),
        )
        for one in files
    )
    return Plan(job.key, hour, "place", (edit,), tables=(new,), also=(new.node,), twins=twins)
