"""Node ids, names united by symlinks, and finding a node by what a person types.

Ids are Marquez's (`dataset:{namespace}:{name}`); they are opaque and never parsed back, because
namespaces and names contain colons themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from lineage_explorer.errors import AmbiguousName, NodeNotFound
from lineage_explorer.tables import Frames

Name = tuple[str, str]

KINDS = ("dataset", "job")


def dataset_id(namespace: str, name: str) -> str:
    """The node id of a dataset.

    >>> dataset_id("s3://lake", "orders")
    'dataset:s3://lake:orders'
    """
    return f"dataset:{namespace}:{name}"


def job_id(namespace: str, name: str) -> str:
    """The node id of a job."""
    return f"job:{namespace}:{name}"


def field_id(namespace: str, name: str, column: str) -> str:
    """The id of a dataset's field."""
    return f"field:{namespace}:{name}#{column}"


@dataclass
class Aliases:
    """Union-find over dataset names. Which name stands for the group does not depend on order.

    The one shown is the TABLE symlink told most often, else the name used most often in events;
    ties go to the name that sorts first (SymlinksDatasetFacet; OpenLineage#2625).
    """

    parent: dict[Name, Name] = field(default_factory=dict)
    used: Counter[Name] = field(default_factory=Counter)
    tables: Counter[Name] = field(default_factory=Counter)

    def use(self, name: Name, times: int = 1) -> None:
        """Events call a dataset this."""
        self.used[name] += times
        self.parent.setdefault(name, name)

    def unite(self, name: Name, other: Name, kind: str, times: int = 1) -> None:
        """A symlinks facet of `name` says it is also called `other`."""
        self.parent.setdefault(other, other)
        if kind.upper() == "TABLE":
            self.tables[other] += times
        self.parent[self._root(name)] = self._root(other)

    def _root(self, name: Name) -> Name:
        parent = self.parent
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    def groups(self) -> dict[Name, list[Name]]:
        """The name shown for each group, and all names of the group, sorted."""
        members: dict[Name, list[Name]] = {}
        for name in sorted(self.parent):
            members.setdefault(self._root(name), []).append(name)
        return {self._shown(names): names for names in members.values()}

    def _shown(self, names: list[Name]) -> Name:
        return min(names, key=lambda name: (-self.tables[name], -self.used[name], name))


class Names:
    """Finds a node by its id, its full name, or any unambiguous end of one."""

    def __init__(self, frames: Frames) -> None:
        datasets = frames.datasets.select(
            node=pl.col("dataset"), name="name", called=pl.col("dataset"), rank=pl.lit(0)
        )
        jobs = frames.jobs.select(
            node=pl.col("job"), name="name", called=pl.col("job"), rank=pl.lit(0)
        )
        aliases = (
            frames.datasets.select(node=pl.col("dataset"), called=pl.col("aliases"))
            .explode("called", empty_as_null=False)
            .select("node", name=pl.col("called"), called=pl.col("called"), rank=pl.lit(1))
        )
        self.table = pl.concat([datasets, jobs, aliases])

    def find(self, text: str, kinds: Iterable[str] = KINDS) -> str:
        """The one node called `text`.

        Tried in this order: the id; the whole name; an end of a name (aliases too) that begins
        after a dot, slash, colon or hash. Where one dataset and some jobs answer, the dataset is
        meant, as a dbt model and its table share their name; `job:orders` asks for the job.

        Raises:
            NodeNotFound: with the nearest names.
            AmbiguousName: with all nodes it could mean.
        """
        for found in self._tries(text, tuple(kinds)):
            datasets = [node for node in found if node.startswith("dataset:")]
            if len(found) == 1 or len(datasets) == 1:
                return (datasets or found)[0]
            if found:
                raise AmbiguousName.named(text, found)
        raise NodeNotFound.named(text, [*self.table["name"].to_list(), *self._leaves()])

    def _tries(self, text: str, kinds: tuple[str, ...]) -> Iterable[list[str]]:
        table = self.table
        if kinds != KINDS:
            table = table.filter(pl.any_horizontal(*(starts(kind) for kind in kinds)))
        yield _nodes(table.filter(pl.col("called") == text))
        yield _nodes(table.filter((pl.col("name") == text) & (pl.col("rank") == 0)))
        yield _nodes(table.filter(ends(text)))
        kind, _, rest = text.partition(":")
        if kind in kinds and rest:
            yield from self._tries(rest, (kind,))

    def _leaves(self) -> list[str]:
        return self.table["name"].str.extract(r"([^./:#]+)$").drop_nulls().unique().to_list()


def starts(kind: str) -> pl.Expr:
    """Nodes of one kind, by their id's prefix (ours, so it may be read)."""
    return pl.col("node").str.starts_with(f"{kind}:")


def ends(text: str) -> pl.Expr:
    """Names that end in `text`, at a boundary."""
    name = pl.col("name")
    return pl.any_horizontal(
        name == text, *(name.str.ends_with(f"{boundary}{text}") for boundary in "./:#")
    )


def _nodes(found: pl.DataFrame) -> list[str]:
    nodes: list[str] = found["node"].unique().sort().to_list()
    return nodes
