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
from tests.view.pages import page_text

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


def facet(value: object) -> dict:
    return {"run_facets": {"custom": {"_producer": "p", "a": [value]}}}


EVERYWHERE = {
    "an object under a key": facet({"credentials": {"basic": CANARY}}),
    "a number": facet({"password": 97531}),
    "the first of two equal keys": facet(None),
    "Spark's access key": facet({"fs.s3a.access.key": CANARY}),
    "variables as an object": facet({"environmentVariables": {"HOME": CANARY}}),
    "JSON in a string": facet(json.dumps({"x": {"dbPassword": CANARY}})),
    "a slash in a password": facet(f"postgres://u:a/{CANARY}@db:5432/x"),
    "an @ in a password": facet(f"postgres://u:a@{CANARY}@db:5432/x"),
    "Oracle": facet(f"jdbc:oracle:thin:scott/{CANARY}@//db:1521/x"),
    "SQL Server": facet(f"jdbc:sqlserver://h:1433;user=a@b;password={{x;{CANARY}}};z=1"),
    "a Google key": facet(f"https://h/x?key={CANARY}"),
    "a header": facet(f"Authorization: Basic {CANARY}"),
    "a bearer": facet(f"curl -H 'x: Bearer {CANARY}0123456789'"),
    "an option": facet(f"run --password {CANARY} --x 1"),
    "YAML": facet(f"password: {CANARY}"),
    "a cut text": facet(f'password="{CANARY}'),
    "a DuckDB secret": facet(f"CREATE SECRET (TYPE S3, SECRET '{CANARY}')"),
    "Oracle's SQL": facet(f"CREATE USER a IDENTIFIED BY {CANARY}"),
    "MySQL's SQL": facet(f"ALTER USER a IDENTIFIED WITH plugin BY '{CANARY}'"),
    "a setting within a text": facet(f'dsn="host=h password={CANARY} port=1"'),
    "a setting of a setting": facet(f"x=password={CANARY}"),
    "two settings within one": facet(f"""cfg => 'user="a" password="{CANARY}";'"""),
    "an option that names another": facet(f"--password token: {CANARY}"),
    "a list of tokens": facet(f"WHERE token IN ('{CANARY}', '97531')"),
    "an escaped URL": facet(rf"https:\/\/u:{CANARY}@h"),
    "a private key": facet(
        f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----"
    ),
    "the type of the event": {"kind": f"https://u:{CANARY}@h"},
    "its time": {"time": f"https://u:{CANARY}@h"},
    "the name of the job": {"job": f"load https://u:{CANARY}@h"},
    "the run id": {"run": f"https://u:{CANARY}@h"},
}


@pytest.mark.parametrize("escape", [False, True], ids=["plain", "escaped slashes"])
@pytest.mark.parametrize("place", EVERYWHERE)
def test_a_secret_planted_anywhere_is_nowhere(place: str, escape: bool, tmp_path, capfd) -> None:
    raw = json.dumps(run_event(inputs=["a"], outputs=["b"], **EVERYWHERE[place])).encode()
    if place == "the first of two equal keys":
        raw = raw.replace(b"[null]", b'[{"password": "%s", "password": null}]' % CANARY.encode())
    if escape:
        raw = raw.replace(b"/", b"\\/")
    lin = lx.read(raw)
    assert lin.events.height == 1
    for name in ("a.html", "a.svg", "a.ndjson", "a.mmd", "a.graphml"):
        lin.write(tmp_path / name)
    shown = [spilled(lin), *map(page_text, tmp_path.iterdir()), *capfd.readouterr()]
    for text in shown:
        assert CANARY not in text
        assert "97531" not in text


def test_an_error_of_a_strict_reading_holds_no_secret() -> None:
    with pytest.raises(lx.SourceError) as caught:
        lx.read(b'{"password": "%s", "x": \n' % CANARY.encode(), strict=True)
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_columns_with_names_like_secrets_keep_their_lineage() -> None:
    source = {"namespace": "db", "name": "a", "field": "token"}
    columns = {"fields": {"password": {"inputFields": [source]}}}
    lin = lx.read([run_event(inputs=["a"], outputs=[dataset("b", columnLineage=columns)])])
    assert lin.column_edges["target_field"].to_list() == ["password"]
    assert lin.column_edges["source_field"].to_list() == ["token"]


def test_with_a_key_equal_secrets_are_equal_and_others_are_not(monkeypatch) -> None:
    assert redact.hidden("a") == redact.hidden("b") == "[redacted]"
    monkeypatch.setenv(redact.KEY_VARIABLE, "a long random text")
    one, same, other = redact.text("password=a"), redact.text("password = a"), redact.hidden("b")
    mark = one.removeprefix("password=")
    assert same.endswith(mark)
    assert mark == redact.hidden("a") != other
    assert redact.text(one) == one
    monkeypatch.setenv(redact.KEY_VARIABLE, "another text")
    assert redact.hidden("a") != mark


@pytest.mark.parametrize(
    "text",
    [
        "http://host:8080/path/@user",
        "kafka://b1:9092,b2:9092/topic@1",
        "s3://bucket/key?versionId=1",
        "SELECT token::text FROM t WHERE k = 'v'",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:name-AbCdEf",
        "max_tokens=512",
        "tokenizer: bert",
        "bypass = on",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact.text(text) == text
