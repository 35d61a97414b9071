from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_explorer.graph import steps
from lineage_explorer.graph.index import build_index
from lineage_explorer.graph.steps import numbers
from tests.frames import frames_of
from tests.graph.oracle import Made, lineages

IDS = pl.Series(["b", "a", "c"])


def alike(ids: pl.Series) -> np.ndarray:
    return np.full(len(ids), 2**63, dtype=np.uint64)


@given(st.lists(st.text(), unique=True, min_size=1), st.data())
def test_an_id_is_numbered_by_its_place(ids: list[str], data: st.DataObject) -> None:
    asked = data.draw(st.lists(st.one_of(st.none(), st.sampled_from(ids))))
    found = numbers(pl.Series(ids), [pl.Series(asked, dtype=pl.String)])
    assert found[0].tolist() == [-1 if one is None else ids.index(one) for one in asked]


def test_columns_come_back_one_by_one() -> None:
    columns = [pl.Series(["a", None]), pl.Series([], dtype=pl.String), pl.Series(["c"])]
    assert [found.tolist() for found in numbers(IDS, columns)] == [[1, -1], [], [2]]


def test_ids_in_several_parts_are_all_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "PART", 2)
    asked = pl.Series(["c", "b", "a", "a", "c"])
    assert numbers(IDS, [asked])[0].tolist() == [2, 0, 1, 1, 2]


def test_ids_with_one_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "hashes", alike)
    assert numbers(IDS, [pl.Series(["c", "a", "b"])])[0].tolist() == [2, 1, 0]


def test_an_unknown_id_with_the_hash_of_another_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "hashes", alike)
    with pytest.raises(ValueError, match="'d'"):
        numbers(IDS, [pl.Series(["a", "d"])])


def test_an_id_is_refused_where_there_are_none() -> None:
    with pytest.raises(ValueError, match="'a'"):
        numbers(pl.Series([], dtype=pl.String), [pl.Series(["a"])])


def test_an_edge_of_an_unknown_node_is_refused_by_name() -> None:
    frames = frames_of([], reads=[("J1", "a")])
    with pytest.raises(ValueError, match="dataset:n:a"):
        build_index(frames.with_(datasets=frames.datasets.clear()))


def test_nothing_makes_an_empty_index() -> None:
    index = build_index(frames_of())
    assert index.size == 0
    assert len(index.forward.values) == 0


@given(lineages(), st.integers(0, 9))
def test_the_order_of_edges_does_not_matter(made: Made, seed: int) -> None:
    frames = made.frames
    mixed = frames.with_(edges=frames.edges.sample(fraction=1, shuffle=True, seed=seed))
    one, other = build_index(frames), build_index(mixed)
    for part in ("takes", "puts", "forward", "backward"):
        assert np.array_equal(getattr(one, part).values, getattr(other, part).values), part
