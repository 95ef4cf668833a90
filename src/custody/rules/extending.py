"""Refusals about longer terms: who may extend a deadline, and how often (A-26)."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.case import Noted
from custody.rules.clocks.text import Extension
from custody.rules.rule import Breach, Matter, rule


def _extension(matter: Matter) -> tuple[str, Extension] | None:
    """The deadline that a noted fact extends, by its number, and how."""
    for text in matter.policy.deadlines.values():
        if text.extension is not None and text.extension.noted == matter.act.fact:
            return text.rule, text.extension
    return None


@rule("term-extension-unapproved", Noted)
def a_longer_term_is_approved_at_its_level(matter: Matter) -> Iterator[Breach]:
    found = _extension(matter)
    if found is None:
        return
    number, extension = found
    for signer in matter.act.signed_by("approver"):
        known = matter.facts.person(signer.person)
        if known and any(known.holds(f"approver-{level}", matter.day) for level in range(extension.level, 4)):
            return
    yield Breach(facts={"deadline": number, "expected": f"approver-{extension.level}"})


@rule("term-extended-before", Noted)
def a_term_is_extended_so_often_and_no_more(matter: Matter) -> Iterator[Breach]:
    """What was noted for the whole case counts for each of its items."""
    found, case = _extension(matter), matter.facts.case(matter.act.case)
    if found is None or case is None:
        return
    number, extension = found
    before = [each for each in case.noted if each.fact == extension.noted and each.approved]
    for index, item in enumerate(matter.act.items):
        often = sum(not each.items or item in each.items for each in before)
        if often >= extension.most:
            yield Breach((index,), {"deadline": number, "item": item, "extensions": often})
    if not matter.act.items and len(before) >= extension.most:
        yield Breach(facts={"deadline": number, "extensions": len(before)})


REFUSALS = (
    a_longer_term_is_approved_at_its_level,
    a_term_is_extended_so_often_and_no_more,
)
