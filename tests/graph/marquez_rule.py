"""Marquez's answer to the same question, by its rule as its source states it.

`GET /api/v1/runlineage/upstream?runId=&depth=` goes from a run to the versions of the datasets it
read, to the runs that made these versions, and so on. A new version of a dataset is made by each
run that writes it, when an event that names it as an output arrives; what is read is the version
that is current when the event that names it as an input arrives (Marquez 0.51: Utils.java for
versions, LineageDao for the query; MQ#2658, MQ#2733). This is not the real server, which cannot be
had here, but that rule written down a second time; so it can be wrong where the rule is read wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Link = tuple[str, str, str]
"""Reading run, dataset, the run that made what it read."""


def links(events: Iterable[Mapping[str, Any]], named: Mapping[str, str]) -> set[Link]:
    """Who read what of whom, events taken as they arrive; `named` gives a dataset's node id."""
    current: dict[str, str] = {}
    found: set[Link] = set()
    for event in events:
        run = event.get("run", {}).get("runId")
        if run is None:
            continue
        for one in event.get("inputs") or []:
            dataset = named[f"dataset:{one['namespace']}:{one['name']}"]
            if dataset in current:
                found.add((run, dataset, current[dataset]))
        for one in event.get("outputs") or []:
            current[named[f"dataset:{one['namespace']}:{one['name']}"]] = run
    return found


def upstream(found: Iterable[Link], run: str, depth: int = 1_000) -> set[tuple[str, str]]:
    """(run, dataset) upstream of a run; one that reads its own output stops there."""
    by_reader: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for reader, dataset, writer in found:
        if reader != writer:
            by_reader[reader].add((writer, dataset))
    reached: set[tuple[str, str]] = set()
    rows, seen = {run}, {run}
    for _ in range(depth):
        new = {pair for reader in rows for pair in by_reader[reader]} - reached
        reached |= new
        rows = {writer for writer, _ in new} - seen
        seen |= rows
        if not rows:
            break
    return reached
