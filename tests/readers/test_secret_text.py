"""Each kind of secret is found in a text, wherever it stands, and what is none stays."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_explorer.readers import redact
from tests.readers.secrets import KINDS, STAYS

CANARY = "CANARY0001QZ"
TOLD_AFTER = {
    *(kind for kind in KINDS if kind.startswith("URL")),
    *("token for a user", "Go's address", "SQLAlchemy", "JDBC Oracle", "literal with a name"),
    *(kind for kind in KINDS if kind.startswith(("Oracle's", "OAuth's"))),
    *("sqlplus", "AWS", "Databricks", "GitHub", "GitLab", "Google", "Stripe"),
}
"""Known by what stands after them, such as the host, or by their length."""
AROUND = ("{}", "see {} now", "x = '{}'", "a\n{}\nb", "[{}]", "a,{},b")


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_is_taken_out(kind: str) -> None:
    secret = KINDS[kind](CANARY)
    for around in AROUND[:4] if "'" not in secret else AROUND[:2]:
        clean = redact.text(around.format(secret))
        assert CANARY not in clean
        assert redact.HIDDEN in clean
        assert redact.text(clean) == clean


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_is_taken_out_of_json_however_it_is_escaped(kind: str) -> None:
    secret = KINDS[kind](CANARY)
    plain = json.dumps({"a": [f"x\n{secret}"], secret: 1})
    nested = json.dumps({"a": json.dumps({"b": secret})})
    for raw in (plain, nested, plain.replace("/", r"\/"), nested.replace("=", r"\u003d")):
        clean = redact.json(raw.encode())
        json.loads(clean)
        assert CANARY not in clean.decode()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in TOLD_AFTER])
def test_a_cut_text_holds_no_secret_either(kind: str) -> None:
    secret = KINDS[kind](CANARY)
    for end in range(secret.index(CANARY) + len(CANARY), len(secret)):
        assert CANARY not in redact.text(secret[:end])


@pytest.mark.parametrize("value", STAYS)
def test_what_is_no_secret_stays(value: str) -> None:
    assert redact.text(value) == value
    raw = msgspec.json.encode({"a": [value]})
    assert redact.json(raw) == raw


def test_what_stands_around_a_secret_stays() -> None:
    for before, after in {
        "SET x.password = 'a' WHERE b = 'c'": "SET x.password = '[redacted]' WHERE b = 'c'",
        "WHERE a = 1 AND token IN ('a', 'b') AND c = 2": "WHERE a = 1 AND token IN ('[redacted]') AND c = 2",
        "a.token = b.token AND token = 'x'": "a.token = b.token AND token = '[redacted]'",
        "curl -u me:x https://h": "curl -u me:[redacted] https://h",
        "option('password', 'x').option('dbtable', 't')": "option('password', '[redacted]').option('dbtable', 't')",
        "password = (SELECT max(id) FROM t)": "password = (SELECT max(id) FROM t)",
        "INSERT INTO u (a, token) VALUES (1, 'x'), (2, 'y')": "INSERT INTO u (a, token) VALUES (1, '[redacted]'), (2, '[redacted]')",
        "<password>x</password><host>h</host>": "<password>[redacted]</password><host>h</host>",
    }.items():
        assert redact.text(before) == after


PIECES = st.sampled_from(
    ["'", '"', "''", '"""', "\\", "(", ")", "[", "{", "=", ":", "://", "//", "@", "%40", ",", " ", "\n",
     "password", "token", "?key=", "&sig=", "identified by ", "bearer ", "-u a:", "mysql -p", "crypt(",
     "insert into t (password) values (", "<password>", " as ", "u:p@h:1", "eyJ", "AKIA", "-----BEGIN ",
     "PRIVATE KEY-----", "to ", "in (", "é", "x"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
def test_what_was_taken_out_once_holds_nothing_more(value: str) -> None:
    clean = redact.text(value)
    assert redact.text(clean) == clean
