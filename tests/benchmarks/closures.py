"""How long building and closing take: our index beside networkx, rustworkx and scipy.

python tests/benchmarks/closures.py [nodes …]     (10,000, 100,000 and 1,000,000 if none)

Same graph for all: jobs with 1 to 3 inputs from the 2,000 datasets before and one output. A closure
is all that is upstream: of an early dataset (few) and of the last one (many). Ours is built from
ids and answers with hops. networkx is built from ids, rustworkx and scipy from numbers that are
looked up before the clock starts; they answer with the set (scipy: the order). `frame` is what
`lin.upstream` makes of the closure: names, owners, the number of paths and one of them.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import polars as pl
from scipy import sparse

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lineage_explorer.analysis.impact import reached
from lineage_explorer.graph.index import Index, build_index
from lineage_explorer.graph.nodes import nodes
from lineage_explorer.graph.reach import reach
from lineage_explorer.tables import BUNDLES, DATASETS, EDGES, JOBS, Frames, schema

NEAR, EARLY = 2_000, 100
FRAME_UP_TO = 100_000  # frames hold a path to every node: of millions, gigabytes


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
        edges=shaped(edges, EDGES).sort("source", "target", "kind"),
        bundles=shaped(
            bundles.with_columns(pl.concat_list("targets"), basis=pl.lit("implied")), BUNDLES
        ),
    )


def shaped(frame: pl.DataFrame, columns: Any) -> pl.DataFrame:
    return frame.select(
        pl.col(name) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in schema(columns).items()
    )


@dataclass(frozen=True)
class Row:
    """Milliseconds of one engine; how much its closures reach."""

    what: str
    build: float
    few: float | None
    many: float | None
    reached: tuple[int, int] | None = None


def clocked(work: Callable[[], Any], times: int = 5) -> tuple[float, Any]:
    """Best of a few, in milliseconds."""
    best, found = float("inf"), None
    for _ in range(times):
        found = None  # so that the last one is gone before the next is made
        begun = time.perf_counter()
        found = work()
        best = min(best, (time.perf_counter() - begun) * 1000)
    return best, found


def measured(
    what: str, build: float, close: Callable[[int], Any], last: int, counted: Callable[[Any], int]
) -> Row:
    few, near = clocked(lambda: close(EARLY))
    many, far = clocked(lambda: close(last))
    return Row(what, build, few, many, (counted(near), counted(far)))


def ours(frames: Frames, last: int) -> Iterator[Row]:
    def built() -> Index:
        index = build_index(frames)
        index.passing("upstream")  # made at the first closure that way
        index.passing("downstream")
        return index

    build, index = clocked(built)
    yield measured(
        "ours", build, lambda start: reach(index, [start], "upstream").distance, last,
        lambda hops: int((hops > 0).sum()),
    )  # fmt: skip
    about, ids = nodes(frames), frames.datasets["dataset"]

    def framed(start: int) -> Any:
        return reached(index, ids[start], "upstream", None, about)

    many = clocked(lambda: framed(last), 1)[0] if len(index.ids) <= FRAME_UP_TO else None
    yield Row("  frame", build, clocked(lambda: framed(EARLY))[0], many)


def rivals(frames: Frames, last: int) -> Iterator[Row]:
    pairs = frames.edges.select("source", "target")
    ids = pl.concat([frames.datasets["dataset"], frames.jobs["job"]])
    place = pl.DataFrame({"id": ids, "n": np.arange(len(ids), dtype=np.int32)})
    numbers = pairs.join(place, left_on="source", right_on="id").join(
        place, left_on="target", right_on="id"
    )
    source, target = numbers["n"].to_numpy(), numbers["n_right"].to_numpy()
    size = len(ids)

    def matrix() -> sparse.csr_array:
        return sparse.csr_array((np.ones(len(source)), (target, source)), (size, size))

    build, found = clocked(matrix)
    yield measured(
        "scipy", build,
        lambda start: sparse.csgraph.breadth_first_order(found, start, return_predecessors=False),
        last, lambda order: len(order) - 1,
    )  # fmt: skip
    try:
        import rustworkx as rx
    except ImportError:
        print("(rustworkx is not installed)")
    else:

        def rust() -> Any:
            graph = rx.PyDiGraph()
            graph.add_nodes_from(range(size))
            graph.add_edges_from_no_data(list(zip(source.tolist(), target.tolist(), strict=True)))
            return graph

        build, graph = clocked(rust, 1)
        yield measured("rustworkx", build, lambda start: rx.ancestors(graph, start), last, len)
    build, digraph = clocked(lambda: nx.DiGraph(pairs.rows()), 1)
    yield measured("networkx", build, lambda start: nx.ancestors(digraph, ids[start]), last, len)


def cells(row: Row, base: Row) -> Iterator[str]:
    """Milliseconds, and how many times ours they are."""
    for mine, its in ((base.build, row.build), (base.few, row.few), (base.many, row.many)):
        if its is None or mine is None:
            yield f"{'-':>10} {'':>8}"
        else:
            yield f"{its:>10,.2f} {its / mine:>7.2f}x"


def main() -> None:
    sizes = [int(word.replace(",", "")) for word in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    columns = "".join(f"  {name:>10} {'/ ours':>8}" for name in ("build ms", "few ms", "many ms"))
    print(f"{'nodes':>9}  {'what':<9}{columns}  {'reached':>13}")
    for size in sizes:
        frames, last = made(size), size // 2 - 1
        first, frame = ours(frames, last)
        for row in (first, frame, *rivals(frames, last)):
            if row.reached not in (None, first.reached):
                raise SystemExit(f"{row.what} reaches {row.reached}, ours {first.reached}")
            count = "{:,}, {:,}".format(*row.reached) if row.reached else ""
            line = "  ".join([f"{size:>9,}", f"{row.what:<9}", *cells(row, first), f"{count:>13}"])
            print(line, flush=True)


if __name__ == "__main__":
    main()
