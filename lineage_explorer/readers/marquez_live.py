"""A running Marquez → its events, page by page, as bytes that the reader takes like a file.

Pages are asked for in the order of time, each from the time of the last event on (inclusive, so
that events of one moment are never torn apart by a page's end), until a page brings nothing new:
Marquez's `totalCount` counts more than it gives, and offsets shift while events arrive. `before`
is set, because Marquez otherwise hides what is dated 2030 or later.

Nothing is sent but GET requests to the one host named. A redirect is not followed. The token comes
from the environment and stands in no value, message or local variable that a traceback prints.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from lineage_explorer.errors import SourceError
from lineage_explorer.plain import plain
from lineage_explorer.readers.times import parse_time

TOKEN = "MARQUEZ_API_KEY"  # noqa: S105 - the name of a variable
FIRST, LAST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"
CHUNK = 1 << 16
ANSWER = 64 << 20
"""Bytes of one answer."""
LATE = "did not answer in time."


@dataclass(frozen=True)
class Fetched:
    """How far reading from a server has come."""

    pages: int
    events: int
    bytes: int


@dataclass(frozen=True)
class Limits:
    """How much is read from a server at most; what was cut is told in the result."""

    page: int = 100
    """Events, jobs or datasets asked for at once."""
    pages: int = 10_000
    """Answers in all."""
    bytes: int = 1 << 30
    """Of all answers; the one that goes beyond is the last."""
    seconds: float = 30.0
    """For each answer, from the request to its last byte."""


class LimitReached(SourceError):
    """A server has more than was to be read of it."""


@dataclass
class Fetch:
    """What came, and why it is not all, if it is not."""

    pages: list[tuple[str, bytes]] = field(default_factory=list)
    cut: str = ""
    failed: str = ""


@dataclass(frozen=True)
class Server:
    """Where a Marquez listens. Its token is looked up when a request is made, and not kept."""

    host: str
    port: int | None
    path: str
    secure: bool

    @classmethod
    def at(cls, url: str, *, allow_http: bool = False) -> Server:
        """The server of an address.

        Raises:
            SourceError: if it is no http(s) address, holds a password, or is not encrypted and
                not on this machine.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            parts, host, port = urlsplit(""), None, None
        if parts.scheme not in ("http", "https") or not host:
            raise SourceError("that is no http(s) address.", "such as http://localhost:5000.")
        if parts.username or parts.password or parts.query or parts.fragment:
            hint = f"give only the address, and the token in the environment variable {TOKEN}."
            raise SourceError("the address holds more than an address.", hint)
        secure = parts.scheme == "https"
        if not (secure or allow_http or _is_loopback(host)):
            hint = "use https, or allow_http=True where the network is trusted."
            raise SourceError(f"http to {plain(host)} is not encrypted.", hint)
        path = parts.path.rstrip("/").removesuffix("/api/v1")
        return cls(host, port, quote(path, safe="/%"), secure)

    def get(self, path: str, seconds: float) -> bytes:
        """The body of an answer.

        Raises:
            SourceError: if there is none, or too much of it, or too late.
        """
        until = time.monotonic() + seconds
        body, wrong = self._try(path, until)
        if wrong and time.monotonic() >= until:
            wrong = LATE
        if wrong:  # raised here, where no frame and no cause holds the request's headers
            raise SourceError(f"{plain(self.host)} {wrong}", "is it a Marquez, and well?")
        return body

    def _try(self, path: str, until: float) -> tuple[bytes, str]:
        kind = HTTPSConnection if self.secure else HTTPConnection
        connection = kind(self.host, self.port)
        try:
            connection.sock = self._dial(connection.port, until)
            with _hanging_up(connection.sock, until):
                if isinstance(connection.sock, ssl.SSLSocket):
                    connection.sock.do_handshake()
                connection.putrequest("GET", f"{self.path}/api/v1{path}", skip_accept_encoding=True)
                connection.putheader("Accept", "application/json")
                if os.environ.get(TOKEN):
                    connection.putheader("Authorization", f"Bearer {os.environ[TOKEN].strip()}")
                connection.endheaders()
                answer = connection.getresponse()
                if 300 <= answer.status < 400:
                    return b"", "sends on to another address, which is not followed."
                if answer.status != 200:
                    return b"", f"answered {answer.status}."
                return _body(answer, until)
        except TimeoutError:
            return b"", LATE
        except (OSError, HTTPException, ValueError) as error:
            return b"", f"could not be read ({type(error).__name__})."
        finally:
            connection.close()

    def _dial(self, port: int, until: float) -> socket.socket:
        """A connection; of a secure one the handshake is still to come."""
        left = max(until - time.monotonic(), 0.001)
        dialled = socket.create_connection((self.host, port), left)
        if not self.secure:
            return dialled
        context = ssl.create_default_context()
        return context.wrap_socket(
            dialled, server_hostname=self.host, do_handshake_on_connect=False
        )


@contextmanager
def _hanging_up(dialled: socket.socket, until: float) -> Iterator[None]:
    """Hangs up at that time, whatever is being waited for.

    The time-out of a socket is for each wait: a server that sends a byte now and then, in a header
    or between the parts of an answer, would never meet it.
    """

    def hang_up() -> None:
        with suppress(OSError):
            socket.socket.shutdown(dialled, socket.SHUT_RDWR)  # below TLS, which may be in use

    alarm = threading.Timer(max(until - time.monotonic(), 0), hang_up)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()


def _body(answer: HTTPResponse, until: float) -> tuple[bytes, str]:
    """All of an answer."""
    body = bytearray()
    while chunk := answer.read1(CHUNK):
        body += chunk
        if len(body) > ANSWER:
            return b"", f"answered with more than {ANSWER >> 20} MB at once."
    if time.monotonic() >= until:  # hung up: where an answer has no length, that looks like its end
        return b"", LATE
    if answer.length:
        return b"", "broke off in the middle of an answer."
    return bytes(body), ""


@dataclass
class Visit:
    """A server while it is read: what has come of it so far, and what may."""

    server: Server
    limits: Limits
    progress: Callable[[Fetched], object] | None = None
    pages: int = 0
    events: int = 0
    size: int = 0
    """Bytes."""

    def get(self, path: str, query: dict[str, object]) -> bytes:
        """The next page of something.

        Raises:
            LimitReached: if a limit was reached before.
            SourceError: if there is none.
        """
        if self.pages >= self.limits.pages:
            raise LimitReached(f"stopped after {self.limits.pages} pages.")
        if self.size >= self.limits.bytes:
            raise LimitReached(f"stopped after {self.size} bytes.")
        body = self.server.get(f"{path}?{urlencode(query)}", self.limits.seconds)
        self.pages += 1
        self.size += len(body)
        return body

    def tell(self, events: int = 0) -> None:
        """Report progress."""
        self.events += events
        if self.progress is not None:
            self.progress(Fetched(self.pages, self.events, self.size))


def fetch(visit: Visit, since: datetime | str | None) -> Fetch:
    """All events from a time on, as pages.

    Raises:
        SourceError: if the first page cannot be had.
    """
    got = Fetch()
    seen: set[bytes] = set()
    after, offset = _text(since) if since is not None else FIRST, 0
    size = visit.limits.page
    while True:
        query = {"after": after, "before": LAST, "sortDirection": "asc"}
        try:
            body = visit.get("/events/lineage", {**query, "limit": size, "offset": offset})
            events = _events(body)
        except LimitReached as error:
            got.cut = error.message
            return got
        except SourceError as error:
            if not got.pages:
                raise
            got.failed = error.message
            return got
        fresh = [event for event in events if _is_new(event, seen)]
        got.pages.append((f"events/lineage/{len(got.pages) + 1:05}.json", b"\n".join(fresh)))
        visit.tell(len(fresh))
        if not events or (not fresh and len(events) < size):
            return got
        last = _time_of(events[-1])
        if last is not None and last > after:
            after, offset = last, 0
        else:  # more events of one moment than a page holds, or a time that cannot be read
            offset += len(events)


def listed(visit: Visit, kind: str, namespace: str | None) -> Iterator[bytes]:
    """All jobs or datasets that Marquez lists, each as JSON."""
    names = [namespace] if namespace is not None else _namespaces(visit)
    for name in names:
        for items in _pages(visit, f"/namespaces/{quote(name, safe='')}/{kind}", kind):
            yield from map(bytes, items)


def _namespaces(visit: Visit) -> Iterator[str]:
    for items in _pages(visit, "/namespaces", "namespaces"):
        for item in items:
            if isinstance(name := _member(item, "name"), str):
                yield name


def _pages(visit: Visit, path: str, key: str) -> Iterator[list[msgspec.Raw]]:
    """The pages of a list until an empty one."""
    offset, before = 0, b""
    while True:
        body = visit.get(path, {"limit": visit.limits.page, "offset": offset})
        items = _listed(body, key)
        visit.tell()
        if not items or body == before:  # a server that ignores the offset would never end
            return
        yield items
        offset, before = offset + len(items), body


def _events(body: bytes) -> list[bytes]:
    return [bytes(item) for item in _listed(body, "events")]


def _listed(body: bytes, key: str) -> list[msgspec.Raw]:
    try:
        answer = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        return msgspec.json.decode(answer[key], type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, RecursionError):
        wrong = f"the answer has no list of {key}."
    raise SourceError(wrong, "is it a Marquez? Its address ends where /api/v1 begins.")


def _is_new(event: bytes, seen: set[bytes]) -> bool:
    digest = blake2b(event, digest_size=16).digest()
    if digest in seen:
        return False
    seen.add(digest)
    return True


def _time_of(event: bytes) -> str | None:
    """The time of an event as the next request says it, cut to what the database keeps."""
    text = _member(event, "eventTime")
    moment = parse_time(text) if isinstance(text, str) else None
    if moment is None or moment.us is None or moment.oddity == "no-zone":
        return None
    return _moment(moment.us)


def _member(item: bytes | msgspec.Raw, key: str) -> object:
    try:
        raw = msgspec.json.decode(item, type=dict[str, msgspec.Raw]).get(key)
        return None if raw is None else msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _moment(us: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _text(since: datetime | str) -> str:
    told = since.isoformat() if isinstance(since, datetime) else since
    moment = parse_time(told)
    if moment.us is None:
        raise SourceError(
            f"since={plain(told[:40])!r} is no time.", "such as 2026-01-31T00:00:00Z."
        )
    return _moment(moment.us)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
