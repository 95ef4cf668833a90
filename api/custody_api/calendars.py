"""Deadlines as an iCalendar file (RFC 5545), as calendars of any make take it in.

Events rather than to-dos: Outlook, Google and telephones show no to-dos of a calendar that is subscribed to. An event
stands at the last instant in time and takes no time of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from custody_api.wording import Language

ALARMS: Final = (timedelta(days=-1), timedelta(hours=-2))
"""How long before the last instant a calendar reminds, of what still runs."""

_PRIORITY: Final[Mapping[str | None, int]] = {"red": 1, "orange": 3, "blue": 5, None: 9}


def calendar_of(deadlines: Sequence[Mapping[str, Any]], origin: str, language: Language) -> bytes:
    """Return a calendar of deadlines as the registers show them; ``origin`` is the ledger's, and ends every UID.

    What nobody can say a day of has no place in a calendar: the description says how many those are.
    """
    from icalendar import Calendar  # its library is loaded by whoever wants a calendar

    zh = language == "zh"
    undated = sum(1 for each in deadlines if each["due"] is None)
    calendar = Calendar()
    calendar.add("prodid", f"-//evidence-custody//{origin}//{'ZH' if zh else 'EN'}")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "涉案财物期限" if zh else "Deadlines of custody")
    if undated:
        said = "另有 {n} 项暂不能推算期限，未列入。" if zh else "Not in here: {n} that nobody can date yet."
        calendar.add("x-wr-caldesc", said.format(n=undated))
    for each in _events((each for each in deadlines if each["due"] is not None), origin, language):
        calendar.add_component(each)
    return bytes(calendar.to_ical())


def uid_of(deadline: str, origin: str) -> str:
    """The name under which calendars know a deadline, whatever becomes of it."""
    return f"{hashlib.sha256(deadline.encode()).hexdigest()[:32]}@{origin.replace('/', '.')}"


def _events(deadlines: Iterable[Mapping[str, Any]], origin: str, language: Language) -> Iterable[Any]:
    from icalendar import Alarm, Event

    for each in deadlines:
        event, title = Event(), _title(each, language)
        due, touched = _instant(each["due"]), _instant(each["stopped_at"] or each["started_at"])
        event.add("uid", uid_of(each["deadline"], origin))
        event.add("dtstamp", touched)
        event.add("dtstart", due)
        event.add("sequence", (each["extended_by"] is not None) + 2 * (each["stopped_by"] is not None))
        event.add("summary", title)
        event.add("description", _description(each, language))
        event.add("categories", [each["rule"]])
        event.add("priority", _PRIORITY[each["colour"]])
        event.add("status", "TENTATIVE" if each["state"] == "suspended" else "CONFIRMED")
        event.add("transp", "TRANSPARENT")
        for before in ALARMS if each["state"] == "running" else ():
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", title)
            alarm.add("trigger", before)
            event.add_component(alarm)
        yield event


def _title(each: Mapping[str, Any], language: Language) -> str:
    about = each["case"] or each["subject"]
    done = "" if each["stopped_by"] is None else "✓ "
    return f"{done}{each[language]}（{about}）" if language == "zh" else f"{done}{each[language]} ({about})"


def _description(each: Mapping[str, Any], language: Language) -> str:
    zh = language == "zh"
    source = each["source"] if each["verified"] else f"{each['source']}（{'未核实' if zh else 'UNVERIFIED'}）"
    if zh:
        return f"对象：{each['subject']}\n规则：{each['rule']}\n依据：{source}"
    return f"Subject: {each['subject']}\nRule: {each['rule']}\nSource: {source}"


def _instant(text: str) -> datetime:
    """An instant to the second, as calendars have it: never after the last one in time."""
    return datetime.fromisoformat(text).replace(microsecond=0)
