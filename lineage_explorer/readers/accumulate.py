"""Events → runs, jobs and datasets as they stand after all of them.

The specification's rules (spec/OpenLineage.md, website/docs/spec/run-cycle): what events of a run
tell is united; a facet replaces the earlier one of its name as a whole; `_deleted` takes it away.
The order is eventTime, then START < others < terminal, then the order read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from lineage_explorer.naming import Aliases, Name
from lineage_explorer.readers import facets as f
from lineage_explorer.readers.openlineage import TERMINAL, Facets, Part, Told
from lineage_explorer.readers.problems import Problems

Place = tuple[str, int, int, int]
"""Where an event lies: file, line, offset, length."""


class Kept(NamedTuple):
    """A facet as it stands: its text, its typed form, the event that told it."""

    text: bytes
    typed: Any
    event: int
    order: int
    """When it was told, counted in the specification's order."""


class FacetRow(NamedTuple):
    """A facet as it came."""

    entity: str
    node: Name
    run: str | None
    event: int
    facet: str
    text: bytes


@dataclass(slots=True)
class Thing:
    """A job or dataset name over all events."""

    name: Name
    facets: dict[str, Kept] = field(default_factory=dict)
    first_seen: int | None = None
    last_seen: int | None = None
    parent: Name | None = None
    producer: str | None = None
    written: bool = False
    outside: dict[str, tuple[int, bool]] = field(default_factory=dict)
    """Facets told of it other than as an output: the event, and whether as an input."""


@dataclass(slots=True)
class Role:
    """A dataset as input or output of one run."""

    name: Name
    first_event: int
    last_event: int
    facets: dict[str, Kept] = field(default_factory=dict)
    io: dict[str, Kept] = field(default_factory=dict)


@dataclass(slots=True)
class Context:
    """A run, or all job events of a job: within it facets and datasets accumulate."""

    run: str | None
    job: Name
    is_run: bool
    facets: dict[str, Kept] = field(default_factory=dict)
    job_facets: dict[str, Kept] = field(default_factory=dict)
    inputs: dict[Name, Role] = field(default_factory=dict)
    outputs: dict[Name, Role] = field(default_factory=dict)
    started: int | None = None
    ended: int | None = None
    terminal: str | None = None
    ends: list[tuple[str, int]] = field(default_factory=list)
    """Terminal events: type and event."""
    began: bool = False
    events: int = 0
    first_event: int = -1
    first_seen: int | None = None
    last_seen: int | None = None

    @property
    def state(self) -> str:
        return self.terminal or ("RUNNING" if self.began else "UNKNOWN")


@dataclass
class Accumulated:
    """Everything the events told, before it is laid out in frames."""

    aliases: Aliases = field(default_factory=Aliases)
    jobs: dict[Name, Thing] = field(default_factory=dict)
    datasets: dict[Name, Thing] = field(default_factory=dict)
    contexts: dict[tuple[Name | None, str | None], Context] = field(default_factory=dict)
    facets: list[FacetRow] = field(default_factory=list)
    dataset_facets: list[FacetRow] = field(default_factory=list)
    order: int = 0
    _last: dict[tuple[str, Name, str | None, str], bytes] = field(default_factory=dict)

    def add(self, told: Told, family: Name | None) -> None:
        """Take in one event; events must come in their order."""
        self.order += 1
        if told.dataset is not None:
            self._dataset(told.dataset, told, None)
        if told.job is None:
            return
        job = self._job(told.job, told)
        context = self._context(told, told.job.name, family)
        context.job = told.job.name
        self._facets(context.facets, told.run_facets, told, "run", told.job.name)
        merge(context.job_facets, told.job.facets, told.event, self.order)
        if (parent := _parent(told)) is not None:
            job.parent = parent
        for parts, roles, entity in (
            (told.inputs, context.inputs, "input"),
            (told.outputs, context.outputs, "output"),
        ):
            for part in parts:
                self._role(part, roles, told, entity)

    def _context(self, told: Told, job: Name, family: Name | None) -> Context:
        is_run = told.kind == "run"
        key = (family, told.run) if told.run is not None else (job, None)
        context = self.contexts.get(key)
        if context is None:
            context = self.contexts[key] = Context(told.run, job, is_run, first_event=told.event)
        context.events += 1
        see(context, told.time)
        if told.type in ("START", "RUNNING"):
            context.began = True
        if told.type == "START" and context.started is None:
            context.started = told.time
        if told.type in TERMINAL:
            context.terminal, context.ended = told.type, told.time
            context.ends.append((told.type, told.event))
        return context

    def _job(self, part: Part, told: Told) -> Thing:
        thing = self.jobs.setdefault(part.name, Thing(part.name))
        thing.producer = told.producer or thing.producer
        see(thing, told.time)
        self._facets(thing.facets, part.facets, told, "job", part.name)
        return thing

    def _dataset(
        self, part: Part, told: Told, role: Role | None, *, is_output: bool = False
    ) -> None:
        self.aliases.use(part.name)
        thing = self.datasets.setdefault(part.name, Thing(part.name))
        see(thing, told.time)
        self._facets(thing.facets, part.facets, told, "dataset", part.name)
        if role is not None:
            merge(role.facets, part.facets, told.event, self.order)
        if is_output:
            thing.written = True
        else:
            thing.outside.update(dict.fromkeys(part.facets, (told.event, role is not None)))
        if (symlinks := part.facets.get("symlinks")) and symlinks[1]:
            for other in symlinks[1].identifiers or []:
                namespace, name = f.word(other.namespace), f.word(other.name)
                if namespace is not None and name is not None:
                    self.aliases.unite(part.name, (namespace, name), f.word(other.type) or "")

    def _role(self, part: Part, roles: dict[Name, Role], told: Told, entity: str) -> None:
        role = roles.get(part.name)
        if role is None:
            role = roles[part.name] = Role(part.name, told.event, told.event)
        role.last_event = told.event
        self._dataset(part, told, role, is_output=entity == "output")
        self._facets(role.io, part.io, told, entity, part.name)

    def _facets(
        self, into: dict[str, Kept], facets: Facets, told: Told, entity: str, node: Name
    ) -> None:
        if not facets:
            return
        rows = self.facets if entity in ("run", "job") else self.dataset_facets
        for key, (text, _) in facets.items():
            place = (entity, node, told.run, key)
            if self._last.get(place) != text:
                self._last[place] = text
                rows.append(FacetRow(entity, node, told.run, told.event, key, text))
        merge(into, facets, told.event, self.order)


def merge(into: dict[str, Kept], facets: Facets, event: int, order: int) -> None:
    """A facet replaces the earlier one of its name; `_deleted` takes it away."""
    for key, (text, typed) in facets.items():
        if b'"_deleted"' in text and _deleted(text):
            into.pop(key, None)
        else:
            into[key] = Kept(text, typed, event, order)


def newest(*facets: dict[str, Kept]) -> dict[str, Kept]:
    """Several sets of facets as one: of each facet the one told last."""
    found: dict[str, Kept] = {}
    for one in facets:
        for key, kept in one.items():
            if key not in found or found[key].order < kept.order:
                found[key] = kept
    return found


def see(thing: Thing | Context, time: int | None) -> None:
    """Widen the span of times in which something was seen."""
    if time is None:
        return
    if thing.first_seen is None or time < thing.first_seen:
        thing.first_seen = time
    if thing.last_seen is None or time > thing.last_seen:
        thing.last_seen = time


def accumulate(told: Iterable[Told]) -> Accumulated:
    """All events, in the specification's order, taken into one state."""
    ordered = sorted(told, key=lambda one: (one.time is not None, one.time or 0, one.rank))
    families = _families(ordered)
    state = Accumulated()
    for one in ordered:
        name = one.job.name if one.job else None
        state.add(one, families.get((one.run, name), name))
    return state


def shared_runs(told: Iterable[Told]) -> Iterator[tuple[str, list[Name]]]:
    """Run ids that unrelated jobs use, with those jobs."""
    for run, jobs in _jobs_of_runs(told).items():
        if len(jobs) > 1 and not _renamed(jobs):
            yield run, sorted(jobs)


def note_odd_runs(
    state: Accumulated, told: list[Told], places: list[Place], into: Problems
) -> None:
    """Problems that only show over several events: shared run ids, and runs that end twice."""
    first = {one.run: one.event for one in reversed(told) if one.run is not None}
    for run, jobs in shared_runs(told):
        names = ", ".join(repr(name) for _, name in jobs[:4])
        into.add("run-of-two-jobs", f"run {run!r} belongs to {names}.", *places[first[run]][:3])
    for context in state.contexts.values():
        if context.run is not None and len({kind for kind, _ in context.ends}) > 1:
            kinds = ", then ".join(kind for kind, _ in context.ends)
            last = places[context.ends[-1][1]]
            into.add("two-ends", f"run {context.run!r} ended {kinds}.", *last[:3])


def _families(told: Iterable[Told]) -> dict[tuple[str | None, Name | None], Name]:
    """For each (run id, job): the job under which the run is kept."""
    found: dict[tuple[str | None, Name | None], Name] = {}
    for run, jobs in _jobs_of_runs(told).items():
        for job in jobs:
            found[run, job] = min(jobs) if _renamed(jobs) else job
    return found


def _jobs_of_runs(told: Iterable[Told]) -> dict[str, set[Name]]:
    jobs: dict[str, set[Name]] = defaultdict(set)
    for one in told:
        if one.run is not None and one.job is not None:
            jobs[one.run].add(one.job.name)
    return jobs


def _renamed(jobs: set[Name]) -> bool:
    """Whether several names of one run are one job's: Spark's `app`, then `app.execute_…`."""
    shortest = min(jobs, key=lambda job: (len(job[1]), job))
    return all(
        job[0] == shortest[0] and job[1].startswith((shortest[1], f"{shortest[1]}."))
        for job in jobs
    )


def _parent(told: Told) -> Name | None:
    kept = told.run_facets.get("parent")
    job = kept[1].job if kept and kept[1] else None
    namespace, name = (f.word(job.namespace), f.word(job.name)) if job else (None, None)
    return (namespace, name) if namespace is not None and name is not None else None


def _deleted(text: bytes) -> bool:
    value = msgspec.json.decode(text)
    return isinstance(value, dict) and value.get("_deleted") is True
