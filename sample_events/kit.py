"""What the scripts that make the samples have in common: an environment, a clock, a check."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any


def virtual_environment(folder: Path, *requirements: str) -> Path:
    """Make a virtual environment and return the folder of its programs."""
    programs = folder / "bin"
    if not programs.is_dir():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([str(programs / "pip"), "install", "--quiet", *requirements], check=True)
    return programs


def environment(programs: Path, **extra: str) -> dict[str, str]:
    """A small, named environment, so that nothing of this machine gets into an event."""
    path = os.pathsep.join([str(programs), "/usr/local/bin", "/usr/bin", "/bin"])
    return {"PATH": path, "TZ": "UTC", "LANG": "C.UTF-8", "USER": "shop", **extra}


def run_at(
    when: str,
    command: Sequence[str],
    *,
    folder: Path,
    env: Mapping[str, str],
) -> int:
    """Run a command with the system clock set to ``when`` (UTC) and return its exit status.

    The clock really starts there and then goes on, so durations are the tool's own.
    """
    if shutil.which("faketime") is None:
        raise SystemExit("`faketime` is needed (Debian and Ubuntu: apt-get install faketime)")
    print(f"--- {when}  {' '.join(command)}", flush=True)
    return subprocess.run(
        ["faketime", "-f", f"@{when}", *command], cwd=folder, env=dict(env), check=False
    ).returncode


def read_events(log: Path) -> list[dict[str, Any]]:
    """The events of a log with one event per line."""
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line]


def leaks(text: str) -> list[str]:
    """Names of this machine that are in a text: its host, addresses, home and temporary folders."""
    host = socket.gethostname()
    words = {str(Path.home()), tempfile.gettempdir() + "/", "/home/"}
    words |= {f'"{host}"', f"@{host}", f"//{host}", *_addresses()}
    return sorted(word for word in words if word in text)


def _addresses() -> set[str]:
    """This machine's own addresses, without the ones every machine has."""
    output = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=False)
    return {address for address in output.stdout.split() if not address.startswith("127.")}


def finish(log: Path, target: Path, renames: Mapping[str, str] | None = None) -> None:
    """Put a log in place and say what is in it; refuse one that names this machine.

    ``renames`` are the only change made to what the tool wrote: each text is replaced
    everywhere in the log (the temporary folder of the work by a neutral one).
    """
    text = log.read_text(encoding="utf-8")
    for before, after in (renames or {}).items():
        text = text.replace(before, after)
    if found := leaks(text):
        raise SystemExit(f"{log} still names this machine: {', '.join(found)}")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    events = read_events(target)
    runs = {event["run"]["runId"] for event in events if "run" in event}
    jobs = {(event["job"]["namespace"], event["job"]["name"]) for event in events if "job" in event}
    datasets = {
        (dataset["namespace"], dataset["name"])
        for event in events
        for dataset in [*(event.get("inputs") or []), *(event.get("outputs") or [])]
    }
    size = target.stat().st_size
    print(
        f"{target}: {size:,} bytes, {len(events)} events, {len(runs)} runs, "
        f"{len(jobs)} jobs, {len(datasets)} datasets"
    )


def main(make: Callable[[Path, Path], None], here: Path, about: str | None) -> None:
    """The command line of a script that makes a sample in a working folder: `make(work, target)`."""
    parser = argparse.ArgumentParser(description=(about or "").partition("\n")[0])
    parser.add_argument("target", nargs="?", type=Path, default=here / "events.ndjson")
    parser.add_argument("--keep", type=Path, help="work in this folder and keep it")
    given = parser.parse_args()
    target = given.target.resolve()
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
        make(given.keep.resolve(), target)
        return
    with tempfile.TemporaryDirectory(prefix=f"sample-{here.name}-") as folder:
        make(Path(folder), target)
