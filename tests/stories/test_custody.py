"""Custody: who gives, who takes, where things may lie, and loans."""

from __future__ import annotations

from datetime import timedelta

import pytest

from custody.acts.values import encode
from custody.errors import Stale, Untrusted
from telling import defect, flaws, holder, open_defects, refuses, tells
from world import World


@tells("not-the-holder")
def test_nobody_moves_what_he_does_not_hold(world: World) -> None:
    """何苗 hands on what 周远 holds; 郑宏 of another place lends what lies in the store: both refused."""
    (item,) = world.seizes(world.opens_case(), world.item())
    with refuses(world, "not-the-holder") as told:
        world.transfers([item], "孙凯", "何苗")
    assert told.facts == {"item": item, "holder": "psb-0211", "holder_kind": "person"}
    with refuses(world, "not-the-holder"):
        world.relocates([item], "大库")
    with refuses(world, "not-the-holder"):
        world.releases([item])
    world.checks_in([item])
    with refuses(world, "not-the-holder"):
        world.checks_in([item], by="何苗")
    with refuses(world, "not-the-holder"):
        world.transfers([item], "周远", "何苗")
    world.changes("郑宏", places_ended=[world.places["大库"]])
    with refuses(world, "not-the-holder"):
        world.lends([item], signers=world.signers(custodian="郑宏", borrower="周远", approver="刘振"))
    world.lends([item])
    assert holder(world, item) == "psb-0211"


@tells("not-as-stated")
def test_a_transfer_is_signed_by_those_it_names(world: World) -> None:
    """The paper says “to 何苗”, but 孙凯 signs as receiver: refused."""
    (item,) = world.seizes(world.opens_case())
    with refuses(world, "not-as-stated") as told:
        world.transfers([item], "周远", "何苗", signers=world.signers(deliverer="周远", receiver="孙凯"))
    assert told.facts == {"part": "receiver", "person": "psb-0347"}
    outside = {"outside": {"disclose": "江州银行保管库"}}
    with refuses(world, "not-as-stated"):
        world.transfers([item], "周远", "何苗", to=outside)
    world.transfers([item], "周远", "何苗")
    assert holder(world, item) == "psb-0347"


def test_an_outside_keeper_stands_on_paper_and_gives_back_the_same_way(world: World) -> None:
    """A bank keeps the gold for a while: its clerk signs by hand, and signs again when it comes back."""
    (gold,) = world.seizes(world.opens_case())
    bank = {"outside": {"disclose": "江州银行保管库"}}
    clerk = {"name": {"disclose": "柜员秦某"}, "kind": "handwritten"}
    world.transfers(
        [gold], "周远", "何苗", to=bank, signers=world.signers(deliverer="周远"),
        attestations=[{"part": "receiver", **clerk}],
    )  # fmt: skip
    assert world.facts(gold).holder.kind == "outside"
    back = world.transfers(
        [gold], "何苗", "周远", **{"from": bank}, signers=world.signers(receiver="周远"),
        attestations=[{"part": "deliverer", **clerk}],
    )  # fmt: skip
    assert (flaws(back), holder(world, gold)) == ({}, "psb-0211")


@tells("not-custodian-of-place")
def test_who_takes_in_looks_after_the_place(world: World) -> None:
    """郑宏 no longer looks after the general store; and a place that nobody registered takes nothing."""
    (item,) = world.seizes(world.opens_case())
    world.changes("郑宏", places_ended=[world.places["大库"]])
    with refuses(world, "not-custodian-of-place") as told:
        world.checks_in([item], to="郑宏")
    assert told.facts == {"place": world.places["大库"], "persons": ["cen-02"]}
    world.places["无名"] = world.code("place")[:16]
    with refuses(world, "not-custodian-of-place"):
        world.checks_in([item], place="无名")
    world.checks_in([item], to="梁静")


def test_a_shelf_is_looked_after_by_the_custodians_of_the_store_around_it(world: World) -> None:
    """Shelf B-3 stands in the general store: 梁静 need not be enrolled for every shelf."""
    (item,) = world.seizes(world.opens_case())
    world.place("B-3", "center", "general", parent=world.places["大库"])
    world.checks_in([item], place="B-3")
    assert holder(world, item) == world.places["B-3"]


@tells("not-a-laboratory")
def test_a_laboratory_receives_in_its_laboratory(world: World) -> None:
    """顾宁 takes the phone into the general store, or neither accepts nor refuses it: refused."""
    case = world.opens_case()
    (item,) = world.seizes(case)
    world.dispatches([item])
    with refuses(world, "not-a-laboratory") as told:
        world.lab_receives([item], acceptance=None)
    assert told.facts == {"expected": "acceptance or refusal"}
    world.place("值班室", "lab-1", "counter")
    world.changes("顾宁", places_added=[world.places["值班室"]], add=[{"capacity": "custodian"}])
    with refuses(world, "not-a-laboratory") as told:
        world.lab_receives([item], place="值班室")
    assert told.facts["class"] == "counter"
    world.lab_receives([item])
    assert holder(world, item) == world.places["一所实验室"]


@tells("officer-is-custodian")
def test_an_officer_of_the_case_never_keeps_its_items(world: World) -> None:
    """S1: 周远 was given a second capacity, custodian of the police counter, and wants to take tube B in himself."""
    case = world.opens_case(case="云公(交)刑受〔2026〕0312-07", kind="traffic")
    world.place("派出所暂存", "psb-yunling", "cold")
    (_, reserve) = world.draws(case)
    for name in ("周远", "何苗", "孙凯"):
        world.changes(name, add=[{"capacity": "custodian"}], places_added=[world.places["派出所暂存"]])
    world.transfers([reserve], "周远", "孙凯")
    with refuses(world, "officer-is-custodian") as told:
        world.checks_in([reserve], place="派出所暂存", by="孙凯", to="周远")
    assert told.facts == {"person": "psb-0211", "case": case}
    with refuses(world, "officer-is-custodian"):  # not named in the case, but one of those who took it
        world.checks_in([reserve], place="派出所暂存", by="孙凯", to="何苗")
    with refuses(world, "officer-is-custodian"):
        world.transfers([reserve], "孙凯", "何苗", to={"place": world.places["派出所暂存"]})
    world.checks_in([reserve], place="冷藏", by="孙凯", to="梁静")
    assert holder(world, reserve) == world.places["冷藏"]


def test_an_officer_of_the_case_does_not_hand_things_out_of_a_place_either(world: World) -> None:
    """周远, custodian by a second capacity, hands out what lies in his place: by a transfer, or by a release."""
    case = world.opens_case()
    world.place("派出所暂存", "psb-yunling", "general")
    for name in ("周远", "孙凯"):
        world.changes(name, add=[{"capacity": "custodian"}], places_added=[world.places["派出所暂存"]])
    (item,) = world.seizes(case)
    world.checks_in([item], place="派出所暂存", to="孙凯")
    store = {"place": world.places["派出所暂存"]}
    with refuses(world, "officer-is-custodian"):
        world.transfers([item], "周远", "何苗", **{"from": store})
    with refuses(world, "officer-is-custodian"):
        world.releases([item], signers=world.signers(holder="周远", approver="沈建国"))
    world.transfers([item], "孙凯", "何苗", **{"from": store})
    assert holder(world, item) == "psb-0347"


@tells("wrong-place")
def test_what_is_kept_cold_does_not_lie_in_the_hall(world: World) -> None:
    """A tube of blood is brought to the general store: refused; the cold store takes it."""
    tube, _ = world.draws(world.opens_case())
    with refuses(world, "wrong-place") as told:
        world.checks_in([tube])
    assert told.facts == {"category": "biological", "class": "general", "allowed": ["cold", "laboratory"]}
    world.checks_in([tube], place="冷藏")
    with refuses(world, "wrong-place"):
        world.relocates([tube], "车场")


@tells("two-custodians")
def test_a_place_under_dual_control_takes_two_custodians(world: World) -> None:
    """S3: one custodian opens the safe V-03: refused. Neither does the borrower count as the second one."""
    case = world.opens_case()
    (watch,) = world.seizes(case, world.item(category="valuables", description="手表"), attachments=[recording()])
    with refuses(world, "two-custodians") as told:
        world.checks_in([watch], place="贵重")
    assert told.facts == {"place": world.places["贵重"], "expected": 2, "got": 1}
    world.checks_in([watch], place="贵重", to=["梁静", "郑宏"])
    with refuses(world, "two-custodians"):
        world.relocates([watch], "大库")
    with refuses(world, "two-custodians"):
        world.lends([watch], borrower="郑宏")
    with refuses(world, "two-custodians"):
        world.releases([watch])
    both = world.signers(custodian=["梁静", "郑宏"], borrower="周远", approver="刘振")
    world.lends([watch], signers=both)
    assert holder(world, watch) == "psb-0211"


def test_dual_control_of_a_safe_reaches_its_drawers(world: World) -> None:
    """A drawer that stands in the safe is registered without dual control of its own: the safe's holds."""
    case = world.opens_case()
    (watch,) = world.seizes(case)
    world.place("抽屉一", "center", "valuables", parent=world.places["贵重"])
    with refuses(world, "two-custodians"):
        world.checks_in([watch], place="抽屉一")
    world.checks_in([watch], place="抽屉一", to=["梁静", "郑宏"])


def recording() -> dict[str, object]:
    """A recording of the whole."""
    return {"sha256": "5c" * 32, "media_type": "video/mp4", "size_bytes": 1 << 30, "kind": "recording"}


@tells("loan-unapproved")
def test_a_loan_is_approved_and_signed_for_by_its_borrower(world: World) -> None:
    """Without an approver, by somebody else than the borrower, or due before it begins: refused."""
    (phone,) = world.seizes(world.opens_case())
    world.checks_in([phone])
    with refuses(world, "loan-unapproved") as told:
        world.lends([phone], signers=world.signers(custodian="梁静", borrower="周远"))
    assert told.facts == {"missing": "approver"}
    with refuses(world, "loan-unapproved"):
        world.lends([phone], signers=world.signers(custodian="梁静", borrower="何苗", approver="刘振"))
    with refuses(world, "loan-unapproved"):
        world.lends([phone], hours=0)
    world.changes("刘振", add=[{"capacity": "officer"}])
    with pytest.raises(Untrusted, match="twice"):
        world.lends([phone], borrower="刘振")
    world.lends([phone])
    assert world.facts(phone).loan.borrower == "psb-0211"


@tells("loan-approver-level")
def test_a_vehicle_is_lent_by_a_responsible_person(world: World) -> None:
    """S4: a unit head lends out the getaway car: refused. 沈建国, responsible person of the sub-bureau, may."""
    (car,) = world.seizes(world.opens_case(), world.item(category="vehicle", description="轿车", unit="辆"))
    world.checks_in([car], place="车场")
    with refuses(world, "loan-approver-level") as told:
        world.lends([car])
    assert told.facts == {"approver": "psb-0102", "expected": "approver-2"}
    world.lends([car], signers=world.signers(custodian="梁静", borrower="周远", approver="沈建国"))


@tells("not-available")
def test_what_is_out_or_gone_goes_nowhere(world: World) -> None:
    """A phone on loan is neither lent again, checked in, handed on nor released; one that left for good stays gone."""
    case = world.opens_case()
    out, gone, sent = world.seizes(case, world.item(), world.item(), world.item())
    world.checks_in([out, gone, sent])
    world.lends([out])
    with refuses(world, "not-available") as told:
        world.lends([out], borrower="何苗")
    assert told.facts == {"item": out, "on_loan_to": "psb-0211"}
    with refuses(world, "not-available"):
        world.checks_in([out])
    with refuses(world, "not-available"):
        world.transfers([out], "周远", "何苗")
    with refuses(world, "not-available"):
        world.releases([out], signers=world.signers(holder="周远", approver="沈建国"))
    world.releases([gone])
    with refuses(world, "not-available"):
        world.checks_in([gone])
    with refuses(world, "not-available"):
        world.seals_up([gone])
    with refuses(world, "not-available"):
        world.labels(gone)
    world.dispatches([sent], signers=world.signers(officer="周远", custodian="梁静"), approved_for=None)
    with refuses(world, "not-available"):
        world.dispatches([sent])
    world.returns([out])
    world.lends([out])


def test_a_dispatch_that_comes_back_to_the_store_is_over(world: World) -> None:
    """The laboratory is closed; 周远 brings the phone back into the store, and it can be lent again."""
    (phone,) = world.seizes(world.opens_case())
    world.dispatches([phone])
    world.checks_in([phone])
    assert world.facts(phone).laboratory is None
    world.lends([phone])


@tells("not-on-loan")
def test_only_what_was_lent_returns(world: World) -> None:
    """周远 “returns” what he seized an hour ago: that is a check-in."""
    (phone,) = world.seizes(world.opens_case())
    with refuses(world, "not-on-loan"):
        world.returns([phone])
    world.checks_in([phone])
    world.lends([phone])
    with refuses(world, "not-the-holder"):
        world.returns([phone], borrower="何苗")
    assert flaws(world.returns([phone])) == {}


@tells("LATE_RETURN")
def test_a_loan_that_returns_late_says_so(world: World) -> None:
    """Two phones lent until tomorrow, one lent until next week, returned together after two days."""
    case = world.opens_case()
    items = world.seizes(case, world.item(), world.item())
    world.checks_in(items)
    world.lends(items[:1], hours=24)
    world.lends(items[1:], hours=24 * 7)
    world.clock.forward(days=2)
    assert flaws(world.returns(items)) == {"LATE_RETURN": ("curable", (0,))}
    assert open_defects(world, items[0]) == {"LATE_RETURN"}
    assert open_defects(world, items[1]) == set()


@tells("not-at-hand")
def test_who_seals_opens_or_labels_an_item_has_it_at_hand(world: World) -> None:
    """周远 holds the phone: the custodian cannot label it yet. Once it lies in the store she can, and 周远,
    who is not there, can neither label nor open it."""
    (item,) = world.seizes(world.opens_case())
    with refuses(world, "not-at-hand") as told:
        world.labels(item, by="梁静")
    assert told.facts["holder"] == world.id_of("周远")
    world.labels(item)
    world.checks_in([item])
    world.labels(item, by="梁静")
    with refuses(world, "not-at-hand"):
        world.labels(item, by="周远")
    with refuses(world, "not-at-hand"):
        world.opens([item], world.facts(item).seal or "", signers=world.signers(opener="周远", second="何苗"))


@tells("LATE_HANDOVER")
def test_an_urgent_examination_shifts_the_handover_only_where_it_was_approved(world: World) -> None:
    """行程 art. 190: 30 hours after the seizure, 10 after an examination. Approved: in time. By word of mouth: late."""
    for approver, found in (({"approver": "刘振"}, set()), ({}, {"LATE_HANDOVER"})):
        case = world.opens_case(case=f"云公(刑)〔2026〕{len(approver)}")
        items = world.seizes(case)
        world.clock.forward(hours=20)
        world.notes(case, "urgent-examination-ended", signers=world.signers(noter="周远", **approver))
        world.clock.forward(hours=10)
        assert set(flaws(world.checks_in(items))) == found


@tells("LATE_HANDOVER")
def test_what_reaches_the_store_after_a_day_says_so(world: World) -> None:
    """Seized on Thursday, brought in on Saturday. It was kept 24 hours too long in an officer's hands."""
    case = world.opens_case()
    late, timely = world.seizes(case), world.seizes(case)
    world.checks_in(timely)
    world.clock.forward(hours=24)
    assert flaws(world.checks_in(late)) == {"LATE_HANDOVER": ("curable", ())}
    assert open_defects(world, late[0]) == {"LATE_HANDOVER"}
    assert open_defects(world, timely[0]) == set()
    world.lends(timely, hours=99)
    world.clock.forward(hours=48)
    assert flaws(world.returns(timely)) == {}  # the day runs only until it is first stored


@tells("SEAL_BROKEN_AT_RECEIPT")
def test_a_broken_missing_or_other_seal_is_said_at_receipt(world: World) -> None:
    """The return of a loan: one seal is broken, one bears another number, which weighs heavier, one is whole."""
    case = world.opens_case()
    items = world.seizes(case, world.item(), world.item(), world.item())
    world.checks_in(items)
    world.lends(items)
    lines = world.lines(items)
    lines[0]["seal_seen"], lines[1]["seal_seen"] = "broken", "F-999999"
    receipt = world.returns(items, lines=lines)
    assert [(each.code, each.severity, each.items) for each in receipt.defects] == [
        ("SEAL_BROKEN_AT_RECEIPT", "curable", (0,)),
        ("SEAL_BROKEN_AT_RECEIPT", "exclusion-risk", (1,)),
    ]
    assert world.facts(items[0]).seal_state == "broken"
    assert defect(world, items[1], "SEAL_BROKEN_AT_RECEIPT").severity == "exclusion-risk"
    assert open_defects(world, items[2]) == set()


def test_a_seal_that_nobody_recorded_is_said_too(world: World) -> None:
    """The phone was opened for imaging, and returns bearing the seal that was opened: that cannot be."""
    (phone,) = world.seizes(world.opens_case())
    old = world.facts(phone).seal
    world.checks_in([phone])
    world.lends([phone])
    world.opens([phone], old)
    receipt = world.returns([phone], seen=old)
    assert flaws(receipt) == {"SEAL_BROKEN_AT_RECEIPT": ("curable", ())}


def test_signers_who_looked_before_another_act_are_told_which(world: World) -> None:
    """梁静 and 周远 sign a loan while 郑宏 moves the phone to another shelf: stale, and the act between is named."""
    (phone,) = world.seizes(world.opens_case())
    world.checks_in([phone])
    head = world.ledger.recorder.head()
    looked = {"size": head.size, "root": encode(head.root)}
    between = world.relocates([phone], "车场", by="郑宏")
    with pytest.raises(Stale) as raised:
        world.lends([phone], seen=looked)
    assert raised.value.fields["act"] == between.act
    world.lends([phone])


def test_a_person_holds_until_somebody_else_signs(world: World) -> None:
    """Silence is never acceptance: a transfer without the receiver's signature is nothing at all."""
    (phone,) = world.seizes(world.opens_case())
    size = world.ledger.recorder.head().size
    with pytest.raises(Untrusted, match="missing"):
        world.transfers([phone], "周远", "何苗", signers=world.signers(deliverer="周远"))
    assert (holder(world, phone), world.ledger.recorder.head().size) == ("psb-0211", size)


def test_a_custodian_whose_capacity_ran_out_takes_nothing_in(world: World) -> None:
    """郑宏 is custodian until the end of the day; the next morning he no longer signs as one."""
    (phone,) = world.seizes(world.opens_case())
    until = world.clock.now.date().isoformat()
    world.changes("郑宏", add=[{"capacity": "custodian", "expires": until}])
    world.clock.now += timedelta(days=1)
    with pytest.raises(Untrusted) as raised:
        world.checks_in([phone], to="郑宏")
    assert raised.value.code == "untrusted/capacity"
    world.checks_in([phone], to="梁静")
