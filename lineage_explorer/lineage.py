"""The one value people hold: frames, and a door to every room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from lineage_explorer import readers
from lineage_explorer.errors import LineageError
from lineage_explorer.naming import Names
from lineage_explorer.readers.redact import json as redact_json
from lineage_explorer.readers.sources import Blob
from lineage_explorer.tables import Frames, flows_of

if TYPE_CHECKING:
    from os import PathLike

    import networkx as nx
    from pyvis.network import Network

    from lineage_explorer.analysis.impact import Impact
    from lineage_explorer.analysis.paths import Paths
    from lineage_explorer.analysis.summary import Summary
    from lineage_explorer.graph.index import Index
    from lineage_explorer.graph.neighbours import Neighbours
    from lineage_explorer.view.widget import Explorer


def read(source: object, *, strict: bool = False, redact: bool = True) -> Lineage:
    """Read OpenLineage events from anything that holds them.

    Args:
        source: a file, a folder, a glob, a list of those, an open file, bytes, or a list of
            dicts. NDJSON, JSON arrays, single or wrapped events and log lines are recognised;
            `.gz` and `.zst` are opened by their content. A folder is read whole: its `.json`,
            `.ndjson`, `.jsonl`, `.log` and `.txt` files.
        strict: raise at the first error in the input, instead of noting it in `lin.problems`.
        redact: take out passwords, tokens and the values of environment variables while
            reading. `False` keeps them: they then appear in frames, pictures and saved notebooks.

    Returns:
        A `Lineage`. What could not be read is in its `problems` frame, with file and line.

    Raises:
        SourceError: if there is nothing at that place; with `strict`, at the first error.

    >>> lin = read([{"eventTime": "2024-05-01T10:00:00Z", "eventType": "COMPLETE",
    ...     "run": {"runId": "r1"}, "job": {"namespace": "shop", "name": "load"},
    ...     "inputs": [{"namespace": "s3://raw", "name": "orders.csv"}],
    ...     "outputs": [{"namespace": "warehouse", "name": "public.orders"}]}])
    >>> lin.edges["kind"].to_list()
    ['reads', 'writes']
    """
    found = readers.read(source, strict=strict, redact=redact)
    return Lineage(found.frames, found.blobs, redact)


@dataclass(frozen=True, eq=False, repr=False)
class Lineage:
    """What a log says: frames, a graph, and the questions one can ask.

    Immutable: every verb returns a new value. `lineage_explorer.tables.describe(name)` tells
    what the columns of each frame mean.
    """

    frames: Frames = field(default_factory=Frames.empty)
    blobs: dict[str, Blob] = field(default_factory=dict)
    redact: bool = True

    # The frames -----------------------------------------------------------------------------

    @property
    def events(self) -> pl.DataFrame:
        """One row an event, in the order read."""
        return self.frames.events

    @property
    def runs(self) -> pl.DataFrame:
        """One row a run, accumulated over its events."""
        return self.frames.runs

    @property
    def jobs(self) -> pl.DataFrame:
        """One row a job."""
        return self.frames.jobs

    @property
    def datasets(self) -> pl.DataFrame:
        """One row a dataset, its aliases merged."""
        return self.frames.datasets

    @property
    def io(self) -> pl.DataFrame:
        """One row a dataset read or written by a run (or a job event)."""
        return self.frames.io

    @property
    def edges(self) -> pl.DataFrame:
        """One row an edge of the graph, pointing the way data flows."""
        return self.frames.edges

    @cached_property
    def flows(self) -> pl.DataFrame:
        """One row a dataset that feeds a dataset through a job."""
        return flows_of(self.frames.bundles)

    @property
    def fields(self) -> pl.DataFrame:
        """One row a field of a dataset's newest schema."""
        return self.frames.fields

    @property
    def schemas(self) -> pl.DataFrame:
        """One row a schema version of a dataset."""
        return self.frames.schemas

    @property
    def column_edges(self) -> pl.DataFrame:
        """One row a field that feeds a field."""
        return self.frames.column_edges

    @property
    def quality(self) -> pl.DataFrame:
        """One row a quality assertion or metric."""
        return self.frames.quality

    @property
    def facets(self) -> pl.DataFrame:
        """One row a facet as it came."""
        return self.frames.facets

    @property
    def problems(self) -> pl.DataFrame:
        """One row a thing wrong in the input: where, what, and what to do."""
        return self.frames.problems

    @cached_property
    def nodes(self) -> pl.DataFrame:
        """Every dataset and job: node, kind, namespace, name, last_run, last_state, owners, tags.

        `last_run` and `last_state` are those of the job's newest run, or of the newest run that
        wrote the dataset; null where there is none.
        """
        from lineage_explorer.graph.nodes import nodes

        return nodes(self.frames)

    # Finding and narrowing ------------------------------------------------------------------

    @cached_property
    def names(self) -> Names:
        """Finds a node by what a person types."""
        return Names(self.frames)

    def find(self, name: str) -> str:
        """The node id of a dataset or job, by its id, its name, or an unambiguous end of it.

        Raises:
            NodeNotFound: with the nearest names.
            AmbiguousName: with all it could mean.
        """
        return self.names.find(name)

    def select(self, query: str) -> Lineage:
        """The part of the lineage that a selection names.

        `orders`, `raw.*` (name or glob); `+x` upstream, `x+` downstream, `2+x`, `x+3`;
        `owner:team-a`, `tag:pii`, `state:FAIL`, `kind:`, `namespace:`, `name:`, `integration:`,
        `field:`; `and`, `or`, `not`, brackets; `roots(…)`, `sinks(…)`.

        Raises:
            SelectionError: with the character where it could not be read on.
        """
        from lineage_explorer.graph.select import select_nodes

        return self.narrow(select_nodes(self, query))

    def narrow(self, nodes: Sequence[str]) -> Lineage:
        """The part of the lineage with these nodes (ids)."""
        from lineage_explorer.graph.narrow import narrow

        return replace(self, frames=narrow(self.frames, nodes))

    @cached_property
    def neighbours(self) -> Neighbours:
        """The drawn graph as integer arrays: what stands beside what."""
        from lineage_explorer.graph.neighbours import neighbours

        return neighbours(self.frames)

    # Asking ---------------------------------------------------------------------------------

    @cached_property
    def index(self) -> Index:
        """The flows as integer arrays, which closures and paths run on."""
        from lineage_explorer.graph.index import build_index

        return build_index(self.frames)

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The graph as networkx: jobs and datasets with their columns, edges keyed by kind."""
        from lineage_explorer.graph.build import to_networkx

        return to_networkx(self.frames)

    def upstream(self, node: str, hops: int | None = None) -> Impact:
        """Where does this come from? Everything that feeds a dataset, job or `dataset#field`."""
        from lineage_explorer.analysis.impact import impact

        return impact(self, node, "upstream", hops)

    def downstream(self, node: str, hops: int | None = None) -> Impact:
        """What does this feed? Everything a dataset, job or `dataset#field` feeds."""
        from lineage_explorer.analysis.impact import impact

        return impact(self, node, "downstream", hops)

    def paths(self, source: str, target: str, limit: int = 100) -> Paths:
        """How does one reach the other? Every path, shortest first, up to a limit that is told."""
        from lineage_explorer.analysis.paths import paths

        return paths(self, source, target, limit)

    def event(self, event: int) -> str:
        """The JSON of an event as it stands in its file, indented, secrets redacted.

        Args:
            event: its row id in `lin.events`.
        """
        return msgspec.json.format(self._raw(event), indent=2).decode()

    def event_line(self, event: int) -> str:
        """The same on one line, as NDJSON has it."""
        return msgspec.json.format(self._raw(event), indent=-1).decode()

    def _raw(self, event: int) -> bytes:
        row = self.frames.events.row(by_predicate=pl.col("event") == event, named=True)
        blob = self.blobs.get(row["file"])
        if blob is None:
            raise LineageError(f"event {event} has no file any more.", "read the log again.")
        raw = blob.slice(row["offset"], row["length"])
        if raw[:1] == b'"':  # the event was wrapped in a JSON string
            raw = msgspec.json.decode(raw, type=str).encode()
        return redact_json(raw) if self.redact else raw

    def summary(self) -> Summary:
        """What is in this log: counts, time span, problems, where to begin."""
        from lineage_explorer.analysis.summary import summary

        return summary(self)

    # Showing and handing on -------------------------------------------------------------------

    def explore(self, focus: str | Sequence[str] | None = None, **options: Any) -> Explorer:
        """The interactive view.

        Args:
            focus: the node (or nodes) to begin at; without it, the whole of a small lineage, or
                the busiest dataset of a large one.
            **options: `hops` (default 1), `query` (a selection, instead of a focus), `color`
                ("kind", "state", "namespace"), `theme` ("auto", "light", "dark"), `height` in
                pixels, `open` (datasets whose columns show), `selection`.

        Raises:
            UnknownOption: for a keyword that does not exist.
        """
        from lineage_explorer.view.widget import explore

        return explore(self, focus, **options)

    def write(self, path: str | PathLike[str], **options: Any) -> None:
        """Write a picture or the data; the ending of the name decides.

        `.svg` and `.html` (one offline file with the live view) take the options of `explore`;
        `.mmd` (Mermaid), `.graphml` and `.ndjson` (the events themselves) hold everything.
        """
        from lineage_explorer.view.write import write

        write(self, path, **options)

    def to_pyvis(self, **options: Any) -> Network:
        """A pyvis Network of the whole lineage, for those who go on with vis.js."""
        from lineage_explorer.view.pyvis import to_pyvis

        return to_pyvis(self, **options)

    def __repr__(self) -> str:
        return str(self.summary())

    def _repr_html_(self) -> str:
        from lineage_explorer.view.card import lineage_card

        return lineage_card(self)
