"""Runs Rego policies in a process of its own: limits, the engine, one answer a task.

Started by `rego_engines` with an empty environment and `python -I`; it imports nothing of this
package. It reads one JSON document from standard input and writes one to where standard output was;
whatever a policy prints goes nowhere.
"""

import json
import os
import resource
import sys
from pathlib import Path


def main() -> None:
    """Read the tasks, set the limits, answer."""
    asked = json.load(sys.stdin)
    cpu, memory = asked["limits"]["cpu"], asked["limits"]["memory"]
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    import regopy

    # the engine reserves far more addresses than it uses, so the limit begins where it stands now
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    size = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    told = []
    for task in asked["tasks"]:
        engine = regopy.Interpreter()
        for name, text in task["modules"].items():
            engine.add_module(name, text)
        engine.add_data(asked["data"])
        engine.set_input(task["input"])
        found = engine.query("answer := data.residency.decision")
        if not found.ok() or len(found.results) != 1:
            raise ValueError(str(found)[:200])
        told.append(found.results[0].bindings["answer"])
    answer = json.dumps(told).encode()
    while answer:
        answer = answer[os.write(out, answer) :]


if __name__ == "__main__":
    main()
