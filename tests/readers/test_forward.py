"""Events of a packed file, asked for one after another, cost one unpacking."""

import gc
import gzip
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

import lineage_explorer as lx
from lineage_explorer.readers.forward import Forward
from tests.events import ndjson, run_event

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

EVENTS = [run_event(f"job{number}", ["a"], [f"b{number}"], run=f"r{number}") for number in range(9)]
PACKS: dict[str, Callable[[bytes], bytes]] = {
    "log.ndjson.gz": gzip.compress,
    "log.ndjson.zst": zstd.compress,
}


@pytest.fixture(params=PACKS)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name = str(request.param)
    path = tmp_path / name
    path.write_bytes(PACKS[name](ndjson(*EVENTS)))
    return path


def test_events_in_any_order_are_those_of_the_plain_file(log: Path) -> None:
    plain, packed = lx.read(ndjson(*EVENTS)), lx.read(log)
    for event in (0, 1, 5, 8, 8, 2, 0, 7):
        assert packed.event(event) == plain.event(event)


def test_events_in_their_order_unpack_the_file_once(log: Path) -> None:
    lin = lx.read(log)
    with patch.object(Forward, "_begin", autospec=True, side_effect=Forward._begin) as begun:
        lin.write(log.parent / "out.ndjson")
    assert begun.call_count == 1
    assert (log.parent / "out.ndjson").read_bytes().count(b"\n") == len(EVENTS)


def test_a_packed_file_that_was_replaced_is_told(log: Path) -> None:
    lin = lx.read(log)
    assert "job3" in lin.event(3)
    log.write_bytes(gzip.compress(b"something else, and shorter"))
    with pytest.raises(lx.SourceError, match="not what it was"):
        lin.event(4)


def test_a_lineage_that_is_let_go_leaves_no_file_open(log: Path) -> None:
    lin = lx.read(log)
    lin.event(4)
    del lin
    gc.collect()  # an open file would be a warning, and a warning is an error
