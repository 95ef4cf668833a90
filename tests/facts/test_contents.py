"""What a case holds: whichever way an item comes to exist, the case knows of it."""

from __future__ import annotations

import pytest

from custody.acts import ACT_TYPES
from custody.acts.act import Act
from custody.errors import Refused
from custody.facts.kinds import KINDS, Need
from custody.ledger.history import case_at
from custody.registers import Registers
from world import World
from world_objects import child, divides, raises
from world_orders import in_effect, orders, sells, share


def test_an_act_type_says_whether_items_come_to_exist_by_it() -> None:
    """In one place, from which the facts that need to know take it."""
    born = {name for name, kind in ACT_TYPES.items() if kind.items_born is not Act.items_born}
    assert born == {name for name, kind in ACT_TYPES.items() if kind.bears}
    for kind in ("contents", "code", "seal"):
        assert born <= set(KINDS[kind].types)


def test_a_case_holds_what_was_taken_drawn_divided_sold_and_found_out(world: World) -> None:
    case = world.opens_case()
    car, phone = world.seizes(case, world.item(seal=None), world.item(seal=None))
    tubes = world.draws(case)
    parts = divides(world, phone, "0.5", [child(world, "0.5", "部", category="general")])
    world.checks_in([car])
    order = orders(world, [car], share("sold"), **in_effect(world))
    price = sells(world, [car], order, case, "21840.00")
    used = world.item(seal=world.facts(tubes[0]).seal)
    with pytest.raises(Refused):
        world.seizes(case, used)
    raises(world, case, [], "refused-act", envelope=world.signed)
    known = world.ledger.memory.fold([Need("contents", case)])[Need("contents", case)]
    expected = {car, phone, *tubes, *parts, price, used["code"][:16]}
    assert set(known.items) == expected
    registers = Registers(world.engine)
    registers.catch_up()
    assert registers.case(case)["items"] == case_at(world.ledger.recorder, case)["items"] == len(expected)
    registers.close()
