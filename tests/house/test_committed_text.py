"""What must not stand in a committed file."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

# written in pieces, so that this file may be searched too
FORBIDDEN = {
    "a package registry's address": [
        r"registry\." + r"npmjs\.org",
        r"registry\." + r"yarnpkg\.com",
        r"pypi\." + r"org/simple",
        r"files\.python" + r"hosted\.org",
        r"repo1?\.maven" + r"\.(apache\.)?org",
        r"deb\." + r"debian\.org",
        r"static\.crates" + r"\.io",
        r"--(extra-)?index" + r"-url",
        r'"resolved"' + r":",
    ],
    "a path of one machine": [
        r"(?<![\w.])/wo" + r"rk/(main|shared|\.)",
        r"(?<![\w.])/ro" + r"ot/",
        r"(?<![\w.])/tm" + r"p/(lx|house|bash_jobs)",
        r"(?<![\w.])/home/(?!user|runner|jovyan|\{|airflow|dbt|spark)\w+/",
    ],
}
BINARY = {".png", ".gz", ".zst", ".parquet", ".ico", ".woff2", ".jar"}


@pytest.fixture(scope="module")
def committed(root: Path) -> list[Path]:
    """What is committed, or would be by `git add .`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is not a git checkout (an unpacked source archive)")
    paths = [root / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path.suffix not in BINARY]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_committed_file_names(what: str, committed: list[Path], root: Path):
    pattern = re.compile("|".join(FORBIDDEN[what]))
    assert len(committed) > 20
    found = [
        f"{path.relative_to(root)}:{number}: {line.strip()[:120]}"
        for path in committed
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), 1
        )
        if pattern.search(line)
    ]
    assert found == []


def test_a_forbidden_word_is_found_where_there_is_one():
    samples = {
        "a package registry's address": "--index" + "-url x",
        "a path of one machine": '"/ro' + 'ot/x"',
    }
    for what, sample in samples.items():
        assert re.search("|".join(FORBIDDEN[what]), sample)


def test_no_committed_file_is_large(committed: list[Path], root: Path):
    large = [str(path.relative_to(root)) for path in committed if path.stat().st_size > 1_000_000]
    assert large == []


def test_every_committed_text_is_utf_8_with_unix_line_ends(committed: list[Path], root: Path):
    odd = [
        str(path.relative_to(root))
        for path in committed
        if path.suffix in {".py", ".ts", ".md", ".toml", ".cfg", ".css"}
        and b"\r" in path.read_bytes()
    ]
    assert odd == []
