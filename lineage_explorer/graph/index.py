"""What flows where as integer arrays: closures, hops and shortest paths, quickly.

A closure follows flows, not jobs: where a job copies A to C and B to D, A is no ancestor of D. So
the graph is made of nodes (datasets, then jobs, in the order of their frames) and *steps*: a step
is one job taking some nodes to some others, every source to every target. Passing a step is one
hop. No two steps of a job share a (source, target) pair, so paths are counted once.

Jobs play two parts:

- A job is *passed* when data it takes or puts is reached; it is in the result, but nothing spreads
  from it, because its steps say what goes where. A job that only reads, or only writes, is passed
  as well.
- A job *carries* data where a flow names it as a source or a target (jobs that hand over to each
  other). What goes on inside it is not told, and unknown counts as reached: a job that is a source
  carries all it takes, and what is handed to a job goes to all it puts, except where a declared
  flow of that job says what an output is made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from lineage_explorer.tables import Frames

Direction = Literal["upstream", "downstream"]
Ints = npt.NDArray[np.int32]
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Csr:
    """Rows of integers, one after another: row `i` is `values[starts[i]:starts[i + 1]]`."""

    starts: npt.NDArray[np.int64]
    values: Ints

    def row(self, at: int) -> Ints:
        return self.values[self.starts[at] : self.starts[at + 1]]

    def gather(self, rows: Ints) -> tuple[Ints, Ints]:
        """All values of these rows, and beside each the row it is from."""
        first = self.starts[rows]
        sizes = self.starts[rows + 1] - first
        ends = np.cumsum(sizes)
        total = int(ends[-1]) if len(ends) else 0
        places = np.repeat(first - ends + sizes, sizes) + np.arange(total)
        return np.repeat(rows, sizes), self.values[places]


@dataclass(frozen=True, eq=False)
class Index:
    """Nodes are numbered 0 … n-1 as in `ids`, steps follow as n, n+1, …"""

    ids: pl.Series
    datasets: int
    step_job: Ints
    forward: Csr
    backward: Csr
    takes: Csr
    puts: Csr
    enters: Csr
    leaves: Csr

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return len(self.ids)

    @cached_property
    def place(self) -> dict[str, int]:
        """Node id to its number."""
        return {node: at for at, node in enumerate(self.ids)}

    def mask(self, nodes: pl.Series) -> npt.NDArray[np.bool_]:
        """Which nodes are among these ids."""
        found: npt.NDArray[np.bool_] = self.ids.is_in(nodes.implode()).to_numpy()
        return found

    def passed(self, direction: Direction) -> Csr:
        """Node to the jobs that take it (downstream) or put it (upstream)."""
        return self.takes if direction == "downstream" else self.puts

    def opened(self, direction: Direction) -> Csr:
        """Job to the nodes next to it that no step of its own leads to."""
        return self.leaves if direction == "downstream" else self.enters

    def flows(self, direction: Direction) -> Csr:
        """Node to steps, step to nodes."""
        return self.forward if direction == "downstream" else self.backward


def build_index(frames: Frames) -> Index:
    """The index of these frames; linear in the size of their bundles and edges.

    One exception: where bundles of one job overlap (its runs differ), they are made disjoint, and
    that costs up to the number of flows they stand for.
    """
    ids = pl.concat([frames.datasets["dataset"], frames.jobs["job"]]).rename("id")
    numbers = pl.DataFrame({"id": ids, "n": np.arange(len(ids), dtype=np.int32)})
    bundles = frames.bundles.with_row_index("bundle")
    jobs = _numbered(bundles.select("bundle", id="job"), numbers).rename({"n": "job"})
    sources = _numbered(_long(bundles, "sources"), numbers).join(jobs, on="bundle", how="left")
    targets = _numbered(_long(bundles, "targets"), numbers).join(jobs, on="bundle", how="left")

    takes = _pairs(_edges(frames, "reads", "source", "target", numbers), sources)
    puts = _pairs(_edges(frames, "writes", "target", "source", numbers), targets)
    first_job, known = len(frames.datasets), len(bundles)
    carried = [sources.filter(pl.col("n") >= first_job), targets.filter(pl.col("n") >= first_job)]
    if any(len(part) for part in carried):
        declared = bundles.filter(pl.col("basis") == "declared")["bundle"]
        told = targets.filter(pl.col("bundle").is_in(declared.implode()))
        into = takes.join(_only("job", carried[0]["n"]), on="job")
        out = puts.join(_only("job", carried[1]["n"]), on="job").join(
            told, on=["n", "job"], how="anti"
        )
        sources, targets = _carry(sources, targets, into, out, known, len(ids))
    return _assembled(ids, first_job, takes, puts, *_disjoint(sources, targets, len(ids)))


def _long(bundles: pl.DataFrame, side: str) -> pl.DataFrame:
    return bundles.select("bundle", id=side).explode("id", empty_as_null=False)


def _numbered(frame: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """The frame with the number of its node `n` in place of `id`, in the same order."""
    found = frame.join(numbers, on="id", how="left", maintain_order="left")
    lost = found.filter(pl.col("n").is_null() & pl.col("id").is_not_null())
    if len(lost):
        raise ValueError(f"frames do not fit together: {lost['id'][0]!r} is in a flow or an edge, "
                         "but neither in jobs nor in datasets")  # fmt: skip
    return found.drop("id")


def _edges(
    frames: Frames, kind: str, node: str, job: str, numbers: pl.DataFrame
) -> pl.DataFrame:
    edges = frames.edges.filter(pl.col("kind") == kind).select(id=node, other=job)
    nodes = _numbered(edges.select("id"), numbers)
    jobs = _numbered(edges.select(id="other"), numbers).rename({"n": "job"})
    return pl.concat([nodes, jobs], how="horizontal")


def _pairs(edges: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """Every (node, job) where the job takes or puts the node, sorted."""
    pairs = pl.concat([edges, ends.select("n", "job").drop_nulls()])
    return pairs.filter(pl.col("n") != pl.col("job")).unique().sort("n", "job")


def _only(column: str, values: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({column: values.unique().sort()})


def _carry(
    sources: pl.DataFrame,
    targets: pl.DataFrame,
    into: pl.DataFrame,
    out: pl.DataFrame,
    known: int,
    size: int,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The bundles, with one more into each job that is a source and out of each that is handed."""
    shape = ["bundle", "n", "job"]
    dtypes = {name: sources.schema[name] for name in shape}

    def rows(frame: pl.DataFrame, end: str, shift: int) -> pl.DataFrame:
        bundle = known + shift + pl.col("job")
        return frame.select(bundle.alias("bundle"), pl.col(end).alias("n"), "job").cast(dtypes)

    in_, out_ = rows(into, "n", 0), rows(out, "n", size)
    return (
        pl.concat([sources.select(shape), in_, rows(out, "job", size).unique(maintain_order=True)]),
        pl.concat([targets.select(shape), rows(into, "job", 0).unique(maintain_order=True), out_]),
    )


def _disjoint(
    sources: pl.DataFrame, targets: pl.DataFrame, size: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Steps from bundles: targets of a job that are in the same bundles are fed by the same step.

    Returns (step, n, job) for sources and targets, steps numbered from 0 in order of bundles.
    """
    shared = targets.filter(pl.struct("job", "n").is_duplicated()) if len(targets) else targets
    if shared.is_empty():
        renamed = {"bundle": "step"}
        return _dense(sources.rename(renamed), targets.rename(renamed))
    grouped = (
        shared.sort("bundle")
        .group_by("job", "n", maintain_order=True)
        .agg(pl.col("bundle").unique().sort())
        .with_columns(key=pl.col("bundle").cast(pl.List(pl.String)).list.join(","))
    )
    # bundles of one job only are ever in one key, so the key alone tells the steps apart
    steps = grouped.unique("key", keep="first", maintain_order=True).with_row_index("class")
    last = int(pl.concat([sources["bundle"], targets["bundle"]]).max() or 0) + 1  # type: ignore[arg-type]
    steps = steps.with_columns(step=pl.col("class").cast(pl.UInt32) + last)
    members = steps.select("class", "bundle").explode("bundle")
    fed = _ones(members["class"], members["bundle"], (len(steps), last)) @ _ones(
        sources["bundle"], sources["n"], (last, size)
    )
    fed.sort_indices()
    classes = pl.DataFrame(
        {
            "class": np.repeat(np.arange(len(steps), dtype=np.uint32), np.diff(fed.indptr)),
            "n": fed.indices.astype(np.int32),
        }
    )
    new_sources = classes.join(steps.select("class", "step", "job"), on="class")
    new_targets = grouped.select("key", "n", "job").join(steps.select("key", "step"), on="key")
    alone = targets.join(shared, on=["job", "n"], how="anti", nulls_equal=True)
    left = sources.join(_only("bundle", alone["bundle"]), on="bundle", how="semi")
    shape = ["step", "n", "job"]
    return _dense(
        pl.concat([left.rename({"bundle": "step"}).select(shape), new_sources.select(shape)]),
        pl.concat([alone.rename({"bundle": "step"}).select(shape), new_targets.select(shape)]),
    )


def _ones(rows: pl.Series, columns: pl.Series, shape: tuple[int, int]) -> sparse.csr_array:
    at = rows.to_numpy(), columns.to_numpy()
    return sparse.csr_array((np.ones(len(rows), dtype=np.int32), at), shape=shape)


def _dense(sources: pl.DataFrame, targets: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same steps numbered 0, 1, 2, … without gaps."""
    steps = _only("step", targets["step"]).with_row_index("at")
    found = [part.join(steps, on="step").select("at", "n", "job") for part in (sources, targets)]
    return found[0].unique().sort("at", "n"), found[1].unique().sort("at", "n")


def _assembled(
    ids: pl.Series,
    datasets: int,
    takes: pl.DataFrame,
    puts: pl.DataFrame,
    sources: pl.DataFrame,
    targets: pl.DataFrame,
) -> Index:
    size = len(ids)
    steps = int(targets["at"].max()) + 1 if len(targets) else 0  # type: ignore[arg-type]
    step_job = np.full(steps, -1, dtype=np.int32)
    step_job[targets["at"].to_numpy()] = targets["job"].fill_null(-1).to_numpy()
    into = sources["n"].to_numpy(), sources["at"].to_numpy().astype(np.int32) + size
    out = targets["at"].to_numpy().astype(np.int32) + size, targets["n"].to_numpy()
    return Index(
        ids=ids,
        datasets=datasets,
        step_job=step_job,
        forward=_csr(np.r_[into[0], out[0]], np.r_[into[1], out[1]], size + steps),
        backward=_csr(np.r_[into[1], out[1]], np.r_[into[0], out[0]], size + steps),
        takes=_csr(takes["n"].to_numpy(), takes["job"].to_numpy(), size),
        puts=_csr(puts["n"].to_numpy(), puts["job"].to_numpy(), size),
        enters=_open(takes, targets, sources, size),
        leaves=_open(puts, sources, targets, size),
    )


def _open(
    pairs: pl.DataFrame, near: pl.DataFrame, far: pl.DataFrame, size: int
) -> Csr:
    """Job to the nodes it takes (or puts), without those that a step of its own connects it to."""
    own = near.filter(pl.col("n") == pl.col("job")).select("at").join(far, on="at")
    rest = pairs.join(own, on=["n", "job"], how="anti") if len(own) else pairs
    return _csr(rest["job"].to_numpy(), rest["n"].to_numpy(), size)


def _csr(rows: npt.NDArray[np.integer], values: npt.NDArray[np.integer], size: int) -> Csr:
    """Rows of values, ascending within a row."""
    order = np.lexsort((values, rows))
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=size), out=starts[1:])
    return Csr(starts, values[order].astype(np.int32))
