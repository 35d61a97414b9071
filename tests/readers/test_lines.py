"""Every shape in which event logs come is read, and what is broken costs only itself."""

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.readers.lines import events as split
from lineage_explorer.readers.values import Found
from tests.events import ndjson, run_event
from tests.fuzz.check import quickly

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

A = run_event("a", ["x"], ["y"], run="1")
B = run_event("b", ["y"], ["z"], run="2")
C = run_event("c", ["z"], ["w"], run="3")

SHAPES = {
    "ndjson": ndjson(A, B, C),
    "array": json.dumps([A, B, C]).encode(),
    "pretty array": json.dumps([A, B, C], indent=2).encode(),
    "pretty events after one another": "\n".join(
        json.dumps(e, indent=4) for e in (A, B, C)
    ).encode(),
    "events in an object": json.dumps({"events": [A, B, C], "totalCount": 3}).encode(),
    "events with ids": json.dumps(
        [{"id": n, "event": e} for n, e in enumerate((A, B, C))]
    ).encode(),
    "named values": json.dumps({f"n{n}": {"value": e} for n, e in enumerate((A, B, C))}).encode(),
    "JSON in strings": ndjson(*({"topic": "t", "value": json.dumps(e)} for e in (A, B, C))),
    "log lines": b"".join(
        b"24/05/01 10:00:00 INFO ConsoleTransport: " + line + b"\n"
        for line in ndjson(A, B, C).splitlines()
    ),
    "log lines with others between": b"INFO starting {x}\n"
    + b"".join(b"INFO emit " + line + b"\nINFO done\n" for line in ndjson(A, B, C).splitlines()),
    "without a last line end": ndjson(A, B, C).rstrip(),
    "CRLF": ndjson(A, B, C).replace(b"\n", b"\r\n"),
    "a byte order mark": b"\xef\xbb\xbf" + ndjson(A, B, C),
    "blank lines": b"\n\n" + ndjson(A, B, C).replace(b"\n", b"\n\n"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_jobs_in_the_same_order(shape: str) -> None:
    lin = lx.read(SHAPES[shape])
    assert lin.events["job"].to_list() == ["job:jobs:a", "job:jobs:b", "job:jobs:c"]
    assert lin.problems.filter(severity="error").filter(code="broken-json").height <= 1


@pytest.mark.parametrize("shape", SHAPES)
def test_offset_and_length_give_back_the_event(shape: str) -> None:
    lin = lx.read(SHAPES[shape])
    assert [json.loads(lin.event(n)) for n in range(3)] == [A, B, C]


@pytest.mark.parametrize("shape", SHAPES)
def test_line_is_where_the_event_begins(shape: str) -> None:
    lin = lx.read(SHAPES[shape])
    for line, offset in lin.events.select("line", "offset").iter_rows():
        assert SHAPES[shape].count(b"\n", 0, offset) == line - 1


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress], ids=["gzip", "zstd"])
def test_compressed_bytes_are_read_whatever_their_name(pack) -> None:
    lin = lx.read(io.BytesIO(pack(ndjson(A, B, C))))
    assert lin.events.height == 3
    assert json.loads(lin.event(1)) == B


@pytest.mark.parametrize(
    "bad",
    [
        b'{"eventTime": "2024-05',
        b'{"eventTime": ]}',
        b"\x00\x01\x02",
        b'{"a": NaN}',
        b'{"job": {"namespace": "\xff"}}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=["cut", "bracket", "binary", "NaN", "bad UTF-8", "deep arrays", "deep objects"],
)
def test_a_broken_line_costs_that_line(bad: bytes) -> None:
    lin = lx.read(ndjson(A) + bad + b"\n" + ndjson(B, C))
    assert lin.events["job"].to_list() == ["job:jobs:a", "job:jobs:b", "job:jobs:c"]
    assert lin.problems["line"].to_list() == [2]
    assert lin.problems["severity"].to_list() == ["error"]


def test_two_broken_lines_are_two_problems() -> None:
    lin = lx.read(ndjson(A) + b'{"eventTime": "2\n{"eventTime": "3\n' + ndjson(B))
    assert lin.problems["line"].to_list() == [2, 3]


def test_a_broken_event_in_a_pretty_array_costs_that_event() -> None:
    text = json.dumps([A, B, C], indent=2).replace('"name": "b"', '"name": b"', 1)
    lin = lx.read(text.encode())
    assert lin.events["job"].to_list() == ["job:jobs:a", "job:jobs:c"]
    assert lin.problems.height == 1


def test_strict_raises_at_the_first_error_with_file_and_line() -> None:
    with pytest.raises(lx.SourceError, match="<bytes>:2"):
        lx.read(ndjson(A) + b"{broken\n", strict=True)


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "b.json").write_bytes(ndjson(B))
    (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress(ndjson(A)))
    (tmp_path / "sub" / "c.log").write_bytes(ndjson(C))
    (tmp_path / "README.md").write_text("no events")
    lin = lx.read(tmp_path)
    assert lin.events["file"].to_list() == ["a.ndjson.gz", "b.json", "sub/c.log"]


def test_a_glob_and_a_list_and_a_folder_read_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(ndjson(A))
    (tmp_path / "b.json").write_bytes(ndjson(B))
    folder, glob, many = (
        lx.read(source)
        for source in (
            tmp_path,
            str(tmp_path / "*.json"),
            [tmp_path / "b.json", tmp_path / "a.json"],
        )
    )
    for name, frame in folder.frames.items():
        assert frame.equals(getattr(glob, name, frame))
        assert frame.equals(getattr(many, name, frame))


def test_dicts_and_open_files_and_one_dict_are_sources(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(ndjson(A))
    with (tmp_path / "a.json").open() as stream:
        from_text = lx.read(stream)
    assert from_text.events["file"].to_list() == ["a.json"]
    assert lx.read([A, B]).events.height == 2
    assert lx.read(A).events.height == 1


@pytest.mark.parametrize("source", ["no/such/file", "no/such/*.json", 3, [A, "x"]])
def test_what_cannot_be_a_source_is_an_error_with_a_hint(source) -> None:
    with pytest.raises(lx.SourceError, match="Hint"):
        lx.read(source)


def test_a_truncated_gzip_keeps_what_came_before_it() -> None:
    many = [run_event(f"j{n}", run=str(n)) for n in range(2000)]
    lin = lx.read(io.BytesIO(gzip.compress(ndjson(*many))[:-40]))
    assert lin.events.height > 100
    assert "unreadable-file" in lin.problems["code"].to_list()


@given(st.binary(max_size=300))
def test_no_bytes_make_the_splitter_crash(data: bytes) -> None:
    for part in split(io.BytesIO(data)):
        if isinstance(part, Found):
            assert part.within or data[part.offset :].startswith(part.raw)


@given(st.lists(st.sampled_from([*b'{}[]",:\n \\', *b'"job":{"a']), max_size=80).map(bytes))
def test_no_near_json_makes_reading_crash(data: bytes) -> None:
    quickly(data)


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
def test_a_log_that_was_packed_twice_is_told(pack: Callable[[bytes], bytes]) -> None:
    told = lx.read(pack(pack(ndjson(run_event("j", ["a"], ["b"]))))).problems
    (message,) = told.filter(code="not-json")["message"]
    assert message == "this is packed more than once; unpack it once."
