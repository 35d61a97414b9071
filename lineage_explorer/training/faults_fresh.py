"""Fresh kinds of faults, held out: for a report on a diagnosis that was made without them.

They were written on 28 November 2026 by somebody who had not seen how causes are ranked, while
others tuned that on the kinds before. Those of settings and runs are here, those of code in
`faults_fresh_code.py`, and those that come with the data in `faults_fresh_sources.py`. Each says
what it leaves in the events, and what innocent changes look the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import fields

from lineage_explorer.training import faults_fresh_code as code
from lineage_explorer.training import faults_fresh_sources as sources
from lineage_explorer.training.parts import Edit, Extra, Job
from lineage_explorer.training.plans import (
    Kind,
    Plan,
    Twin,
    after_its_run,
    before_day,
    fault_day,
    jobs_of,
    lasting,
    some,
    used_columns,
)
from lineage_explorer.training.world import World


def _daily(world: World, *layers: str) -> list[Job]:
    return [one for one in jobs_of(world, *layers) if one.every == 24]


# Settings -------------------------------------------------------------------------------------


def handed_over(world: World, rng: random.Random) -> Plan | None:
    """A team's jobs are handed to another, whose account sees a part of the rows at one of them.

    Left: the owner of several jobs changes at once; the rows of one of them go down from then on.
    """
    hour = before_day(fault_day(world, rng), rng)
    able = [one for one in jobs_of(world, "raw", "staging", "core") if one.owner]
    if not able:
        return None
    job = rng.choice(able)
    owner = rng.choice(("team-platform", "team-data-ops", "contractor-north"))
    twins = tuple(
        Twin(one.key, "handed over", (Edit(one.key, hour, (("owner", owner),)),))
        for one in some([one for one in able if one.owner == job.owner], job, rng, most=6)
    )
    values = (("owner", owner), ("share", rng.uniform(0.1, 0.55)), ("even", rng.random() < 0.5))
    return Plan(job.key, hour, "rows", (Edit(job.key, hour, values),), twins=twins)


def other_scheduler(world: World, rng: random.Random) -> Plan | None:
    """Jobs move to another scheduler, and one of them finds a setting missing there.

    Left: a job of another namespace writes the same table from the same inputs, and the old one
    is not seen again; a column of what it writes is mostly null. Others move without harm.
    """
    hour = before_day(fault_day(world, rng), rng)
    job = rng.choice(jobs_of(world, "raw", "staging", "core"))
    used = [*used_columns(world, job.output)]
    if not used:
        return None
    space = {"airflow": "mwaa-prod", "dbt": "dbt-cloud-prod", "spark": "emr-prod"}[job.integration]
    moved = (("namespace", space),)
    same = [one for one in world.company.jobs.values() if one.namespace == job.namespace]
    twins = tuple(
        Twin(one.key, "other scheduler", (Edit(one.key, hour, moved),))
        for one in some(same, job, rng, most=6)
    )
    spoils = ((rng.choice(used), rng.uniform(0.5, 1.0)),)
    output = world.company.tables[job.output].node
    return Plan(
        job.key,
        hour,
        "place",
        (Edit(job.key, hour, (*moved, ("spoils", spoils))),),
        nodes=(f"job:{space}:{job.name}", output, job.node),
        twins=twins,
    )


def feature_flag(world: World, rng: random.Random) -> Plan | None:
    """A flag is turned on for many jobs; one of them has a branch for it that nobody tried.

    Left: a parameter more at many jobs at once, no new code; a column's values or nulls jump at
    one of them.
    """
    hour = before_day(fault_day(world, rng), rng)
    able = [one for one in jobs_of(world, "staging", "core") if "parameters" in one.tells]
    able = [one for one in able if "sql" not in one.tells and one.parameters]
    if not able:
        return None
    job = rng.choice(able)
    used = used_columns(world, job.output)
    picks = [one for one in job.picks if one.name in used]
    if not picks:
        return None
    flag = (rng.choice(("flags.new_pricing", "flags.ids_v2", "flags.fast_path")), "on")

    def turned(one: Job, **values: object) -> tuple[Edit, ...]:
        told = (("parameters", (*one.parameters, flag)), *values.items())
        return (Edit(one.key, hour, told),)

    pick = rng.choice(picks)
    harm: dict[str, object] = {"spoils": ((pick.name, rng.uniform(0.4, 0.95)),)}
    if pick.type.startswith(("double", "decimal")) and rng.random() < 0.6:
        harm = {"skews": ((pick.name, rng.choice((0.2, 0.5, 2.0, 12.0))),)}
    others = [one for one in world.company.jobs.values() if "parameters" in one.tells]
    twins = tuple(Twin(one.key, "flag", turned(one)) for one in some(others, job, rng, most=7))
    return Plan(job.key, hour, "code", turned(job, **harm), twins=twins)


# Runs -----------------------------------------------------------------------------------------


def creeping_loss(world: World, rng: random.Random) -> Plan | None:
    """A job loses a few more of its rows each day: no day is striking by the one before.

    Left: its rows go down, weekends apart, for days on end. Others go down once, and less.
    """
    day = fault_day(world, rng) - 1
    job = rng.choice(jobs_of(world, "raw", "staging", "core"))
    left = rng.uniform(0.68, 0.84)
    edits = tuple(
        Edit(job.key, later * 24.0, (("share", left ** (later - day + 1)),))
        for later in range(day, world.days)
    )
    return Plan(job.key, day * 24.0, "rows", edits)


def every_other_run(world: World, rng: random.Random) -> Plan | None:
    """One of two workers is set up badly: every other run of a job loses rows.

    Left: its rows are down, well, down again. The run before the bad one is good, and the one
    before that is as bad.
    """
    day = fault_day(world, rng) - 2
    job = rng.choice(_daily(world, "raw", "staging", "core"))
    values = (("share", rng.uniform(0.1, 0.5)), ("even", rng.random() < 0.5))
    edits = tuple(
        Edit(job.key, later * 24.0, values, until=later * 24 + 23.5)
        for later in range(day, world.days, 2)
    )
    return Plan(job.key, day * 24.0, "rows", edits)


def takes_hours(world: World, rng: random.Random) -> Plan | None:
    """A job begins in time and takes hours; those behind it do not wait for its end.

    Left: its run is many times as long as ever, and ends after runs that read its table began.
    Others are slow, and end in time.
    """
    day = fault_day(world, rng)
    job = rng.choice(_daily(world, "raw", "staging", "core", "mart"))
    values = (("minutes", rng.uniform(240, 500)),)
    edit = Edit(job.key, day * 24.0, values, lasting(day, rng))
    return Plan(job.key, day * 24.0, "runs", (edit,))


def zombie(world: World, rng: random.Random) -> Plan | None:
    """A second run for the day before, begun in the night, ends after today's and writes over it.

    Left: two runs of one job overlap, of which the one that began first ends last; its nominal
    time, where told, is the day before. Others are run again by hand, and end at once.
    """
    day = fault_day(world, rng)
    job = rng.choice(_daily(world, "raw", "staging", "core"))
    hour = day * 24 + job.at - rng.uniform(1, 3)
    long = (day * 24 + job.at + rng.uniform(0.4, 0.8) - hour) * 60
    again = Extra(job.key, hour, (day - 1) * 24.0, (("minutes", long),))
    return Plan(job.key, hour, "stale", extras=(again,))


def written_by_the_retry(world: World, rng: random.Random) -> Plan | None:
    """A run writes its rows, fails at the last step, and its retry writes them once more.

    Left: a failed run, a second one that completes, and about twice the rows. Elsewhere runs fail
    and are tried again without harm.
    """
    day = fault_day(world, rng)
    job = rng.choice(_daily(world, "raw", "staging", "core"))
    values = (("retried", True), ("doubled", 2.0))
    edit = Edit(job.key, day * 24.0, values, until=day * 24.0 + 23.5)
    return Plan(job.key, day * 24.0, "runs", (edit,))


def _maintenance(
    world: World, rng: random.Random, look: str, days: int, harm: Callable[[], dict[str, object]]
) -> Plan | None:
    """Jobs begin to rewrite tables after their runs: one of them leaves something else behind."""
    day = fault_day(world, rng)
    able = [one for one in _daily(world, "raw", "staging", "core") if one.integration != "dbt"]
    if not able:
        return None
    job = rng.choice(able)
    word = rng.choice(("maintain", "rewrite", "housekeeping"))

    def rewriting(one: Job, **values: object) -> tuple[Extra, ...]:
        own = {
            "namespace": "lakehouse-ops", "name": f"tables.{word}_{one.output.rpartition('.')[2]}",
            "integration": "spark", "inputs": (one.output,), "star": True, "positional": (),
            "picks": (), "where": (), "joins": (), "by": (), "window": False, "drops_bad": None,
            "checks": (), "parameters": (), "owner": "team-platform", "minutes": 2.0,
        }  # fmt: skip
        told = tuple((own | values).items())
        last = min(world.days, day + days)
        return tuple(
            Extra(one.key, after_its_run(one, later), later * 24.0, told)
            for later in range(day, last)
        )

    twins = tuple(
        Twin(one.key, "rewritten", extras=rewriting(one)) for one in some(able, job, rng, most=4)
    )
    nodes = (
        f"job:lakehouse-ops:tables.{word}_{job.output.rpartition('.')[2]}",
        world.company.tables[job.output].node,
    )
    hour = after_its_run(job, day)
    return Plan(job.key, hour, look, extras=rewriting(job, **harm()), nodes=nodes, twins=twins)


def retention(world: World, rng: random.Random) -> Plan | None:
    """A job that deletes what is too old deletes what is not.

    Left: a job not seen before reads a table and writes it again with a part of its rows. Others
    of its kind begin on the same day, and write as many as they read.
    """
    return _maintenance(
        world,
        rng,
        "rows",
        world.days,
        lambda: {"share": rng.uniform(0.05, 0.5), "even": rng.random() < 0.5},
    )


def restored(world: World, rng: random.Random) -> Plan | None:
    """A table is rolled back to a snapshot of days before, right after its run.

    Left: a job not seen before writes a table with data, and where told a version, of days
    before. Others of its kind on the same day write what was there.
    """
    return _maintenance(world, rng, "stale", 1, lambda: {"back": (0, rng.randint(2, 4))})


def wrong_target(world: World, rng: random.Random) -> Plan | None:
    """A configuration is copied with its target: a job writes over another job's table.

    Left: a table has a second writer, with other columns and rows; that job's own table is not
    written any more.
    """
    day = fault_day(world, rng)
    jobs = _daily(world, "staging", "core")
    one, two = rng.sample(jobs, 2) if len(jobs) > 1 else (None, None)
    if one is None or two is None or one.layer != two.layer:
        return None
    keep = {"key", "output", "layer", "every", "at", "checks", "build"}
    own = {f.name: getattr(one, f.name) for f in fields(one) if f.name not in keep}
    told = (*own.items(), ("checks", ()), ("build", day))
    extras = tuple(
        Extra(two.key, after_its_run(two, later), later * 24.0, told)
        for later in range(day, world.days)
    )
    hour = after_its_run(two, day)
    tables = world.company.tables
    nodes = (one.node, tables[two.output].node, tables[one.output].node)
    stopped = Edit(one.key, day * 24.0, (("skip", True),))
    return Plan(two.key, hour, "columns", (stopped,), extras, nodes=nodes)


FRESH: dict[str, Kind] = {
    "soft deletes kept": sources.soft_deletes,
    "finer grain": sources.finer_grain,
    "new market": sources.new_market,
    "robots": sources.robots,
    "decimal comma": sources.decimal_comma,
    "clock in local time": sources.local_clock,
    "values creep away": sources.drifting,
    "next interface": sources.next_interface,
    "connector names otherwise": sources.connector_names,
    "connector hands on text": sources.connector_types,
    "changes only": sources.increment_only,
    "all history at once": sources.whole_history,
    "handed over": handed_over,
    "other scheduler": other_scheduler,
    "feature flag": feature_flag,
    "creeping loss": creeping_loss,
    "every other run": every_other_run,
    "takes hours": takes_hours,
    "zombie run": zombie,
    "retry writes it again": written_by_the_retry,
    "retention deletes too much": retention,
    "rolled back to a snapshot": restored,
    "another job's target": wrong_target,
    "join fans out": code.fan_out,
    "one row for the wrong key": code.once_per_wrong_key,
    "limit left in": code.limit_left_in,
    "one day's folder": code.one_partition,
}
"""By name."""
