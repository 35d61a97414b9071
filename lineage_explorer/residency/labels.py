"""Where data may be: every label in force, on every dataset and column, and where it comes from.

Own labels come from the policy, and from event tags whose keys the policy names. Tags only narrow:
they never stand in for a label of the policy, and what they would widen is ignored and told. Labels
spread along what flowed, run by run (`states`), to the least fixed point (`spread`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.residency.bits import Code, Effective
from lineage_explorer.residency.chosen import Chooser
from lineage_explorer.residency.exempted import apart, exempt, passed
from lineage_explorer.residency.giving import Giving
from lineage_explorer.residency.own import Ignored, Own, said, tagged, written
from lineage_explorer.residency.per_node import PerNode
from lineage_explorer.residency.places import Atlas
from lineage_explorer.residency.policy import Policy
from lineage_explorer.residency.spread import Web, Witness
from lineage_explorer.residency.states import States, states
from lineage_explorer.tables import TEXTS, Columns, table

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

LABELS: Columns = {
    "node": (pl.String, "dataset node id"),
    "field": (pl.String, "a column; null for the whole dataset"),
    "permitted": (TEXTS, "where it may be; ['*'] anywhere, as somebody wrote; null = missing"),
    "regimes": (TEXTS, "regimes it is under"),
    "complete": (pl.Boolean, "whether everything it comes from has a label"),
    "sources": (TEXTS, "the labels it comes from: an entry of the policy, or a tag"),
}


@dataclass(frozen=True, eq=False)
class Held:
    """What holds of every node, by the labels of some days.

    Attributes:
        given: what was given to each node.
        facts: all that holds of it.
        bare: the same if there were no exceptions.
    """

    given: PerNode
    facts: PerNode
    bare: PerNode


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels as facts on the graph of states.

    Attributes:
        code: what the bits mean.
        own: the labels somebody gave.
        said: the distinct things they say, with the first that says it and how many do; the
            numbers are those of sources in `code`.
        states: what flowed into what.
        web: the same for `spread`, exceptions in it.
        plain: the same without exceptions.
        held: of each epoch, what holds; a run is judged by what holds in its own.
        newest: the epoch of the newest run, or of the policy's day.
        passed: exception (number), edge: which edges an exception was used on.
        ignored: tags that could not be read: dataset, field, key, value, why.
    """

    code: Code
    own: tuple[Own, ...]
    said: tuple[tuple[Own, int], ...]
    states: States
    web: Web
    plain: Web
    held: Mapping[int, Held]
    newest: int
    passed: pl.DataFrame
    ignored: tuple[Ignored, ...]
    giving: Giving

    def effective(self, node: int, epoch: int | None = None) -> Effective:
        """The label of a node, in an epoch; in the newest if none is given."""
        facts = self.held[self.newest if epoch is None else epoch].facts[node]
        if facts not in self._read:
            self._read[facts] = self.code.read(facts)
        return self._read[facts]

    @cached_property
    def _read(self) -> dict[int, Effective]:
        return {}

    @cached_property
    def _witnesses(self) -> dict[tuple[int, int, bool], Witness]:
        return {}

    def witness(self, bit: int, epoch: int, *, bare: bool = False) -> Witness:
        """How a fact came to the nodes that have it, from what it was given to.

        With `bare` as if there were no exceptions.
        """
        given = self.held[epoch].given
        key = id(given), bit, bare
        if key not in self._witnesses:
            self._witnesses[key] = (self.plain if bare else self.web).witness(given, bit)
        return self._witnesses[key]

    def frame(self, epochs: Mapping[str, int]) -> pl.DataFrame:
        """Columns as in `LABELS`: of every dataset, and of the columns whose labels are known.

        Args:
            epochs: of each dataset, the one whose labels are shown.
        """
        nodes = self.states.nodes
        last = self.states.last.filter(pl.col("thing").str.starts_with("dataset:"))
        columns = nodes.filter(pl.col("part") == "column").join(
            self.states.last.select("thing", "act"), on=["thing", "act"], nulls_equal=True
        )
        whole = last.select("thing", "node", field=pl.lit(None, pl.String))
        rows = pl.concat([whole, columns.select(whole.columns)]).sort("thing", "field")
        shown = (
            (thing, field, *self._shown(node, epochs[thing]))
            for thing, node, field in rows.iter_rows()
        )
        return table(LABELS, shown)

    def told(self, number: int) -> str:
        """A source in words."""
        first, count = self.said[number]
        return first.told if count == 1 else f"{first.told} and {count - 1} more that say the same"

    def given_to(self, thing: str, field: str | None, epoch: int, bit: int) -> list[str]:
        """The labels that gave a fact to a dataset, or a column of it, in words."""
        return [
            self.own[number].told
            for number in self.giving.of.get((thing, field), ())
            if self.giving.bits(epoch)[number] & bit
        ]

    def _shown(self, node: int, epoch: int) -> tuple[list[str] | None, list[str], bool, list[str]]:
        label = self.effective(node, epoch)
        permitted = None if label.permitted is None else list(label.permitted)
        sources = [self.told(number) for number in label.sources]
        return permitted, list(label.regimes), label.complete, sources


def labels(lin: Lineage, policy: Policy, atlas: Atlas) -> Labels:
    """The labels of all that flowed, under this policy.

    Raises:
        PolicyError: if a name in it could mean several datasets or jobs.
    """
    choose = Chooser(lin.frames, lin.names, policy.names)
    ignored: list[Ignored] = []
    own = (*written(choose, policy), *tagged(lin, policy, ignored))
    fields = [(dataset, label.field) for label in own if label.field for dataset in label.datasets]
    entries = exempt(choose, policy)
    graph = states(
        lin.frames,
        policy.epochs,
        pl.DataFrame(fields, {"dataset": pl.String, "field": pl.String}, orient="row"),
        apart(lin, entries),
    )
    says = said(own)
    code = Code(atlas, tuple(sorted(policy.facts.regimes)), len(says))
    used, keeps = passed(policy, code, entries, graph)
    source, target = (graph.edges[end].to_numpy() for end in ("source", "target"))
    web = Web(len(graph.nodes), source, target, keeps)
    plain = Web(web.size, source, target, {}) if keeps else web
    giving = Giving(policy, code, own, says, graph)
    newest = epoch_of(policy.epochs, newest_day(graph, policy))
    found: dict[tuple[int, ...], Held] = {}
    held: dict[int, Held] = {}
    for epoch in sorted({newest, *graph.acts["epoch"], *_seen_in(lin, policy, graph)}):
        bits = giving.bits(epoch)
        if bits not in found:
            given = giving.facts(bits)
            facts = PerNode.of(web.spread(given))
            bare = PerNode.of(plain.spread(given)) if keeps else facts
            found[bits] = Held(given, facts, bare)
        held[epoch] = found[bits]
    return Labels(
        code,
        own,
        tuple(says.values()),
        graph,
        web,
        plain,
        held,
        newest,
        used,
        tuple(ignored),
        giving,
    )


def newest_day(graph: States, policy: Policy) -> date | None:
    """The policy's day, or that of the newest run."""
    newest = graph.acts["day"].max()
    return policy.policy_date or (newest if isinstance(newest, date) else None)


def _seen_in(lin: Lineage, policy: Policy, graph: States) -> set[int]:
    """The epochs in which datasets were last seen, which is when those never written are judged."""
    newest = newest_day(graph, policy)
    days = lin.datasets["last_seen"].dt.date().unique()
    return {epoch_of(policy.epochs, newest if day is None else day) for day in days}


def epoch_of(epochs: Sequence[date], day: date | None) -> int:
    """The number of the epoch a day is in; the newest where it is not known."""
    if day is None:
        return len(epochs) - 1
    return max(sum(start <= day for start in epochs) - 1, 0)
