"""What evaluates Rego: regopy, or the program `opa`; each in a process of its own.

Its environment is empty, its time and memory are limited, and built-ins that read the machine, the
network, the clock or chance are not there.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lineage_explorer.errors import MissingExtra, PolicyError
from lineage_explorer.plain import plain

LIMITS = {"cpu": 60, "memory": 2 << 30}
SECONDS = 120
ANSWER = "data.residency.decision"
# of what opa calls deterministic, what still has no business in a policy
_APART = (
    "http.",
    "io.",
    "net.",
    "opa.",
    "providers.",
    "rand.",
    "rego.",
    "time.now",
    "trace",
    "uuid.",
)


@dataclass(frozen=True)
class Task:
    """A policy (its files by name), and what it is asked."""

    modules: Mapping[str, str]
    input: Mapping[str, Any]


Engine = Callable[[Sequence[Task], Mapping[str, Any]], list[Any]]
"""The answers to some tasks over the same data, in their order. It raises ValueError, OSError or
`subprocess.SubprocessError` where there is none."""


def regopy() -> Engine:
    """The engine of the package regopy.

    Raises:
        MissingExtra: if it is not installed.
    """
    if find_spec("regopy") is None:
        hint = "pip install 'lineage-explorer[rego]', or name the program opa."
        raise MissingExtra("Rego needs the package regopy.", hint)
    return _regopy


def _regopy(tasks: Sequence[Task], data: Mapping[str, Any]) -> list[Any]:
    asked = [{"modules": dict(task.modules), "input": task.input} for task in tasks]
    text = _json({"tasks": asked, "data": data, "limits": LIMITS})
    told = json.loads(_told("rego_child.py", [], text))
    if not isinstance(told, list) or len(told) != len(tasks):
        raise ValueError("not every task has an answer")
    return told


def opa(binary: str | Path) -> Engine:
    """The engine that the program `opa` is."""
    program = str(Path(binary).resolve())

    def ask(tasks: Sequence[Task], data: Mapping[str, Any]) -> list[Any]:
        with tempfile.TemporaryDirectory() as folder:
            room = Path(folder)
            (room / "data.json").write_text(_json(data), "utf-8")
            (room / "able.json").write_text(_able(program), "utf-8")
            return [_opa(program, task, room, f"policy{at}") for at, task in enumerate(tasks)]

    return ask


def opa_version(binary: str | Path) -> str:
    """Which version of `opa` a program is; "of no known version" if it does not say.

    Raises:
        PolicyError: if it cannot be run.
    """
    try:
        said = _limited(str(Path(binary).resolve()), ["version"], "").decode("utf-8", "replace")
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        message = f"{plain(str(binary))} cannot be run: {plain(str(error))[:200]}"
        raise PolicyError(message, "name the program opa.") from error
    told = (line.partition(":") for line in said.splitlines())
    return next(
        (value.strip() for key, _, value in told if key == "Version"), "of no known version"
    )


def _opa(program: str, task: Task, room: Path, name: str) -> Any:
    policy = room / name
    policy.mkdir()
    for file, text in task.modules.items():
        (policy / Path(file).name).write_text(text, "utf-8")
    options = ["eval", "--format=raw", "--stdin-input", "--strict-builtin-errors",
               f"--capabilities={room / 'able.json'}", f"--data={room / 'data.json'}",
               f"--data={policy}", ANSWER]  # fmt: skip
    return json.loads(_limited(program, options, _json(task.input)))


def _limited(program: str, options: Sequence[str], text: str) -> bytes:
    limits = [str(LIMITS["cpu"]), str(LIMITS["memory"])]
    return _told("rego_limits.py", [*limits, program, *options], text)


def _able(program: str) -> str:
    """What a policy may call: all but what reaches out of the engine."""
    every = json.loads(_limited(program, ["capabilities", "--current"], ""))
    every["builtins"] = [
        one
        for one in every["builtins"]
        if not one.get("nondeterministic") and not one["name"].startswith(_APART)
    ]
    return json.dumps({**every, "allow_net": []})


def _json(value: Any) -> str:
    """The text of a value.

    Raises:
        ValueError: if there is a NUL in it, at which regopy would cut a text.
    """
    text = json.dumps(value)
    if "\\u0000" in text:
        raise ValueError("a text with NUL in it")
    return text


def _told(script: str, arguments: Sequence[str], text: str) -> bytes:
    """What one of the scripts beside this one says, with nothing in its environment.

    Raises:
        ValueError: if it ends badly, with what it says of it.
        subprocess.SubprocessError: if it takes too long.
    """
    with as_file(files("lineage_explorer.residency") / script) as path:
        done = subprocess.run(  # noqa: S603 - our own file, with our own interpreter
            [sys.executable, "-I", str(path), *arguments],
            input=text.encode(), capture_output=True, check=False, timeout=SECONDS, env={},
        )  # fmt: skip
    if done.returncode < 0:
        raise ValueError("it was stopped: it wanted too much time or memory")
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        fatal = [line for line in said if line.startswith("fatal error")]
        raise ValueError([f"it ended with {done.returncode}", *said[-1:], *fatal][-1])
    return done.stdout
