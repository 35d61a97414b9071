"""What flows where, per run, by the specification's precedence for each output.

1. A job's `lineage` facet is the whole picture of that run: only what its entries name flows.
   Inputs it does not name are read, outputs it does not describe are written, nothing between.
2. Else the output's own `lineage` facet (`inputs: []` means no tracked upstream).
3. Else the output's `columnLineage`.
4. Else every input feeds it.
Lineage told of a dataset outside any job (a dataset event, or a facet on an input) makes
`derives` edges. Sources: `LineageFacet.json` 1-0-0, `ColumnLineageDatasetFacet.json` 1-2-0.

Most runs of a job say the same. So runs of one *pattern* (job, inputs, outputs, lineage facets)
are looked at once, and counted afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import polars as pl

from lineage_explorer.readers.accumulate import State
from lineage_explorer.readers.details import identity
from lineage_explorer.readers.links import declared_sources, is_job, lineage_links, source_of
from lineage_explorer.readers.openlineage import DATASET, INPUT, JOB, OUTPUT
from lineage_explorer.readers.said import (
    COLUMNS,
    DECLARED,
    DERIVES,
    HANDS_OVER,
    IMPLIED,
    READS,
    WRITES,
    Said,
    bundles,
    columns,
    edges,
)

U32 = pl.UInt32
NONE = 2**32 - 1


class Output(NamedTuple):
    """An output of a pattern: its facets, and the first event of it and of each over all runs."""

    node: int
    columns: int | None
    lineage: int | None
    event: int
    columns_event: int
    lineage_event: int


@dataclass(frozen=True)
class Pattern:
    """What runs of a job have in common."""

    number: int
    job: int
    inputs: list[int]
    outputs: list[Output]
    declared: int | None
    declared_event: int


@dataclass(frozen=True)
class Flows:
    """Edges, bundles and column edges; nodes by number."""

    edges: pl.DataFrame
    bundles: pl.DataFrame
    columns: pl.DataFrame


def flows(state: State) -> Flows:
    """All flows of all runs, job events and dataset events."""
    of_context, patterns = _patterns(state)
    outside = _outside(state, len(patterns))
    keyed = (state.role_facets, state.context_facets, outside)
    lineage = [rows.filter(pl.col("key") == "lineage")["facet"] for rows in keyed]
    links = state.told.links.with_columns(source=state.node_of.gather(state.told.links["name"]))
    sources = links.group_by("facet").agg(pl.col("source").unique(maintain_order=True))
    said = Said(state.nodes, dict(state.typed.each(pl.concat(lineage))), dict(sources.iter_rows()))
    for pattern in patterns:
        _pattern(said, pattern)
    for row in outside.iter_rows():
        _dataset(said, *row[:5])
    # a run id that two jobs share stands for two runs
    of_run = pl.when(pl.col("serial").is_not_null()).then("context")
    of_context = of_context.with_columns(of_run=of_run)
    voices = of_context.select("pattern", "context", "serial", "of_run", "first_seen", "last_seen")
    others = outside.select("pattern", "first_seen", "last_seen")
    voices = pl.concat([voices, others], how="diagonal")
    return Flows(
        edges=edges(said, state.roles.join(of_context, on="context"), voices),
        bundles=bundles(said, voices),
        columns=columns(said, links, voices),
    )


def _patterns(state: State) -> tuple[pl.DataFrame, list[Pattern]]:
    """Contexts with the number of their pattern, and the patterns."""
    roles, same = state.roles, ["context", "role", "node"]
    for key, name in (("columnLineage", "columns"), ("lineage", "lineage")):
        is_told = (
            (pl.col("role") == OUTPUT) & (pl.col("entity") == DATASET) & (pl.col("key") == key)
        )
        told = state.role_facets.filter(is_told).select(
            *same, pl.col("facet").alias(name), pl.col("event").alias(f"{name}_event")
        )
        roles = roles.join(told, on=same, how="left")
    is_declared = (pl.col("entity") == JOB) & (pl.col("key") == "lineage")
    declared = state.context_facets.filter(is_declared).select(
        "context", declared="facet", declared_event="event"
    )
    output = pl.col("role") == OUTPUT
    parts = (
        roles.sort(same)
        .group_by("context")
        .agg(
            inputs=pl.col("node").filter(pl.col("role") == INPUT),
            outputs=pl.col("node").filter(output),
            columns=pl.col("columns").fill_null(NONE).filter(output),
            lineage=pl.col("lineage").fill_null(NONE).filter(output),
        )
    )
    contexts = state.contexts.join(declared, on="context", how="left")
    kinds = (
        contexts.join(parts, on="context", how="left")
        .with_columns(pl.col("declared").fill_null(NONE))
        .group_by("job", "declared", "inputs", "outputs", "columns", "lineage", maintain_order=True)
        .agg("context", pl.col("declared_event").min())
        .with_row_index("pattern")
    )
    number = kinds.select("pattern", "context").explode("context", empty_as_null=False)
    contexts = contexts.join(number, on="context").sort("context")
    outputs: dict[int, list[Output]] = defaultdict(list)
    told = (
        roles.filter(output)
        .join(number, on="context")
        .group_by("pattern", "node", "columns", "lineage")
        .agg(pl.col("first", "columns_event", "lineage_event").min())
        .sort("pattern", "node")
    )
    for pattern, *row in told.iter_rows():
        outputs[pattern].append(Output(*row))
    said = kinds.select("pattern", "job", "inputs", "declared", "declared_event")
    return contexts, [
        Pattern(number, job, inputs or [], outputs[number], None if facet == NONE else facet, event)
        for number, job, inputs, facet, event in said.iter_rows()
    ]


def _outside(state: State, first: int) -> pl.DataFrame:
    """Lineage that datasets carry outside the outputs of any job, each a pattern of its own."""
    return (
        state.outside.filter(pl.col("key").is_in(["lineage", "columnLineage"]))
        .join(state.seen, on="node")
        # else the job that writes it tells the same, with the job
        .filter((pl.col("role") == DATASET) | ~pl.col("written"))
        .sort("node", pl.col("key") == "columnLineage", "role")
        .select(
            pl.int_range(first, first + pl.len(), dtype=U32).alias("pattern"),
            "node", "key", "facet", "event", "first_seen", "last_seen",
        )
    )  # fmt: skip


def _pattern(said: Said, of: Pattern) -> None:
    for output in of.outputs:
        if output.columns is not None:
            said.link(of.number, of.job, output.node, output.columns, output.columns_event)
    if of.declared is None:
        _by_output(said, of)
        return
    feeds: dict[int, list[int]] = defaultdict(list)  # several entries may be about one target
    for number, entry in enumerate(said.facets[of.declared].entries or []):
        name = identity(entry)
        if is_job(entry):
            target = said.nodes.job(name) if name else of.job
            feeds[target] += _feeds_job(said, of, target, entry.inputs or [])
        elif name is not None:
            node, key = said.nodes.dataset(name), (of.declared, number)
            feeds[node] += _declared(said, of, entry, node, key, of.declared_event)
    for target, sources in feeds.items():
        job = target if target % 2 else of.job
        said.bundle(of.number, job, DECLARED, sources, [target], of.declared_event)


def _by_output(said: Said, of: Pattern) -> None:
    """Without a lineage facet on the job, each output says for itself what feeds it."""
    implied: list[Output] = []
    listed = set(of.inputs)
    for output in of.outputs:
        columns = output.columns
        if output.lineage is not None:
            facet, event = said.facets[output.lineage], output.lineage_event
            feeding = _declared(said, of, facet, output.node, (output.lineage, 0), event)
            said.bundle(of.number, of.job, DECLARED, feeding, [output.node], event)
        elif columns is not None and (sources := said.sources.get(columns)):
            event = output.columns_event
            for source in sources:
                if source not in listed:  # read all the same
                    said.edge(of.number, source, of.job, READS, COLUMNS, event)
            said.bundle(of.number, of.job, COLUMNS, sources, [output.node], event)
        else:
            implied.append(output)
    if implied:
        targets = [output.node for output in implied]
        event = min(output.event for output in implied)
        said.bundle(of.number, of.job, IMPLIED, of.inputs, targets, event)


def _declared(
    said: Said, of: Pattern, facet: Any, node: int, key: tuple[int, int], event: int
) -> list[int]:
    """Declared lineage of a dataset, within a job; what feeds it."""
    datasets, jobs, own = declared_sources(said.nodes, facet, of.job)
    for source in datasets:
        said.edge(of.number, source, of.job, READS, DECLARED, event)
    if datasets or own or not jobs:
        said.edge(of.number, of.job, node, WRITES, DECLARED, event)
    for other in jobs:
        said.edge(of.number, other, node, WRITES, DECLARED, event)
    links = partial(lineage_links, said.nodes, facet, node, of.job)
    said.link(of.number, of.job, node, key[0], event, links, key[1])
    return [*datasets, *jobs]


def _feeds_job(said: Said, of: Pattern, target: int, inputs: list[Any]) -> list[int]:
    """Datasets and jobs that hand data to a job."""
    sources, event = [], of.declared_event
    for item in inputs:
        source = source_of(said.nodes, item, of.job)
        if source is None or source == target:
            continue
        said.edge(of.number, source, target, HANDS_OVER if is_job(item) else READS, DECLARED, event)
        sources.append(source)
    return sources


def _dataset(said: Said, by: int, node: int, key: str, number: int, event: int) -> None:
    """Lineage that a dataset carries outside the outputs of any job."""
    links = None
    if key == "lineage":
        facet = said.facets[number]
        datasets, jobs, _ = declared_sources(said.nodes, facet, None)
        for other in jobs:
            said.edge(by, other, node, WRITES, DECLARED, event)
        links = partial(lineage_links, said.nodes, facet, node, None)
        sources, basis = [*datasets, *jobs], DECLARED
    else:
        datasets = sources = said.sources.get(number, [])
        basis = COLUMNS
    for source in datasets:
        said.edge(by, source, node, DERIVES, basis, event)
    said.bundle(by, None, basis, sources, [node], event)
    said.link(by, None, node, number, event, links)
