"""Any bytes: no crash, no hang, and no event lost but the broken one."""

import io
import json
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.readers import limits, pieces
from lineage_explorer.readers import lines as lines_module
from lineage_explorer.readers.lines import events
from lineage_explorer.readers.sound import too_deep
from lineage_explorer.readers.values import Bad, Found, decode
from tests.events import ndjson, run_event
from tests.fuzz.check import check

A = run_event("a", ["x"], ["y"], run="1")
B = run_event("b", ["y"], ["z"], run="2")
C = run_event("c", ["z"], ["w"], run="3")
LINE = ndjson(A).strip()


def jobs(data: bytes) -> list[str | None]:
    found = [part for part in events(io.BytesIO(data)) if isinstance(part, Found)]
    return [part.event.job.name for part in found if part.event.job]


def split(data: bytes) -> tuple[int, list[str]]:
    """Events found, and the codes of all else."""
    parts = list(events(io.BytesIO(data)))
    return sum(isinstance(p, Found) for p in parts), [p.code for p in parts if isinstance(p, Bad)]


def nested(levels: int) -> bytes:
    deep = b"[" * levels + b"]" * levels
    return LINE[:-1] + b', "extra": ' + deep + b"}\n"


CORPUS = Path(__file__).resolve().parents[1] / "fuzz" / "corpus"


@pytest.mark.parametrize("file", sorted(CORPUS.iterdir()), ids=lambda file: file.name)
def test_what_the_fuzzer_came_upon_is_read(file: Path) -> None:
    check(file.read_bytes())


# Bytes that are not what they should be -----------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (LINE.replace(b'"x"', b'"\xff"'), "broken-json"),
        (LINE.replace(b'"facets": {}', b'"facets": {"k": "\xe9"}', 1), "broken-json"),
        (LINE.replace(b'"x"', b'"\\ud800"'), "broken-json"),
        (LINE.replace(b'"x"', b'"\\q"'), "broken-json"),
        (LINE.replace(b'"x"', b'"\x00"'), "broken-json"),
        (LINE.replace(b'"x"', b"NaN"), "broken-json"),
        (nested(limits.DEEPEST), "too-deep"),
        (nested(5_000), "too-deep"),
        (nested(100_000), "too-deep"),
        (b"\xff\xfe", "not-json"),
        (bytes(1000), "not-json"),
    ],
    ids=[
        "UTF-8 in a name", "UTF-8 in a facet", "half a pair", "escape", "NUL", "NaN",
        "a level too deep", "5,000 levels", "100,000 brackets", "mark in mid file", "zeros",
    ],
)  # fmt: skip
def test_what_is_unsound_costs_its_line_and_is_told(bad: bytes, code: str) -> None:
    lin = lx.read(ndjson(A) + bad.strip(b"\n") + b"\n" + ndjson(B))
    assert lin.events["line"].to_list() == [1, 3]
    assert lin.problems.select("line", "code").rows() == [(2, code)]


def test_utf_16_is_told_as_what_it_is() -> None:
    messages = lx.read(ndjson(A).decode().encode("utf-16")).problems["message"]
    assert any("UTF-16" in message for message in messages)


def test_the_deepest_event_allowed_is_read_from_however_deep_a_stack() -> None:
    def below(frames: int) -> int:
        return below(frames - 1) if frames else lx.read(nested(limits.DEEPEST - 1)).events.height

    assert below(0) == below(150) == 1


@given(st.recursive(st.text('[]{}"\\a', max_size=5), lambda inner: st.lists(inner, max_size=3)))
def test_depth_is_what_a_plain_count_gives(value) -> None:
    def depth(of: object) -> int:
        return 1 + max(map(depth, of), default=0) if isinstance(of, list) else 0

    around = limits.DEEPEST - 2
    text = b"[" * around + json.dumps(value).encode() + b"]" * around
    assert too_deep(text) == (depth(value) > 2)


def test_of_a_key_that_comes_twice_the_last_counts_everywhere() -> None:
    twice = LINE.replace(b'"name": "a"', b'"name": "first", "name": "last"')
    lin = lx.read(twice)
    assert lin.jobs["name"].to_list() == ["last"]
    assert json.loads(lin.event(0))["job"]["name"] == "last"


def test_a_wrapper_with_a_key_twice_gives_the_event_where_it_stands() -> None:
    data = b'{"e": {"x": 1}, "b": ' + LINE + b', "e": ' + ndjson(B).strip() + b"}"
    lin = lx.read(data)
    assert {json.loads(lin.event(n))["job"]["name"] for n in range(2)} == {"a", "b"}


# Torn and cut -----------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", range(1, len(LINE), 13))
def test_an_event_after_a_torn_one_on_the_same_line_is_read(cut: int) -> None:
    assert jobs(LINE[:cut] + ndjson(B) + ndjson(C)) == ["b", "c"]


def test_a_torn_line_does_not_swallow_those_after_it_wherever_it_is_torn() -> None:
    for cut in range(1, len(LINE), 5):
        assert jobs(LINE[:cut] + b"\n" + ndjson(B, C)) == ["b", "c"], cut


@pytest.mark.parametrize("indent", [None, 1], ids=["one line", "pretty"])
@pytest.mark.parametrize("wrap", ['{{"events": {0}, "totalCount": 3}}', "{0}"])
def test_a_document_cut_anywhere_keeps_its_whole_events(indent, wrap) -> None:
    text = wrap.format(json.dumps([A, B, C], indent=indent)).encode()
    full = [jobs(text[:cut]) for cut in [*range(0, len(text), 23), len(text) - 1]]
    assert all(found == ["a", "b", "c"][: len(found)] for found in full)
    assert [len(found) for found in full] == sorted(len(found) for found in full)
    assert full[-1] == ["a", "b", "c"]


def test_a_log_cut_at_any_byte_keeps_every_whole_event_and_tells_of_the_torn_one() -> None:
    data = ndjson(A, B)
    for cut in range(len(data) + 1):
        ends = [end for end in (len(ndjson(A)) - 1, len(data) - 1) if end <= cut]
        found, codes = split(data[:cut])
        assert found == len(ends), cut
        rest = data[max(ends, default=-1) + 1 : cut].strip()
        assert bool(codes) == bool(rest), cut


def test_a_document_cut_at_any_byte_tells_that_it_was_cut() -> None:
    data = json.dumps({"events": [A, B]}).encode()
    for text in (data, json.dumps([A, B], indent=1).encode()):
        counts = []
        for cut in range(1, len(text)):
            found, codes = split(text[:cut])
            assert codes, cut
            counts.append(found)
        assert counts == sorted(counts)
        assert counts[-1] == 2


def test_an_event_broken_inside_a_wrapped_document_costs_itself() -> None:
    text = json.dumps({"events": [A, B, C]}).replace('"name": "b"', '"name": b')
    assert jobs(text.encode()) == ["a", "c"]


def test_a_facet_that_looks_like_an_event_is_none_amid_broken_text() -> None:
    parent = {"run": {"runId": "p"}, "job": {"namespace": "n", "name": "dag"}}
    text = ndjson(run_event("a", run_facets={"parent": parent})).strip()
    assert jobs(text[:-20]) == []


def test_many_torn_lines_are_told_without_a_row_each() -> None:
    lin = lx.read(b'{"a":\n' * 1000)
    assert lin.problems.height == limits.TORN + 1
    assert lin.problems["message"][-1].startswith("900 more")


def test_many_broken_lines_of_any_kind_are_told_in_a_bounded_number_of_rows() -> None:
    broken = LINE.replace(b'"x"', b"x") + b"\n"
    codes = split(ndjson(A) + broken * 1000 + ndjson(B) + broken * 3)[1]
    assert codes == ["broken-json"] * (limits.TORN + 1 + 3)


def test_other_json_between_events_is_told_once_for_each_stretch_of_it() -> None:
    other = b'{"level": "INFO", "message": "x"}\n'
    assert split(other * 5 + ndjson(A) + other * 5) == (1, ["not-an-event"] * 2)


def test_what_follows_a_torn_value_is_read_from_the_first_line_that_begins_anew() -> None:
    job = {"type": "BATCH", "namespace": "n", "name": "j", "inputs": [], "outputs": []}
    pretty = json.dumps(job, indent=1).encode()
    assert split(b'{"patches": [\n  {"id": 1\n }\n' + pretty) == (1, ["broken-json"])


def test_no_problem_repeats_the_text_of_a_broken_line() -> None:
    data = ndjson(A, B)
    for cut in range(0, len(data), 29):
        text = data[:cut] + b"\x01canary-text" + data[cut:]
        for message in lx.read(text).problems["message"]:
            assert "canary" not in message


# Long ----------------------------------------------------------------------------------------


@pytest.fixture
def short(monkeypatch) -> int:
    """A small limit, so that what is long is not large."""
    monkeypatch.setattr(lines_module, "LONGEST", 4096)
    return 4096


def many(count: int) -> list[dict]:
    return [run_event(f"j{n}", ["x"], ["y"], run=str(n)) for n in range(count)]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(many(200)),
        json.dumps(many(200), indent=2),
        json.dumps({"totalCount": 200, "events": many(200)}),
        json.dumps([{"id": n, "event": event} for n, event in enumerate(many(200))]),
        json.dumps([{"value": json.dumps(event)} for event in many(200)]),
    ],
    ids=["array", "pretty array", "wrapped", "with ids", "in strings"],
)
def test_a_document_of_any_length_is_read_event_by_event(short: int, text: str) -> None:
    found = list(events(io.BytesIO(text.encode())))
    assert len(text) > 10 * short
    assert [part for part in found if isinstance(part, Bad)] == []
    assert len(found) == 200
    for part in found:
        assert isinstance(part, Found)
        assert part.line == text.count("\n", 0, part.offset) + 1
        assert text.encode()[part.offset :].startswith(part.raw) or part.within


def test_a_value_beyond_the_limit_is_told_once_and_the_rest_is_read(short: int) -> None:
    line = b'{"job": "' + b"x" * (20 * short) + b'"}\n'
    lin = lx.read(ndjson(A) + line + ndjson(B))
    assert lin.events["line"].to_list() == [1, 3]
    assert lin.problems.select("line", "code").rows() == [(2, "too-long")]


def test_an_event_after_one_beyond_the_limit_in_an_array_is_read(short: int) -> None:
    text = b'[{"job": "' + b"x" * (9 * short) + b'"},\n' + LINE + b"]"
    assert split(text) == (1, ["too-long"])


class Endless(io.RawIOBase):
    """A stream that is long without being held anywhere."""

    def __init__(self, piece: bytes, times: int) -> None:
        self.pieces: Iterator[bytes] = iter([piece] * times)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        piece = next(self.pieces, b"")
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize("piece", [b"x", b"{", b'{"a":', b'{"a":"', b"{}\n", b"\0"])
def test_memory_does_not_grow_with_the_length_of_a_line(piece: bytes, monkeypatch) -> None:
    monkeypatch.setattr(lines_module, "LONGEST", 32 << 10)
    block = piece * (8192 // len(piece))

    def peak(times: int) -> int:
        tracemalloc.start()
        for _ in events(io.BufferedReader(Endless(block, times))):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(30) < 1.5 * peak(12) + 100_000


@pytest.mark.parametrize(("piece", "code"), [(b"x", "not-json"), (b'{"a": "', "too-long")])
def test_a_line_of_100_mb_costs_itself_and_little_memory(
    tmp_path: Path, monkeypatch, piece: bytes, code: str
) -> None:
    monkeypatch.setenv("LINEAGE_EXPLORER_CACHE", "off")
    with (tmp_path / "log.json").open("wb") as file:
        file.write(ndjson(A) + piece)
        for _ in range(100):
            file.write(b"x" * (1 << 20))
        file.write(b"\n" + ndjson(B))
    tracemalloc.start()
    lin = lx.read(tmp_path / "log.json")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert lin.events["line"].to_list() == [1, 3]
    assert lin.problems.select("line", "code").rows() == [(2, code)]
    assert most < 15 * limits.LONGEST


# How much is looked at --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece",
    [
        b"{",
        b"{\n",
        b'{"a":',
        b'{"a":\n',
        b'{"eventTime":',
        b'{"aaaaaa":x}',
        b'{"eventTime":x}',
        b'"',
        b'\\"',
    ],
)
def test_text_is_looked_at_a_bounded_number_of_times(piece: bytes, monkeypatch) -> None:
    """Every decode is counted with its length: twice the text is twice the work, not four times."""

    def work(size: int) -> int:
        done = 0

        def counted(text: bytes):
            nonlocal done
            done += len(text)
            return decode(text)

        with monkeypatch.context() as patch:
            for module in (pieces, lines_module):
                patch.setattr(module, "decode", counted)
            for _ in events(io.BytesIO(b"x" + piece * (size // len(piece)) + b"}")):
                pass
        return done

    assert work(40_000) <= 2.5 * work(20_000) + 1000


# Real files, changed byte by byte -----------------------------------------------------------


def test_real_files_with_changed_bytes_are_read(real: Path) -> None:
    dice = random.Random(3)  # noqa: S311
    files = sorted(file for file in real.rglob("*.json") if file.stat().st_size < 20_000)
    for file in dice.sample(files, 30):
        for _ in range(2):
            data = bytearray(file.read_bytes())
            for _ in range(dice.randrange(1, 4)):
                data[dice.randrange(len(data))] = dice.choice(b'{}[]",:\\\n\0\xff0aeu')
            lin = lx.read(bytes(data))
            for event in lin.events["event"]:
                json.loads(lin.event(event))


def test_a_changed_byte_costs_one_line_at_most() -> None:
    data = ndjson(A, B, C)
    for at in range(0, len(data), 17):
        for byte in b'{"\n\xff':
            changed = data[:at] + bytes([byte]) + data[at + 1 :]
            whole = set(changed.split(b"\n")) & set(data.splitlines())
            assert len(jobs(changed)) >= len(whole), (at, byte)
