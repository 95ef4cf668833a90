"""Results of laboratories, telling them, and the disputed re-examination of tube B."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from custody.errors import Untrusted
from harness import check
from telling import also, defect, flaws, holder, refuses, tells
from world import World
from world_results import (
    SECOND_EXAMINER,
    denies,
    disputes,
    finds,
    grants,
    joins,
    on,
    tells_result,
)

DRIVING = "云公(交)刑受〔2026〕0608-11"
NOBODYS = "019507b0-8c40-7a31-9d52-6b0f2c84e1a7"


@pytest.fixture(autouse=True)
def the_registers_tell_the_same_story(world: World) -> Iterator[None]:
    """When a story is over, the registers, too, are derived afresh."""
    yield
    check(world)


def examined(world: World, kind: str = "criminal") -> tuple[str, str, str]:
    """王某's blood: A was examined by 顾宁 and 陆涛 (81.6), B lies in the cold store. Returns A, B and the result."""
    on(world, 6, 8, 22)
    joins(world, SECOND_EXAMINER, "lab-1")
    case = world.opens_case(case=DRIVING, kind=kind)
    test, reserve = world.draws(case)
    world.checks_in([reserve], place="冷藏")
    world.dispatches([test])
    world.lab_receives([test])
    on(world, 6, 9, 1)
    result = finds(world, test, by=["顾宁", SECOND_EXAMINER])
    assert flaws(result) == {}
    return test, reserve, result.act


def sent(world: World, tube: str, laboratory: str = "lab-2") -> None:
    """Tube B leaves the cold store for a laboratory, in 周远's hands."""
    world.dispatches(
        [tube], laboratory=laboratory, approved_for="re-examination",
        signers=world.signers(officer="周远", custodian="梁静", approver="沈建国"),
    )  # fmt: skip


def opened(world: World, tube: str) -> None:
    """白薇 and an officer open the tube before the camera."""
    world.opens([tube], world.facts(tube).seal, signers=world.signers(opener="白薇", second="周远"))


@tells("reserve-tube-without-reexamination", "same-laboratory")
def test_tube_b_goes_only_where_the_decision_sends_it(world: World) -> None:
    """S6 ✗: to LAB1; to a third place; lent; opened on the way; opened by one person. It goes to LAB2."""
    test, reserve, first = examined(world)
    request = disputes(world, test, first)
    with refuses(world, "reserve-tube-without-reexamination"):
        sent(world, reserve)
    with refuses(world, "same-laboratory") as told:
        grants(world, test, request, reserve, laboratory="lab-1")
    assert told.facts == {"item": test, "laboratory": "lab-1"}
    with refuses(world, "same-laboratory") as told:
        grants(world, test, request, reserve, examiners=["lab1-07"])
    assert told.facts == {"item": test, "examiners": ["lab1-07"]}
    grants(world, test, request, reserve)
    with refuses(world, "reserve-tube-without-reexamination"):
        sent(world, reserve, "lab-1")
    with refuses(world, "reserve-tube-without-reexamination"):
        world.lends([reserve], borrower="何苗")
    with refuses(world, "reserve-tube-without-reexamination"):
        world.transfers([reserve], "梁静", "何苗", **{"from": {"place": world.places["冷藏"]}})
    sent(world, reserve)
    with refuses(world, "reserve-tube-without-reexamination"):
        world.opens([reserve], world.facts(reserve).seal)
    world.transfers([reserve], "周远", "何苗")
    world.lab_receives(
        [reserve], place="二所实验室", by="白薇", signers=world.signers(examiner="白薇", deliverer="何苗")
    )
    with pytest.raises(Untrusted, match="missing"):
        world.opens([reserve], world.facts(reserve).seal, signers=world.signers(opener="白薇"))
    opened(world, reserve)


@tells("same-laboratory")
def test_the_first_examiner_examines_no_second_tube_wherever_he_works(world: World) -> None:
    """S6 ✗: 顾宁 takes B in at the second laboratory, or signs its result together with 白薇."""
    test, reserve, first = examined(world)
    grants(world, test, disputes(world, test, first), reserve)
    sent(world, reserve)
    with refuses(world, "same-laboratory"):
        both = world.signers(examiner=["白薇", SECOND_EXAMINER], deliverer="周远")  # 陆涛 signed the result only
        world.lab_receives([reserve], place="二所实验室", signers=both)
    world.lab_receives([reserve], place="二所实验室", by="白薇")
    with refuses(world, "result-without-specimen") as told:
        finds(world, reserve, by=["白薇", "顾宁"])
    assert "same-laboratory" in also(told)  # both: his house never had the tube, and he examined the other one
    paper = {"part": "examiner", "name": {"disclose": "石某"}, "kind": "handwritten", "house": "lab-2"}
    finds(world, reserve, by="白薇", attestations=[paper])


@tells("result-without-specimen")
def test_a_result_on_what_was_left_of_a_is_no_result_on_b(world: World) -> None:
    """S6 ✗: the first laboratory examines what is left of A once more, and presents it as B: it never had B. Nor does
    the second laboratory find anything in A, which it never had."""
    test, reserve, first = examined(world)
    grants(world, test, disputes(world, test, first), reserve)
    with refuses(world, "result-without-specimen") as told:
        finds(world, reserve, by=["顾宁", SECOND_EXAMINER])
    assert told.facts["received_by"] == []
    with refuses(world, "result-without-specimen") as told:
        finds(world, test, by="白薇")
    assert told.facts == {"item": test, "received_by": ["lab-1"], "examiners": ["lab2-03"]}


@tells("reexamination-open")
def test_nothing_is_destroyed_while_an_application_is_open(world: World) -> None:
    """S6 ✗: the reserve tube goes nowhere for good before the request is decided, and the new result is in. After a
    refusal it stays locked as blood is: until the case is final."""
    test, reserve, first = examined(world)
    released = {"kind": "handed-over", "attestations": [], "signers": world.signers(holder="梁静", approver="沈建国")}
    request = disputes(world, test, first)
    with refuses(world, "reexamination-open") as told:
        world.releases([reserve], **released)
    assert told.facts == {"item": reserve, "requests": [request]}
    denies(world, test, request)
    with refuses(world, "tube-destroyed-early"):
        world.releases(
            [reserve], kind="destroyed", recipient=None, attestations=[],
            destruction={"where": "医废中心", "method": "焚烧", "measured": [{"quantity": "3.0", "unit": "mL"}]},
            signers=world.signers(holder="梁静", approver="沈建国", supervisor=["江监督", "高岚"]),
        )  # fmt: skip
    again = disputes(world, test, first, ground="procedure")
    grants(world, test, again, reserve)
    with refuses(world, "reexamination-open"):
        world.releases([reserve], **released)


@tells("reexamination-unrequested")
def test_a_reexamination_answers_a_request_once(world: World) -> None:
    """Nobody asked; or it was decided already; or the request is about another tube."""
    test, reserve, first = examined(world)
    with refuses(world, "reexamination-unrequested"):
        grants(world, test, NOBODYS, reserve)
    request = disputes(world, test, first)
    with refuses(world, "reexamination-unrequested"):
        grants(world, reserve, request, reserve)
    refusal = denies(world, test, request)
    with refuses(world, "reexamination-unrequested") as told:
        grants(world, test, request, reserve)
    assert told.facts["decided_by"] == refusal.act


@tells("reexamination-unsound")
def test_a_granted_reexamination_names_what_is_examined_and_where(world: World) -> None:
    """A laboratory nobody registered, another item as specimen, a refusal without a reason."""
    test, reserve, first = examined(world)
    request = disputes(world, test, first)
    with refuses(world, "reexamination-unsound"):
        grants(world, test, request, reserve, laboratory="lab-9")
    with refuses(world, "reexamination-unsound") as told:
        grants(world, test, request, None)
    assert told.facts["specimen"] is None
    with refuses(world, "reexamination-unsound"):
        denies(world, test, request, reason=None)
    grants(world, test, request, reserve)


@tells("reexamination-approver-level")
def test_a_reexamination_is_decided_by_a_responsible_person(world: World) -> None:
    """刘振, head of the unit, neither grants nor refuses it."""
    test, reserve, first = examined(world)
    request = disputes(world, test, first)
    with refuses(world, "reexamination-approver-level") as told:
        grants(world, test, request, reserve, signers=world.signers(approver="刘振"))
    assert told.facts == {"approver": "psb-0102", "expected": "approver-2"}
    with refuses(world, "reexamination-approver-level"):
        denies(world, test, request, signers=world.signers(approver="刘振"))
    denies(world, test, request)


@tells("REEXAMINED_AGAIN")
@pytest.mark.parametrize(("kind", "severity"), [("administrative", "curable"), ("criminal", "minor")])
def test_a_second_reexamination_is_marked_and_never_refused(world: World, kind: str, severity: str) -> None:
    """In the administrative tracks the law says “once”; in a criminal case it is silent."""
    test, reserve, first = examined(world, kind)
    assert flaws(grants(world, test, disputes(world, test, first), reserve)) == {}
    again = grants(world, test, disputes(world, test, first), test)
    assert flaws(again) == {"REEXAMINED_AGAIN": (severity, ())}


@tells("result-unknown")
def test_what_is_told_or_disputed_is_a_result_of_that_item(world: World) -> None:
    """The result of A told as one of B; a result nobody recorded; told before it was found."""
    test, reserve, first = examined(world)
    with refuses(world, "result-unknown"):
        tells_result(world, reserve, first)
    with refuses(world, "result-unknown"):
        disputes(world, test, NOBODYS)
    with refuses(world, "result-unknown"):
        tells_result(world, test, first, occurred_at="2026-06-09T00:30:00+08:00")
    tells_result(world, test, first)


@tells("NOTICE_NOT_WRITTEN", "NOTICE_UNSIGNED")
def test_a_result_told_by_word_of_mouth_says_so(world: World) -> None:
    """Told by telephone, and nobody signed: recorded, with two defects. A noted refusal to sign is enough."""
    test, _, first = examined(world)
    told = tells_result(world, test, first, manner="oral", attestations=[])
    assert flaws(told) == {"NOTICE_NOT_WRITTEN": ("curable", ()), "NOTICE_UNSIGNED": ("minor", ())}
    refused = {"part": "person", "name": {"disclose": "王某"}, "kind": "refused", "note": "拒绝签字"}
    assert flaws(tells_result(world, test, first, attestations=[refused])) == {}


@tells("EXAMINED_BY_ONE", "EXAMINATION_NOT_RECORDED")
def test_a_result_by_one_examiner_without_a_recording_says_so(world: World) -> None:
    """One examiner, and no recording of preparation and measurement. A phone's examination need not be recorded."""
    case = world.opens_case(case=DRIVING, kind="traffic")
    test, _ = world.draws(case)
    (phone,) = world.seizes(case)
    world.dispatches([test])
    world.lab_receives([test])
    world.dispatches([phone])
    world.lab_receives([phone])
    alone = finds(world, test, recording=None)
    assert flaws(alone) == {"EXAMINED_BY_ONE": ("curable", ()), "EXAMINATION_NOT_RECORDED": ("curable", ())}
    assert defect(world, test, "EXAMINATION_NOT_RECORDED").state == "open"
    read = finds(world, phone, value="已提取", unit=None, residual=None, recording=None)
    assert set(flaws(read)) == {"EXAMINED_BY_ONE"}


@tells("not-used-up", "not-available", "tube-destroyed-early")
def test_a_tube_that_was_used_up_leaves_as_used_up(world: World) -> None:
    """S1, after the result: nobody says of A that it was used up before its laboratory does; then it goes no other
    way. Destroying B two days later stays forbidden."""
    on(world, 3, 12, 22, 41)
    test, reserve = world.draws(world.opens_case(case=DRIVING, kind="traffic"))
    world.checks_in([reserve], place="冷藏")
    world.dispatches([test])
    world.lab_receives([test])
    gone = {"kind": "consumed", "recipient": None, "attestations": [], "order": None, "basis": ["江公鉴〔2026〕88号"]}
    by = world.signers(holder="顾宁", approver="刘振")
    finds(world, test, "172.4")
    with refuses(world, "not-used-up"):
        world.releases([test], signers=by, **gone)
    finds(world, test, "172.1", residual=None, consumed=True)
    with refuses(world, "not-available") as told:
        world.transfers([test], "顾宁", "周远", **{"from": {"place": world.places["一所实验室"]}})
    assert told.facts == {"item": test, "consumed": True}
    world.releases([test], signers=by, **gone)
    assert (holder(world, test), world.facts(test).released) == (None, "consumed")
    on(world, 3, 14, 9)
    with refuses(world, "tube-destroyed-early"):
        world.releases(
            [reserve], kind="destroyed", recipient=None, attestations=[],
            destruction={"where": "医废中心", "method": "焚烧", "measured": [{"quantity": "3.0", "unit": "mL"}]},
            signers=world.signers(holder="梁静", approver="沈建国", supervisor=["江监督", "高岚"]),
        )  # fmt: skip


def test_a_result_is_corrected_with_both_values_standing(world: World) -> None:
    """The opinion number had a slip. The corrected result reads otherwise; the notice still points at it."""
    test, _, first = examined(world)
    tells_result(world, test, first)
    slip = "江公鉴(毒)字〔2026〕89号"
    world.corrects(
        first, {"op": "replace", "path": "/opinion", "old": "江公鉴(毒)字〔2026〕88号", "new": slip}, author="顾宁"
    )
    (result,) = world.facts(test).examined.results
    assert (result.act, result.opinion) == (first, slip)
