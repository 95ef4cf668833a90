"""Units merge and end: who administers what they leave behind, and what can no longer begin with them.

That control and offers pass on stands in test_control.
"""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.facts.kinds import Need
from custody.tlog.note import Signer
from telling import also, flaws, is_sound, refuses, tells
from world import ORIGIN, PEOPLE, World


def merges(world: World, agency: str = "lab-2", successor: str = "lab-1") -> None:
    """An agency ends tonight, and the next morning another stands for it."""
    world.ends(agency, successor, world.clock.now.date().isoformat())
    world.clock.forward(hours=24)


def known(world: World, kind: Any, name: str) -> Any:
    """What the ledger knows of a person or an agency."""
    world.ledger.memory.catch_up()
    return world.ledger.memory.fold([Need(kind, name)])[Need(kind, name)]


def place(world: World, name: str, agency: str, by: str, **fields: Any) -> dict[str, Any]:
    """The draft of a laboratory that an administrator registers, or registers anew."""
    return {
        "act": "place", "place": world.places.setdefault(name, world.code("place")[:16]), "name": name, "parent": None,
        "agency": agency, "class": "laboratory", "dual_control": False, "temperature": None, "cameras": [],
        "signers": world.signers(administrator=by), **fields,
    }  # fmt: skip


def changed(world: World, name: str, by: str, **fields: Any) -> dict[str, Any]:
    """The draft of a change of a person that an administrator signs."""
    return {
        "act": "person", "person": world.id_of(name), "add": [], "end": [], "places_added": [], "places_ended": [],
        "unit": None, "left": False, "signers": world.signers(administrator=by), **fields,
    }  # fmt: skip


@tells("not-their-administrator")
def test_the_successor_administers_whom_and_what_it_took_over(world: World) -> None:
    """Laboratory two merges into one. On the last day its own administrator changes its people and places; from the day
    after, the administrator of laboratory one does, and the other one nothing any more."""
    by_two, by_one = "lab-2-admin", "lab-1-admin"
    world.ends("lab-2", "lab-1", world.clock.now.date().isoformat())
    with refuses(world, "not-their-administrator"):
        world.act(changed(world, "白薇", by_one, unit="毒化室"))
    world.act(changed(world, "白薇", by_two, unit="理化室"))
    world.clock.forward(hours=24)
    for draft in (changed(world, "白薇", by_two, unit="毒化室"), place(world, "二所实验室", "lab-2", by_two)):
        with refuses(world, "not-their-administrator"):
            world.act(draft)
    world.act(changed(world, "白薇", by_one, unit="毒化室", places_added=[world.places["一所实验室"]]))
    world.act(changed(world, "顾宁", by_one, places_added=[world.places["二所实验室"]]))
    assert known(world, "person", "lab2-03").unit == "毒化室"
    world.act(place(world, "二所实验室", "lab-2", by_one, dual_control=True))
    world.act(place(world, "二所实验室", "lab-1", by_one))
    world.act(place(world, "二所冷柜", "lab-1", by_one, parent=world.places["二所实验室"]))
    with refuses(world, "place-misplaced"):
        world.act(place(world, "二所实验室", "center", "center-admin"))


def test_the_successor_enrols_and_revokes_the_keys_of_those_it_took_over(world: World) -> None:
    """白薇 lost her key. The administrator of laboratory one revokes it and enrols a new one: she belongs there now."""
    merges(world)
    world.act(
        {
            "act": "revocation", "person": "lab2-03", "key": world.key_id("白薇"), "reason": "lost", "since": None,
            "signers": world.signers(administrator="lab-1-admin"),
        }
    )  # fmt: skip
    person, _, _ = PEOPLE["白薇"]
    draft = {
        "act": "enrolment", "person": person, "subject": "person", "name": {"disclose": "白薇"}, "agency": "lab-1",
        "public_key": world.new_key(person), "kind": "file", "evidence": "工作证核验",
        "signers": world.signers(administrator="lab-1-admin", subject=person, confirmer="高岚"),
    }  # fmt: skip
    with refuses(world, "person-elsewhere"):
        world.act({**draft, "agency": "center", "signers": world.signers(administrator="center-admin", subject=person,
                                                                         confirmer="高岚")})  # fmt: skip
    with refuses(world, "agency-not-there"):
        world.act({**draft, "agency": "lab-2"})
    world.act(draft)
    assert known(world, "person", person).agency == "lab-1"
    is_sound(world)


@tells("agency-not-there")
def test_nothing_begins_with_an_agency_that_has_ended_or_not_begun(world: World) -> None:
    """A tube is sent to a laboratory that ended, a case opened by a house that begins in May: whoever stands for the
    one takes the tube, and the other takes its cases in May."""
    test, _ = world.draws(world.opens_case())
    merges(world)
    with refuses(world, "agency-not-there") as told:
        world.dispatches([test], "lab-2")
    assert told.facts == {"agency": "lab-2", "stands_for_it": "lab-1"}
    world.dispatches([test], "lab-1")
    draft = {
        "act": "agency", "agency": "psb-xincheng", "kind": "police", "name": "新城分局", "parent": "psb-yunling",
        "valid_from": "2026-05-01", "valid_to": None, "successor": None, "administrator": None,
        "signers": world.signers(administrator="psb-admin"),
    }  # fmt: skip
    world.act(draft)
    with refuses(world, "agency-not-there") as told:
        world.opens_case(case="新公(刑)〔2026〕0001", lead="psb-xincheng")
    assert told.facts == {"agency": "psb-xincheng", "stands_for_it": "psb-xincheng"}
    world.clock.forward(days=60)
    world.opens_case(case="新公(刑)〔2026〕0001", lead="psb-xincheng")


@tells("successor-unfit")
def test_what_an_agency_was_passes_to_another_that_exists(world: World) -> None:
    """Nobody knows the successor; it is the agency itself; two name each other; no last day is named."""
    today = world.clock.now.date().isoformat()
    with refuses(world, "successor-unfit") as told:
        world.ends("lab-2", "lab-9", today)
    assert told.facts == {"unknown": "lab-9"}
    with refuses(world, "successor-unfit"):
        world.ends("lab-2", "lab-2", today)
    with refuses(world, "successor-unfit") as told:
        world.ends("lab-2", "lab-1", today, valid_to=None)
    assert told.facts == {"missing": "valid_to"}
    world.ends("lab-2", "lab-1", today)
    with refuses(world, "successor-unfit") as told:
        world.ends("lab-1", "lab-2", today)
    assert told.facts == {"circle": ["lab-1", "lab-2"]}


@tells("same-laboratory")
def test_a_laboratory_stays_the_first_one_under_another_name(world: World) -> None:
    """Tube A went to laboratory one, which merges into two. Tube B is no more for two than it was for one; what was on
    its way to one is received by two."""
    test, reserve = world.draws(world.opens_case())
    world.dispatches([test], "lab-1")
    merges(world, "lab-1", "lab-2")
    receipt = world.lab_receives([test], place="二所实验室", by="白薇")
    assert flaws(receipt) == {}
    with refuses(world, "reserve-tube-without-reexamination") as told:
        world.dispatches([reserve], "lab-2")
    assert "same-laboratory" in also(told)


@tells("governed-by-stranger")
def test_who_stands_for_the_first_agency_governs_the_ledger(world: World) -> None:
    """The sub-bureau that opened the ledger merges into another. Its own administrator governs no longer; the one of
    the other does, and registers agencies; the old supervisor still supervises."""
    world.founds("psb-jiangzhou", "police", "psj-01", capacity="officer")
    here = {
        "act": "agency", "agency": "psb-yunling", "kind": "police", "name": "江州市公安局云岭分局", "parent": None,
        "valid_from": "2019-01-01", "valid_to": world.clock.now.date().isoformat(), "successor": "psb-jiangzhou",
        "administrator": None, "signers": world.signers(administrator="psb-admin"),
    }  # fmt: skip
    world.act(here)
    world.clock.forward(hours=24)
    lab = {**here, "agency": "lab-9", "kind": "lab", "name": "九所", "valid_to": None, "successor": None}
    with refuses(world, "agency-foreign"):
        world.act(lab)
    world.act({**lab, "signers": world.signers(administrator="psb-jiangzhou-admin")})
    added = [str(Signer(ORIGIN, Ed25519PrivateKey.generate()).verifier)]
    with refuses(world, "governed-by-stranger"):
        world.rotates(added, [])
    with refuses(world, "governed-by-stranger"):
        world.rotates(added, [], signers=world.signers(administrator="center-admin", supervisor="江监督"))
    world.rotates(added, [], signers=world.signers(administrator="psb-jiangzhou-admin", supervisor="江监督"))
