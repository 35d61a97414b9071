"""The jobs no region owns: averaging the updates, and what analysts take. `python shared.py JOB`."""

from __future__ import annotations

import sys

import names
import numpy as np
import store
from events import From, run

REGIONS = ("eu", "apac")


def aggregate() -> None:
    """Average the regions' weights, each by its number of cards (federated averaging)."""
    with run(
        "aggregate", "The regions' weights averaged by their numbers of cards.", "fraud-team"
    ) as told:
        updates = []
        for region in REGIONS:
            told.read(names.update(region))
            updates.append(store.get_json(names.update(region)))
        counts = np.array([update["cards"] for update in updates])
        model = {"columns": updates[0]["columns"], "cards": int(counts.sum())}
        for part in ("coefficients", "intercept", "mean", "scale"):
            values = np.array([update[part] for update in updates])
            model[part] = np.average(values, axis=0, weights=counts).round(6).tolist()
        told.wrote(names.GLOBAL_MODEL, store.put_json(names.GLOBAL_MODEL, model), kind="MODEL")


def count_frauds() -> None:
    """How many payments there are of each score: figures, nobody's rows."""
    with run(
        "count_frauds", "Suspicious payments of the EU, counted by score.", "analytics-team"
    ) as told:
        seen = store.read(names.scores("eu"))
        told.read(names.scores("eu"), seen)
        counts = (
            seen.assign(band=(seen["score"] * 10).astype(int))
            .groupby("band", as_index=False)
            .agg(payments=("payment_id", "size"))
        )
        size = store.write(names.COUNTS, counts)
        columns = {
            "band": [From(names.scores("eu"), "score", "INDIRECT", "GROUP_BY")],
            "payments": [From(names.scores("eu"), "payment_id", how="AGGREGATION", masking=True)],
        }
        told.wrote(names.COUNTS, size, counts, columns)


def copy_for_review() -> None:
    """An analyst needs the rows behind the counts, and copies them as they are."""
    with run("copy_for_review", "Transactions for a review.", "analytics-team") as told:
        seen = store.read(names.transactions("eu"))
        told.read(names.transactions("eu"), seen)
        size = store.write(names.COPIED, seen)
        columns = {column: [From(names.transactions("eu"), column)] for column in seen}
        told.wrote(names.COPIED, size, seen, columns)


JOBS = {job.__name__: job for job in (aggregate, count_frauds, copy_for_review)}

if __name__ == "__main__":
    JOBS[sys.argv[1]]()
