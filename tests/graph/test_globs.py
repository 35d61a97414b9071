from __future__ import annotations

from fnmatch import fnmatchcase

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_explorer.graph.globs import literal, pattern

SIGNS = st.text(alphabet="ab-[]!*?^&~\\.z\n|", max_size=8)


def matches(regex: str, text: str) -> bool:
    return bool(pl.Series([text]).str.contains(f"(?s)^(?:{regex})$")[0])


@given(SIGNS, SIGNS)
def test_a_glob_matches_what_pythons_fnmatch_matches(glob: str, text: str) -> None:
    assert matches(pattern(glob), text) == fnmatchcase(text, glob)


@pytest.mark.parametrize(("glob", "text"), [
    ("[a-c]x", "bx"), ("[!a-c]x", "dx"), ("a.b", "a.b"), ("[]]", "]"), ("a[", "a["), ("*é?", "xéy"),
])  # fmt: skip
def test_a_glob_matches(glob: str, text: str) -> None:
    assert matches(pattern(glob), text)


@pytest.mark.parametrize(("glob", "text"), [
    ("[a-c]x", "dx"), ("a.b", "axb"), ("[z-a]", "m"), ("A", "a"), ("?", "ab"),
])  # fmt: skip
def test_a_glob_does_not_match(glob: str, text: str) -> None:
    assert not matches(pattern(glob), text)


@given(st.text(max_size=6))
def test_a_literal_matches_itself(text: str) -> None:
    assert matches(literal(text), text)
