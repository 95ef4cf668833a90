"""Which acts make sense now on what was scanned: rules over the thing's state, the likeliest act first.

They only suggest. Who may sign an act follows from its parts, and whether it is accepted from the ledger's own rules.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Any, Final, get_args

from custody.access.caller import Caller
from custody.acts.parties import Capacity
from custody.acts.parts import PARTS

Shape = dict[str, Any]
Rule = Callable[[Shape, Caller], Iterator[str]]
"""Act types that a rule suggests for a thing, as the registers show it, to a caller."""

ANYBODY: Final = Caller("", "", "", frozenset(get_args(Capacity)))
"""Whoever stands at a counter that asks nobody to sign in."""

MOST: Final = 9
"""As many as there are digits to choose by."""

GONE: Final = frozenset({"voided", "released", "lost", "divided"})
"""Statuses of an item that nobody has any more."""


def an_offer_waits_for_its_answer(item: Shape, caller: Caller) -> Iterator[str]:
    """Whoever is offered the item answers; who offered it may withdraw."""
    offer = item.get("offer")
    if offer:
        yield from _of_an_offer(offer, caller)


def what_is_out_comes_back(item: Shape, _: Caller) -> Iterator[str]:
    """A loan ends with its return."""
    if item["status"] == "on-loan":
        yield "return"


def a_laboratory_receives_and_reports(item: Shape, _: Caller) -> Iterator[str]:
    """What was sent to a laboratory is received there, examined, and handed on."""
    if item["status"] == "to-laboratory":
        yield "lab-receipt"
    if item["status"] == "in-laboratory":
        yield from ("lab-result", "transfer", "viewing")


def what_somebody_holds_is_checked_in_or_passed_on(item: Shape, _: Caller) -> Iterator[str]:
    """In hands, or with an outside keeper."""
    if item["status"] in ("in-hands", "with-keeper"):
        yield from ("check-in", "transfer", "lab-dispatch")


def an_effective_disposition_is_carried_out(item: Shape, _: Caller) -> Iterator[str]:
    """Once a decision took effect, the item is released."""
    if item.get("disposition", {}).get("state") == "effective" and item["status"] not in GONE:
        yield "release"


def what_lies_in_a_store_is_lent_moved_and_looked_at(item: Shape, _: Caller) -> Iterator[str]:
    """In a place of its own."""
    if item["status"] == "stored":
        yield from ("check-out", "relocation", "observation", "lab-dispatch", "viewing", "loan-request")


def an_open_defect_is_remedied(item: Shape, _: Caller) -> Iterator[str]:
    """Whoever caused it, or has to approve."""
    if any(each["state"] == "open" for each in item.get("defects", ())):
        yield "remedy"


def what_is_missing_is_cleared_up(item: Shape, _: Caller) -> Iterator[str]:
    """A discrepancy is reported, explained and closed."""
    if item["status"] == "missing":
        yield "discrepancy"


def a_seal_is_put_on_or_taken_off(item: Shape, _: Caller) -> Iterator[str]:
    """By whether there is one."""
    if item["status"] not in GONE:
        yield "unsealing" if item.get("seal", {}).get("number") else "sealing"


def what_is_here_can_be_offered_decided_on_and_put_right(item: Shape, _: Caller) -> Iterator[str]:
    """What is rarer, and possible while anybody has the item."""
    if item["status"] not in GONE:
        yield from ("offer", "disposition-order", "labelling", "division", "hold", "discrepancy")


ITEM_RULES: Final[tuple[Rule, ...]] = (
    an_offer_waits_for_its_answer,
    what_is_out_comes_back,
    a_laboratory_receives_and_reports,
    what_somebody_holds_is_checked_in_or_passed_on,
    an_effective_disposition_is_carried_out,
    what_is_missing_is_cleared_up,
    an_open_defect_is_remedied,
    what_lies_in_a_store_is_lent_moved_and_looked_at,
    a_seal_is_put_on_or_taken_off,
    what_is_here_can_be_offered_decided_on_and_put_right,
)


def things_come_into_a_place_and_are_counted_there(place: Shape, caller: Caller) -> Iterator[str]:
    """By whoever works for the agency that operates it."""
    if place["agency"] == caller.agency:
        yield from ("check-in", "relocation", "stock-take", "observation")


def an_administrator_changes_a_place(place: Shape, caller: Caller) -> Iterator[str]:
    """Its name, class, temperature or cameras."""
    if place["agency"] == caller.agency:
        yield "place"


PLACE_RULES: Final[tuple[Rule, ...]] = (
    things_come_into_a_place_and_are_counted_there,
    an_administrator_changes_a_place,
)


def an_open_manifest_waits(manifest: Shape, caller: Caller) -> Iterator[str]:
    """For its receiver's answer; its sender may withdraw it."""
    if manifest["state"] in ("open", "expired"):
        yield from _of_an_offer(manifest, caller)


MANIFEST_RULES: Final[tuple[Rule, ...]] = (an_open_manifest_waits,)


def tubes_go_together(kit: Shape, caller: Caller) -> Iterator[str]:
    """What makes sense on any tube, makes sense on the kit."""
    for tube in kit["tubes"]:
        for rule in KIT_ITEM_RULES:
            yield from rule(tube["now"], caller)


def a_result_is_told_and_may_be_doubted(kit: Shape, _: Caller) -> Iterator[str]:
    """Once there is one."""
    if kit["examined"]["results"]:
        yield from ("result-notice", "reexamination-request", "reexamination")


KIT_ITEM_RULES: Final[tuple[Rule, ...]] = (
    what_is_out_comes_back,
    a_laboratory_receives_and_reports,
    what_somebody_holds_is_checked_in_or_passed_on,
    what_lies_in_a_store_is_lent_moved_and_looked_at,
)
KIT_RULES: Final[tuple[Rule, ...]] = (a_result_is_told_and_may_be_doubted, tubes_go_together)

RULES: Final[dict[str, tuple[Rule, ...]]] = {
    "item": ITEM_RULES, "place": PLACE_RULES, "manifest": MANIFEST_RULES, "kit": KIT_RULES,
}  # fmt: skip

BEGINNINGS: Final[dict[str, tuple[str, ...]]] = {
    "item": ("seizure", "division"), "place": ("place",), "manifest": ("offer",), "kit": ("blood-draw",),
}  # fmt: skip
"""The acts in which a label that nothing bears yet may be claimed."""


def acts_on(kind: str, thing: Shape, caller: Caller, among: Container[str] = PARTS) -> list[str]:
    """Acts ``among`` these that make sense now on a thing and that the caller can have a part in; at most `MOST`."""
    return _able((act for rule in RULES[kind] for act in rule(thing, caller) if act in among), caller)


def acts_claiming(kind: str, caller: Caller) -> list[str]:
    """The acts by which the caller may claim an unused label."""
    return _able(iter(BEGINNINGS[kind]), caller)


def has_a_part(caller: Caller, act: str) -> bool:
    """Whether a capacity of the caller's is one that some part of an act takes."""
    return any(part.capacities & caller.capacities for part in PARTS[act].values())


def begins(caller: Caller, act: str) -> bool:
    """Whether the caller can stand in the part that an act names first, whose act it is."""
    first = next(iter(PARTS[act].values()))
    return bool(first.capacities & caller.capacities)


def _able(acts: Iterator[str], caller: Caller) -> list[str]:
    """What the caller can have a part in, his own acts before those of others."""
    able = [act for act in dict.fromkeys(acts) if has_a_part(caller, act)]
    return sorted(able, key=lambda act: not begins(caller, act))[:MOST]


def _of_an_offer(offer: Shape, caller: Caller) -> Iterator[str]:
    to_another = offer["receiver"].get("agency") not in (None, caller.agency)
    if offer["sender"] == caller.agency:
        yield "offer-withdrawal"
    if not to_another and (offer["sender"] != caller.agency or "agency" not in offer["receiver"]):
        yield "answer"
