"""A server behind TLS: whom the token is told, and how long a handshake may take."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import lineage_explorer as lx
from lineage_explorer.readers.marquez_live import TOKEN
from tests.browser.conftest import missing
from tests.events import run_event
from tests.readers.marquez_server import marquez, serving

SECRET = "canary-7f3a"
SUBJECT = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that nobody trusts yet, and its key."""
    if shutil.which("openssl") is None:
        missing("no openssl here: apt-get install openssl")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *SUBJECT]
    subprocess.run([*made, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


@pytest.fixture
def behind_tls(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[int, list]]:
    """The port of a Marquez with that certificate, and the requests it got; a token is set."""
    monkeypatch.setenv(TOKEN, SECRET)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with serving(marquez([run_event()]), context) as (url, requests):
        yield int(url.rpartition(":")[2]), requests


def test_a_server_whose_certificate_is_trusted_is_read(
    behind_tls: tuple[int, list],
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    port, requests = behind_tls
    lin = lx.read_marquez(f"https://localhost:{port}")
    assert lin.jobs["name"].to_list() == ["job"]
    assert {request.headers["Authorization"] for request in requests} == {f"Bearer {SECRET}"}


def test_a_server_whose_certificate_is_not_trusted_gets_no_token(
    behind_tls: tuple[int, list],
) -> None:
    port, requests = behind_tls
    with pytest.raises(lx.SourceError, match="SSLCertVerificationError"):
        lx.read_marquez(f"https://localhost:{port}")
    assert requests == []


def test_a_certificate_for_another_name_is_refused(
    behind_tls: tuple[int, list],
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    port, requests = behind_tls
    with pytest.raises(lx.SourceError, match="SSLCertVerificationError"):
        lx.read_marquez(f"https://127.0.0.1:{port}")
    assert requests == []


@contextmanager
def shaking_for_ever() -> Iterator[int]:
    """The port of a server that sends a TLS record of 16 kB byte by byte."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"\x16\x03\x03\x40\x00")
                while not over.wait(0.05):
                    try:
                        connection.sendall(b"\x02")
                    except OSError:
                        return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            thread.join()


def test_a_handshake_that_comes_byte_by_byte_is_left_when_its_time_is_over() -> None:
    begun = time.monotonic()
    with shaking_for_ever() as port, pytest.raises(lx.SourceError, match="in time"):
        lx.read_marquez(f"https://127.0.0.1:{port}", limits=lx.Limits(seconds=0.4))
    assert time.monotonic() - begun < 4
