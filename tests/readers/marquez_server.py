"""A stand-in for Marquez's read API, for what can be told without the real one.

It pages as Marquez's source does (release 0.50: `event_time >= after and < before`, ordered by
time alone, run events only, while `totalCount` counts every event), and as hostile servers do.
"""

from __future__ import annotations

import json
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from lineage_explorer.readers.times import parse_time

Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[["Request"], Answer]


class Request:
    def __init__(self, path: str, headers: dict[str, str]) -> None:
        parts = urlsplit(path)
        self.path = parts.path
        self.headers = headers
        self.query = {key: values[0] for key, values in parse_qs(parts.query).items()}


@contextmanager
def serving(
    handler: Handler, tls: ssl.SSLContext | None = None
) -> Iterator[tuple[str, list[Request]]]:
    """The address of a server that answers with `handler`, and the requests it got."""
    requests: list[Request] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            request = Request(self.path, dict(self.headers))
            requests.append(request)
            status, headers, body = handler(request)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True  # the client had enough

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.handle_error = lambda *args: None  # type: ignore[method-assign] # clients that hang up
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(value: object, status: int = 200, **headers: str) -> Answer:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(value).encode()


def marquez(events: list[dict], lists: dict[str, list[dict]] | None = None) -> Handler:
    """A well-behaved Marquez. Events of one time come in another order at every request."""
    at = {id(event): parse_time(event["eventTime"]).us or 0 for event in events}
    shuffle = random.Random(7)  # noqa: S311
    lists = lists or {}

    def page(request: Request, items: list) -> list:
        offset = int(request.query.get("offset", 0))
        return items[offset : offset + int(request.query.get("limit", 100))]

    def respond(request: Request) -> Answer:
        path = request.path.removeprefix("/api/v1")
        if path != "/events/lineage":
            if path not in lists:
                return answer({"code": 404}, 404)
            return answer({path.rpartition("/")[2]: page(request, lists[path])})
        after = parse_time(request.query.get("after", "1970-01-01T00:00:00Z")).us
        before = parse_time(request.query.get("before", "2030-01-01T00:00:00Z")).us
        assert after is not None
        assert before is not None
        within = [event for event in events if after <= at[id(event)] < before]
        found = [event for event in within if "run" in event]
        shuffle.shuffle(found)
        descending = request.query.get("sortDirection", "desc") == "desc"
        found.sort(key=lambda event: at[id(event)], reverse=descending)
        return answer({"events": page(request, found), "totalCount": len(within)})

    return respond


def dripping(seconds: float) -> Handler:
    """An answer that takes its time before it comes."""

    def respond(request: Request) -> Answer:
        time.sleep(seconds)
        return answer({"events": []})

    return respond


@contextmanager
def drop_by_drop(first: bytes, drops: Iterable[bytes], pause: float) -> Iterator[str]:
    """The address of a server that answers with `first` and then a drop every `pause` seconds."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while not over.is_set():
                    connection, _ = listening.accept()
                    with connection, suppress(OSError):
                        connection.recv(1 << 16)
                        connection.sendall(first)
                        for drop in drops:
                            if over.wait(pause):
                                break
                            connection.sendall(drop)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=5)
