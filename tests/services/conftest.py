"""A real PostgreSQL, and a real Marquez on it.

Where one of them is missing the tests that ask for it are skipped and say what to install; in CI
a missing PostgreSQL is an error (Marquez is not: the Maven Central that CI reaches has none). PostgreSQL is Debian's, run as an unprivileged user in a temporary folder. Marquez
is what `make marquez` fetches from Maven Central into build/marquez.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from tests.browser.conftest import free_port, missing
from tests.conftest import ROOT
from tests.readers.marquez_server import Answer, answer, serving
from tests.readers.marquez_server import Request as Asked

JARS = ROOT / "build" / "marquez"
PATIENCE = 90  # seconds until a server that does not answer is given up
LINEAGE_EVENTS = """
create table lineage_events (
    event_time timestamp with time zone,
    event jsonb,
    event_type text,
    job_name text,
    job_namespace text,
    producer text,
    run_uuid uuid,
    created_at timestamp with time zone default now(),
    _event_type varchar(64) default 'RUN_EVENT'
)"""
"""Marquez's table as its migrations leave it (V17.2, V20, V33, V36, V54, V66.2)."""


EVENTS = """
select event from lineage_events
where event_time < '{before}' and event_time >= '{after}' and _event_type = 'RUN_EVENT'
order by event_time {sortDirection} limit {limit} offset {offset}"""
DEFAULTS = {
    "before": "2030-01-01T00:00:00Z",
    "after": "1970-01-01T00:00:00Z",
    "sortDirection": "desc",
    "limit": "100",
    "offset": "0",
}


@dataclass(frozen=True)
class Database:
    """A database of a running PostgreSQL."""

    programs: Path
    port: int
    name: str = "postgres"

    def ask(self, sql: str, stdin: bytes = b"") -> bytes:
        """What psql prints: rows without frills, or what COPY gives."""
        plain = ("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1")
        return self._run("psql", *plain, "-c", sql, stdin=stdin)

    def dump(self, *options: str) -> bytes:
        """What pg_dump writes."""
        return self._run("pg_dump", *options)

    def _run(self, program: str, *options: str, stdin: bytes = b"") -> bytes:
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "marquez", "-d", self.name]
        command = [str(self.programs / program), *address, *options]
        done = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def create(self, name: str) -> Database:
        self.ask(f"create database {name}")
        return Database(self.programs, self.port, name)

    def keep(self, events: Iterable[dict[str, Any]]) -> None:
        """Put events into a table like Marquez's, as Marquez's source does."""
        rows = io.StringIO()
        writer = csv.writer(rows)
        for event in events:
            job, run = event.get("job", {}), event.get("run", {})
            kind = "RUN_EVENT" if run else "JOB_EVENT" if job else "DATASET_EVENT"
            named = [event.get("eventType"), job.get("name"), job.get("namespace")]
            told = [*named, event["producer"], run.get("runId"), kind]
            writer.writerow([event["eventTime"], json.dumps(event), *told])
        columns = "event_time, event, event_type, job_name, job_namespace, producer, run_uuid"
        copy = f"copy lineage_events ({columns}, _event_type) from stdin (format csv)"
        self.ask(copy, rows.getvalue().encode())


@pytest.fixture(scope="session")
def postgres() -> Iterator[Database]:
    """PostgreSQL on a free port, empty."""
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found = shutil.which("initdb")
    if not installed and not found:
        missing("no PostgreSQL here: apt-get install postgresql")
    programs = max(installed, default=Path(found or "").parent)
    # it refuses to run as root, and pytest's own folders are root's alone
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    if user:
        shutil.chown(folder, user)
    port = free_port()
    log = folder / "log.txt"

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *arguments]
        with log.open("ab") as told:
            done = subprocess.run(
                command, user=user, cwd=folder, stdout=told, stderr=told, check=False, timeout=60
            )
        assert done.returncode == 0, log.read_text()

    # what it writes is thrown away: no time is spent on bringing it to the disk
    options = f"-p {port} -k '' -c listen_addresses=127.0.0.1 -c fsync=off"
    try:
        run("initdb", "-U", "marquez", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        run("pg_ctl", "-w", "-o", options, "-l", str(folder / "server.txt"), "start")
        try:
            yield Database(programs, port)
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@dataclass(frozen=True)
class Marquez:
    """A running Marquez and its database."""

    url: str
    database: Database

    def send(self, events: Iterable[dict[str, Any]]) -> None:
        """Send events one by one, as a producer does."""
        address, kind = f"{self.url}/api/v1/lineage", {"Content-Type": "application/json"}
        for event in events:
            told = Request(address, json.dumps(event).encode(), kind, method="POST")
            with urlopen(told, timeout=PATIENCE) as answered:
                assert answered.status == 201

    def get(self, path: str) -> bytes:
        """What it answers."""
        with urlopen(f"{self.url}/api/v1{path}", timeout=PATIENCE) as answered:
            found: bytes = answered.read()
            return found


@dataclass(frozen=True)
class StandIn(Marquez):
    """Marquez's table in PostgreSQL, and its query of that table behind its address."""

    def send(self, events: Iterable[dict[str, Any]]) -> None:
        self.database.keep(events)


@pytest.fixture(scope="session")
def stand_in(postgres: Database) -> Iterator[Marquez]:
    """What stands in for Marquez where it is not to be had. It answers about events only."""
    database = postgres.create("stand_in")
    database.ask(LINEAGE_EVENTS)

    def respond(request: Asked) -> Answer:
        if request.path != "/api/v1/events/lineage":
            return answer({request.path.rpartition("/")[2]: []})
        asked = {**DEFAULTS, **request.query}
        found = database.ask(EVENTS.format_map(asked))
        return 200, {}, b'{"events":[%s],"totalCount":7}' % b",".join(found.splitlines())

    with serving(respond) as (url, _):
        yield StandIn(url, database)


@pytest.fixture(scope="session")
def marquez(postgres: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marquez]:
    """Marquez on free ports with a database of its own, empty."""
    if shutil.which("java") is None:
        missing("no Java here: apt-get install openjdk-17-jre-headless")
    if not list(JARS.glob("marquez-api-*.jar")):
        pytest.skip("no Marquez here: Maven does not find it (make marquez)")
    database = postgres.create("marquez")
    folder = tmp_path_factory.mktemp("marquez")
    port, admin = free_port(), free_port()
    settings = folder / "marquez.yml"  # JSON is YAML
    settings.write_text(
        json.dumps(
            {
                "server": {
                    "applicationConnectors": [_connector(port)],
                    "adminConnectors": [_connector(admin)],
                },
                "db": {
                    "driverClass": "org.postgresql.Driver",
                    "url": f"jdbc:postgresql://127.0.0.1:{database.port}/{database.name}",
                    "user": "marquez",
                    "password": "marquez",
                },
                "migrateOnStartup": True,
                "search": {"enabled": False},
            }
        )
    )
    log = folder / "log.txt"
    command = ["java", "-cp", f"{JARS}/*", "marquez.MarquezApp", "server", str(settings)]
    with log.open("w") as told:
        server = subprocess.Popen(command, cwd=folder, stdout=told, stderr=subprocess.STDOUT)
        try:
            found = Marquez(f"http://127.0.0.1:{port}", database)
            _wait_for(found, server, log)
            yield found
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _connector(port: int) -> dict[str, Any]:
    return {"type": "http", "port": port, "bindHost": "127.0.0.1"}


def _wait_for(marquez: Marquez, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until it answers; its log is the message where it does not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            marquez.get("/namespaces")
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"Marquez did not start:\n{log.read_text()[-10_000:]}")
