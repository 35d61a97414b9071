from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_explorer.analysis.compare_sql import normal, takes_all, tokens, words


@pytest.mark.parametrize(
    "other",
    [
        "SELECT a,b\nFROM t\n  WHERE x = 'A b'",
        "select a, b -- why\nfrom t where x='A b';",
        "/* all */ select a, b from t where x = 'A b'",
        "select \"a\", `b` from t where x = 'A b'",
        "{# dbt #} select a, b from t where x = 'A b'",
    ],
)
def test_whitespace_comments_case_and_needless_quotes_are_no_change(other: str) -> None:
    assert normal(other) == normal("select a, b from t where x = 'A b'")


@pytest.mark.parametrize(
    "other",
    [
        "select a, b from t where x = 'a b'",
        "select a, b from t where x <> 'A b'",
        "select a, c from t where x = 'A b'",
        "select b, a from t where x = 'A b'",
        "select \"A\", b from t where x = 'A b'",
    ],
)
def test_what_a_statement_says_is_a_change(other: str) -> None:
    assert normal(other) != normal("select a, b from t where x = 'A b'")


def test_a_comment_sign_in_a_text_is_text() -> None:
    assert tokens("select '--no' x") == ["select", "'--no'", "x"]


@given(st.text())
def test_any_text_has_tokens_and_is_normal_once_and_for_all(text: str) -> None:
    assert normal(normal(text)) == normal(text) or "'" in text or '"' in text or "`" in text


def test_words_are_all_names_a_statement_uses() -> None:
    assert {"orders", "amount"} <= words('select Sum("amount") from shop.orders')


def test_counting_and_multiplying_take_no_columns_whole() -> None:
    assert not takes_all("select count(*), a * b from t")
    assert takes_all("with s as (select * from t) select a from s")
