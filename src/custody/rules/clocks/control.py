"""Clocks of control: items on no manifest, manifests that wait for an answer, cases sent back, cases that are final
(D19, D20, D23, D24)."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.control import Answer, CaseStage, Offer, OfferWithdrawal
from custody.acts.disposition import Release
from custody.facts.amend import Reading
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


@clock("D19")
def every_item_goes_with_its_case(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """Due at once: what is on no manifest when the case leaves the investigation, or comes off one afterwards."""
    passages = _passages(docket)
    for number, (each, stage) in enumerate(passages):
        before = passages[number - 1][1] if number else "investigation"
        if before not in ("investigation", "administrative") or stage not in ("prosecution", "trial"):
            continue
        back = next((later for later, to in passages[number + 1 :] if to == "investigation"), None)
        for item, taken in docket.items.items():
            if taken.happened_at <= each.happened_at:
                yield from _uncovered(docket, item, each, back)


def _uncovered(docket: Docket, item: str, left: Reading, back: Reading | None) -> Iterator[Start]:
    """The stretches in which an item is on no manifest while its case is away."""
    covered, since = False, left
    for each, now in _coverings(docket, item):
        if back is not None and each.happened_at >= back.happened_at:
            break
        if each.happened_at > left.happened_at and now != covered:
            if now:
                yield started(since, f"item:{item}", each)
            since = each
        covered = now
    if not covered:
        yield started(since, f"item:{item}", back)


def _coverings(docket: Docket, item: str) -> Iterator[tuple[Reading, bool]]:
    """Each act on a manifest that passes an item on, or by which it left, and whether it is covered from then on."""
    offered: set[str] = set()
    for each in docket.on(item):
        act = each.act
        if isinstance(act, Offer) and any(line.item == item and line.moves != "custody" for line in act.lines):
            offered.add(act.manifest)
            yield each, True
        elif isinstance(act, Answer) and act.manifest in offered:
            yield each, any(line.item == item and line.passes_control for line in act.lines)
        elif isinstance(act, OfferWithdrawal) and act.manifest in offered:
            yield each, False
        elif isinstance(act, Release):
            yield each, True


def _passages(docket: Docket) -> list[tuple[Reading, str]]:
    """The stages that a case entered: by an act that says so, or with the first item that was accepted for one."""
    offered = {each.act.manifest: each.act.stage for each in docket.acts_of("offer") if isinstance(each.act, Offer)}
    found: list[tuple[Reading, str]] = []
    for each in docket.acts:
        act, stage = each.act, None
        if isinstance(act, CaseStage):
            stage = act.stage
        elif isinstance(act, Answer) and any(line.passes_control for line in act.lines):
            stage = offered.get(act.manifest)
        if stage is not None and (not found or found[-1][1] != stage):
            found.append((each, stage))
    return found


@clock("D23")
def a_further_investigation_ends(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """From when the procuratorate sent the case back, until it has it again: its stage, or the first items that it
    accepts."""
    stages = _passages(docket)
    for number, (each, stage) in enumerate(stages):
        if stage == "investigation" and any(before == "prosecution" for _, before in stages[:number]):
            again = stages[number + 1][0] if number + 1 < len(stages) else None
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
    every_item_goes_with_its_case,
    an_offer_is_answered,
    a_further_investigation_ends,
    the_reserve_is_kept_after_the_case_is_final,
)
