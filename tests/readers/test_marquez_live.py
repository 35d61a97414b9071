"""A running Marquez, well-behaved and hostile (a stand-in; tests/services has the real one)."""

import gzip
import json
import sys
import time
import traceback
from itertools import count, repeat
from typing import Any

import pytest

import lineage_explorer as lx
from lineage_explorer.readers.marquez_live import TOKEN, Fetched, Server
from tests.events import run_event
from tests.readers.marquez_server import answer, dripping, drop_by_drop, marquez, serving

SECRET = "canary-7f3a"


def event(number: int, at: str = "2024-05-01T10:00:00Z", namespace: str = "jobs") -> dict:
    made = run_event(f"job{number}", [f"in{number}"], [f"out{number}"], run=f"run{number}")
    return {**made, "eventTime": at, "job": {"namespace": namespace, "name": f"job{number}"}}


def jobs(lin: lx.Lineage) -> set[str]:
    return set(lin.jobs["name"])


LOG = [event(n, f"2024-05-01T10:00:{n % 60:02}Z") for n in range(45)]


def test_every_event_is_read_over_many_pages() -> None:
    with serving(marquez(LOG)) as (url, requests):
        lin = lx.read_marquez(url, limits=lx.Limits(page=10))
    assert lin.events.height == 45
    assert jobs(lin) == {f"job{n}" for n in range(45)}
    assert len([r for r in requests if r.path.endswith("/events/lineage")]) < 10


def test_events_of_one_moment_are_all_read_though_their_order_changes_at_each_request() -> None:
    ties = [event(n, f"2024-05-01T10:00:0{n // 7}Z") for n in range(35)]
    with serving(marquez(ties)) as (url, _):
        lin = lx.read_marquez(url, limits=lx.Limits(page=10))
    assert jobs(lin) == {f"job{n}" for n in range(35)}


def test_events_dated_after_2030_and_before_1970_are_read() -> None:
    log = [event(1, "2031-01-01T00:00:00Z"), event(2, "1969-12-31T23:59:59Z")]
    with serving(marquez(log)) as (url, _):
        lin = lx.read_marquez(url)
    assert jobs(lin) == {"job1", "job2"}


def test_a_total_that_counts_more_than_there_is_does_not_keep_it_asking() -> None:
    dataset = {"eventTime": "2024-05-01T10:00:00Z", "dataset": {"namespace": "db", "name": "x"}}
    with serving(marquez([*LOG[:5], *[dataset] * 50])) as (url, requests):
        lin = lx.read_marquez(url, limits=lx.Limits(page=5))
    assert lin.events.height == 5
    assert len([r for r in requests if r.path.endswith("/events/lineage")]) == 2


def test_what_is_read_live_equals_what_is_read_from_the_log() -> None:
    with serving(marquez(LOG)) as (url, _):
        live = lx.read_marquez(url, limits=lx.Limits(page=10))
    kept = ("source", "target", "kind")
    assert set(live.edges.select(kept).rows()) == set(lx.read(LOG).edges.select(kept).rows())


def test_since_reads_from_that_time_on() -> None:
    with serving(marquez(LOG)) as (url, _):
        lin = lx.read_marquez(url, since="2024-05-01T10:00:40Z")
    assert jobs(lin) == {f"job{n}" for n in range(40, 45)}


def test_a_namespace_keeps_the_events_of_its_jobs_and_datasets() -> None:
    log = [event(1), event(2, namespace="other")]
    with serving(marquez(log)) as (url, _):
        assert jobs(lx.read_marquez(url, "other")) == {"job2"}
        assert jobs(lx.read_marquez(url, "db")) == {"job1", "job2"}


def test_a_page_shows_its_events_as_they_came() -> None:
    with serving(marquez(LOG[:1])) as (url, _):
        lin = lx.read_marquez(url)
    assert json.loads(lin.event(0)) == LOG[0]


def test_progress_is_told_of_lists_too() -> None:
    told: list[Fetched] = []
    with serving(marquez(LOG, LISTED)) as (url, requests):
        lx.read_marquez(url, progress=told.append)
    assert len(told) == len(requests)
    assert [one.bytes for one in told] == sorted(one.bytes for one in told)


def test_progress_is_told_after_each_page() -> None:
    told: list[Fetched] = []
    with serving(marquez(LOG)) as (url, _):
        lx.read_marquez(url, limits=lx.Limits(page=20), progress=told.append)
    assert [one.pages for one in told] == list(range(1, len(told) + 1))
    assert told[-1].events == 45


@pytest.mark.parametrize(
    ("limits", "message"),
    [(lx.Limits(page=10, pages=2), "2 pages"), (lx.Limits(page=10, bytes=1), "bytes")],
)
def test_a_limit_that_cuts_is_told(limits: lx.Limits, message: str) -> None:
    with serving(marquez(LOG)) as (url, _):
        lin = lx.read_marquez(url, limits=limits)
    (row,) = lin.problems.filter(code="cut-short").iter_rows(named=True)
    assert message in row["message"]
    assert 0 < lin.events.height < 45


# Jobs and datasets no event names -----------------------------------------------------------------

LISTED: dict[str, list[dict]] = {
    "/namespaces": [{"name": "db", "createdAt": "2024-05-01T10:00:00Z", "ownerName": "me"}],
    "/namespaces/db/datasets": [
        {
            "id": {"namespace": "db", "name": name},
            "type": "DB_TABLE",
            "name": name,
            "physicalName": name,
            "updatedAt": "2024-05-01T10:00:00Z",
            "sourceName": "default",
            "fields": [{"name": "id", "type": "INT", "tags": ["PII"]}],
        }
        for name in ("in0", "alone")
    ],
    "/namespaces/db/jobs": [],
}


def test_a_dataset_that_no_event_names_comes_from_the_list() -> None:
    with serving(marquez(LOG[:1], LISTED)) as (url, _):
        lin = lx.read_marquez(url)
    assert set(lin.datasets["name"]) == {"in0", "out0", "alone"}
    assert lin.events.height == 2  # the listed copy of in0 adds nothing
    assert lin.fields.select("dataset", "field", "tags").rows() == [
        ("dataset:db:alone", "id", ["PII=true"])
    ]


def test_a_server_without_the_lists_is_read_and_that_is_told() -> None:
    with serving(marquez(LOG)) as (url, _):
        lin = lx.read_marquez(url)
    assert set(lin.problems["code"]) == {"broken-off"}
    assert set(lin.problems["file"]) == {"datasets", "jobs"}
    assert lin.events.height == 45


# Hostile and broken servers -----------------------------------------------------------------------


def test_a_server_that_repeats_its_page_for_ever_is_left() -> None:
    with serving(lambda request: answer({"events": LOG[:5]})) as (url, requests):
        lin = lx.read_marquez(url, limits=lx.Limits(page=5, pages=7))
    assert lin.events.height == 5
    assert "cut-short" in set(lin.problems["code"])
    assert len([r for r in requests if r.path.endswith("/events/lineage")]) == 7


def test_a_server_that_makes_up_events_for_ever_is_left_at_the_limit() -> None:
    made = count()

    def endless(request):
        return answer({"events": [event(next(made)) for _ in range(3)]})

    with serving(endless) as (url, _):
        lin = lx.read_marquez(url, limits=lx.Limits(page=3, pages=5))
    assert lin.events.height == 15
    assert "cut-short" in set(lin.problems["code"])


ENDLESS: dict[str, dict[str, Any]] = {
    "namespaces": {},
    "datasets": {"type": "DB_TABLE", "sourceName": "s"},
    "jobs": {"type": "BATCH", "inputs": [], "outputs": []},
}


@pytest.mark.parametrize("ending", ENDLESS)
def test_a_list_without_an_end_is_left_at_the_limit(ending: str) -> None:
    made = count()
    good = marquez(LOG, LISTED)

    def endless(request):
        kind = request.path.rpartition("/")[2]
        if kind != ending:
            return answer({kind: []}) if "/x" in request.path else good(request)
        told = {"namespace": "db", "name": f"x{next(made)}", "createdAt": "2024-05-01T10:00:00Z"}
        return answer({ending: [{**told, **ENDLESS[ending]}]})

    with serving(endless) as (url, requests):
        lin = lx.read_marquez(url, limits=lx.Limits(pages=20))
    assert len(requests) == 20
    assert "cut-short" in set(lin.problems["code"])
    assert jobs(lin) >= {f"job{n}" for n in range(45)}


@pytest.mark.parametrize("total", [0, -1, 1 << 80, None, "many", []])
def test_the_total_a_server_tells_is_not_believed(total: object) -> None:
    good = marquez(LOG)

    def lying(request):
        status, headers, body = good(request)
        return status, headers, json.dumps({**json.loads(body), "totalCount": total}).encode()

    with serving(lying) as (url, _):
        lin = lx.read_marquez(url, limits=lx.Limits(page=10))
    assert lin.events.height == 45


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with serving(marquez(LOG)) as (elsewhere, followed):
        moved = answer({}, status, Location=f"{elsewhere}/api/v1/events/lineage")
        with (
            serving(lambda request: moved) as (url, _),
            pytest.raises(lx.SourceError, match="not followed"),
        ):
            lx.read_marquez(url)
    assert followed == []


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_an_error_of_the_server_is_told(status: int) -> None:
    with (
        serving(lambda request: answer({"message": SECRET}, status)) as (url, _),
        pytest.raises(lx.SourceError, match=f"answered {status}") as raised,
    ):
        lx.read_marquez(url)
    assert SECRET not in str(raised.value)


def test_an_error_after_some_pages_keeps_them_and_is_told() -> None:
    good = marquez(LOG)
    served = iter(range(100))

    def failing(request):
        return good(request) if next(served) < 2 else answer({}, 500)

    with serving(failing) as (url, _):
        lin = lx.read_marquez(url, limits=lx.Limits(page=10))
    assert 10 <= lin.events.height <= 20
    (row,) = lin.problems.filter(code="broken-off").iter_rows(named=True)
    assert row["severity"] == "error"
    assert "500" in row["message"]


def test_strict_raises_where_a_server_broke_off() -> None:
    good = marquez(LOG)
    served = iter(range(100))
    with (
        serving(lambda r: good(r) if next(served) < 1 else answer({}, 500)) as (url, _),
        pytest.raises(lx.SourceError, match="500"),
    ):
        lx.read_marquez(url, limits=lx.Limits(page=10), strict=True)


def test_an_answer_that_does_not_come_in_time_is_left() -> None:
    with serving(dripping(0.5)) as (url, _), pytest.raises(lx.SourceError, match="in time"):
        lx.read_marquez(url, limits=lx.Limits(seconds=0.1))


HEAD = b"HTTP/1.1 200 OK\r\n"
DROPS = {
    "the status": (b"", b"H"),
    "headers": (HEAD, b"X-A: b\r\n"),
    "one header": (HEAD + b"X-A: ", b"b"),
    "other answers before it": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body": (HEAD + b"Content-Length: 1000\r\n\r\n", b" "),
    "a body without length": (HEAD + b'Connection: close\r\n\r\n{"events": []}', b" "),
    "the sizes of chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "what comes after chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"A: b\r\n"),
}


@pytest.mark.parametrize(("first", "drop"), DROPS.values(), ids=DROPS.keys())
def test_an_answer_that_comes_drop_by_drop_is_left_when_its_time_is_over(
    first: bytes, drop: bytes
) -> None:
    begun = time.monotonic()
    with (
        drop_by_drop(first, repeat(drop), 0.05) as url,
        pytest.raises(lx.SourceError, match="in time"),
    ):
        lx.read_marquez(url, limits=lx.Limits(seconds=0.4))
    assert time.monotonic() - begun < 4  # without the alarm it would go on for hours


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"HTTP/1.1 200 OK",
        b"nothing of the kind\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1000 + b"\r\n{}",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * (1 << 17) + b"\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
        b"HTTP/0.9 200\r\n\r\n",
    ],
)
def test_what_is_no_http_is_told(text: bytes) -> None:
    with drop_by_drop(text, [], 0) as url, pytest.raises(lx.SourceError):
        lx.read_marquez(url, limits=lx.Limits(seconds=5))


def test_nobody_there_is_told() -> None:
    with serving(marquez(LOG)) as (url, _):
        pass
    with pytest.raises(lx.SourceError, match="could not be read"):
        lx.read_marquez(url)


def test_a_packed_answer_is_not_unpacked() -> None:
    packed = gzip.compress(json.dumps({"events": LOG}).encode())
    bomb = (200, {"Content-Encoding": "gzip"}, packed)
    with (
        serving(lambda request: bomb) as (url, requests),
        pytest.raises(lx.SourceError, match="no list of events"),
    ):
        lx.read_marquez(url)
    assert "Accept-Encoding" not in requests[0].headers


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'{"events": 7}', b'{"events": [', b"\xff" * 10, b"[" * 100_000],
)
def test_an_answer_of_another_kind_is_told(body: bytes) -> None:
    with (
        serving(lambda request: (200, {}, body)) as (url, _),
        pytest.raises(lx.SourceError, match="no list of events"),
    ):
        lx.read_marquez(url)


def test_an_answer_shorter_than_announced_is_told() -> None:
    short = (200, {"Content-Length": "100", "Connection": "close"}, b'{"events": []}')
    with serving(lambda request: short) as (url, _), pytest.raises(lx.SourceError):
        lx.read_marquez(url, limits=lx.Limits(seconds=1))


def test_too_large_an_answer_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineage_explorer.readers.marquez_live.ANSWER", 1 << 20)
    with (
        serving(lambda request: (200, {}, b" " * (3 << 20))) as (url, _),
        pytest.raises(lx.SourceError, match="more than"),
    ):
        lx.read_marquez(url)


def test_events_that_are_none_cost_only_themselves() -> None:
    strange: list[Any] = [7, None, "text", [], {}, {"eventTime": 5}, {"eventTime": "soon"}]
    strange += LOG[:2]
    with serving(lambda request: answer({"events": strange})) as (url, _):
        lin = lx.read_marquez(url)
    assert jobs(lin) == {"job0", "job1"}
    assert "not-an-event" in set(lin.problems["code"]) or "not-json" in set(lin.problems["code"])


# Where, and the token -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "ftp://localhost/",
        "localhost:5000",
        "http://",
        f"http://user:{SECRET}@localhost:5000",
        f"http://localhost:5000/?token={SECRET}",
        "http://localhost:99999",
        "http://example.com",
        "http://localhost.example.com",
        "http://[::1",
    ],
)
def test_an_address_that_is_not_safe_or_none_is_refused(url: str) -> None:
    with pytest.raises(lx.SourceError) as raised:
        lx.read_marquez(url)
    assert SECRET not in str(raised.value)


def test_http_to_another_machine_needs_to_be_allowed() -> None:
    assert Server.at("http://example.com", allow_http=True).secure is False
    assert Server.at("https://example.com").secure is True
    assert Server.at("https://example.com/marquez/api/v1/").path == "/marquez"


def test_the_token_is_sent_and_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, SECRET)
    with serving(marquez(LOG)) as (url, requests):
        lin = lx.read_marquez(url)
        bundle = [repr(lin), lin._repr_html_(), repr(lin.problems), repr(vars(lin))]
    assert {r.headers["Authorization"] for r in requests} == {f"Bearer {SECRET}"}
    assert not any(SECRET in text for text in bundle)


@pytest.mark.parametrize("token", [SECRET, f"{SECRET}\nX-Evil: 1", f"{SECRET}\N{SNOWMAN}"])
def test_the_token_is_in_no_traceback_not_even_among_local_variables(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, token)
    with serving(lambda request: answer({}, 500)) as (url, requests):
        try:
            lx.read_marquez(url)
        except lx.SourceError:
            kind, error, trace = sys.exc_info()
        assert kind is not None
        assert error is not None
        assert trace is not None
        told = traceback.TracebackException(kind, error, trace.tb_next, capture_locals=True)
    assert SECRET not in "".join(told.format())
    assert all("X-Evil" not in request.headers for request in requests)


def test_without_a_token_none_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    with serving(marquez(LOG)) as (url, requests):
        lx.read_marquez(url)
    assert all("Authorization" not in request.headers for request in requests)
