"""What acts about control read: manifests, and the agencies that sign, lead, control, send and receive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from custody.acts.act import Act
from custody.acts.control import Answer, ByAgency, CaseStage, Offer, OfferWithdrawal, Receiver
from custody.acts.custody import ByPerson, InPlace, Party
from custody.acts.disposition import Release
from custody.acts.dividing import Division
from custody.acts.measures import MeasureChange
from custody.acts.orders import DispositionOrder
from custody.facts.kinds import Need

ABOUT_CONTROL: Final = (
    Offer, Answer, OfferWithdrawal, CaseStage, Release, DispositionOrder, Division, MeasureChange,
)  # fmt: skip
"""Acts whose rules ask which agency controls an item, and for which agency somebody signs."""


def _case_stage(act: CaseStage) -> list[Need]:
    items = [Need("contents", act.case)] if act.stage is not None else []  # only a change of stage asks for them
    return [Need("case", act.case), Need("agency", act.agency), *items]


def _offer(act: Offer) -> list[Need]:
    return [Need("manifest", act.manifest), Need("agency", act.sender), *_received(act.receiver)]


def _answer(act: Answer) -> list[Need]:
    return [Need("manifest", act.manifest), *_received(act.taker)]


def _received(receiver: Receiver | None) -> list[Need]:
    """What is known of whoever a manifest is offered to."""
    if isinstance(receiver, ByAgency):
        return [Need("agency", receiver.agency)]
    return party_needs(receiver) if receiver is not None else []


def party_needs(party: Party) -> list[Need]:
    """What is known of a giver or a taker."""
    if isinstance(party, ByPerson):
        return [Need("person", party.person)]
    return [Need("place", party.place)] if isinstance(party, InPlace) else []


CONTROL_NEEDS: Final[Mapping[type[Act], Callable[[Any], list[Need]]]] = {
    CaseStage: _case_stage,
    Offer: _offer,
    Answer: _answer,
    OfferWithdrawal: lambda act: [Need("manifest", act.manifest)],
}
"""What acts about control name."""


def who_answers(need: Need, fact: Any) -> Iterable[Need]:
    """The agencies concerned: of who signs, of who leads the case, of who controls the item or offers it."""
    if need.kind == "person":
        yield Need("agency", fact.agency)
    elif need.kind == "case":
        yield Need("agency", fact.lead)
        yield from (Need("agency", each.agency) for each in fact.effective.values())
    elif need.kind == "item" and fact.controls:
        yield Need("agency", fact.controls[-1].agency)
    elif need.kind == "manifest":
        yield Need("agency", fact.sender)
        yield from _received(fact.receiver)
    elif need.kind == "contents":
        yield from (Need("item", item) for item in fact.items)
