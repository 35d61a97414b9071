"""Tables and JSON documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_explorer.printing import cell, document, table

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def test_columns_stand_under_each_other_and_numbers_to_the_right():
    frame = pl.DataFrame({"name": ["a", "longer"], "runs": [5, 1234]})
    assert table(frame).splitlines() == ["name    runs", "a          5", "longer  1234"]


def test_wide_characters_take_two_columns():
    rows = table(pl.DataFrame({"name": ["表", "ab"], "next": ["x", "y"]})).splitlines()
    assert rows[1:] == ["表    x", "ab    y"]


def test_an_empty_frame_is_its_header():
    assert table(pl.DataFrame({"a": [], "b": []})) == "a  b"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        ("", "-"),
        ([], "-"),
        (0, "0"),
        (False, "False"),
        (["x", "y"], "x, y"),
        (datetime(2024, 5, 1, 10, 0, 0, 5, tzinfo=UTC), "2024-05-01 10:00:00+00:00"),
        ("a\nb\x1b[1m", "a b\\x1b[1m"),
    ],
)
def test_a_cell_is_one_line_of_plain_text(value: object, text: str):
    assert cell(value) == text


@given(st.lists(TEXT, min_size=1))
def test_a_table_has_one_line_for_each_row_whatever_the_text(texts: list[str]):
    assert len(table(pl.DataFrame({"name": texts})).split("\n")) == len(texts) + 1


@given(st.recursive(TEXT | st.integers(-(2**53), 2**53) | st.none(), st.lists, max_leaves=8))
def test_a_document_is_printable_ascii_that_reads_back_as_it_was(value: object):
    text = document(value)
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == value


def test_a_frame_becomes_a_list_of_objects_with_times_as_iso_text():
    frame = pl.DataFrame({"at": [datetime(2024, 5, 1, tzinfo=UTC)], "owners": [["x"]]})
    assert json.loads(document(frame)) == [{"at": "2024-05-01T00:00:00Z", "owners": ["x"]}]


def test_a_figure_that_is_not_a_number_is_null():
    assert json.loads(document([float("nan"), float("inf")])) == [None, None]
