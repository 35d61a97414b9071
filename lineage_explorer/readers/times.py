"""eventTime and friends: RFC 3339 text → microseconds since 1970, UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import msgspec

_SHAPE = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?"
    r"(Z|[+-]\d{2}:?\d{2}(?::?\d{2})?Z?|\[UTC\])?",
    re.IGNORECASE,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def plain_moment(text: str) -> int | None:
    """Microseconds of a time as most producers write it; None means: look closer.

    The parser rounds what is finer than a microsecond, so only shorter fractions are its.
    """
    if text[19:20] == "." and text[26:27].isdigit():
        return None
    try:
        time = msgspec.convert(text, datetime)
    except (msgspec.ValidationError, UnicodeError):
        return None
    if time.tzinfo is None:
        return None
    try:
        return (time - _EPOCH) // _MICROSECOND
    except OverflowError:
        return None


class Time(NamedTuple):
    """A point in time, and what was odd about how it was written ("" if nothing)."""

    us: int | None
    oddity: str = ""


@lru_cache(maxsize=65_536)
def parse_time(text: str) -> Time:
    """Any offset, `Z` or none; 0 to 9 fractional digits, cut to microseconds.

    Without a zone UTC is assumed and said (`no-zone`); both an offset and `Z` is said
    (`two-zones`, the offset counts).

    >>> parse_time("2024-05-01T10:00:00.123456789+02:00")
    Time(us=1714550400123456, oddity='')
    >>> parse_time("2024-05-01T10:00:00").oddity
    'no-zone'
    """
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        return Time(None, "bad-time")
    day, clock, fraction, zone = match.groups()
    zone = (zone or "").upper()
    oddity = "" if zone else "no-zone"
    if zone.endswith("Z") and len(zone) > 1:
        zone, oddity = zone[:-1], "two-zones"
    if zone in ("", "Z", "[UTC]"):
        zone = "+00:00"
    digits = (fraction or "0")[:6].ljust(6, "0")
    seconds = clock if len(clock) == 8 else f"{clock}:00"
    try:
        moment = datetime.fromisoformat(f"{day}T{seconds}.{digits}{zone}")
        return Time((moment - _EPOCH) // _MICROSECOND, oddity)
    except (ValueError, OverflowError):
        return Time(None, "bad-time")
