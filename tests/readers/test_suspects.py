"""The cheap look for secrets lets none through, and stops at little that is none."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_explorer.readers import redact, secret_text, suspects
from lineage_explorer.readers.suspects import suspect, suspect_many

# All that may stand beside a secret, in one expression: exact, but slow.
EXACT = re.compile(
    rb"(?i:pass[._-]?(?:word|wd|phrase|code)|pwd|secret|credential|authorization|"
    rb"sasl[._-]jaas|(?<!max)(?<!max[._-])token(?!i[sz]|s?[._-]?count)|amz[._-]?signature|"
    rb"access[._-]?signature|(?:api|access|private|account|encryption|signing|master|shared|"
    rb"storage)[._-]?key|(?:pass|sas|sig|jwt|cookie)\W|environment_?variables|identified|bearer|"
    rb"jdbc:oracle|[?&;](?:auth|key|signature)=)|eyJ|gh[opsur]_|github_pat_|glpat-|xox[abeprs]-|"
    rb"A[KS]IA|AIza|dapi|-----BEGIN|\\u00|\\/"
)


def all_suspect(texts: list[bytes]) -> list[bool]:
    return [True] * len(texts)


@contextmanager
def nothing_passed_over() -> Iterator[None]:
    """Within, redaction takes everything apart."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redact, "suspect", bool)
        patch.setattr(redact, "suspect_many", all_suspect)
        patch.setattr(secret_text, "suspect", bool)
        yield


WORDS = """
password Passwd PASS_WORD pass-phrase pass.code pass pwd secret credentials Authorization token
max_tokens maxtoken tokens token_count tokenizer api_key ACCESS.KEY accountkey order_key key auth
signature x-amz-signature accessSignature sig design sas jwt cookie sasl.jaas.config
environmentVariables environment_variables identified bearer jdbc:oracle:thin:
eyJhbGciOiJI.eyJzdWIiOiIx ghp_0123456789abcdefghij AKIA0123456789ABCDEF ASIA -----BEGIN status
name value
"""
NAMES = WORDS.split()
SIGNS = [
    "://",
    "@",
    "=",
    ":",
    "?",
    "&",
    ";",
    "/",
    "\\",
    '"',
    "'",
    " ",
    "\n",
    ".",
    "_",
    "-",
    "1",
    "é",
]
TEXTS = st.lists(st.sampled_from([*NAMES, *SIGNS, "a", "b"]), max_size=8).map("".join)
VALUES = st.recursive(
    TEXTS,
    lambda of: (
        st.lists(of, max_size=2) | st.dictionaries(TEXTS, of, max_size=3) | of.map(json.dumps)
    ),
    max_leaves=4,
)


def escaped(raw: bytes) -> bytes:
    """The same JSON with each letter and sign written as an escape that may be."""
    return re.sub(rb"[A-Za-z/=&.](?![^\"]*\\)", lambda sign: b"\\u%04x" % ord(sign[0]), raw)


@given(VALUES, st.booleans())
def test_what_is_not_suspect_has_no_secret_taken_out(value, ascii_only) -> None:
    raw = json.dumps(value, ensure_ascii=ascii_only).encode()
    if not suspect(raw):
        with nothing_passed_over():
            assert redact.json(raw) == raw


@given(VALUES)
def test_what_the_exact_expression_finds_is_suspect_or_no_secret(value) -> None:
    raw = json.dumps(value).encode()
    if EXACT.search(raw) and not suspect(raw):
        with nothing_passed_over():
            assert redact.json(raw) == raw


@given(TEXTS)
def test_a_text_that_is_not_suspect_stays(text) -> None:
    if not suspect(text.encode()):
        with nothing_passed_over():
            assert redact.text(text) == text


@given(VALUES)
def test_escapes_hide_nothing(value) -> None:
    raw = json.dumps(value).encode()
    if suspect(raw):
        assert suspect(raw.replace(b"/", b"\\/"))
        if b"\\" not in raw:
            assert suspect(escaped(raw)) or redact.json(raw) == raw


@given(st.lists(VALUES, max_size=6))
def test_many_at_once_are_judged_like_each_alone(values) -> None:
    texts = [json.dumps(value).encode() for value in values]
    alone = [suspect(text) for text in texts]
    together = suspect_many(texts)
    assert all(one <= other for one, other in zip(alone, together, strict=True))
    if not any(b"\\" in text for text in texts):  # else a look back may see the text before
        assert alone == together


def test_a_batch_of_any_size_tells_which_are_suspect() -> None:
    texts = [b'{"name": "a%d", "password": 1}' % n if n % 7 == 0 else b"{}" * n for n in range(900)]
    assert suspect_many(texts) == [n % 7 == 0 for n in range(900)]
    assert suspect_many([]) == []


@pytest.mark.parametrize(
    "text",
    [
        '{"_producer": "https://github.com/OpenLineage/OpenLineage", "_schemaURL": "https://x/y"}',
        '{"name": "order_key", "type": "bigint"}, {"name": "primary_key"}, {"key": "x"}',
        '{"max_tokens": 3, "token_count": 4, "tokenizer": "x", "maxToken": 1}',
        '{"name": "passengers", "compass ": 1, "design": "texas", "assigned": true, "signal": 1}',
        '{"test": "not_null", "status": "pass"}, {"status":"pass"}',
        '{"namespace": "abfss://container@account.dfs.core.windows.net/x"}',
        '{"owner": "team@example.com", "url": "https://example.com:8080/a?b=c#d"}',
        '{"region": "asia-northeast1", "api": "cloudapi", "dataset": "ASIA_PACIFIC"}',
        r'{"query": "SELECT \u00e9 AS \u00ea\nFROM x -- \u003c\/b\u003e \u003d"}',
    ],
)
def test_clean_texts_are_not_suspect(text: str) -> None:
    assert not suspect(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        r'{"\u0070assword": "x"}',
        r'{"a": "{\"p\\u0061ssword\": 1}"}',
        r'{"a": "https:\/\/u:p@h"}',
        r'{"a": "\u0070\u005cu0061ss"}',
        r'{"a": "x\nsig=y"}',
        '{"a": "x\u2028sig=y"}',
        r'{"a": "x\u2028sig=y"}',
        '{"name": "pass", "value": 1}',
        '{"a": "wasbs://u:p@h"}',
        '{"a": "dapi0123456789abcdef0123456789abcdef"}',
    ],
)
def test_a_secret_in_an_odd_dress_is_suspect(text: str) -> None:
    assert suspect(text.encode())
    assert suspect_many([b"{}", text.encode(), b"{}"]) == [False, True, False]


def test_a_piece_does_not_hide_another_that_begins_within_it() -> None:
    every = [piece for piece, _ in suspects._EVERY]
    for one in every:
        for other in every:
            for shared in range(1, len(one)):
                if one.endswith(other[:shared]):
                    found = suspects._find(one + other[shared:])
                    assert other in {every[piece] for piece, _, _ in found}
