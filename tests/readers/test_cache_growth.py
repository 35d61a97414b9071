"""A file that grew is read from where it ended, and gives what reading it whole gives."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.readers import cache as disk
from lineage_explorer.readers import kept
from tests.events import dataset, ndjson, run_event
from tests.readers.caching import ENDS, SAMPLE, A, B, C, Seen, entries, same

pytestmark = pytest.mark.usefixtures("cache_folder")


# Growth ----------------------------------------------------------------------------------------


@settings(max_examples=12)
@given(st.lists(st.sampled_from(ENDS) | st.integers(1, len(SAMPLE)), min_size=1, max_size=3))
def test_a_file_that_grew_gives_what_reading_it_whole_gives(cuts: list[int]):
    with tempfile.TemporaryDirectory() as place:
        os.environ[disk.VARIABLE] = str(Path(place) / "cache")
        log = Path(place) / "log.ndjson"
        for cut in sorted(cuts):
            log.write_bytes(SAMPLE[:cut])
            lx.read(log)
        log.write_bytes(SAMPLE)
        grown = lx.read(log)
        fresh = lx.read(log, cache=False)
        same(grown, fresh)
        same(lx.read(log), fresh)
        last = fresh.events["event"].max()
        assert isinstance(last, int)
        assert grown.event(last) == fresh.event(last)


def test_of_a_file_that_grew_only_the_new_is_read(log: Path, scanned: Seen):
    lx.read(log)
    log.write_bytes(ndjson(A, B, C))
    lin = lx.read(log)
    (blob,) = scanned[-1]
    with blob.open() as stream:
        assert stream.read() == ndjson(C)
    assert lin.events["line"].to_list() == [1, 2, 3]


def test_what_grew_is_kept_in_place_of_the_older(log: Path, cache_folder: Path):
    for _ in range(kept.SEGMENTS + 3):
        log.write_bytes(log.read_bytes() + ndjson(run_event(run=str(time.monotonic_ns()))))
        lx.read(log)
    (entry,) = disk.entries()
    assert entries(cache_folder) == [entry.folder]
    assert entry.meta.segments < kept.SEGMENTS
    same(lx.read(log), lx.read(log, cache=False))


def test_growth_works_where_files_cannot_be_linked(log: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    lx.read(log)
    log.write_bytes(ndjson(A, B, C))
    lx.read(log)
    same(lx.read(log), lx.read(log, cache=False))


def test_a_file_new_in_a_folder_is_all_that_is_read(tmp_path: Path, scanned: Seen):
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "1.json").write_bytes(ndjson(A))
    (logs / "2.json").write_bytes(ndjson(B))
    lx.read(logs)
    (logs / "3.json").write_bytes(ndjson(C))
    lin = lx.read(logs)
    assert [blob.label for blob in scanned[-1]] == ["3.json"]
    same(lin, lx.read(logs, cache=False))
    (logs / "3.json").write_bytes(ndjson(C, A, B))
    (logs / "4.json").write_bytes(ndjson(run_event(run="4")))
    same(lx.read(logs), lx.read(logs, cache=False))
    assert len(scanned[-2]) == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ndjson(A, B), ndjson(B, B, C)),
        (ndjson(A)[:-1], ndjson(A, C)),
        (ndjson(A) + b"{\n", ndjson(A) + b"{\n}\n"),
        (ndjson(A), ndjson(A) + b"\n[" + ndjson(B) + b"]"),
        (json.dumps([A, B], indent=1).encode()[:-2], json.dumps([A, B, C], indent=1).encode()),
        (b"\xef\xbb\xbf" + ndjson(A), b"\xef\xbb\xbf" + ndjson(A, B)),
        (ndjson(A).replace(b"\n", b"\r\n"), ndjson(A, B).replace(b"\n", b"\r\n")),
        (b"nothing\n", b"nothing\n" + ndjson(A)),
        (b'{"a": 1}\n', b'{"a": 1}\n' + ndjson(A)),
        (b"", ndjson(A)),
    ],
)
def test_however_a_file_grew_it_is_read_as_it_is(log: Path, before: bytes, after: bytes):
    log.write_bytes(before)
    lx.read(log)
    log.write_bytes(after)
    same(lx.read(log), lx.read(log, cache=False))


def test_a_packed_file_that_grew_is_read_whole(log: Path):
    log.write_bytes(gzip.compress(ndjson(A)))
    lx.read(log)
    log.write_bytes(log.read_bytes() + gzip.compress(ndjson(B)))
    same(lx.read(log), lx.read(log, cache=False))


def test_datasets_of_a_growth_are_united_with_the_older(log: Path):
    link = {"symlinks": {"identifiers": [{"namespace": "db", "name": "x", "type": "TABLE"}]}}
    lx.read(log)
    more = run_event("d", [dataset("/path/x", "file", **link)], ["v"], run="5")
    log.write_bytes(ndjson(A, B, more))
    lin = lx.read(log)
    same(lin, lx.read(log, cache=False))
    assert lin.datasets.filter(pl.col("aliases").list.len() > 0).height == 1
