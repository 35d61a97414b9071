"""The browser side in the package is the one that its source makes, byte for byte."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

BUILT = ("standalone.js", "widget.css", "widget.js")


@pytest.fixture(scope="module")
def rebuilt(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    view = root / "lineage_explorer" / "view"
    modules = view / "frontend" / "node_modules"
    npm = shutil.which("npm")
    if npm is None or not modules.is_dir():
        reason = "the front end's tools are not installed (`make bundle` installs them)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("view")
    shutil.copytree(
        view / "frontend", folder / "frontend", ignore=shutil.ignore_patterns("node_modules")
    )
    (folder / "frontend" / "node_modules").symlink_to(modules)
    subprocess.run([npm, "run", "--silent", "bundle"], cwd=folder / "frontend", check=True)
    return folder / "static"


@pytest.mark.parametrize("name", BUILT)
def test_the_committed_bundle_is_what_the_source_makes(name: str, rebuilt: Path, root: Path):
    committed = (root / "lineage_explorer" / "view" / "static" / name).read_bytes()
    same = (rebuilt / name).read_bytes() == committed  # pytest takes minutes to show the difference
    assert same, "`make bundle` was forgotten"


def test_nothing_else_lies_among_the_built_files(rebuilt: Path, root: Path):
    static = root / "lineage_explorer" / "view" / "static"
    assert sorted(path.name for path in static.iterdir()) == sorted(BUILT)


@pytest.mark.parametrize("name", BUILT)
def test_the_bundle_names_no_address_to_fetch_from(name: str, root: Path):
    text = (root / "lineage_explorer" / "view" / "static" / name).read_text(encoding="utf-8")
    addresses = set(re.findall(r"https?://[^\s\"'`)]*", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}  # a namespace, never fetched
