"""How long reading takes: ours to finished frames, and others that count or make tables by SQL.

    python -m tests.benchmarks.reading [MB …] [--only NAME …] [--times N] [--folder DIR] [--log FILE]

1,000 MB if no size is given. Every engine reads the same file (`bigger.py`) in a process of its
own, so that its peak of memory is its own, and in turns, so that a busy machine is so for all.
The ratio is to the speed of DuckDB's counting in the same turn: 2.0 is twice as fast. What is
shown are medians. Ends with an error if the engines do not count the same.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.bigger import opened
from tests.benchmarks.engines import ENGINES

NAMES = tuple(ENGINES)
HEAD = ("engine", "seconds", "CPU s", "MB/s", "peak MB", "to DuckDB")
Result = dict[str, Any]
Turn = dict[str, Result | None]


def main() -> None:
    parser = argparse.ArgumentParser(description="How long reading takes.")
    parser.add_argument("sizes", nargs="*", type=float, metavar="MB", default=[1000.0])
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where logs are kept for the next time")
    parser.add_argument("--log", type=Path, help="a log to read instead of a made one")
    given = parser.parse_args()
    names = [name for name in NAMES if name in given.only]
    same = True
    with contextlib.ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        logs = [given.log] if given.log else [made(folder, size) for size in given.sizes]
        for log in logs:
            same &= compare(log, folder, names, given.times)
    if not same:
        sys.exit("the engines do not count the same")


def made(folder: Path, size: float) -> Path:
    """A log of so many MB."""
    log = folder / f"log_{size:g}.ndjson"
    if not log.exists():
        begun = time.perf_counter()
        # in a process of its own: what this one ever held would count as its children's peak
        command = [sys.executable, "-m", "tests.benchmarks.bigger", f"{size:g}", str(log)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        print(f"made {size:,.0f} MB in {time.perf_counter() - begun:.1f} s")
    return log


def compare(log: Path, folder: Path, names: list[str], times: int) -> bool:
    """Print a table; whether all counted the same."""
    first = folder / "first.ndjson"
    with log.open("rb") as lines:
        first.write_bytes(next(lines))
    files = {name: packed(log, folder, ENGINES[name].suffix) for name in names}
    for name in names:
        if ENGINES[name].primed:
            measured(name, files[name], first, folder)
    turns = [
        {name: measured(name, files[name], first, folder) for name in names} for _ in range(times)
    ]
    size = log.stat().st_size / 1e6
    print(f"\n{log.name}: {size:,.0f} MB, medians of {times}")
    print("{:<22} {:>8} {:>8} {:>8} {:>8} {:>9}".format(*HEAD))
    for name in names:
        print(row(name, turns, size))
    return agree(turns)


def packed(log: Path, folder: Path, suffix: str) -> Path:
    """The same log, compressed as the suffix says, if any."""
    out = folder / f"{log.name}{suffix}" if suffix else log
    if not out.exists():
        with log.open("rb") as plain, opened(out) as file:
            shutil.copyfileobj(plain, file, 1 << 20)
    return out


def measured(name: str, file: Path, first: Path, folder: Path) -> Result | None:
    """Of one engine in its own process.

    Its peak is its own, as the system noted it, or the most that it and the processes it started
    were seen to have at one moment, if that is more.
    """
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-m", "tests.benchmarks.engines", name, str(file), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        peaks = [0.0, *_family(child)]
        answer = child.stdout.read() if child.stdout else b""
    if child.returncode:
        return None
    result: Result | None = json.loads(answer)
    if result is not None:
        result["peak"] = max(result["peak"], *peaks)
    return result


def _family(child: subprocess.Popen[bytes]) -> Iterator[float]:
    """MB of the child and the processes below it, now and then, where there are any (Linux)."""
    while child.poll() is None:
        below = _below(child.pid)
        if below:
            yield sum(map(_share, [child.pid, *below]))
        time.sleep(0.05)


def _below(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        told = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
        near = [int(word) for text in told for word in text.split()]
        return near + [far for one in near for far in _below(one)]
    return []


def _share(pid: int) -> float:
    """MB of a process in memory; of a page that several share (a library) each has a part."""
    with contextlib.suppress(OSError, StopIteration):
        told = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        line = next(line for line in told if line.startswith("Pss:"))
        return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def row(name: str, turns: list[Turn], size: float) -> str:
    """A line of the table."""
    label = ENGINES[name].label
    done = [one for one in (turn[name] for turn in turns) if one]
    if not done:
        return f"{label:<22} not available"
    seconds, cpu, peak = (median(one[key] for one in done) for key in ("seconds", "cpu", "peak"))
    ratios = [
        counting["seconds"] / one["seconds"]
        for turn in turns
        if (one := turn[name]) and (counting := turn.get("duckdb"))
    ]
    ratio = f"{median(ratios):9.2f}" if ratios else f"{'-':>9}"
    return f"{label:<22} {seconds:8.2f} {cpu:8.2f} {size / seconds:8,.0f} {peak:8,.0f} {ratio}"


def agree(turns: list[Turn]) -> bool:
    """Whether whoever counts something counts the same; prints it."""
    told: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for turn in turns:
        for name, result in turn.items():
            for what, count in (result["counts"] if result else {}).items():
                if count is not None:
                    told[what][count].add(name)
    for what, counts in told.items():
        words = [f"{count:,} ({', '.join(sorted(names))})" for count, names in counts.items()]
        print(f"{what}: {next(iter(counts)):,}" if len(counts) == 1 else f"{what}: {words}")
    return all(len(counts) == 1 for counts in told.values())


if __name__ == "__main__":
    main()
