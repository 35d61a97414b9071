"""Questions answered by a Rego policy, for those who write theirs in Rego.

The engine runs in a process of its own (`rego_engines`) and sees only distinct questions: places,
regimes, days and the references of the policy's own transfers; never a name, SQL or a facet. What
it says is believed only if all of this holds, else everything is undecided and the reason says why:

- every question has exactly one answer, with a verdict that is known;
- asked again in the opposite order, it answers the same;
- the policy that comes with the package, asked beside it by the same engine, answers a set of known
  questions as the rules of this package do (`rego_canaries`).

The policy that comes with the package is held to the rules of this package in every answer.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from lineage_explorer.errors import PolicyError
from lineage_explorer.plain import plain
from lineage_explorer.residency.facts import Facts, listed
from lineage_explorer.residency.question import VERDICTS, Decision, Question, decide
from lineage_explorer.residency.rego_canaries import canaries
from lineage_explorer.residency.rego_engines import Engine, Task, opa, opa_version, regopy

SCHEMA = "residency-question/1"
_LONGEST = 200
# built-ins that read the machine, the network, the clock or chance
_CALLS = re.compile(
    r"\b(?:opa\s*\.\s*runtime|http\s*\.|net\s*\.|rego\s*\.(?!\s*v1\b)|rand\s*\.|uuid\s*\."
    r"|time\s*\.\s*now_ns|io\s*\.\s*jwt|providers\s*\.|trace\s*\()"
)

Document = dict[str, Any]


def shipped() -> Path:
    """The folder of the policy that comes with the package: the rules of `question` in Rego."""
    with as_file(files("lineage_explorer.residency") / "opa") as folder:
        return folder


@dataclass(frozen=True, eq=False)
class Asked:
    """Answers questions by a Rego policy; an `Evaluator`.

    Attributes:
        modules: its files by name, tests left out.
        engine: what evaluates them.
        program: what that is called, and its version, as regopy 1.5.2.
    """

    modules: Mapping[str, str]
    engine: Engine
    program: str

    def __call__(self, questions: Sequence[Question], facts: Facts) -> Sequence[Decision]:
        """The answers, in the order of the questions."""
        return ask(self.modules, questions, facts, self.engine)


def evaluator(folder: str | Path, binary: str | Path | None = None) -> Asked:
    """Answers questions by the `.rego` files in a folder; tests (`_test.rego`) are left out.

    Args:
        folder: where the policy is.
        binary: the `opa` program to ask; the package regopy is asked if none is given.

    Raises:
        MissingExtra: if regopy is to be asked and is not installed.
        PolicyError: if there are no such files, or they use what reaches out of the engine.
    """
    modules = modules_of(folder)
    if binary is None:
        return Asked(modules, regopy(), f"regopy {version('regopy')}")
    return Asked(modules, opa(binary), f"opa {opa_version(binary)}")


def modules_of(folder: str | Path) -> dict[str, str]:
    """The policies of a folder, by name.

    Raises:
        PolicyError: if there are none, or one uses a banned built-in.
    """
    found = {
        path.name: path.read_text("utf-8")
        for path in sorted(Path(folder).glob("*.rego"))
        if not path.name.endswith("_test.rego")
    }
    if not found:
        raise PolicyError(f"there is no .rego file in {plain(str(folder))}.", "name its folder.")
    for name, text in found.items():
        called = _CALLS.search(text)
        if called or "\0" in text:
            what = called[0] if called else "NUL"
            line = text[: called.start() if called else text.index("\0")].count("\n") + 1
            message = f"{plain(name)}:{line}: {plain(what)} is not allowed in a policy."
            raise PolicyError(message, "it may only look at its input and data.", line)
    return found


def ask(
    modules: Mapping[str, str], questions: Sequence[Question], facts: Facts, engine: Engine
) -> Sequence[Decision]:
    """The answers of a policy, in the order of the questions; all undecided if anything is amiss."""
    if not questions:
        return []
    try:
        return _believed(modules, questions, facts, engine)
    except (ValueError, OSError, subprocess.SubprocessError) as error:
        why = f"the Rego policy gave no answer that can be used: {plain(str(error))[:_LONGEST]}"
        return [Decision("undecided", "rego.failed", why)] * len(questions)


def _believed(
    modules: Mapping[str, str], questions: Sequence[Question], facts: Facts, engine: Engine
) -> Sequence[Decision]:
    """The answers, if they can be believed.

    Raises:
        ValueError: if not.
    """
    ours = modules_of(shipped())
    known = canaries(facts)
    tasks = [
        Task(modules, document(questions)),
        Task(modules, document(questions[::-1])),
        Task(ours, document(known)),
    ]
    told, again, canary = engine(tasks, {"residency": {"tables": tables(facts)}})
    answers = _total(told, len(questions))
    if answers != _total(again, len(questions))[::-1]:
        raise ValueError("asked in another order, it answers otherwise")
    _agreeing(known, _total(canary, len(known)), facts)
    if dict(modules) == ours:
        _agreeing(questions, answers, facts)
    return answers


def _agreeing(questions: Sequence[Question], answers: Sequence[Decision], facts: Facts) -> None:
    """Nothing, if these are the answers of this package's own rules.

    Raises:
        ValueError: if not.
    """
    for question, told in zip(questions, answers, strict=True):
        right = decide(question, facts)
        if (told.verdict, told.rule) != (right.verdict, right.rule):
            raise ValueError(
                "the engine cannot be trusted: of the policy that comes with the package it makes "
                f"{told.rule}, where the rules say {right.rule}"
            )


def document(questions: Sequence[Question]) -> Document:
    """The input document: the questions, numbered."""
    numbered = [
        {"id": f"q{number}", **question.document()} for number, question in enumerate(questions)
    ]
    return {"schema": SCHEMA, "questions": numbered}


def tables(facts: Facts) -> Document:
    """The tables a policy may look at, as `data.residency.tables`."""
    groups: Document = {}
    for row in facts.tables["groups"]:
        groups.setdefault(row["group"], []).append(
            {"countries": list(listed(row["countries"])), **_days(row)}
        )
    transfers: Document = {}
    for row in facts.tables["transfers"]:
        kept = {"destination": row["destination"], "kind": row["kind"], **_days(row)}
        transfers.setdefault(row["regime"], []).append(kept)
    regimes = {
        name: {"countries": list(listed(row["countries"])), "rule": row["default_rule"]}
        for name, row in facts.regimes.items()
    }
    return {"groups": groups, "regimes": regimes, "transfers": transfers}


def _days(row: Mapping[str, str]) -> dict[str, str]:
    return {key: row[key] for key in ("valid_from", "valid_to")}


def _total(found: Any, count: int) -> list[Decision]:
    """The answers, if there is exactly one for each question.

    Raises:
        ValueError: if there is not.
    """
    wanted = {f"q{number}" for number in range(count)}
    if not isinstance(found, dict) or set(found) != wanted:
        raise ValueError("not every question has exactly one answer")
    answers = []
    for number in range(count):
        one = found[f"q{number}"]
        if not isinstance(one, dict) or set(one) != {"verdict", "rule", "reason"}:
            raise ValueError("an answer is not verdict, rule and reason")
        if one["verdict"] not in VERDICTS or not all(
            isinstance(text, str) for text in one.values()
        ):
            raise ValueError("an answer has no verdict that is known")
        answers.append(Decision(one["verdict"], one["rule"][:_LONGEST], one["reason"][:_LONGEST]))
    return answers
