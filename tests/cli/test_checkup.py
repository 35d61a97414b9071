"""`doctor`: what it looks at, and the one fix for each gap."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import lineage_explorer as lx
from lineage_explorer import checkup
from tests.cli.conftest import Cli

STATES = {"ok", "note", "FAIL"}


def failing() -> list[checkup.Finding]:
    return [finding for finding in checkup.checkup().findings if finding.state == "FAIL"]


def test_a_whole_installation_is_well(cli: Cli):
    result = cli("doctor")
    assert result.exit_code == 0, result.stdout
    assert {line.split()[0] for line in result.stdout.splitlines()} <= {*STATES, "fix:"}


def test_it_names_the_versions_that_matter():
    text = lx.doctor()
    for name in ("Python", "polars", "anywidget", "jupyterlab", "ipywidgets"):
        assert name in text


def test_as_json_it_is_a_list_of_findings(cli: Cli):
    findings = json.loads(cli("doctor", "--json").stdout)
    assert {finding["state"] for finding in findings} <= STATES


def test_a_missing_bundle_fails_with_a_fix(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(checkup, "STATIC", tmp_path)
    (bad,) = failing()
    assert "widget.js" in bad.text
    assert "pip install" in bad.fix
    assert cli("doctor").exit_code == 1


def test_an_extension_that_the_server_does_not_find_fails_and_names_its_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    programs = tmp_path / "other" / "bin"
    programs.mkdir(parents=True)
    for name in ("jupyter-lab", "python"):
        (programs / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(programs))
    bad = failing()
    assert [finding.text.split()[2] for finding in bad] == [
        "anywidget",
        "@jupyter-widgets/jupyterlab-manager",
    ]
    assert all(str(programs / "python") in finding.fix for finding in bad)


def test_without_jupyterlab_it_is_a_note_not_a_failure(monkeypatch: pytest.MonkeyPatch):
    real = checkup.installed
    monkeypatch.setattr(checkup, "installed", lambda n: "" if n == "jupyterlab" else real(n))
    monkeypatch.setenv("PATH", "")
    found = checkup.checkup()
    assert found.well
    assert [finding.fix for finding in found.findings if finding.state == "note"] == [
        "pip install 'lineage-explorer[jupyter]'"
    ]


def test_a_sample_that_cannot_be_read_fails(monkeypatch: pytest.MonkeyPatch):
    def broken(name: str) -> lx.Lineage:
        raise lx.SourceError("it is empty")

    monkeypatch.setattr(lx, "sample", broken)
    monkeypatch.setattr(lx, "samples", lambda: ["one"])
    (bad,) = failing()
    assert "one" in bad.text
    assert bad.fix


def test_every_failure_and_note_has_one_fix():
    assert all(f.fix or f.state == "ok" for f in checkup.checkup().findings)
