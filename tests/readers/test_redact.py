"""Secrets do not get past reading."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lineage_explorer as lx
from lineage_explorer.readers import redact
from tests.events import dataset, run_event

CANARY = "hunter2-canary"

PLACES: dict[str, dict[str, Any]] = {
    "environment": {"run_facets": {"environmentVariables": {"environmentVariables": [{"name": "HOME_X", "value": CANARY}]}}},
    "a key named password": {"run_facets": {"custom": {"deep": [{"database.password": CANARY}]}}},
    "an access key": {"job_facets": {"spark": {"fs.s3a.accessKey": CANARY}}},
    "a name and value pair": {"run_facets": {"executionParameters": {"parameters": [{"key": "db_password", "value": CANARY}]}}},
    "a URL in SQL": {"job_facets": {"sql": {"query": f"ATTACH 'postgres://app:{CANARY}@db/x'"}}},
    "a JDBC parameter": {"job_facets": {"sourceCode": {"sourceCode": f"jdbc:x://h;user=a;password={CANARY};y=1"}}},
    "an error message": {"run_facets": {"errorMessage": {"message": f"cannot reach https://u:{CANARY}@host/", "programmingLanguage": "x"}}},
    "a query parameter": {"job_facets": {"sourceCodeLocation": {"type": "git", "url": f"https://h/x?token={CANARY}&b=1"}}},
    "a list of secrets": {"run_facets": {"custom": {"tokens": [CANARY]}}},
}  # fmt: skip


def spilled(lin: lx.Lineage) -> str:
    """All that a lineage shows of itself."""
    frames = "".join(frame.write_json() for name, frame in lin.frames.items() if name != "facets")
    facets = b"".join(lin.facets["json"].to_list()).decode()
    return frames + facets + repr(lin) + lin._repr_html_() + lin.event(0)


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_appears_nowhere(place: str) -> None:
    lin = lx.read([run_event(inputs=["a"], outputs=["b"], **PLACES[place])])
    assert CANARY not in spilled(lin)
    assert redact.HIDDEN in lin.event(0)


def test_a_secret_in_a_namespace_is_hidden_and_the_dataset_is_read() -> None:
    lin = lx.read([run_event(inputs=[dataset("t", f"postgres://app:{CANARY}@db:5432")])])
    assert CANARY not in spilled(lin)
    assert lin.datasets["namespace"].to_list() == ["postgres://[redacted]@db:5432"]


def test_redact_false_keeps_everything() -> None:
    event = run_event(run_facets={"custom": {"password": CANARY}})
    lin = lx.read([event], redact=False)
    assert json.loads(lin.event(0)) == event


@pytest.mark.parametrize(
    "text",
    [
        "wasbs://container@account.blob.core.windows.net/x",
        "abfss://container@account.dfs.core.windows.net",
        "SELECT token_count, password_hash FROM users WHERE a = 1",
        "mail someone@example.com about s3://bucket/key",
        "arn:aws:glue:eu-west-1:123456789012",
    ],
)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert redact.text(text) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(JSON)
def test_json_without_secrets_comes_back_byte_for_byte(value) -> None:
    raw = msgspec.json.encode(value)
    if not redact.suspect(raw):
        assert redact.json(raw) is raw
    assert redact.json(redact.json(raw)) == redact.json(raw)
