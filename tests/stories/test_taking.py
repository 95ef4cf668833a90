"""Taking: what the law wants of a seizure and a draw, and what is said when it was done otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from custody.errors import Malformed, TooLarge
from telling import flaws, holder, open_defects, refuses, tells
from world import World

RECORDING = {"sha256": "5c" * 32, "media_type": "video/mp4", "size_bytes": 1 << 30, "kind": "recording"}
PHOTO = {"sha256": "9a" * 32, "media_type": "image/jpeg", "size_bytes": 1 << 20, "kind": "photo"}
FIGHT = "云公(治)〔2026〕0312"


def seized(world: World, case: str, *items: dict[str, Any], **fields: Any) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Seize something and say with which defects; they stand open on exactly the items they name."""
    lines = list(items) or [world.item()]
    found = flaws(world.act(world.seizure(case, lines, **fields)))
    for index, line in enumerate(lines):
        mine = {code for code, (_, indexes) in found.items() if not indexes or index in indexes}
        assert open_defects(world, line["code"][:16]) == mine
        assert holder(world, line["code"][:16]) == "psb-0211"
    return found


@tells("ONE_OFFICER")
def test_one_officer_alone_is_said(world: World) -> None:
    """周远 seized on his own, or with an auxiliary only: no second officer for a seizure, but one for a draw."""
    case = world.opens_case()
    alone, auxiliary = world.signers(officer="周远"), world.signers(officer="周远", second="孙凯")
    assert seized(world, case) == {}
    assert seized(world, case, signers=alone) == {"ONE_OFFICER": ("curable", ())}
    assert seized(world, case, signers=auxiliary) == {"ONE_OFFICER": ("curable", ())}
    medic = world.signers(medic="唐敏", officer="周远")
    assert flaws(world.act(world.draw(case, signers=medic))) == {"ONE_OFFICER": ("curable", ())}
    both = world.signers(medic="唐敏", officer="周远", second="孙凯")
    assert flaws(world.act(world.draw(case, signers=both))) == {}
    handed_in = {"measure": "received", "attachments": [RECORDING], "signers": auxiliary}
    assert seized(world, case, **handed_in) == {}


@tells("RECORDING_MISSING")
def test_one_officer_suffices_in_a_controlled_site_if_everything_is_recorded(world: World) -> None:
    """Since 2026 one officer may seize in a supervised office, in public-order cases, under full recording; without
    it the evidence cannot carry a penalty. On the spot, the recording is wanted however many officers there are."""
    case = world.opens_case(case=FIGHT, kind="public-order")
    alone: dict[str, Any] = {"controlled_site": True, "signers": world.signers(officer="周远")}
    assert seized(world, case, **alone, attachments=[RECORDING]) == {}
    assert seized(world, case, **alone) == {"RECORDING_MISSING": ("exclusion-risk", ())}
    spot = {"authority": "on-the-spot"}
    assert seized(world, case, **spot) == {"RECORDING_MISSING": ("exclusion-risk", ())}
    assert seized(world, case, **spot, attachments=[RECORDING]) == {}
    criminal = world.opens_case()
    assert set(seized(world, criminal, **alone, attachments=[RECORDING])) == {"ONE_OFFICER"}


def test_a_draw_without_a_recording_is_said_too(world: World) -> None:
    """The recorder's battery was empty. The result stands or falls elsewhere; that it is missing stands here."""
    case = world.opens_case(case=FIGHT, kind="traffic")
    assert flaws(world.act(world.draw(case, recording=None))) == {"RECORDING_MISSING": ("curable", ())}
    assert flaws(world.act(world.draw(case, recording=None, attachments=[RECORDING]))) == {}


@tells("NO_WITNESS_NO_RECORDING")
def test_somebody_independent_saw_it_or_it_was_recorded(world: World) -> None:
    """No attesting witness could be found, and nothing was filmed."""
    case = world.opens_case()
    assert seized(world, case, attestations=[world.holder()]) == {"NO_WITNESS_NO_RECORDING": ("curable", ())}
    assert seized(world, case, attestations=[world.holder()], attachments=[RECORDING]) == {}
    assert seized(world, case) == {}


@tells("NO_PHOTO_OF_VALUABLES")
def test_valuables_are_photographed(world: World) -> None:
    """Of two watches one has its photograph. The defect names the other alone."""
    case = world.opens_case()
    photographed = world.item(category="valuables", description="手表", photos=[PHOTO["sha256"]])
    plain = world.item(category="valuables", description="项链")
    found = seized(world, case, photographed, plain, attachments=[PHOTO])
    assert found == {"NO_PHOTO_OF_VALUABLES": ("curable", (1,))}
    assert seized(world, case, world.item(category="valuables"), attachments=[RECORDING]) == {}


@tells("SEIZED_BEFORE_FILING")
def test_what_was_seized_before_the_case_was_filed_is_held(world: World) -> None:
    """The search came first, the filing after lunch: a risk of exclusion, and the phone does not leave until the legal
    department has dealt with it. What somebody handed in before is no seizure."""
    searched = world.clock.now.isoformat()
    world.clock.forward(hours=3)
    case = world.opens_case()
    line = world.item()
    found = seized(world, case, line, occurred_at=searched)
    assert found == {"SEIZED_BEFORE_FILING": ("exclusion-risk", ())}
    items = [line["code"][:16]]
    world.checks_in(items)
    with refuses(world, "on-hold") as told:
        world.releases(items)
    assert told.facts["defects"] == ["SEIZED_BEFORE_FILING"]
    raised = world.facts(items[0]).defects[0].id
    world.remedies(raised, "explain", "周远")
    with refuses(world, "on-hold"):
        world.releases(items)
    world.remedies(raised, "accept", "高岚")
    assert world.facts(items[0]).defects[0].state == "reviewed"  # and never remedied: a court decides on it
    world.releases(items)
    assert seized(world, case, measure="received", occurred_at=searched) == {}


def test_four_hundred_items_are_seized_and_stored_in_one_act_each(world: World) -> None:
    """S2: 86 phones, 41 computers, 212 bank cards, 38 boxes, 15 cartons, 8 bundles; one list, two signatures, one
    envelope well under the limit. The team returns on Friday evening, the handover on Saturday is in time."""
    case = world.opens_case()
    kinds = {"手机": 86, "电脑": 41, "银行卡": 212, "GOIP设备": 38, "文件箱": 15, "现金捆": 8}
    lines = [
        world.item(description=kind, features="黑色，边角有磨损", serial={"disclose": f"{kind}-{number}"})
        for kind, count in kinds.items()
        for number in range(count)
    ]
    receipt = world.act(world.seizure(case, lines))
    assert len(lines) == 400
    assert 150_000 < len(world.signed) < 350_000
    assert len(receipt.entry) < 65_536
    items = [line["code"][:16] for line in lines]
    world.clock.forward(hours=48)
    world.notes(case, "returned-to-unit")
    world.clock.forward(hours=15)
    stored = world.lines(items)
    stored[387]["seal_seen"] = "broken"
    receipt = world.checks_in(items, lines=stored)
    assert flaws(receipt) == {"SEAL_BROKEN_AT_RECEIPT": ("curable", (387,))}
    assert {holder(world, item) for item in items} == {world.places["大库"]}
    world.lends(items[:30], hours=99)
    with refuses(world, "not-available"):
        world.lends(items[29:31])


def test_an_act_names_at_most_a_thousand_items(world: World) -> None:
    """A list of 1,001 is not taken, and neither is an envelope over a mebibyte: split it."""
    case = world.opens_case()
    with pytest.raises(Malformed) as raised:
        world.act(world.seizure(case, [world.item() for _ in range(1001)]))
    assert raised.value.fields["field"] == "items"
    wordy = [world.item(features="细" * 1000) for _ in range(300)]
    with pytest.raises(TooLarge, match="split"):
        world.act(world.seizure(case, wordy))


def test_things_that_stay_where_they_are_have_an_outside_keeper(world: World) -> None:
    """A house sealed in situ: its owner keeps it, by name under seal; nothing of it is late for the store."""
    case = world.opens_case()
    house = world.item(description="住房一套", keeper={"disclose": "房主岳某"}, seal=None)
    world.act(world.seizure(case, [house], measure="sealed-in-situ"))
    assert world.facts(house["code"][:16]).holder.kind == "outside"
