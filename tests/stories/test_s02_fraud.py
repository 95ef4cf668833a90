"""S2. A fraud case: 400 items, seized far away.

| line of the scenario | told by |
|---|---|
| 1–10 seized, back, offered, 397 accepted and three refused, settled, lent, imaged, returned, submitted | \
`test_four_hundred_items_from_a_county_far_away` |
| ✗ 31 phones · the old seal again · two open manifests · two items in no manifest | the same |
| ⚠ the image verified with another hash | the same |
| 1 imported from a signed list | `tests/importing` |

The list is one act of 400 lines, as long as its paper wants: how many pages the police printed is theirs. The thirty
images are items, too: they go with the case as thirty lines more than the 397.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from custody.registers import differences
from inquiry import chain, deadlines, due, fact, known_on, owes, paper, registers, rows, state, statement, whereabouts
from telling import flaws, holder, open_defects, refuses
from world import World
from world_objects import child, closes, divides, lifts_measure, raises
from world_orders import PHOTO, SAFE
from world_results import asks, decides, observes, on, takes

CASE = "云公(刑)诈〔2026〕0520"
CLASSES = (("手机", 86), ("电脑", 41), ("银行卡", 212), ("GOIP 设备", 38), ("纸质材料箱", 15), ("现金", 8))
LINE_77, LINE_201, LINE_388 = 76, 200, 387
OLD, NEW = "358240050770001", "358240050770019"


def seized(world: World) -> tuple[list[str], str]:
    """Wednesday, 20 May, in a border county: the signed list of 400 lines, each thing sealed; 岩某 of the village
    committee looks on. Back on Friday at 18:30, so all of it is due on Saturday at 18:30."""
    for room in ("电子物证室", "纸质物证室"):
        world.place(room, "center", "general")
        world.changes("梁静", places_added=[world.places[room]])
    on(world, 5, 20, 9)
    world.opens_case(case=CASE)
    lines = [line(world, name, number) for name, count in CLASSES for number in range(1, count + 1)]
    lines[LINE_77]["serial"] = OLD
    taken = world.act(world.seizure(CASE, lines, attachments=[PHOTO]))
    assert (len(lines), flaws(taken)) == (400, {})
    on(world, 5, 22, 18, 30)
    world.notes(CASE, "returned-to-unit")
    items = [each["code"][:16] for each in lines]
    assert due(world, "D01", items[0], "returned-to-unit") == "05-23 18:30"
    return items, taken.act


def line(world: World, name: str, number: int) -> dict[str, Any]:
    """A line of the list."""
    if name == "现金":
        notes = {"kind": "cash", "denominations": [{"face": "100", "count": 90}]}
        return world.item(category="cash", description=f"现金 {number}", quantity="9000", unit="CNY", details=notes)
    if name in ("手机", "电脑"):
        fixed = {"kind": "digital", "medium_serial": None, "capacity": None, "sha256": None, "sm3": None,
                 "shielding": "shielded"}  # fmt: skip
        return world.item(category="digital", description=f"{name} {number}", details=fixed)
    return world.item(description=f"{name} {number}")


def offered(world: World, items: list[str]) -> str:
    """A manifest of things to the centre: custody alone, no control. Returns the manifest."""
    manifest = world.code("manifest")[:16]
    world.act(
        {
            "act": "offer", "manifest": manifest, "sender": "psb-yunling", "receiver": {"agency": "center"},
            "stage": None, "document": None, "expires_at": (world.clock.now + timedelta(hours=24)).isoformat(),
            "lines": [{"item": each, "moves": "custody"} for each in items],
            "signers": world.signers(deliverer="周远"),
        }
    )  # fmt: skip
    return manifest


def taken_over(
    world: World, manifest: str, items: list[str], refused: dict[str, tuple[str, str]] | None = None
) -> dict[str, Any]:
    """The centre answers line by line, into its hall; some are refused with a reason and what was seen. Its defects."""
    lines = [{**each, "moves": "custody", "decision": "accepted"} for each in world.lines(items)]
    for each in lines:
        if why := (refused or {}).get(each["item"]):
            each |= {"decision": "refused", "reason": why[0]} | ({"seal_seen": "broken"} if why[1] else {})
    return flaws(
        world.act(
            {
                "act": "answer", "manifest": manifest, "to": {"place": world.places["大库"]}, "lines": lines,
                "signers": world.signers(receiver="梁静", holder="周远"),
            }
        )
    )  # fmt: skip


def test_four_hundred_items_from_a_county_far_away(world: World) -> None:
    """400 on the list, one of them twice; 397 accepted at once, two once they are settled: 399. Two go back to a child,
    and 397 are submitted: 380 on paper, 17 as goods."""
    items, seizure = seized(world)
    assert len(rows(paper(world, "seizure-list", "case", CASE))) == 400
    on(world, 5, 23, 9)
    manifest = offered(world, items)
    twice, wrong, torn = items[LINE_201], items[LINE_77], items[LINE_388]
    why = {wrong: ("mismatch", ""), twice: ("other", ""), torn: ("seal-broken", "broken")}
    assert taken_over(world, manifest, items, why) == {"SEAL_BROKEN_AT_RECEIPT": ("curable", (LINE_388,))}
    assert fact(world, "manifest", manifest).state_at(world.clock.now) == "partly-accepted"
    assert [whereabouts(world, each)[0] for each in (items[0], wrong)] == [world.places["大库"], "psb-0211"]
    settled(world, seizure, wrong, twice, torn)
    live = [each for each in items if each != twice]
    assert {state(world, "D01", each, "returned-to-unit") for each in (items[0], wrong, torn, items[-1])} == {"met"}
    shelved(world, live)
    images = imaged(world, live[:30], live[30])
    card_1, card_2 = given_back(world, live)
    live = [each for each in live if each not in (card_1, card_2)]
    submitted(world, live, images)
    assert known_on(world, wrong, world.clock.now)["serial"] == NEW
    assert open_defects(world, torn) == {"SEAL_BROKEN_AT_RECEIPT"}
    assert owes(world, torn, "SEAL_BROKEN_AT_RECEIPT") == ("officer", "legal-reviewer")
    for each in (wrong, torn, live[0], images[0]):
        statement(world, each)
    with registers(world):
        assert differences(world.engine) == []


def settled(world: World, seizure: str, wrong: str, twice: str, torn: str) -> None:
    """Line 201 is voided, line 77 corrected by its photograph, line 388 counted anew by two and sealed anew; both are
    offered again and accepted at 15:40, in time."""
    photo = {"evidence": [PHOTO["sha256"]]}
    void = {"op": "void", "path": f"/items/{LINE_201}", "old": None, "new": None}
    world.corrects(seizure, void, author="周远", reason="清单重复登记一张银行卡，附情况说明")
    imei = {"op": "replace", "path": f"/items/{LINE_77}/serial", "old": OLD, "new": NEW}
    world.corrects(seizure, imei, author="周远", **photo)
    old = world.facts(torn).seal
    world.opens([torn], old, condition="封签破损，两人清点无缺")
    with refuses(world, "seal-used"):
        world.seals_up([torn], numbers=[old])
    world.seals_up([torn])
    with refuses(world, "unknown-item"):
        offered(world, [twice])
    on(world, 5, 23, 15, 30)
    again = offered(world, [wrong, torn])
    with refuses(world, "offered-twice"):
        offered(world, [wrong])
    on(world, 5, 23, 15, 40)
    assert taken_over(world, again, [wrong, torn]) == {}


def shelved(world: World, live: list[str]) -> None:
    """Into three rooms by class: what is electronic, what is paper, what is of value."""
    electronic, cards, boxes, cash = live[:127] + live[338:376], live[127:338], live[376:391], live[391:]
    assert [len(each) for each in (electronic, cards, boxes, cash)] == [165, 211, 15, 8]
    world.relocates(electronic, "电子物证室")
    world.relocates(boxes, "纸质物证室")
    world.relocates(cards + cash, "贵重", by=SAFE)
    assert {holder(world, each) for each in electronic} == {world.places["电子物证室"]}


def imaged(world: World, phones: list[str], another: str) -> list[str]:
    """Thirty phones are lent until the 27th at 18:00, opened by two, imaged with two hashes, sealed anew, and back at
    16:10. A 31st is not handed out. One image hashes otherwise when verified: in quarantine, never overwritten."""
    on(world, 5, 25, 10)
    loan = asks(world, phones, hours=56)
    assert flaws(decides(world, loan, phones)) == {}
    with refuses(world, "loan-not-granted") as told:
        takes(world, loan, [*phones, another], hours=55)
    assert (told.items, told.facts["item"]) == ([30], another)
    takes(world, loan, phones, hours=55)
    assert due(world, "D03", phones[0]) == "05-27 17:02"
    seals = [world.facts(each).seal for each in phones]
    opened = [{"items": [each], "number": seal} for each, seal in zip(phones, seals, strict=True)]
    world.opens(phones[:1], seals[0], seals=opened)
    images = [each for number, phone in enumerate(phones) for each in divides(
        world, phone, "1", [image(world, number)], kind="image", reason="镜像")]  # fmt: skip
    with refuses(world, "seal-used"):
        world.seals_up(phones[:1], numbers=seals[:1])
    world.seals_up(*([each] for each in phones))
    on(world, 5, 26, 9)
    world.checks_in(images, place="电子物证室")
    on(world, 5, 27, 16, 10)
    assert flaws(world.returns(phones, place=world.places["电子物证室"])) == {}
    assert state(world, "D03", phones[0]) == "met"
    differs = observes(
        world, images[:1], "hash", hashes=[{"item": images[0], "algorithm": "sha256", "value": "cc" * 32}],
        in_range=False,
    )  # fmt: skip
    assert flaws(differs) == {"HASH_DIFFERS": ("exclusion-risk", ())}
    found = [{"what": "SHA-256", "expected": "00" * 32, "found": "cc" * 32}]
    raised = raises(world, CASE, images[:1], "hash", facts=found)
    assert (known_on(world, images[0], world.clock.now)["quarantined"], world.facts(images[0]).thing.sha256) == (
        True, "00" * 32,
    )  # fmt: skip
    with refuses(world, "item-in-question"):
        world.lends(images[:1])
    assert owes(world, images[0], "HASH_DIFFERS") == ("officer", "legal-reviewer")
    closes(world, raised, images[:1], "explained")
    return images


def image(world: World, number: int) -> dict[str, Any]:
    """An image of a phone, with SHA-256 and SM3."""
    details = {"kind": "digital", "medium_serial": None, "capacity": "256 GB", "sha256": f"{number:02}" * 32,
               "sm3": f"{number + 30:02}" * 32, "shielding": "powered-off"}  # fmt: skip
    return child(
        world, "1", "份", category="digital", description=f"镜像 {number + 1}", details=details, seal=world.seal()
    )


def given_back(world: World, live: list[str]) -> tuple[str, str]:
    """29 May: two bank cards are a child's. Due by 1 June; lifted, and returned against a list."""
    cards = live[127:129]
    on(world, 5, 29, 9)
    world.notes(CASE, "found-irrelevant", cards)
    assert {due(world, "D04", each) for each in cards} == {"06-01 23:59"}
    lifts_measure(world, cards)
    world.releases(cards, signers=world.signers(holder=SAFE, approver="沈建国"))
    assert {state(world, "D04", each) for each in cards} == {"met"}
    assert len(rows(paper(world, "return-list", "item", cards[0]))) == 2
    assert chain(world, cards[0])[-1] is None
    return cards[0], cards[1]


def submitted(world: World, live: list[str], images: list[str]) -> None:
    """10: 397 to the procuratorate, 380 on paper and 17 key originals as goods, with the thirty images. Two that stand
    on no manifest keep the case where it is; then D19 has nothing left to ask for."""
    on(world, 6, 10, 9)
    goods = (*live[374:389], *live[30:32])
    assert (len(live), len(goods)) == (397, 17)
    whole = [*live, *images]
    first = world.offers([each for each in whole if each not in live[40:42]], goods=goods)
    with refuses(world, "items-left") as told:
        world.steps(CASE, "prosecution")
    assert sorted(told.facts["items"]) == sorted(live[40:42]) if "items" in told.facts else told.facts
    second = world.offers(live[40:42])
    listed = paper(world, "case-file-list", "case", CASE)
    assert len(rows(listed)) == 2
    on(world, 6, 10, 11)
    answered = [each for each in whole if each not in live[40:42]]
    world.answers(first, answered, goods=goods)
    world.answers(second, live[40:42])
    world.steps(CASE, "prosecution", by="江检")
    assert [each for each in deadlines(world, "D19") if each["state"] != "met"] == []
    assert {whereabouts(world, each)[1] for each in (live[0], live[40], images[0])} == {"pro-yunling"}
    assert {holder(world, each) for each in goods} == {"pro-11"}
    assert len([each for each in live if holder(world, each) != "pro-11"]) == 380
