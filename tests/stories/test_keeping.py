"""Keeping: custodians who take over, items that are shown, disclosures that are erased."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from custody.acts.values import decode, sealed_in
from custody.ledger.fsck import verify_ledger
from custody.ledger.reader import Reader
from custody.ledger.tables import JOURNAL
from custody.strict import read_json
from telling import holder, refuses, tells
from world import World
from world_orders import digest_of, erases, hands_over_place, shows, takes_over


@tells("handover-incomplete", "not-custodian-of-place")
def test_a_place_changes_hands_and_nothing_moves(world: World) -> None:
    """梁静 hands the store over to 郑宏: counted, with the digest of the list. Without her, or to an examiner who has
    no business there: refused."""
    items = world.seizes(world.opens_case(), world.item(), world.item())
    world.checks_in(items)
    with refuses(world, "handover-incomplete") as told:
        hands_over_place(world, "大库", items, signers=world.signers(incoming="郑宏", supervisor="江监督"))
    assert told.facts == {"missing": ["outgoing"]}
    with refuses(world, "not-custodian-of-place"):
        hands_over_place(
            world, "大库", items, signers=world.signers(outgoing="梁静", incoming="顾宁", supervisor="江监督")
        )
    before = world.facts(items[0])
    hands_over_place(world, "大库", items)
    assert world.facts(items[0]) == before
    assert digest_of(items) == digest_of(items[::-1])


@tells("handover-incomplete", "not-the-holder", "officer-is-custodian")
def test_what_an_unavailable_person_held_is_taken_over_under_two_supervisors(world: World) -> None:
    """周远 lies in hospital with a phone in his locker. One supervisor is not enough, and what he does not hold is not
    taken over; 何苗 takes the phone, and it goes on into the store."""
    case = world.opens_case()
    phone, stored = world.seizes(case, world.item(), world.item())
    world.checks_in([stored])
    with refuses(world, "handover-incomplete") as told:
        takes_over(world, [phone], "周远", "何苗", signers=world.signers(incoming="何苗", supervisor="江监督"))
    assert told.facts == {"missing": ["second supervisor"]}
    with refuses(world, "handover-incomplete"):
        takes_over(world, [phone], "周远", "何苗", reason=None)
    with refuses(world, "not-the-holder"):
        takes_over(world, [stored], "周远", "何苗")
    world.changes("何苗", add=[{"capacity": "custodian"}])
    with refuses(world, "officer-is-custodian"):
        takes_over(world, [phone], "周远", "何苗")
    world.changes("何苗", end=["custodian"])
    takes_over(world, [phone], "周远", "何苗")
    assert holder(world, phone) == "psb-0347"
    world.checks_in([phone], by="何苗")
    assert world.facts(phone).gaps() == ()


@tells("viewing-unsigned", "viewing-opens-a-seal", "not-custodian-of-place")
def test_things_are_shown_where_they_lie(world: World) -> None:
    """The defence looks at a phone through its bag. Unsigned, with the seal opened, shown by an examiner: refused."""
    (phone,) = items = world.seizes(world.opens_case())
    world.checks_in(items)
    with refuses(world, "viewing-unsigned"):
        shows(world, items, attestations=[])
    with refuses(world, "viewing-opens-a-seal"):
        shows(world, items, opened=True)
    with refuses(world, "not-custodian-of-place"):
        shows(world, items, signers=world.signers(custodian="顾宁"))
    shows(world, items)
    world.opens(items, world.facts(phone).seal)
    shows(world, items, opened=True)
    assert holder(world, phone) == world.places["大库"]


def names_in(world: World, position: int) -> list[str]:
    """The commitments that an act made."""
    envelope: Any = read_json(world.ledger.recorder.row(position).envelope, "envelope")
    return sealed_in(read_json(base64.b64decode(envelope["payload"]), "act"))


@tells("erasure-of-nothing", "erasure-on-hold")
@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_an_erased_name_is_gone_and_every_proof_still_holds(where: str, request: pytest.FixtureRequest) -> None:
    """The witness's name is erased by authority. The row is gone with the append, the seizure verifies as before, and
    so does the whole ledger. While the case is held, or for what the act does not hold: refused."""
    world = request.getfixturevalue("world") if where == "sqlite" else World(request.getfixturevalue("postgres_url"))
    case = world.opens_case()
    taken = world.act(world.seizure(case, [world.item(), world.item()]))
    sealed = names_in(world, taken.position)
    reader = Reader(world.engine)
    kept = reader.count_disclosures()
    hold = world.holds(case)
    with refuses(world, "erasure-on-hold"):
        erases(world, taken.act, sealed)
    world.lifts(hold, case)
    with refuses(world, "erasure-of-nothing"):
        erases(world, taken.act, [digest_of(["nothing"])])
    before = world.ledger.recorder.row(taken.position)
    erased = erases(world, taken.act, sealed)
    assert reader.disclosures([decode(each) for each in sealed]) == {}
    assert reader.count_disclosures() == kept - len(sealed)
    assert world.ledger.recorder.row(taken.position) == before
    report = verify_ledger(world.ledger.recorder, Reader(world.engine, JOURNAL))
    assert (report.findings, report.erased_disclosures) == ([], len(sealed))
    assert erased.index > taken.index
    assert world.ledger.submit(world.signed).duplicate
    if where == "postgres":
        world.close()
