"""Corrections and remedies: nothing is edited, what was said is read differently from then on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from custody.errors import Untrusted
from harness import check
from telling import also, defect, flaws, holder, open_defects, refuses, tells
from world import World


@pytest.fixture(autouse=True)
def the_registers_tell_the_same_story(world: World) -> Iterator[None]:
    """When a story is over, the registers, too, are derived afresh."""
    yield
    check(world)


def replace(path: str, old: object, new: object) -> dict[str, object]:
    """One value instead of another."""
    return {"op": "replace", "path": path, "old": old, "new": new}


def void(path: str = "") -> dict[str, object]:
    """The act, or one item of it, did not happen."""
    return {"op": "void", "path": path}


def insert(**fields: object) -> dict[str, object]:
    """An act that was left out."""
    return {"op": "insert", "path": "", "new": fields}


def seizure_of(world: World, item: str) -> str:
    """The act that took an item."""
    taken: str = world.facts(item).born_in
    return taken


def test_a_correction_of_a_correction_goes_on_from_what_is_read_now(world: World) -> None:
    """The serial is corrected, and the correction itself had a slip: the second one names the first one's value."""
    (item,) = world.seizes(world.opens_case(), world.item(serial="A1"))
    target = seizure_of(world, item)
    world.corrects(target, replace("/items/0/serial", "A1", "A2"))
    with refuses(world, "correction-does-not-fit"):
        world.corrects(target, replace("/items/0/serial", "A1", "A3"))
    world.corrects(target, replace("/items/0/serial", "A2", "A3"))
    assert world.facts(item).taken.serial == "A3"


def test_an_item_listed_twice_is_voided_and_keeps_its_id(world: World) -> None:
    """S2, line 201: one bank card stands on the list twice. The line is voided; nothing can be done with it any more,
    and its label never names anything else."""
    case = world.opens_case()
    card, twice = world.item(description="银行卡"), world.item(description="银行卡")
    items = world.seizes(case, card, twice)
    world.corrects(seizure_of(world, items[1]), void("/items/1"))
    assert [world.facts(each).voided for each in items] == [False, True]
    with refuses(world, "unknown-item"):
        world.checks_in(items[1:])
    with refuses(world, "code-used"):
        world.seizes(case, world.item(code=twice["code"]))
    world.checks_in(items[:1])


def test_a_check_in_that_never_happened_is_voided(world: World) -> None:
    """The wrong list was scanned: 周远 still has the phone. The whole act is voided, and he is its holder again."""
    (item,) = world.seizes(world.opens_case())
    wrong = world.checks_in([item])
    world.corrects(wrong.act, void())
    assert holder(world, item) == "psb-0211"
    assert flaws(world.checks_in([item])) == {}
    with refuses(world, "correction-target"):
        world.corrects(wrong.act, void())


def test_a_handover_that_was_left_out_is_read_where_it_belongs(world: World) -> None:
    """周远 gave the phone to 何苗 and had it back before he checked it in; nobody wrote it down. The correction inserts
    the missing handovers before the check-in, and who holds it now stays who it is."""
    (item,) = world.seizes(world.opens_case())
    handed = world.clock.now.isoformat()
    world.clock.forward(hours=1)
    stored = world.checks_in([item])
    there_and_back = [
        insert(
            act="transfer", occurred_at=handed, lines=world.lines([item]), basis=[], attestations=[], attachments=[],
            purpose="补入", **{"from": {"person": giver}, "to": {"person": taker}},
        )
        for giver, taker in (("psb-0211", "psb-0347"), ("psb-0347", "psb-0211"))
    ]  # fmt: skip
    world.corrects(stored.act, *there_and_back)
    chain = [each.holder.id for each in world.facts(item).custody]
    assert chain == ["psb-0211", "psb-0347", "psb-0211", world.places["大库"]]
    assert world.facts(item).gaps() == ()


@tells("correction-target")
def test_a_correction_amends_what_was_recorded_about_cases_and_items(world: World) -> None:
    """No such act; an enrolment; a hold; another correction: each is changed by another act of its own kind."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    hold = world.holds(case, [item])
    first = world.corrects(seizure_of(world, item), replace("/where", "云岭区青石路", "云岭区青石路12号"))
    enrolment = world.adds_key("孙凯").act
    for target in ("0193a1b2-0000-7000-8000-000000000000", hold, first.act, enrolment):
        with refuses(world, "correction-target"):
            world.corrects(target, replace("/reason", "claim", "appeal"))


@tells("correction-self-approved")
def test_who_signed_the_error_does_not_approve_its_correction(world: World) -> None:
    """刘振 approved the loan; now its due time was wrong. 高岚 approves the correction, not he. And nobody approves
    what he writes himself."""
    (item,) = world.seizes(world.opens_case())
    world.checks_in([item])
    loan = world.lends([item])
    due = world.facts(item).loan.due.isoformat()
    later = replace("/due", due, due.replace("2026-03", "2026-04"))
    with refuses(world, "correction-self-approved") as told:
        world.corrects(loan.act, later, approver="刘振")
    assert told.facts == {"approver": ["psb-0102"]}
    with pytest.raises(Untrusted):
        world.corrects(loan.act, later, author="高岚", approver="高岚")
    with pytest.raises(Untrusted, match="may not sign as approver"):
        world.corrects(loan.act, later, approver="何苗")
    world.corrects(loan.act, later)
    assert world.facts(item).loan.due.month == 4


@tells("correction-forbidden-field")
def test_signers_and_hashes_are_not_corrected(world: World) -> None:
    """Who signed, what they saw, and which photographs stand beside: that is what the signatures vouch for."""
    (item,) = world.seizes(world.opens_case())
    target = seizure_of(world, item)
    for path in ("/signers/0/person", "/id", "/seen/size", "/ledger", "/attachments", "/attestations/0/kind"):
        with refuses(world, "correction-forbidden-field"):
            world.corrects(target, replace(path, "x", "y"))
    world.corrects(target, replace("/instrument", "云公扣字〔2026〕12号", "云公扣字〔2026〕21号"))


@tells("correction-of-identity")
def test_a_correction_changes_neither_items_nor_codes_nor_the_reserve(world: World) -> None:
    """A list that names the wrong item is voided there, and the right one recorded; B does not become A on paper;
    and nothing is read into the past but handovers and seals of the same items."""
    case = world.opens_case()
    one, two = world.seizes(case, world.item(), world.item())
    stored = world.checks_in([one])
    with refuses(world, "correction-of-identity"):
        world.corrects(stored.act, replace("/lines/0/item", one, two))
    with refuses(world, "correction-of-identity"):
        world.corrects(seizure_of(world, one), replace("/items/0/code", world.facts(one).code, world.code()))
    _, reserve = world.draws(case)
    with refuses(world, "correction-of-identity"):
        world.corrects(seizure_of(world, reserve), replace("/tubes/1/purpose", "reserve", "test"))
    header: dict[str, Any] = {
        "occurred_at": world.clock.now.isoformat(), "basis": [], "attestations": [], "attachments": [],
    }  # fmt: skip
    exit_ = insert(
        act="release", lines=world.lines([one]), kind="consumed", order=None, recipient=None, destruction=None,
        voucher=None, reason="补入", **header,
    )  # fmt: skip
    with refuses(world, "correction-of-identity") as told:
        world.corrects(stored.act, exit_)
    assert told.facts["inserted"] == "release"
    hold = world.holds(case, [one])
    lifted = insert(
        act="hold", case=case, action="lift", hold=hold, items=[one], reason="claim", statement=None, **header
    )  # fmt: skip
    with refuses(world, "correction-of-identity"):
        world.corrects(stored.act, lifted)
    foreign = insert(act="relocation", lines=world.lines([two]), to=world.places["车场"], reason="补入", **header)
    with refuses(world, "correction-of-identity"):
        world.corrects(stored.act, foreign)
    world.corrects(stored.act, replace("/lines/0/condition", "完好", "屏幕有裂纹"))
    assert world.facts(one).condition == "屏幕有裂纹"


@tells("correction-does-not-fit")
def test_what_a_correction_calls_old_stands_there(world: World) -> None:
    """Another old value, a field that does not exist, a new value of no sound form: refused."""
    (item,) = world.seizes(world.opens_case())
    target = seizure_of(world, item)
    for change in (
        replace("/items/0/description", "电脑", "手机"),
        replace("/items/7/description", "手机", "电脑"),
        replace("/items/0/colour", "手机", "电脑"),
        replace("/items/0/quantity", "1", "one"),
        replace("/items/²/quantity", "1", "2"),
        void("/items/9"),
        void("/where"),
        insert(act="transfer"),
        {"op": "insert", "path": "/items/0", "new": {}},
    ):
        with refuses(world, "correction-does-not-fit"):
            world.corrects(target, change)
    world.corrects(target, replace("/items/0/description", "手机", "手机（备用机）"))
    assert world.facts(item).description == "手机（备用机）"


@tells("correction-impossible")
def test_a_corrected_history_can_have_happened(world: World) -> None:
    """S10: a correction that would put the phone into two places, before its own seizure, or out of hands that never
    had it: refused after replaying what it touches."""
    (item,) = world.seizes(world.opens_case())
    taken = seizure_of(world, item)
    handed = world.transfers([item], "周远", "何苗")
    world.checks_in([item], by="何苗")
    with refuses(world, "correction-impossible") as told:
        world.corrects(handed.act, void())
    assert told.facts["problem"] == "from somebody who did not hold it"
    with refuses(world, "correction-impossible"):
        world.corrects(handed.act, replace("/to/person", "psb-0347", "psb-aux-12"))
    early = "2026-03-01T08:00:00+08:00"
    with refuses(world, "correction-impossible"):
        world.corrects(handed.act, replace("/occurred_at", stated(world, handed.act), early))
    with refuses(world, "correction-impossible") as told:
        world.corrects(taken, void("/items/0"))
    assert told.facts["problem"] == "of an item that was never taken"
    with refuses(world, "correction-impossible"):
        world.corrects(taken, void())


def stated(world: World, act: str) -> str:
    """When an act says it happened."""
    recorded = world.ledger.memory.record(act)
    assert recorded is not None
    return recorded.act.occurred_at.isoformat()


def test_a_seizure_is_not_voided_under_an_item_that_was_stored_since(world: World) -> None:
    """One check-in followed the seizure: that is enough for the item to have been taken."""
    (item,) = world.seizes(world.opens_case())
    world.checks_in([item])
    with refuses(world, "correction-impossible"):
        world.corrects(seizure_of(world, item), void())


def test_a_correction_does_not_move_what_lies_there_now_or_undo_an_exit(world: World) -> None:
    """An inserted relocation would put the phone elsewhere than it is; a voided release would bring it back."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    when = world.clock.now.isoformat()
    world.clock.forward(minutes=5)
    stored = world.checks_in([item])
    relabelled = world.ledger.memory.record(world.holds(case, [item]))
    assert relabelled is not None
    world.clock.forward(minutes=5)
    world.labels(item)
    label = world.facts(item).acts[-1].act
    moved = insert(
        act="relocation", lines=world.lines([item]), to=world.places["车场"], reason="补入",
        occurred_at=world.clock.now.isoformat(), basis=[], attestations=[], attachments=[],
    )  # fmt: skip
    with refuses(world, "correction-impossible") as told:
        world.corrects(label, moved)
    assert told.facts["problem"] == "who holds it now would change"
    assert when < stated(world, stored.act)
    (gone,) = world.seizes(case)
    world.checks_in([gone])
    world.lifts(relabelled.act.id, case, [item])
    exit_ = world.releases([gone])
    for change in (void(), void("/lines/0")):
        with refuses(world, "correction-impossible") as told:
            world.corrects(exit_.act, change)
        assert told.facts["problem"] == "an exit is final"
    world.corrects(exit_.act, replace("/reason", "查明与案件无关", "查明与本案无关"))


def test_what_a_signer_signed_for_is_not_corrected_away(world: World) -> None:
    """何苗 signed as receiver; the transfer is not made to say that 孙凯 received."""
    (item,) = world.seizes(world.opens_case())
    handed = world.transfers([item], "周远", "何苗")
    with refuses(world, "correction-impossible") as told:
        world.corrects(handed.act, replace("/to/person", "psb-0347", "psb-aux-12"))
    assert told.facts["problem"] == "not-as-stated"
    assert holder(world, item) == "psb-0347"


@tells("correction-without-evidence")
def test_a_corrected_seal_number_is_the_one_that_opens(world: World) -> None:
    """The seal was typed wrongly; without a photograph that shows the number nobody corrects it. Corrected, the true
    number is on the item, opens it, and is used up; a number that another bag bears is refused."""
    case = world.opens_case()
    (one,), (two,) = world.seizes(case), world.seizes(case)
    wrong, other = world.facts(one).seal, world.facts(two).seal
    target = seizure_of(world, one)
    photo = ["9a" * 32]
    with refuses(world, "correction-without-evidence") as told:
        world.corrects(target, replace("/items/0/seal", wrong, "F-777001"))
    assert told.facts == {"path": "/items/0/seal"}
    with refuses(world, "seal-used"):
        world.corrects(target, replace("/items/0/seal", wrong, other), evidence=photo)
    world.corrects(target, replace("/items/0/seal", wrong, "F-777001"), evidence=photo)
    assert world.facts(one).seal == "F-777001"
    with refuses(world, "seal-used"):
        world.seizes(case, world.item(seal="F-777001"))
    with refuses(world, "seal-not-on-item"):
        world.opens([one], wrong)
    world.opens([one], "F-777001")


def test_a_corrected_case_must_exist(world: World) -> None:
    """Moved on paper into a case that nobody opened: refused, as the seizure itself would have been."""
    one, two = world.opens_case(), world.opens_case(case="云公(刑)盗〔2026〕0077")
    (item,) = world.seizes(one)
    with refuses(world, "no-case") as told:
        world.corrects(seizure_of(world, item), replace("/case", one, "云公(刑)〔2026〕0000"))
    assert also(told) == set()
    world.corrects(seizure_of(world, item), replace("/case", one, two))
    assert world.facts(item).case == two


@tells("remedy-of-no-defect", "remedy-by-stranger", "remedy-accepted-before")
def test_a_defect_is_explained_by_those_concerned_and_accepted_by_a_reviewer(world: World) -> None:
    """The handover was late. 周远 explains why, 高岚 accepts it. A defect that does not exist, a reviewer's part taken
    by an officer, an explanation by an auditor: refused."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    world.clock.forward(hours=30)
    world.checks_in([item])
    late = defect(world, item, "LATE_HANDOVER").id
    with refuses(world, "remedy-of-no-defect"):
        world.remedies(late.replace("/0", "/1"), "explain", "周远")
    with refuses(world, "remedy-of-no-defect"):
        world.remedies(late, "confirm", "周远")
    with refuses(world, "remedy-by-stranger"):
        world.remedies(late, "explain", "钱法官")
    world.remedies(late, "explain", "周远")
    assert defect(world, item, "LATE_HANDOVER").state == "explained"
    with refuses(world, "remedy-by-stranger"):
        world.remedies(late, "accept", "周远")
    world.remedies(late, "accept", "高岚")
    assert defect(world, item, "LATE_HANDOVER").state == "accepted"
    with refuses(world, "remedy-accepted-before"):
        world.remedies(late, "accept", "高岚")
    assert open_defects(world, item) == set()
