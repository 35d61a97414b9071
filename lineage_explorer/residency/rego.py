"""Questions answered by a Rego policy, for those who write theirs in Rego.

The engine (the extra `rego`: regopy) runs in a process of its own, with an empty environment and
limits of time and memory, and sees only distinct questions: places, regimes, days and the
references of the policy's own transfers; never a name, SQL or a facet. Its answer has to be total:
each question once, with a known verdict. If anything is amiss, everything is undecided.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lineage_explorer.errors import MissingExtra, PolicyError
from lineage_explorer.plain import plain
from lineage_explorer.residency.facts import Facts, listed
from lineage_explorer.residency.question import VERDICTS, Decision, Question
from lineage_explorer.residency.verdict import Evaluator

SCHEMA = "residency-question/1"
LIMITS = {"cpu": 60, "memory": 2 << 30}
SECONDS = 120
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


def evaluator(folder: str | Path) -> Evaluator:
    """Answers questions by the `.rego` files in a folder; tests (`_test.rego`) are left out.

    Raises:
        MissingExtra: if regopy is not installed.
        PolicyError: if there are no such files, or they use what reaches out of the engine.
    """
    if find_spec("regopy") is None:
        hint = "pip install 'lineage-explorer[rego]'"
        raise MissingExtra("Rego needs the package regopy.", hint)
    modules = modules_of(folder)
    return lambda questions, facts: ask(modules, questions, facts)


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
    modules: Mapping[str, str], questions: Sequence[Question], facts: Facts
) -> Sequence[Decision]:
    """The answers of a policy, in the order of the questions; all undecided if anything is amiss."""
    if not questions:
        return []
    try:
        found = _run(modules, document(questions), {"residency": {"tables": tables(facts)}})
        return _total(found, len(questions))
    except (ValueError, OSError, subprocess.SubprocessError) as error:
        why = f"the Rego policy gave no answer that can be used: {plain(str(error))[:_LONGEST]}"
        return [Decision("undecided", "rego.failed", why)] * len(questions)


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


def _run(modules: Mapping[str, str], asked: Document, data: Document) -> Any:
    """What the policy says, from a process of its own.

    Raises:
        ValueError: if it says nothing that is JSON.
        subprocess.SubprocessError: if it takes too long, or ends badly.
    """
    task = {"modules": dict(modules), "data": data, "input": asked, "limits": LIMITS}
    text = json.dumps(task)
    if "\\u0000" in text:
        raise ValueError("a text with NUL in it")
    with as_file(files("lineage_explorer.residency") / "rego_child.py") as child:
        done = subprocess.run(  # noqa: S603 - our own file, with our own interpreter
            [sys.executable, "-I", str(child)],
            input=text.encode(),
            capture_output=True,
            check=True,
            timeout=SECONDS,
            env={},
        )
    return json.loads(done.stdout)


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
