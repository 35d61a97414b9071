"""Everything the README tells a reader to type works as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[2] / "README.md"
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(
    r"\]\((?!https?://|#|mailto:)([^)#\s]+)|(?:src|srcset|href)=\"(?!https?://|#)([^\"#]+)\""
)
# run elsewhere in the tests, or not ours to run
KNOWN = {"cd", "git", "jupyter", "make", "pip", "python", "python3", "source"}


def blocks(*languages: str) -> list[str]:
    if not README.is_file():
        return []
    text = README.read_text(encoding="utf-8")
    return [body for language, body in FENCE.findall(text) if language in languages]


def commands() -> list[str]:
    """Lines of shell: where a block has prompts those after one, elsewhere all but comments."""
    found = []
    for block in blocks("bash", "console", "sh", "shell"):
        lines = block.splitlines()
        prompted = [line[2:] for line in lines if line.startswith("$ ")]
        found += prompted or [line.strip() for line in lines if line.strip() and line[0] != "#"]
    return found


def program(command: str) -> str:
    return shlex.split(command, comments=True)[0]


@pytest.fixture
def desk(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like a checkout's top, in which examples may write."""
    for name in ("sample_events", "notebooks"):
        (tmp_path / name).symlink_to(root / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_is_something_to_type():
    assert blocks("python")
    assert commands()


def test_the_python_of_the_readme_runs_from_top_to_bottom(desk: Path):
    script = desk / "readme.py"
    script.write_text("\n".join(blocks("python")), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [line for line in commands() if program(line) not in KNOWN])
def test_a_command_of_the_readme_runs(command: str, desk: Path):
    assert "lineage-explorer" in command
    if "lineage-explorer demo" in command:
        command += " --help"  # it serves until it is stopped; tests/browser opens it
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )
    assert done.returncode == 0, done.stderr


def test_every_make_target_of_the_readme_exists(root: Path):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"\bmake ([a-z]+)(?=[`\s])", README.read_text(encoding="utf-8"))
    assert targets
    known = re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE)
    assert set(targets) <= set(known)


def test_every_pip_install_of_the_readme_asks_for_this_package():
    asked = re.findall(r"pip install ([^`\n)]+)", README.read_text(encoding="utf-8"))
    wanted = [word for line in asked for word in shlex.split(line) if not word.startswith("-")]
    assert wanted
    assert [
        w for w in wanted if not re.fullmatch(r"(lineage-explorer|\.)(\[(jupyter|remote)\])?", w)
    ] == []


def test_every_file_that_the_readme_links_to_is_there(root: Path):
    linked = {a or b for a, b in LINK.findall(README.read_text(encoding="utf-8"))}
    assert [name for name in sorted(linked) if not (root / name.split()[0]).exists()] == []
