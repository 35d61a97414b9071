"""Does this installation have what the view needs? One line for each part, one fix for each gap."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from lineage_explorer import __version__
from lineage_explorer.plain import plain

NEEDED = ("polars", "networkx", "anywidget", "ipywidgets")
BUNDLE = ("widget.js", "widget.css", "standalone.js")
STATIC = Path(__file__).parent / "view" / "static"
REINSTALL = "pip install --force-reinstall --no-deps lineage-explorer"
JUPYTER = "pip install 'lineage-explorer[jupyter]'"

State = Literal["ok", "note", "FAIL"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at: how it is, and the one thing to do where it is not well."""

    state: State
    text: str
    fix: str = ""

    def __str__(self) -> str:
        line = f"{self.state:<4}  {plain(self.text)}"
        return f"{line}\n      fix: {self.fix}" if self.fix else line


@dataclass(frozen=True)
class Checkup:
    """Everything looked at, in order."""

    findings: tuple[Finding, ...]

    @property
    def well(self) -> bool:
        """Whether nothing failed; a note is no failure."""
        return all(finding.state != "FAIL" for finding in self.findings)

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings))


def doctor() -> str:
    """What this installation has and misses, as text, with one fix for each gap."""
    return str(checkup())


def checkup() -> Checkup:
    """Look at everything the notebook view needs."""
    return Checkup((*versions(), *server(), *bundle(), *samples()))


def versions() -> Iterator[Finding]:
    """Python, and the packages that have to be there."""
    yield Finding("ok", f"Python {platform.python_version()} at {sys.executable}")
    yield Finding("ok", f"lineage-explorer {__version__} at {Path(__file__).parent}")
    for name in NEEDED:
        found = installed(name)
        if found:
            yield Finding("ok", f"{name} {found}")
        else:
            yield Finding("FAIL", f"{name} is not installed", f"pip install {name}")


def server() -> Iterator[Finding]:
    """JupyterLab, and the two browser extensions without which a widget cannot be drawn.

    They must be where the *server* looks, which may run in another environment than the kernel;
    the server meant here is the `jupyter-lab` that the command line would start.
    """
    command = shutil.which("jupyter-lab")
    found = installed("jupyterlab")
    if not found and not command:
        yield Finding("note", "JupyterLab is not installed; `demo` and the view need it", JUPYTER)
        return
    where = f"started by {command}" if command else "of this environment"
    yield Finding("ok", f"jupyterlab {found or '(in another environment)'}, {where}")
    folders = extension_folders(command)
    for extension, package in (
        ("anywidget", "anywidget"),
        ("@jupyter-widgets/jupyterlab-manager", "ipywidgets"),
    ):
        at = next((f for f in folders if (f / extension / "package.json").is_file()), None)
        if at:
            yield Finding("ok", f"JupyterLab extension {extension} in {at}")
        else:
            looked = ", ".join(map(str, folders))
            python = server_python(command)
            fix = f"{python} -m pip install --force-reinstall {package}, then restart JupyterLab"
            yield Finding("FAIL", f"JupyterLab extension {extension} is not in {looked}", fix)


def bundle() -> Iterator[Finding]:
    """The browser side, built into the package."""
    gone = [name for name in BUNDLE if not _holds_something(STATIC / name)]
    if gone:
        yield Finding("FAIL", f"the view's files are missing: {', '.join(gone)}", REINSTALL)
    else:
        yield Finding("ok", "the view's files are in the package")


def samples() -> Iterator[Finding]:
    """The logs that come with the package can be read."""
    import lineage_explorer as lx

    names = lx.samples()
    if not names:
        yield Finding("FAIL", "there are no samples in the package", REINSTALL)
    for name in names:
        try:
            events = lx.sample(name).summary().events
        except (lx.LineageError, OSError) as error:
            yield Finding("FAIL", f"sample {name}: {error}", REINSTALL)
        else:
            yield Finding("ok", f"sample {name}: {events} events")


def installed(name: str) -> str:
    """The version of an installed distribution, or an empty text."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def extension_folders(command: str | None) -> list[Path]:
    """Where the Jupyter server looks for browser extensions, nearest first."""
    prefix = Path(command).resolve().parent.parent if command else Path(sys.prefix)
    if prefix != Path(sys.prefix).resolve() and prefix != Path(sys.prefix):
        return [prefix / "share" / "jupyter" / "labextensions"]
    return _of_this_environment()


def server_python(command: str | None) -> str:
    """The Python whose pip reaches the server's environment."""
    if command:
        beside = Path(command).parent / "python"
        if beside.exists():
            return str(beside)
    return sys.executable


def _of_this_environment() -> list[Path]:
    own = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
    find: Callable[..., list[str]]
    try:
        from jupyter_core.paths import jupyter_path as find
    except ImportError:
        return [own]
    return [Path(folder) for folder in find("labextensions")]


def _holds_something(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0
