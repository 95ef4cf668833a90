"""What a report tells of: the items, numbered, and every act on them up to the checkpoint, with what may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Final

from custody.acts.entry import Recorded
from custody.acts.oversight import Correction
from custody.acts.parties import Revocation
from custody.bundle.content import Subject
from custody.facts.amend import Reading, readings
from custody.facts.case import CaseFacts
from custody.facts.folding import fold_item
from custody.facts.item import ItemFacts
from custody.facts.kinds import KINDS, Need, fold
from custody.facts.parties import KeyFacts
from custody.ledger.bundle_scope import Scope
from custody_api.papers.sources import Sources

MOST: Final = 500
"""A list of a report has at most so many lines; the rest stands in the acts, and the list says so."""


@dataclass(frozen=True)
class History:
    """An item, or a case with all its items, as the log has it up to the sources' position.

    ``records`` are the acts on the subject in log order; ``items`` what they add up to, in the order in which the items
    came to exist: the first is number 1 wherever the report speaks of it.
    """

    sources: Sources
    subject: Subject
    records: tuple[Recorded, ...]
    items: dict[str, ItemFacts]
    keys: dict[str, tuple[KeyFacts, dict[int, Recorded]] | None] = field(default_factory=dict)

    def in_language(self, sources: Sources) -> History:
        """The same, told in another language."""
        return History(sources, self.subject, self.records, self.items, self.keys)

    def shows(self, recorded: Recorded) -> bool:
        """Whether the whole of an act may be shown."""
        return self.sources.reads(recorded)

    def shows_at(self, index: int) -> bool:
        """Whether the whole of the act with a leaf index may be shown; of acts on other things, not."""
        return index in self.at and self.shows(self.at[index])

    @cached_property
    def at(self) -> dict[int, Recorded]:
        """Leaf index → act."""
        return {each.index: each for each in self.records}

    @cached_property
    def by_id(self) -> dict[str, Recorded]:
        """Act id → act."""
        return {each.act.id: each for each in self.records}

    @cached_property
    def shown(self) -> tuple[Recorded, ...]:
        """The acts whose whole may be shown."""
        return tuple(each for each in self.records if self.shows(each))

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """The acts whose whole may be shown, as those corrections make them read that may be."""
        return tuple(readings(self.shown))

    @cached_property
    def described(self) -> dict[str, ItemFacts]:
        """What the acts that may be shown say of each item. Who holds it follows from all acts: see `items`."""
        if len(self.shown) == len(self.records):
            return self.items
        facts = {item: fold_item(item, [each for each in self.readings if _names(each, item)]) for item in self.items}
        return {item: known for item, known in facts.items() if known is not None}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Item → its number in the report."""
        return {item: number for number, item in enumerate(self.items, 1)}

    @property
    def reference(self) -> str:
        """The reference of the case; of an item, as far as an act that may be shown says it, else empty."""
        if self.subject.kind == "case":
            return self.subject.id
        return next((each.case for each in self.described.values()), "")

    @cached_property
    def case(self) -> CaseFacts | None:
        """The case, if what opened it may be shown."""
        reference = self.reference
        if not reference:
            return None
        opened = self.sources.under([f"case:{reference}"], ("case-opening",))[f"case:{reference}"]
        return self.sources.case(reference) if opened and self.shows(opened[0]) else None

    @cached_property
    def corrected(self) -> dict[str, list[int]]:
        """Act id → the positions of the corrections that amend it."""
        found: dict[str, list[int]] = {}
        for each in self.records:
            if isinstance(each.act, Correction) and self.shows(each):
                found.setdefault(each.act.target, []).append(each.index + 1)
        return found

    def key(self, key_id: str) -> tuple[KeyFacts, dict[int, Recorded]] | None:
        """What is known of a key, with the acts that brought and revoked it by leaf index."""
        if key_id not in self.keys:
            need = Need("key", key_id)
            records = self.sources.under([need.tag], KINDS["key"].types)[need.tag]
            facts = fold(need, records)
            known = isinstance(facts, KeyFacts)
            self.keys[key_id] = (facts, {each.index: each for each in records}) if known else None
        return self.keys[key_id]

    # -- how things are said

    def named(self, items: Iterable[str]) -> str:
        """Items by their numbers, with ranges: ``1–400、402``; and how many are none of the report's."""
        t = self.sources.t
        known, strangers = set[int](), 0
        for each in dict.fromkeys(items):
            if each in self.numbers:
                known.add(self.numbers[each])
            else:
                strangers += 1
        said = t("、", ", ").join(_ranges(sorted(known)))
        if not strangers:
            return said
        more = t(f"另有本报告以外 {strangers} 件", f"and {strangers} not of this report")
        return f"{said}{t('，', ', ')}{more}" if said else more

    def moment(self, moment: datetime) -> str:
        """A moment to the second with its offset, in that of the report's first act."""
        return stamp(moment.astimezone(self.sources.zone))

    def position(self, act: str) -> str:
        """An act by its position in the log: ``#12``."""
        known = self.by_id.get(act)
        return f"#{known.index + 1}" if known else f"{act[:13]}…"

    def withheld(self) -> str:
        """What stands in place of what may not be shown."""
        return self.sources.t("〔不公开〕", "[withheld]")

    def rest(self, total: int) -> str:
        """What stands under a list: how many there are; beyond `MOST`, where the rest stands."""
        t = self.sources.t
        if total > MOST:
            left = total - MOST
            return t(
                f"共 {total} 行，此处列前 {MOST} 行；其余 {left} 行见行为原文（envelopes/）。",
                f"{total} in all; the first {MOST} are shown, the other {left} stand in the acts (envelopes/).",
            )
        return t(f"共 {total} 行，以下空白。", f"{total} in all; nothing follows.")


def stamp(moment: datetime) -> str:
    """A moment to the second with its offset."""
    return f"{moment:%Y-%m-%d %H:%M:%S}{moment.isoformat()[-6:]}"


def history_of(sources: Sources, scope: Scope) -> History:
    """What the acts of a bundle tell of its subject; the sources are read up to the scope's size."""
    records = tuple(each.recorded for each in scope.own.values())
    sources.zone = records[0].act.occurred_at.tzinfo or sources.zone
    doubts = [each.recorded for each in scope.keys.values() if isinstance(each.recorded.act, Revocation)]
    items = [scope.subject.id] if scope.subject.kind == "item" else _born(records, scope.subject.id)
    facts: dict[str, ItemFacts] = {}
    for item in items:
        on_it = [scope.own[index].recorded for index in scope.named[f"item:{item}"]]
        known = fold_item(item, readings(sorted([*on_it, *doubts], key=lambda each: each.index)))
        if known is not None:
            facts[item] = known
    return History(sources, scope.subject, records, facts)


def _names(reading: Reading, item: str) -> bool:
    return item in reading.act.positions or item in reading.act.items_born


def _born(records: Sequence[Recorded], case: str) -> list[str]:
    """The items of a case in the order in which they came to exist."""
    found: dict[str, None] = {}
    for each in readings(records):
        if each.act.case_of_births == case:
            of_it = [item for item in each.act.own_items if item in each.act.items_born]
            found |= dict.fromkeys([*of_it, *sorted(each.act.items_born)])
    return list(found)


def _ranges(numbers: Sequence[int]) -> list[str]:
    if not numbers:
        return []
    starts = [numbers[0], *(after for before, after in pairwise(numbers) if after != before + 1)]
    ends = [*(before for before, after in pairwise(numbers) if after != before + 1), numbers[-1]]
    return [str(one) if one == two else f"{one}–{two}" for one, two in zip(starts, ends, strict=True)]
