"""Fresh kinds of faults that come with the data: what sources send, and how connectors take it.

Each says what it leaves in the events. Its author knew how events are told, and not how causes
are ranked.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from lineage_explorer.training.parts import Column, Edit, Job, Pick, Table
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
    used_columns,
)
from lineage_explorer.training.world import World

_CONNECTORS = {"airflow": "3.0.8", "spark": "3.5.7"}


def _used(world: World, source: Table, *kinds: str) -> list[Column]:
    """Columns of a source of these kinds that somebody names further on."""
    used = used_columns(world, extract_of(world, source).output)
    return [one for one in source.columns if one.name in used and one.kind in kinds]


def _with(source: Table, *changed: Column) -> tuple[Column, ...]:
    """The columns of a source, some of them in another version."""
    by_name = {one.name: one for one in changed}
    return tuple(by_name.get(one.name, one) for one in source.columns)


def _facts(world: World) -> list[Table]:
    return [one for one in sources_of(world) if one.fact]


def soft_deletes(world: World, rng: random.Random) -> Plan | None:
    """A source marks rows as deleted in place of deleting them; nobody filters on the mark.

    Left: from one extract on the source has a column more, and its rows go up with it. Others get
    such a column, too, and as many rows as ever.
    """
    hour = before_day(fault_day(world, rng), rng)
    source = rng.choice(_facts(world))
    mark = Column(rng.choice(("deleted_at", "removed_at", "valid_to")), "timestamp", "time")

    def marked(one: Table, **values: float) -> tuple[Edit, ...]:
        columns = (*one.columns, mark)
        return (Edit(one.key, hour, (("columns", columns), *values.items())),)

    twins = tuple(
        Twin(one.key, "rows marked as deleted", marked(one))
        for one in some(sources_of(world), source, rng, most=4)
    )
    return Plan(
        source.key, hour, "columns", marked(source, share=rng.uniform(1.6, 3.0)), twins=twins
    )


def finer_grain(world: World, rng: random.Random) -> Plan | None:
    """A source sends a row for each line of what it sent a row for: more rows, smaller numbers.

    Left: rows of the extract go up by about as much as the means of its numbers go down.
    """
    hour = before_day(fault_day(world, rng), rng)
    source = rng.choice(_facts(world))
    lines = rng.uniform(2.0, 5.0)
    numbers = [one for one in source.columns if one.mean is not None]
    smaller = [one._replace(mean=(one.mean or 0.0) / lines) for one in numbers]
    values = (("share", lines), ("columns", _with(source, *smaller)))
    return Plan(source.key, hour, "rows", (Edit(source.key, hour, values),))


def new_market(world: World, rng: random.Random) -> Plan | None:
    """A source takes in the rows of a new market, whose amounts are in a small currency.

    Left: rows, the mean of one number, and the number of different codes all rise at one extract.
    """
    day = fault_day(world, rng)
    source = rng.choice(_facts(world))
    numbers = _used(world, source, "number")
    codes = [one for one in source.columns if one.name in ("currency", "country", "channel")]
    if not numbers or not codes:
        return None
    amount = rng.choice(numbers)
    share = rng.uniform(1.3, 2.0)
    own = 1 / share
    dear = amount._replace(mean=(amount.mean or 1.0) * (own + (1 - own) * rng.uniform(8, 150)))
    mixed = [one._replace(sound=own) for one in codes]
    values = (("share", share), ("columns", _with(source, dear, *mixed)))
    return Plan(source.key, day * 24.0, "values", (Edit(source.key, day * 24.0, values),))


def robots(world: World, rng: random.Random) -> Plan | None:
    """Robots fill a source with rows that belong to nobody: their keys are null.

    Left: rows go up at the extract, and the nulls of one or two keys by as many.
    """
    day = fault_day(world, rng)
    source = rng.choice(_facts(world))
    keys = _used(world, source, "key")[1:]
    if not keys:
        return None
    share = rng.uniform(2.0, 6.0)
    empty = [one._replace(nulls=1 - 1 / share) for one in keys]
    values = (("share", share), ("columns", _with(source, *empty)))
    until = float("inf") if rng.random() < 0.5 else (day + 1) * 24 - 0.5
    return Plan(source.key, day * 24.0, "rows", (Edit(source.key, day * 24.0, values, until),))


def decimal_comma(world: World, rng: random.Random) -> Plan | None:
    """A file comes with decimal commas: of all its numbers only whole ones can be read.

    Left: the nulls of every number of one extract rise at once; types and rows are as before.
    Elsewhere single columns become as empty.
    """
    day = fault_day(world, rng)
    sources = [one for one in sources_of(world) if one.store == "files"]
    sources = [one for one in sources if _used(world, one, "number")]
    if not sources:
        return None
    source = rng.choice(sources)
    nulls = rng.uniform(0.5, 0.95)
    empty = [c._replace(nulls=nulls) for c in source.columns if c.kind == "number"]
    edit = Edit(source.key, day * 24.0, (("columns", _with(source, *empty)),))
    return Plan(source.key, day * 24.0, "values", (edit,))


def local_clock(world: World, rng: random.Random) -> Plan | None:
    """A source's clock is set to local time: what is new looks hours old, and rows are as ever.

    Left: when the extract's data was last updated jumps back by 7 to 11 hours, and stays there.
    """
    day = fault_day(world, rng)
    able = [one for one in sources_of(world) if "metrics" in extract_of(world, one).tells]
    if not able:
        return None
    source = rng.choice(able)
    edit = Edit(source.key, day * 24.0, (("behind", float(rng.randint(7, 11))),))
    return Plan(source.key, day * 24.0, "stale", (edit,))


def drifting(world: World, rng: random.Random) -> Plan | None:
    """A number of a source creeps away, a little more each day: no day is striking by the last.

    Left: the means of one column at the extract go one way for days. Others creep, and less.
    """
    day = fault_day(world, rng) - 1
    source = rng.choice(sources_of(world))
    numbers = _used(world, source, "number")
    if not numbers:
        return None

    def creeping(one: Table, column: Column, daily: float) -> tuple[Edit, ...]:
        return tuple(
            Edit(
                one.key,
                later * 24.0,
                (
                    (
                        "columns",
                        _with(
                            one,
                            column._replace(mean=(column.mean or 1.0) * daily ** (later - day + 1)),
                        ),
                    ),
                ),
            )
            for later in range(day, world.days)
        )

    daily = rng.choice((0.75, 0.82, 1.2, 1.3))
    twins = tuple(
        Twin(one.key, "values creep", creeping(one, column, rng.choice((0.97, 1.03))))
        for one in some(sources_of(world), source, rng, most=3)
        for column in [c for c in one.columns if c.kind == "number"][:1]
    )
    edits = creeping(source, rng.choice(numbers), daily)
    return Plan(source.key, day * 24.0, "values", edits, twins=twins)


def next_interface(world: World, rng: random.Random) -> Plan | None:
    """An extract is moved to the next version of an interface, which means other things.

    Left: the extract reads `v3/...` where it read `v2/...`, with a new version of its code, and a
    mean or the number of different codes jumps in what it writes. Others move without harm.
    """
    hour = before_day(fault_day(world, rng), rng)
    sources = [one for one in sources_of(world) if one.store == "api"]
    able = [one for one in sources if _used(world, one, "number", "code")]
    if not able:
        return None
    source = rng.choice(able)
    column = rng.choice(_used(world, source, "number", "code"))
    if column.kind == "number":
        other = column._replace(mean=(column.mean or 1.0) * rng.choice((0.01, 0.1, 100.0, 1000.0)))
    else:
        other = column._replace(sound=rng.uniform(0.05, 0.4))

    def moved(one: Table, **values: object) -> tuple[Edit, ...]:
        told = (("name", one.name.replace("v2/", "v3/")), *values.items())
        return Edit(one.key, hour, told), deployed(extract_of(world, one), hour)

    twins = tuple(
        Twin(one.key, "next interface", moved(one)) for one in some(sources, source, rng, most=4)
    )
    return Plan(
        extract_of(world, source).key,
        hour,
        "place",
        moved(source, columns=_with(source, other)),
        also=(f"dataset:{source.namespace}:{source.name.replace('v2/', 'v3/')}", source.node),
        twins=twins,
    )


# How connectors take it -----------------------------------------------------------------------


def _connected(
    world: World, rng: random.Random, look: str, pick: Callable[[Column], Pick]
) -> Plan | None:
    """All extracts of an engine get a new connector; one table comes out of it otherwise."""
    hour = before_day(fault_day(world, rng), rng)
    able = [one for one in jobs_of(world, "raw") if not one.positional]
    if not able:
        return None
    job = rng.choice(able)
    columns = world.company.tables[job.inputs[0]].columns
    newer = (("engine", _CONNECTORS[job.integration]), ("build", int(hour * 10)))
    same = [one for one in jobs_of(world, "raw") if one.integration == job.integration]
    twins = tuple(
        Twin(one.key, "new connector", (Edit(one.key, hour, newer),))
        for one in some(same, job, rng, most=5)
    )
    values = (*newer, ("star", False), ("picks", tuple(pick(one) for one in columns)))
    edit = Edit(job.key, hour, values)
    return Plan(job.key, hour, look, (edit,), twins=twins, alone=job.inputs)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(one.title() for one in rest)


def connector_names(world: World, rng: random.Random) -> Plan | None:
    """A new connector writes all names of columns another way; the source is as it was.

    Left: at one extract the names of what is written change, and not of what is read; its engine
    has a new version, as that of the others that are well.
    """
    how = rng.choice((_camel, str.upper, "record.{}".format, "_{}".format))
    return _connected(
        world,
        rng,
        "columns",
        lambda one: Pick(how(one.name), one.type, "same", ((0, one.name),)),
    )


def connector_types(world: World, rng: random.Random) -> Plan | None:
    """A new connector hands numbers on as text, so as to lose no digit.

    Left: at one extract numbers are varchar in what is written, and numbers in what is read; its
    engine has a new version, as that of the others that are well.
    """

    def as_text(one: Column) -> Pick:
        if one.kind == "number":
            return Pick(one.name, "varchar", "cast", ((0, one.name),))
        return Pick(one.name, one.type, "same", ((0, one.name),))

    return _connected(world, rng, "columns", as_text)


def _loading(
    world: World, rng: random.Random, job: Job, told: tuple[str, str], **values: object
) -> tuple[Edit, ...]:
    """A parameter more, from the morning on or for a day."""
    day = fault_day(world, rng)
    until = float("inf") if told[1] != "true" else day * 24 + 23.5
    every = (("parameters", (*job.parameters, told)), *values.items())
    return (Edit(job.key, day * 24.0, every, until),)


def increment_only(world: World, rng: random.Random) -> Plan | None:
    """An extract of a whole table is set to load changes only, over what was there.

    Left: a parameter more at the extract, and a few percent of the rows from then on; extracts
    that load a day's rows anyway get the same parameter and load what they loaded.
    """
    told = ("mode", "incremental")
    raws = [one for one in jobs_of(world, "raw") if "parameters" in one.tells]
    whole = [one for one in raws if not world.company.tables[one.inputs[0]].fact]
    daily = [one for one in raws if one not in whole]
    if not whole:
        return None
    job = rng.choice(whole)
    edits = _loading(world, rng, job, told, share=rng.uniform(0.01, 0.08), even=False)
    twins = tuple(
        Twin(one.key, "loads changes only", _loading(world, rng, one, told))
        for one in some(daily, job, rng, most=4)
    )
    return Plan(job.key, edits[0].at, "rows", edits, twins=twins)


def whole_history(world: World, rng: random.Random) -> Plan | None:
    """A job of daily rows is run with the flag that loads all of history, as if it were a day's.

    Left: for one day a parameter more, many times the rows, and a longer run; jobs that load all
    rows anyway get the same flag without harm.
    """
    told = ("full_refresh", "true")
    jobs = [one for one in jobs_of(world, "raw", "staging") if "parameters" in one.tells]
    daily = [one for one in jobs if world.company.tables[one.output].fact]
    whole = [one for one in jobs if one not in daily]
    if not daily:
        return None
    job = rng.choice(daily)
    share = rng.uniform(5.0, 25.0)
    edits = _loading(world, rng, job, told, share=share, minutes=min(30.0, job.minutes * 2.5))
    twins = tuple(
        Twin(one.key, "loads all", _loading(world, rng, one, told))
        for one in some(whole, job, rng, most=4)
    )
    return Plan(job.key, edits[0].at, "rows", edits, twins=twins)
