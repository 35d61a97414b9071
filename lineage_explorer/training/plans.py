"""What a fault changes in a world, before anybody sees it; and what all kinds need to plan one."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from lineage_explorer.training.parts import Column, Edit, Extra, Job, Table

if TYPE_CHECKING:
    from lineage_explorer.training.world import World

_One = TypeVar("_One")


class Twin(NamedTuple):
    """What looks like a fault at another place: a decoy, where it does the symptom no harm."""

    at: str
    """Key of the job or source table."""
    kind: str
    edits: tuple[Edit, ...] = ()
    extras: tuple[Extra, ...] = ()


class Plan(NamedTuple):
    """A fault before it is tried."""

    at: str
    """Key of the job or source table in which it is."""
    hour: float
    """From when on."""
    look: str
    """Which decoys look like it: columns, code, rows, stale, values, place or runs."""
    edits: tuple[Edit, ...] = ()
    extras: tuple[Extra, ...] = ()
    tables: tuple[Table, ...] = ()
    """New ones."""
    nodes: tuple[str, ...] = ()
    """Node ids that are right, if not the job and what it writes (or the source)."""
    also: tuple[str, ...] = ()
    """Node ids that name the same cause, besides the job and what it writes."""
    twins: tuple[Twin, ...] = ()
    """Decoys of this very look."""
    alone: tuple[str, ...] = ()
    """Keys that decoys leave alone, besides the place itself."""


Kind = Callable[["World", random.Random], "Plan | None"]


def fault_day(world: World, rng: random.Random) -> int:
    """A day late enough for a history, and early enough for what follows."""
    return rng.randrange(world.days - 6, world.days - 1)


def before_day(day: int, rng: random.Random) -> float:
    """An hour of the afternoon or evening before: when people deploy."""
    return day * 24 - rng.uniform(2, 12)


def jobs_of(world: World, *layers: str) -> list[Job]:
    """The daily (or more frequent) jobs of layers."""
    found = world.company.jobs.values()
    return [one for one in found if one.layer in layers and one.every <= 24]


def sources_of(world: World) -> list[Table]:
    """All sources."""
    return [one for one in world.company.tables.values() if one.layer == "source"]


def readers_of(world: World, table: str) -> list[Job]:
    """The jobs that read a table."""
    return [one for one in world.company.jobs.values() if table in one.inputs]


def extract_of(world: World, source: Table) -> Job:
    """The job that reads a source."""
    return readers_of(world, source.key)[0]


def used_columns(world: World, table: str) -> dict[str, str]:
    """Columns of a table that some job names, and what for."""
    found: dict[str, str] = {}
    for job in readers_of(world, table):
        at = job.inputs.index(table)
        found |= {column: pick.how for pick in job.picks for n, column in pick.of if n == at}
        found |= {one.column: "where" for one in job.where if at == 0}
        found |= {one.left: "join" for one in job.joins if at == 0}
        found |= {one.right: "join" for one in job.joins if one.input == at}
        found |= dict.fromkeys(job.by if at == 0 else (), "by")
    return found


def deployed(job: Job, hour: float, **values: Any) -> Edit:
    """A new version of a job's code."""
    return Edit(job.key, hour, (("build", int(hour * 10)), *values.items()))


def after_its_run(job: Job, day: int) -> float:
    """When a job's own run of that day is over and those that read it have not begun."""
    return day * 24 + job.at + 0.35


def stand_in(world: World, job: Job, **values: Any) -> Table:
    """A table that stands in for what a job reads first, and is fed by nobody in the log."""
    read = next(one.reads[0] for one in world.records if one.job.key == job.key)
    columns = tuple(
        Column(name, s.type, s.kind, s.mean, s.nulls, s.entity)
        for name, s in read.content.columns.items()
    )
    made: dict[str, Any] = {
        "layer": "source",
        "columns": columns,
        "rows": read.content.rows,
        "versions": False,
    }
    return replace(world.company.tables[job.inputs[0]], **(made | values))


def some(found: list[_One], but: _One, rng: random.Random, *, most: int) -> list[_One]:
    """As many as there are, up to so many, and not the one that is at fault."""
    others = [one for one in found if one != but]
    return rng.sample(others, min(most, len(others)))


def lasting(day: int, rng: random.Random) -> float:
    """Until when: mostly it stays, else it is over after a day."""
    return float("inf") if rng.random() < 0.7 else day * 24 + 23.5
