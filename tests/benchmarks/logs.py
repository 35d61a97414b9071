"""Logs of any size for benchmarks: seeded, layered, with hubs."""

from __future__ import annotations

import random
from typing import Any

from tests.events import run_event


def layered(nodes: int, seed: int) -> list[dict[str, Any]]:
    """Run events of about this many nodes: jobs that read one to four earlier datasets."""
    rng = random.Random(seed)
    datasets = ["d0", "d1", "d2"]
    events: list[dict[str, Any]] = []
    while len(datasets) + len(events) < nodes:
        near = datasets[-40:] if rng.random() < 0.85 else datasets[: max(3, len(datasets) // 50)]
        inputs: list[dict[str, Any] | str] = list(
            rng.sample(near, min(len(near), rng.choice([1, 1, 2, 2, 3, 4])))
        )
        output = f"d{len(datasets)}"
        number = len(events)
        kind = "FAIL" if rng.random() < 0.03 else "COMPLETE"
        time = f"2024-05-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00Z"
        events.append(
            run_event(
                f"jobs.load_{output}", inputs, [output], run=f"r{number}", kind=kind, time=time
            )
        )
        datasets.append(output)
    return events
