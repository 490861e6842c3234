"""A skater's days: from midnight to midnight in the skater's own time zone, summer time included.

The database holds moments in UTC. A day is stored as the moment at which it begins where the skater lives.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_NOT_PLACES = {"Factory", "localtime", "posixrules"}
"""In the system's list, but they say nothing about where, or another thing on each machine."""


@cache
def zones() -> frozenset[str]:
    """The time zones that a person can choose: IANA names."""
    return frozenset(available_timezones() - _NOT_PLACES)


def zone(name: str | None) -> ZoneInfo:
    """The zone of this name; UTC for none, and for what the replaced backend let in unchecked."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def day_of(moment: datetime, where: ZoneInfo) -> date:
    """The calendar day on which it was this moment there."""
    return moment.astimezone(where).date()


def start_of(day: date, where: ZoneInfo) -> datetime:
    """The moment, in UTC, at which this day begins there. Where clocks skip midnight it begins later."""
    return midnight(day, where).astimezone(UTC)


def midnight(day: date, where: ZoneInfo) -> datetime:
    """Midnight of this day with the offset that holds there."""
    return datetime.combine(day, time(), where)


def moved(moment: datetime, old: ZoneInfo, new: ZoneInfo) -> datetime:
    """The moment, in UTC, at which the day that it is in `old` at `moment` begins in `new`."""
    return start_of(day_of(moment, old), new)


def month_start(day: date, months_back: int = 0) -> date:
    """The first day of the month of `day`, or of one so many months earlier (later when negative)."""
    years, month = divmod(day.year * 12 + day.month - 1 - months_back, 12)
    return date(years, month + 1, 1)


def next_day(day: date) -> date:
    """The day after."""
    return day + timedelta(days=1)
