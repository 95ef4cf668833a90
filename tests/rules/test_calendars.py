"""Days that count: working days by the calendar supplied, natural days, months, hours."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from custody.errors import Malformed
from custody.ledger.policies import shipped_policy
from custody.rules.calendars import CalendarMissing, Term, Unit, months_after, read_calendar
from custody.rules.rule_files import read_policy

CST = timezone(timedelta(hours=8))
CALENDAR = shipped_policy("cn").calendar


def last_day(start: str, unit: Unit, length: int, *, extend: bool = False) -> str:
    """The last day of a term that begins at a time in China."""
    begins = datetime.fromisoformat(f"{start}:00+08:00")
    end = Term(unit, length, extend).end(begins, CALENDAR, CST)
    assert end.isoformat().endswith("T23:59:59.999999+08:00")
    return end.date().isoformat()


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2025-09-30T23:10", 5, "2025-10-14"),  # eight days off, then a Saturday that is worked
        ("2026-03-13T01:20", 3, "2026-03-18"),  # a Friday
        ("2026-06-10T15:00", 3, "2026-06-15"),  # a Wednesday
        ("2026-03-12T22:41", 5, "2026-03-19"),
        ("2026-02-13T09:00", 1, "2026-02-14"),  # a Saturday worked before the Spring Festival
        ("2025-12-31T09:00", 1, "2026-01-04"),  # over the turn of the year, onto a Sunday that is worked
    ],
)
def test_working_days_run_by_the_calendar_and_the_day_of_the_event_does_not_count(
    start: str, days: int, due: str
) -> None:
    assert last_day(start, "working-days", days) == due


def test_natural_days_run_through_holidays_unless_the_rule_extends_them() -> None:
    assert last_day("2026-04-03T15:20", "natural-days", 3) == "2026-04-06"
    assert last_day("2026-04-03T15:20", "natural-days", 3, extend=True) == "2026-04-07"
    assert last_day("2026-04-03T15:20", "natural-days", 0) == "2026-04-03"


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-02-28", 1, "2026-03-31"),
        ("2024-02-28", 12, "2025-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-08-30", 6, "2027-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
    ],
)
def test_months_end_on_the_same_day_and_the_end_of_a_month_stays_the_end(start: str, months: int, end: str) -> None:
    assert months_after(date.fromisoformat(start), months).isoformat() == end


def test_hours_and_minutes_are_exact() -> None:
    start = datetime(2026, 3, 12, 22, 26, 30, tzinfo=CST)
    assert Term("hours", 24).end(start, CALENDAR, CST) == start + timedelta(days=1)
    assert Term("minutes", 30).end(start, CALENDAR, CST) == start + timedelta(minutes=30)


def test_a_day_is_a_day_in_china_wherever_the_instant_was_written() -> None:
    start = datetime.fromisoformat("2026-03-12T17:00:00+00:00")  # the 13th in China, a Friday
    assert Term("working-days", 1).end(start, CALENDAR, CST).date() == date(2026, 3, 16)


def test_beyond_the_last_year_supplied_nothing_is_computed_and_the_year_is_named() -> None:
    with pytest.raises(CalendarMissing) as missing:
        last_day("2026-12-30T10:00", "working-days", 5)
    assert (missing.value.code, missing.value.year) == ("not-found/calendar", 2027)
    with pytest.raises(CalendarMissing):
        last_day("2026-10-01T10:00", "months", 6, extend=True)
    assert last_day("2026-10-01T10:00", "months", 6) == "2027-04-01"  # needs no calendar


@pytest.mark.parametrize(
    "fields",
    [
        {"off": [date(2027, 1, 1)], "worked": []},  # of another year
        {"off": [], "worked": [date(2026, 1, 5)]},  # a Monday is worked anyway
        {"off": [date(2026, 1, 4)], "worked": [date(2026, 1, 4)]},  # both
    ],
)
def test_a_calendar_that_contradicts_itself_is_not_read(fields: dict[str, list[date]]) -> None:
    with pytest.raises(ValueError, match="calendar 2026"):
        read_calendar({"2026": {**fields, "source": "", "verified": False}})


def test_the_calendar_is_part_of_the_policy() -> None:
    """Whoever changes a day off changes the id under which acts are judged."""
    files = {"rules.toml": b'jurisdiction = "cn"\n', "calendar.toml": b"[calendar.2026]\n"
             b'off = [2026-01-01]\nworked = []\nsource = "x"\nverified = false\n'}  # fmt: skip
    one = read_policy(files)
    other = read_policy({**files, "calendar.toml": files["calendar.toml"].replace(b"01-01", b"01-02")})
    assert one.id != other.id
    assert not one.calendar.works(date(2026, 1, 1))
    assert other.calendar.works(date(2026, 1, 1))
    with pytest.raises(Malformed):
        read_policy({**files, "calendar.toml": b"[calendar.2026]\noff = []\n"})
