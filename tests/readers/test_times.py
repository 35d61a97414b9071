"""Times as producers really write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage_explorer.readers.times import parse_time

NOON = int(datetime(2024, 5, 1, 12, tzinfo=UTC).timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("2024-05-01T12:00:00Z", NOON),
        ("2024-05-01T14:00:00+02:00", NOON),
        ("2024-05-01T04:00:00-0800", NOON),
        ("2024-05-01 12:00:00z", NOON),
        ("2024-05-01T12:00Z", NOON),
        ("2024-05-01T12:00:00.5Z", NOON + 500_000),
        ("2024-05-01T12:00:00.123456789Z", NOON + 123_456),
        ("2024-05-01T12:00:00.000Z[UTC]", None),
        ("2024-13-01T12:00:00Z", None),
        ("0000-00-00T00:00:00Z", None),
        ("", None),
    ],
)
def test_a_written_time_is_its_microsecond(text: str, us: int | None) -> None:
    assert parse_time(text).us == us


@given(
    st.integers(0, 10**16).map(
        lambda us: datetime(1900, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    ),
    st.integers(-14 * 60, 14 * 60),
)
def test_any_offset_reads_as_python_reads_it(moment: datetime, minutes: int) -> None:
    aware = moment.astimezone(timezone(timedelta(minutes=minutes)))
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert parse_time(aware.isoformat()).us == (aware - epoch) // timedelta(microseconds=1)


@given(st.text(max_size=40))
def test_no_text_makes_it_crash(text: str) -> None:
    parse_time(text)
