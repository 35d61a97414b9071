"""Which job or dataset of before is which of after, where the name is another.

Two nodes are the same if one is gone, the other is new, and what tells them is the same: for a
job the datasets it reads and writes, for a dataset its fields and the jobs on one side of it (or
the jobs on both sides, where no fields are told). Of two logs, as of staging and production, nodes
of the same name in other namespaces are the same too. A match must be the only one, both ways.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import partial

import polars as pl

from lineage_explorer.analysis.compare_facts import Facts
from lineage_explorer.analysis.compare_texts import leaves

Sides = dict[str, frozenset[str]]
Mark = tuple[object, ...]


def renamed(
    sides: tuple[Facts, Facts],
    alone: tuple[set[str], set[str]],
    fields: tuple[pl.DataFrame, pl.DataFrame],
    said: dict[str, str],
    given: dict[str, str],
    names: tuple[dict[str, str], dict[str, str]],
) -> dict[str, str]:
    """Node before → node after, for those with another name.

    Args:
        sides: the facts of both.
        alone: the nodes that only one of them has.
        fields: the schema texts of both sides: node, json.
        said: what events say of it: id now → id before.
        given: what the caller knows: id before → id after.
        names: of each side, node to its name, where that tells what is the same.
    """
    gone, new = alone
    found = {old: now for old, now in given.items() if old != now}
    found |= {said[now]: now for now in sorted(new) if said.get(now) in gone}
    if not gone or not new:
        return found
    found |= _matched(
        *(
            _marked(nodes - known, partial(_of_name, called))
            for nodes, known, called in zip(
                alone, (found.keys(), set(found.values())), names, strict=True
            )
        )
    )
    around = [_around(facts, nodes) for facts, nodes in zip(sides, alone, strict=True)]
    schemas = [_schemas(texts, nodes) for texts, nodes in zip(fields, (gone, new), strict=True)]
    while True:
        size = len(found)
        for mark in (_of_job, _of_dataset):
            free = [gone - found.keys(), new - set(found.values())]
            twins: tuple[dict[str, str], dict[str, str]] = (found, {})
            marks = [
                _marked(free[at], partial(mark, around[at], schemas[at], twins[at]))
                for at in (0, 1)
            ]
            found |= _matched(*marks)
        if len(found) == size:
            return found


def _around(facts: Facts, nodes: set[str]) -> dict[str, dict[str, frozenset[str]]]:
    """By aspect (reads, writes, read-by, written-by): each of the nodes to those beside it."""
    found: dict[str, dict[str, set[str]]] = {
        aspect: defaultdict(set) for aspect in ("reads", "writes", "read-by", "written-by")
    }
    back = {"reads": "read-by", "writes": "written-by"}
    asked = pl.Series(list(nodes), dtype=pl.String).implode()
    touched = facts.touches.filter(pl.col("node").is_in(asked) | pl.col("field").is_in(asked))
    for job, aspect, dataset in touched.select("node", "aspect", "field").iter_rows():
        found[aspect][job].add(dataset)
        found[back[aspect]][dataset].add(job)
    return {
        aspect: {node: frozenset(beside) for node, beside in of.items()}
        for aspect, of in found.items()
    }


def _schemas(texts: pl.DataFrame, nodes: set[str]) -> dict[str, frozenset[str]]:
    of = texts.filter(pl.col("node").is_in(pl.Series(list(nodes), dtype=pl.String).implode()))
    return {
        node: frozenset(
            f"{field} {kind}"
            for aspect, field, kind, _ in leaves("dataset", "schema", text, {})
            if aspect == "field"
        )
        for node, text in of.select("node", "json").iter_rows()
    }


def _named(nodes: Iterable[str], twins: dict[str, str]) -> frozenset[str]:
    return frozenset(twins.get(node, node) for node in nodes)


def _of_name(names: dict[str, str], node: str) -> list[Mark]:
    name = names.get(node)
    return [] if name is None else [(node.startswith("job:"), name)]


def _of_job(
    around: dict[str, Sides], _: dict[str, frozenset[str]], twins: dict[str, str], node: str
) -> list[Mark]:
    if not node.startswith("job:"):
        return []
    reads, writes = (_named(around[aspect].get(node, ()), twins) for aspect in ("reads", "writes"))
    return [("job", reads, writes)] if reads and writes else []


def _of_dataset(
    around: dict[str, Sides], schemas: dict[str, frozenset[str]], twins: dict[str, str], node: str
) -> list[Mark]:
    if node.startswith("job:"):
        return []
    by = {
        aspect: _named(around[aspect].get(node, ()), twins) for aspect in ("written-by", "read-by")
    }
    fields = schemas.get(node)
    if fields:
        return [(aspect, fields, beside) for aspect, beside in by.items() if beside]
    return [("both", *by.values())] if all(by.values()) else []


def _marked(nodes: Iterable[str], mark: Callable[[str], list[Mark]]) -> dict[Mark, list[str]]:
    found: dict[Mark, list[str]] = defaultdict(list)
    for node in sorted(nodes):
        for one in mark(node):
            found[one].append(node)
    return found


def _matched(before: dict[Mark, list[str]], after: dict[Mark, list[str]]) -> dict[str, str]:
    """Pairs that a mark gives, where no other mark disagrees."""
    pairs = {
        (before[mark][0], after[mark][0])
        for mark in before.keys() & after.keys()
        if len(before[mark]) == len(after[mark]) == 1
    }
    lefts, rights = Counter(old for old, _ in pairs), Counter(now for _, now in pairs)
    return {old: now for old, now in sorted(pairs) if lefts[old] == 1 and rights[now] == 1}
