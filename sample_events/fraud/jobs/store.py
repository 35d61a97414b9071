"""The object store: frames and JSON documents in buckets, over the ordinary S3 client."""

from __future__ import annotations

import io
import json
import os
from typing import Any

import boto3
import pandas as pd


def client() -> Any:
    """The S3 client; its address, region and keys come from the environment."""
    return boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])


def write(dataset: tuple[str, str], frame: pd.DataFrame) -> int:
    """Put a frame into a bucket as Parquet and return its bytes."""
    data = io.BytesIO()
    frame.to_parquet(data, index=False)
    return put(dataset, data.getvalue())


def read(dataset: tuple[str, str]) -> pd.DataFrame:
    """Get a Parquet frame from a bucket."""
    return pd.read_parquet(io.BytesIO(get(dataset)))


def put(dataset: tuple[str, str], data: bytes) -> int:
    """Put bytes into a bucket and return how many."""
    bucket, name = dataset
    client().put_object(Bucket=bucket.removeprefix("s3://"), Key=name, Body=data)
    return len(data)


def get(dataset: tuple[str, str]) -> bytes:
    """Get bytes from a bucket."""
    bucket, name = dataset
    answer = client().get_object(Bucket=bucket.removeprefix("s3://"), Key=name)
    return bytes(answer["Body"].read())


def put_json(dataset: tuple[str, str], document: object) -> int:
    """Put a JSON document into a bucket and return its bytes."""
    return put(dataset, json.dumps(document, indent=1).encode())


def get_json(dataset: tuple[str, str]) -> Any:
    """Get a JSON document from a bucket."""
    return json.loads(get(dataset))
