"""Labels that somebody gave: the policy's, and those that tags of events say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.residency.chosen import Chooser
from lineage_explorer.residency.declared import split
from lineage_explorer.residency.places import is_place
from lineage_explorer.residency.policy import Policy

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

Ignored = tuple[str, str | None, str, str, str]
Says = tuple[tuple[str, ...] | None, bool, tuple[str, ...], bool]


@dataclass(frozen=True)
class Own:
    """A label somebody gave, and to what."""

    told: str
    line: int
    permitted: tuple[str, ...] | None
    unrestricted: bool
    regimes: tuple[str, ...]
    trusted: bool
    datasets: tuple[str, ...]
    field: str | None = None
    entry: int | None = None

    @property
    def says(self) -> Says:
        """What it says, whoever says it of what."""
        return self.permitted, self.unrestricted, self.regimes, self.trusted


def said(own: Sequence[Own]) -> dict[Says, tuple[Own, int]]:
    """The distinct things labels say: the first that says it, and how many do."""
    found: dict[Says, tuple[Own, int]] = {}
    for label in own:
        first, count = found.get(label.says, (label, 0))
        found[label.says] = first, count + 1
    return found


def written(choose: Chooser, policy: Policy) -> Iterator[Own]:
    """The labels of the policy."""
    for number, label in enumerate(policy.labels):
        yield Own(
            f"policy {label.where}",
            label.line,
            label.permitted,
            label.unrestricted,
            label.regimes,
            trusted=True,
            datasets=tuple(choose.nodes(label.dataset, "dataset", label.where, label.line)),
            field=label.field,
            entry=number,
        )


def tagged(lin: Lineage, policy: Policy, ignored: list[Ignored]) -> Iterator[Own]:
    """The labels that event tags give, by tag."""
    keys = (*policy.tags.permitted, *policy.tags.regime)
    if not keys:
        return
    frames = (
        lin.datasets.select("dataset", pl.lit(None, pl.String).alias("field"), "tags"),
        lin.fields.select("dataset", "field", "tags"),
    )
    told = pl.concat(frames).explode("tags").drop_nulls("tags")
    key = pl.col("tags").str.split_exact("=", 1).struct.field("field_0")
    found: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for dataset, field, tag in told.filter(key.is_in(list(keys))).iter_rows():
        found[tag, field].append(dataset)
    for (tag, field), datasets in sorted(
        found.items(), key=lambda item: (item[0][0], item[0][1] or "")
    ):
        name, _, value = tag.partition("=")
        codes = tuple(split(value))
        permits = name in policy.tags.permitted
        known = (
            is_known(policy, codes) if permits else all(c in policy.facts.regimes for c in codes)
        )
        if not codes or not known:
            why = "it names no place" if permits else "it names no regime of the table"
            ignored += [(dataset, field, name, value, why) for dataset in datasets]
            continue
        yield Own(
            f"tag {name}={value}",
            0,
            codes if permits else None,
            unrestricted=False,
            regimes=() if permits else codes,
            trusted=False,
            datasets=tuple(sorted(datasets)),
            field=field,
        )


def is_known(policy: Policy, codes: Sequence[str]) -> bool:
    """Whether all are places or groups."""
    return all(is_place(code) or code in policy.facts.groups for code in codes)
