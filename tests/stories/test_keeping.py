"""Keeping: custodians who take over, items that are shown, disclosures that are erased."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from custody.acts.values import decode, encode, sealed_in
from custody.ledger.fsck import verify_ledger
from custody.ledger.reader import Reader
from custody.ledger.tables import JOURNAL
from custody.rules.draw import drawn
from custody.strict import read_json
from harness import check
from telling import flaws, holder, refuses, tells
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


def counted(world: World, place: str, items: list[str], **fields: Any) -> dict[str, Any]:
    """What a handover says of one place."""
    return {
        "place": world.places[place], "count": len(items), "digest": digest_of(items), "differences": None, **fields,
    }  # fmt: skip


@tells("handover-differs-unsaid", "INVENTORY_DIFFERS")
def test_a_place_is_handed_over_as_the_book_has_it_or_the_difference_is_said(world: World) -> None:
    """Three things on the book, one of them not on the shelf. Signed as if all were well: refused. With the difference
    said, the handover stands, and somebody owes an explanation; another thing with the right number is not enough."""
    case = world.opens_case()
    phone, watch, gone, elsewhere = items = world.seizes(case, *(world.item() for _ in range(4)))
    world.checks_in(items[:3])
    world.checks_in([elsewhere], "车场")
    with refuses(world, "handover-differs-unsaid") as told:
        hands_over_place(world, "大库", [phone, watch])
    assert told.facts == {"place": world.places["大库"], "counted": 2, "book": 3}
    with refuses(world, "handover-differs-unsaid"):
        hands_over_place(world, "大库", [phone, watch, elsewhere])
    with refuses(world, "handover-differs-unsaid"):
        hands_over_place(world, "大库", [], places=[counted(world, "大库", items[:3], count=2)])
    said = [counted(world, "大库", [phone, watch], differences="缺 1 部手机，已报差异")]
    assert flaws(hands_over_place(world, "大库", [], places=said)) == {"INVENTORY_DIFFERS": ("curable", ())}
    assert flaws(hands_over_place(world, "大库", [phone, watch, gone])) == {}
    check(world)


def test_the_book_of_a_handover_is_that_which_the_signers_had_seen(world: World) -> None:
    """While the handover is signed, one more thing comes in, and one is lent. What was counted is what had been seen;
    a voided check-in was never there."""
    case = world.opens_case()
    items = world.seizes(case, *(world.item() for _ in range(4)))
    world.checks_in(items[:2])
    head = world.ledger.recorder.head()
    seen = {"size": head.size, "root": encode(head.root)}
    at = world.clock.now.isoformat()
    mistaken = world.checks_in(items[2:3]).act
    world.lends(items[:1])
    assert flaws(hands_over_place(world, "大库", items[:2], seen=seen, occurred_at=at)) == {}
    with refuses(world, "handover-differs-unsaid"):
        hands_over_place(world, "大库", items[:2])
    world.corrects(mistaken, {"op": "void", "path": ""})
    hands_over_place(world, "大库", items[1:2])
    check(world)


def test_shelves_are_counted_by_themselves_or_with_the_store_they_stand_in(world: World) -> None:
    """A rack stands in the store. The store counted whole has what lies on the rack; counted beside it, it has not."""
    world.place("B-3", "center", "general", parent=world.places["大库"])
    on_rack, on_floor = items = world.seizes(world.opens_case(), world.item(), world.item())
    world.checks_in([on_rack], "B-3")
    world.checks_in([on_floor])
    hands_over_place(world, "大库", items)
    apart = [counted(world, "大库", [on_floor]), counted(world, "B-3", [on_rack])]
    assert flaws(hands_over_place(world, "大库", [], places=apart)) == {}
    with refuses(world, "handover-differs-unsaid"):
        hands_over_place(world, "大库", [], places=[*apart[:1], counted(world, "B-3", items)])
    world.place("B-3", "center", "general", parent=world.places["车场"])
    hands_over_place(world, "大库", [on_floor])


def test_a_handover_may_rest_on_a_draw(world: World) -> None:
    """Of twenty things and a watch, the watch and three drawn ones are counted: by the root the signers had seen."""
    case = world.opens_case()
    items = world.seizes(case, *(world.item() for _ in range(20)), world.item(category="valuables"))
    world.checks_in(items)
    kinds = dict.fromkeys(items, "general") | {items[-1]: "valuables"}
    draw = {"salt": "2026 年第一季度交接", "count": 3}
    chosen = list(drawn(world.ledger.recorder.head().root, draw["salt"], kinds, 3))
    assert (len(chosen), items[-1] in chosen) == (4, True)
    with refuses(world, "handover-differs-unsaid"):
        hands_over_place(world, "大库", [], places=[counted(world, "大库", items[-4:], draw=draw)])
    assert flaws(hands_over_place(world, "大库", [], places=[counted(world, "大库", chosen, draw=draw)])) == {}
    check(world)


def test_responsibility_passes_line_by_line(world: World) -> None:
    """周远 held two phones; 何苗 takes over the one that was found in his locker. The other stays his until found."""
    found, other = world.seizes(world.opens_case(), world.item(), world.item())
    takes_over(world, [found], "周远", "何苗")
    assert (holder(world, found), holder(world, other)) == ("psb-0347", "psb-0211")
    takes_over(world, [other], "周远", "何苗")
    assert holder(world, other) == "psb-0347"


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
    kept = reader.count_disclosures(reader.head().size)
    hold = world.holds(case)
    with refuses(world, "erasure-on-hold"):
        erases(world, taken.act, sealed)
    world.lifts(hold, case)
    with refuses(world, "erasure-of-nothing"):
        erases(world, taken.act, [digest_of(["nothing"])])
    before = world.ledger.recorder.row(taken.position)
    erased = erases(world, taken.act, sealed)
    assert reader.disclosures([decode(each) for each in sealed]) == {}
    assert reader.count_disclosures(reader.head().size) == kept - len(sealed)
    assert world.ledger.recorder.row(taken.position) == before
    report = verify_ledger(world.ledger.recorder, Reader(world.engine, JOURNAL))
    assert (report.findings, report.erased_disclosures) == ([], len(sealed))
    assert erased.index > taken.index
    assert world.ledger.submit(world.signed).duplicate
    if where == "postgres":
        world.close()
