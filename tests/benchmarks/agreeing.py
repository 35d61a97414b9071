"""How often regopy and opa answer the shipped Rego policy otherwise than the rules of the package.

python -m tests.benchmarks.agreeing [questions]     (20,000 if none)

Questions made by chance from a seed, 500 at a time, each engine asked plainly: none of the checks
that would make a wrong answer undecided is between.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from random import Random
from time import perf_counter

from lineage_explorer.residency import rego
from lineage_explorer.residency.question import Decision, Question, decide
from lineage_explorer.residency.rego_engines import Engine, Task, opa, regopy
from tests.residency.questions import FACTS, made

BATCH = 500
BUILT = Path(__file__).parents[2] / "build/go/bin/opa"


def asked(engine: Engine, questions: list[Question]) -> list[tuple[str, str]]:
    """Verdict and rule of each, as the engine says."""
    tables = {"residency": {"tables": rego.tables(FACTS)}}
    modules = rego.modules_of(rego.shipped())
    found: list[tuple[str, str]] = []
    for at in range(0, len(questions), BATCH):
        batch = questions[at : at + BATCH]
        (told,) = engine([Task(modules, rego.document(batch))], tables)
        found += [(told[f"q{n}"]["verdict"], told[f"q{n}"]["rule"]) for n in range(len(batch))]
    return found


def main() -> None:
    """Ask, count, print."""
    random = Random(7)
    questions = [made(random) for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)]
    start = perf_counter()
    right: list[Decision] = [decide(question, FACTS) for question in questions]
    print(
        f"{'rules of the package':24} {len(questions):7,} questions {perf_counter() - start:7.2f} s"
    )
    print(f"{'':24} {len({one.rule for one in right}):7,} rules met")
    program = shutil.which("opa") or (str(BUILT) if BUILT.exists() else None)
    for name, engine in (("regopy", regopy()), ("opa", opa(program) if program else None)):
        if engine is None:
            print(f"{name:24} not here: `make opa` builds it")
            continue
        start = perf_counter()
        told = asked(engine, questions)
        wrong = sum(one != (r.verdict, r.rule) for one, r in zip(told, right, strict=True))
        print(f"{name:24} {wrong:7,} differences {perf_counter() - start:7.2f} s")


if __name__ == "__main__":
    main()
