"""A few cases that several tests look at, each made once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from lineage_explorer.training.calm import clean, outside
from lineage_explorer.training.faults import KINDS, Case, case
from lineage_explorer.training.parts import Size
from lineage_explorer.training.world import World, world

SMALL = Size(sources=4, staging=4, core=3, marts=3, features=2, models=1, exports=2, days=9)


@cache
def small(seed: int) -> World:
    """A small company."""
    return world(seed, SMALL)


@cache
def faulty(kind: str, seed: int) -> Case:
    """The case of a kind and a seed."""
    return case(kind, seed)


@dataclass
class Told:
    """What the events of a case name."""

    nodes: set[str] = field(default_factory=set)
    states: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Of each run, by its last event: its job's node id, and its type."""
    events: dict[str, list[int]] = field(default_factory=dict)
    feeds: dict[str, set[str]] = field(default_factory=dict)
    """By dataset or job: what it is made from."""

    def above(self, node: str) -> set[str]:
        """All that a node is made from, and itself."""
        found: set[str] = set()
        pending = [node]
        while pending:
            one = pending.pop()
            if one not in found:
                found.add(one)
                pending += self.feeds.get(one, ())
        return found


@cache
def told(kind: str, seed: int) -> Told:
    """What the events of a case name, read without the library."""
    found = Told()
    for number, event in enumerate(faulty(kind, seed).world.stream()):
        job = f"job:{event['job']['namespace']}:{event['job']['name']}"
        run = event["run"]["runId"]
        inputs, outputs = (
            {f"dataset:{one['namespace']}:{one['name']}" for one in event[side]}
            for side in ("inputs", "outputs")
        )
        found.nodes |= {job, *inputs, *outputs}
        found.states[run] = job, event["eventType"]
        found.events.setdefault(run, []).append(number)
        found.feeds.setdefault(job, set()).update(inputs)
        for one in outputs:
            found.feeds.setdefault(one, set()).add(job)
    return found


@cache
def calm(seed: int) -> Case:
    """A case in which nothing is wrong."""
    return clean(seed)


@cache
def beyond(seed: int) -> Case:
    """A case whose cause is not in the log."""
    return outside(seed)


EVERY = [(kind, 1) for kind in KINDS] + [("dropped column", 2), ("wrong filter", 2)]
