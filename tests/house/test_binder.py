"""binder/ and the lock: what repo2docker and CI install is what pyproject.toml asks for."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name


def pins(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
    assert all(re.fullmatch(r"[\w.-]+==[\w.!+-]+", line) for line in lines), "only exact pins"
    pairs = (line.split("==") for line in lines)
    return {canonicalize_name(name): version for name, version in pairs}


def asked(root: Path, *, dev: bool) -> list[Requirement]:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    texts = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["jupyter"],
        *(project["dependency-groups"]["dev"] if dev else []),
    ]
    return [Requirement(text) for text in texts]


def test_the_lock_pins_everything_the_project_asks_for(root: Path):
    lock = pins(root / "requirements-lock.txt")
    for requirement in asked(root, dev=True):
        assert lock[canonicalize_name(requirement.name)] in requirement.specifier


def test_the_locked_versions_take_the_oldest_python_that_the_project_supports(root: Path):
    lock = pins(root / "requirements-lock.txt")
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    oldest = project["requires-python"].removeprefix(">=") + ".0"
    judged = [
        (part.metadata["Name"], str(part.metadata.json.get("requires_python", "")))
        for part in distributions()
        if lock.get(canonicalize_name(part.metadata["Name"])) == part.version
    ]
    assert judged
    assert [name for name, asked in judged if oldest not in SpecifierSet(asked)] == []


def test_binder_installs_the_same_versions_as_the_tests_ran_with(root: Path):
    lock = pins(root / "requirements-lock.txt")
    binder = pins(root / "binder" / "requirements.txt")
    assert {canonicalize_name(r.name) for r in asked(root, dev=False)} <= set(binder)
    assert {name: version for name, version in binder.items() if lock.get(name) != version} == {}


def test_binder_builds_with_a_python_that_the_project_supports(root: Path):
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    version = (root / "binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    assert version in Requirement(f"x{project['requires-python']}").specifier


def test_binder_installs_the_package_by_a_script_that_bash_can_read(root: Path):
    script = root / "binder" / "postBuild"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)
    assert "pip install --no-cache-dir --no-deps ." in script.read_text()


def test_the_notebook_that_binder_opens_is_there(root: Path):
    script = (root / "binder" / "postBuild").read_text()
    named = re.search(r"urlpath=lab/tree/(\S+)", script)
    assert named
    assert (root / named[1]).is_file()
