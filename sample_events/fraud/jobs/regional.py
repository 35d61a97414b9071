"""The jobs of one region: ingest, features, train, deploy, score. `python regional.py JOB`."""

from __future__ import annotations

import hashlib
import json
import os
import sys

import mlflow
import names
import numpy as np
import pandas as pd
import store
from events import From, run
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

USED = ["payments", "mean_amount", "max_amount", "night_share", "abroad_share"]


def ingest() -> None:
    """Join the night's payments with the customers."""
    with run(
        "ingest", "Payments of the night, joined with their customers.", "payments-team"
    ) as told:
        payments, customers = store.read(names.payments()), store.read(names.customers())
        told.read(names.payments(), payments)
        told.read(names.customers(), customers)
        joined = payments.merge(customers, on="customer_id")
        size = store.write(names.transactions(), joined)
        made = {
            column: [
                From(names.payments() if column in payments else names.customers(), column),
                From(names.payments(), "customer_id", "INDIRECT", "JOIN"),
                From(names.customers(), "customer_id", "INDIRECT", "JOIN"),
            ]
            for column in joined
        }
        told.wrote(names.transactions(), size, joined, made, {"pii": "true"})


def build_features() -> None:
    """One row a card; the card's number only as a hash."""
    with run(
        "build_features", "What a card did in the last days, card numbers hashed.", "fraud-team"
    ) as told:
        seen = store.read(names.transactions())
        told.read(names.transactions(), seen)
        cards = seen.assign(
            card_hash=[
                hashlib.sha256(card.encode()).hexdigest()[:16] for card in seen["card_number"]
            ],
            night=seen["hour"].lt(6),
            abroad=seen["merchant_country"].ne(seen["country"]),
        ).groupby("card_hash", as_index=False)
        made = cards.agg(
            payments=("amount", "size"),
            mean_amount=("amount", "mean"),
            max_amount=("amount", "max"),
            night_share=("night", "mean"),
            abroad_share=("abroad", "mean"),
            fraud=("fraud", "max"),
        )
        size = store.write(names.features(), made)
        source = names.transactions()
        grouped = From(source, "card_number", "INDIRECT", "GROUP_BY", masking=True)
        columns = {
            "card_hash": [From(source, "card_number", how="TRANSFORMATION", masking=True)],
            "payments": [From(source, "amount", how="AGGREGATION", masking=True), grouped],
            "mean_amount": [From(source, "amount", how="AGGREGATION"), grouped],
            "max_amount": [From(source, "amount", how="AGGREGATION"), grouped],
            "night_share": [From(source, "hour", how="AGGREGATION"), grouped],
            "abroad_share": [
                From(source, "merchant_country", how="AGGREGATION"),
                From(source, "country", how="AGGREGATION"),
                grouped,
            ],
            "fraud": [From(source, "fraud", how="AGGREGATION"), grouped],
        }
        told.wrote(names.features(), size, made, columns, kind="FEATURE_VIEW")


def dump_for_debugging() -> None:
    """Somebody's shortcut: yesterday's rows in a bucket nobody has a place for."""
    with run("dump_for_debugging", "A sample of transactions to look at.", "fraud-team") as told:
        seen = store.read(names.transactions())
        told.read(names.transactions(), seen)
        part = seen.head(50)
        size = store.write(names.SCRATCH, part)
        columns = {column: [From(names.transactions(), column)] for column in part}
        told.wrote(names.SCRATCH, size, part, columns)


def train() -> None:
    """Fit on the region's own cards; what leaves are weights, logged to MLflow too."""
    with run(
        "train", "A model of this region's cards; its weights are the update.", "fraud-team"
    ) as told:
        cards = store.read(names.features())
        told.read(names.features(), cards)
        scaled = StandardScaler().fit(cards[USED])
        chances = LogisticRegression(max_iter=500).fit(
            scaled.transform(cards[USED]), cards["fraud"]
        )
        auc = float(
            roc_auc_score(
                cards["fraud"], chances.predict_proba(scaled.transform(cards[USED]))[:, 1]
            )
        )
        weights = {
            "columns": USED,
            "coefficients": chances.coef_[0].round(6).tolist(),
            "intercept": round(float(chances.intercept_[0]), 6),
            "mean": scaled.mean_.round(6).tolist(),
            "scale": scaled.scale_.round(6).tolist(),
            "cards": len(cards),
        }
        experiment = f"fraud-{names.PLATFORM}"
        if mlflow.get_experiment_by_name(experiment) is None:
            mlflow.create_experiment(experiment, f"{names.bucket('models')}/mlflow")
        mlflow.set_experiment(experiment)
        with mlflow.start_run(run_name="train"):
            mlflow.log_params({"model": "logistic regression", "cards": len(cards)})
            mlflow.log_metric("auc", auc)
            mlflow.log_dict(weights, "weights.json")
        told.wrote(names.update(), store.put_json(names.update(), weights), kind="MODEL_UPDATE")


def deploy() -> None:
    """Put the averaged model where this region serves it."""
    with run(
        "deploy", "The global model, copied to this region's serving bucket.", "fraud-team"
    ) as told:
        told.read(names.GLOBAL_MODEL)
        model = store.get(names.GLOBAL_MODEL)
        told.wrote(names.serving(), store.put(names.serving(), model), kind="MODEL")


def score() -> None:
    """Judge today's payments with the deployed model."""
    with run(
        "score", "How likely each payment is a fraud, by the deployed model.", "fraud-team"
    ) as told:
        model = store.get_json(names.serving())
        seen = store.read(names.transactions())
        told.read(names.serving())
        told.read(names.transactions(), seen)
        cards = seen.groupby("card_number").agg(
            payments=("amount", "size"),
            mean_amount=("amount", "mean"),
            max_amount=("amount", "max"),
        )
        cards["night_share"] = seen["hour"].lt(6).groupby(seen["card_number"]).mean()
        abroad = seen["merchant_country"].ne(seen["country"])
        cards["abroad_share"] = abroad.groupby(seen["card_number"]).mean()
        centred = (cards[model["columns"]] - model["mean"]) / model["scale"]
        logit = centred.to_numpy() @ np.array(model["coefficients"]) + model["intercept"]
        chance = pd.Series(1 / (1 + np.exp(-logit)), index=cards.index, name="score").round(4)
        made = seen[["payment_id", "card_number"]].join(chance, on="card_number")[
            ["payment_id", "score"]
        ]
        size = store.write(names.scores(), made)
        source = names.transactions()
        columns = {
            "payment_id": [From(source, "payment_id")],
            "score": [
                From(source, column, how="TRANSFORMATION")
                for column in ("amount", "hour", "merchant_country", "country")
            ],
        }
        told.wrote(names.scores(), size, made, columns)


JOBS = {
    job.__name__: job for job in (ingest, build_features, dump_for_debugging, train, deploy, score)
}

if __name__ == "__main__":
    mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
    JOBS[sys.argv[1]]()
    print(json.dumps({"platform": names.PLATFORM, "job": sys.argv[1]}))
