"""Which runs the view is about: all of them, those of a window, or one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from lineage_explorer.errors import LineageError
from lineage_explorer.plain import plain
from lineage_explorer.view.asof import BEGUN, end_of_log

if TYPE_CHECKING:
    from lineage_explorer.lineage import Lineage

MODES = ("all", "window", "run")
Time = str | tuple[str, str] | None


@dataclass(frozen=True)
class Timing:
    """One of three: all runs (up to `time`, if there is one), a window of them, or one run.

    `time` is an ISO instant only in mode "all", a pair only and always in mode "window"; `run` is
    a run id only and always in mode "run".
    """

    mode: str = "all"
    time: Time = None
    run: str = ""

    @property
    def instant(self) -> datetime | None:
        """The time as of which things are told; None is the end of the log."""
        if self.mode == "window" and isinstance(self.time, tuple):
            return instant(self.time[1])
        return instant(self.time) if isinstance(self.time, str) else None


def instant(text: str) -> datetime:
    """The time in UTC that an ISO text says; without a zone it is taken as UTC.

    >>> instant("2024-05-01T12:00:00+02:00")
    datetime.datetime(2024, 5, 1, 10, 0, tzinfo=datetime.timezone.utc)
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        hint = "write it as 2024-05-01T10:00:00Z."
        raise LineageError(f"{plain(text)!r} is no time.", hint) from error
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def iso(time: datetime | str) -> str:
    """A time as ISO text in UTC."""
    moment = instant(time if isinstance(time, str) else time.isoformat())
    return moment.isoformat().replace("+00:00", "Z")


def time_of(value: object) -> Time:
    """What a user may set as a time: None, a time, or a pair of times in either order.

    Raises:
        LineageError: if it is none of these.
    """
    match value:
        case None | "":
            return None
        case str() | datetime():
            return iso(value)
        case [str() | datetime() as start, str() | datetime() as end]:
            first, last = sorted((iso(start), iso(end)), key=instant)
            return first, last
    raise LineageError("a time is None, an ISO time or a pair of them.", "as 2024-05-01T10:00:00Z.")


def settled(lin: Lineage, before: Timing, after: Timing) -> Timing:
    """What is meant when some of mode, time and run were changed: the rest follows."""
    if after.run and (after.run != before.run or after.mode == "run"):
        return Timing("run", None, after.run)
    told = after.time != before.time and (after.time is not None or after.mode == before.mode)
    if told or after.mode == before.mode:
        if isinstance(after.time, tuple):
            return Timing("window", after.time)
        return Timing("all", after.time)
    match after.mode:
        case "window":
            return _window(lin, after.time)
        case "run":
            newest = _newest(lin)
            return Timing("run", None, newest) if newest else Timing()
        case _:
            return Timing("all", after.time if isinstance(after.time, str) else None)


def _window(lin: Lineage, time: Time) -> Timing:
    """From the first run to the time, or to the end of the log."""
    if isinstance(time, tuple):
        return Timing("window", time)
    first = lin.frames.runs.select(BEGUN.alias("begun"))["begun"].min()
    end = instant(time) if time else end_of_log(lin)
    if not isinstance(first, datetime) or end is None:
        return Timing()
    start, stop = sorted((first, end))
    return Timing("window", (iso(start), iso(stop)))


def _newest(lin: Lineage) -> str:
    """The run that began last, of those that read or wrote something if there are such."""
    touched = lin.frames.io["run"].unique().implode()
    runs = lin.frames.runs.with_columns(begun=BEGUN, useful=pl.col("run").is_in(touched))
    ordered = runs.sort("useful", "begun", "run", nulls_last=False)
    return str(ordered["run"][-1]) if ordered.height else ""
