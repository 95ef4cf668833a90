"""Exits: release and what it needs, holds, destruction."""

from __future__ import annotations

from typing import Any

import pytest

from custody.errors import Untrusted
from telling import flaws, holder, refuses, tells
from world import World
from world_orders import in_effect, orders, share

DESTROYED = {"where": "江州市固废处置中心", "method": "焚烧", "measured": [{"quantity": "312.44", "unit": "g"}]}


def stored(world: World, case: str, **fields: Any) -> list[str]:
    """Something seized and lying in the store."""
    items = world.seizes(case, world.item(**fields))
    world.checks_in(items)
    return items


def recipient(**fields: Any) -> dict[str, Any]:
    """赵某, whose necklace was stolen."""
    return {
        "name": {"disclose": "赵某"}, "capacity": "right-holder", "authorisation": None, "authority_staff": False,
        **fields,
    }  # fmt: skip


@tells("on-hold")
def test_nothing_leaves_while_it_is_held(world: World) -> None:
    """S4: the finance bank claims the car. While the hold stands, the car neither returns to its driver nor goes to
    any keeper outside; other items of the case do. The hold is lifted, and the car is returned."""
    case = world.opens_case()
    car, phone = stored(world, case), stored(world, case)
    hold = world.holds(case, car, reason="claim")
    with refuses(world, "on-hold") as told:
        world.releases(car)
    assert told.facts["holds"] == ["claim"]
    bank = {
        "to": {"outside": {"disclose": "江州银行"}}, "from": {"place": world.places["大库"]},
        "attestations": [{"part": "receiver", "name": {"disclose": "柜员秦某"}, "kind": "handwritten"}],
        "signers": world.signers(deliverer="梁静"),
    }  # fmt: skip
    with refuses(world, "on-hold"):
        world.transfers(car, "梁静", "何苗", **bank)
    world.releases(phone)
    world.lends(car)  # a loan is no exit
    world.returns(car)
    world.lifts(hold, case, car)
    world.releases(car)
    assert holder(world, car[0]) is None


def test_a_hold_on_a_case_holds_everything_in_it(world: World) -> None:
    """An appeal: nothing of the case leaves, also what is seized after; other cases are not concerned."""
    case, other = world.opens_case(), world.opens_case(case="云公(刑)盗〔2026〕0077")
    before = stored(world, case)
    hold = world.holds(case, by="钱法官", reason="appeal")
    after = stored(world, case)
    for items in (before, after):
        with refuses(world, "on-hold"):
            world.releases(items)
    world.releases(stored(world, other))
    world.lifts(hold, case, by="钱法官")
    world.releases([*before, *after])


@tells("hold-unknown")
def test_only_a_standing_hold_of_the_same_scope_is_lifted(world: World) -> None:
    """A hold that never was, that was lifted before, or that covers something else: refused."""
    case = world.opens_case()
    (item,) = stored(world, case)
    hold = world.holds(case, [item])
    with refuses(world, "hold-unknown"):
        world.lifts(hold, case)
    with refuses(world, "hold-unknown"):
        world.lifts("0193a1b2-0000-7000-8000-000000000000", case, [item])
    with refuses(world, "hold-unknown"):
        world.holds(case, [item], hold=hold)
    world.lifts(hold, case, [item])
    with refuses(world, "hold-unknown"):
        world.lifts(hold, case, [item])


@tells("hold-foreign")
def test_a_hold_is_lifted_by_the_house_that_placed_it(world: World) -> None:
    """The court held the money; the police's own legal reviewer cannot let it go."""
    case = world.opens_case()
    items = stored(world, case)
    hold = world.holds(case, items, by="钱法官", reason="appeal")
    with refuses(world, "hold-foreign") as told:
        world.lifts(hold, case, items, by="高岚")
    assert told.facts == {"placed_by": "crt-yunling", "lifted_by": "psb-yunling"}
    world.lifts(hold, case, items, by="钱法官")


@tells("release-without-approval")
def test_a_release_has_an_approver_and_a_basis(world: World) -> None:
    """S7: 梁静 returns the necklace on her own, or without naming the decision: refused."""
    items = stored(world, world.opens_case())
    with refuses(world, "release-without-approval") as told:
        world.releases(items, signers=world.signers(holder="梁静"))
    assert told.facts == {"missing": ["approver"]}
    with refuses(world, "release-without-approval") as told:
        world.releases(items, order=None)
    assert told.facts == {"missing": ["basis"]}
    world.releases(items, order=None, basis=["刑事诉讼法第245条"])


@tells("release-approver-is-holder")
def test_an_officer_of_the_case_does_not_approve_its_releases(world: World) -> None:
    """刘振 heads the unit and handles this case himself: somebody else approves."""
    world.changes("刘振", add=[{"capacity": "officer"}])
    case = world.opens_case(officers=["psb-0211", "psb-0102"])
    items = stored(world, case)
    with refuses(world, "release-approver-is-holder"):
        world.releases(items, signers=world.signers(holder="梁静", approver="刘振"))
    world.releases(items)


@tells("wrong-recipient")
def test_things_return_only_to_who_has_a_right(world: World) -> None:
    """S7: an agent without an authorisation, an officer who collects for somebody, nobody at all: refused. The sister
    with a written authorisation receives the necklace."""
    items = stored(world, world.opens_case())
    for wrong in (
        None,
        recipient(capacity="agent"),
        recipient(authority_staff=True),
        recipient(capacity="authority"),
    ):
        with refuses(world, "wrong-recipient"):
            world.releases(items, recipient=wrong)
    world.releases(items, recipient=recipient(capacity="agent", authorisation="委托书〔2026〕1号"))


@tells("recipient-unsigned")
def test_who_receives_signs(world: World) -> None:
    """An officer signs for the absent victim: there is no part for that, and without the recipient it is refused."""
    items = stored(world, world.opens_case())
    with refuses(world, "recipient-unsigned"):
        world.releases(items, attestations=[])
    with pytest.raises(Untrusted) as raised:
        world.releases(items, signers=world.signers(holder="梁静", approver="沈建国", recipient="周远"))
    assert raised.value.code == "untrusted/part"
    world.releases(items)


@tells("destruction-unsupervised")
def test_a_destruction_has_two_supervisors_who_do_not_execute_it(world: World) -> None:
    """S5: the list of supervisors names 高岚 and 郑宏, a custodian: refused. 江检 and 高岚 watch it, and it is done."""
    case = world.opens_case(case="云公(禁)〔2026〕0403")
    items = world.seizes(case, world.item(category="drugs", quantity="312.46", unit="g"))
    world.checks_in(items, place="毒品库", to=["梁静", "郑宏"])
    world.changes("郑宏", add=[{"capacity": "supervisor"}])
    fields: dict[str, Any] = {"kind": "destroyed", "recipient": None, "attestations": [], "destruction": DESTROYED}

    def watched(*supervisors: str) -> list[dict[str, str]]:
        return world.signers(holder=["梁静", "顾宁"], approver="沈建国", supervisor=list(supervisors))

    world.changes("顾宁", add=[{"capacity": "custodian"}])
    world.place("毒品库", "center", "drugs")  # from here on one custodian is enough
    fields["ordered_by"] = orders(world, items, share("destroyed"), **in_effect(world))
    with refuses(world, "destruction-unsupervised") as told:
        world.releases(items, **fields, signers=watched("高岚", "郑宏"))
    assert told.facts == {"supervisors": 2, "custodians_among_them": ["cen-02"]}
    with refuses(world, "destruction-unsupervised"):
        world.releases(items, **fields, signers=watched("江检"))
    with refuses(world, "destruction-unsupervised"):
        world.releases(items, **{**fields, "destruction": None}, signers=watched("江检", "高岚"))
    world.releases(items, **fields, signers=watched("江检", "高岚"))
    assert (holder(world, items[0]), world.facts(items[0]).released) == (None, "destroyed")


@tells("remittance-without-voucher")
def test_a_remittance_names_its_voucher(world: World) -> None:
    """S3: the money goes to the treasury, and the voucher's number is forgotten: refused."""
    items = stored(world, world.opens_case())
    fields: dict[str, Any] = {"kind": "remitted", "recipient": None, "attestations": []}
    fields["ordered_by"] = orders(world, items, share("remitted"), **in_effect(world))
    with refuses(world, "remittance-without-voucher"):
        world.releases(items, **fields)
    world.releases(items, **fields, voucher="国库缴款书0098871")


def test_what_left_for_good_never_comes_back(world: World) -> None:
    """The released phone is seized a second time in another case: it gets a fresh label, and its old one stays gone."""
    case = world.opens_case()
    line = world.item()
    items = world.seizes(case, line)
    world.checks_in(items)
    assert flaws(world.releases(items)) == {}
    other = world.opens_case(case="云公(刑)盗〔2026〕0077")
    with refuses(world, "code-used"):
        world.seizes(other, {**line, "seal": world.seal()})
    for again in (world.releases, world.lends, world.returns, world.checks_in):
        with pytest.raises(Exception, match=r"gone for good|not on loan"):
            again(items)
    (fresh,) = world.seizes(other)
    assert fresh != items[0]
