"""Flows as integers: bundles, and steps, which are bundles that do not overlap."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

Ints = npt.NDArray[np.int32]
Pairs = npt.NDArray[np.int64]

PART = 1 << 18  # ids looked up at once by a thread: what fits its cache


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


def long(lists: pl.Series) -> Ints:
    """Beside each item of the lists, one after another, the list it is in."""
    return np.repeat(np.arange(len(lists), dtype=np.int32), lists.list.len().to_numpy())


def numbers(ids: pl.Series, columns: list[pl.Series]) -> list[Ints]:
    """Where these ids are among `ids`, -1 for null.

    Raises:
        ValueError: if one is not there.
    """
    ids = ids.rechunk()  # five times as quick to pick from
    asked = pl.concat([column.rename("id") for column in columns], rechunk=True)
    known = asked.drop_nulls()
    found = _hashed(ids, known) if len(ids) else None
    if found is None:
        found = _joined(ids, known)
    if len(known) < len(asked):
        whole = np.full(len(asked), -1, dtype=np.int32)
        whole[asked.is_not_null().to_numpy()] = found
        found = whole
    return np.split(found, np.cumsum([len(column) for column in columns])[:-1])


def hashes(ids: pl.Series) -> npt.NDArray[np.uint64]:
    """A number for each id, nearly always another for another."""
    return ids.hash().to_numpy()


def _hashed(ids: pl.Series, asked: pl.Series) -> Ints | None:
    """Where ids with the same hashes are; none if that is not where the ids are.

    Half the work of a join: no copies, no lists. The table has four places an id or more; the
    first bits of the hash say which, and where that is taken, it is the next that is free.
    """
    known = hashes(ids)
    bits = (len(ids) * 4).bit_length()
    shift, last = np.uint64(64 - bits), (1 << bits) - 1
    table = np.full(last + 1, -1, dtype=np.int32)
    left, place = np.arange(len(ids), dtype=np.int32), (known >> shift).astype(np.intp)
    while len(left):
        free = table.take(place) < 0
        table[place[free]] = left[free]
        lost = table.take(place) != left
        left, place = left[lost], (place[lost] + 1) & last

    def look(part: pl.Series) -> Ints | None:
        wanted = hashes(part)
        place = (wanted >> shift).astype(np.intp)
        found: Ints = table.take(place)
        rows = np.arange(len(part))
        here = found
        while len(rows := rows[(here >= 0) & (known.take(here) != wanted[rows])]):
            place[rows] = (place[rows] + 1) & last
            here = table.take(place[rows])
            found[rows] = here
        same = (found >= 0).all() and ids.gather(found).equals(part)
        return found if same else None

    parts = [asked.slice(at, PART) for at in range(0, len(asked), PART)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        looked = list(pool.map(look, parts))
    found = [part for part in looked if part is not None]
    return np.concatenate([np.empty(0, np.int32), *found]) if len(found) == len(parts) else None


def _joined(ids: pl.Series, asked: pl.Series) -> Ints:
    """The same by a join, which compares the ids themselves."""
    places = pl.DataFrame({"id": ids, "n": np.arange(len(ids), dtype=np.int32)})
    found = asked.to_frame().join(places, on="id", how="left", maintain_order="left")
    if found["n"].null_count():
        lost = found.filter(pl.col("n").is_null())["id"][0]
        raise ValueError(f"a flow or an edge names {lost!r}, which has no row in jobs or datasets")
    return found["n"].to_numpy()


def disjoint(bundles: Bundles, size: int) -> Bundles:
    """The same flows with no (source, target, job) twice.

    Targets of a job that are in the same bundles are fed by the same step. Its sources are those
    of all these bundles, and it has the place of the first of them.
    """
    told = pairs(bundles.target, bundles.job[bundles.target_of])
    some = np.bincount(bundles.job + 1, minlength=1)[bundles.job[bundles.target_of] + 1] > 1
    ordered = np.sort(told[some])
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
