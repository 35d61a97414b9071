"""Flows as integers: bundles, and steps, which are bundles that do not overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

Ints = npt.NDArray[np.int32]
Pairs = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Bundles:
    """Bundle `i` goes through `job[i]` (-1 outside any), from every `source` to every `target`.

    `source_of` and `target_of` say, beside each node, which bundle it belongs to.
    """

    job: Ints
    source_of: Ints
    source: Ints
    target_of: Ints
    target: Ints


def pairs(left: npt.NDArray[np.integer], right: npt.NDArray[np.integer]) -> Pairs:
    """Two numbers as one that sorts like the pair; `right` may be -1.

    >>> [part.tolist() for part in unpacked(pairs(np.array([3, 2]), np.array([-1, 7])))]
    [[3, 2], [-1, 7]]
    """
    found: Pairs = (left.astype(np.int64) << 32) + right + 1
    return found


def unpacked(found: Pairs) -> tuple[Ints, Ints]:
    """The two numbers again."""
    return (found >> 32).astype(np.int32), ((found & 0xFFFFFFFF) - 1).astype(np.int32)


def distinct(found: Pairs) -> Pairs:
    """The pairs in order, each once."""
    ordered = np.sort(found)
    new = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered if new.all() else ordered[new]


def long(lists: pl.Series) -> Ints:
    """Beside each item of the lists, one after another, the list it is in."""
    return np.repeat(np.arange(len(lists), dtype=np.int32), lists.list.len().to_numpy())


def disjoint(bundles: Bundles, size: int) -> Bundles:
    """The same flows with no (source, target, job) twice.

    Targets of a job that are in the same bundles are fed by the same step. Its sources are those
    of all these bundles, and it has the place of the first of them.
    """
    told = pairs(bundles.target, bundles.job[bundles.target_of])
    ordered = np.sort(told)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(again):
        return _dense(bundles)
    shared = np.isin(told, again)
    node, of = bundles.target[shared], bundles.target_of[shared]
    steps = _steps(pl.DataFrame({"n": node, "job": bundles.job[of], "bundle": of}))
    first = len(bundles.job)
    members = steps.select("bundles").with_row_index("step").explode("bundles")
    fed = _ones(members["step"], members["bundles"], (len(steps), first)) @ sparse.csr_array(
        (np.ones(len(bundles.source), np.bool_), (bundles.source_of, bundles.source)),
        shape=(first, size),
    )
    fed.sort_indices()
    targets = steps.select("targets").with_row_index("step").explode("targets")
    step_of = np.repeat(np.arange(len(steps)), np.diff(fed.indptr))
    place = steps["bundles"].list.first().to_numpy()
    return _dense(
        Bundles(
            job=np.r_[bundles.job, steps["job"].to_numpy()],
            source_of=np.r_[bundles.source_of, step_of + first].astype(np.int32),
            source=np.r_[bundles.source, fed.indices].astype(np.int32),
            target_of=np.r_[bundles.target_of[~shared], targets["step"].to_numpy() + first].astype(
                np.int32
            ),
            target=np.r_[bundles.target[~shared], targets["targets"].to_numpy()],
        ),
        np.r_[np.arange(first), place],
    )


def _steps(shared: pl.DataFrame) -> pl.DataFrame:
    """Columns: bundles (those that feed the targets), job, targets."""
    # a bundle belongs to one job, so the list of bundles tells jobs apart as well
    return (
        shared.sort("n", "bundle")
        .group_by("n", "job", maintain_order=True)
        .agg(bundles=pl.col("bundle").unique(maintain_order=True))
        .with_columns(key=pl.col("bundles").cast(pl.List(pl.String)).list.join(","))
        .group_by("key", maintain_order=True)
        .agg(pl.col("bundles").first(), pl.col("job").first(), targets=pl.col("n"))
    )


def _ones(rows: pl.Series, columns: pl.Series, shape: tuple[int, int]) -> sparse.csr_array:
    at = rows.to_numpy(), columns.to_numpy()
    return sparse.csr_array((np.ones(len(rows), dtype=np.bool_), at), shape=shape)


def _dense(bundles: Bundles, place: npt.NDArray[np.integer] | None = None) -> Bundles:
    """Without those that feed nothing, in the order of their places."""
    kept = np.flatnonzero(np.bincount(bundles.target_of, minlength=len(bundles.job)))
    if len(kept) == len(bundles.job) and place is None:
        return bundles
    if place is not None:
        kept = kept[np.argsort(place[kept], kind="stable")]
    number = np.full(len(bundles.job), -1, dtype=np.int32)
    number[kept] = np.arange(len(kept), dtype=np.int32)
    source_of = number[bundles.source_of]
    held = source_of >= 0
    return Bundles(
        job=bundles.job[kept],
        source_of=source_of[held],
        source=bundles.source[held],
        target_of=number[bundles.target_of],
        target=bundles.target,
    )
