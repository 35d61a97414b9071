"""The one value people hold: frames, and a door to every room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from lineage_explorer.naming import NOTHING_ELSE, Calling, Names
from lineage_explorer.readers.original import original, shown
from lineage_explorer.readers.sources import Blob
from lineage_explorer.tables import Frames, flows_of

if TYPE_CHECKING:
    from datetime import date, datetime
    from os import PathLike

    import networkx as nx
    from pyvis.network import Network

    from lineage_explorer.analysis.compare_past import Past
    from lineage_explorer.analysis.compare_sides import When
    from lineage_explorer.analysis.diagnose import Diagnosis
    from lineage_explorer.analysis.diff import RunDiff
    from lineage_explorer.analysis.history import History
    from lineage_explorer.analysis.impact import Impact
    from lineage_explorer.analysis.paths import Paths
    from lineage_explorer.analysis.provenance import Provenance
    from lineage_explorer.analysis.story import Story
    from lineage_explorer.analysis.summary import Summary
    from lineage_explorer.graph.index import Index
    from lineage_explorer.graph.neighbours import Neighbours
    from lineage_explorer.graph.record import Record
    from lineage_explorer.residency.policy import Policy
    from lineage_explorer.residency.report import ResidencyReport
    from lineage_explorer.view.groups import Tree
    from lineage_explorer.view.widget import Explorer


@dataclass(frozen=True, eq=False, repr=False)
class Lineage:
    """What a log says: frames, a graph, and the questions one can ask.

    Immutable: every verb returns a new value. `lineage_explorer.tables.describe(name)` tells
    what the columns of each frame mean.
    """

    frames: Frames = field(default_factory=Frames.empty)
    blobs: dict[str, Blob] = field(default_factory=dict)
    redact: bool = True
    recognised: tuple[tuple[str, str, str, int], ...] = ()
    known: pl.Series | None = None
    """Row ids of the events this is made of, where it is not all that were read."""
    story: Story | None = None
    """What changed, where this is both sides of a diff: its pictures show it."""
    calling: Calling = NOTHING_ELSE
    """What `alias` was told."""

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

    @property
    def sources(self) -> pl.DataFrame:
        """One row a file and whose words it holds: file, format, system, events."""
        columns = {"file": pl.String, "format": pl.String, "system": pl.String, "events": pl.UInt32}
        return pl.DataFrame(list(self.recognised), schema=columns, orient="row")

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

    def merge(self, other: Lineage) -> Lineage:
        """Both logs as one: the events of both taken together, as if they had been read at once.

        Names that symlinks of either unite are one dataset, runs told of in both are one run. Files
        are read again. Of two files of one name the second is called `name (2)`.

        Raises:
            SourceError: if the files are not what they were when they were read.
        """
        from lineage_explorer.graph.merge import merge

        return merge(self, other)

    def alias(self, names: Mapping[str, str]) -> Lineage:
        """The lineage with names united that are one: `{"s3a://lake": "s3://lake"}`.

        A key that is a namespace here means every dataset in it, and its value is what that is
        called; any other key and its value are datasets, named as in `find`. The value is the name
        that is shown, the other is among `aliases`. The files are read again.

        Raises:
            NodeNotFound: if there is no such namespace or dataset.
            LineageError: if names lead round to themselves.
            SourceError: if the files are not what they were when they were read.
        """
        from lineage_explorer.graph.alias import alias

        return alias(self, names)

    def telling(self, story: Story) -> Lineage:
        """The same, its pictures with what changed in them."""
        return replace(self, story=story)

    def as_of(self, time: datetime | date | str) -> Lineage:
        """The lineage as it was known then: of the events up to that time, and no others.

        Runs stand as they stood (RUNNING where the end came later), schemas, owners and all else
        as last told by then. Events keep their row ids; those without a time are left out. The
        files are read again for it, which takes as long as reading them did. A time without a
        zone is in UTC; a day is its beginning.

        Raises:
            LineageError: if the text is no time.
            SourceError: if the files are not what they were when read.
        """
        from lineage_explorer.graph.in_time import as_of

        return as_of(self, time)

    def between(self, start: datetime | date | str, end: datetime | date | str) -> Lineage:
        """What was told from `start` on and before `end`; otherwise as `as_of`.

        Runs with an event in that window are there with all they told before its end.
        """
        from lineage_explorer.graph.in_time import between

        return between(self, start, end)

    @cached_property
    def neighbours(self) -> Neighbours:
        """The drawn graph as integer arrays: what stands beside what."""
        from lineage_explorer.graph.neighbours import neighbours

        return neighbours(self.frames)

    @cached_property
    def tree(self) -> Tree:
        """All nodes in groups of groups, by namespace and name: what the view shows far away."""
        from lineage_explorer.view.groups import tree

        return tree(self)

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

    @cached_property
    def past(self) -> Past:
        """What the log knows of its own past: who made what, which numbers are usual."""
        from lineage_explorer.analysis.compare_past import Past

        return Past(self.frames)

    def diff(self, before: When, after: When) -> RunDiff:
        """What changed between two runs (ids), two times, or two windows (pairs of times).

        Two runs are compared with all that made what they read. A time means the newest run of
        each job begun by then; a day (`"2026-03-04"`) is the window from midnight to midnight UTC.

        Raises:
            LineageError: if something is neither a run id nor a time.
        """
        from lineage_explorer.analysis.diff import diff_sides

        return diff_sides(self, before, after)

    def diagnose(self, run_or_dataset: str, symptom: str | None = None) -> Diagnosis:
        """Why did a run go wrong? The last good run of its job found, compared, causes ranked.

        Args:
            run_or_dataset: a run id, or a dataset or job, whose newest run is then meant.
            symptom: what somebody noticed, in words, where the events show nothing wrong.

        Raises:
            NodeNotFound: if there is no such run, dataset or job.
            AmbiguousName: if several are called so.
        """
        from lineage_explorer.analysis.diagnose import diagnose

        return diagnose(self, run_or_dataset, symptom)

    @cached_property
    def record(self) -> Record:
        """Reads and writes of all runs as integer arrays, which provenance runs on."""
        from lineage_explorer.graph.record import build_record

        return build_record(self.frames)

    def provenance(
        self,
        run_or_dataset: str,
        at: datetime | date | str | None = None,
        hops: int | None = None,
    ) -> Provenance:
        """Which exact runs made what a run read, or what stood in a dataset at a time?

        Args:
            run_or_dataset: a run id, or enough of its beginning; or a dataset as in `find`.
            at: of a dataset, when it is looked at (the end of the log); of a run, until when what
                it read counts. Without a zone it is in UTC.
            hops: go no further than so many runs.
        """
        from lineage_explorer.analysis.provenance import provenance

        return provenance(self, run_or_dataset, at, hops)

    def history(self, node: str) -> History:
        """What happened to a dataset or job: runs, schemas, inputs and outputs, owners, in time."""
        from lineage_explorer.analysis.history import history

        return history(self, node)

    def residency(
        self, policy: Policy | Mapping[str, Any] | str | PathLike[str] | None = None
    ) -> ResidencyReport:
        """Does data leave its jurisdiction? Places, labels, findings; undecided is never hidden.

        Args:
            policy: a `Policy`, the path of a TOML file, or the same as a dict. Without one, places
                and crossings are shown, and nothing is decided.

        Raises:
            PolicyError: with the line, if the policy cannot be used.
        """
        from lineage_explorer.residency.report import residency

        return residency(self, policy)

    def event(self, event: int) -> str:
        """The JSON of an event as it stands in its file, indented, secrets redacted.

        Args:
            event: its row id in `lin.events`.

        Raises:
            LineageError: if there is no such event.
            SourceError: if it is not in its file any more.
        """
        return shown(self._original(event), indent=2, redact=self.redact)

    def event_line(self, event: int) -> str:
        """The same on one line, as NDJSON has it."""
        return shown(self._original(event), indent=-1, redact=self.redact)

    def _original(self, event: int) -> bytes:
        return original(self.frames.events, self.blobs, self.recognised, event)

    def summary(self) -> Summary:
        """What is in this log: counts, time span, problems, where to begin."""
        from lineage_explorer.analysis.summary import summary

        return summary(self)

    # Showing and handing on -------------------------------------------------------------------

    def explore(self, focus: str | Sequence[str] | None = None, **options: Any) -> Explorer:
        """The interactive view.

        Args:
            focus: the node (or nodes) to begin at; without it, the whole of a small lineage, or
                an overview of a large one in groups that open.
            **options: any trait of the view (see `Explorer`): `hops` (default 1), `query` (a
                selection, instead of a focus), `color` (a mode, a frame, a dict or a report of
                residency), `time`, `mode`, `run`, `columns` (datasets whose columns show), `path`
                (two nodes), `thread` (a dataset and a column of it), `hidden`, `pinned`, `limit`
                (nodes drawn one by one before far ones are grouped; 0 is no limit, and of many
                thousand nodes the longest lines then pass faint behind the cards), `selection`,
                `theme` ("auto", "light", "dark"), `height` in pixels, …; or `state`, as another
                view's `.state` gives it.

        Raises:
            UnknownOption: for a keyword that does not exist.
        """
        from lineage_explorer.view.widget import explore

        return explore(self, focus, **options)

    def write(self, path: str | PathLike[str], **options: Any) -> None:
        """Write a picture or the data; the ending of the name decides.

        `.svg`, `.png` and `.html` (one offline file with the live view) take the options of
        `explore` that say what is drawn (`focus`, `query`, `color`, …; an unknown one is told
        with all there are), or a view's `.state`, which holds everything; `.png` needs the extra
        `png`; `.mmd` (Mermaid), `.graphml` and `.ndjson` (the events themselves) are whole.
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
