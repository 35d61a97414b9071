"""Which nodes a selection means."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl
from polars.exceptions import ComputeError

from lineage_explorer.errors import AmbiguousName, NodeNotFound, SelectionError, suggestions
from lineage_explorer.graph.ends import roots, sinks
from lineage_explorer.graph.globs import pattern
from lineage_explorer.graph.reach import reach
from lineage_explorer.graph.selection import (
    Attribute,
    Ends,
    Every,
    Name,
    Node,
    Not,
    Some,
    Walk,
    near_attribute,
    parse,
)
from lineage_explorer.naming import KINDS
from lineage_explorer.plain import plain

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

Mask = npt.NDArray[np.bool_]

STATES = ("RUNNING", "COMPLETE", "FAIL", "ABORT", "UNKNOWN")


def select_nodes(lin: Lineage, text: str, places: pl.DataFrame | None = None) -> list[str]:
    """The ids of the nodes that a selection means, in the order of the frames.

    Args:
        lin: the lineage.
        text: the selection.
        places: node, place: what `place:` looks at, from a report of residency.

    Raises:
        SelectionError: with the character where it could not be read on.
    """
    chosen = _Selection(lin, text, places).of(parse(text))
    nodes: list[str] = lin.index.ids.filter(pl.Series(chosen)).to_list()
    return nodes


class _Selection:
    """Masks over the nodes of the index."""

    def __init__(self, lin: Lineage, text: str, places: pl.DataFrame | None) -> None:
        self.lin = lin
        self.places = places
        self.text = text
        self.index = lin.index

    def of(self, node: Node) -> Mask:
        found: Mask
        match node:
            case Name():
                found = self.globbed(node) if node.glob else self.named(node)
            case Attribute():
                found = self.having(node)
            case Walk(inner, up, down):
                found = self.walk(self.of(inner), up, down)
            case Not(inner):
                found = ~self.of(inner)
            case Every(parts):
                found = np.logical_and.reduce([self.of(part) for part in parts])
            case Some(parts):
                found = np.logical_or.reduce([self.of(part) for part in parts])
            case Ends(which, inner):
                found = (roots if which == "roots" else sinks)(self.index, self.of(inner))
        return found

    def walk(self, start: Mask, up: int | None, down: int | None) -> Mask:
        nodes = np.flatnonzero(start)
        found = start
        if up != 0:
            found = found | (reach(self.index, nodes, "upstream", up).distance >= 0)
        if down != 0:
            found = found | (reach(self.index, nodes, "downstream", down).distance >= 0)
        return found

    def named(self, name: Name) -> Mask:
        try:
            node = self.lin.names.find(name.text)
        except NodeNotFound as error:
            raise self.unknown(name, error.message, error.hint) from error
        except AmbiguousName as error:
            raise SelectionError(error.message, error.hint, self.text, name.at) from error
        return self.index.mask(pl.Series([node]))

    def unknown(self, name: Name, message: str, hint: str) -> SelectionError:
        near = near_attribute(name.text)
        if near:
            hint = f"did you mean the attribute {near}?"
        return SelectionError(message, hint, self.text, name.at)

    def globbed(self, name: Name) -> Mask:
        """A glob means whole ids, names and aliases, and ends of names, as a plain name does."""
        kind, _, rest = name.text.partition(":")
        table = self.lin.names.table
        whole = _like(pl.col("called"), name.text)
        end = _ending(pl.col("name"), name.text)
        hit = whole | end
        if kind in KINDS and rest:
            of_kind = pl.col("node").str.starts_with(f"{kind}:")
            hit = hit | (of_kind & _ending(pl.col("name"), rest))
        found = self.index.mask(self.matching(table, hit, name.at)["node"])
        if not found.any() and near_attribute(name.text):
            raise self.unknown(name, f"nothing is called like {plain(name.text)!r} here.", "")
        return found

    def having(self, wanted: Attribute) -> Mask:
        match wanted.key:
            case "place" if self.places is None:
                message = "places come with a residency report, which is not here."
                hint = "lin.residency(policy).select(…) has one, and its .explore() too."
                raise SelectionError(message, hint, self.text, wanted.at)
            case "kind":
                self.one_of(wanted, KINDS)
            case "state":
                self.one_of(wanted, STATES)
        table, column = (
            (self.places, pl.col("place"))
            if self.places is not None and wanted.key == "place"
            else _VALUES[wanted.key](self.lin)
        )
        value = wanted.value.upper() if wanted.key == "state" else wanted.value
        hit = _like(column, value) if wanted.glob else column == value
        if wanted.key == "tag" and not wanted.glob:
            hit = hit | column.str.starts_with(f"{value}=")
        elif wanted.key == "tag":
            hit = hit | _like(column.str.extract(r"(?s)^(.*?)="), value)
        return self.index.mask(self.matching(table, hit, wanted.at)["node"])

    def one_of(self, wanted: Attribute, known: tuple[str, ...]) -> None:
        """A word that no node can have is a mistake, not an empty answer."""
        asked = wanted.value.upper() if wanted.key == "state" else wanted.value
        if wanted.glob or asked in known:
            return
        near = suggestions(asked, known)
        hint = f"did you mean {near}?" if near else f"it is one of {', '.join(known)}."
        message = f"there is no {wanted.key} {plain(wanted.value)!r}."
        raise SelectionError(message, hint, self.text, wanted.at)

    def matching(self, table: pl.DataFrame, hit: pl.Expr, at: int) -> pl.DataFrame:
        try:
            return table.filter(hit)
        except ComputeError as error:  # the engine compiles patterns up to some size
            message = "this pattern is too long."
            raise SelectionError(message, "use fewer signs.", self.text, at) from error


def _like(column: pl.Expr, glob: str) -> pl.Expr:
    return column.str.contains(f"(?s)^(?:{pattern(glob)})$")


def _ending(column: pl.Expr, glob: str) -> pl.Expr:
    return column.str.contains(rf"(?s)(?:^|[./:#])(?:{pattern(glob)})$")


Values = tuple[pl.DataFrame, pl.Expr]


def _column(column: str) -> Callable[[Lineage], Values]:
    return lambda lin: (lin.nodes, pl.col(column))


def _listed(column: str) -> Callable[[Lineage], Values]:
    return lambda lin: (
        lin.nodes.select("node", column).explode(column, empty_as_null=False),
        pl.col(column),
    )


def _integrations(lin: Lineage) -> Values:
    return lin.jobs.rename({"job": "node"}), pl.col("integration")


def _fields(lin: Lineage) -> Values:
    """Fields that schemas name, and those that only column lineage does."""
    told = [
        lin.fields.select(node="dataset", field="field"),
        lin.column_edges.select(node="source", field="source_field"),
        lin.column_edges.select(node="target", field="target_field"),
    ]
    return pl.concat(told), pl.col("field")


_VALUES: dict[str, Callable[[Lineage], Values]] = {
    "field": _fields,
    "integration": _integrations,
    "kind": _column("kind"),
    "name": _column("name"),
    "namespace": _column("namespace"),
    "owner": _listed("owners"),
    "state": _column("last_state"),
    "tag": _listed("tags"),
}
