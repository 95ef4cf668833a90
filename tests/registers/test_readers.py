"""Which agency reads what, now and along the log, as control and custody pass from house to house."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from custody.access.caller import Caller
from custody.access.rights import Role
from custody.acts.entry import instant
from custody.registers import Registers, readers
from custody.registers.following import follow
from custody.registers.item_tables import item
from custody.registers.sight import Seen
from world import World

CASE = "云公(刑)诈〔2026〕0520"
KINDS = {"psb-yunling": "police", "pro-yunling": "procuratorate", "crt-yunling": "court", "lab-1": "lab"}

PARTIES = {"genesis", "agency", "enrolment", "person", "place", "policy"}

Current = Callable[[], Registers]


def works(agency: str) -> Caller:
    """Somebody who works on cases in an agency."""
    return Caller("somebody", agency, KINDS.get(agency, "custodian-contractor"), frozenset({"supervisor"}))


def seen(world: World, registers: Registers, agency: str) -> set[str]:
    """The items that who works on cases in an agency sees now."""
    seen = Seen(works(agency), instant(world.clock.now))
    with registers.store.reading() as connection:
        return set(connection.scalars(select(item.c.item).where(seen.item(item.c.item))))


def roles(world: World, registers: Registers, agency: str, subject: str) -> set[Role]:
    """What an agency is to something now."""
    with registers.store.reading() as connection:
        return readers.roles(connection, agency, [subject], instant(world.clock.now)).get(subject, set())


def followed(registers: Registers, agency: str) -> set[int]:
    """The positions of the acts that an agency's system may follow."""
    caller = works(agency)
    found: set[int] = set()
    after, head = 0, 1
    while after < head:
        with registers.store.reading() as connection:
            page = follow(connection, caller, after, 3)
        assert all(after < each["position"] <= page.position for each in page.acts)
        assert page.position > after, "the position always advances"
        found |= {each["position"] for each in page.acts if each["type"] not in PARTIES}
        after, head = page.position, page.head
    return found


def test_items_are_read_by_who_leads_and_who_keeps_them_and_by_nobody_else(world: World, registers: Current) -> None:
    case = world.opens_case(case=CASE)
    one, two = world.seizes(case, world.item(), world.item())
    now = registers()
    assert roles(world, now, "psb-yunling", f"item:{one}") == {"leads", "keeps"}
    assert seen(world, now, "psb-yunling") == {one, two}
    assert seen(world, now, "center") == seen(world, now, "pro-yunling") == set()
    world.checks_in([one])
    now = registers()
    assert roles(world, now, "psb-yunling", f"item:{one}") == {"leads"}
    assert roles(world, now, "center", f"item:{one}") == {"keeps"}
    assert seen(world, now, "center") == {one}
    assert roles(world, now, "center", f"case:{case}") == set()


def test_an_offer_is_read_until_it_expires_and_a_case_once_part_of_it_was_accepted(
    world: World, registers: Current
) -> None:
    case = world.opens_case(case=CASE)
    items = world.seizes(case, *(world.item() for _ in range(3)))
    manifest = world.offers(items[:2])
    now = registers()
    assert seen(world, now, "pro-yunling") == set(items[:2])
    assert roles(world, now, "pro-yunling", f"manifest:{manifest}") == {"receives"}
    assert roles(world, now, "pro-yunling", f"case:{case}") == set()
    world.clock.now += timedelta(hours=25)
    assert seen(world, now, "pro-yunling") == set(), "what expired is nobody's business any more"
    again = world.offers(items[:2])
    world.answers(again, items[:2], by="江检")
    now = registers()
    assert roles(world, now, "pro-yunling", f"item:{items[0]}") == {"controls", "accepted"}
    assert roles(world, now, "pro-yunling", f"case:{case}") == {"accepted"}
    assert seen(world, now, "pro-yunling") == set(items), "who accepted a case reads all of it"
    assert seen(world, now, "crt-yunling") == set()
    [later] = world.seizes(case, world.item())
    assert later in seen(world, registers(), "pro-yunling"), "also what is taken afterwards"


def test_a_laboratory_reads_what_it_was_sent_from_the_sending_on_until_it_gave_it_back(
    world: World, registers: Current
) -> None:
    case = world.opens_case(case=CASE)
    tube, reserve = world.draws(case)
    sent = world.dispatches([tube])
    now = registers()
    assert roles(world, now, "lab-1", f"item:{tube}") == {"examines"}
    assert seen(world, now, "lab-1") == {tube}
    received = world.lab_receives([tube])
    now = registers()
    assert roles(world, now, "lab-1", f"item:{tube}") == {"keeps"}
    assert reserve not in seen(world, now, "lab-1")
    assert {sent.position, received.position} <= followed(now, "lab-1")


def test_a_feed_is_followed_by_stretches_so_that_what_was_seen_stays_seen(world: World, registers: Current) -> None:
    case = world.opens_case(case=CASE)
    (item,) = taken = world.seizes(case, world.item())
    before = world.checks_in(taken).position
    manifest = world.offers(taken)
    offered = registers().positions()["items"]
    world.answers(manifest, taken, by="江检")
    accepted = registers().positions()["items"]
    after = world.relocates(taken, "冷藏").position
    found = followed(registers(), "pro-yunling")
    assert before not in found
    assert {offered, accepted, after} <= found
    world.offers(taken, by="江检", to="crt-yunling", stage="trial")
    now = registers()
    assert followed(now, "crt-yunling") == {now.positions()["items"]}
    assert item in seen(world, now, "pro-yunling")


def test_what_happened_to_an_item_while_it_was_offered_stays_seen_after_the_offer_ended(
    world: World, registers: Current
) -> None:
    case = world.opens_case(case=CASE)
    taken = world.seizes(case, world.item())
    world.checks_in(taken)
    manifest = world.offers(taken)
    while_offered = world.relocates(taken, "冷藏").position
    before = followed(registers(), "pro-yunling")
    assert while_offered in before
    withdrawn = world.withdraws(manifest, taken).position
    afterwards = world.relocates(taken, "大库").position
    now = registers()
    assert followed(now, "pro-yunling") == before | {withdrawn}
    assert afterwards > withdrawn
    assert seen(world, now, "pro-yunling") == set(), "but the item is nobody's business there any more"
    assert roles(world, now, "pro-yunling", f"item:{taken[0]}") == set()
