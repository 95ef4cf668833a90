"""Clocks of control: manifests that wait for an answer, cases sent back, cases that are final (D20, D23, D24)."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.control import Answer, CaseStage, Offer, OfferWithdrawal
from custody.rules.clocks.clock import clock
from custody.rules.clocks.deadline import Start
from custody.rules.clocks.docket import Docket, items_of, started
from custody.rules.clocks.text import DeadlineText


@clock("D20")
def an_offer_is_answered(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """Line by line, until the offer expires. Silence is never acceptance: control stays with the sender."""
    answers = [each for each in docket.acts_of(*text.stops) if isinstance(each.act, (Answer, OfferWithdrawal))]
    for each in docket.acts_of("offer"):
        act = each.act
        if not isinstance(act, Offer):
            continue
        ours = [other for other in answers if getattr(other.act, "manifest", None) == act.manifest]
        for item in items_of(each):
            stop = min((other for other in ours if other.position_of(item) is not None),
                       key=lambda other: other.happened_at, default=None)  # fmt: skip
            yield started(each, f"item:{item}", stop, due=act.expires_at)


@clock("D23")
def a_further_investigation_ends(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """From when the procuratorate sent the case back, until it has it again."""
    stages = [(each, each.act.stage) for each in docket.acts_of("case-stage")
              if isinstance(each.act, CaseStage) and each.act.stage]  # fmt: skip
    for number, (each, stage) in enumerate(stages):
        if stage == "investigation" and any(before == "prosecution" for _, before in stages[:number]):
            again = next((later for later, to in stages[number + 1 :] if to != "investigation"), None)
            yield started(each, f"case:{docket.case}", again)


@clock("D24")
def the_reserve_is_kept_after_the_case_is_final(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """When it is over, destruction may be proposed; nothing is destroyed by a clock."""
    stages = (each for each in docket.acts_of("case-stage") if isinstance(each.act, CaseStage) and each.act.final)
    final = next(stages, None)
    for _, tube in docket.drawn() if final else ():
        if final is not None and tube.purpose == "reserve":
            yield docket.item_start(text, final, tube.item)


CLOCKS = (
    an_offer_is_answered,
    a_further_investigation_ends,
    the_reserve_is_kept_after_the_case_is_final,
)
