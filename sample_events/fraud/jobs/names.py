"""Where the platform keeps what: a region's buckets and the shared ones."""

from __future__ import annotations

import os

from events import Dataset

PLATFORM = os.environ.get("PLATFORM", "eu")


def bucket(kind: str, platform: str = PLATFORM) -> str:
    """A region's bucket of a kind, as `s3://acme-lake-eu`."""
    return f"s3://acme-{kind}-{platform}"


def payments(platform: str = PLATFORM) -> Dataset:
    """What the payment service exports each night."""
    return bucket("landing", platform), "payments"


def customers(platform: str = PLATFORM) -> Dataset:
    """The customer master of the region."""
    return bucket("landing", platform), "customers"


def transactions(platform: str = PLATFORM) -> Dataset:
    """Payments joined with their customers."""
    return bucket("lake", platform), "transactions"


def features(platform: str = PLATFORM) -> Dataset:
    """The region's feature store."""
    return bucket("features", platform), "card_features"


def update(platform: str = PLATFORM) -> Dataset:
    """The weights a region learned, to be averaged with the others'."""
    return bucket("models", platform), "updates/fraud"


def serving(platform: str = PLATFORM) -> Dataset:
    """The model as it is deployed in a region."""
    return bucket("serving", platform), "fraud"


def scores(platform: str = PLATFORM) -> Dataset:
    """How likely each of today's payments is a fraud."""
    return bucket("lake", platform), "scores"


GLOBAL_MODEL: Dataset = ("s3://acme-models-global", "fraud")
COUNTS: Dataset = ("s3://acme-analytics-us", "fraud_counts")
COPIED: Dataset = ("s3://acme-analytics-us", "review/transactions")
SCRATCH: Dataset = ("s3://acme-scratch", "debug/apac_transactions")
