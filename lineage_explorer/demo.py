"""The first notebook, opened in JupyterLab in a folder of its own."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from lineage_explorer.errors import LineageError, MissingExtra

NAME = "00_first_five_minutes.ipynb"
HERE = Path(__file__).parent
SETTINGS = HERE / "data" / "lab"  # JupyterLab's defaults, but no question about news


def notebook() -> Path:
    """Where the first notebook is: inside the installed package, or beside it in a checkout."""
    places = [HERE / "data" / "notebooks" / NAME, HERE.parent / "notebooks" / NAME]
    for place in places:
        if place.is_file():
            return place
    raise LineageError(
        f"the notebook {NAME} is not in this installation.",
        "reinstall it: pip install --force-reinstall --no-deps lineage-explorer",
    )


def prepare(folder: Path) -> Path:
    """Copy the notebook into the folder; one that is there already is the user's and stays."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / NAME
    if not copy.exists():
        shutil.copyfile(notebook(), copy)
    return copy


def serve(copy: Path, port: int, *, browser: bool) -> None:
    """Run JupyterLab on the notebook until it is stopped."""
    if find_spec("jupyterlab") is None:
        raise MissingExtra(
            "the demo needs JupyterLab, which is not installed.",
            "pip install 'lineage-explorer[jupyter]'",
        )
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(argv=arguments(copy, port, browser=browser))


def arguments(copy: Path, port: int, *, browser: bool) -> list[str]:
    """What JupyterLab is told: this notebook, this port, and to ask nothing of the network."""
    told = [
        str(copy),
        f"--ServerApp.root_dir={copy.parent}",
        f"--ServerApp.port={port}",
        f"--LabApp.default_url=/lab/tree/{copy.name}",  # so that the address it prints leads there
        f"--LabApp.app_settings_dir={SETTINGS}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if not browser:
        told.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # a container; it listens on localhost only
        told.append("--allow-root")
    return told
