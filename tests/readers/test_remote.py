"""What fsspec opens is read like files; what it knows of credentials is told nobody."""

from __future__ import annotations

import gzip
import pickle
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from moto.server import ThreadedMotoServer

import lineage_explorer as lx
from lineage_explorer.readers import kept, remote
from tests.events import dataset, ndjson, run_event
from tests.readers.marquez_server import Answer, Request, serving

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

A = run_event("a", ["x"], ["y"], run="1")
B = run_event("b", ["y"], ["z"], run="2")
CANARY = "canary-4711"
MANY = [run_event(f"job{n}", ["x"], [f"y{n}"], run=str(n)) for n in range(3000)]

Files = dict[str, bytes]


@pytest.fixture
def memory() -> Iterator[Any]:
    """A memory:// with nothing in it."""
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    yield fs
    fs.store.clear()


class Store(MemoryFileSystem):  # type: ignore[misc] # fsspec has no types
    """A store:// that says what it was told and asked for, and what goes wrong with its keys."""

    protocol = "store"
    store: Files = {}  # noqa: RUF012 - as in the class above
    pseudo_dirs: list[str] = [""]  # noqa: RUF012
    told: dict[str, Any] = {}  # noqa: RUF012
    opened: list[str] = []  # noqa: RUF012
    breaks_at = sys.maxsize

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        Store.told = options

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(super()._strip_protocol(path.removeprefix("store://")))

    def _open(self, path: str, *args: Any, **options: Any) -> Any:
        Store.opened.append(path)
        file = super()._open(path, *args, **options)
        read = type(file).read

        def breaking(size: int) -> bytes:
            if file.tell() >= Store.breaks_at:
                raise RuntimeError(f"https://me:{CANARY}@store?sig={CANARY} hung up")
            return bytes(read(file, min(size, Store.breaks_at)))

        file.read = breaking
        return file


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A store:// with nothing in it."""
    fsspec.register_implementation("store", Store, clobber=True)
    monkeypatch.setattr(Store, "store", {})
    monkeypatch.setattr(Store, "opened", [])
    yield Store()
    Store.clear_instance_cache()


def files(lin: lx.Lineage) -> list[str]:
    return lin.events["file"].to_list()


def test_a_file_is_read_under_its_name(memory) -> None:
    memory.pipe("/logs/a.ndjson", ndjson(A, B))
    lin = lx.read("memory://logs/a.ndjson")
    assert files(lin) == ["a.ndjson", "a.ndjson"]
    assert lin.problems.is_empty()


@pytest.mark.parametrize("url", ["memory://logs", "memory://logs/"])
def test_a_folder_is_read_as_one_on_disk_is(memory, tmp_path: Path, url: str) -> None:
    tree = {
        "a.ndjson": ndjson(A),
        "a/b/c.json.gz": gzip.compress(ndjson(B)),
        ".hidden/d.json": ndjson(A),
        "e/.f.json": ndjson(A),
        "README.md": b"# no log",
    }
    for name, data in tree.items():
        memory.pipe(f"/logs/{name}", data)
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    there, here = lx.read(url), lx.read(tmp_path)
    assert files(there) == files(here) == ["a/b/c.json.gz", "a.ndjson"]
    assert there.events.equals(here.events)
    assert there.problems.is_empty()


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.ndjson", ["a.ndjson"]),
        ("**/*.ndjson", ["a.ndjson", "d1/b.ndjson", "d2/e/c.ndjson"]),
        ("d?/*.ndjson", ["d1/b.ndjson"]),
        ("d[2]", ["d2/e/c.ndjson"]),
        ("d*", ["d1/b.ndjson", "d2/e/c.ndjson"]),
        ("*.log", []),
    ],
)
def test_a_pattern_matches_what_it_matches_on_disk(
    memory, tmp_path: Path, pattern: str, found: list[str]
) -> None:
    for name in ("a.ndjson", "d1/b.ndjson", "d2/e/c.ndjson"):
        memory.pipe(f"/logs/{name}", ndjson(A))
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(ndjson(A))
    for place in (f"memory://logs/{pattern}", str(tmp_path / pattern)):
        if found:
            assert sorted(lx.read(place).blobs) == found
        else:
            with pytest.raises(lx.SourceError, match="no file matches"):
                lx.read(place)


def test_a_pattern_without_a_match_does_not_list_all_there_is(store, monkeypatch) -> None:
    store.pipe("/logs/a/b.json", ndjson(A))
    looked = []
    monkeypatch.setattr(Store, "find", lambda *args, **options: looked.append(args))
    with pytest.raises(lx.SourceError, match="no file matches"):
        lx.read("store://logs/*.jsno")
    assert not looked


def test_a_file_whose_name_looks_like_a_pattern_is_read(memory) -> None:
    memory.pipe("/logs/a[1].json", ndjson(A))
    assert files(lx.read("memory://logs/a[1].json")) == ["a[1].json"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress], ids=["plain", "gz", "zst"])
def test_an_event_is_found_again(memory, pack: Callable[[bytes], bytes]) -> None:
    memory.pipe("/log", pack(ndjson(*MANY)))
    lin = lx.read("memory://log")
    assert lin.events.height == len(MANY)
    assert '"job2987"' in lin.event(2987)


def test_several_urls_and_paths_are_one_log_and_none_counts_twice(memory, tmp_path: Path) -> None:
    memory.pipe("/one/a.json", ndjson(A))
    memory.pipe("/two/a.json", ndjson(B))
    (tmp_path / "c.json").write_bytes(ndjson(run_event("c", run="3")))
    lin = lx.read(["memory://two/a.json", tmp_path, "memory://one/", "memory://one/a.json"])
    assert sorted(files(lin)) == ["a.json (1)", "a.json (2)", "c.json"]
    assert lin.problems.is_empty()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("memory://nothing.json", "nothing there"),
        ("memory://nothing/", "nothing there"),
        ("memory://empty", "holds no file ending in"),
        ("memory://a/**b", "is no pattern"),
        ("memry://a", "did you mean 'memory'"),
        ("jdbc:postgres://me:canary-4711@host/db?password=canary-4711", "no file"),
        ("postgres://me:canary-4711@host/db?password=canary-4711", "nobody knows how"),
        ("\n https://me:canary-4711@[::1]:1/x?sig=canary-4711", "https://.redacted.@"),
    ],
)
def test_where_nothing_can_be_read_the_error_says_why(memory, url: str, words: str) -> None:
    memory.pipe("/empty/README.md", b"# nothing")
    with pytest.raises(lx.SourceError, match=words) as raised:
        lx.read(url)
    assert CANARY not in str(raised.value)


def test_what_breaks_in_the_middle_is_told_and_what_came_before_is_read(store, monkeypatch) -> None:
    data = ndjson(*MANY)
    store.pipe("/logs/a.ndjson", data)
    store.pipe("/logs/b.ndjson", ndjson(A))
    monkeypatch.setattr(Store, "breaks_at", len(data) // 2)
    lin = lx.read("store://logs")
    assert files(lin).count("b.ndjson") == 1
    assert 1000 < files(lin).count("a.ndjson") < 2000
    row = lin.problems.filter(code="unreadable-file").row(0, named=True)
    assert (row["file"], row["message"]) == ("a.ndjson", "reading stopped: RuntimeError.")
    assert '"job1000"' in lin.event(1000)


def test_options_reach_the_store_and_nothing_else(store, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LINEAGE_EXPLORER_CACHE", str(tmp_path))
    monkeypatch.setattr(kept, "WORTH", 0)
    store.pipe("/logs/a.ndjson", ndjson(A))
    lin = lx.read("store://logs", storage_options={"secret": CANARY})
    assert Store.told == {"secret": CANARY}
    everything = [repr(lin), repr(lin.blobs), repr(vars(lin)), lin.frames.__repr__()]
    assert CANARY not in "".join(everything)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_pickle_holds_no_credentials_and_says_so_when_asked(store) -> None:
    store.pipe("/logs/a.ndjson", ndjson(A))
    lin = lx.read("store://logs", storage_options={"secret": CANARY})
    pickled = pickle.dumps(lin)
    assert CANARY.encode() not in pickled
    with pytest.raises(lx.SourceError, match="read it again"):
        pickle.loads(pickled).event(0)  # noqa: S301 - made here


def test_no_error_repeats_what_the_store_says(store, monkeypatch) -> None:
    def failing(self: Store, path: str, **options: Any) -> Any:
        raise PermissionError(f"key {CANARY} is not allowed") from ValueError(CANARY)

    monkeypatch.setattr(Store, "info", failing)
    with pytest.raises(lx.SourceError) as raised:
        lx.read("store://logs", storage_options={"secret": CANARY})
    assert "it may not be read (PermissionError, ValueError)" in str(raised.value)
    told = "".join(traceback.format_exception(raised.value))
    assert CANARY not in told.replace(f'storage_options={{"secret": "{CANARY}"}}', "")


def test_what_an_event_names_is_never_opened(store) -> None:
    url = "store://logs/other.json"
    facets = {"dataSource": {"uri": url}, "documentation": {"description": f"{url} {url}"}}
    named = run_event("a", [dataset(url, url, **facets)], [url], namespace=url)
    store.pipe("/logs/other.json", ndjson(B))
    store.pipe("/logs/a.json", ndjson(named))
    Store.opened.clear()
    lin = lx.read("store://logs/a.json")
    lin.event(0)
    assert lin.datasets["namespace"].to_list()
    assert set(Store.opened) == {"/logs/a.json"}


def test_a_name_that_is_no_text_is_written_with_escapes(memory) -> None:
    memory.store["/logs/b\udcff.json"] = memory.open("/logs/a.json", "wb")
    memory.store["/logs/b\udcff.json"].write(ndjson(A))
    assert "b\\xff.json" in lx.read("memory://logs").blobs


def test_a_file_url_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "a b%.ndjson"
    path.write_bytes(ndjson(A))
    for url in (path.as_uri(), f"file://{path}", f"file://{tmp_path}/*.ndjson", tmp_path.as_uri()):
        assert lx.read(url).blobs["a b%.ndjson"].path == path


@pytest.mark.parametrize("path", [r"C:\x\y.json", "C:/x/y.json", "C://x", "a/b://c", "s3:/x"])
def test_a_path_is_no_url(path: str) -> None:
    assert not remote.is_url(path)


@pytest.mark.parametrize(
    ("protocol", "package"), [("gs", "gcsfs"), ("abfss", "adlfs"), ("s3", "s3fs")]
)
def test_a_missing_package_is_named(protocol: str, package: str, monkeypatch) -> None:
    known = sys.modules["fsspec.registry"]._registry
    monkeypatch.delitem(known, protocol, raising=False)
    for name in [package, *(name for name in sys.modules if name.startswith(f"{package}."))]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(lx.MissingExtra, match=f"pip install {package}"):
        lx.read(f"{protocol}://bucket/folder/")


def test_without_fsspec_the_extra_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(lx.MissingExtra, match=r"lineage-explorer\[remote\]' s3fs"):
        lx.read("s3://bucket/folder/")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("s3://bucket/a@b/part-?.json", "s3://bucket/a@b/part-?.json"),
        ("https://h/x?sig=1#2", "https://h/x?[redacted]"),
        ("HTTP://user@h/x", "HTTP://[redacted]@h/x"),
        ("ftp://u:p/w@h/x", "ftp://[redacted]@h/x"),
        ("wasbs://c@a.blob/x?sv=1", "wasbs://c@a.blob/x?[redacted]"),
        ("abfss://c:key@a/x", "abfss://[redacted]@a/x"),
        (
            "zip://a.json::simplecache::https://u:a::b@h/x?sig=1",
            "zip://a.json::simplecache::https://[redacted]@h/x?[redacted]",
        ),
    ],
)
def test_a_url_is_shown_without_what_may_be_secret(url: str, shown: str) -> None:
    assert remote.without_secrets(url) == shown


# https:// -----------------------------------------------------------------------------------------


def web(tree: Files, *, parts: bool = True) -> Callable[[Request], Answer]:
    """Files, pages with links to them, and parts of files if the server has them."""

    def answer(request: Request) -> Answer:
        name = request.path.lstrip("/")
        if name not in tree:
            inside = [path.removeprefix(name) for path in tree if path.startswith(name)]
            if not inside or not (name.endswith("/") or not name):
                return 404, {}, b""
            links = {re.sub(r"/.*", "/", path) for path in inside}
            page = "".join(f'<a href="{link}">x</a>' for link in ["../", "?C=N;O=D", *links])
            return 200, {"Content-Type": "text/html"}, page.encode()
        data = tree[name]
        if parts and (
            asked := re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", ""))
        ):
            begin, end = int(asked[1]), min(int(asked[2]), len(data) - 1)
            span = {"Content-Range": f"bytes {begin}-{end}/{len(data)}"}
            return 206, span, data[begin : end + 1]
        return 200, {"Content-Type": "application/octet-stream"}, data

    return answer


def test_a_file_of_a_web_server_is_read_without_its_query_in_the_name() -> None:
    with serving(web({"a.ndjson.gz": gzip.compress(ndjson(A, B))})) as (url, requests):
        lin = lx.read(f"{url}/a.ndjson.gz?sig={CANARY}")
        assert files(lin) == ["a.ndjson.gz", "a.ndjson.gz"]
        assert {request.query["sig"] for request in requests} == {CANARY}
        assert '"b"' in lin.event(1)
    assert CANARY not in repr(lin.blobs)


@pytest.mark.parametrize("parts", [True, False], ids=["in parts", "whole only"])
def test_an_event_is_fetched_again_in_part_where_the_server_gives_parts(parts: bool) -> None:
    data = ndjson(*MANY) * 4
    with serving(web({"log": data}, parts=parts)) as (url, requests):
        lin = lx.read(f"{url}/log")
        last = lin.events["event"].to_list()[-1]
        del requests[:]
        assert '"job2999"' in lin.event(last)
        assert any("Range" in request.headers for request in requests)
    assert lin.problems["code"].unique().to_list() == ["duplicate-event"]


def test_a_page_of_links_is_a_folder() -> None:
    tree = {"logs/a.json": ndjson(A), "logs/d/b.json": ndjson(B), "logs/x.html": b"", "c.json": b""}
    with serving(web(tree)) as (url, requests):
        assert files(lx.read(f"{url}/logs/")) == ["a.json", "d/b.json"]
        assert files(lx.read(f"{url}/logs/*.json")) == ["a.json"]
        assert {request.path for request in requests} == {
            "/logs/",
            "/logs/d/",
            "/logs/a.json",
            "/logs/d/b.json",
        }


def test_a_page_without_logs_is_an_error() -> None:
    with (
        serving(web({"logs/x.html": b"<p>"})) as (url, _),
        pytest.raises(lx.SourceError, match="holds no file"),
    ):
        lx.read(f"{url}/logs/")


def test_links_out_of_the_folder_are_not_followed() -> None:
    links = ["/other/a.json", "../b.json", "//elsewhere/c.json", "file:///etc/x.json", "x/../../d/"]
    page = "".join(f'<a href="{link}">x</a>' for link in [*links, "%2e%2e/e.json", "f.json"])

    def answer(request: Request) -> Answer:
        if request.path == "/logs/":
            return 200, {"Content-Type": "text/html"}, page.encode()
        return 200, {}, ndjson(A)

    with serving(answer) as (url, requests):
        lin = lx.read(f"{url}/logs/")
        reached = {request.path for request in requests}
    assert files(lin) == ["f.json"]
    assert all(path.startswith("/logs/") and ".." not in path for path in reached)


def test_links_without_end_are_left_at_a_limit(monkeypatch) -> None:
    monkeypatch.setattr(remote, "FOLDERS", 20)
    endless = b'<a href="deeper/">x</a><a href="wider/">x</a>'
    with (
        serving(lambda request: (200, {"Content-Type": "text/html"}, endless)) as (url, requests),
        pytest.raises(lx.SourceError, match="over 20 folders"),
    ):
        lx.read(f"{url}/logs/")
    assert len(requests) < 50


def test_a_folder_that_may_not_be_looked_into_is_told() -> None:
    good = web({"logs/a.json": ndjson(A), "logs/locked/b.json": ndjson(B)})

    def answer(request: Request) -> Answer:
        return (403, {}, b"") if "locked" in request.path else good(request)

    with serving(answer) as (url, _):
        lin = lx.read(f"{url}/logs/")
    assert files(lin) == ["a.json"]
    row = lin.problems.row(0, named=True)
    assert (row["file"], row["code"]) == ("locked", "unreadable-file")
    assert "403" in row["message"]


# aiohttp only closes a broken connection when it is collected, and complains then
@pytest.mark.filterwarnings(
    "ignore:Unclosed connection", "ignore::pytest.PytestUnraisableExceptionWarning"
)
def test_a_connection_that_breaks_off_is_told_and_what_came_before_is_read() -> None:
    data = ndjson(*MANY)

    def answer(request: Request) -> Answer:
        return 200, {"Content-Length": str(2 * len(data))}, data

    with serving(answer) as (url, requests):
        lin = lx.read(f"{url}/log.ndjson")
    assert len(MANY) // 2 < lin.events.height <= len(MANY)
    row = lin.problems.filter(code="unreadable-file").row(0, named=True)
    assert "ClientPayloadError" in row["message"]
    assert len(requests) < 20


# aiohttp only closes a broken connection when it is collected, and complains then
@pytest.mark.filterwarnings(
    "ignore:Unclosed connection", "ignore::pytest.PytestUnraisableExceptionWarning"
)
def test_a_connection_that_breaks_off_once_costs_nothing() -> None:
    data = ndjson(*MANY)
    whole = web({"log.ndjson": data})

    def answer(request: Request) -> Answer:
        status, headers, body = whole(request)
        headers = {"Content-Length": str(len(body)), **headers}
        return status, headers, body if status == 206 else body[: len(body) // 2]

    with serving(answer) as (url, _):
        lin = lx.read(f"{url}/log.ndjson")
    assert lin.events.height == len(MANY)
    assert lin.problems.is_empty()


@pytest.mark.parametrize("status", [401, 404, 500])
def test_what_a_web_server_answers_is_told_by_its_number(status: int) -> None:
    with (
        serving(lambda request: (status, {}, CANARY.encode())) as (url, _),
        pytest.raises(lx.SourceError, match=str(status)) as raised,
    ):
        lx.read(f"{url}/log.ndjson?sig={CANARY}")
    assert CANARY not in str(raised.value)


def test_headers_given_as_options_are_sent() -> None:
    with serving(web({"a.json": ndjson(A)})) as (url, requests):
        token = {"Authorization": f"Bearer {CANARY}"}
        lin = lx.read(f"{url}/a.json", storage_options={"headers": token})
        lin.event(0)
    assert {request.headers["Authorization"] for request in requests} == {f"Bearer {CANARY}"}


# s3:// --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bucket() -> Iterator[tuple[Any, dict[str, Any]]]:
    """A bucket `logs` of an object store on this machine, and the options to reach it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    options = {
        "key": "someone",
        "secret": CANARY,
        "endpoint_url": f"http://{host}:{port}",
        "client_kwargs": {"region_name": "eu-west-1"},
    }
    fs = fsspec.filesystem("s3", **options)
    fs.mkdir("logs")
    yield fs, options
    server.stop()


def test_an_object_store_is_read_by_key_folder_and_pattern(bucket) -> None:
    fs, options = bucket
    fs.pipe("logs/shop/day=1/a.ndjson", ndjson(A))
    fs.pipe("logs/shop/day=2/b.ndjson.gz", gzip.compress(ndjson(B)))
    fs.pipe("logs/shop/_SUCCESS", b"")
    fs.pipe("logs/other/c.ndjson", ndjson(A))
    found = {
        "s3://logs/shop/day=1/a.ndjson": ["a.ndjson"],
        "s3://logs/shop/": ["day=1/a.ndjson", "day=2/b.ndjson.gz"],
        "s3://logs/shop/*/*.ndjson": ["day=1/a.ndjson"],
        "s3://logs/**/*.ndjson": ["other/c.ndjson", "shop/day=1/a.ndjson"],
    }
    for url, names in found.items():
        lin = lx.read(url, storage_options=options)
        assert sorted(lin.blobs) == names
        assert lin.events.height
        assert set(lin.problems["code"]) <= {"duplicate-event"}


def test_an_event_of_an_object_store_is_fetched_again(bucket) -> None:
    fs, options = bucket
    fs.pipe("logs/many/log.ndjson", ndjson(*MANY) * 3)
    lin = lx.read("s3://logs/many", storage_options=options)
    assert '"job2999"' in lin.event(lin.events["event"].to_list()[-1])
    assert CANARY not in repr(lin.blobs)


@pytest.mark.parametrize("url", ["s3://nobucket/x.json", "s3://logs/nothing.json"])
def test_what_an_object_store_has_not_is_an_error_without_the_key(bucket, url: str) -> None:
    _, options = bucket
    with pytest.raises(lx.SourceError, match="nothing there") as raised:
        lx.read(url, storage_options=options)
    assert CANARY not in str(raised.value)
