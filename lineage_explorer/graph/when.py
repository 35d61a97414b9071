"""A time as a person gives it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from lineage_explorer.errors import LineageError
from lineage_explorer.plain import plain
from lineage_explorer.readers.times import parse_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(time: datetime | date | str) -> datetime:
    """The time in UTC. One without a zone is taken to be in UTC; a day is its beginning.

    Raises:
        LineageError: if the text is no time.

    >>> moment("2024-05-01T12:00:00+02:00"), moment("2024-05-01")
    (datetime.datetime(2024, 5, 1, 10, 0, tzinfo=datetime.timezone.utc),
     datetime.datetime(2024, 5, 1, 0, 0, tzinfo=datetime.timezone.utc))
    """
    if isinstance(time, datetime):
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    if isinstance(time, date):
        return datetime(time.year, time.month, time.day, tzinfo=UTC)
    day = re.fullmatch(r"\s*\d{4}-\d{2}-\d{2}\s*", time)
    us = parse_time(f"{time.strip()}T00:00:00Z" if day else time).us
    if us is None:
        raise LineageError(
            f"{plain(time)!r} is no time.", "write it as 2024-05-01T10:00:00Z, or give a datetime."
        )
    return _EPOCH + timedelta(microseconds=us)
