"""Node ids, names united by symlinks, and finding a node by what a person types.

Ids are Marquez's (`dataset:{namespace}:{name}`); they are opaque and never parsed back, because
namespaces and names contain colons themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from lineage_explorer.errors import AmbiguousName, LineageError, NodeNotFound
from lineage_explorer.plain import plain
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


@dataclass(frozen=True)
class Calling:
    """What a user calls datasets otherwise than events do.

    Attributes:
        namespaces: a namespace and what it is called.
        names: a dataset and which other it is.
    """

    namespaces: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[Name, Name] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.namespaces or self.names)

    def __call__(self, name: Name) -> Name:
        """What a dataset is called; what is told in several steps is followed to the last.

        Raises:
            LineageError: if they lead round.
        """
        seen = {name}
        while True:
            namespace, called = name
            other = self.names.get(name, (self.namespaces.get(namespace, namespace), called))
            if other == name:
                return name
            if other in seen:
                raise LineageError(
                    f"{plain(' '.join(name))!r} is called by names that lead back to it.",
                    "say of each name only what it is to be called.",
                )
            seen.add(other)
            name = other

    def joined(self, other: Calling) -> Calling:
        """Both; where they disagree, the other."""
        return Calling({**self.namespaces, **other.namespaces}, {**self.names, **other.names})


NOTHING_ELSE = Calling()


@dataclass
class Aliases:
    """Union-find over dataset names. Which name stands for the group does not depend on order.

    The one shown is the one that the user calls it; else the TABLE symlink told most often, else
    the name used most often in events; ties go to the name that sorts first (SymlinksDatasetFacet;
    OpenLineage#2625).
    """

    parent: dict[Name, Name] = field(default_factory=dict)
    chosen: set[Name] = field(default_factory=set)
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

    def call(self, names: Iterable[Name], calling: Calling) -> None:
        """The user calls some of these otherwise."""
        for name in names:
            other = calling(name)
            if other != name:
                self.chosen.add(other)
                self.unite(name, other, "")

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
        told = (self.tables, self.used)
        return min(
            names, key=lambda name: (name not in self.chosen, *(-of[name] for of in told), name)
        )


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
