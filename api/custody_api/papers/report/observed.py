"""What was seen of the items: seals put on, opened, and seen otherwise; temperatures out of range."""

from __future__ import annotations

from dataclasses import dataclass, field

from custody.acts.taking import Unsealing
from custody.facts.amend import Reading, readings
from custody.facts.examination import Excursion
from custody_api.papers.paper import Table
from custody_api.papers.report.document import Chapter
from custody_api.papers.report.history import MOST, History
from custody_api.papers.sheet import columns


@dataclass(slots=True)
class _Seal:
    """One seal number: what it closes, where it was put on and opened."""

    items: tuple[str, ...]
    on: Reading
    opened: Reading | None = None


@dataclass(slots=True)
class _Seals:
    """Every seal of the items, and what was seen in place of the one that had to be there."""

    by_number: dict[str, _Seal] = field(default_factory=dict)
    current: dict[str, str] = field(default_factory=dict)
    otherwise: list[tuple[Reading, str, str | None, str]] = field(default_factory=list)

    def read(self, reading: Reading) -> None:
        """Take in one act: first what it saw, then what it opened, then what it put on."""
        act = reading.act
        for line in getattr(act, "lines", ()):
            seen = getattr(line, "seal_seen", None)
            expected = self.current.get(line.item)
            if seen is not None and seen != (expected or "none"):
                self.otherwise.append((reading, line.item, expected, seen))
        if isinstance(act, Unsealing):
            for each in act.seals:
                if each.number in self.by_number:
                    self.by_number[each.number].opened = reading
                for item in each.items:
                    self.current.pop(item, None)
        for number, items in act.seals_put_on.items():
            self.by_number[number] = _Seal(items, reading)
            self.current.update(dict.fromkeys(items, number))


def seals(history: History) -> Chapter:
    """Seals by their numbers, and mismatches."""
    sources, t = history.sources, history.sources.t
    found = _Seals()
    for reading in readings(history.records):  # all of them: what is not shown was put on all the same
        found.read(reading)
    rows = [
        (number, history.named(each.items), _when(history, each.on), _when(history, each.opened))
        for number, each in found.by_number.items()
        if history.shows(each.on.recorded) and any(item in history.numbers for item in each.items)
    ]
    heads = columns(
        sources, ("封签号", "Seal", 40), ("物品", "Items", 46), ("加封", "Put on", 58), ("启封", "Opened", 58)
    )
    tables = [Table("", heads, tuple(rows[:MOST]), history.rest(len(rows)))] if rows else []
    wrong = [each for each in found.otherwise if each[1] in history.numbers and history.shows(each[0].recorded)]
    says = t("各次交接、查验所见封签与记录一致。", "Every seal seen was the one on record.")
    if wrong:
        tables.append(_mismatches(history, found, wrong))
        says = t(f"{len(wrong)} 次所见封签与记录不一致，见下表。", f"Seals seen otherwise: {len(wrong)}, below.")
    return Chapter(t("封签", "Seals"), (says,), tuple(tables))


def _mismatches(history: History, found: _Seals, wrong: list[tuple[Reading, str, str | None, str]]) -> Table:
    sources, t = history.sources, history.sources.t
    heads = columns(
        sources, ("物品", "Item", 18), ("记录的封签", "On record", 40), ("所见", "Seen", 40), ("行为", "By act", 58)
    )
    words = {"none": t("无封签", "none"), "broken": t("破损", "broken")}
    rows = tuple(
        (history.named([item]), _recorded(history, found, expected), words.get(seen, seen), _when(history, reading))
        for reading, item, expected, seen in wrong[:MOST]
    )
    return Table(t("所见封签与记录不一致", "Seals seen otherwise"), heads, rows, history.rest(len(wrong)))


def _recorded(history: History, found: _Seals, number: str | None) -> str:
    """The seal that had to be on an item, as far as the act that put it on may be shown."""
    if number is None:
        return history.sources.t("无封签", "none")
    return number if history.shows(found.by_number[number].on.recorded) else history.withheld()


def _when(history: History, reading: Reading | None) -> str:
    if reading is None:
        return "—"
    if not history.shows(reading.recorded):
        return history.withheld()
    return f"#{reading.recorded.index + 1}　{history.moment(reading.happened_at)}"


def temperatures(history: History) -> Chapter:
    """When items were kept too warm or too cold."""
    sources, t = history.sources, history.sources.t
    found: dict[Excursion, list[str]] = {}
    for item, facts in history.items.items():
        for each in facts.excursions:
            if each.act in history.by_id and history.shows(history.by_id[each.act]):
                found.setdefault(each, []).append(item)
    title = t("温度超出范围", "Temperatures out of range")
    if not found:
        return Chapter(title, (t("没有记录。", "None is recorded."),))
    heads = columns(
        sources, ("物品", "Items", 36), ("自", "From", 40), ("至", "Until", 40), ("最低 ℃", "Lowest °C", 22),
        ("最高 ℃", "Highest °C", 23), ("场所", "Place", 31), ("行为", "By act", 18),
    )  # fmt: skip
    rows = tuple(
        (history.named(items), history.moment(each.since), history.moment(each.until), each.min, each.max,
         sources.place(each.place) if each.place else "—", history.position(each.act))
        for each, items in found.items()
    )  # fmt: skip
    return Chapter(title, (), (Table("", heads, rows[:MOST], history.rest(len(rows))),))
