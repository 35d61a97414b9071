"""Own labels, given to the nodes they are about, each as it holds on the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from operator import or_

import numpy as np
import polars as pl

from lineage_explorer.residency.bits import Code
from lineage_explorer.residency.own import Own, Says
from lineage_explorer.residency.per_node import PerNode
from lineage_explorer.residency.policy import Policy
from lineage_explorer.residency.states import States


class Giving:
    """Gives own labels to nodes.

    Attributes:
        of: of each dataset, or column of it, the numbers of its labels.
    """

    def __init__(
        self, policy: Policy, code: Code, own: Sequence[Own], said: Iterable[Says], graph: States
    ) -> None:
        self.policy = policy
        self.code = code
        self.own = own
        self.numbers = {says: number for number, says in enumerate(said)}
        self._bits_in: dict[int, tuple[int, ...]] = {}
        self.of: dict[tuple[str, str | None], list[int]] = defaultdict(list)
        for number, label in enumerate(own):
            for dataset in label.datasets:
                self.of[dataset, label.field].append(number)
        parts = graph.nodes.filter(pl.col("part").is_in(["state", "column"]))
        keys = pl.DataFrame(
            [(at, *key) for at, key in enumerate(self.of)],
            schema={"key": pl.Int64, "thing": pl.String, "field": pl.String},
            orient="row",
        )
        hit = parts.join(keys, on=["thing", "field"], nulls_equal=True)
        self._nodes, self._keys = hit["node"].to_numpy(), hit["key"].to_numpy()
        lone = parts.filter(part="state").join(_fed(graph), on="node", how="anti")["node"]
        self._lone = np.zeros(len(graph.nodes), np.bool_)
        self._lone[lone.to_numpy()] = True

    def bits(self, epoch: int) -> tuple[int, ...]:
        """The facts of every label in an epoch; none of one that does not hold."""
        if epoch not in self._bits_in:
            day = self.policy.epochs[epoch]
            self._bits_in[epoch] = tuple(self._bits(label, day) for label in self.own)
        return self._bits_in[epoch]

    def _bits(self, label: Own, day: date) -> int:
        number = self.numbers[label.says]
        if label.entry is not None and not self.policy.labels[label.entry].holds(day):
            return 0
        found = self.code.under(label.regimes) | self.code.source(number)
        if label.unrestricted:
            found |= self.code.anywhere(number)
        elif label.permitted is not None:
            found |= self.code.only(self.policy.expanded(label.permitted, day), number)
        return found

    def facts(self, bits: Sequence[int]) -> PerNode:
        """What is given to every node, and that something is missing where nothing is."""
        distinct = [0, self.code.missing]
        numbers = self._lone.astype(np.int64)
        lone, known = [], []
        for labels in self.of.values():
            facts = reduce(or_, (bits[number] for number in labels))
            trusted = any(self.own[number].trusted and bits[number] for number in labels)
            known.append(len(distinct))
            lone.append(len(distinct) + (not trusted))
            distinct += [facts, facts | self.code.missing]
        choice = np.array([known, lone], np.int64)
        numbers[self._nodes] = choice[numbers[self._nodes], self._keys]
        return PerNode(tuple(distinct), numbers)


def _fed(graph: States) -> pl.DataFrame:
    """States into which, or into a column of which, something flowed."""
    nodes, edges = graph.nodes, graph.edges
    jobs = nodes.filter(pl.col("thing").str.starts_with("job:"))["node"]
    told = pl.any_horizontal(
        pl.col("act").is_not_null(),
        *(pl.col(end).is_in(jobs.implode()) for end in ("source", "target")),
    )
    entered = nodes.filter(pl.col("node").is_in(edges.filter(told)["target"].implode()))
    states_ = nodes.filter(pl.col("part") == "state")
    return states_.join(entered, on=["thing", "act"], how="semi", nulls_equal=True)
