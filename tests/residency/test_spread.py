"""Facts spread to the least fixed point, whatever the order."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lineage_explorer.residency.per_node import PerNode
from lineage_explorer.residency.spread import Web

BITS = 6
Edge = tuple[int, int, int | None]


@st.composite
def webs(draw: st.DrawFn) -> tuple[int, list[Edge], list[int]]:
    size = draw(st.integers(1, 9))
    at = st.integers(0, size - 1)
    keep = st.none() | st.integers(0, 2**BITS - 1)
    edges = draw(st.lists(st.tuples(at, at, keep), max_size=24))
    facts = draw(st.lists(st.integers(0, 2**BITS - 1), min_size=size, max_size=size))
    return size, edges, facts


def web_of(size: int, edges: Sequence[Edge]) -> Web:
    source = np.array([edge[0] for edge in edges], np.int64)
    target = np.array([edge[1] for edge in edges], np.int64)
    keeps = {at: keep for at, (_, _, keep) in enumerate(edges) if keep is not None}
    return Web(size, source, target, keeps)


def naive(size: int, edges: Sequence[Edge], facts: Sequence[int]) -> list[int]:
    """Every edge again and again, until nothing changes."""
    held = list(facts)
    while True:
        before = list(held)
        for source, target, keep in edges:
            held[target] |= held[source] & (2**BITS - 1 if keep is None else keep)
        if held == before:
            return held


@given(webs())
def test_it_is_the_same_as_naive_iteration(made):
    size, edges, facts = made
    assert web_of(size, edges).spread(facts) == naive(size, edges, facts)


@given(webs(), st.randoms(use_true_random=False))
def test_the_order_of_edges_does_not_matter(made, random):
    size, edges, facts = made
    shuffled = list(edges)
    random.shuffle(shuffled)
    assert web_of(size, edges).spread(facts) == web_of(size, shuffled).spread(facts)


@given(webs())
def test_spreading_twice_changes_nothing(made):
    size, edges, facts = made
    web = web_of(size, edges)
    once = web.spread(facts)
    assert web.spread(once) == once


@given(webs(), st.data())
def test_one_more_edge_or_fact_never_takes_a_fact_away(made, data):
    size, edges, facts = made
    before = web_of(size, edges).spread(facts)
    at = st.integers(0, size - 1)
    more = data.draw(st.tuples(at, at, st.none() | st.integers(0, 2**BITS - 1)))
    richer = list(facts)
    richer[data.draw(at)] |= data.draw(st.integers(0, 2**BITS - 1))
    after = web_of(size, [*edges, more]).spread(richer)
    assert all(old & ~new == 0 for old, new in zip(before, after, strict=True))


@given(webs(), st.integers(0, BITS - 1))
def test_a_witness_leads_from_a_giver_by_the_fewest_edges(made, number):
    size, edges, facts = made
    bit = 1 << number
    web = web_of(size, edges)
    held, witness = web.spread(facts), web.witness(PerNode.of(facts), bit)
    passing = [(s, t) for s, t, keep in edges if keep is None or keep & bit]
    distance = fewest(size, passing, [at for at in range(size) if facts[at] & bit])
    for at in range(size):
        path = witness.path(at)
        assert bool(path) == bool(held[at] & bit)
        if path:
            assert path[-1] == at
            assert facts[path[0]] & bit
            assert all(step in passing for step in pairwise(path))
            assert len(path) - 1 == distance[at]


def fewest(size: int, edges: Sequence[tuple[int, int]], start: Sequence[int]) -> dict[int, int]:
    distance = dict.fromkeys(start, 0)
    waiting = deque(start)
    while waiting:
        at = waiting.popleft()
        for source, target in edges:
            if source == at and target not in distance:
                distance[target] = distance[at] + 1
                waiting.append(target)
    return distance
