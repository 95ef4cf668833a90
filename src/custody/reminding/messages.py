"""What a message says, in Chinese or English: of deadlines, of a morning report, of a recommendation.

People and items stand in it by their ids, as in every register; no sealed value is ever in a message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from custody.facts.shapes import Shape

LISTED: Final = 20
"""Deadlines that a message names; of the others it says how many they are."""

REPORTED: Final = 50
"""Lines of each section of a report in a message; ``custody remind --report`` prints them all."""

_COLOURS: Final = {
    "blue": ("蓝色提醒：{count} 项期限将到", "Blue: {count} deadlines are coming"),
    "orange": ("橙色预警：{count} 项期限已到", "Orange: {count} deadlines are due"),
    "red": ("红色预警：{count} 项期限已逾期", "Red: {count} deadlines are overdue"),
}
_LINE: Final = (
    "{rule} {name}：{subject}，案件 {case}，{due} 到期",
    "{rule} {name}: {subject}, case {case}, due {due}",
)
_MORE: Final = ("另有 {count} 项，见 custody deadlines", "and {count} more: see custody deadlines")
_RECOMMENDED: Final = ("执法建议书 {reference} 待签发", "Recommendation {reference} is drafted and waits to be issued")


def title_of(rows: Sequence[Mapping[str, Any]], facts: Sequence[Shape], lang: str) -> str:
    """The title of the message that tells of these rows of the outbox."""
    if rows[0]["kind"] == "report":
        return report_title(facts[0], lang)
    if rows[0]["kind"] == "recommendation":
        title = _said(_RECOMMENDED, lang, reference=facts[0]["reference"])
        return title if len(rows) == 1 else f"{title} ({len(rows)})"
    return _said(_COLOURS[rows[0]["colour"]], lang, count=len(rows))


def lines_of(rows: Sequence[Mapping[str, Any]], facts: Sequence[Shape], lang: str, zone: tzinfo) -> list[str]:
    """What the message says, line by line."""
    if rows[0]["kind"] == "report":
        return [line for each in facts for line in report_lines(each, lang, zone, most=REPORTED)]
    if rows[0]["kind"] == "recommendation":
        return [f"{each['reference']}\n{each['statement']}" for each in facts]
    shown = [deadline_line(each, lang, zone) for each in facts[:LISTED]]
    return shown if len(facts) <= LISTED else [*shown, _said(_MORE, lang, count=len(facts) - LISTED)]


def deadline_line(facts: Shape, lang: str, zone: tzinfo) -> str:
    """A deadline in one line."""
    return _said(
        _LINE, lang, rule=facts["rule"], name=facts[lang], subject=facts["subject"], case=facts["case"] or "—",
        due=local(facts["due"], zone),
    )  # fmt: skip


def short_of(title: str, rows: Sequence[Mapping[str, Any]], facts: Sequence[Shape], lang: str, zone: tzinfo) -> str:
    """A message as it fits a telephone: what it is, and the first of what it tells."""
    if rows[0]["kind"] != "deadline":
        return title
    return f"{title}。{deadline_line(facts[0], lang, zone)}" if lang == "zh" else (
        f"{title}. {deadline_line(facts[0], lang, zone)}"
    )


_REPORT: Final = ("点调会清单 {agency} {day}", "Morning report {agency} {day}")
_SECTIONS: Final = {
    "red": ("红色：已逾期", "Red: overdue"),
    "orange": ("橙色：已到期", "Orange: due"),
    "today": ("今日到期", "Due today"),
    "recommendations": ("未答复的执法建议书", "Recommendations without a reply"),
    "undelivered": ("未送达的提醒", "Reminders that did not arrive"),
    "nobody": ("无人可提醒", "Nobody to remind"),
}
_REST: Final = ("另有 {count} 项，见 custody remind --report", "and {count} more: see custody remind --report")
_NONE: Final = ("（无）", "(none)")


def report_title(report: Shape, lang: str) -> str:
    """The title of a morning report."""
    return _said(_REPORT, lang, agency=report["name"], day=report["day"])


def report_lines(report: Shape, lang: str, zone: tzinfo, most: int | None = None) -> list[str]:
    """A morning report, line by line, every section with how many it has, and at most ``most`` of them."""
    lines: list[str] = []
    for section, names in _SECTIONS.items():
        found = report[section]
        lines.append(f"{_said(names, lang)}: {len(found)}" if lang == "en" else f"{_said(names, lang)}：{len(found)}")
        lines += [f"  {_entry(section, each, lang, zone)}" for each in found[:most]] or [f"  {_said(_NONE, lang)}"]
        if most is not None and len(found) > most:
            lines.append("  " + _said(_REST, lang, count=len(found) - most))
    return lines


def _entry(section: str, each: Shape, lang: str, zone: tzinfo) -> str:
    if section == "recommendations":
        return f"{each['reference']}  {each['case']}  {each['state']}  {local(each['reply_by'], zone)}"
    if section == "undelivered":
        return f"{each['recipient']}  {each['state']}  {each['about']}  {each['level']}"
    if section == "nobody":
        return f"{each['rule']}  {each['case'] or '—'}  {each['subject']}  {each['tells']}"
    return deadline_line(each, lang, zone)


def local(instant: str, zone: tzinfo) -> str:
    """An instant as clocks of the jurisdiction show it."""
    return datetime.fromisoformat(instant).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _said(both: tuple[str, str], lang: str, **fields: object) -> str:
    return both[0 if lang == "zh" else 1].format(**fields)
