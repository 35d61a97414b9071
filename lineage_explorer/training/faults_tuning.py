"""Kinds of faults that may be looked at while a diagnosis is tuned."""

from __future__ import annotations

import random
from dataclasses import replace

from lineage_explorer.training.faults_seen import SEEN
from lineage_explorer.training.parts import Edit
from lineage_explorer.training.plans import (
    Kind,
    Plan,
    before_day,
    deployed,
    extract_of,
    fault_day,
    jobs_of,
    lasting,
    sources_of,
    used_columns,
)
from lineage_explorer.training.world import World


def dropped_column(world: World, rng: random.Random) -> Plan | None:
    """A column that is read further on is gone: from a source, or by a deployment."""
    day = fault_day(world, rng)
    hour = before_day(day, rng)
    if rng.random() < 0.5:
        source = rng.choice(sources_of(world))
        used = [*used_columns(world, extract_of(world, source).output)]
        if extract_of(world, source).positional or not used:
            return None
        gone = rng.choice(used)
        kept = tuple(one for one in source.columns if one.name != gone)
        return Plan(source.key, hour, "columns", (Edit(source.key, hour, (("columns", kept),)),))
    job = rng.choice(jobs_of(world, "staging", "core", "mart"))
    used = [*used_columns(world, job.output)]
    if not used:
        return None
    gone = rng.choice(used)
    picks = tuple(one for one in job.picks if one.name != gone)
    return Plan(job.key, hour, "columns", (deployed(job, hour, picks=picks),))


def renamed_column(world: World, rng: random.Random) -> Plan | None:
    """A source calls a column otherwise."""
    hour = before_day(fault_day(world, rng), rng)
    source = rng.choice(sources_of(world))
    used = [*used_columns(world, extract_of(world, source).output)]
    if extract_of(world, source).positional or not used:
        return None
    old = rng.choice(used)
    new = rng.choice((f"{old}_v2", f"src_{old}", old.replace("_", "") + "_code"))
    columns = tuple(c._replace(name=new) if c.name == old else c for c in source.columns)
    return Plan(source.key, hour, "columns", (Edit(source.key, hour, (("columns", columns),)),))


def retyped_column(world: World, rng: random.Random) -> Plan | None:
    """A number of a source becomes text."""
    hour = before_day(fault_day(world, rng), rng)
    source = rng.choice(sources_of(world))
    used = used_columns(world, extract_of(world, source).output)
    numbers = [one for one in source.columns if one.kind == "number" and one.name in used]
    if not numbers:
        return None
    one = rng.choice(numbers)
    new = one._replace(type="varchar", mean=None)
    columns = tuple(new if c is one else c for c in source.columns)
    return Plan(source.key, hour, "columns", (Edit(source.key, hour, (("columns", columns),)),))


def renamed_dataset(world: World, rng: random.Random) -> Plan | None:
    """A job writes under another name; those who read it go on reading the old table."""
    hour = before_day(fault_day(world, rng), rng)
    job = rng.choice(jobs_of(world, "raw", "staging", "core", "mart"))
    table = world.company.tables[job.output]
    new = replace(table, key=f"{table.key}~", name=_renamed(table.name, rng))
    return Plan(
        job.key,
        hour,
        "place",
        (deployed(job, hour, output=new.key),),
        tables=(new,),
        also=(new.node,),
    )


def _renamed(name: str, rng: random.Random) -> str:
    upper = name.isupper()
    new = f"{name}{rng.choice(('_v2', '_new', '_2026'))}"
    return new.upper() if upper else new


def stale_upstream(world: World, rng: random.Random) -> Plan | None:
    """A job does not run any more; everything behind it stays green."""
    day = fault_day(world, rng)
    job = rng.choice(jobs_of(world, "raw", "staging", "core", "mart"))
    edit = Edit(job.key, day * 24.0, (("skip", True),))
    return Plan(job.key, day * 24.0, "stale", (edit,))


def half_the_rows(world: World, rng: random.Random) -> Plan | None:
    """A job loses a half of its rows, with no change of its code."""
    day = fault_day(world, rng)
    job = rng.choice(jobs_of(world, "raw", "staging", "core"))
    values = (("share", rng.uniform(0.3, 0.55)), ("even", rng.random() < 0.5))
    edit = Edit(job.key, day * 24.0, values, lasting(day, rng))
    return Plan(job.key, day * 24.0, "rows", (edit,))


def duplicated_rows(world: World, rng: random.Random) -> Plan | None:
    """Rows are loaded twice."""
    day = fault_day(world, rng)
    job = rng.choice(jobs_of(world, "raw", "staging"))
    edit = Edit(job.key, day * 24.0, (("doubled", rng.choice((2.0, 2.0, 3.0))),), lasting(day, rng))
    return Plan(job.key, day * 24.0, "rows", (edit,))


def wrong_filter(world: World, rng: random.Random) -> Plan | None:
    """A deployment adds a condition that takes too much away."""
    hour = before_day(fault_day(world, rng), rng)
    jobs = [one for one in jobs_of(world, "staging") if one.where]
    if not jobs:
        return None
    job = rng.choice(jobs)
    one = rng.choice(job.where)
    says = rng.choice((f"{one.column} = 'active'", f"{one.column} like 'A%'", f"not ({one.says})"))
    where = tuple(
        w._replace(says=says, keep=rng.uniform(0.15, 0.5)) if w is one else w for w in job.where
    )
    return Plan(job.key, hour, "code", (deployed(job, hour, where=where, even=False),))


def parameter_changed(world: World, rng: random.Random) -> Plan | None:
    """A parameter is set to a value that takes rows away."""
    hour = before_day(fault_day(world, rng), rng)
    jobs = [one for one in jobs_of(world, "raw", "staging", "core") if "parameters" in one.tells]
    if not jobs:
        return None
    job = rng.choice(jobs)
    name, value = job.parameters[0]
    number = {"skip": "truncate", "0.2": "0.9"}.get(value, "100")
    parameters = ((name, number), *job.parameters[1:])
    values = (("parameters", parameters), ("share", rng.uniform(0.1, 0.5)), ("even", False))
    return Plan(job.key, hour, "code", (Edit(job.key, hour, values),))


def late_upstream(world: World, rng: random.Random) -> Plan | None:
    """A job comes hours too late, and those behind it do not wait."""
    day = fault_day(world, rng)
    job = rng.choice(jobs_of(world, "raw", "staging", "core", "mart"))
    until = float("inf") if rng.random() < 0.5 else day * 24 + 23.5
    edit = Edit(job.key, day * 24.0, (("delay", rng.uniform(8, 14)),), until)
    return Plan(job.key, day * 24.0, "stale", (edit,))


def join_input_dropped(world: World, rng: random.Random) -> Plan | None:
    """A deployment takes a lookup out of a job: its columns are null from then on."""
    hour = before_day(fault_day(world, rng), rng)
    jobs = [one for one in jobs_of(world, "core", "feature") if one.joins]
    if not jobs:
        return None
    job = rng.choice(jobs)
    gone = rng.choice(job.joins).input
    picks = tuple(
        p._replace(how="null", of=()) if any(at == gone for at, _ in p.of) else p for p in job.picks
    )

    def moved(at: int) -> int:
        return at - (at > gone)

    picks = tuple(p._replace(of=tuple((moved(at), c) for at, c in p.of)) for p in picks)
    joins = tuple(j._replace(input=moved(j.input)) for j in job.joins if j.input != gone)
    inputs = tuple(one for at, one in enumerate(job.inputs) if at != gone)
    return Plan(
        job.key, hour, "code", (deployed(job, hour, picks=picks, joins=joins, inputs=inputs),)
    )


def null_flood(world: World, rng: random.Random) -> Plan | None:
    """Most values of a column of a source are empty."""
    day = fault_day(world, rng)
    source = rng.choice(sources_of(world))
    used = used_columns(world, extract_of(world, source).output)
    able = [one for one in source.columns if one.name in used and one.kind in ("number", "code")]
    if not able:
        return None
    one = rng.choice(able)
    new = one._replace(nulls=rng.uniform(0.45, 0.9))
    columns = tuple(new if c is one else c for c in source.columns)
    edit = Edit(source.key, day * 24.0, (("columns", columns),), lasting(day, rng))
    return Plan(source.key, day * 24.0, "values", (edit,))


def truncated_extract(world: World, rng: random.Random) -> Plan | None:
    """A source gives only a part of its rows."""
    day = fault_day(world, rng)
    source = rng.choice(sources_of(world))
    values = (("share", rng.uniform(0.05, 0.35)),)
    edit = Edit(source.key, day * 24.0, values, lasting(day, rng))
    return Plan(source.key, day * 24.0, "rows", (edit,))


def moved_region(world: World, rng: random.Random) -> Plan | None:
    """A job is pointed at a copy of its input in the other region, which lags behind."""
    hour = before_day(fault_day(world, rng), rng)
    source = rng.choice(sources_of(world))
    new = {"eu-central-1": "us-east-1", "us-east-1": "eu-central-1", "api-eu": "api-us"}
    space = source.namespace
    for one, other in new.items():
        if one in space:
            space = space.replace(one, other)
            break
    else:
        space = space.replace("api-us", "api-eu")
    region = "us" if source.region == "eu" else "eu"
    values = (("namespace", space), ("region", region), ("behind", 24.0 + rng.choice((0, 24))))
    job = extract_of(world, source)
    edits = (Edit(source.key, hour, values), deployed(job, hour))
    return Plan(job.key, hour, "place", edits, also=(f"dataset:{space}:{source.name}", source.node))


TUNING: dict[str, Kind] = {
    "dropped column": dropped_column,
    "renamed column": renamed_column,
    "retyped column": retyped_column,
    "renamed dataset": renamed_dataset,
    "stale upstream": stale_upstream,
    "half the rows lost": half_the_rows,
    "duplicated rows": duplicated_rows,
    "wrong filter": wrong_filter,
    "parameter changed": parameter_changed,
    "late upstream": late_upstream,
    "join input dropped": join_input_dropped,
    "null flood": null_flood,
    "truncated extract": truncated_extract,
    "moved region": moved_region,
    **SEEN,
}
"""By name."""
