"""Whether a field reaches a symptom: by column lineage, by SQL, or not known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from lineage_explorer.analysis.compare_past import Past
from lineage_explorer.analysis.compare_sql import takes_all, words
from lineage_explorer.analysis.diagnose_units import Unit

ALL = "*"
BY_COLUMNS, BY_SQL, BY_NAME, UNTOLD, UNUSED = 1.0, 0.85, 0.75, 0.5, 0.03
"""How sure it is that a job uses a field: that its output has one of that name is a hint."""


@dataclass(frozen=True, eq=False)
class Uses:
    """Which fields jobs use, as the whole log tells."""

    past: Past
    units: dict[str, Unit]
    wanted: frozenset[str] = field(default_factory=frozenset)
    """Columns that the symptom is about; none: all."""
    failed: frozenset[str] = field(default_factory=frozenset)
    """Units whose run failed."""
    rows: bool = False
    """Whether the symptom is about how many rows there are, and about no column."""

    @cached_property
    def _edges(self) -> dict[tuple[str, str], dict[str, list[tuple[str, str]]]]:
        """(job, dataset read) → field → (dataset, field) made of it."""
        told = self.past.frames.column_edges.filter(
            pl.col("job").is_in(pl.Series([*self.units]).implode())
        )
        found: dict[tuple[str, str], dict[str, list[tuple[str, str]]]] = {}
        columns = ("job", "source", "source_field", "target", "target_field")
        for job, source, source_field, target, target_field in told.select(columns).iter_rows():
            of = found.setdefault((job, source), defaultdict(list))
            of[source_field or ALL].append((target, target_field or ALL))
        return found

    @cached_property
    def _telling(self) -> set[str]:
        return {job for job, _ in self._edges}

    @cached_property
    def _sql(self) -> dict[str, tuple[frozenset[str], bool]]:
        told = self.past.frames.jobs.select("job", "sql").drop_nulls("sql")
        told = told.filter(pl.col("job").is_in(pl.Series([*self.units]).implode()))
        return {job: (words(sql), takes_all(sql)) for job, sql in told.iter_rows()}

    def reach(self, dataset: str, name: str, ends: Collection[str]) -> float:
        """How surely a field of a dataset reaches one of these units.

        1 by column lineage, 0.03 not at all. A unit that failed is reached by any field it uses.
        """
        known: dict[tuple[str, str], float] = {}
        best = 0.0
        pending = [(dataset, name, BY_COLUMNS)]
        while pending:
            node, column, sure = pending.pop()
            if known.get((node, column), 0.0) >= sure:
                continue
            known[node, column] = sure
            for job in self._readers(node):
                found = self._through(job, node, column, sure)
                if job in ends:
                    best = max(best, self._arrives(job, column, sure, found))
                pending += found
        return best or UNUSED

    @cached_property
    def _made(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for (job, source), of in self._edges.items():
            for column, targets in of.items():
                for _, target in targets:
                    found[job, target].append((source, column))
        return found

    def made_from(self, job: str, name: str) -> list[tuple[str, str]]:
        """The fields (dataset, field) that a job makes a field of, as column lineage says."""
        return self._made.get((job, name), [])

    def made_of(self, dataset: str, name: str) -> set[tuple[str, str]]:
        """A field and all fields that are made of it, as far as is known (dataset, field)."""
        found: set[tuple[str, str]] = set()
        pending = [(dataset, name)]
        while pending:
            node, column = pending.pop()
            if (node, column) in found:
                continue
            found.add((node, column))
            for job in self._readers(node):
                made = self._through(job, node, column, BY_COLUMNS)
                pending += [(other, new) for other, new, _ in made if new != ALL]
                whole = [other for other, new, _ in made if new == ALL]
                found |= {(other, ALL) for other in whole}
                pending += [(o, column) for o in whole if column in self._named.get(o, ())]
        return found

    def _readers(self, dataset: str) -> list[str]:
        return [unit.key for unit in self._reading.get(dataset, ())]

    @cached_property
    def _reading(self) -> dict[str, list[Unit]]:
        found: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units.values():
            for dataset in unit.inputs:
                found[dataset].append(unit)
        return found

    def _through(
        self, job: str, dataset: str, column: str, sure: float
    ) -> list[tuple[str, str, float]]:
        """What a job makes of a field."""
        outputs = self.units[job].outputs
        sure *= self._calm(dataset, column)
        if column == ALL:
            return [(node, ALL, sure) for node in outputs]
        if job in self._telling:
            edges = self._edges.get((job, dataset), {})
            made = [*edges.get(column, ()), *edges.get(ALL, ())]
            return [(node, name, sure) for node, name in made if node in outputs]
        if job in self._sql:
            used, star = self._sql[job]
            if star:
                return [(node, column, min(sure, BY_SQL)) for node in outputs]
            if column.lower() not in used:
                return []
            return [(node, ALL, min(sure, BY_SQL)) for node in outputs]
        return [
            (node, column, min(sure, BY_NAME))
            if column in self._named.get(node, ())
            else (node, ALL, min(sure, UNTOLD))
            for node in outputs
        ]

    @cached_property
    def _named(self) -> dict[str, set[str]]:
        """The fields that a dataset ever had."""
        nodes = [node for unit in self.units.values() for node in unit.written]
        told = self.past.frames.schemas.filter(pl.col("dataset").is_in(pl.Series(nodes).implode()))
        found: dict[str, set[str]] = defaultdict(set)
        for dataset, fields in told.select("dataset", "fields").iter_rows():
            found[dataset] |= {one["field"] for one in fields}
        return found

    def _calm(self, dataset: str, column: str) -> float:
        """Less than 1 where metrics of the very field are told and are as usual."""
        told = self._metrics.get((dataset, column))
        return 1.0 if told is None or told >= 0.3 else 0.4

    @cached_property
    def _metrics(self) -> dict[tuple[str, str], float]:
        found: dict[tuple[str, str], float] = {}
        for unit in self.units.values():
            for one in unit.measures:
                if one.aspect == "metric" and one.column:
                    key = (one.node, one.column)
                    found[key] = max(found.get(key, 0.0), one.off)
        return found

    def _arrives(
        self, job: str, column: str, sure: float, made: list[tuple[str, str, float]]
    ) -> float:
        """How surely a field that a job reads has to do with what is wrong with it."""
        if not self.units[job].outputs:  # it writes nothing: what it reads is what it checks
            fits = not self.wanted or column == ALL or column in self.wanted
            return sure if fits else sure * 0.3
        if job in self.failed:
            return max((certain for _, _, certain in made), default=0.0)
        hits = [
            certain
            for _, name, certain in made
            if name == ALL or name in self.wanted or not (self.wanted or self.rows)
        ]
        return max(hits, default=max((certain for _, _, certain in made), default=0.0) * 0.3)
