"""Blood kits, drugs, cash and seals."""

from __future__ import annotations

from typing import Any

import pytest

from custody.errors import Refused
from telling import also, defect, flaws, holder, open_defects, refuses, tells
from world import World, disclosed

DRIVING = "云公(交)刑受〔2026〕0312-07"


def drawn(world: World, **fields: Any) -> tuple[str, str]:
    """陈某某's blood in two tubes: A for the laboratory, B in reserve."""
    return world.draws(world.opens_case(case=DRIVING, kind="traffic"), **fields)


@tells("reserve-tube-without-reexamination")
def test_the_reserve_tube_stays_in_the_cold_store(world: World) -> None:
    """S1, 23:10: somebody wants to send B to the laboratory, “to be sure”. Neither as a dispatch, nor as a loan, nor
    handed over, nor opened: B leaves only on a granted re-examination. A goes."""
    test, reserve = drawn(world)
    with refuses(world, "reserve-tube-without-reexamination") as told:
        world.dispatches([reserve])
    assert told.facts["item"] == reserve
    with refuses(world, "reserve-tube-without-reexamination"):
        world.opens([reserve], world.facts(reserve).seal)
    world.checks_in([reserve], place="冷藏")
    with refuses(world, "reserve-tube-without-reexamination"):
        world.lends([reserve])
    with refuses(world, "reserve-tube-without-reexamination"):
        world.transfers([reserve], "梁静", "何苗", **{"from": {"place": world.places["冷藏"]}})
    world.dispatches([test])
    world.lab_receives([test])
    assert holder(world, test) == world.places["一所实验室"]
    assert holder(world, reserve) == world.places["冷藏"]


@tells("not-dispatched")
def test_nothing_enters_a_laboratory_that_was_not_sent_there(world: World) -> None:
    """A laboratory takes in what was dispatched to it: not what was sent to another one, nor what an officer or a
    custodian brings by another door."""
    test, reserve = drawn(world)
    with refuses(world, "not-dispatched"):
        world.lab_receives([test])
    with refuses(world, "not-dispatched"):
        world.transfers([reserve], "周远", "顾宁")
    with refuses(world, "not-dispatched"):
        world.transfers([reserve], "周远", "顾宁", to={"place": world.places["一所实验室"]})
    world.changes("顾宁", add=[{"capacity": "custodian"}])
    with refuses(world, "not-dispatched"):
        world.checks_in([reserve], place="一所实验室", to="顾宁")
    world.dispatches([test], laboratory="lab-1")
    with refuses(world, "not-dispatched") as told:
        world.lab_receives([test], place="二所实验室", by="白薇")
    assert told.facts["dispatched_to"] == "lab-1"
    world.lab_receives([test])
    world.transfers([test], "顾宁", "周远", **{"from": {"place": world.places["一所实验室"]}})
    assert holder(world, test) == "psb-0211"


@tells("tubes-together")
def test_tubes_of_one_kit_never_travel_together(world: World) -> None:
    """Where a kit has two tubes to be examined, they still go by two journeys."""
    case = world.opens_case(case=DRIVING, kind="traffic")
    draft = world.draw(case)
    draft["tubes"][1]["purpose"] = "test"
    world.act(draft)
    one, two = (tube["code"][:16] for tube in draft["tubes"])
    with refuses(world, "tubes-together") as told:
        world.dispatches([one, two])
    assert told.facts["kit"] == draft["kit"]
    world.dispatches([one])
    world.dispatches([two], laboratory="lab-2")


@tells("same-laboratory")
def test_a_second_tube_meets_neither_the_first_laboratory_nor_its_examiner(world: World) -> None:
    """S6: the second tube goes to another laboratory; and to another examiner, also when 顾宁 works there now."""
    case = world.opens_case(case=DRIVING, kind="traffic")
    draft = world.draw(case)
    draft["tubes"][1]["purpose"] = "test"
    world.act(draft)
    one, two = (tube["code"][:16] for tube in draft["tubes"])
    world.dispatches([one])
    world.lab_receives([one])
    with refuses(world, "same-laboratory") as told:
        world.dispatches([two])
    assert told.facts == {"item": two, "laboratory": "lab-1"}
    world.dispatches([two], laboratory="lab-2")
    with refuses(world, "same-laboratory") as told:
        both = world.signers(examiner=["白薇", "顾宁"], deliverer="周远")
        world.lab_receives([two], place="二所实验室", signers=both)
    assert told.facts["examiners"] == ["lab1-07"]
    world.lab_receives([two], by="白薇", place="二所实验室")


def test_the_reserve_tube_for_the_first_laboratory_breaks_two_rules(world: World) -> None:
    """B to the laboratory that has A: refused because no re-examination was granted, and the other rule is said too."""
    test, reserve = drawn(world)
    world.dispatches([test])
    with refuses(world, "reserve-tube-without-reexamination") as told:
        world.dispatches([reserve])
    assert "same-laboratory" in also(told)


@tells("laboratory-unknown")
def test_samples_go_to_a_registered_laboratory(world: World) -> None:
    """To a laboratory nobody registered, or an agency that is none: refused."""
    test, _ = drawn(world)
    with refuses(world, "laboratory-unknown"):
        world.dispatches([test], laboratory="lab-9")
    with refuses(world, "laboratory-unknown"):
        world.dispatches([test], laboratory="center")
    world.dispatches([test], laboratory="lab-2")


@tells("dispatch-unapproved")
def test_a_dispatch_straight_from_the_officers_hands_is_approved(world: World) -> None:
    """S1, 22:58: the urgent examination is approved by 刘振. What lay in the store needs no such approval."""
    test, _ = drawn(world)
    with refuses(world, "dispatch-unapproved"):
        world.dispatches([test], signers=world.signers(officer="周远"))
    with refuses(world, "dispatch-unapproved"):
        world.dispatches([test], approved_for=None)
    world.checks_in([test], place="冷藏")
    world.dispatches([test], approved_for=None, signers=world.signers(officer="周远", custodian="梁静"))
    assert (holder(world, test), world.facts(test).laboratory) == ("psb-0211", "lab-1")


@tells("drugs-one-officer")
def test_drugs_are_submitted_by_two_officers(world: World) -> None:
    """S5: one officer alone brings the packets to the laboratory: refused."""
    case = world.opens_case(case="云公(禁)〔2026〕0403")
    (packets,) = world.seizes(case, packet(world))
    world.checks_in([packets], place="毒品库", to=["梁静", "郑宏"])
    keepers = {"custodian": ["梁静", "郑宏"]}
    with refuses(world, "drugs-one-officer"):
        world.dispatches([packets], approved_for=None, signers=world.signers(officer="周远", **keepers))
    both = world.signers(officer=["周远", "何苗"], **keepers)
    world.dispatches([packets], approved_for=None, signers=both)
    assert holder(world, packets) == "psb-0211"


def packet(world: World) -> dict[str, Any]:
    """Six packets, weighed on the spot."""
    return world.item(
        category="drugs", description="白色晶体六包", quantity="312.46", unit="g",
        details={"kind": "drugs", "gross": "331.90", "net": "312.46", "unit": "g", "packages": 6, "scale": "ZC-11",
                 "certificate": "检定〔2025〕118号"},
    )  # fmt: skip


@tells("tubes-share-a-seal")
def test_every_tube_has_a_seal_of_its_own(world: World) -> None:
    """One seal around both tubes: refused, since opening A would open B."""
    case = world.opens_case()
    draft = world.draw(case)
    draft["tubes"][1]["seal"] = draft["tubes"][0]["seal"]
    with refuses(world, "tubes-share-a-seal") as told:
        world.act(draft)
    assert told.items == [0]
    world.draws(case)


@tells("kit-used")
def test_a_kit_is_drawn_once(world: World) -> None:
    """唐敏 takes a kit whose tubes are in the store already: refused also when the draw was made."""
    case = world.opens_case()
    draft = world.draw(case)
    world.act(draft)
    with refuses(world, "kit-used") as told:
        world.draws(case, kit=draft["kit"])
    assert told.facts["kit"] == draft["kit"]
    world.draws(case)


@tells("EXPIRED_TUBE", "draw-not-allowed")
def test_an_expired_tube_stops_a_draw_before_it_begins_and_marks_one_that_was_made(world: World) -> None:
    """S1: the lot ran out in February. Asked before drawing, the ledger says no. A draw that was made is recorded,
    with a defect of the one tube that had expired."""
    case = world.opens_case()
    draft = world.draw(case)
    draft["tubes"][0]["expiry"] = "2026-02-28"
    prepared = world.prepare(draft)
    with pytest.raises(Refused) as raised:
        world.ledger.check_act(prepared.act)
    assert (raised.value.code, raised.value.fields["rule"]) == ("refused/draw-not-allowed", "I-19")
    with pytest.raises(Refused):
        world.ledger.check(world.sign(prepared), disclosed(prepared))
    receipt = world.act(draft)
    assert flaws(receipt) == {"EXPIRED_TUBE": ("curable", (0,))}
    assert defect(world, draft["tubes"][0]["code"][:16], "EXPIRED_TUBE").state == "open"
    assert world.ledger.check_act(world.prepare(world.draw(case)).act).defects == ()


@tells("UNQUALIFIED_DRAWER")
def test_a_drawer_without_a_licence_in_force_is_a_defect_of_the_draw(world: World) -> None:
    """唐敏's licence ran out in January; or a nurse from outside signs on paper without naming one."""
    case = world.opens_case()
    assert flaws(world.act(world.draw(case))) == {}
    world.changes("唐敏", add=[{"capacity": "medic", "licence": "110-2020-31", "expires": "2026-01-31"}])
    draft = world.draw(case)
    with pytest.raises(Refused) as raised:
        world.ledger.check_act(world.prepare(draft).act)
    assert raised.value.code == "refused/draw-not-allowed"
    assert flaws(world.act(draft)) == {"UNQUALIFIED_DRAWER": ("curable", ())}
    nurse = {"part": "medic", "name": {"disclose": "护士石某"}, "kind": "handwritten"}
    subject = {"part": "subject", "name": {"disclose": "陈某某"}, "kind": "fingerprint"}
    police = world.signers(officer="周远", second="何苗")
    outside = world.act(world.draw(case, attestations=[nurse, subject], signers=police))
    assert set(flaws(outside)) == {"UNQUALIFIED_DRAWER"}
    licensed = world.draw(case, attestations=[{**nurse, "licence": "江护〔2021〕77"}, subject], signers=police)
    assert flaws(world.act(licensed)) == {}


@tells("ALCOHOL_DISINFECTANT")
def test_an_alcohol_wipe_is_recorded_as_a_risk_to_the_result(world: World) -> None:
    """S1: the wipe had alcohol in it. Nobody refuses that to be said; it weighs as a risk of exclusion."""
    draft = world.draw(world.opens_case(), disinfectant={"name": "75%酒精", "alcohol_free": False})
    assert flaws(world.act(draft)) == {"ALCOHOL_DISINFECTANT": ("exclusion-risk", ())}
    assert open_defects(world, draft["tubes"][1]["code"][:16]) == {"ALCOHOL_DISINFECTANT"}


@tells("tube-destroyed-early")
def test_blood_is_kept_until_the_case_is_final(world: World) -> None:
    """S1, two days on: somebody wants to destroy B. Refused, whoever approves and supervises."""
    test, reserve = drawn(world)
    world.checks_in([test, reserve], place="冷藏")
    for tube in (test, reserve):
        with refuses(world, "tube-destroyed-early"):
            world.releases(
                [tube], kind="destroyed", recipient=None, attestations=[],
                destruction={"where": "医废中心", "method": "焚烧", "measured": [{"quantity": "3.0", "unit": "mL"}]},
                signers=world.signers(holder="梁静", approver="沈建国", supervisor=["江监督", "高岚"]),
            )  # fmt: skip
    with refuses(world, "tube-destroyed-early"):
        world.releases([reserve], kind="consumed", recipient=None, attestations=[])


def cash(world: World, quantity: str, *denominations: tuple[str, int], **fields: Any) -> dict[str, Any]:
    """A bundle of notes."""
    return world.item(
        category="cash", description="人民币", quantity=quantity, unit="CNY",
        details={"kind": "cash", "denominations": [{"face": face, "count": count} for face, count in denominations]},
        **fields,
    )  # fmt: skip


@tells("cash-does-not-add-up")
def test_cash_adds_up_to_the_cent(world: World) -> None:
    """S3: 1,284,400 in notes that come to 1,284,300; or, when it is checked in, a machine count of 100 less."""
    case = world.opens_case(case="云公(刑)〔2026〕0708")
    with refuses(world, "cash-does-not-add-up") as told:
        world.seizes(case, world.item(), cash(world, "1284400", ("100", 12_843)))
    assert (told.items, told.facts) == ([1], {"sum": "1284300", "quantity": "1284400"})
    bulk, coins = world.seizes(
        case, cash(world, "1284400", ("100", 12_844)), cash(world, "0.30", ("0.1", 3))
    )  # fmt: skip
    lines = world.lines([bulk, coins])
    lines[0]["measured"] = [{"quantity": "1284300", "unit": "CNY"}]
    with refuses(world, "cash-does-not-add-up") as told:
        world.checks_in([bulk, coins], place="贵重", to=["梁静", "郑宏"], lines=lines)
    assert told.items == [0]
    lines[0]["measured"] = [{"quantity": "1284400.00", "unit": "CNY"}]
    world.checks_in([bulk, coins], place="贵重", to=["梁静", "郑宏"], lines=lines)


@tells("seal-not-on-item")
def test_only_the_seal_on_the_item_is_opened(world: World) -> None:
    """The number of another bag, or one that was opened before: refused."""
    case = world.opens_case()
    one, two = world.seizes(case, world.item(), world.item())
    first = world.facts(one).seal
    with refuses(world, "seal-not-on-item") as told:
        world.opens([two], first)
    assert told.facts == {"item": two, "seal": first}
    with refuses(world, "seal-not-on-item"):
        world.opens([one], "F-404")
    world.opens([one], first)
    assert (world.facts(one).seal, world.facts(one).seal_state) == (None, "open")
    with refuses(world, "seal-not-on-item"):
        world.opens([one], first)


def test_a_package_of_several_items_is_opened_as_one(world: World) -> None:
    """Two phones go into one sealed box; two persons open it, and both phones stand open."""
    items = world.seizes(world.opens_case(), world.item(seal=None), world.item(seal=None))
    (number,) = world.seals_up(items)
    assert {world.facts(each).seal for each in items} == {number}
    world.opens(items, number)
    assert {world.facts(each).seal_state for each in items} == {"open"}


@tells("PAPER_THOUGH_ENROLLED")
def test_a_house_that_has_keys_should_sign_with_them(world: World) -> None:
    """The laboratory's examiner signs by hand though the laboratory has keys here; a hospital's drawer may."""
    test, _ = drawn(world)
    world.dispatches([test])
    paper = {"part": "examiner", "name": {"disclose": "陆涛"}, "kind": "handwritten", "licence": "440-17"}
    receipt = world.lab_receives([test], attestations=[paper], signers=world.signers(deliverer="周远"))
    assert flaws(receipt) == {"PAPER_THOUGH_ENROLLED": ("minor", ())}
    case = world.opens_case(case="云公(交)刑受〔2026〕0313-01", kind="traffic")
    medic = {"part": "medic", "name": {"disclose": "医生方某"}, "kind": "handwritten", "licence": "110-2"}
    police = world.signers(officer="周远", second="何苗")
    subject = {"part": "subject", "name": {"disclose": "陈某某"}, "kind": "fingerprint"}
    assert flaws(world.act(world.draw(case, attestations=[medic, subject], signers=police))) == {}
    housed = world.draw(case, attestations=[{**medic, "house": "lab-2"}, subject], signers=police)
    assert flaws(world.act(housed)) == {"PAPER_THOUGH_ENROLLED": ("minor", ())}


def test_a_laboratory_may_refuse_a_sample_and_then_the_deliverer_keeps_it(world: World) -> None:
    """The tube leaks. The laboratory refuses it with its reason; 周远 remains the holder, and the dispatch is over."""
    test, _ = drawn(world)
    world.dispatches([test])
    world.lab_receives([test], acceptance=None, refusal="试管渗漏")
    assert (holder(world, test), world.facts(test).laboratory) == ("psb-0211", None)
    world.checks_in([test], place="冷藏")
