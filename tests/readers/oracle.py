"""What a small log says, by loops over dicts: slow and plain, to be read beside the specification.

Shares no code with the readers. An event is known by its place among the distinct events of the
log; *order* is eventTime, then START < others < terminal, then that place. A *context* is a run, or
all job events of a job. A facet stands until another of its name comes, or `_deleted`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

Json = dict[str, Any]
Row = tuple[Any, ...]

TERMINAL = ("COMPLETE", "FAIL", "ABORT")
BASES = DECLARED, COLUMN_LINEAGE, IMPLIED = ("declared", "columns", "implied")
COLUMNS = {
    "runs": "run job state started ended events first_seen last_seen parent",
    "jobs": "job parent description runs first_seen last_seen",
    "datasets": "dataset aliases description owners first_seen last_seen",
    "io": "run job dataset direction version rows bytes files first_event last_event",
    "edges": "source target kind basis runs event first_seen last_seen",
    "flows": "source target job basis runs event",
    "fields": "dataset field type ordinal description event",
    "column_edges": "source source_field target target_field type subtype masking description job"
    " runs event run",
    "facets": "entity node run facet json event",
}
COUNTS = {
    "outputStatistics": ("rowCount", "size", "fileCount"),
    "inputStatistics": ("rowCount", "size", "fileCount"),
    "dataQualityMetrics": ("rowCount", "bytes", "fileCount"),
}


class Kept(NamedTuple):
    """A facet that stands, and the event that told it last."""

    value: Json
    event: int


Facets = dict[str, Kept]


@dataclass
class Role:
    """A dataset as an input or output of a context: its events, its facets, those of the role."""

    events: list[int] = field(default_factory=list)
    facets: Facets = field(default_factory=dict)
    own: Facets = field(default_factory=dict)


@dataclass(eq=False)
class Context:
    """A run, or all job events of a job; or whoever tells of a dataset outside any job."""

    run: str | None
    times: list[datetime] = field(default_factory=list)
    job: str = ""
    events: list[Json] = field(default_factory=list)
    run_facets: Facets = field(default_factory=dict)
    job_facets: Facets = field(default_factory=dict)
    input: dict[str, Role] = field(default_factory=lambda: defaultdict(Role))
    output: dict[str, Role] = field(default_factory=lambda: defaultdict(Role))


class Saying(NamedTuple):
    """That something flows."""

    by: Context
    basis: str
    event: int


def read(events: Iterable[Json]) -> dict[str, list[Row]]:
    """The rows of each frame of `COLUMNS`, in any order."""
    return _Log([json.loads(text) for text in dict.fromkeys(map(json.dumps, events))]).rows()


class _Log:
    def __init__(self, events: list[Json]) -> None:
        self.events = events
        self.datasets, self.families = _united(events), _families(events)
        self.contexts: dict[Row, Context] = {}
        self.standing: dict[str, Facets] = defaultdict(dict)
        self.outside: dict[tuple[str, str], Facets] = defaultdict(dict)
        self.facets: dict[Row, int] = {}
        self.times: dict[str, list[datetime]] = defaultdict(list)
        self.parents: dict[str, str] = {}
        self.written: set[str] = set()
        self.edges: dict[Row, list[Saying]] = defaultdict(list)
        self.flows: dict[Row, list[Saying]] = defaultdict(list)
        self.links: dict[Row, list[Saying]] = defaultdict(list)
        for at in sorted(range(len(events)), key=lambda at: (*_order(events[at]), at)):
            self.take(at, events[at])
        for context in self.contexts.values():
            self.within(context)
        self.without()

    # -------------------------------------------------------------------------- events, in order

    def take(self, at: int, event: Json) -> None:
        if "dataset" in event:
            self.take_dataset(at, event["dataset"], "dataset", None)
            return
        run, job = event.get("run", {}), event["job"]
        run_id, node = run.get("runId"), _job(job)
        family = run_id, self.families.get((run_id, job["name"]), job["name"]), job["namespace"]
        context = self.contexts.setdefault(family, Context(run_id))
        context.job = node
        context.events.append(event)
        context.times += _time(event)
        self.times[node] += _time(event)
        told = run.get("facets", {})
        self.keep(("run", node, run_id), told, at, context.run_facets)
        both = context.job_facets, self.standing[node]
        self.keep(("job", node, run_id), job.get("facets"), at, *both)
        parent = told.get("parent") or told.get("parentRun") or {}
        self.parents |= {node: _job(parent["job"])} if "job" in parent else {}
        for direction in ("input", "output"):
            for item in event[f"{direction}s"]:
                self.take_dataset(at, item, direction, context)

    def take_dataset(self, at: int, item: Json, role: str, context: Context | None) -> None:
        node, run = self.node(item), context.run if context else None
        self.times[node] += _time(self.events[at])
        into = [self.standing[node]]
        if context:
            found = getattr(context, role)[node]
            found.events.append(at)
            into.append(found.facets)
            self.keep((role, node, run), item.get(f"{role}Facets"), at, found.own)
        if role == "output":
            self.written.add(node)
        else:
            into.append(self.outside[node, role])
        self.keep(("dataset", node, run), item.get("facets"), at, *into)

    def keep(self, whose: Row, told: Json | None, at: int, *into: Facets) -> None:
        for key, value in (told or {}).items():
            if value is None:
                continue
            self.facets.setdefault((*whose, key, json.dumps(value).encode()), at)
            for facets in into:
                facets.pop(key, None)
                if "_deleted" not in value:
                    facets[key] = Kept(value, at)

    def node(self, item: Json) -> str:
        return self.datasets.setdefault(_dataset(item), _dataset(item))

    # ----------------------------------------------------------------- what flows, by precedence

    def within(self, by: Context) -> None:
        """What flows through a job, as one context tells it."""
        for node, role in by.input.items():
            self.edges[node, by.job, "reads"].append(Saying(by, DECLARED, role.events[0]))
        for node, role in by.output.items():
            self.edges[by.job, node, "writes"].append(Saying(by, DECLARED, role.events[0]))
            if columns := role.facets.get("columnLineage"):
                self.linked(by, by.job, node, columns)
        if lineage := by.job_facets.get("lineage"):
            for entry in lineage.value["entries"]:
                self.entry(by, entry, lineage.event)
            return
        self.by_output(by)

    def by_output(self, by: Context) -> None:
        """Without a lineage facet on the job, each output says for itself what feeds it."""
        implied = []
        for node, role in by.output.items():
            columns = role.facets.get("columnLineage")
            if lineage := role.facets.get("lineage"):
                self.declared(by, by.job, node, *lineage)
            elif columns and (sources := self.sources(columns.value)):
                say = Saying(by, COLUMN_LINEAGE, columns.event)
                for source in sources:
                    self.flows[source, node, by.job].append(say)
                    if source not in by.input:
                        self.edges[source, by.job, "reads"].append(say)
            else:
                implied.append(node)
        first = min((by.output[node].events[0] for node in implied), default=0)
        for source in by.input:
            for node in implied:
                self.flows[source, node, by.job].append(Saying(by, IMPLIED, first))

    def entry(self, by: Context, entry: Json, event: int) -> None:
        """An entry of a job's lineage facet: what feeds a dataset, or a job."""
        if entry["type"] == "DATASET":
            self.declared(by, by.job, self.node(entry), entry, event)
            return
        target, say = self.source(entry, by.job), Saying(by, DECLARED, event)
        for item in entry["inputs"]:
            source = self.source(item, by.job)
            if source != target:
                kind = "hands_over" if item["type"] == "JOB" else "reads"
                self.edges[source, target, kind].append(say)
                self.flows[source, target, target].append(say)

    def declared(self, by: Context, job: str | None, node: str, facet: Json, event: int) -> None:
        """Declared lineage of a dataset, through a job or outside any."""
        say, columns = Saying(by, DECLARED, event), facet.get("fields", {}).items()
        told: list[tuple[Json, str | None]] = [(item, None) for item in facet["inputs"]]
        told += [(item, column) for column, one in columns for item in one["inputs"]]
        kinds = {self.source(item, job): item["type"] for item, _ in told}
        own = kinds.pop(job, "")
        for source, kind in kinds.items():
            self.flows[source, node, job].append(say)
            if kind == "JOB":
                self.edges[source, node, "writes"].append(say)
            elif job:
                self.edges[source, job, "reads"].append(say)
            else:
                self.edges[source, node, "derives"].append(say)
        if job and {own, *kinds.values()} != {"", "JOB"}:  # only other jobs write it
            self.edges[job, node, "writes"].append(say)
        for item, column in told:
            source = self.source(item, job)
            if source and (column or "field" in item):
                for step in _steps(item):
                    link = source, item.get("field"), node, column, *step, job
                    self.links[link].append(say)

    def without(self) -> None:
        """What flows outside any job: told by dataset events, or of an input that nobody writes."""
        for (node, role), facets in self.outside.items():
            by = Context(None, self.times[node])
            if role == "input" and node in self.written:
                continue
            if lineage := facets.get("lineage"):
                self.declared(by, None, node, *lineage)
            if columns := facets.get("columnLineage"):
                self.linked(by, None, node, columns)
                for source in self.sources(columns.value):
                    say = Saying(by, COLUMN_LINEAGE, columns.event)
                    self.edges[source, node, "derives"].append(say)
                    self.flows[source, node, None].append(say)

    def linked(self, by: Context, job: str | None, node: str, columns: Kept) -> None:
        for item, column, of in _column_inputs(columns.value):
            for step in _steps(item, of):
                link = self.node(item), item["field"], node, column, *step, job
                self.links[link].append(Saying(by, COLUMN_LINEAGE, columns.event))

    def sources(self, columns: Json) -> set[str]:
        return {self.node(item) for item, *_ in _column_inputs(columns)}

    def source(self, item: Json, job: str | None) -> str | None:
        """The node that is meant; a job without a name is the facet's own."""
        if item["type"] == "DATASET":
            return self.node(item)
        if "name" not in item:
            return job
        self.times[_job(item)] += []
        return _job(item)

    # ---------------------------------------------------------------------------------- the rows

    def rows(self) -> dict[str, list[Row]]:
        contexts = list(self.contexts.values())
        runs = Counter(context.job for context in contexts if context.run is not None)
        aliases: dict[str, list[str]] = defaultdict(list)
        for name, node in sorted(self.datasets.items()):
            aliases[node] += {name} - {node}
        return {
            "runs": [_run(context) for context in contexts if context.run is not None],
            "jobs": [
                (node, self.parents.get(node), self.description(node), runs[node], *_span(times))
                for node, times in self.times.items()
                if node.startswith("job:")
            ],
            "datasets": [
                (node, names, self.description(node), self.owners(node), *_span(self.times[node]))
                for node, names in aliases.items()
            ],
            "io": [row for context in contexts for row in _io(context)],
            "edges": [
                (*key, *_said(said), *_span([time for one in said for time in one.by.times]))
                for key, said in self.edges.items()
            ],
            "flows": [(*key, *_said(said)) for key, said in self.flows.items()],
            "fields": [row for node in aliases for row in self.fields(node)],
            "column_edges": [
                (*key, *_said(said)[1:], _last_run(said, contexts))
                for key, said in self.links.items()
            ],
            "facets": [(*key, at) for key, at in self.facets.items()],
        }

    def description(self, node: str) -> str | None:
        kept = self.standing[node].get("documentation")
        return kept.value["description"] if kept else None

    def owners(self, node: str) -> list[str]:
        kept = self.standing[node].get("ownership")
        return [owner["name"] for owner in kept.value["owners"]] if kept else []

    def fields(self, node: str) -> Iterator[Row]:
        if kept := self.standing[node].get("schema"):
            for at, (name, one) in enumerate(_flat(kept.value["fields"])):
                yield node, name, one.get("type"), at, one.get("description"), kept.event


def _dataset(item: Json, kind: str = "dataset") -> str:
    return f"{kind}:{item['namespace']}:{item['name']}"


def _job(item: Json) -> str:
    return _dataset(item, "job")


def _time(event: Json) -> list[datetime]:
    return [datetime.fromisoformat(event["eventTime"])] if "eventTime" in event else []


def _order(event: Json) -> Row:
    kind = event.get("eventType")
    return _time(event), 0 if kind == "START" else 2 if kind in TERMINAL else 1


def _span(times: list[datetime]) -> Row:
    return min(times, default=None), max(times, default=None)


def _said(said: list[Saying]) -> Row:
    """Basis, runs, event."""
    runs = {one.by for one in said if one.by.run is not None}
    return min((one.basis for one in said), key=BASES.index), len(runs), min(s.event for s in said)


def _last_run(said: list[Saying], contexts: list[Context]) -> str | None:
    """The run seen last of those that say so; of several the one that began last."""
    runs = [one.by for one in said if one.by.run is not None]
    key = [(sorted(by.times)[-1:], contexts.index(by), by.run) for by in runs]
    return max(key)[-1] if key else None


def _united(events: list[Json]) -> dict[str, str]:
    """Each name of a dataset → the one shown: told as TABLE most often, else used most often."""
    groups: list[set[str]] = []
    used, tables = Counter[str](), Counter[str]()
    for event in events:
        alone = [event["dataset"]] if "dataset" in event else []
        for item in [*alone, *event.get("inputs", []), *event.get("outputs", [])]:
            links = (item["facets"].get("symlinks") or {}).get("identifiers", [])
            used[_dataset(item)] += 1
            tables.update(_dataset(link) for link in links if link["type"] == "TABLE")
            group = {_dataset(item), *map(_dataset, links)}
            group = group.union(*(other for other in groups if other & group))
            groups = [*(other for other in groups if not other & group), group]
    shown = {min(g, key=lambda name: (-tables[name], -used[name], name)): g for g in groups}
    return {name: first for first, group in shown.items() for name in group}


def _families(events: list[Json]) -> dict[Row, str]:
    """(run, job) → one name for all jobs of a run that is renamed: `app`, then `app.execute_…`."""
    jobs = defaultdict(set)
    for event in events:
        if run := event.get("run", {}).get("runId"):
            jobs[run].add((event["job"]["namespace"], event["job"]["name"]))
    found: dict[Row, str] = {}
    for run, of in jobs.items():
        namespace, first = min(of, key=lambda job: len(job[1]))
        if all(n == namespace and (c == first or c.startswith(f"{first}.")) for n, c in of):
            found |= {(run, called): first for _, called in of}
    return found


def _column_inputs(facet: Json) -> Iterator[tuple[Json, str | None, Json]]:
    for column, of in facet.get("fields", {}).items():
        yield from ((item, column, of) for item in of["inputFields"])
    yield from ((item, None, {}) for item in facet.get("dataset", []))


def _steps(item: Json, of: Json | None = None) -> Iterator[Row]:
    """type, subtype, masking, description; `of` has what 1-0-x said of all inputs of a column."""
    kind, text = ((of or {}).get(f"transformation{what}") for what in ("Type", "Description"))
    if not item.get("transformations"):
        yield kind, None, True if kind == "MASKED" else None, text
    for step in item.get("transformations", []):
        said = step.get("description", text if step["type"] == "DIRECT" else None)
        yield step["type"], step.get("subtype"), step.get("masking"), said


def _flat(fields: list[Json], before: str = "") -> Iterator[tuple[str, Json]]:
    for one in fields:
        yield before + one["name"], one
        yield from _flat(one.get("fields", []), f"{before}{one['name']}.")


def _run(of: Context) -> Row:
    parent = of.run_facets.get("parent") or of.run_facets.get("parentRun")
    kinds = [event.get("eventType") for event in of.events]
    ends = [event for event in of.events if event.get("eventType") in TERMINAL]
    starts = [t for e in of.events if e.get("eventType") == "START" for t in _time(e)]
    state = "RUNNING" if {"START", "RUNNING"} & {*kinds} else "UNKNOWN"
    ended = None
    if ends:
        state, ended = ends[-1]["eventType"], next(iter(_time(ends[-1])), None)
    about = parent.value["run"]["runId"] if parent else None
    told = state, min(starts, default=None), ended, len(of.events)
    return of.run, of.job, *told, *_span(of.times), about


def _io(of: Context) -> Iterator[Row]:
    for direction in ("input", "output"):
        for node, role in getattr(of, direction).items():
            version = role.facets.get("version")
            places = [(role.own, key) for key in COUNTS] + [(role.facets, "dataQualityMetrics")]
            counts = (
                [facets[key].value.get(name) for name in COUNTS[key]]
                for facets, key in places
                if key in facets
            )
            told = version.value["datasetVersion"] if version else None, *next(counts, [None] * 3)
            yield of.run, of.job, node, direction, *told, role.events[0], role.events[-1]
