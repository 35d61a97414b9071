"""What importing costs, and what a public name is."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import lineage_explorer as lx

HEAVY = ("anywidget", "msgspec", "networkx", "numpy", "openlineage", "polars", "pyvis", "scipy")


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout


def test_importing_the_package_loads_none_of_the_heavy_libraries():
    loaded = json.loads(
        run("import lineage_explorer, json, sys; print(json.dumps(sorted(sys.modules)))")
    )
    assert [name for name in HEAVY if name in loaded] == []


def test_the_command_line_shows_its_help_without_the_heavy_libraries():
    loaded = json.loads(
        run(
            "import json, sys\n"
            "from lineage_explorer.cli import main\n"
            "main.get_help(main.make_context('lineage-explorer', ['summary', 'x']))\n"
            "print(json.dumps(sorted(sys.modules)))"
        )
    )
    assert [name for name in HEAVY if name in loaded] == []


def test_every_public_name_can_be_loaded_and_is_listed_by_dir():
    for name in lx.__all__:
        assert getattr(lx, name) is not None
        assert name in dir(lx)


def test_a_public_name_stays_what_it_is_whichever_module_is_imported_first():
    """A module of the same name would replace the function as soon as it is imported."""
    shadowed = run(
        "import importlib, pkgutil, types, lineage_explorer as lx\n"
        "for module in pkgutil.walk_packages(lx.__path__, 'lineage_explorer.'):\n"
        "    if not module.name.endswith('__main__'):\n"
        "        importlib.import_module(module.name)\n"
        "print([n for n in lx.__all__ if isinstance(getattr(lx, n), types.ModuleType)])"
    )
    assert shadowed.strip() == "[]"


def test_a_name_that_does_not_exist_is_an_attribute_error_that_names_it():
    with pytest.raises(AttributeError, match="no_such_thing"):
        lx.no_such_thing  # noqa: B018
