"""Approved exceptions: which flows each one is about, and what it lets through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.residency.bits import Code
from lineage_explorer.residency.chosen import Chooser
from lineage_explorer.residency.policy import Exemption, Policy
from lineage_explorer.residency.states import States

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage


@dataclass(frozen=True)
class Exempt:
    """An exception, and what it names: None where it names nothing of that kind."""

    number: int
    exemption: Exemption
    jobs: tuple[str, ...] | None
    targets: tuple[str, ...] | None
    sources: tuple[str, ...] | None


def exempt(choose: Chooser, policy: Policy) -> list[Exempt]:
    """The exceptions of the policy, each with what it names in these files."""

    def found(text: str | None, kind: str, entry: Exemption) -> tuple[str, ...] | None:
        if text is None:
            return None
        return tuple(choose.nodes(text, kind, entry.where, entry.line))

    return [
        Exempt(number, entry, found(entry.job, "job", entry), found(entry.dataset, "dataset", entry),
               found(entry.source, "dataset", entry))
        for number, entry in enumerate(policy.exceptions)
    ]  # fmt: skip


def apart(lin: Lineage, exempt: Sequence[Exempt]) -> list[str]:
    """Jobs whose flows have to be told apart, because an exception is about one of them."""
    jobs: set[str] = set()
    for found in exempt:
        if found.sources is not None:
            if found.jobs is not None:
                jobs.update(found.jobs)
            else:
                writers = lin.io.filter(
                    pl.col("direction") == "output",
                    pl.col("dataset").is_in(list(found.targets or ())),
                )
                jobs.update(writers["job"].drop_nulls())
    return sorted(jobs)


def passed(
    policy: Policy, code: Code, exempt: Sequence[Exempt], graph: States
) -> tuple[pl.DataFrame, dict[int, int]]:
    """exception, edge: where exceptions were used; and of those edges, what they let through."""
    edges = graph.edges.with_row_index("edge").join(
        graph.acts.select("act", "job", "epoch"), on="act", how="left", maintain_order="left"
    )
    keeps: dict[int, int] = {}
    used: list[tuple[int, int]] = []
    for found in exempt:
        holds = [at for at, day in enumerate(policy.epochs) if found.exemption.holds(day)]
        hit = [pl.col("to").is_not_null(), pl.col("epoch").is_in(holds)]
        hit += [
            pl.col(column).is_in(list(names))
            for column, names in (
                ("job", found.jobs),
                ("to", found.targets),
                ("from", found.sources),
            )
            if names is not None
        ]
        day_keeps: Mapping[int, int] = {
            at: code.keeping(
                policy.expanded(found.exemption.adds, policy.epochs[at]), found.exemption.drops
            )
            for at in holds
        }
        for edge, epoch in edges.filter(hit).select("edge", "epoch").iter_rows():
            keeps[edge] = keeps.get(edge, -1) & day_keeps[epoch]
            used.append((found.number, edge))
    schema = {"exception": pl.Int64, "edge": pl.Int64}
    return pl.DataFrame(used, schema=schema, orient="row"), keeps
