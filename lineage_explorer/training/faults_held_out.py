"""Kinds of faults kept for reporting: do not look at them, or at results by them, while tuning.

They were written down before the diagnosis was tuned on those of `faults_seen.py`.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace

from lineage_explorer.training.contents import Stat
from lineage_explorer.training.parts import Edit, Extra, Job, Pick
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
    readers_of,
    sources_of,
    used_columns,
)
from lineage_explorer.training.world import World


def _main_input(world: World, job: Job) -> dict[str, Stat]:
    """The columns of what a job goes through."""
    read = next(one.reads[0] for one in world.records if one.job.key == job.key)
    return dict(read.content.columns)


def _numbers(world: World, job: Job) -> list[Pick]:
    """Numbers that a job takes over and that somebody uses."""
    used = used_columns(world, job.output)
    types = ("double", "bigint", "int", "decimal")
    return [p for p in job.picks if p.name in used and p.type.startswith(types)]


def other_join_key(world: World, rng: random.Random) -> Plan | None:
    """A deployment looks things up by the number of something else."""
    hour = before_day(fault_day(world, rng), rng)
    jobs = [one for one in jobs_of(world, "core") if one.joins]
    if not jobs:
        return None
    job = rng.choice(jobs)
    one = rng.choice(job.joins)
    columns = _main_input(world, job)
    keys = [
        name
        for name, stat in columns.items()
        if stat.kind == "key" and stat.entity != columns[one.left].entity
    ]
    if not keys:
        return None
    left = rng.choice(keys)
    joins = tuple(j._replace(left=left) if j is one else j for j in job.joins)
    return Plan(job.key, hour, "code", (deployed(job, hour, joins=joins),))


def other_grain(world: World, rng: random.Random) -> Plan | None:
    """A deployment groups by another column."""
    hour = before_day(fault_day(world, rng), rng)
    job = rng.choice(jobs_of(world, "mart"))
    columns = _main_input(world, job)
    others = [
        name
        for name, stat in columns.items()
        if stat.kind in ("key", "code") and name not in job.by
    ]
    if not others:
        return None
    new = rng.choice(others)
    picks = (job.picks[0]._replace(of=((0, new),)), *job.picks[1:])
    return Plan(job.key, hour, "code", (deployed(job, hour, by=(new,), picks=picks),))


def sum_or_average(world: World, rng: random.Random) -> Plan | None:
    """A deployment takes the average where the sum was meant, or the sum for the average."""
    hour = before_day(fault_day(world, rng), rng)
    job = rng.choice(jobs_of(world, "mart"))
    used = used_columns(world, job.output)
    able = [one for one in job.picks if one.how in ("sum", "mean") and one.name in used]
    if not able:
        return None
    one = rng.choice(able)
    new = one._replace(how="mean" if one.how == "sum" else "sum")
    picks = tuple(new if p is one else p for p in job.picks)
    return Plan(job.key, hour, "code", (deployed(job, hour, picks=picks),))


def mixed_up_columns(world: World, rng: random.Random) -> Plan | None:
    """A deployment fills two columns from one another's."""
    hour = before_day(fault_day(world, rng), rng)
    job = rng.choice(jobs_of(world, "staging", "core"))
    able = [one for one in _numbers(world, job) if one.how == "same"]
    if len(able) < 2:
        return None
    one, two = rng.sample(able, 2)
    columns = _main_input(world, job)
    means = [columns[p.of[0][1]].mean if p.of[0][1] in columns else None for p in (one, two)]
    if not all(means) or abs(math.log((means[0] or 1) / (means[1] or 1))) < 0.5:
        return None
    swapped = {one: one._replace(of=two.of), two: two._replace(of=one.of)}
    picks = tuple(swapped.get(p, p) for p in job.picks)
    return Plan(job.key, hour, "code", (deployed(job, hour, picks=picks),))


def converted_twice(world: World, rng: random.Random) -> Plan | None:
    """A deployment converts a currency that was converted before."""
    hour = before_day(fault_day(world, rng), rng)
    job = rng.choice(jobs_of(world, "staging", "core"))
    able = _numbers(world, job)
    if not able:
        return None
    skews = ((rng.choice(able).name, rng.choice((0.43, 0.55, 1.85, 2.4))),)
    return Plan(job.key, hour, "values", (deployed(job, hour, skews=skews),))


def narrowed_type(world: World, rng: random.Random) -> Plan | None:
    """A deployment casts a number to a type that most of its values do not fit in."""
    hour = before_day(fault_day(world, rng), rng)
    job = rng.choice(jobs_of(world, "staging", "core"))
    able = [one for one in _numbers(world, job) if one.how in ("same", "cast")]
    if not able:
        return None
    one = rng.choice(able)
    picks = tuple(p._replace(how="cast", type="int") if p is one else p for p in job.picks)
    spoils = ((one.name, rng.uniform(0.4, 0.9)),)
    return Plan(job.key, hour, "columns", (deployed(job, hour, picks=picks, spoils=spoils),))


def _repicked(world: World, rng: random.Random, kind: str, how: str, look: str) -> Plan | None:
    """A deployment makes another value of a column of this kind that is used further on."""
    hour = before_day(fault_day(world, rng), rng)
    job = rng.choice(jobs_of(world, "staging"))
    used = used_columns(world, job.output)
    columns = _main_input(world, job)
    able = [
        one
        for one in job.picks
        if one.name in used and one.how == "same" and columns[one.of[0][1]].kind == kind
    ]
    if not able:
        return None
    one = rng.choice(able)
    picks = tuple(p._replace(how=how, type="varchar") if p is one else p for p in job.picks)
    return Plan(job.key, hour, look, (deployed(job, hour, picks=picks),))


def hashed_key(world: World, rng: random.Random) -> Plan | None:
    """A deployment hides the numbers of people behind hashes; joins find nothing."""
    return _repicked(world, rng, "key", "hash", "columns")


def recoded_by_code(world: World, rng: random.Random) -> Plan | None:
    """A deployment writes the values of a code in capitals."""
    return _repicked(world, rng, "code", "recode", "code")


def rolled_back(world: World, rng: random.Random) -> Plan | None:
    """A version of the code from days before is deployed again, with a mistake of then."""
    hour = before_day(fault_day(world, rng), rng)
    builds: dict[str, list[int]] = {}
    for edit in world.edits:
        if edit.at < hour and "build" in dict(edit.values):
            builds.setdefault(edit.node, [0]).append(dict(edit.values)["build"])
    jobs = [one for one in jobs_of(world, "staging", "core") if one.key in builds]
    if not jobs:
        return None
    job = rng.choice(jobs)
    values: dict[str, object] = {"share": rng.uniform(0.15, 0.5), "even": False}
    if job.where:
        first = job.where[0]
        worse = first._replace(says=f"{first.column} = 'active'", keep=rng.uniform(0.15, 0.5))
        values = {"where": (worse, *job.where[1:]), "even": False}
    edit = Edit(job.key, hour, (("build", builds[job.key][-2]), *values.items()))
    return Plan(job.key, hour, "code", (edit,))


def source_stands_still(world: World, rng: random.Random) -> Plan | None:
    """A source gives the same day again and again."""
    day = fault_day(world, rng)
    source = rng.choice([one for one in sources_of(world) if one.fact])
    edit = Edit(source.key, day * 24.0, (("frozen", day * 24.0 - 24.0),))
    return Plan(source.key, day * 24.0, "stale", (edit,))


def late_rows(world: World, rng: random.Random) -> Plan | None:
    """A source is hours behind, and the window of those who read it closes before."""
    day = fault_day(world, rng)
    able = [
        one
        for one in sources_of(world)
        if any(job.window for job in readers_of(world, extract_of(world, one).output))
    ]
    if not able:
        return None
    source = rng.choice(able)
    edit = Edit(source.key, day * 24.0, (("behind", rng.uniform(2.0, 6.0)),), lasting(day, rng))
    return Plan(source.key, day * 24.0, "rows", (edit,))


def appended(world: World, rng: random.Random) -> Plan | None:
    """A job adds to what is there each day, in place of writing over it."""
    day = fault_day(world, rng)
    job = rng.choice(jobs_of(world, "raw", "staging", "core"))
    edits = tuple(
        Edit(job.key, later * 24.0, (("doubled", later - day + 2.0),))
        for later in range(day, world.days)
    )
    return Plan(job.key, day * 24.0, "rows", edits)


def retried_in_part(world: World, rng: random.Random) -> Plan | None:
    """A run fails half-way; its retry writes only what was left to do, over the rest."""
    day = fault_day(world, rng)
    job = rng.choice(jobs_of(world, "raw", "staging", "core"))
    values = (("retried", True), ("share", rng.uniform(0.15, 0.55)), ("even", rng.random() < 0.5))
    edit = Edit(job.key, day * 24.0, values, until=day * 24.0 + 23.5)
    return Plan(job.key, day * 24.0, "runs", (edit,))


def loaded_twice(world: World, rng: random.Random) -> Plan | None:
    """A job is started a second time on one day, and its rows are there twice."""
    day = fault_day(world, rng)
    job = rng.choice([one for one in jobs_of(world, "raw", "staging", "core") if one.every == 24])
    hour = after_its_run(job, day)
    again = Extra(job.key, hour, day * 24.0, (("doubled", 2.0),))
    return Plan(job.key, hour, "rows", extras=(again,))


def capped_rows(world: World, rng: random.Random) -> Plan | None:
    """A service gives no more than so many rows."""
    day = fault_day(world, rng)
    job = rng.choice(jobs_of(world, "raw"))
    usual = world.company.tables[job.inputs[0]].rows
    most = max(100.0, round(usual * rng.uniform(0.15, 0.5), -3 if usual > 5_000 else -2))
    return Plan(job.key, day * 24.0, "rows", (Edit(job.key, day * 24.0, (("most", most),)),))


def history_kept(world: World, rng: random.Random) -> Plan | None:
    """A lookup keeps old versions of its rows from a deployment on; joins find each of them."""
    hour = before_day(fault_day(world, rng), rng)
    jobs = [one for one in jobs_of(world, "staging") if not world.company.tables[one.output].fact]
    if not jobs:
        return None
    job = rng.choice(jobs)
    edit = deployed(job, hour, doubled=rng.uniform(1.7, 3.5))
    return Plan(job.key, hour, "rows", (edit,))


def notebook_writes(world: World, rng: random.Random) -> Plan | None:
    """Somebody mends a table by hand from a notebook, and empties a column of it."""
    day = fault_day(world, rng)
    jobs = [one for one in jobs_of(world, "staging", "core") if one.every == 24]
    job = rng.choice(jobs)
    used = [one for one in used_columns(world, job.output) if one in {p.name for p in job.picks}]
    if not used:
        return None
    name = f"{rng.choice(('adhoc', 'repair', 'analysis'))}.{job.output.rpartition('.')[2]}"
    values = (
        ("namespace", "jupyter"),
        ("name", name),
        ("integration", "spark"),
        ("spoils", ((rng.choice(used), rng.uniform(0.6, 1.0)),)),
        ("share", rng.uniform(0.85, 1.0)),
    )
    hour = after_its_run(job, day)
    nodes = (f"job:jupyter:{name}", world.company.tables[job.output].node)
    again = Extra(job.key, hour, day * 24.0, values)
    return Plan(job.key, hour, "values", extras=(again,), nodes=nodes)


def other_spelling(world: World, rng: random.Random) -> Plan | None:
    """A job writes under the same name in other letters, which is another table."""
    hour = before_day(fault_day(world, rng), rng)
    job = rng.choice(jobs_of(world, "raw", "staging", "core", "mart"))
    table = world.company.tables[job.output]
    name = table.name.lower() if table.name != table.name.lower() else table.name.title()
    new = replace(table, key=f"{table.key}~", name=name)
    edit = Edit(job.key, hour, (("output", new.key),))
    return Plan(job.key, hour, "place", (edit,), tables=(new,), also=(new.node,))


HELD_OUT: dict[str, Kind] = {
    "joined on another key": other_join_key,
    "grouped by another column": other_grain,
    "sum for average": sum_or_average,
    "columns mixed up": mixed_up_columns,
    "converted twice": converted_twice,
    "type narrowed": narrowed_type,
    "key hashed": hashed_key,
    "recoded by a deployment": recoded_by_code,
    "rolled back": rolled_back,
    "source stands still": source_stands_still,
    "late rows miss the window": late_rows,
    "appended, not overwritten": appended,
    "retry writes the rest": retried_in_part,
    "loaded twice": loaded_twice,
    "rows capped": capped_rows,
    "lookup keeps its history": history_kept,
    "written from a notebook": notebook_writes,
    "name in other letters": other_spelling,
}
"""By name."""
