"""Control apart from custody: manifests between three organs, stages, what closes a case, houses that end."""

from __future__ import annotations

from typing import Any

import pytest

from custody.errors import Stale, Untrusted
from custody.facts.kinds import Need
from telling import also, flaws, holder, is_sound, refuses, tells
from world import World
from world_orders import in_effect, orders, share

CASE = "云公(经)侵〔2026〕0088"
JUDGMENT = "（2026）云刑初字第118号"


def controls(world: World, item: str) -> tuple[str, str]:
    """The agency that controls an item, and at which stage, as it is shown."""
    from custody.ledger.history import item_at

    shown = item_at(world.ledger.recorder, item)["control"]
    return shown["agency"], shown["stage"]


def manifest(world: World, manifest_id: str) -> Any:
    """What is known of a manifest."""
    world.ledger.memory.catch_up()
    return world.ledger.memory.fold([Need("manifest", manifest_id)])[Need("manifest", manifest_id)]


def stored(world: World, count: int = 1, case: str = CASE, **fields: Any) -> list[str]:
    """A case with some items lying in the store."""
    world.opens_case(case=case)
    items = world.seizes(case, *(world.item(**fields) for _ in range(count)))
    world.checks_in(items)
    return items


def passes(world: World, items: list[str], *ways: tuple[str, str, str, str]) -> None:
    """Control goes on paper, way by way: who offers, to which agency, at which stage, who accepts."""
    for by, to, stage, accepts in ways:
        world.answers(world.offers(items, to, stage, by), items, by=accepts)


TO_PROSECUTION = ("周远", "pro-yunling", "prosecution", "江检")
BACK = ("江检", "psb-yunling", "investigation", "周远")
TO_TRIAL = ("江检", "crt-yunling", "trial", "钱法官")


@tells("return-without-notice")
def test_what_another_agency_controls_returns_only_on_its_notice(world: World) -> None:
    """I-28: the police find a phone irrelevant after it went to the procuratorate: refused, also on a notice that the
    ledger does not know. With the written notice in effect and named, the phone returns."""
    items = stored(world)
    passes(world, items, TO_PROSECUTION)
    notice = "云检解〔2026〕7号"
    for order in ("云公发还字〔2026〕3号", notice):
        with refuses(world, "return-without-notice") as told:
            world.releases(items, order=order)
    assert told.facts["control"] == "pro-yunling"
    world.steps(CASE, "prosecution", by="江检")
    world.steps(CASE, by="江检", effective=notice)
    world.releases(items, order=notice)
    assert holder(world, items[0]) is None


@tells("release-without-control")
def test_who_gave_control_away_disposes_of_nothing(world: World) -> None:
    """S8 ✗: after the procuratorate accepted, the police neither sell nor destroy nor return the goods, though they
    still lie in their centre. The written notice of the procuratorate, in effect and named, lets the item go."""
    one, two = stored(world, 2)
    early = orders(world, [one, two], share("remitted"), **in_effect(world))
    passes(world, [one, two], TO_PROSECUTION)
    fields: dict[str, Any] = {"kind": "remitted", "recipient": None, "attestations": [], "voucher": "缴款书0098"}
    with refuses(world, "release-without-control") as told:
        world.releases([one], ordered_by=early, **fields)
    assert told.facts == {"item": one, "control": "pro-yunling", "signed_for": ["center", "psb-yunling"]}
    with refuses(world, "order-foreign"):
        orders(world, [one], share("sold"), replaces=early)
    back = orders(
        world, [one], share("returned", to="赵某"), replaces=early, **in_effect(world),
        signers=world.signers(officer="江检"),
    )  # fmt: skip
    world.releases([one], ordered_by=back)  # the procuratorate's own order
    with refuses(world, "release-without-control"):
        world.releases([two], ordered_by=early, **fields)
    notice = "云检解〔2026〕7号"
    world.steps(CASE, "prosecution", by="江检")
    world.steps(CASE, by="江检", effective=notice)
    world.releases([two], ordered_by=early, **fields, basis=[notice])
    assert (holder(world, one), holder(world, two)) == (None, None)


def test_an_offer_gives_no_control_before_it_is_accepted(world: World) -> None:
    """S8 ✗: before it accepted, the procuratorate orders nothing; the police are in control, and may withdraw."""
    items = stored(world)
    world.notes(CASE, "found-irrelevant", items)
    offer = world.offers(items)
    with refuses(world, "order-foreign"):
        orders(world, items, share("returned", to="赵某"), signers=world.signers(officer="江检"))
    world.steps(CASE, "prosecution", by="江检", effective="云检解〔2026〕7号")
    with refuses(world, "in-manifest") as told:
        world.releases(items, order="云检解〔2026〕7号")
    assert also(told) == set()  # the police are still in control
    world.withdraws(offer, items)
    world.releases(items)


@tells("in-manifest")
def test_nothing_leaves_while_a_manifest_is_open(world: World) -> None:
    """The item is offered to the procuratorate: it is not returned meanwhile. Withdrawn, it is; and so is one whose
    offer has expired."""
    one, two = stored(world, 2)
    offer = world.offers([one, two])
    with refuses(world, "in-manifest") as told:
        world.releases([one])
    assert told.facts == {"item": one, "manifest": offer}
    world.withdraws(offer, [one])
    assert manifest(world, offer).lines[one].state == "withdrawn"
    world.releases([one])
    world.clock.forward(hours=24)
    world.releases([two])
    assert manifest(world, offer).state_at(world.clock.now) == "expired"


@tells("no-such-offer")
def test_silence_is_never_acceptance(world: World) -> None:
    """S8 ⚠: nobody answers within the day. Control stays where it is; what expired is offered again."""
    items = stored(world)
    offer = world.offers(items)
    world.clock.forward(hours=24)
    assert controls(world, items[0]) == ("psb-yunling", "investigation")
    with refuses(world, "no-such-offer") as told:
        world.answers(offer, items)
    assert told.facts["state"] == "expired"
    passes(world, items, TO_PROSECUTION)
    assert controls(world, items[0]) == ("pro-yunling", "prosecution")


def test_only_open_lines_are_answered_or_withdrawn(world: World) -> None:
    """A manifest that never was, a line that it does not have, one that was settled: refused. A refused line may be
    offered again."""
    one, two, three = stored(world, 3)
    with refuses(world, "no-such-offer"):
        world.answers("MF10T4C2QWB7XN3A", [one])
    with refuses(world, "no-such-offer"):
        world.withdraws("MF10T4C2QWB7XN3A", [one])
    offer = world.offers([one, two])
    with refuses(world, "no-such-offer"):
        world.answers(offer, [three])
    refused = world.answer_lines([one], decision="refused", reason="missing-document", viewed=None)
    world.answers(offer, [one], lines=refused)
    with refuses(world, "no-such-offer") as told:
        world.answers(offer, [one])
    assert told.facts["state"] == "refused"
    world.answers(offer, [two])
    assert manifest(world, offer).state_at(world.clock.now) == "partly-accepted"
    with refuses(world, "no-such-offer"):
        world.withdraws(offer, [two])
    assert (controls(world, one)[0], controls(world, two)[0]) == ("psb-yunling", "pro-yunling")
    passes(world, [one], TO_PROSECUTION)


@tells("offered-twice", "manifest-used")
def test_an_item_stands_in_one_open_manifest(world: World) -> None:
    """S6 ✗: the same line in two open manifests; and a manifest's number used again."""
    one, two = stored(world, 2)
    offer = world.offers([one])
    with refuses(world, "offered-twice") as told:
        world.offers([two, one])
    assert (told.items, told.facts["manifest"]) == ([1], offer)
    with refuses(world, "manifest-used"):
        world.offers([two], manifest=offer)
    world.offers([two])


@tells("not-in-control")
def test_only_the_agency_in_control_offers_control(world: World) -> None:
    """S8 ✗: the procuratorate passes on what it has not accepted yet; the police offer again what they gave away."""
    items = stored(world)
    with refuses(world, "not-in-control") as told:
        world.offers(items, "crt-yunling", "trial", by="江检")
    assert told.facts["control"] == "psb-yunling"
    passes(world, items, TO_PROSECUTION)
    with refuses(world, "not-in-control"):
        world.offers(items)


@tells("another-agency")
def test_nobody_offers_answers_or_withdraws_for_another_agency(world: World) -> None:
    """周远 writes the procuratorate as the sender; the judge answers what was offered to the procuratorate; the sender
    accepts his own offer; the receiver withdraws it; the officer speaks for the court."""
    items = stored(world)
    with refuses(world, "another-agency"):
        world.offers(items, sender="pro-yunling")
    offer = world.offers(items)
    for stranger in ("钱法官", "何苗"):
        with refuses(world, "another-agency"):
            world.answers(offer, items, by=stranger)
    with refuses(world, "another-agency"):
        world.withdraws(offer, items, by="江检")
    with refuses(world, "another-agency"):
        world.steps(CASE, "prosecution", agency="pro-yunling")
    world.answers(offer, items)


@tells("own-receiver")
def test_control_does_not_pass_to_its_own_sender(world: World) -> None:
    """The police offer control to the police: there is nothing to pass on, also not with a basis."""
    items = stored(world)
    with refuses(world, "own-receiver"):
        world.offers(items, "psb-yunling", "investigation", basis=["指定管辖决定书〔2026〕3号"])


@tells("not-next-stage")
def test_control_follows_the_stages_unless_jurisdiction_is_decided(world: World) -> None:
    """S8 ✗: straight from the police to the court. With the instrument that assigns jurisdiction it goes."""
    items = stored(world)
    with refuses(world, "not-next-stage") as told:
        world.offers(items, "crt-yunling", "trial")
    assert (told.facts["from"], told.facts["to"]) == ("investigation", "trial")
    with refuses(world, "not-next-stage"):
        world.offers(items, "crt-yunling", "prosecution")  # no court prosecutes
    offer = world.offers(items, "crt-yunling", "trial", basis=["指定管辖决定书〔2026〕3号"])
    world.answers(offer, items, by="钱法官")
    assert controls(world, items[0]) == ("crt-yunling", "trial")


def test_a_case_follows_the_stages_too(world: World) -> None:
    """From investigation a case is not tried; nobody but those concerned says where it stands; to say nothing at all
    is refused."""
    world.opens_case(case=CASE)
    with refuses(world, "not-next-stage"):
        world.steps(CASE, "trial", by="钱法官")
    with refuses(world, "not-next-stage") as told:
        world.steps(CASE, "prosecution", by="钱法官")
    assert told.facts["works_there"] == ["customs", "police", "procuratorate", "supervision"]
    with refuses(world, "not-next-stage"):
        world.steps(CASE)
    with refuses(world, "no-case"):
        world.steps("云公(经)侵〔2026〕9999", "prosecution")
    world.steps(CASE, "prosecution", by="江检")
    world.steps(CASE, "trial", by="江检")
    world.steps(CASE, "second-instance", by="钱法官")
    world.steps(CASE, "execution", by="钱法官")


@tells("returned-too-often")
def test_a_case_is_returned_twice_at_most(world: World) -> None:
    """刑程 295: the third return for supplementary investigation is refused."""
    items = stored(world)
    passes(world, items, TO_PROSECUTION, BACK, TO_PROSECUTION, BACK, TO_PROSECUTION)
    with refuses(world, "returned-too-often") as told:
        world.offers(items, "psb-yunling", "investigation", by="江检")
    assert (told.facts["returned"], told.facts["most"]) == (2, 2)
    passes(world, items, TO_TRIAL)


def test_on_appeal_goods_go_from_the_first_to_the_second_court(world: World) -> None:
    """法释〔2021〕1号 art. 440: the court of first instance passes the case's items to the court above."""
    items = stored(world)
    passes(world, items, TO_PROSECUTION, TO_TRIAL)
    with refuses(world, "own-receiver"):
        world.offers(items, "crt-yunling", "second-instance", by="钱法官")
    world.founds("crt-jiangzhou", "court", "crj-01", capacity="judge")
    passes(world, items, ("钱法官", "crt-jiangzhou", "second-instance", "crj-01"))
    assert controls(world, items[0]) == ("crt-jiangzhou", "second-instance")
    passes(world, items, ("crj-01", "crt-yunling", "execution", "钱法官"))
    assert controls(world, items[0]) == ("crt-yunling", "execution")


@tells("offer-not-held")
def test_things_are_offered_by_who_holds_or_controls_them(world: World) -> None:
    """A laboratory's examiner offers the centre's phone for transport: she neither holds nor controls it. The custodian
    offers it to 何苗, who takes it in hand; control stays."""
    items = stored(world)
    custody = {
        "stage": None, "document": None, "receiver": {"person": "psb-0347"},
        "lines": [{"item": items[0], "moves": "custody"}],
    }  # fmt: skip
    with refuses(world, "offer-not-held"):
        world.offers(items, by="顾宁", sender="lab-1", **custody)
    offer = world.offers(items, by="梁静", sender="center", **custody)
    line = {**world.lines(items)[0], "moves": "custody", "decision": "accepted"}
    with refuses(world, "another-agency"):
        world.answers(offer, items, lines=[line], to={"person": "psb-0211"},
                      signers=world.signers(receiver="周远", holder="梁静"))  # fmt: skip
    world.answers(offer, items, lines=[line], to={"person": "psb-0347"},
                  signers=world.signers(receiver="何苗", holder="梁静"))  # fmt: skip
    assert (holder(world, items[0]), controls(world, items[0])[0]) == ("psb-0347", "psb-yunling")


@tells("offer-incomplete")
def test_an_offer_is_complete(world: World) -> None:
    """Without stage or document, to a person instead of an agency, to nobody known, expired when written: refused."""
    items = stored(world)
    for wrong in (
        {"document": None},
        {"receiver": {"person": "pro-11"}},
        {"receiver": {"agency": "pro-nowhere"}},
        {"expires_at": world.clock.now.isoformat()},
    ):
        with refuses(world, "offer-incomplete"):
            world.offers(items, **wrong)
    with refuses(world, "offer-incomplete"):
        world.offers(items, stage=None)
    world.offers(items)


@tells("goods-and-paper")
def test_paper_moves_no_goods_and_goods_do_not_move_on_paper(world: World) -> None:
    """S8 ✗: a paper line is answered as a handover; a handover without saying who holds it now, without its holder;
    what was looked at is not said. Nothing moves."""
    one, two = stored(world, 2)
    offer = world.offers([one, two], goods=(two,))
    hand = world.signers(receiver="江检", holder="梁静")
    taker = {"to": {"person": "pro-11"}}
    both = [*world.answer_lines([], goods=(one,)), *world.answer_lines([], goods=(two,))]
    with refuses(world, "goods-and-paper") as told:
        world.answers(offer, [one, two], lines=both, signers=hand, **taker)
    assert (told.facts["offered"], told.facts["answered"]) == ("control", "both")
    proper = world.answer_lines([one, two], goods=(two,))
    with refuses(world, "goods-and-paper"):
        world.answers(offer, [one, two], lines=proper)
    with refuses(world, "goods-and-paper"):
        world.answers(offer, [one], signers=hand, **taker)
    with refuses(world, "goods-and-paper"):
        world.answers(offer, [one], lines=world.answer_lines([one], viewed=None))
    with refuses(world, "goods-and-paper"):
        world.answers(offer, [one], lines=world.answer_lines([one], decision="refused"))
    assert {holder(world, each) for each in (one, two)} == {world.places["大库"]}
    world.answers(offer, [one, two], lines=proper, signers=hand, **taker)


def test_a_handover_by_manifest_keeps_the_rules_of_custody(world: World) -> None:
    """Whoever hands over holds it; who takes signs; a broken seal is a defect; what was moved since is looked at again,
    unless it is a line on paper."""
    one, two = stored(world, 2)
    offer = world.offers([one, two], goods=(two,))
    lines = world.answer_lines([one, two], goods=(two,))
    taker = {"to": {"person": "pro-11"}}
    with refuses(world, "not-the-holder"):
        world.answers(offer, [one, two], lines=lines, signers=world.signers(receiver="江检", holder="顾宁"), **taker)
    with refuses(world, "not-as-stated"):
        world.answers(offer, [one, two], goods=(two,), to={"person": "crt-21"})
    before = {"size": world.ledger.recorder.head().size}
    world.place("二库", "center", "general")
    world.changes("梁静", places_added=[world.places["二库"]])
    stale = world.prepare(
        {
            "act": "answer", "manifest": offer, "lines": lines, **taker,
            "signers": world.signers(receiver="江检", holder="梁静"),
        }
    )  # fmt: skip
    assert before["size"] < world.ledger.recorder.head().size
    world.relocates([one, two], "二库")
    with pytest.raises(Stale):
        world.ledger.submit(world.sign(stale))
    broken = [lines[0], {**lines[1], "seal_seen": "broken"}]
    receipt = world.answers(offer, [one, two], lines=broken, goods=(two,))
    assert flaws(receipt) == {"SEAL_BROKEN_AT_RECEIPT": ("curable", (1,))}
    assert [holder(world, each) for each in (one, two)] == [world.places["二库"], "pro-11"]
    assert world.facts(two).seal_state == "broken"


@tells("items-left")
def test_a_case_leaves_nothing_behind(world: World) -> None:
    """S6 ✗: the police stage ends while two lines are on no manifest. A case closes once everything is gone, or with
    another agency that answers for it."""
    one, two, three = stored(world, 3)
    world.offers([one])
    with refuses(world, "items-left") as told:
        world.steps(CASE, "prosecution")
    assert told.facts == {"items": [two, three], "count": 2}
    world.offers([two, three])
    world.steps(CASE, "prosecution")
    with refuses(world, "items-left"):
        world.steps(CASE, "closed", basis=["撤案决定书〔2026〕2号"])


def test_a_case_closes_when_everything_is_gone(world: World) -> None:
    """One item is returned, one passed to the procuratorate: then the police close what they had."""
    one, two = stored(world, 2)
    with refuses(world, "items-left") as told:
        world.steps(CASE, "closed")
    assert told.facts["count"] == 2
    world.releases([one])
    passes(world, [two], TO_PROSECUTION)
    world.steps(CASE, "closed")


def test_what_an_ended_agency_controls_and_leads_passes_to_its_successor(world: World) -> None:
    """Two procuratorates merge. From the day after, the new house offers what the old one controlled and answers what
    was offered to it; the old one's people act for the new one; its notices count."""
    one, two = stored(world, 2)
    passes(world, [one], TO_PROSECUTION)
    world.founds("pro-jiangzhou", "procuratorate", "prj-01", capacity="prosecutor")
    pending = world.offers([two])
    world.ends("pro-yunling", "pro-jiangzhou", world.clock.now.date().isoformat())
    with refuses(world, "not-in-control"):
        world.offers([one], "psb-yunling", "investigation", by="prj-01")  # on its last day it still exists
    world.clock.forward(hours=16)
    world.answers(pending, [two], by="prj-01")
    for by in ("prj-01", "江检"):
        for house in ("pro-yunling", "pro-jiangzhou"):
            offer = world.offers([one], "psb-yunling", "investigation", by=by, sender=house)
            world.withdraws(offer, [one], by="prj-01")
    notice = "江检解〔2026〕1号"
    world.steps(CASE, "prosecution", by="prj-01")
    world.steps(CASE, by="prj-01", effective=notice)
    world.releases([one], order=notice)
    is_sound(world)


def test_an_accepted_answer_is_undone_by_a_manifest_not_by_a_correction(world: World) -> None:
    """What was accepted is passed back openly; a slip in what was seen of it is corrected."""
    one, two = stored(world, 2)
    offer = world.offers([one, two], goods=(two,))
    answer = world.answers(offer, [one, two], goods=(two,)).act
    fix = {"op": "replace", "path": "/lines/1/condition", "old": "完好", "new": "外壳划痕"}
    undo = {"op": "replace", "path": "/lines/0/decision", "old": "accepted", "new": "refused"}
    with refuses(world, "correction-of-identity"):
        world.corrects(answer, undo, author="江检")
    with refuses(world, "correction-impossible"):
        world.corrects(answer, {"op": "void", "path": "/lines/0", "old": None, "new": None}, author="江检")
    world.corrects(answer, fix, author="江检")
    assert world.facts(two).condition == "外壳划痕"
    with refuses(world, "correction-target"):
        world.corrects(world.facts(one).acts[-2].act, fix, author="周远")


def test_the_parts_of_these_acts_are_signed_by_those_who_may(world: World) -> None:
    """An administrator answers no manifest, and an auxiliary brings no case to a stage."""
    items = stored(world)
    offer = world.offers(items)
    with pytest.raises(Untrusted):
        world.answers(offer, items, by="高岚")
    with pytest.raises(Untrusted):
        world.steps(CASE, "prosecution", by="孙凯", agency="psb-yunling")


def test_the_registers_show_control_and_the_open_manifest(world: World) -> None:
    """Who asks for an agency's items finds what it controls now; the manifest is found by either side."""
    from custody.registers import Registers

    one, two = stored(world, 2)
    passes(world, [one], TO_PROSECUTION)
    offer = world.offers([two])
    registers = Registers(world.engine)
    try:
        registers.catch_up()
        assert [each["item"] for each in registers.items(agency="pro-yunling")] == [one]
        assert [each["item"] for each in registers.items(agency="psb-yunling")] == [two]
        shown = registers.item(two)["offer"]
        assert (shown["manifest"], shown["receiver"], shown["moves"]) == (offer, {"agency": "pro-yunling"}, "control")
        assert registers.item(one)["offer"] is None
        assert registers.item(one)["control"]["document"] == "云公移诉字〔2026〕88号"
        assert registers.manifest(offer)["state"] == "open"
        assert len(registers.manifests(agency="pro-yunling")) == 2
        assert [each["manifest"] for each in registers.manifests(state="open")] == [offer]
    finally:
        registers.close()
