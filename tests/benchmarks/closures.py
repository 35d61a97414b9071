"""How long building and closing take: our index beside networkx, rustworkx and scipy.

python tests/benchmarks/closures.py [nodes …]     (10,000, 100,000 and 1,000,000 if none)

Same graph for all: jobs with 1 to 3 inputs from the 2,000 datasets before and one output. Ours
answers with hops, path counts and predecessors; the others with the set (scipy: the order).
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import polars as pl
from scipy import sparse

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lineage_explorer.graph.index import build_index
from lineage_explorer.graph.reach import reach
from lineage_explorer.tables import BUNDLES, DATASETS, EDGES, JOBS, Frames, schema

NEAR, NETWORKX_UP_TO = 2_000, 100_000


def made(size: int) -> Frames:
    """Half datasets, half jobs; seeded."""
    rng, half = random.Random(7), size // 2
    sources = [
        sorted({rng.randrange(max(0, at - NEAR), max(1, at)) for _ in range(rng.randint(1, 3))})
        for at in range(half)
    ]
    names = pl.Series([f"dataset:s3://lake:tables/t{at:07}" for at in range(half)])
    jobs = pl.Series([f"job:airflow:dag.t{at:07}" for at in range(half)])
    at = pl.DataFrame({"at": np.arange(half), "sources": sources}).explode("sources")
    reads = pl.DataFrame({"source": names[at["sources"]], "target": jobs[at["at"]]})
    writes = pl.DataFrame({"source": jobs, "target": names})
    edges = pl.concat([reads.with_columns(kind=pl.lit("reads")),
                       writes.with_columns(kind=pl.lit("writes"))])  # fmt: skip
    grouped = reads.group_by("target", maintain_order=True).agg("source")
    bundles = pl.DataFrame({"job": jobs, "sources": grouped["source"], "targets": names})
    return Frames.empty(
        datasets=shaped(pl.DataFrame({"dataset": names, "name": names}), DATASETS),
        jobs=shaped(pl.DataFrame({"job": jobs, "name": jobs}), JOBS),
        edges=shaped(edges, EDGES),
        bundles=shaped(
            bundles.with_columns(pl.concat_list("targets"), basis=pl.lit("implied")), BUNDLES
        ),
    )


def shaped(frame: pl.DataFrame, columns: Any) -> pl.DataFrame:
    return frame.select(
        pl.col(name) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in schema(columns).items()
    )


def clocked(work: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """Best of a few, in CPU-bound wall milliseconds."""
    best, found = float("inf"), None
    for _ in range(times):
        begun = time.perf_counter()
        found = work()
        best = min(best, (time.perf_counter() - begun) * 1000)
    return best, found


def rivals(frames: Frames, last: int) -> Iterator[tuple[str, float, float, int]]:
    pairs = frames.edges.select("source", "target")
    ids = pl.concat([frames.datasets["dataset"], frames.jobs["job"]])
    place = pl.DataFrame({"id": ids, "n": np.arange(len(ids))})
    numbers = pairs.join(place, left_on="source", right_on="id").join(
        place, left_on="target", right_on="id"
    )
    source, target = numbers["n"].to_numpy(), numbers["n_right"].to_numpy()
    size = len(ids)

    def matrix() -> sparse.csr_array:
        return sparse.csr_array((np.ones(len(source), np.int8), (target, source)), (size, size))

    build, found = clocked(matrix)
    close, order = clocked(
        lambda: sparse.csgraph.breadth_first_order(found, last, return_predecessors=False)
    )
    yield "scipy", build, close, len(order) - 1
    try:
        import rustworkx as rx
    except ImportError:
        pass
    else:

        def rust() -> Any:
            graph = rx.PyDiGraph()
            graph.add_nodes_from(range(size))
            graph.add_edges_from_no_data(list(zip(source.tolist(), target.tolist(), strict=True)))
            return graph

        build, graph = clocked(rust, 1)
        close, above = clocked(lambda: rx.ancestors(graph, last))
        yield "rustworkx", build, close, len(above)
    if size <= NETWORKX_UP_TO:
        build, digraph = clocked(lambda: nx.DiGraph(pairs.rows()), 1)
        close, before = clocked(lambda: nx.ancestors(digraph, ids[last]))
        yield "networkx", build, close, len(before)


def main() -> None:
    sizes = [int(word.replace(",", "")) for word in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    print(f"{'nodes':>9}  {'what':<10} {'build ms':>10} {'closure ms':>11} {'reached':>9}")
    for size in sizes:
        frames = made(size)
        last = size // 2 - 1
        build, index = clocked(lambda frames=frames: build_index(frames))  # type: ignore[misc]
        close, found = clocked(lambda index=index, last=last: reach(index, [last], "upstream"))  # type: ignore[misc]
        reached = int((found.distance > 0).sum())
        rows = [("ours", build, close, reached), *rivals(frames, last)]
        for what, built, closed, count in rows:
            print(f"{size:>9,}  {what:<10} {built:>10.1f} {closed:>11.2f} {count:>9,}")


if __name__ == "__main__":
    main()
