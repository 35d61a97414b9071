"""Laws of the layered layout."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from lineage_explorer.view.layout import Layout, layout
from lineage_explorer.view.layout.crossings import crossings_by_part
from lineage_explorer.view.layout.proper import insert_virtual
from lineage_explorer.view.layout.ranks import assign_ranks

Floats = npt.NDArray[np.float64]
# No deadline: machines are shared.
law = settings(deadline=None, derandomize=True, max_examples=60)


@dataclass(frozen=True)
class Case:
    """A graph with sizes and ports."""

    width: list[float]
    height: list[float]
    source: list[int]
    target: list[int]
    leave: list[float]
    arrive: list[float]

    def draw(self) -> Layout:
        return layout(
            self.width,
            self.height,
            self.source,
            self.target,
            source_port=self.leave,
            target_port=self.arrive,
        )


@st.composite
def cases(draw: st.DrawFn, acyclic: bool = False) -> Case:
    """Small graphs of any kind: cycles, loops, repeated edges, several parts, lone nodes."""
    count = draw(st.integers(1, 14))
    node = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(node, node), max_size=24))
    if acyclic:
        pairs = [(min(p), max(p)) for p in pairs if p[0] != p[1]]
    width = draw(st.lists(st.sampled_from([40.0, 120.0, 208.0]), min_size=count, max_size=count))
    height = draw(st.lists(st.sampled_from([24.0, 28.0, 160.0]), min_size=count, max_size=count))
    share = st.sampled_from([0.25, 0.5, 0.8])
    leave = [height[a] * draw(share) for a, _ in pairs]
    arrive = [height[b] * draw(share) for _, b in pairs]
    return Case(width, height, [a for a, _ in pairs], [b for _, b in pairs], leave, arrive)


def sample(route: Floats, steps: int = 16) -> Floats:
    share = np.linspace(0, 1, steps + 1)[:, None]
    rest = 1 - share
    parts = []
    for at in range(0, len(route) - 1, 3):
        a, b, c, d = route[at : at + 4]
        parts.append(rest**3 * a + 3 * rest**2 * share * b + 3 * rest * share**2 * c + share**3 * d)
    return np.concatenate(parts)


def random_dag(count: int, edges: int, seed: int) -> tuple[list[int], list[int]]:
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, count, (edges, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    return ends.min(axis=1).tolist(), ends.max(axis=1).tolist()


def sizes(count: int) -> tuple[list[float], list[float]]:
    return [208.0] * count, [28.0] * count


def overlaps(done: Layout, width: list[float], height: list[float], gap: float = 0.0) -> int:
    """Pairs of cards that overlap, or stand nearer than the gap, above each other."""
    x, y, w, h = done.x, done.y, np.array(width), np.array(height) + gap
    near = (x[:, None] < x + w) & (x < x[:, None] + w[:, None])
    near &= (y[:, None] < y + h - 1e-5) & (y < y[:, None] + h[:, None] - 1e-5)
    return int(np.triu(near, 1).sum())


@law
@given(cases())
def test_no_two_cards_come_nearer_than_the_gap(case: Case) -> None:
    assert overlaps(case.draw(), case.width, case.height, gap=16.0) == 0


@law
@given(cases())
def test_routes_start_and_end_exactly_on_their_ports(case: Case) -> None:
    done = case.draw()
    for edge, route in enumerate(done.routes):
        source, target = case.source[edge], case.target[edge]
        out_x = done.x[source] + case.width[source]
        assert tuple(route[0]) == (out_x, done.y[source] + case.leave[edge])
        assert tuple(route[-1]) == (done.x[target], done.y[target] + case.arrive[edge])


@law
@given(cases())
def test_routes_are_cubic_pieces_that_leave_and_enter_level(case: Case) -> None:
    for route in case.draw().routes:
        assert len(route) >= 4
        assert len(route) % 3 == 1
        assert route[1][1] == pytest.approx(route[0][1])
        assert route[-2][1] == pytest.approx(route[-1][1])
        assert route[1][0] >= route[0][0]
        assert route[-2][0] <= route[-1][0]


@law
@given(cases())
def test_routes_have_no_kinks(case: Case) -> None:
    for route in case.draw().routes:
        for at in range(3, len(route) - 1, 3):
            before, after = route[at] - route[at - 1], route[at + 1] - route[at]
            turn = before[0] * after[1] - before[1] * after[0]
            assert abs(turn) <= 1e-3 * (1 + np.linalg.norm(before) * np.linalg.norm(after))
            if np.linalg.norm(before) > 1e-6 and np.linalg.norm(after) > 1e-6:
                assert before @ after > 0


@law
@given(cases())
def test_forward_edges_go_strictly_right_through_the_layers(case: Case) -> None:
    done = case.draw()
    for edge in np.flatnonzero(~done.back):
        source, target = case.source[edge], case.target[edge]
        assert done.rank[target] > done.rank[source]
        assert done.x[target] >= done.x[source] + case.width[source] + 88.0 - 1e-6
        assert (np.diff(sample(done.routes[edge])[:, 0]) >= -1e-6).all()


@law
@given(cases())
def test_without_its_back_edges_the_graph_has_no_cycle(case: Case) -> None:
    back = case.draw().back
    before: dict[int, set[int]] = {}
    for edge in np.flatnonzero(~back):
        before.setdefault(case.target[edge], set()).add(case.source[edge])
    TopologicalSorter(before).prepare()


@law
@given(cases(acyclic=True))
def test_a_graph_without_cycles_has_no_back_edges(case: Case) -> None:
    assert not case.draw().back.any()


@law
@given(cases(acyclic=True))
def test_the_total_edge_length_is_the_least_possible(case: Case) -> None:
    pairs = sorted(set(zip(case.source, case.target, strict=True)))
    if not pairs:
        return
    count = len(case.width)
    rank = case.draw().rank
    rows = np.zeros((len(pairs), count))
    cost = np.zeros(count)
    for row, (source, target) in enumerate(pairs):
        rows[row, source], rows[row, target] = 1, -1
        cost[target] += 1
        cost[source] -= 1
    least = linprog(cost, A_ub=rows, b_ub=-np.ones(len(pairs)), bounds=(0, count)).fun
    assert sum(int(rank[b] - rank[a]) for a, b in pairs) == pytest.approx(least)


@law
@given(cases())
def test_no_route_passes_through_a_card(case: Case) -> None:
    done = case.draw()
    for edge, route in enumerate(done.routes):
        points = sample(route)
        for node in range(len(case.width)):
            # A route may touch the cards it joins.
            slack = 0.5 if node in (case.source[edge], case.target[edge]) else 0.01
            inside = (
                (points[:, 0] > done.x[node] + slack)
                & (points[:, 0] < done.x[node] + case.width[node] - slack)
                & (points[:, 1] > done.y[node] + slack)
                & (points[:, 1] < done.y[node] + case.height[node] - slack)
            )
            assert not inside.any(), (edge, node)


@law
@given(cases())
def test_everything_lies_inside_the_extent(case: Case) -> None:
    done = case.draw()
    points = [sample(route) for route in done.routes]
    corners = np.column_stack((done.x, done.y))
    far = corners + np.column_stack((case.width, case.height))
    whole = np.concatenate([corners, far, *points])
    assert (whole >= -1e-6).all()
    assert (whole <= np.array([done.width, done.height]) + 1e-6).all()


@law
@given(cases())
def test_the_same_graph_is_drawn_the_same_twice(case: Case) -> None:
    first, second = case.draw(), case.draw()
    assert (first.x == second.x).all()
    assert (first.y == second.y).all()
    assert all((a == b).all() for a, b in zip(first.routes, second.routes, strict=True))


@law
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_in_which_edges_are_given_moves_no_card(case: Case, random: object) -> None:
    rng = np.random.default_rng(len(case.source))
    turn = rng.permutation(len(case.source))
    first = layout(case.width, case.height, case.source, case.target)
    second = layout(
        case.width,
        case.height,
        np.array(case.source, int)[turn],
        np.array(case.target, int)[turn],
    )
    assert (first.x == second.x).all()
    assert np.allclose(first.y, second.y)


@law
@given(cases(acyclic=True), st.integers(0, 10_000))
def test_crossings_are_counted_as_by_comparing_every_pair(case: Case, seed: int) -> None:
    count = len(case.width)
    pairs = sorted(set(zip(case.source, case.target, strict=True)))
    source = np.array([a for a, _ in pairs], np.int64)
    target = np.array([b for _, b in pairs], np.int64)
    half = np.full(len(pairs), 0.5)
    weight = np.random.default_rng(seed).integers(1, 4, len(pairs)).astype(float)
    rank = assign_ranks(count, source, target)
    rank -= rank.min()
    graph = insert_virtual(rank, np.zeros(count, np.int64), source, target, half, half, weight)
    key = np.random.default_rng(seed).random(len(graph.layer))
    order = np.lexsort((key, graph.layer))
    position = np.empty(len(key), np.int64)
    position[order] = np.arange(len(key)) - graph.nodes_at[graph.layer[order]]
    expected = 0.0
    for a, b in combinations(range(len(graph.source)), 2):
        if graph.layer[graph.source[a]] != graph.layer[graph.source[b]]:
            continue
        start = position[graph.source[a]] - position[graph.source[b]]
        end = position[graph.target[a]] - position[graph.target[b]]
        if start * end < 0:
            expected += graph.weight[a] * graph.weight[b]
    assert crossings_by_part(graph, position, 1)[0] == expected


def test_no_nodes_give_an_empty_layout() -> None:
    done = layout([], [], [], [])
    assert (len(done.x), len(done.routes), done.width, done.height) == (0, 0, 0.0, 0.0)


def test_a_single_node_stands_in_the_corner() -> None:
    done = layout([208.0], [28.0], [], [])
    assert (done.x[0], done.y[0], done.width, done.height) == (0.0, 0.0, 208.0, 28.0)


def test_a_chain_of_20_000_nodes_is_one_level_line() -> None:
    count = 20_000
    width, height = sizes(count)
    done = layout(width, height, range(count - 1), range(1, count))
    assert done.rank.tolist() == list(range(count))
    assert np.ptp(done.y) < 1e-6


def test_a_ring_of_20_000_nodes_has_one_back_edge() -> None:
    count = 20_000
    width, height = sizes(count)
    done = layout(width, height, range(count), [*range(1, count), 0])
    assert done.back.sum() == 1


def test_a_large_graph_is_drawn_without_overlaps() -> None:
    count = 2_500
    width, height = sizes(count)
    source, target = random_dag(count, 3_700, seed=1)
    done = layout(width, height, source, target)
    assert overlaps(done, width, height, gap=16.0) == 0
    assert all(done.rank[b] > done.rank[a] for a, b in zip(source, target, strict=True))


def test_a_chain_through_cards_of_many_heights_is_level() -> None:
    height = [28.0, 160.0, 24.0, 90.0]
    done = layout([208.0] * 4, height, [0, 1, 2], [1, 2, 3])
    for route in done.routes:
        assert np.ptp(route[:, 1]) < 1e-6


def test_an_edge_between_ports_is_level_when_nothing_is_in_its_way() -> None:
    done = layout([208.0] * 2, [200.0, 300.0], [0], [1], source_port=[20.0], target_port=[250.0])
    assert done.y[0] + 20.0 == pytest.approx(done.y[1] + 250.0)


def test_a_tree_is_drawn_without_crossings() -> None:
    width, height = sizes(63)
    source, target = [(node - 1) // 2 for node in range(1, 63)], list(range(1, 63))
    done = layout(width, height, source, target)
    for (a, b), (c, d) in combinations(zip(source, target, strict=True), 2):
        if done.rank[a] == done.rank[c]:
            assert (done.y[a] - done.y[c]) * (done.y[b] - done.y[d]) >= 0


def test_a_parent_stands_in_the_middle_of_its_two_children() -> None:
    done = layout([208.0] * 3, [28.0] * 3, [0, 0], [1, 2])
    assert done.y[0] == pytest.approx((done.y[1] + done.y[2]) / 2)


def test_crossed_pairs_are_uncrossed() -> None:
    width, height = sizes(6)
    done = layout(width, height, [0, 1, 2, 0], [5, 4, 3, 4])
    order = np.argsort(done.y[[0, 1, 2]])
    assert [int(i) for i in np.argsort(done.y[[5, 4, 3]])] == [int(i) for i in order]


def test_a_long_edge_goes_round_the_card_between_its_ends() -> None:
    done = layout([208.0] * 3, [28.0, 300.0, 28.0], [0, 1, 0], [1, 2, 2])
    points = sample(done.routes[2])
    passing = (points[:, 0] >= done.x[1]) & (points[:, 0] <= done.x[1] + 208.0)
    assert passing.any()
    y = points[passing, 1]
    assert ((y < done.y[1]) | (y > done.y[1] + 300.0)).all()


def test_an_edge_from_a_narrow_card_passes_the_wide_card_below_it() -> None:
    width = [40.0, 208.0, 208.0, 208.0, 208.0]
    done = layout(width, [28.0] * 5, [0, 1, 0, 1, 0], [2, 2, 3, 3, 4])
    for edge in (0, 2, 4):
        points = sample(done.routes[edge])
        over = (points[:, 0] > done.x[1]) & (points[:, 0] < done.x[1] + 208.0)
        inside = (points[:, 1] > done.y[1]) & (points[:, 1] < done.y[1] + 28.0)
        assert not (over & inside).any()


def test_a_back_edge_goes_round_outside_all_cards_it_passes() -> None:
    height = [28.0, 200.0, 28.0]
    done = layout([208.0] * 3, height, [0, 1, 2], [1, 2, 0])
    assert done.back.tolist() == [False, False, True]
    points = sample(done.routes[2])
    over = (points[:, 0] > done.x[1]) & (points[:, 0] < done.x[1] + 208.0)
    assert ((points[over, 1] < done.y[1]) | (points[over, 1] > done.y[1] + 200.0)).all()
    assert points[:, 0].max() > done.x[2] + 208.0
    assert points[:, 0].min() < done.x[0]


def test_a_cycle_entered_from_outside_begins_where_it_is_entered() -> None:
    done = layout([208.0] * 4, [28.0] * 4, [0, 1, 2, 3], [2, 3, 1, 1])
    entering = done.rank[2]
    assert done.rank[0] < entering < min(done.rank[1], done.rank[3])


def test_repeated_long_edges_run_beside_each_other() -> None:
    done = layout([208.0] * 3, [28.0, 28.0, 28.0], [0, 1, 0, 0], [1, 2, 2, 2])
    at = done.x[1] + 104.0
    heights = [np.interp(at, *sample(done.routes[edge]).T) for edge in (2, 3)]
    assert abs(heights[0] - heights[1]) >= 5.0


def test_lone_nodes_stand_in_rows_below_the_rest() -> None:
    width, height = sizes(30)
    done = layout(width, height, [0, 1], [1, 2])
    assert done.y[3:].min() > done.y[:3].max() + 28.0
    assert len(set(done.y[3:].tolist())) > 1
    assert overlaps(done, width, height) == 0


def test_many_parts_fill_a_landscape_page() -> None:
    count = 300
    width, height = sizes(count)
    done = layout(width, height, range(0, count, 2), range(1, count, 2))
    assert 1.0 < done.width / done.height < 3.2


def test_known_nodes_keep_their_order_when_others_join() -> None:
    source, target = random_dag(60, 90, seed=3)
    width, height = sizes(60)
    few = [(a, b) for a, b in zip(source, target, strict=True) if a < 50 and b < 50]
    first = layout(width, height, [a for a, _ in few], [b for _, b in few])
    known = first.y.copy()
    known[50:] = np.nan
    second = layout(width, height, source, target, previous_y=known)
    links: dict[int, set[int]] = {}
    for a, b in zip(source, target, strict=True):
        links.setdefault(a, set()).add(b)
        links.setdefault(b, set()).add(a)
    seen, todo = set(), [source[0]]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo.extend(links[node])
    for a, b in combinations(sorted(seen & set(range(50))), 2):
        if second.rank[a] == second.rank[b] and known[a] < known[b]:
            assert second.y[a] < second.y[b]


def test_drawing_again_with_the_positions_of_before_moves_nothing() -> None:
    # Nodes 1 to 3 stand in the reverse of the order that an unhinted drawing would give them.
    width, height = sizes(4)
    first = layout(width, height, [0, 0, 0], [1, 2, 3])
    turned = first.y.copy()
    turned[[1, 3]] = turned[[3, 1]]
    second = layout(width, height, [0, 0, 0], [1, 2, 3], previous_y=turned)
    assert np.allclose(second.y - second.y[0], turned - turned[0])


@pytest.mark.parametrize(
    "wrong",
    [
        {"height": [1.0]},
        {"target": [1]},
        {"target": [1, 2]},
        {"source": [-1, 0]},
        {"source_port": [1.0]},
        {"previous_y": [1.0]},
    ],
)
def test_arguments_that_do_not_fit_are_refused(wrong: dict[str, list[float]]) -> None:
    right: dict[str, list[float]] = {
        "width": [9.0, 9.0],
        "height": [9.0, 9.0],
        "source": [0, 0],
        "target": [1, 1],
    }
    with pytest.raises(ValueError, match=r"must|edge|node"):
        layout(**{**right, **wrong})  # type: ignore[arg-type]
