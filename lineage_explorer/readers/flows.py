"""What flows where, per run, by the specification's precedence for each output.

1. A job's `lineage` facet is the whole picture of that run: only what its entries name flows.
   Inputs it does not name are read, outputs it does not describe are written, nothing between.
2. Else the output's own `lineage` facet (`inputs: []` means no tracked upstream).
3. Else the output's `columnLineage`.
4. Else every input feeds it.
Lineage told of a dataset outside any job (a dataset event, or a facet on an input) makes
`derives` edges. Sources: `LineageFacet.json` 1-0-0, `ColumnLineageDatasetFacet.json` 1-2-0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lineage_explorer.naming import Name, job_id
from lineage_explorer.readers import facets as f
from lineage_explorer.readers.accumulate import Accumulated, Context, Kept, Role, Thing

STRENGTH = {"declared": 0, "columns": 1, "implied": 2}


class Link(NamedTuple):
    """A field (or a whole dataset) feeding a field (or a whole dataset)."""

    source: str
    source_field: str | None
    target: str
    target_field: str | None
    type: str | None
    subtype: str | None
    masking: bool | None
    description: str | None


@dataclass(slots=True)
class Seen:
    """How often and when something was said."""

    event: int
    basis: str = "declared"
    runs: set[str] = field(default_factory=set)
    first: int | None = None
    last: int | None = None
    last_run: str | None = None

    def by(self, event: int, basis: str, context: Context | Thing) -> None:
        """Said once more."""
        self.event = min(self.event, event)
        if STRENGTH[basis] < STRENGTH[self.basis]:
            self.basis = basis
        if isinstance(context, Context) and context.run is not None:
            self.runs.add(context.run)
            self.last_run = context.run
        first, last = context.first_seen, context.last_seen
        if first is not None and (self.first is None or first < self.first):
            self.first = first
        if last is not None and (self.last is None or last > self.last):
            self.last = last


EdgeKey = tuple[str, str, str]
BundleKey = tuple[str | None, str, tuple[str, ...], tuple[str, ...]]


@dataclass
class Flows:
    """Edges, bundles and column edges, as they are gathered."""

    node_of: Callable[[Name], str]
    edges: dict[EdgeKey, Seen] = field(default_factory=dict)
    bundles: dict[BundleKey, Seen] = field(default_factory=dict)
    columns: dict[tuple[str | None, Link], Seen] = field(default_factory=dict)
    jobs: set[Name] = field(default_factory=set)

    def edge(
        self, source: str, target: str, kind: str, basis: str, event: int, by: Context | Thing
    ) -> None:
        key = (source, target, kind)
        self.edges.setdefault(key, Seen(event, basis)).by(event, basis, by)

    def bundle(
        self,
        job: str | None,
        basis: str,
        sources: Iterable[str],
        targets: Iterable[str],
        event: int,
        by: Context | Thing,
    ) -> None:
        key = (job, basis, tuple(sorted(set(sources))), tuple(sorted(set(targets))))
        if key[2] and key[3]:
            self.bundles.setdefault(key, Seen(event, basis)).by(event, basis, by)

    def links(
        self, job: str | None, links: Iterable[Link], event: int, by: Context | Thing
    ) -> None:
        for link in links:
            self.columns.setdefault((job, link), Seen(event)).by(event, "declared", by)

    def job(self, name: Name) -> str:
        """The id of a job that a lineage facet names."""
        self.jobs.add(name)
        return job_id(*name)


def flows(state: Accumulated, node_of: Callable[[Name], str]) -> Flows:
    """All flows of all runs, job events and dataset events."""
    found = Flows(node_of)
    for context in state.contexts.values():
        _context(found, context)
    for name in sorted(state.datasets):
        _dataset(found, state.datasets[name])
    return found


def _context(found: Flows, context: Context) -> None:
    job = job_id(*context.job)
    for role in context.inputs.values():
        node = found.node_of(role.name)
        found.edge(node, job, "reads", "declared", role.first_event, context)
    for role in context.outputs.values():
        node = found.node_of(role.name)
        found.edge(job, node, "writes", "declared", role.first_event, context)
        if (columns := _facet(role, "columnLineage")) is not None:
            found.links(job, column_links(found, columns.typed, node), columns.event, context)
    declared = context.job_facets.get("lineage")
    if declared is not None and declared.typed is not None:
        for entry in declared.typed.entries or []:
            _entry(found, context, entry, declared.event)
    else:
        _by_output(found, context, job)


def _by_output(found: Flows, context: Context, job: str) -> None:
    """Without a lineage facet on the job, each output says for itself what feeds it."""
    implied: list[Role] = []
    for role in context.outputs.values():
        columns = _facet(role, "columnLineage")
        lineage = _facet(role, "lineage")
        if lineage is not None:
            _declared(found, context, job, lineage.typed, role.name, lineage.event)
        elif columns is not None and (sources := column_sources(found, columns.typed)):
            _read_by_columns(found, context, job, sources, columns.event)
            target = [found.node_of(role.name)]
            found.bundle(job, "columns", sources, target, columns.event, context)
        else:
            implied.append(role)
    if implied and context.inputs:
        sources = [found.node_of(name) for name in context.inputs]
        targets = [found.node_of(role.name) for role in implied]
        event = min(role.first_event for role in implied)
        found.bundle(job, "implied", sources, targets, event, context)


def _read_by_columns(
    found: Flows, context: Context, job: str, sources: Iterable[str], event: int
) -> None:
    """Datasets only column lineage names are read all the same."""
    listed = {found.node_of(name) for name in context.inputs}
    for source in sources:
        if source not in listed:
            found.edge(source, job, "reads", "columns", event, context)


def _entry(found: Flows, context: Context, entry: Any, event: int) -> None:
    """An entry of a job's lineage facet."""
    name = _name(entry)
    if (f.word(entry.type) or "").upper() == "JOB":
        target = name or context.job
        _feeds_job(found, context, target, entry.inputs or [], event)
    elif name is not None:
        _declared(found, context, job_id(*context.job), entry, name, event)


def _declared(
    found: Flows, context: Context, job: str, facet: Any, target: Name, event: int
) -> None:
    """Declared lineage of a dataset, within a job."""
    node = found.node_of(target)
    datasets, jobs, own = _sources(found, facet, context.job)
    for source in datasets:
        found.edge(source, job, "reads", "declared", event, context)
    if datasets or own or not jobs:
        found.edge(job, node, "writes", "declared", event, context)
    for other in jobs:
        found.edge(other, node, "writes", "declared", event, context)
    found.bundle(job, "declared", [*datasets, *jobs], [node], event, context)
    found.links(job, lineage_links(found, facet, node, context.job), event, context)


def _feeds_job(found: Flows, context: Context, target: Name, inputs: list[Any], event: int) -> None:
    """Datasets and jobs that hand data to a job."""
    job = found.job(target)
    sources = []
    for item in inputs:
        source = _source(found, item, context.job)
        if source is None or source == job:
            continue
        kind = "hands_over" if _is_job(item) else "reads"
        found.edge(source, job, kind, "declared", event, context)
        sources.append(source)
    found.bundle(job, "declared", sources, [job], event, context)


def _dataset(found: Flows, thing: Thing) -> None:
    """Lineage that a dataset carries outside the outputs of any job."""
    for key in ("lineage", "columnLineage"):
        kept = thing.facets.get(key)
        if kept is None or kept.typed is None or key not in thing.outside:
            continue
        event, as_input = thing.outside[key]
        if as_input and thing.written:  # then the job that writes it tells the same, with the job
            continue
        node = found.node_of(thing.name)
        if key == "lineage":
            datasets, jobs, _ = _sources(found, kept.typed, None)
            for other in jobs:
                found.edge(other, node, "writes", "declared", event, thing)
            links = lineage_links(found, kept.typed, node, None)
            sources, basis = [*datasets, *jobs], "declared"
        else:
            datasets = column_sources(found, kept.typed)
            links = column_links(found, kept.typed, node)
            sources, basis = datasets, "columns"
        for source in datasets:
            found.edge(source, node, "derives", basis, event, thing)
        found.bundle(None, basis, sources, [node], event, thing)
        found.links(None, links, event, thing)


def _sources(found: Flows, facet: Any, own: Name | None) -> tuple[list[str], list[str], bool]:
    """Datasets, other jobs, and whether the job itself, that feed a dataset or its fields."""
    datasets: dict[str, None] = {}
    jobs: dict[str, None] = {}
    itself = False
    for item in _all_inputs(facet):
        source = _source(found, item, own)
        if source is None:
            itself = itself or _is_job(item)
        elif not _is_job(item):
            datasets[source] = None
        elif own is not None and source == job_id(*own):
            itself = True
        else:
            jobs[source] = None
    return list(datasets), list(jobs), itself


def _all_inputs(facet: Any) -> Iterator[Any]:
    yield from facet.inputs or []
    for entry in (facet.fields or {}).values():
        yield from entry.inputs or []


def _source(found: Flows, item: Any, own: Name | None) -> str | None:
    name = _name(item)
    if _is_job(item):
        name = name or own
        return found.job(name) if name else None
    return found.node_of(name) if name else None


def _is_job(item: Any) -> bool:
    return (f.word(item.type) or "").upper() == "JOB"


def _name(item: Any) -> Name | None:
    namespace, name = f.word(item.namespace), f.word(item.name)
    return (namespace, name) if namespace is not None and name is not None else None


def _facet(role: Role, key: str) -> Kept | None:
    kept = role.facets.get(key)
    return kept if kept is not None and kept.typed is not None else None


def column_sources(found: Flows, facet: Any) -> list[str]:
    """The datasets a columnLineage facet names, in its order."""
    items = [i for column in (facet.fields or {}).values() for i in column.inputFields or []]
    names = [_name(item) for item in [*items, *(facet.dataset or [])]]
    return list(dict.fromkeys(found.node_of(name) for name in names if name is not None))


def column_links(found: Flows, facet: Any, target: str) -> Iterator[Link]:
    """The links of a columnLineage facet: 1-0-x, 1-1-0 and 1-2-0 alike."""
    for column, inputs in (facet.fields or {}).items():
        old = f.word(inputs.transformationType), f.word(inputs.transformationDescription)
        for item in inputs.inputFields or []:
            yield from _links(found, item, target, column, old)
    for item in facet.dataset or []:
        yield from _links(found, item, target, None, (None, None))


def lineage_links(found: Flows, facet: Any, target: str, own: Name | None) -> Iterator[Link]:
    """The links of a lineage facet: its fields, and inputs that name a field."""
    for item in facet.inputs or []:
        if f.word(item.field) is not None:
            yield from _links(found, item, target, None, (None, None), own)
    for column, entry in (facet.fields or {}).items():
        for item in entry.inputs or []:
            yield from _links(found, item, target, column, (None, None), own)


def _links(
    found: Flows,
    item: Any,
    target: str,
    column: str | None,
    old: tuple[str | None, str | None],
    own: Name | None = None,
) -> Iterator[Link]:
    is_job = getattr(item, "type", None) is not None and _is_job(item)
    name = _name(item) or (own if is_job else None)
    if name is None:
        return
    source = found.job(name) if is_job else found.node_of(name)
    source_field = None if is_job else f.word(item.field)
    if not item.transformations:
        masking = True if old[0] == "MASKED" else None
        yield Link(source, source_field, target, column, old[0], None, masking, old[1])
    for step in item.transformations or []:
        yield Link(
            source,
            source_field,
            target,
            column,
            f.word(step.type),
            f.word(step.subtype),
            f.truth(step.masking),
            f.word(step.description),
        )
