"""Logs of any size for benchmarks: seeded, layered, with hubs."""

from __future__ import annotations

import random
from typing import Any

from tests.benchmarks.company.estate import Dataset, estate
from tests.events import dataset, run_event


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


def warehouse(nodes: int, seed: int) -> list[dict[str, Any]]:
    """Run events of about this many nodes: a company's layers and domains, with schemas."""
    rng = random.Random(seed)
    events: list[dict[str, Any]] = []
    for number, job in enumerate(estate(round(nodes / 2.6), seed).jobs):
        if not job.inputs:
            continue
        kind = "FAIL" if rng.random() < 0.03 else "COMPLETE"
        time = f"2024-05-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00Z"
        inputs: list[dict[str, Any] | str] = [_described(one) for one in job.inputs]
        outputs: list[dict[str, Any] | str] = [_described(one) for one in job.outputs]
        events.append(
            run_event(
                job.name, inputs, outputs, run=f"r{number}", kind=kind, time=time,
                namespace=job.namespace,
            )
        )  # fmt: skip
    return events


def _described(one: Dataset) -> dict[str, Any]:
    fields = [{"name": column.name, "type": column.type} for column in one.columns]
    return dataset(one.name, one.namespace, schema={"fields": fields})
