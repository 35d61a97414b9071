"""Of every malformed input all whole events are read, and the table in MALFORMED.md says so."""

import pytest

from tests.readers import malformed
from tests.readers.malformed import CASES, PAGE, Case


@pytest.fixture(scope="module")
def results() -> dict[str, tuple[int, list[str]]]:
    return malformed.results()


@pytest.mark.parametrize(
    "case", [case for cases in CASES.values() for case in cases], ids=lambda case: case.name
)
def test_every_whole_event_of_a_malformed_input_is_read(case: Case, results) -> None:
    assert results[case.name][0] == case.whole


def test_the_table_says_what_happens(results) -> None:
    assert PAGE.read_text("utf-8") == malformed.table(results), "make tests.readers.malformed again"
