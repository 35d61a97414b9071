"""The package as it is shipped: built once, and installed in an environment of its own."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest


def run(*command: str | Path, cwd: Path | None = None, text: str | None = None) -> str:
    """What the command prints; a failure shows all it said."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive, and the wheel made from that archive."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, root)
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    """The wheel."""
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def installed(wheel: Path, root: Path) -> Path:
    """The `bin` folder of an environment that holds the wheel and what it asks for, no more.

    The environment is kept in build/ for the next time, as long as the wheel asks for the same.
    """
    with ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        asked = [
            line
            for line in archive.read(name).decode().splitlines()
            if line.startswith("Requires-Dist")
        ]
    lock = root / "requirements-lock.txt"
    key = hashlib.sha256("\n".join([*asked, lock.read_text(), sys.version]).encode()).hexdigest()
    folder = root / "build" / f"wheel-{key[:12]}"
    python = folder / "bin" / "python"
    whole = folder / "whole"
    pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    if whole.exists():
        run(*pip, "--no-deps", "--force-reinstall", wheel)
    else:
        venv.create(folder, with_pip=True, clear=True)
        run(*pip, "--retries", "10", "--timeout", "60", "-c", lock, wheel)
        whole.touch()
    return folder / "bin"
