"""The package as a stranger gets it: what is in it, and that it works where nothing else is."""

from __future__ import annotations

import json
import subprocess
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.house.conftest import run

pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def inside(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_module_of_the_package(inside: set[str], root: Path):
    modules = {
        str(path.relative_to(root)) for path in (root / "lineage_explorer").rglob("*.py")
    } - {name for name in inside if "/frontend/" in name}
    assert {name for name in modules if "node_modules" not in name} <= inside


def test_the_wheel_says_that_it_is_typed(inside: set[str]):
    assert "lineage_explorer/py.typed" in inside


@pytest.mark.parametrize("name", ["widget.js", "widget.css", "standalone.js"])
def test_the_wheel_holds_the_browser_side_as_built(name: str, wheel: Path, root: Path):
    inside = f"lineage_explorer/view/static/{name}"
    with ZipFile(wheel) as archive:
        packed = archive.read(inside)
    same = packed == (root / inside).read_bytes()
    assert packed
    assert same


def test_the_wheel_holds_the_demo_notebook(inside: set[str]):
    assert "lineage_explorer/data/notebooks/00_first_five_minutes.ipynb" in inside


def test_the_wheel_holds_the_events_of_every_sample(inside: set[str], root: Path):
    logs = [*root.glob("sample_events/**/*.ndjson"), *root.glob("sample_events/**/*.ndjson.gz")]
    assert logs
    for log in logs:
        below = log.relative_to(root / "sample_events")
        assert f"lineage_explorer/data/samples/{below}" in inside


def test_the_wheel_holds_the_tables_the_rego_rules_and_the_policy_of_the_sample(inside: set[str]):
    room = "lineage_explorer/residency"
    tables = ("cloud_regions", "groups", "regimes", "transfers")
    assert {f"{room}/data/{name}.csv" for name in tables} <= inside
    assert f"{room}/opa/residency.rego" in inside
    assert "lineage_explorer/data/samples/fraud/policy.toml" in inside


def test_the_wheel_holds_the_licence(inside: set[str]):
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in inside)


def test_the_wheel_holds_nothing_that_only_its_makers_need(inside: set[str]):
    allowed = ("lineage_explorer/", "lineage_explorer-")
    strange = [name for name in inside if not name.startswith(allowed)]
    ends = (".ts", ".sql", ".yml", ".lock", "make_sample.py", "package.json")
    assert [*strange, *(n for n in inside if n.endswith(ends) or "/frontend/" in n)] == []


def test_the_source_archive_holds_what_the_tests_need(built: Path):
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {
        "Makefile",
        "requirements-lock.txt",
        "tests/conftest.py",
        "lineage_explorer/view/frontend/package-lock.json",
        "notebooks/00_first_five_minutes.ipynb",
    } <= names
    assert not [name for name in names if "node_modules" in name or ".venv" in name]


def test_installed_alone_it_imports_from_where_it_was_installed(installed: Path, tmp_path: Path):
    where = run(
        installed / "python",
        "-W", "error", "-c", "import lineage_explorer; print(lineage_explorer.__file__)",
        cwd=tmp_path,
    )  # fmt: skip
    assert Path(where.strip()).is_relative_to(installed.parent)


def test_installed_alone_it_reads_every_sample_and_asks_about_it(installed: Path, tmp_path: Path):
    code = (
        "import json, lineage_explorer as lx\n"
        "print(json.dumps({name: lx.sample(name).summary().events for name in lx.samples()}))"
    )
    events = json.loads(run(installed / "python", "-c", code, cwd=tmp_path))
    assert events
    assert all(count > 0 for count in events.values())


def test_installed_alone_the_command_line_sums_up_and_draws(
    installed: Path, root: Path, tmp_path: Path
):
    log = next(iter(sorted((root / "sample_events").rglob("*.ndjson"))))
    summary = json.loads(
        run(installed / "lineage-explorer", "summary", log, "--json", cwd=tmp_path)
    )
    assert summary["events"] > 0
    run(installed / "lineage-explorer", "export", log, "picture.html", cwd=tmp_path)
    assert (tmp_path / "picture.html").read_text(encoding="utf-8").lstrip().startswith("<!")


def test_installed_alone_the_demo_says_that_jupyterlab_is_missing(installed: Path, tmp_path: Path):
    done = subprocess.run(
        [installed / "lineage-explorer", "demo", "--no-browser", "--dir", tmp_path / "demo"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2
    assert "pip install 'lineage-explorer[jupyter]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_installed_alone_nothing_it_asks_for_is_missing(installed: Path):
    run(installed / "python", "-m", "pip", "check")
