"""What was accumulated → the frames of the contract."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from lineage_explorer.naming import Name, dataset_id, job_id
from lineage_explorer.readers import facets as f
from lineage_explorer.readers.accumulate import Accumulated, Kept, Place, Role, Thing, newest, see
from lineage_explorer.readers.flows import Flows, flows
from lineage_explorer.readers.openlineage import Told
from lineage_explorer.readers.schemas import Schemas, tag, typed
from lineage_explorer.readers.times import parse_time
from lineage_explorer.tables import (
    BUNDLES,
    COLUMN_EDGES,
    DATASETS,
    EDGES,
    EVENTS,
    FACETS,
    FIELDS,
    IO,
    JOBS,
    QUALITY,
    RUNS,
    SCHEMAS,
    Frames,
    table,
)

_INTEGRATION = re.compile(r"/integration/([A-Za-z][\w-]*)|providers-(openlineage)\b")

Node = Callable[[Name], str]


def frames_of(
    state: Accumulated, told: list[Told], places: list[Place], problems: pl.DataFrame
) -> Frames:
    """All frames, rows in an order that depends on the events alone."""
    groups = state.aliases.groups()
    shown = {name: first for first, names in groups.items() for name in names}
    named: set[Name] = set()

    def node_of(name: Name) -> str:
        canonical = shown.get(name, name)
        named.add(canonical)
        return dataset_id(*canonical)

    found = flows(state, node_of)
    groups |= {name: [name] for name in named - groups.keys()}
    schemas = Schemas(node_of)
    schemas.read(state.dataset_facets)
    return Frames(
        events=table(EVENTS, _event_rows(told, places)),
        runs=table(RUNS, _run_rows(state)).sort("first_seen", "run", "job"),
        jobs=table(JOBS, _job_rows(state, found)).sort("job"),
        datasets=table(DATASETS, _dataset_rows(state, groups)).sort("dataset"),
        io=table(IO, _io_rows(state, node_of)).sort("first_event", "direction", "dataset", "run"),
        edges=table(EDGES, _edge_rows(found)).sort("source", "target", "kind"),
        fields=table(FIELDS, schemas.field_rows(state.datasets.values())).sort(
            "dataset", "ordinal"
        ),
        schemas=table(SCHEMAS, schemas.rows()).sort("dataset", "first_event", "version"),
        column_edges=table(COLUMN_EDGES, _column_rows(found)).sort(
            "target", "target_field", "source", "source_field", "job", "type", "subtype"
        ),
        quality=table(QUALITY, _quality_rows(state, node_of)).sort(
            "dataset", "event", "field", "name"
        ),
        facets=table(FACETS, _facet_rows(state, node_of)).sort("event", "entity", "node", "facet"),
        problems=problems,
        bundles=table(BUNDLES, _bundle_rows(found)).sort("job", "basis", "event", "targets"),
    )


def _event_rows(told: list[Told], places: list[Place]) -> Iterator[tuple[Any, ...]]:
    for one, (file, line, offset, length) in zip(told, places, strict=True):
        job = job_id(*one.job.name) if one.job else None
        yield (
            one.event, file, line, offset, one.time, one.kind, one.type, one.run, job,
            one.producer, length,
        )  # fmt: skip


def _run_rows(state: Accumulated) -> Iterator[tuple[Any, ...]]:
    for context in state.contexts.values():
        if context.run is None:
            continue
        parent = typed(context.facets, "parent")
        nominal = typed(context.facets, "nominalTime")
        engine = typed(context.facets, "processing_engine")
        error = typed(context.facets, "errorMessage")
        yield (
            context.run,
            job_id(*context.job),
            context.state,
            context.started,
            context.ended,
            _moment(nominal and nominal.nominalStartTime),
            _moment(nominal and nominal.nominalEndTime),
            f.word(parent.run.runId) if parent and parent.run else None,
            _root(parent),
            _code_version(context.job_facets),
            _joined(engine and (f.word(engine.name), f.word(engine.version))),
            f.word(error.message) if error else None,
            context.events,
            context.first_seen,
            context.last_seen,
        )


def _root(parent: Any) -> str | None:
    root = parent.root if parent else None
    return f.word(root.run.runId) if root and root.run else None


def _code_version(facets: dict[str, Kept]) -> str | None:
    code = typed(facets, "sourceCodeLocation")
    return (f.word(code.version) or f.word(code.tag) or f.word(code.branch)) if code else None


def _job_rows(state: Accumulated, found: Flows) -> Iterator[tuple[Any, ...]]:
    runs = Counter(c.job for c in state.contexts.values() if c.run is not None)
    for name in state.jobs.keys() | found.jobs:
        thing = state.jobs.get(name) or Thing(name)
        job_type = typed(thing.facets, "jobType")
        code = typed(thing.facets, "sourceCodeLocation")
        sql = typed(thing.facets, "sql")
        integration = f.word(job_type.integration) if job_type else None
        yield (
            job_id(*name),
            *name,
            integration or _integration(thing.producer),
            f.word(job_type.jobType) if job_type else None,
            f.word(job_type.processingType) if job_type else None,
            job_id(*thing.parent) if thing.parent else None,
            _description(thing.facets),
            _owners(thing.facets),
            _tags(thing.facets),
            f.word(sql.query) if sql else None,
            f.word(code.url) if code else None,
            runs[name],
            thing.first_seen,
            thing.last_seen,
        )


def _integration(producer: str | None) -> str | None:
    match = _INTEGRATION.search(producer or "")
    return ("AIRFLOW" if match[2] else match[1].upper()) if match else None


def _dataset_rows(state: Accumulated, groups: dict[Name, list[Name]]) -> Iterator[tuple[Any, ...]]:
    for first, names in groups.items():
        yield _dataset_row(first, names, latest(state.datasets, names))


def latest(things: dict[Name, Thing], names: list[Name]) -> Thing:
    """Several names of one dataset as one thing."""
    merged = Thing(names[0])
    for part in (things[name] for name in names if name in things):
        merged.facets = newest(merged.facets, part.facets)
        see(merged, part.first_seen)
        see(merged, part.last_seen)
    return merged


def _dataset_row(first: Name, names: list[Name], thing: Thing) -> tuple[Any, ...]:
    kind = typed(thing.facets, "datasetType")
    source = typed(thing.facets, "dataSource")
    storage = typed(thing.facets, "storage")
    lifecycle = typed(thing.facets, "lifecycleStateChange")
    return (
        dataset_id(*first),
        *first,
        sorted(dataset_id(*name) for name in names if name != first),
        f.word(kind.datasetType) if kind else None,
        (f.word(source.uri) or f.word(source.url)) if source else None,
        (f.word(storage.fileFormat) or f.word(storage.storageLayer)) if storage else None,
        _description(thing.facets),
        _owners(thing.facets),
        _tags(thing.facets),
        f.word(lifecycle.lifecycleStateChange) if lifecycle else None,
        thing.first_seen,
        thing.last_seen,
    )


def _io_rows(state: Accumulated, node_of: Node) -> Iterator[tuple[Any, ...]]:
    for context in state.contexts.values():
        job = job_id(*context.job)
        for direction, roles in (("input", context.inputs), ("output", context.outputs)):
            for node, role in _by_node(roles, node_of).items():
                version = typed(role.facets, "version")
                yield (
                    context.run,
                    job,
                    node,
                    direction,
                    f.word(version.datasetVersion) if version else None,
                    *_counts(role),
                    role.first_event,
                    role.last_event,
                )


def _by_node(roles: dict[Name, Role], node_of: Node) -> dict[str, Role]:
    """One role a dataset: aliases used side by side in one run are united."""
    found: dict[str, Role] = {}
    for role in roles.values():
        node = node_of(role.name)
        found[node] = _united(found[node], role) if node in found else role
    return found


def _united(one: Role, other: Role) -> Role:
    return Role(
        one.name,
        min(one.first_event, other.first_event),
        max(one.last_event, other.last_event),
        newest(one.facets, other.facets),
        newest(one.io, other.io),
    )


def _counts(role: Role) -> tuple[int | None, int | None, int | None]:
    stats = typed(role.io, "outputStatistics") or typed(role.io, "inputStatistics")
    if stats is not None:
        return f.count(stats.rowCount), f.count(stats.size), f.count(stats.fileCount)
    metrics = typed(role.io, "dataQualityMetrics") or typed(role.facets, "dataQualityMetrics")
    if metrics is not None:
        return f.count(metrics.rowCount), f.count(metrics.bytes), f.count(metrics.fileCount)
    return None, None, None


def _edge_rows(found: Flows) -> Iterator[tuple[Any, ...]]:
    for (source, target, kind), seen in found.edges.items():
        yield (
            source, target, kind, seen.basis, len(seen.runs), seen.first, seen.last, seen.event,
        )  # fmt: skip


def _bundle_rows(found: Flows) -> Iterator[tuple[Any, ...]]:
    for (job, basis, sources, targets), seen in found.bundles.items():
        yield job, basis, list(sources), list(targets), len(seen.runs), seen.event


def _column_rows(found: Flows) -> Iterator[tuple[Any, ...]]:
    for (job, link), seen in found.columns.items():
        yield (
            link.source, link.source_field, link.target, link.target_field, job, seen.last_run,
            link.type, link.subtype, link.masking, link.description, seen.event, len(seen.runs),
        )  # fmt: skip


def _quality_rows(state: Accumulated, node_of: Node) -> Iterator[tuple[Any, ...]]:
    for context in state.contexts.values():
        for role in [*context.inputs.values(), *context.outputs.values()]:
            for facets in (role.facets, role.io):
                yield from quality(facets, node_of(role.name), context.run)
    for thing in state.datasets.values():
        outside = {
            key: kept
            for key, kept in thing.facets.items()
            if key in thing.outside and not thing.outside[key][1]
        }
        yield from quality(outside, node_of(thing.name), None)


def quality(facets: dict[str, Kept], node: str, run: str | None) -> Iterator[tuple[Any, ...]]:
    """Assertions and metrics as rows of the quality frame."""
    assertions = typed(facets, "dataQualityAssertions")
    for item in (assertions.assertions if assertions else None) or []:
        event = facets["dataQualityAssertions"].event
        name = f.word(item.name) or f.word(item.assertion)
        yield node, run, f.word(item.column), name, f.truth(item.success), None, event
    metrics = typed(facets, "dataQualityMetrics")
    if metrics is None:
        return
    event = facets["dataQualityMetrics"].event
    for name in ("rowCount", "bytes", "fileCount"):
        if (value := f.number(getattr(metrics, name))) is not None:
            yield node, run, None, name, None, value, event
    for column, of in (metrics.columnMetrics or {}).items():
        values = {name: getattr(of, name) for name in of.__struct_fields__ if name != "quantiles"}
        values |= {f"quantile {q}": value for q, value in (of.quantiles or {}).items()}
        for name, told in values.items():
            if (value := f.number(told)) is not None:
                yield node, run, column, name, None, value, event


def _facet_rows(state: Accumulated, node_of: Node) -> Iterator[tuple[Any, ...]]:
    for row in state.facets:
        yield row.entity, job_id(*row.node), row.run, row.event, row.facet, row.text
    for row in state.dataset_facets:
        yield row.entity, node_of(row.node), row.run, row.event, row.facet, row.text


def _description(facets: dict[str, Kept]) -> str | None:
    documentation = typed(facets, "documentation")
    return f.word(documentation.description) if documentation else None


def _owners(facets: dict[str, Kept]) -> list[str]:
    ownership = typed(facets, "ownership")
    owners = (ownership.owners if ownership else None) or []
    return [name for owner in owners if (name := f.word(owner.name)) is not None]


def _tags(facets: dict[str, Kept]) -> list[str]:
    tags = typed(facets, "tags")
    whole = [item for item in (tags.tags if tags else None) or [] if f.word(item.field) is None]
    return [label for item in whole if (label := tag(item)) is not None]


def _moment(value: object) -> int | None:
    return parse_time(value).us if isinstance(value, str) else None


def _joined(words: tuple[str | None, ...] | None) -> str | None:
    return " ".join(word for word in words or () if word) or None
