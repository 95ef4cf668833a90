"""Results and re-examinations: whose result it may be, who is told, and what a granted re-examination needs
(I-10, I-11, I-17, I-18)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from custody.acts.custody import Moving, Outside, Transfer
from custody.acts.disposition import Release
from custody.acts.results import LabResult, Reexamination, ReexaminationRequest, ResultNotice
from custody.facts.examination import Examinations
from custody.facts.item import ItemFacts
from custody.rules.calendars import CalendarMissing
from custody.rules.rule import Breach, Matter, rule


def _examined(matter: Matter, item: ItemFacts) -> Examinations:
    """What is known of the examinations of an item, and of the other tubes of its kit."""
    kit = matter.facts.kit(item.kit) if item.kit else None
    return kit.examined if kit is not None else item.examined


@rule("result-without-specimen", LabResult)
def a_laboratory_finds_something_only_in_what_it_received(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    houses = {signer.person: _house(matter, signer.person) for signer in act.signed_by("examiner")}
    houses |= {f"paper {number}": each.house for number, each in enumerate(act.attested("examiner")) if each.house}
    for index, item in matter.items():
        strangers = sorted(who for who, house in houses.items() if house not in item.received_by)
        if strangers or not item.received_by:
            yield Breach((index,), {"item": item.item, "received_by": list(item.received_by), "examiners": strangers})


def _house(matter: Matter, person: str) -> str | None:
    known = matter.facts.person(person)
    return known.agency if known else None


@rule("same-laboratory", LabResult)
def the_reserve_is_not_examined_by_the_first_examiner(matter: Matter) -> Iterator[Breach]:
    hands = {signer.person for signer in matter.act.signed_by("examiner")}
    for index, item in matter.items():
        kit = matter.facts.kit(item.kit) if item.kit else None
        others = {each for tube, who in kit.examiners.items() if tube != item.item for each in who} if kit else set()
        if hands & others:
            yield Breach((index,), {"item": item.item, "examiners": sorted(hands & others)})


@rule("not-available", Moving)
def what_an_examination_used_up_only_leaves_as_used_up(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if isinstance(act, Release) and act.kind == "consumed":
        return
    for index, item in matter.items():
        if item.examined.results and item.consumed and not item.released:
            yield Breach((index,), {"item": item.item, "consumed": True})


@rule("not-used-up", Release)
def a_sample_leaves_as_used_up_when_its_laboratory_says_so(matter: Matter) -> Iterator[Breach]:
    if matter.act.kind != "consumed":
        return
    for index, item in matter.items():
        if item.kit is not None and not item.consumed:
            yield Breach((index,), {"item": item.item, "results": [each.act for each in item.examined.results]})


@rule("result-unknown", ResultNotice, ReexaminationRequest)
def what_is_told_or_disputed_is_a_result(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, item in matter.items():
        result = item.examined.result(act.result)
        if result is None or act.occurred_at < result.at:
            yield Breach((index,), {"item": item.item, "result": act.result})


@rule("reexamination-unrequested", Reexamination)
def a_reexamination_answers_one_open_request(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    item = matter.facts.item(act.item)
    asked = item.examined.request(act.request) if item is not None else None
    if asked is None or asked.item != act.item or asked.decision is not None:
        yield Breach((0,), {"request": act.request, "decided_by": asked.decided_by if asked else None})


@rule("reexamination-unsound", Reexamination)
def a_granted_reexamination_names_specimen_and_laboratory(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    item = matter.facts.item(act.item)
    if act.decision == "refused":
        if act.specimen is not None or act.laboratory is not None or act.examiners or act.reason is None:
            yield Breach(facts={"expected": "a reason, and no specimen"})
        return
    laboratory = matter.facts.agency(act.laboratory) if act.laboratory else None
    if laboratory is None or laboratory.kind != "lab":
        yield Breach(facts={"laboratory": act.laboratory})
    kit = matter.facts.kit(item.kit) if item is not None and item.kit else None
    reserve = act.specimen is not None and kit is not None and kit.reserved(act.specimen)
    if act.specimen != act.item and not reserve:
        yield Breach(facts={"specimen": act.specimen, "expected": "the reserve tube, or the same item"})


@rule("same-laboratory", Reexamination)
def a_reexamination_goes_to_others_than_the_first(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    item = matter.facts.item(act.item)
    if item is None or act.decision != "granted":
        return
    kit = matter.facts.kit(item.kit) if item.kit else None
    first = {person for result in item.examined.results for person in result.examiners}
    first |= kit.examiners.get(item.item, frozenset()) if kit is not None else frozenset()
    if act.laboratory and matter.house(act.laboratory) in {matter.house(each) for each in item.received_by}:
        yield Breach((0,), {"item": item.item, "laboratory": act.laboratory})
    if first & set(act.examiners):
        yield Breach((0,), {"item": item.item, "examiners": sorted(first & set(act.examiners))})


@rule("reexamination-approver-level", Reexamination)
def a_reexamination_is_decided_by_a_responsible_person(matter: Matter) -> Iterator[Breach]:
    least = matter.policy.numbers["reexamination_level"]
    for signer in matter.act.signed_by("approver"):
        known = matter.facts.person(signer.person)
        levels = [level for level in (1, 2, 3) if known is not None and known.holds(f"approver-{level}", matter.day)]
        if max(levels, default=0) < least:
            yield Breach(facts={"approver": signer.person, "expected": f"approver-{least}"})


@rule("reexamination-open", Release, Transfer)
def nothing_leaves_while_a_reexamination_is_open(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if isinstance(act, Transfer) and not isinstance(act.taker, Outside):
        return
    for index, item in matter.items():
        examined = _examined(matter, item)
        waiting = [each.request for each in examined.anew if examined.is_open(each)]
        if waiting and not (isinstance(act, Release) and act.kind == "consumed" and item.consumed):
            yield Breach((index,), {"item": item.item, "requests": waiting})


@rule("EXAMINED_BY_ONE", LabResult)
def enough_examiners_sign_a_result(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    signed = len(act.signed_by("examiner")) + len(act.attested("examiner"))
    if signed < matter.policy.numbers["result_examiners"]:
        yield Breach(facts={"examiners": signed, "expected": matter.policy.numbers["result_examiners"]})


@rule("EXAMINATION_NOT_RECORDED", LabResult)
def an_examination_of_blood_is_recorded(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    for index, item in matter.items():
        if item.kit is not None and act.recording is None and not act.has_recording():
            yield Breach((index,), {"item": item.item})


@rule("NOTICE_NOT_WRITTEN", ResultNotice)
def a_result_is_told_in_writing(matter: Matter) -> Iterator[Breach]:
    if matter.act.manner == "oral":
        yield Breach(facts={"manner": matter.act.manner})


@rule("NOTICE_UNSIGNED", ResultNotice)
def who_is_told_signs_or_it_is_noted_why_not(matter: Matter) -> Iterator[Breach]:
    if not matter.act.attested("person"):
        yield Breach(facts={"missing": "person"})


@rule("REEXAMINED_AGAIN", Reexamination)
def a_matter_is_reexamined_once(matter: Matter) -> Iterator[Breach]:
    """In the administrative tracks the law says “once”; elsewhere it is silent, and the second time is only marked."""
    act = matter.act
    item = matter.facts.item(act.item)
    if item is None or act.decision != "granted":
        return
    before = [each.request for each in _examined(matter, item).anew if each.decision == "granted"]
    if before:
        case = matter.facts.case(item.case)
        limited = case is not None and case.kind in ("administrative", "public-order", "traffic")
        yield Breach((), {"granted_before": before}, "curable" if limited else "minor")


@rule("APPLIED_LATE", ReexaminationRequest)
def a_result_is_disputed_in_time(matter: Matter) -> Iterator[Breach]:
    """By the window of D12, which criminal procedure has for blood alone. It is decided all the same."""
    act = matter.act
    item = matter.facts.item(act.item)
    case = matter.facts.case(item.case) if item is not None else None
    window = matter.policy.deadlines.get("D12")
    if item is None or case is None or window is None or (case.kind == "criminal" and not item.kit):
        return
    term = window.term("administrative" if case.kind in ("administrative", "public-order") else "")
    told = [each.at for each in _examined(matter, item).notices if each.result == act.result]
    if term is not None and told:
        with suppress(CalendarMissing):
            until = term.end(max(told), matter.policy.calendar, matter.policy.zone)
            if act.occurred_at > until:
                yield Breach((), {"until": until.isoformat()})


REFUSALS = (
    a_laboratory_finds_something_only_in_what_it_received,
    the_reserve_is_not_examined_by_the_first_examiner,
    what_an_examination_used_up_only_leaves_as_used_up,
    a_sample_leaves_as_used_up_when_its_laboratory_says_so,
    what_is_told_or_disputed_is_a_result,
    a_reexamination_answers_one_open_request,
    a_granted_reexamination_names_specimen_and_laboratory,
    a_reexamination_goes_to_others_than_the_first,
    a_reexamination_is_decided_by_a_responsible_person,
    nothing_leaves_while_a_reexamination_is_open,
)

DEFECTS = (
    enough_examiners_sign_a_result,
    an_examination_of_blood_is_recorded,
    a_result_is_told_in_writing,
    who_is_told_signs_or_it_is_noted_why_not,
    a_matter_is_reexamined_once,
    a_result_is_disputed_in_time,
)
