"""Told tables → how runs, jobs and datasets stand after all events.

The specification's rules (spec/OpenLineage.md, website/docs/spec/run-cycle): what events of a run
tell is united; a facet replaces the earlier one of its name as a whole; `_deleted` takes it away.
The order is eventTime, then START < others < terminal, then the order read. A *context* is a run,
or all job events of a job: within it facets and datasets accumulate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from lineage_explorer.naming import NOTHING_ELSE, Aliases, Calling, Name, dataset_id, job_id
from lineage_explorer.readers import facets as f
from lineage_explorer.readers import shapes
from lineage_explorer.readers.details import identity
from lineage_explorer.readers.openlineage import DATASET, INPUT, JOB, OUTPUT, RUN, TERMINAL
from lineage_explorer.readers.told import Told
from lineage_explorer.readers.typed import Typed

U32 = pl.UInt32


@dataclass
class Nodes:
    """Numbers of jobs and datasets: a dataset's is even and the same for all its names."""

    names: list[Name]
    aliases: Aliases = field(default_factory=Aliases)
    calling: Calling = NOTHING_ELSE
    asked: set[int] = field(default_factory=set)
    """Nodes that facets name."""
    groups: dict[Name, list[Name]] = field(default_factory=dict)
    _numbers: dict[Name, int] = field(default_factory=dict)
    _shown: dict[Name, Name] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for at, name in enumerate(self.names):  # told by several readers, it is there several times
            self._numbers.setdefault(name, at)

    def unite(self) -> None:
        """From now on every name of a dataset means the same node."""
        self.groups = self.aliases.groups()
        self._shown = {name: first for first, names in self.groups.items() for name in names}

    def dataset(self, name: Name) -> int:
        """The dataset a facet names."""
        node = self.number(name)
        self.asked.add(node)
        return node

    def job(self, name: Name) -> int:
        """The job a facet names."""
        node = 2 * self._number(name) + 1
        self.asked.add(node)
        return node

    def number(self, name: Name) -> int:
        """The number of a dataset."""
        return 2 * self._number(self._shown.get(name) or self.calling(name))

    def name(self, node: int) -> Name:
        return self.names[node >> 1]

    def ids(self) -> pl.Series:
        """The node ids, by number."""
        told = [(dataset_id(*name), job_id(*name)) for name in self.names]
        return pl.Series("node", [one for two in told for one in two], pl.String)

    def _number(self, name: Name) -> int:
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.names)
            self.names.append(name)
        return number


@dataclass(frozen=True)
class State:
    """What was told, taken together. Facets are those that stand, of the standard's kinds.

    `seq` counts uses of parts in the specification's order; `serial` stands for a run id.
    """

    told: Told
    typed: Typed
    nodes: Nodes
    node_of: pl.Series
    """The dataset that each name means."""
    run_of: pl.Series
    """The run ids, by serial."""
    contexts: pl.DataFrame
    """context, run, serial, job (node), state, started, ended, events, first_seen, last_seen, and
    `ends` (types of its terminal events) with `last_end` (event)."""
    shared: list[tuple[str, list[Name]]]
    """Run ids that unrelated jobs use, with those jobs."""
    roles: pl.DataFrame
    """A dataset in a context: context, role, node, first, last (events)."""
    role_facets: pl.DataFrame
    """context, role, node, entity, key, facet, event, seq."""
    context_facets: pl.DataFrame
    """Of runs, and of jobs within them: context, entity, key, facet, event, seq."""
    node_facets: pl.DataFrame
    """Of jobs and datasets over all events: node, key, facet, event, seq."""
    outside: pl.DataFrame
    """Of datasets, by what was told other than as an output, of dataset events (role DATASET) and
    of inputs apart: node, role, key, facet, event, seq."""
    rows: pl.DataFrame
    """Every facet as it came: entity, node, serial, facet, event, seq."""
    parents: pl.DataFrame
    """The job that each job was last told to be part of: node, parent (node id)."""
    seen: pl.DataFrame
    """Nodes that events name: node, first_seen, last_seen, written."""
    producers: pl.DataFrame
    """The last producer of each job: node, producer."""


def accumulate(told: Told, calling: Calling = NOTHING_ELSE) -> State:
    """All events, in the specification's order, taken into one state."""
    typed = Typed(told)
    events, contexts, shared = _contexts(told)
    nodes, node_of = _nodes(told, typed, calling)
    uses = _uses(told, events, node_of)
    parts = uses.group_by("context", "role", "node", "part", "serial").agg(
        first=pl.col("seq").min(), last=pl.col("seq").max()
    )
    members = _members(told, parts)
    rows = members.group_by("node", "serial", "facet").agg(seq=pl.col("first").min())
    entity = told.facets["entity"].gather(rows["facet"])
    standard = members.filter(pl.col("key").is_in(list(shapes.KEYS))).drop("first", "serial")
    del members  # by far the largest
    of_dataset = pl.col("entity") == DATASET
    event = uses["event"]

    def standing(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
        """Of each facet the one told last, unless that takes it away or has a wrong shape."""
        last = _last(rows, *keys, "entity", "key").filter(pl.col("valid") & ~pl.col("deleted"))
        return last.select(
            *keys, "entity", "key", "facet", _at(event, last["last"], "event"), seq="last"
        )

    roles = (
        parts.filter(pl.col("role") >= INPUT)
        .group_by("context", "role", "node")
        .agg(pl.col("first").min(), pl.col("last").max())
        .sort("context", "role", "node")
    )
    return State(
        told=told,
        typed=typed,
        nodes=nodes,
        node_of=node_of,
        run_of=events["run"],
        contexts=contexts,
        shared=shared,
        roles=roles.with_columns(
            _at(event, roles["first"], "first"), _at(event, roles["last"], "last")
        ),
        role_facets=standing(standard.filter(pl.col("role") >= INPUT), "context", "role", "node"),
        context_facets=standing(standard.filter(pl.col("role") <= JOB), "context"),
        node_facets=standing(standard.filter(of_dataset | (pl.col("role") == JOB)), "node"),
        outside=standing(standard.filter(of_dataset & (pl.col("role") < OUTPUT)), "node", "role"),
        rows=rows.with_columns(entity, _at(event, rows["seq"], "event")),
        parents=_parents(standard, typed),
        seen=_seen(uses, events),
        producers=events.filter(pl.col("producer").is_not_null() & pl.col("job").is_not_null())
        .group_by(node=2 * pl.col("job") + 1)
        .agg(pl.col("producer").last()),
    )


def _at(events: pl.Series, seq: pl.Series, name: str) -> pl.Series:
    """The events of these uses."""
    return events.gather(seq).alias(name)


def _last(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Of the rows of each key the last one."""
    return rows.unique(list(keys), keep="last")


def _contexts(told: Told) -> tuple[pl.DataFrame, pl.DataFrame, list[tuple[str, list[Name]]]]:
    """Events in order, with their context; the contexts; run ids of unrelated jobs."""
    is_end = pl.col("type").is_in(TERMINAL)
    low, middle, high = (pl.lit(rank, pl.UInt8) for rank in range(3))
    rank = pl.when(pl.col("type") == "START").then(low).when(is_end).then(high).otherwise(middle)
    families, shared = _families(told)
    events = (
        told.events.lazy()
        .select("event", "time", "type", "run", "job", "producer")
        .sort(pl.col("time").is_not_null(), "time", rank, "event")
        .with_columns(order=pl.int_range(pl.len(), dtype=U32))
        .with_columns(serial=pl.col("order").first().over("run"))
        .with_columns(serial=pl.when(pl.col("run").is_not_null()).then("serial"))
        .join(families.lazy(), on=["run", "job"], how="left", maintain_order="left")
        .with_columns(family=pl.coalesce("family", "job"))
        .with_columns(context=pl.col("order").first().over("family", "serial"))
        .with_columns(context=pl.when(pl.col("job").is_not_null()).then("context"))
        .collect()
    )
    end = pl.col("type").filter(is_end)
    contexts = (
        events.lazy()
        .filter(pl.col("context").is_not_null())
        .group_by("context")
        .agg(
            pl.col("run", "serial").first(),
            job=2 * pl.col("job").last() + 1,
            end=end.last(),
            began=pl.col("type").is_in(["START", "RUNNING"]).any(),
            started=pl.col("time").filter(pl.col("type") == "START").min(),
            ended=pl.col("time").filter(is_end).last(),
            events=pl.len(),
            first_seen=pl.col("time").min(),
            last_seen=pl.col("time").max(),
            ends=end,
            last_end=pl.col("event").filter(is_end).last(),
            first=pl.col("event").first(),
        )
        .sort("context")
        .with_columns(
            state=pl.coalesce(
                "end", pl.when("began").then(pl.lit("RUNNING")).otherwise(pl.lit("UNKNOWN"))
            )
        )
        .collect()
    )
    return events, contexts, shared


def _families(told: Told) -> tuple[pl.DataFrame, list[tuple[str, list[Name]]]]:
    """For runs told under several jobs: the job under which each is kept."""
    pairs = told.events.select("run", "job").drop_nulls().unique()
    several = pairs.filter(pl.len().over("run") > 1)
    jobs: dict[str, dict[Name, int]] = defaultdict(dict)
    names = told.names.select("namespace", "called")
    for run, job in several.iter_rows():
        jobs[run][names.row(job)] = job
    rows, shared = [], []
    for run, of in sorted(jobs.items()):
        if _renamed(of):
            rows += [(run, job, of[min(of)]) for job in of.values()]
        else:
            shared.append((run, sorted(of)))
    schema = {"run": pl.String, "job": U32, "family": U32}
    return pl.DataFrame(rows, schema=schema, orient="row"), shared


def _renamed(jobs: Iterable[Name]) -> bool:
    """Whether several names of one run are one job's: Spark's `app`, then `app.execute_…`."""
    shortest = min(jobs, key=lambda job: (len(job[1]), job))
    return all(job[0] == shortest[0] and f"{job[1]}.".startswith(f"{shortest[1]}.") for job in jobs)


def _nodes(told: Told, typed: Typed, calling: Calling) -> tuple[Nodes, pl.Series]:
    """Numbers of all names, those of one dataset united; and for each name its dataset's."""
    nodes = Nodes(told.names.select("namespace", "called").rows(), calling=calling)
    counts = (
        told.uses.filter(pl.col("role") >= DATASET)
        .group_by("part")
        .agg(uses=pl.len())
        .join(told.parts, on="part")
    )
    for name, uses in counts.group_by("name").agg(pl.col("uses").sum()).sort("name").iter_rows():
        nodes.aliases.use(nodes.names[name], uses)
    is_link = (pl.col("key") == "symlinks") & (pl.col("entity") == DATASET) & pl.col("valid")
    links = (
        told.members.join(told.facets.filter(is_link).select("facet"), on="facet")
        .join(counts, on="part")
        .group_by("facet", "name")
        .agg(pl.col("uses").sum())
        .sort("name", "facet")
    )
    others = dict(typed.each(links["facet"]))
    for facet, name, uses in links.iter_rows():
        for other in others[facet].identifiers or []:
            namespace, called = f.word(other.namespace), f.word(other.name)
            if namespace is not None and called is not None:
                kind = f.word(other.type) or ""
                nodes.aliases.unite(nodes.names[name], (namespace, called), kind, uses)
    if calling:
        sources = [nodes.names[name] for name in told.links["name"].unique().sort()]
        nodes.aliases.call([*sorted(nodes.aliases.parent), *sources], calling)
    nodes.unite()
    known = list(nodes.names)
    return nodes, pl.Series("node", [nodes.number(name) for name in known], U32)


def _uses(told: Told, events: pl.DataFrame, node_of: pl.Series) -> pl.DataFrame:
    """Uses in order: seq, event, context, serial, role, part, node (a run's is its job's)."""
    by_event = events.sort("event")
    at = told.uses["event"]
    name = told.parts["name"].gather(told.uses["part"])
    job = 2 * by_event["job"].gather(at) + 1
    role = pl.col("role")
    own = pl.when(role == RUN).then("of").when(role == JOB).then(2 * pl.col("name") + 1)
    return (
        told.uses.with_columns(
            by_event["order"].gather(at),
            by_event["context"].gather(at),
            by_event["serial"].gather(at),
            name=name,
            of=job,
            dataset=node_of.gather(name),
        )
        .with_columns(node=own.otherwise("dataset"))
        .with_columns(context=pl.when(role != DATASET).then("context"))
        .sort("order", maintain_order=True)
        .select(
            "event", "context", "serial", "role", "part", "node",
            seq=pl.int_range(pl.len(), dtype=U32),
        )
    )  # fmt: skip


def _members(told: Told, parts: pl.DataFrame) -> pl.DataFrame:
    """The facets of parts, as told last: what `parts` has, facet, entity, key, valid, deleted."""
    facets = told.facets.select(
        "facet", "entity", pl.col("key").cast(pl.Categorical), "valid", "deleted"
    )
    members = told.members.with_columns(
        facets[name].gather(told.members["facet"]) for name in facets.columns[1:]
    )
    return parts.sort("last").join(members, on="part", maintain_order="left").drop("part")


def _parents(standard: pl.DataFrame, typed: Typed) -> pl.DataFrame:
    """The job that each job was last told to be part of."""
    told = standard.filter((pl.col("entity") == RUN) & pl.col("key").is_in(["parent", "parentRun"]))
    told = told.sort("last", pl.col("key").cast(pl.String))
    told = told.unique(["node", "last"], keep="first", maintain_order=True)
    found: dict[int, str] = {}
    for facet, one in typed.each(told["facet"]):
        name = identity(one.job) if one else None
        if name is not None:
            found[facet] = job_id(*name)
    parent = told["facet"].replace_strict(found, default=None, return_dtype=pl.String)
    return (
        told.with_columns(parent=parent)
        .filter(pl.col("parent").is_not_null())
        .group_by("node")
        .agg(pl.col("parent").sort_by("last").last())
    )


def _seen(uses: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    time = events.sort("event")["time"].gather(uses["event"])
    return (
        uses.filter(pl.col("role") != RUN)
        .select("node", "role")
        .with_columns(time.filter(uses["role"] != RUN))
        .group_by("node")
        .agg(
            first_seen=pl.col("time").min(),
            last_seen=pl.col("time").max(),
            written=(pl.col("role") == OUTPUT).any(),
        )
    )
