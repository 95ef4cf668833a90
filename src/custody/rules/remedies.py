"""Refusals about remedies: a defect is explained, and the explanation accepted; a doubted act is confirmed (A-06)."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.act import Act
from custody.acts.entry import Recorded
from custody.acts.oversight import Remedy
from custody.facts.item import ItemFacts
from custody.facts.known import Facts
from custody.rules.rule import Breach, Matter, rule


@rule("remedy-of-no-defect", Remedy)
def a_remedy_answers_a_recorded_defect(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    target = matter.facts.record(act.target)
    if target is None or not _defect_known(act, target, matter.facts):
        yield Breach(facts={"defect": act.defect})


def _defect_known(act: Remedy, target: Recorded, facts: Facts) -> bool:
    if any(defect.id == act.defect for defect in target.defects):
        return act.action in ("explain", "accept")
    return act.action in ("confirm", "contest") and bool(_doubts(act, target, facts))


def _doubts(act: Remedy, target: Recorded, facts: Facts) -> set[str | None]:
    """In whose names the doubted signatures of an act stand."""
    items = _items_of(target.act, facts)
    return {each.person for item in items for each in item.defects if each.id == act.defect}


def _items_of(act: Act, facts: Facts) -> list[ItemFacts]:
    return [known for item in act.own_items if (known := facts.item(item)) is not None]


@rule("remedy-by-stranger", Remedy)
def a_remedy_is_explained_accepted_or_confirmed_by_the_right_person(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    signer = act.signers[0]
    person = matter.facts.person(signer.person)
    target = matter.facts.record(act.target)
    if person is None or target is None:
        return
    on = act.occurred_at.date()
    if act.action == "accept":
        right = person.holds("legal-reviewer", on)
    elif act.action == "explain":
        right = any(person.holds(capacity, on) for capacity in ("officer", "custodian", "examiner", "medic"))
    else:
        right = signer.person in _doubts(act, target, matter.facts)
    if not right:
        yield Breach(facts={"person": signer.person, "action": act.action})


@rule("remedy-accepted-before", Remedy)
def an_explanation_is_accepted_once(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    target = matter.facts.record(act.target)
    if target is None or act.action != "accept":
        return
    items = _items_of(target.act, matter.facts)
    states = {each.state for item in items for each in item.defects if each.id == act.defect}
    if states and states <= {"accepted", "reviewed"}:
        yield Breach(facts={"defect": act.defect})


REFUSALS = (
    a_remedy_answers_a_recorded_defect,
    a_remedy_is_explained_accepted_or_confirmed_by_the_right_person,
    an_explanation_is_accepted_once,
)
