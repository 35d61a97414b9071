"""Crossings and time of our layout beside Graphviz `dot`, on the same graphs and node sizes.

Run `python -m tests.benchmarks.layout_vs_dot [--sizes 100 300 1000 2000] [--seeds 3]`; it needs
`dot` on the path. Two measures, the same for both:

* drawn: crossings of the curves as drawn. Each curve is sampled at vertical lines 4 px apart;
  between two lines every pair of curves that changes its order has crossed once.
* straight: proper intersections of straight lines between node centres, whatever the curves do.

Time is the wall clock: ours of one call of `layout`, dot's of `dot -Tplain`, splines and process
start included, best of three. Graphs: `pipelines` (jobs with several inputs, some of them hubs, and
one or two outputs), `random` (1.5 edges a node between any two nodes), `near` (the same, between
nodes not far apart), `trees` (random trees with a few more edges), `logs` (those
that `painting` shows), `samples` (the bundled ones; sizes 0 to 2).
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

import lineage_explorer as lx
from lineage_explorer.view.layout import layout
from lineage_explorer.view.state import ViewState, picture
from tests.benchmarks.logs import layered

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
GAP_X, GAP_Y = 88.0, 16.0


@dataclass(frozen=True)
class Graph:
    """A graph to lay out."""

    name: str
    width: Floats
    height: Floats
    source: Ints
    target: Ints


@dataclass(frozen=True)
class Drawing:
    """Node centres, and a polyline for each edge."""

    centre: Floats
    lines: list[Floats]
    seconds: float


def pipelines(count: int, seed: int) -> Graph:
    """Datasets and jobs: inputs recent, random, or one of a few hubs."""
    rng = np.random.default_rng(seed)
    datasets = list(range(max(3, count // 12)))
    hubs = datasets[: max(1, len(datasets) // 8)]
    jobs: list[int] = []
    edges: set[tuple[int, int]] = set()
    node = len(datasets)
    while node + 2 < count:
        job = node
        jobs.append(job)
        node += 1
        for _ in range(int(rng.integers(1, 4))):
            draw = rng.random()
            if draw < 0.15:
                chosen = hubs[int(rng.integers(len(hubs)))]
            elif draw < 0.8:
                recent = datasets[-max(4, count // 15) :]
                chosen = recent[int(rng.integers(len(recent)))]
            else:
                chosen = datasets[int(rng.integers(len(datasets)))]
            edges.add((chosen, job))
        for _ in range(1 if rng.random() < 0.75 else 2):
            edges.add((job, node))
            datasets.append(node)
            node += 1
    return _graph("pipelines", node, sorted(edges), jobs)


def random_dag(count: int, seed: int) -> Graph:
    """1.5 edges a node between any two nodes."""
    rng = np.random.default_rng(seed)
    edges: set[tuple[int, int]] = set()
    while len(edges) < int(1.5 * count):
        a, b = (int(v) for v in rng.integers(0, count, 2))
        if a != b:
            edges.add((min(a, b), max(a, b)))
    return _graph("random", count, sorted(edges), [])


def near_dag(count: int, seed: int) -> Graph:
    """1.5 edges a node between nodes not far apart."""
    rng = np.random.default_rng(seed)
    edges: set[tuple[int, int]] = set()
    while len(edges) < int(1.5 * count):
        a = int(rng.integers(count))
        b = a + int(rng.geometric(min(0.3, 15 / count)))
        if b < count:
            edges.add((a, b))
    return _graph("near", count, sorted(edges), [])


def trees(count: int, seed: int) -> Graph:
    """A random tree, a fifth of it pointing the other way, and a few edges more."""
    rng = np.random.default_rng(seed)
    edges: set[tuple[int, int]] = set()
    depth = [0] * count
    for node in range(1, count):
        parent = int(rng.integers(max(0, node - 60), node))
        if rng.random() < 0.8:
            edges.add((parent, node))
            depth[node] = depth[parent] + 1
        else:
            edges.add((node, parent))
            depth[node] = depth[parent] - 1
    for _ in range(count // 40):
        a, b = (int(v) for v in rng.integers(0, count, 2))
        if depth[a] < depth[b]:
            edges.add((a, b))
    return _graph("trees", count, sorted(edges), [])


def logs(count: int, seed: int) -> Graph:
    """What `painting` shows: a generated log, cards and pills as wide as the view makes them."""
    return _shown("logs", lx.read(layered(count, seed)))


def samples(number: int, _seed: int) -> Graph:
    """A bundled sample; the size is its number in `lx.samples()`."""
    return _shown("samples", lx.sample(lx.samples()[number]))


def _shown(name: str, lin: lx.Lineage) -> Graph:
    drawn = picture(lin, ViewState(query="*", limit=0))
    return Graph(
        name,
        np.array([node.width for node in drawn.nodes]),
        np.array([node.height for node in drawn.nodes], dtype=np.float64),
        np.array([edge.source for edge in drawn.edges], dtype=np.int64),
        np.array([edge.target for edge in drawn.edges], dtype=np.int64),
    )


def _graph(name: str, count: int, edges: list[tuple[int, int]], jobs: list[int]) -> Graph:
    width, height = np.full(count, 208.0), np.full(count, 28.0)
    width[jobs], height[jobs] = 120.0, 24.0
    pairs = np.array(edges, np.int64).reshape(-1, 2)
    return Graph(name, width, height, pairs[:, 0], pairs[:, 1])


def ours(graph: Graph, repeats: int) -> Drawing:
    """Our layout, the best time of a few; all times are of the processor."""
    seconds = []
    for _ in range(repeats):
        begin = time.process_time()
        done = layout(
            graph.width, graph.height, graph.source, graph.target, gap_x=GAP_X, gap_y=GAP_Y
        )
        seconds.append(time.process_time() - begin)
    centre = np.column_stack((done.x + graph.width / 2, done.y + graph.height / 2))
    return Drawing(centre, [sample(route) for route in done.routes], min(seconds))


def _children() -> float:
    """What programs started from here have used of the processor, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def graphviz(graph: Graph, repeats: int) -> Drawing:
    """What dot makes of it, in pixels."""
    lines = [f"digraph{{rankdir=LR;nodesep={GAP_Y / 72};ranksep={GAP_X / 72};"]
    lines.append('node[shape=box,fixedsize=true,label=""];edge[arrowhead=none];')
    for node, (width, height) in enumerate(zip(graph.width, graph.height, strict=True)):
        lines.append(f"{node}[width={width / 72:.4f},height={height / 72:.4f}];")
    for source, target in zip(graph.source, graph.target, strict=True):
        lines.append(f"{source}->{target};")
    text = "\n".join([*lines, "}"])
    seconds = []
    for _ in range(repeats):
        begin = _children()
        done = subprocess.run(
            ["dot", "-Tplain"], input=text, capture_output=True, text=True, check=True
        )
        seconds.append(_children() - begin)
    centre = np.zeros((len(graph.width), 2))
    routes: dict[tuple[int, int], Floats] = {}
    for line in done.stdout.replace("\\\n", "").splitlines():
        words = line.split()
        if words[0] == "node":
            centre[int(words[1])] = float(words[2]) * 72, float(words[3]) * 72
        elif words[0] == "edge":
            points = np.array(words[4 : 4 + 2 * int(words[3])], float).reshape(-1, 2) * 72
            routes[int(words[1]), int(words[2])] = sample(points)
    order = zip(graph.source.tolist(), graph.target.tolist(), strict=True)
    return Drawing(centre, [routes[pair] for pair in order], min(seconds))


def sample(route: Floats, steps: int = 24) -> Floats:
    """Points along a piecewise cubic Bezier."""
    share = np.linspace(0, 1, steps + 1)[1:, None]
    pieces = [route[:1]]
    for at in range(0, len(route) - 1, 3):
        a, b, c, d = route[at : at + 4]
        rest = 1 - share
        pieces.append(
            rest**3 * a + 3 * rest**2 * share * b + 3 * rest * share**2 * c + share**3 * d
        )
    return np.concatenate(pieces)


def drawn_crossings(lines: list[Floats], step: float = 4.0) -> int:
    """Changes of order between curves from one vertical line to the next."""
    at: list[Ints] = []
    values: list[Floats] = []
    edge: list[Ints] = []
    for index, line in enumerate(lines):
        first, last = int(np.ceil(line[0, 0] / step)), int(np.floor(line[-1, 0] / step))
        if last < first:
            continue
        ticks = np.arange(first, last + 1)
        at.append(ticks)
        values.append(np.interp(ticks * step, np.maximum.accumulate(line[:, 0]), line[:, 1]))
        edge.append(np.full(len(ticks), index))
    ticks, heights, edges = np.concatenate(at), np.concatenate(values), np.concatenate(edge)
    order = np.lexsort((edges, ticks))
    ticks, heights, edges = ticks[order], heights[order], edges[order]
    cuts = np.flatnonzero(np.diff(ticks)) + 1
    crossed = 0
    columns = list(
        zip(np.split(ticks, cuts), np.split(edges, cuts), np.split(heights, cuts), strict=True)
    )
    for (_, edges_a, heights_a), (_, edges_b, heights_b) in pairwise(columns):
        _, in_a, in_b = np.intersect1d(edges_a, edges_b, assume_unique=True, return_indices=True)
        # Curves that leave one port together are level with each other: not yet crossed.
        before, after = np.round(heights_a[in_a], 3), np.round(heights_b[in_b], 3)
        order = np.lexsort((after, before))
        before, after = before[order], after[order]
        upside = (before[:, None] < before[None, :]) & (after[:, None] > after[None, :])
        crossed += int(np.count_nonzero(upside))
    return crossed


def straight_crossings(graph: Graph, centre: Floats) -> int:
    """Proper intersections of straight lines between centres; edges that share a node excepted."""
    first, last = centre[graph.source], centre[graph.target]
    way = last - first
    crossed = 0
    for edge in range(len(first) - 1):
        rest = slice(edge + 1, None)
        a, d = first[edge], way[edge]
        side_first = d[0] * (first[rest, 1] - a[1]) - d[1] * (first[rest, 0] - a[0])
        side_last = d[0] * (last[rest, 1] - a[1]) - d[1] * (last[rest, 0] - a[0])
        other = way[rest]
        from_first = other[:, 0] * (a[1] - first[rest, 1]) - other[:, 1] * (a[0] - first[rest, 0])
        end = last[edge]
        from_last = other[:, 0] * (end[1] - first[rest, 1]) - other[:, 1] * (
            end[0] - first[rest, 0]
        )
        shared = (
            (graph.source[rest] == graph.source[edge])
            | (graph.target[rest] == graph.target[edge])
            | (graph.source[rest] == graph.target[edge])
            | (graph.target[rest] == graph.source[edge])
        )
        crossed += int(
            np.count_nonzero((side_first * side_last < 0) & (from_first * from_last < 0) & ~shared)
        )
    return crossed


def main() -> None:
    """Prints one row for each kind and size of graph: medians over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300, 1000, 2000])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--kinds", nargs="+", default=["pipelines", "random", "near", "trees"])
    parser.add_argument("--alone", type=int, nargs="*", default=[10_000, 50_000])
    given = parser.parse_args()
    if shutil.which("dot") is None:
        parser.error("Graphviz's dot is not on the path")
    makers = {
        "pipelines": pipelines,
        "random": random_dag,
        "near": near_dag,
        "trees": trees,
        "logs": logs,
        "samples": samples,
    }
    print("| graph | nodes | edges | drawn: ours / dot | straight: ours / dot | ms: ours / dot |")
    print("|---|---|---|---|---|---|")
    ratios: list[tuple[float, float, float]] = []
    for kind in given.kinds:
        for size in given.sizes:
            rows = []
            for seed in range(given.seeds):
                graph = makers[kind](size, seed)
                mine, theirs = ours(graph, given.repeats), graphviz(graph, given.repeats)
                rows.append(
                    (
                        drawn_crossings(mine.lines),
                        drawn_crossings(theirs.lines),
                        straight_crossings(graph, mine.centre),
                        straight_crossings(graph, theirs.centre),
                        1000 * mine.seconds,
                        1000 * theirs.seconds,
                        len(graph.source),
                    )
                )
            ratios += [
                ((r[0] + 1) / (r[1] + 1), (r[2] + 1) / (r[3] + 1), r[4] / r[5]) for r in rows
            ]
            m = [statistics.median(column) for column in zip(*rows, strict=True)]
            print(
                f"| {kind} | {size} | {m[6]:.0f} | {m[0]:.0f} / {m[1]:.0f} "
                f"| {m[2]:.0f} / {m[3]:.0f} | {m[4]:.0f} / {m[5]:.0f} |",
                flush=True,
            )
    drawn, straight, slow = (statistics.median(column) for column in zip(*ratios, strict=True))
    print(f"\nmedian ratio ours : dot, over {len(ratios)} graphs")
    print(f"drawn {drawn:.2f}, straight {straight:.2f}, time {slow:.2f}")
    print("\n| larger, ours alone | nodes | edges | ms |\n|---|---|---|---|")
    for kind in ("pipelines", "near", "trees"):
        for size in given.alone:
            graph = makers[kind](size, 1)
            spent = ours(graph, 1).seconds * 1000
            print(f"| {kind} | {size} | {len(graph.source)} | {spent:.0f} |", flush=True)


if __name__ == "__main__":
    main()
