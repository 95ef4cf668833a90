"""A release as it was signed before orders existed is read, folded and shown as ever."""

from __future__ import annotations

import json

from custody.acts import parse_act
from custody.acts.disposition import Release
from custody.acts.entry import Recorded
from custody.facts.kinds import Need, fold
from custody.facts.shapes import item_shape
from custody.ledger.past import Past, histories
from world import World

SINCE_THEN = ("ordered_by", "without_order", "sale", "payment")


def test_a_release_without_an_order_is_still_the_end_of_its_item(world: World) -> None:
    """The same act without the fields that came later: the item is gone by it, on the basis it named."""
    items = world.seizes(world.opens_case())
    world.checks_in(items)
    prepared = world.prepare(
        {
            "act": "release", "lines": world.lines(items), "kind": "remitted", "order": "云公缴字〔2026〕1号",
            "recipient": None, "destruction": None, "voucher": "0098871", "reason": "上缴国库",
            "signers": world.signers(holder="梁静", approver="沈建国"),
        }
    )  # fmt: skip
    assert not json.loads(prepared.payload).keys() & set(SINCE_THEN)
    act = parse_act(prepared.payload)
    assert isinstance(act, Release)
    assert (act.ordered_by, act.sale, act.payment, act.is_last) == (None, None, None, True)
    need = Need("item", items[0])
    before = histories(Past(world.ledger.recorder), [need.tag])[need.tag]
    old = Recorded(before[-1].index + 1, world.clock(), act, ())
    gone = fold(need, [*before, old])
    assert (gone.released, gone.holder, item_shape(gone)["disposition"]["state"]) == ("remitted", None, "released")
