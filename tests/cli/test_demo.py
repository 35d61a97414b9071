"""`demo`, up to the moment when JupyterLab takes over (tests/browser goes on from there)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lineage_explorer import demo
from lineage_explorer.errors import LineageError
from tests.cli.conftest import Cli


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """JupyterLab does not start; what it was told is kept."""
    labapp = pytest.importorskip("jupyterlab.labapp")
    told: list[list[str]] = []

    def launch(argv: list[str], **options: Any) -> None:
        told.append(argv)

    monkeypatch.setattr(labapp.LabApp, "launch_instance", launch)
    return told


def test_the_notebook_is_copied_into_the_folder_and_served_from_there(
    cli: Cli, launched: list[list[str]], tmp_path: Path
):
    folder = tmp_path / "mine"
    result = cli("demo", "--dir", str(folder), "--no-browser", "--port", "8899")
    assert result.exit_code == 0, result.output
    copy = folder / demo.NAME
    assert copy.read_bytes() == demo.notebook().read_bytes()
    (told,) = launched
    assert told[0] == str(copy)
    assert {"--no-browser", "--ServerApp.port=8899", f"--ServerApp.root_dir={folder}"} <= set(told)


def test_without_a_folder_it_goes_into_a_new_temporary_one(
    cli: Cli, launched: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert cli("demo").exit_code == 0
    assert Path(launched[0][0]).is_relative_to(tmp_path)
    assert "--no-browser" not in launched[0]


def test_a_notebook_that_is_there_already_is_not_written_over(
    cli: Cli, launched: list[list[str]], tmp_path: Path
):
    (tmp_path / demo.NAME).write_text("mine")
    cli("demo", "--dir", str(tmp_path))
    assert (tmp_path / demo.NAME).read_text() == "mine"


def test_without_jupyterlab_it_says_what_to_install(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(demo, "find_spec", lambda name: None)
    result = cli("demo", "--dir", str(tmp_path))
    assert result.exit_code == 2
    assert "pip install 'lineage-explorer[jupyter]'" in result.stderr


def test_an_installation_without_the_notebook_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(demo, "HERE", tmp_path / "package")
    with pytest.raises(LineageError, match="not in this installation"):
        demo.notebook()
