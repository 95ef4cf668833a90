"""Refusals about identity and order: cases, codes, seals, time (I-01 to I-04, I-25)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from custody.acts.act import Act
from custody.acts.case import CaseOpening, Noted
from custody.acts.control import CaseStage
from custody.acts.counting import StockTake
from custody.acts.differences import Discrepancy
from custody.acts.dividing import Division
from custody.acts.oversight import Hold
from custody.acts.samples import BloodDraw
from custody.acts.taking import Labelling, Sealing, Seizure
from custody.errors import Stale
from custody.facts.holding import CUSTODY_MOVING, TAKING, Holder, move
from custody.facts.item import ItemFacts
from custody.facts.known import Facts
from custody.rules.rule import Breach, Matter, rule


@rule("no-case", Seizure, BloodDraw, Noted, Hold, CaseStage)
def an_item_belongs_to_a_case(matter: Matter) -> Iterator[Breach]:
    if matter.facts.case(matter.act.case) is None:
        yield Breach(facts={"case": matter.act.case})


@rule("case-opened-before", CaseOpening)
def a_case_is_opened_once(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if matter.facts.case(act.case) is not None:
        yield Breach(facts={"case": act.case})


@rule("case-foreign-lead", CaseOpening)
def a_case_has_a_known_lead_agency_and_known_officers(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    unknown = [person for person in act.officers if matter.facts.person(person) is None]
    if matter.facts.agency(act.lead) is None or unknown:
        yield Breach(facts={"lead": act.lead, "unknown_officers": unknown})


@rule("unknown-item", Act)
def an_act_names_items_that_exist(matter: Matter) -> Iterator[Breach]:
    born = matter.act.items_born
    for index, item in enumerate(matter.act.own_items):
        if item in born:
            continue
        facts = matter.facts.item(item)
        if facts is None or facts.voided:
            yield Breach((index,), {"item": item})


@rule("item-named-twice", Act)
def an_act_names_an_item_once(matter: Matter) -> Iterator[Breach]:
    seen: set[str] = set()
    for index, item in enumerate(matter.act.own_items):
        if item in seen:
            yield Breach((index,), {"item": item})
        seen.add(item)


@rule("several-cases", Act)
def an_act_names_items_of_one_case(matter: Matter) -> Iterator[Breach]:
    if isinstance(matter.act, StockTake):  # a place holds things of many cases
        return
    cases = {facts.case for _, facts in matter.items()}
    if isinstance(matter.act, (Noted, Hold, Discrepancy)) and matter.act.case is not None:
        cases.add(matter.act.case)
    if len(cases) > 1:
        yield Breach(facts={"cases": sorted(cases)})


@rule("code-used", Seizure, BloodDraw, Division, Discrepancy, Labelling)
def a_label_code_is_used_once(matter: Matter) -> Iterator[Breach]:
    positions = matter.act.positions
    for code, item in matter.act.codes_given.items():
        if matter.facts.code(code) is not None:
            yield Breach(positions[item], {"code": code})


@rule("code-not-in-force", Labelling)
def only_the_code_in_force_is_retired(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for _, facts in matter.items():
        if act.retired is not None and act.retired != facts.code:
            yield Breach(facts={"retired": act.retired, "in_force": facts.code})
        if act.retired is None and act.reason != "claimed":
            yield Breach(facts={"in_force": facts.code, "reason": act.reason})


@rule("seal-used", Seizure, BloodDraw, Division, Sealing)
def a_seal_number_is_used_once(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    order = {item: index for index, item in enumerate(act.own_items)}
    for number, items in act.seals_put_on.items():
        if matter.facts.seal(number) is not None:
            yield Breach(tuple(order[item] for item in items), {"seal": number})
    if isinstance(act, Sealing):
        numbers = Counter(seal.number for seal in act.seals)
        for number, count in numbers.items():
            if count > 1:
                yield Breach(facts={"seal": number})


@rule("clock-ahead", Act)
def an_act_does_not_lie_in_the_future(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.act not in TAKING and act.occurred_at > matter.now + matter.policy.minutes("clock_ahead_minutes"):
        yield Breach(facts={"occurred_at": act.occurred_at.isoformat()})


@rule("out-of-order", Act)
def an_act_comes_after_the_acts_it_follows(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, facts in matter.items():
        moves = act.act in CUSTODY_MOVING and not _on_paper(act, index) and not fills_gap(act, facts)
        since = facts.moved_at if moves else facts.born_at
        if act.occurred_at < since:
            yield Breach((index,), {"item": facts.item, "after": since.isoformat()})


def _on_paper(act: Act, index: int) -> bool:
    """Whether a line of an answer leaves the thing where it is: then it may lie elsewhere meanwhile."""
    return act.act == "answer" and move(act, index) is None


def fills_gap(act: Act, facts: ItemFacts) -> bool:
    """Whether an act fills a recorded gap of an item exactly: its giver is the holder before the gap, its taker the
    deliverer after it, and its time lies between (docs/format.md section 9)."""
    if act.act != "transfer" or act.occurred_at >= facts.moved_at:
        return False
    done = move(act, act.own_items.index(facts.item))
    if done is None:
        return False
    return any(
        same_holder(done.giver, before.holder)
        and same_holder(done.taker, after.given_by)
        and before.since <= act.occurred_at <= after.since
        for before, after in facts.gaps()
    )


def same_holder(one: Holder | None, other: Holder | None) -> bool:
    """Whether two holders are the same; two outsiders count as the same, since their names are sealed apart."""
    if one is None or other is None:
        return False
    return one == other or one.kind == other.kind == "outside"


def check_stale(act: Act, facts: Facts) -> None:
    """Check that nothing moved the items after what the signers saw, and that what must come first has come.

    What is followed brings along what it follows itself, if that is on the same item (`ItemFacts.moves_unseen`).

    Raises Stale: ``awaits/<id>`` if an act in ``follows`` is not recorded, ``stale`` naming the act between.
    """
    for act_id in act.follows:
        recorded = facts.record(act_id)
        if recorded is None:
            raise Stale(f"awaits/{act_id}", "An act that this one follows is not recorded yet.", awaits=act_id)
        if not {signer.key for signer in act.signers} & {signer.key for signer in recorded.act.signers}:
            raise Stale("stale/follows-stranger", "An act follows only acts signed by the same keys.", follows=act_id)
    if act.act not in CUSTODY_MOVING - TAKING:  # what is taken anew moved from nowhere; a used code is refused
        return
    for index, item in enumerate(act.own_items):
        known = facts.item(item)
        if known is None or known.voided or _on_paper(act, index) or fills_gap(act, known):
            continue
        for between in known.moves_unseen(act.seen.size, act.follows):
            raise Stale(
                "stale", "Custody of an item moved after what the signers saw: look again, and sign again.",
                item=item, act=between.act, index=between.index, seen=act.seen.size,
            )  # fmt: skip


REFUSALS = (
    an_item_belongs_to_a_case,
    a_case_is_opened_once,
    a_case_has_a_known_lead_agency_and_known_officers,
    an_act_names_items_that_exist,
    an_act_names_an_item_once,
    an_act_names_items_of_one_case,
    a_label_code_is_used_once,
    only_the_code_in_force_is_retired,
    a_seal_number_is_used_once,
    an_act_does_not_lie_in_the_future,
    an_act_comes_after_the_acts_it_follows,
)
