"""Runs a Rego policy in a process of its own: limits first, then the engine, then one answer.

Started by `rego` with an empty environment and `python -I`; it imports nothing of this package. It
reads one JSON document from standard input and writes one to where standard output was; whatever
the policy prints goes nowhere.
"""

import json
import os
import resource
import sys


def main() -> None:
    """Read the task, set the limits, answer."""
    task = json.load(sys.stdin)
    limits = task["limits"]
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu"], limits["cpu"]))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    import regopy

    engine = regopy.Interpreter()
    for name, text in task["modules"].items():
        engine.add_module(name, text)
    engine.add_data(task["data"])
    engine.set_input(task["input"])
    found = engine.query("answer := data.residency.decision")
    if not found.ok() or len(found.results) != 1:
        raise ValueError(str(found)[:200])
    answer = json.dumps(found.results[0].bindings["answer"]).encode()
    while answer:
        answer = answer[os.write(out, answer) :]


main()
