"""Kinds of faults that were held back until the first report: seen since then, so for tuning now."""

from __future__ import annotations

import random
from dataclasses import replace

from lineage_explorer.training.parts import Edit, Extra
from lineage_explorer.training.plans import (
    Kind,
    Plan,
    after_its_run,
    before_day,
    deployed,
    extract_of,
    fault_day,
    jobs_of,
    lasting,
    sources_of,
    stand_in,
    used_columns,
)
from lineage_explorer.training.world import World


def wrong_version(world: World, rng: random.Random) -> Plan | None:
    """A job goes on reading an old version of its input."""
    hour = before_day(fault_day(world, rng), rng)
    jobs = jobs_of(world, "staging", "core", "mart", "feature")
    jobs = [one for one in jobs if world.company.tables[one.inputs[0]].versions]
    if not jobs:
        return None
    job = rng.choice(jobs)
    return Plan(job.key, hour, "stale", (Edit(job.key, hour, (("back", (0, rng.randint(2, 4))),)),))


def reported_complete(world: World, rng: random.Random) -> Plan | None:
    """A job fails inside, says COMPLETE, and writes nothing."""
    day = fault_day(world, rng)
    job = rng.choice(jobs_of(world, "raw", "staging", "core", "mart"))
    edit = Edit(job.key, day * 24.0, (("hollow", True),), lasting(day, rng))
    return Plan(job.key, day * 24.0, "stale", (edit,))


def partial_backfill(world: World, rng: random.Random) -> Plan | None:
    """An old day is loaded again, in part, over what is newer."""
    day = fault_day(world, rng)
    jobs = [one for one in jobs_of(world, "raw", "staging") if one.layer == "raw" or one.window]
    jobs = [one for one in jobs if one.every == 24]
    jobs = [one for one in jobs if one.tells & {"nominal", "metrics"}]
    if not jobs:
        return None
    job = rng.choice(jobs)
    back = rng.randint(3, 5)
    values = (("share", rng.uniform(0.2, 0.8)),)
    hour = after_its_run(job, day)
    again = Extra(job.key, hour, (day - back) * 24.0, values)
    return Plan(job.key, hour, "stale", extras=(again,))


def manual_run(world: World, rng: random.Random) -> Plan | None:
    """Somebody starts a job by hand with other parameters, and it writes over the real thing."""
    day = fault_day(world, rng)
    jobs = [one for one in jobs_of(world, "raw", "staging", "core") if one.every == 24]
    jobs = [one for one in jobs if one.parameters and "parameters" in one.tells]
    if not jobs:
        return None
    job = rng.choice(jobs)
    hour = after_its_run(job, day)
    parameters = (("limit", "1000"), *job.parameters[1:])
    values = (("share", rng.uniform(0.02, 0.2)), ("even", False), ("parameters", parameters))
    return Plan(job.key, hour, "rows", extras=(Extra(job.key, hour, day * 24.0, values),))


def two_writers(world: World, rng: random.Random) -> Plan | None:
    """Another job begins to write the same table, each day a little later."""
    day = fault_day(world, rng)
    jobs = [one for one in jobs_of(world, "raw", "staging", "core") if one.every == 24]
    job = rng.choice(jobs)
    name = f"{job.name.rpartition('.')[0]}.{rng.choice(('sync', 'refresh', 'import'))}_"
    name += job.output.rpartition(".")[2]
    values = (("name", name), ("share", rng.uniform(0.1, 0.5)), ("even", False))
    extras = tuple(
        Extra(job.key, after_its_run(job, later), later * 24.0, values)
        for later in range(day, world.days)
    )
    nodes = (f"job:{job.namespace}:{name}", world.company.tables[job.output].node)
    return Plan(job.key, day * 24.0, "rows", extras=extras, nodes=nodes)


def unit_change(world: World, rng: random.Random) -> Plan | None:
    """A source gives cents where it gave euros."""
    day = fault_day(world, rng)
    source = rng.choice(sources_of(world))
    used = used_columns(world, extract_of(world, source).output)
    able = [one for one in source.columns if one.name in used and one.mean is not None]
    if not able:
        return None
    one = rng.choice(able)
    new = one._replace(mean=(one.mean or 1.0) * rng.choice((100.0, 1000.0, 0.01, 0.45)))
    columns = tuple(new if c is one else c for c in source.columns)
    edit = Edit(source.key, day * 24.0, (("columns", columns),))
    return Plan(source.key, day * 24.0, "values", (edit,))


def shifted_zone(world: World, rng: random.Random) -> Plan | None:
    """A job takes the day before for today."""
    day = fault_day(world, rng)
    job = rng.choice([one for one in jobs_of(world, "raw") if one.every == 24])
    edit = Edit(job.key, day * 24.0, (("shift", -24.0),))
    return Plan(job.key, day * 24.0, "stale", (edit,))


def key_format(world: World, rng: random.Random) -> Plan | None:
    """A source writes a key as text with a prefix: joins find nothing."""
    hour = before_day(fault_day(world, rng), rng)
    source = rng.choice(sources_of(world))
    used = used_columns(world, extract_of(world, source).output)
    keys = [one for one in source.columns if one.kind == "key" and one.name in used]
    if not keys:
        return None
    one = rng.choice(keys)
    new = one._replace(type="varchar", sound=0.02)
    columns = tuple(new if c is one else c for c in source.columns)
    return Plan(source.key, hour, "columns", (Edit(source.key, hour, (("columns", columns),)),))


def recoded_values(world: World, rng: random.Random) -> Plan | None:
    """The values of a code are written otherwise: filters and lookups miss them."""
    day = fault_day(world, rng)
    source = rng.choice(sources_of(world))
    used = used_columns(world, extract_of(world, source).output)
    codes = [one for one in source.columns if one.kind == "code" and used.get(one.name) == "where"]
    if not codes:
        return None
    one = rng.choice(codes)
    new = one._replace(sound=rng.uniform(0.1, 0.4))
    columns = tuple(new if c is one else c for c in source.columns)
    edit = Edit(source.key, day * 24.0, (("columns", columns),))
    return Plan(source.key, day * 24.0, "values", (edit,))


def engine_upgrade(world: World, rng: random.Random) -> Plan | None:
    """All jobs of an engine get a new version; one of them calculates otherwise with it."""
    hour = before_day(fault_day(world, rng), rng)
    jobs = [one for one in jobs_of(world, "staging", "core", "mart") if "metrics" in one.tells]
    if not jobs:
        return None
    job = rng.choice(jobs)
    used = used_columns(world, job.output)
    able = [p.name for p in job.picks if p.name in used and p.how in ("cast", "sum", "product")]
    able = able or [p.name for p in job.picks if used.get(p.name) in ("sum", "mean", "where")]
    if not able:
        return None
    version = {"airflow": "3.1.0", "dbt": "1.11.0", "spark": "4.0.1"}[job.integration]
    others = [
        Edit(one.key, hour, (("engine", version),))
        for one in world.company.jobs.values()
        if one.integration == job.integration
    ]
    spoils = ((rng.choice(able), rng.uniform(0.3, 0.9)),)
    return Plan(job.key, hour, "code", (*others, Edit(job.key, hour, (("spoils", spoils),))))


def reordered_columns(world: World, rng: random.Random) -> Plan | None:
    """A file has its columns in another order, and is loaded by position."""
    hour = before_day(fault_day(world, rng), rng)
    sources = [one for one in sources_of(world) if extract_of(world, one).positional]
    if not sources:
        return None
    source = rng.choice(sources)
    numbers = [at for at, one in enumerate(source.columns) if one.kind == "number"]
    one, two = rng.sample(numbers, 2)
    if rng.random() < 0.4:
        two = rng.choice([at for at, c in enumerate(source.columns) if c.kind == "code"])
    columns = list(source.columns)
    columns[one], columns[two] = columns[two], columns[one]
    edit = Edit(source.key, hour, (("columns", tuple(columns)),))
    return Plan(source.key, hour, "columns", (edit,))


def development_copy(world: World, rng: random.Random) -> Plan | None:
    """A job is deployed with the small table of the developers as its input."""
    hour = before_day(fault_day(world, rng), rng)
    job = rng.choice(jobs_of(world, "staging", "core", "mart"))
    table = world.company.tables[job.inputs[0]]
    name = table.name.replace("ANALYTICS.", "DEV_ANALYTICS.")
    namespace = table.namespace if name != table.name else f"{table.namespace}-dev"
    full = stand_in(world, job, key=f"{table.key}~dev", name=name, namespace=namespace)
    new = replace(full, rows=full.rows * rng.uniform(0.01, 0.1))
    edit = deployed(job, hour, inputs=(new.key, *job.inputs[1:]))
    return Plan(job.key, hour, "place", (edit,), tables=(new,), also=(new.node,))


def failing_upstream(world: World, rng: random.Random) -> Plan | None:
    """A job fails day after day; those behind it are green with what it wrote before."""
    day = fault_day(world, rng)
    job = rng.choice(jobs_of(world, "raw", "staging", "core", "mart"))
    message = rng.choice(
        (
            "permission denied for schema",
            "certificate has expired",
            "disk quota exceeded on volume data-3",
            "401 Unauthorized",
        )
    )
    edit = Edit(job.key, day * 24.0, (("breaks", message),))
    return Plan(job.key, day * 24.0, "runs", (edit,))


def never_ends(world: World, rng: random.Random) -> Plan | None:
    """A run hangs, and with it all that should come after it."""
    day = fault_day(world, rng)
    job = rng.choice(jobs_of(world, "raw", "staging", "core"))
    return Plan(job.key, day * 24.0, "runs", (Edit(job.key, day * 24.0, (("stuck", True),)),))


def too_early(world: World, rng: random.Random) -> Plan | None:
    """A job is scheduled before what it reads is there."""
    day = fault_day(world, rng)
    job = rng.choice(jobs_of(world, "staging", "core", "mart", "feature"))
    edit = Edit(job.key, day * 24.0, (("delay", -1.7),))
    return Plan(job.key, day * 24.0, "stale", (edit,))


SEEN: dict[str, Kind] = {
    "wrong version read": wrong_version,
    "failed, reported complete": reported_complete,
    "partial backfill": partial_backfill,
    "manual run": manual_run,
    "two writers": two_writers,
    "unit changed": unit_change,
    "day shifted": shifted_zone,
    "key format changed": key_format,
    "values recoded": recoded_values,
    "engine upgraded": engine_upgrade,
    "columns reordered": reordered_columns,
    "development copy read": development_copy,
    "upstream fails": failing_upstream,
    "upstream never ends": never_ends,
    "run too early": too_early,
}
"""By name."""
