"""S7. A necklace returns to the victim of a burglary before the judgment.

| line of the scenario | told by |
|---|---|
| 1–5 appraised, proved, ordered, handed to the sister, pictures for the court | `test_a_necklace_goes_home…` |
| ✗ approved by the head of the unit · no photograph, no appraisal · an officer signs for her | the same |
| ✗ a second claimant | `test_a_second_claimant…` |
| variant: the victim is not found | `test_what_belongs_to_a_victim_nobody_finds…` |
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from harness import check
from inquiry import chain, due, paper, rows, state, statement, whereabouts
from telling import flaws, open_defects, refuses, tells
from world import World
from world_orders import PHOTO, SAFE, announces, appraises, orders, share
from world_results import observes, on

CASE = "云公(刑)盗〔2026〕0077"
EARLY: dict[str, Any] = {"ground": "early-return", "instrument": "云公发还字〔2026〕3号"}


@pytest.fixture(autouse=True)
def the_registers_tell_the_same_story(world: World) -> Iterator[None]:
    """When a story is over, the registers, too, are derived afresh."""
    yield
    check(world)


def kept(world: World, **fields: Any) -> str:
    """The gold necklace of 28.36 g, seized from the burglar, sealed, in the safe of two custodians."""
    on(world, 7, 1, 9)
    world.opens_case(case=CASE)
    pictured = {"photos": [PHOTO["sha256"]], **fields}
    line = world.item(
        category="valuables", description="金项链", quantity="28.36", unit="g", estimated_value="21840", **pictured
    )
    (necklace,) = world.seizes(CASE, line, attachments=[PHOTO] if pictured["photos"] else [])
    world.checks_in([necklace], place="贵重", to=SAFE)
    return necklace


def sister(authorisation: str | None = "委托书 2026-07-06", staff: bool = False) -> dict[str, Any]:
    """赵某某 fetches it for 赵某; she signs."""
    return {
        "recipient": {
            "name": {"disclose": "赵某某"}, "capacity": "agent", "authorisation": authorisation,
            "authority_staff": staff,
        },
        "attestations": [{"part": "recipient", "name": {"disclose": "赵某某"}, "kind": "handwritten"}],
    }  # fmt: skip


@tells("order-unapproved", "order-unprepared", "release-not-as-ordered", "wrong-recipient")
def test_a_necklace_goes_home_before_the_judgment(world: World) -> None:
    """Appraised at 21,840; the head of the unit alone cannot approve it; the sister brings a written authorisation, and
    nobody else gets it. Its pictures and its value stay for the court."""
    necklace = kept(world)
    assert due(world, "D18", necklace) == "07-08 23:59"
    with refuses(world, "order-unprepared") as told:
        orders(world, [necklace], share("returned", to="赵某"), **EARLY)
    assert told.facts["missing"] == ["appraisal"]
    on(world, 7, 3, 9)
    appraises(world, [necklace], "21840.00")
    assert state(world, "D18", necklace) == "met"
    proof = {**EARLY, "attachments": [PHOTO], "note": "发票、婚礼照片"}
    with refuses(world, "order-unapproved") as told:
        orders(
            world, [necklace], share("returned", to="赵某"), **proof,
            signers=world.signers(officer="周远", approver="刘振"),
        )  # fmt: skip
    assert (told.facts["expected"], told.facts["got"]) == (2, 1)
    order = orders(world, [necklace], share("returned", to="赵某"), **proof)
    on(world, 7, 6, 9)
    assert flaws(observes(world, [necklace], "seal", by="梁静", in_range=True)) == {}
    by = world.signers(holder=SAFE, approver="沈建国")
    with refuses(world, "release-not-as-ordered"):
        world.releases([necklace], signers=by)  # as if it were irrelevant to the case
    for wrong in (sister(authorisation=None), sister(staff=True)):
        with refuses(world, "wrong-recipient"):
            world.releases([necklace], ordered_by=order, signers=by, **wrong)
    with refuses(world, "recipient-unsigned"):
        world.releases([necklace], ordered_by=order, signers=by, **{**sister(), "attestations": []})
    said = {"reason": "权属已核实，判决前发还", "attachments": [PHOTO]}
    world.releases([necklace], ordered_by=order, signers=by, **said, **sister())
    assert chain(world, necklace) == ["psb-0211", world.places["贵重"], None]
    assert open_defects(world, necklace) == set()
    listed = paper(world, "return-list", "item", necklace)
    assert len(rows(listed)) == 1
    assert all(each in " ".join(listed.texts()) for each in ("赵某某", "委托书 2026-07-06", "沈建国", "28.36"))
    statement(world, necklace)
    facts = world.facts(necklace)
    assert (facts.taken.photos, facts.released) == ((PHOTO["sha256"],), "returned")


@tells("order-unprepared")
def test_what_was_never_pictured_is_not_returned_early(world: World) -> None:
    """✗ Seized without a photograph, which is a defect; appraised, and still not returned before it is pictured."""
    necklace = kept(world, photos=[])
    assert open_defects(world, necklace) == {"NO_PHOTO_OF_VALUABLES"}
    appraises(world, [necklace])
    with refuses(world, "order-unprepared") as told:
        orders(world, [necklace], share("returned", to="赵某"), **EARLY)
    assert told.facts["missing"] == ["photo"]
    orders(world, [necklace], share("returned", to="赵某"), **EARLY, attachments=[PHOTO])


def test_a_second_claimant_holds_the_necklace(world: World) -> None:
    """✗ Somebody else says it is hers: held, though it is ordered; returned once the claim is settled."""
    necklace = kept(world)
    appraises(world, [necklace])
    order = orders(world, [necklace], share("returned", to="赵某"), **EARLY)
    hold = world.holds(CASE, [necklace], reason="claim", statement="第三人钱某主张所有权")
    by = world.signers(holder=SAFE, approver="沈建国")
    with refuses(world, "on-hold"):
        world.releases([necklace], ordered_by=order, signers=by, **sister())
    world.lifts(hold, CASE, [necklace])
    world.releases([necklace], ordered_by=order, signers=by, **sister())


def test_what_belongs_to_a_victim_nobody_finds_goes_with_the_case(world: World) -> None:
    """It is not announced as if nobody owned it and does not go to the treasury after six months: it is offered to the
    procuratorate with the case (刑程 art. 234)."""
    necklace = kept(world)
    announces(world, [necklace], "2026-07-02", "2027-01-02")
    with refuses(world, "order-before-notice-ends"):
        orders(world, [necklace], share("remitted"), ground="unclaimed", instrument="云公无主〔2026〕2号")
    on(world, 8, 1, 9)
    world.answers(world.offers([necklace]), [necklace])
    assert whereabouts(world, necklace) == (world.places["贵重"], "pro-yunling")
    with refuses(world, "order-foreign"):
        orders(world, [necklace], share("remitted"), ground="unclaimed", instrument="云公无主〔2026〕2号")
