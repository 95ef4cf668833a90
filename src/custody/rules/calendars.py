"""Days that count: which days are worked, and how terms of days and months run. Pure; the tables are rule data.

The day of the event does not count (刑诉法 art. 105, 行程 art. 35). Which days are off, and which Saturdays and
Sundays are worked instead (调休), the State Council announces year by year: a year that was not supplied is never
guessed, whoever needs it is told which one is missing.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final, Literal

from custody.errors import NotFound

Unit = Literal["minutes", "hours", "natural-days", "working-days", "months"]
UNITS: Final = ("minutes", "hours", "natural-days", "working-days", "months")

_LAST: Final = time(23, 59, 59, 999_999)
_DAY: Final = timedelta(days=1)


class CalendarMissing(NotFound):
    """The calendar of a year is needed and was not supplied. Field: ``year``."""

    def __init__(self, year: int) -> None:
        super().__init__("not-found/calendar", f"The calendar of {year} was not supplied.", year=year)
        self.year = year


@dataclass(frozen=True, slots=True)
class Year:
    """One year: days off beside Saturdays and Sundays, and Saturdays and Sundays that are worked."""

    off: frozenset[date]
    worked: frozenset[date]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """The years that were supplied."""

    years: Mapping[int, Year] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        """Whether a day is worked. Raises CalendarMissing."""
        year = self.years.get(day.year)
        if year is None:
            raise CalendarMissing(day.year)
        return day in year.worked or (day.weekday() < 5 and day not in year.off)

    def working_days_after(self, day: date, count: int) -> date:
        """The last of so many working days after a day, which does not count itself. Raises CalendarMissing."""
        for _ in range(count):
            day = self.working_day_from(day + _DAY)
        return day

    def working_day_from(self, day: date) -> date:
        """A day if it is worked, else the next that is. Raises CalendarMissing."""
        while not self.works(day):
            day += _DAY
        return day


@dataclass(frozen=True, slots=True)
class Term:
    """So many minutes, hours, days or months; whether one that ends on a day off runs on to the next working day."""

    unit: Unit
    length: int
    extend_on_holiday: bool = False

    def end(self, start: datetime, calendar: Calendar, zone: tzinfo) -> datetime:
        """The last instant of the term: exact for hours, else the end of its last day. Raises CalendarMissing."""
        if self.unit in ("minutes", "hours"):
            return start + timedelta(**{self.unit: self.length})
        return end_of(self._last_day(start.astimezone(zone).date(), calendar), zone)

    def _last_day(self, day: date, calendar: Calendar) -> date:
        if self.unit == "working-days":
            return calendar.working_days_after(day, self.length)
        last = months_after(day, self.length) if self.unit == "months" else day + self.length * _DAY
        return calendar.working_day_from(last) if self.extend_on_holiday else last


def end_of(day: date, zone: tzinfo) -> datetime:
    """The last instant of a day."""
    return datetime.combine(day, _LAST, zone)


def months_after(day: date, count: int) -> date:
    """The same day so many months on; the last day of a month leads to the last day of a month, and so does a day
    that the later month lacks."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = monthrange(year, month + 1)[1]
    ends_its_month = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if ends_its_month else min(day.day, last))


def read_calendar(years: Mapping[str, Mapping[str, Any]]) -> Calendar:
    """Read the table ``calendar`` of rule data: by year, ``off`` and ``worked``. Raises ValueError for a bad day.

    ``off`` holds days and pairs of first and last day; every day lies in its year, and what is worked instead is a
    Saturday or Sunday.
    """
    return Calendar({int(year): _year(int(year), fields) for year, fields in years.items()})


def _year(number: int, fields: Mapping[str, Any]) -> Year:
    off, worked = frozenset(_days(fields["off"])), frozenset(_days(fields["worked"]))
    strange = [day for day in off | worked if day.year != number] + [day for day in worked if day.weekday() < 5]
    if strange or off & worked:
        raise ValueError(f"calendar {number} has a day that cannot be: {sorted({*strange, *(off & worked)})[0]}")
    return Year(off, worked, fields["source"], bool(fields["verified"]))


def _days(given: Iterable[date | list[date]]) -> Iterable[date]:
    for each in given:
        first, last = each if isinstance(each, list) else (each, each)
        yield from (first + number * _DAY for number in range((last - first).days + 1))
