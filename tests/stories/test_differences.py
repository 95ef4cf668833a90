"""Differences: whatever does not agree is said by anybody, keeps its items in question, and is closed by others."""

from __future__ import annotations

from typing import Any

import pytest

from custody.acts.values import encode
from custody.errors import Malformed, Refused
from custody.signing import Signature, read_envelope, write_envelope
from telling import flaws, holder, open_defects, refuses, tells
from world import World, disclosed
from world_objects import child, closes, divides, explains, raises

VEHICLE = {
    "kind": "vehicle", "make": "大众", "model": "帕萨特", "vin": "LSVAA49J132047731", "plate": None, "colour": "黑",
    "odometer_km": 18_840, "keys": 1,
}  # fmt: skip


def stored(world: World, case: str, *lines: dict[str, Any]) -> list[str]:
    items = world.seizes(case, *lines)
    world.checks_in(items)
    return items


@tells("MEASURED_OTHERWISE", "item-in-question", "open-discrepancy")
def test_a_car_comes_back_with_kilometres_nobody_can_explain(world: World) -> None:
    """S4: six kilometres to the laboratory and back are expected; a hundred and eighty-six are not. The reading is
    recorded, the discrepancy raised, and the car stays until a reviewer has closed it."""
    case = world.opens_case(case="云公(刑)〔2026〕0302")
    (car,) = stored(world, case, world.item(category="vehicle", unit="辆", details=VEHICLE))
    chief = world.signers(custodian="梁静", borrower="周远", approver="沈建国")
    world.lends([car], signers=chief)
    assert flaws(world.returns([car], lines=world.lines([car], measured=km("18846")))) == {}
    world.lends([car], signers=chief)
    back = world.returns([car], lines=world.lines([car], measured=km("19032")))
    assert flaws(back) == {"MEASURED_OTHERWISE": ("curable", ())}
    compared = {"what": "里程（km）", "expected": "18846", "found": "19032"}
    raised = raises(world, case, [car], "odometer", facts=[compared])
    with refuses(world, "item-in-question") as told:
        world.lends([car], signers=chief)
    assert told.facts["kinds"] == ["odometer"]
    with refuses(world, "open-discrepancy"):
        world.releases([car])
    explains(world, raised, [car])
    with refuses(world, "open-discrepancy"):
        world.releases([car])
    closes(world, raised, [car], "explained")
    assert world.facts(car).thing.open_questions == ()
    world.releases([car])


def km(read: str) -> list[dict[str, str]]:
    return [{"quantity": read, "unit": "km"}]


@tells("item-missing")
def test_a_watch_is_missing_and_found_again(world: World) -> None:
    """S9: the count is one short. The watch goes nowhere; when it lies on another rack, the inquiry is closed."""
    case = world.opens_case()
    watch, phone = stored(world, case, world.item(description="手表"), world.item())
    raised = raises(world, case, [watch], "missing")
    for leaving in (world.lends, world.releases, lambda items: world.relocates(items, "贵重", by=["梁静", "郑宏"])):
        with refuses(world, "item-missing") as told:
            leaving([watch])
        assert told.facts["item"] == watch
    world.lends([phone])
    closes(world, raised, [watch], "found")
    world.lends([watch])
    assert [each.outcome for each in world.facts(watch).thing.questions] == ["found"]


@tells("loss-without-responsibility")
def test_a_loss_takes_a_supervisor_and_who_answers_for_it(world: World) -> None:
    """Thirty days on it was not found. A loss is closed with the supervisor and the document; it stays missing."""
    case = world.opens_case()
    watch, phone = stored(world, case, world.item(description="手表"), world.item())
    raised = raises(world, case, [watch], "missing")
    with refuses(world, "loss-without-responsibility") as told:
        closes(world, raised, [watch], "lost")
    assert told.facts["missing"] == ["responsibility"]
    with refuses(world, "loss-without-responsibility"):
        closes(world, raised, [watch], "lost", "云公督〔2026〕4号", signers=world.signers(reviewer="高岚"))
    broken = raises(world, case, [phone], "seal")
    with refuses(world, "loss-without-responsibility"):
        closes(world, broken, [phone], "lost", "云公督〔2026〕4号")
    closes(world, raised, [watch], "lost", "云公督〔2026〕4号")
    assert world.facts(watch).thing.lost
    with refuses(world, "item-missing"):
        world.releases([watch])


@tells("discrepancy-unsigned")
def test_who_raised_it_does_not_close_it(world: World) -> None:
    """高岚 raised it herself; then nobody signs as reviewer; then nobody as reporter."""
    case = world.opens_case()
    items = stored(world, case, world.item())
    raised = raises(world, case, items, "identity", by="高岚")
    with refuses(world, "discrepancy-unsigned") as told:
        closes(world, raised, items, "explained")
    assert told.facts["raised_by"] == ["psb-0077"]
    with refuses(world, "discrepancy-unsigned"):
        closes(world, raised, items, "explained", signers=world.signers(reporter="梁静"))
    with refuses(world, "discrepancy-unsigned"):
        raises(world, case, items, "seal", signers=world.signers(supervisor="江监督"))
    another = raises(world, case, items, "identity", by="顾宁")
    closes(world, another, items, "explained")


@tells("discrepancy-unknown")
def test_only_an_open_discrepancy_is_explained_and_closed(world: World) -> None:
    """Item by item: what was closed is closed, and what was never in question is not answered."""
    case = world.opens_case()
    one, two, other = stored(world, case, world.item(), world.item(), world.item())
    raised = raises(world, case, [one, two], "seal")
    with refuses(world, "discrepancy-unknown") as told:
        explains(world, raised, [one, other])
    assert told.facts["in_question"] == sorted([one, two])
    with refuses(world, "discrepancy-unknown"):
        closes(world, raised, [], "explained")
    closes(world, raised, [one], "explained")
    assert (world.facts(one).thing.open_questions, len(world.facts(two).thing.open_questions)) == ((), 1)
    with refuses(world, "discrepancy-unknown"):
        closes(world, raised, [one], "explained")
    closes(world, raised, [two], "explained")
    with refuses(world, "discrepancy-unknown"):
        explains(world, raised, [two])
    with refuses(world, "discrepancy-unknown"):
        explains(world, "019cdf00-0000-7000-8000-00000000dead", [two])


def test_a_phone_without_a_code_is_no_item_yet(world: World) -> None:
    """S9: something lies there that no list knows. It is reported without case and items, and closed the same way."""
    raised = raises(world, None, [], "unexpected")
    explains(world, raised, [], by="梁静")
    closes(world, raised, [], "explained")
    with refuses(world, "no-case"):
        raises(world, "没有的案件", [], "unexpected")


def test_an_image_that_is_verified_with_another_hash_is_quarantined(world: World) -> None:
    """S2: never overwritten: the value it was made with stays, the other one stands in the discrepancy."""
    case = world.opens_case()
    medium = {"kind": "digital", "medium_serial": None, "capacity": None, "sha256": "aa" * 32, "sm3": None,
              "shielding": "powered-off"}  # fmt: skip
    (phone,) = world.seizes(case, world.item(category="digital", details=medium, seal=None))
    line = child(world, "1", "份", category="digital", description="镜像", details=medium)
    (image,) = divides(world, phone, "1", [line], kind="image")
    raises(world, case, [image], "hash", facts=[{"what": "SHA-256", "expected": "aa" * 32, "found": "cc" * 32}])
    assert world.facts(image).thing.sha256 == "aa" * 32
    with refuses(world, "item-in-question"):
        world.dispatches([image])
    world.dispatches([phone])


def refused(world: World, draft: dict[str, Any]) -> bytes:
    """An act that the ledger refuses, though it was done: its exact bytes."""
    prepared = world.prepare(draft)
    envelope = world.sign(prepared)
    with pytest.raises(Refused):
        world.ledger.submit(envelope, disclosed(prepared))
    world.clock.forward(minutes=1)
    return envelope


def short_of_cash(world: World, case: str, **fields: Any) -> tuple[dict[str, Any], list[str]]:
    """A seizure whose notes do not add up: it lies on the table, and the ledger refuses its list."""
    details = {"kind": "cash", "denominations": [{"face": "100", "count": 9}]}
    cash = world.item(category="cash", description="人民币", quantity="1000", unit="CNY", details=details)
    draft = world.seizure(case, [cash, world.item()], **fields)
    return draft, [each["code"][:16] for each in draft["items"]]


@tells("REFUSED_BUT_DONE")
def test_what_a_refused_act_took_exists_on_hold_with_who_took_it(world: World) -> None:
    """The cash is 100 short of its list, so the list is refused; but the money is in 周远's hands. 梁静 raises it with
    the signed bytes: both items exist, he holds them, nothing of them leaves until it is closed."""
    case = world.opens_case()
    draft, items = short_of_cash(world, case)
    envelope = refused(world, draft)
    prepared = {"envelope": envelope, "by": "梁静"}
    raised = raises(world, case, [], "refused-act", **prepared)
    assert [holder(world, each) for each in items] == ["psb-0211", "psb-0211"]
    facts = world.facts(items[0])
    assert (facts.case, facts.born_in, facts.quantity, facts.seal_state) == (case, raised, "1000", "sealed")
    assert open_defects(world, items[0]) == {"REFUSED_BUT_DONE"}
    assert world.ledger.recorder.rows(0, 100_000)[-1].envelope == world.signed
    with refuses(world, "item-in-question"):
        world.dispatches(items)
    assert flaws(world.checks_in(items)) == {}
    with refuses(world, "open-discrepancy"):
        world.releases(items)
    with refuses(world, "code-used"):
        world.seizes(case, draft["items"][1])
    with refuses(world, "seal-used"):
        world.seizes(case, world.item(seal=draft["items"][1]["seal"]))
    closes(world, raised, items, "explained")
    world.releases(items)


def test_tubes_of_a_refused_draw_keep_their_kit(world: World) -> None:
    """Both tubes bear one seal, so the draw is refused. Raised, the tubes exist, and B stays the reserve."""
    case = world.opens_case()
    draft = world.draw(case)
    draft["tubes"][1]["seal"] = draft["tubes"][0]["seal"]
    raised = raises(world, case, [], "refused-act", by="周远", envelope=refused(world, draft))
    test, reserve = (tube["code"][:16] for tube in draft["tubes"])
    closes(world, raised, [test, reserve], "explained")
    with refuses(world, "reserve-tube-without-reexamination"):
        world.dispatches([reserve])
    with refuses(world, "kit-used"):
        world.draws(case, kit=draft["kit"])
    world.dispatches([test])


def test_a_thing_that_is_known_already_is_named_in_the_discrepancy(world: World) -> None:
    """The second phone was labelled with the first one's code: the list is refused, and only the first exists. Who
    raises it names it; nobody's custody of it moves."""
    case = world.opens_case()
    known = world.item()
    (item,) = stored(world, case, known)
    draft = world.seizure(case, [world.item(code=known["code"])])
    envelope = refused(world, draft)
    with refuses(world, "code-used") as told:
        raises(world, case, [], "refused-act", envelope=envelope)
    assert told.facts["code"] == known["code"]
    raises(world, case, [item], "refused-act", envelope=envelope)
    assert holder(world, item) == world.places["大库"]
    assert [each.kind for each in world.facts(item).thing.open_questions] == ["refused-act"]


def test_items_of_a_refused_move_are_in_question_and_stay_with_who_held_them(world: World) -> None:
    """S1: somebody handed the phones to a colleague who never held them. Refused; raised by the holder."""
    case = world.opens_case()
    items = stored(world, case, world.item())
    draft = {
        "act": "transfer", "lines": world.lines(items), "from": {"person": "psb-0211"}, "to": {"person": "psb-0347"},
        "purpose": "交接", "signers": world.signers(deliverer="周远", receiver="何苗"),
    }  # fmt: skip
    raises(world, case, items, "refused-act", envelope=refused(world, draft))
    assert holder(world, items[0]) == world.places["大库"]


@tells("envelope-untrusted")
def test_an_embedded_act_bears_the_signatures_it_names(world: World) -> None:
    """Somebody changed a signature, or left one out: that is no act anybody signed."""
    case = world.opens_case()
    draft, _ = short_of_cash(world, case)
    sound = read_envelope(refused(world, draft))
    bent = [Signature(each.key_id, bytes(64)) for each in sound.signatures]
    for signatures in (bent, sound.signatures[:1]):
        forged = write_envelope(sound.payload_type, sound.payload, signatures)
        with refuses(world, "envelope-untrusted"):
            raises(world, case, [], "refused-act", envelope=forged)
    with refuses(world, "no-case"):
        whole = write_envelope(sound.payload_type, sound.payload, sound.signatures)
        raises(world, None, [], "refused-act", envelope=whole)
    raises(world, case, [], "refused-act", envelope=whole)


@tells("envelope-recorded")
def test_an_act_that_stands_in_the_log_was_not_refused(world: World) -> None:
    case = world.opens_case()
    items = world.seizes(case)
    with refuses(world, "envelope-recorded"):
        raises(world, case, items, "refused-act", envelope=world.signed)


def test_only_an_act_is_embedded(world: World) -> None:
    """Other bytes are turned away before any rule is asked; so is a discrepancy within a discrepancy."""
    case = world.opens_case()
    with pytest.raises(Malformed):
        raises(world, case, [], "refused-act", envelope=b"{}")
    raises(world, None, [], "unexpected")
    with pytest.raises(Malformed):
        raises(world, case, [], "refused-act", envelope=world.signed)
    with pytest.raises(Malformed):
        raises(world, case, [], "refused-act", report={"step": "raised", "kind": "refused-act", "facts": [],
                                                       "envelope": encode(b"no envelope")})  # fmt: skip
