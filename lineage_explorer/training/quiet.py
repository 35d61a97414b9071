"""What goes on in a sound company: changes without harm."""

from __future__ import annotations

import random

from lineage_explorer.training.parts import Company, Edit, Job

_UPGRADES = {"airflow": "3.0.7", "dbt": "1.10.5", "spark": "3.5.5"}


def quiet(made: Company, days: int, rng: random.Random) -> tuple[Edit, ...]:
    """Deployments, columns added, retries and late runs, all over the days."""
    edits: list[Edit] = []
    for job in made.jobs.values():
        edits += _deployments(job, days, rng)
        if rng.random() < 0.35:
            edits.append(once(job, rng.randrange(days), ("retried", True)))
        if rng.random() < 0.3:
            edits.append(once(job, rng.randrange(days), ("delay", rng.uniform(0.05, 0.2))))
    for integration, version in _UPGRADES.items():
        if rng.random() < 0.7:
            at = rng.uniform(1, days)
            edits += [
                Edit(job.key, at * 24, (("engine", version),))
                for job in made.jobs.values()
                if job.integration == integration
            ]
    return tuple(edits)


def once(job: Job, day: int, *values: tuple[str, object]) -> Edit:
    """For the run of a job on one day only."""
    begin = day * 24 + job.at - 0.01
    return Edit(job.key, begin, values, until=begin + min(job.every, 24) - 0.5)


def _deployments(job: Job, days: int, rng: random.Random) -> list[Edit]:
    """About one in ten days: another code version, and at times other words in its SQL."""
    found = []
    for day in range(days):
        if rng.random() < 0.08:
            at = day * 24 - rng.uniform(2, 12)
            values: list[tuple[str, object]] = [("build", day + 1)]
            if rng.random() < 0.5:
                values.append(("style", rng.randrange(1, 4)))
            if job.parameters and rng.random() < 0.3:
                name, value = job.parameters[-1]
                values.append(("parameters", (*job.parameters[:-1], (name, _other(value)))))
            found.append(Edit(job.key, at, tuple(values)))
    return found


def _other(value: str) -> str:
    number = float(value)
    return str(int(number * 2)) if number.is_integer() else str(round(number * 0.9, 3))
