"""What is lifted, extended and returned: on the word of who controls it, and on a ground that the ledger knows."""

from __future__ import annotations

from typing import Any

import pytest

from custody.errors import Untrusted
from telling import flaws, holder, refuses, tells
from world import World
from world_objects import extends, lifts_measure
from world_orders import joins

CASE = "云公(刑)诈〔2026〕0520"
DECISION = "江检不诉〔2026〕3号"


def stored(world: World, *fields: dict[str, Any], **seizure: Any) -> list[str]:
    """Seize items in a fresh case and check them in."""
    case = world.opens_case()
    items = world.seizes(case, *(world.item(**each) for each in fields or ({},)), **seizure)
    world.checks_in(items)
    return items


def to_prosecution(world: World, items: list[str]) -> None:
    """The procuratorate takes control of items and brings the case to its stage."""
    world.answers(world.offers(items), items)
    world.steps(CASE, "prosecution", by="江检")


@tells("return-without-notice")
def test_the_police_lift_nothing_that_the_procuratorate_controls(world: World) -> None:
    """I-28: the case is with the procuratorate. The police lift the seizure of a phone there only once its written
    decision took effect and is named; of what they still control they lift it on their own word."""
    there, here = stored(world, {}, {})
    to_prosecution(world, [there])
    with refuses(world, "return-without-notice") as told:
        lifts_measure(world, [here, there])
    assert told.items == [1]
    assert told.facts == {"item": there, "control": "pro-yunling", "signed_for": ["psb-yunling"]}
    with refuses(world, "return-without-notice"):
        lifts_measure(world, [there], instrument=DECISION)
    world.steps(CASE, by="江检", effective=DECISION)
    lifts_measure(world, [there], instrument=DECISION)
    lifts_measure(world, [here])
    assert world.facts(there).thing.lifted is not None


@tells("extension-without-control")
def test_who_took_control_over_renews_the_measure(world: World) -> None:
    """The court takes over what the police seized, and renews before it runs out. The police renew nothing there."""
    world.opens_case(kind="administrative")
    items = world.seizes(CASE, expires="2026-04-10")
    world.checks_in(items)
    world.steps(CASE, "investigation")
    to_prosecution(world, items)
    with refuses(world, "extension-without-control"):
        extends(world, items, "2026-05-09")
    boss = joins(world, "pro-03", "approver-2", agency="pro-yunling")
    extends(world, items, "2026-05-09", signers=world.signers(officer="江检", approver=boss))
    assert world.facts(items[0]).thing.expires.isoformat() == "2026-05-09"
    with pytest.raises(Untrusted, match="officer"):
        extends(world, items, "2026-06-09", signers=world.signers(officer="梁静", approver=boss))


@tells("return-unfounded")
def test_what_returns_without_an_order_was_found_irrelevant_first(world: World) -> None:
    """Nobody noted that the phone is irrelevant: it stays. Once that is noted of it, it goes; the other one does when
    its seizure is lifted."""
    one, two = stored(world, {}, {})
    with refuses(world, "return-unfounded") as told:
        world.releases([one])
    assert told.facts == {"item": one, "ground": "irrelevant", "measure": "seized"}
    world.notes(CASE, "found-irrelevant", [one])
    with refuses(world, "return-unfounded") as told:
        world.releases([one, two])
    assert told.items == [1]
    assert flaws(world.releases([one])) == {}
    lifts_measure(world, [two])
    with refuses(world, "return-unfounded"):
        world.releases([two], without_order="effects")
    assert holder(world, one) is None
    assert flaws(world.releases([two])) == {}


def test_a_case_that_ended_returns_what_it_has(world: World) -> None:
    """The case was withdrawn: until that decision took effect nothing returns on its ground."""
    (item,) = stored(world)
    with refuses(world, "return-unfounded") as told:
        world.releases([item], without_order="closed-case")
    assert told.facts["ground"] == "closed-case"
    world.steps(CASE, effective="云公撤字〔2026〕1号")
    world.releases([item], without_order="closed-case")
