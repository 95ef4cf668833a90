"""What must be true of a whole log: written with the rules taken away, each kind of impossible history is named.

The facts that decisions are made from believe such a history; the properties, derived from the acts alone, do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from custody.ledger.findings import Finding
from custody.ledger.fsck import verify_ledger
from custody.ledger.past import recorded_from
from custody.ledger.reader import Reader
from custody.ledger.tables import JOURNAL
from custody.properties import PROPERTIES, Properties
from custody.rules import judge
from world import World
from world_objects import child, divides
from world_orders import FINANCE, SAFE, appraises, cash, deposits, in_effect, joins, orders, pays, share

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def without_rules() -> Iterator[None]:
    """A ledger that refuses nothing and marks nothing."""
    lists = {"REFUSALS": judge.REFUSALS, "DEFECTS": judge.DEFECTS}
    vars(judge).update(REFUSALS=(), DEFECTS=())
    _forget()
    try:
        yield
    finally:
        vars(judge).update(lists)
        _forget()


def _forget() -> None:
    judge._refusals.cache_clear()
    judge._defects.cache_clear()


@pytest.fixture
def lawless(founded_world: World, sqlite_url: str) -> Iterator[World]:
    """A world that nobody verifies when its story is over."""
    world = founded_world.twin(sqlite_url)
    joins(world, FINANCE, "finance")
    yield world
    world.close()


def contradicted(world: World) -> list[Finding]:
    """What step 9 finds."""
    report = verify_ledger(world.ledger.recorder, Reader(world.engine, JOURNAL))
    return [each for each in report.findings if each.step == 9]


def told(found: list[Finding]) -> set[tuple[str, str]]:
    """The property and the problem of each finding."""
    return {(each.code, str(each.facts.get("problem", ""))) for each in found}


def given_by_a_stranger(world: World, case: str) -> None:
    (item,) = world.seizes(case)
    world.transfers([item], giver="何苗", taker="孙凯")


def back_in_time(world: World, case: str) -> None:
    (item,) = world.seizes(case)
    world.transfers([item], giver="周远", taker="何苗")
    before = world.clock.now.replace(hour=8, minute=1)
    world.transfers([item], giver="何苗", taker="孙凯", occurred_at=before.isoformat())


def moved_after_its_exit(world: World, case: str) -> None:
    (item,) = world.seizes(case)
    world.checks_in([item])
    world.releases([item])
    world.transfers([item], giver="梁静", taker="周远")


def of_a_case_that_was_never_opened(world: World, case: str) -> None:
    world.seizes("云公(刑)盗〔2026〕0999")


def offered_by_another_agency(world: World, case: str) -> None:
    (item,) = world.seizes(case)
    world.offers([item], to="pro-yunling", by="钱法官")


def in_two_manifests(world: World, case: str) -> None:
    (item,) = world.seizes(case)
    world.offers([item])
    world.offers([item])


def answered_too_late(world: World, case: str) -> None:
    (item,) = world.seizes(case)
    manifest = world.offers([item])
    world.clock.forward(hours=25)
    world.answers(manifest, [item])


def a_part_that_goes_back_to_the_police(world: World, case: str) -> None:
    (box,) = world.seizes(case, world.item(seal=None, quantity="10", unit="盒"))
    world.answers(world.offers([box]), [box])
    divides(world, box, "6", [child(world, "4", "盒", category="general")], control=None)


def powder(world: World, case: str) -> str:
    line = world.item(category="drugs", description="白色粉末", quantity="312.46", unit="克", seal=None)
    return world.seizes(case, line)[0]


def a_sample_out_of_nothing(world: World, case: str) -> None:
    divides(world, powder(world, case), "312.46", [child(world, "2.10", "克")])


def more_is_left_than_there_was(world: World, case: str) -> None:
    (sample,) = divides(world, powder(world, case), "310.36", [child(world, "2.10", "克")])
    world.act(
        {
            "act": "lab-result", "item": sample, "opinion": "江公鉴〔2026〕7号", "value": "海洛因", "unit": None,
            "method": "GC-MS", "residual": {"quantity": "3.00", "unit": "克"}, "consumed": False, "recording": None,
            "signers": world.signers(examiner=["顾宁", "白薇"]),
        }
    )  # fmt: skip


def saved(world: World, case: str, amount: str = "1284300.00") -> str:
    (bulk,) = world.seizes(case, cash(world, amount))
    world.checks_in([bulk], place="贵重", to=SAFE)
    return bulk


def another_amount_paid_in(world: World, case: str) -> None:
    deposits(world, [saved(world, case)], "1284200.00")


def paid_out_twice(world: World, case: str) -> None:
    bulk = saved(world, case)
    deposits(world, [bulk], "1284300.00")
    order = orders(world, [bulk], share("remitted"), **in_effect(world))
    pays(world, bulk, order, "remitted", "384300.00", "900000.00")
    pays(world, bulk, order, "remitted", "384300.00", "900000.00")


def notes_that_do_not_add_up(world: World, case: str) -> None:
    notes = {"kind": "cash", "denominations": [{"face": "100", "count": 20}]}
    world.seizes(case, cash(world, "2100.00", details=notes))


def destroyed_without_a_word(world: World, case: str) -> None:
    (item,) = world.seizes(case)
    world.releases([item], kind="destroyed", signers=world.signers(holder="周远", approver="沈建国"))


def appraised_after_its_exit(world: World, case: str) -> None:
    (item,) = world.seizes(case)
    world.releases([item], signers=world.signers(holder="周远", approver="沈建国"))
    appraises(world, [item])


def one_seal_for_two(world: World, case: str) -> None:
    world.seizes(case, world.item(seal="F-1"))
    world.seizes(case, world.item(seal="F-1"))


def one_kit_for_two(world: World, case: str) -> None:
    kit = world.code("kit")[:16]
    world.draws(case, kit=kit)
    world.draws(case, kit=kit)


def a_code_that_was_not_in_force(world: World, case: str) -> None:
    (item,) = world.seizes(case)
    world.act(
        {
            "act": "labelling", "item": item, "code": world.code(), "retired": world.code(), "reason": "damaged",
            "signers": world.signers(labeller="周远"),
        }
    )  # fmt: skip


IMPOSSIBLE: dict[Callable[[World, str], None], tuple[str, str]] = {
    given_by_a_stranger: ("one-holder", "given by another than its holder"),
    back_in_time: ("one-holder", "two holders at one time"),
    moved_after_its_exit: ("one-holder", "moved after it left for good"),
    of_a_case_that_was_never_opened: ("one-controller", "of a case that was never opened"),
    offered_by_another_agency: ("one-controller", "offered by another"),
    in_two_manifests: ("one-controller", "in two open manifests"),
    answered_too_late: ("one-controller", "answered without an open line"),
    a_part_that_goes_back_to_the_police: ("one-controller", "under another than what it came from"),
    a_sample_out_of_nothing: ("nothing-lost", ""),
    more_is_left_than_there_was: ("nothing-lost", ""),
    another_amount_paid_in: ("cash-book", "another amount was paid in"),
    paid_out_twice: ("cash-book", "what was paid and what remains are not the whole"),
    notes_that_do_not_add_up: ("cash-book", "the denominations do not add up"),
    destroyed_without_a_word: ("explained-end", "unexplained"),
    appraised_after_its_exit: ("explained-end", "gone before"),
    one_seal_for_two: ("one-name", "given twice"),
    one_kit_for_two: ("one-name", "given twice"),
    a_code_that_was_not_in_force: ("one-name", "retired, not in force"),
}
"""Histories that cannot have happened: the property that speaks, and what it calls the problem."""


@pytest.mark.parametrize("happens", IMPOSSIBLE, ids=lambda each: each.__name__)
def test_what_cannot_have_happened_is_named(happens: Callable[[World, str], None], lawless: World) -> None:
    case = lawless.opens_case()
    with without_rules():
        happens(lawless, case)
    said = told(contradicted(lawless))
    assert IMPOSSIBLE[happens] in said
    assert {code for code, _ in said} == {IMPOSSIBLE[happens][0]}, "no other property speaks of it"


def test_every_property_speaks_and_says_what_it_means() -> None:
    assert {code for code, _ in IMPOSSIBLE.values()} == {each.code for each in PROPERTIES}
    for each in PROPERTIES:
        assert all((each.zh, each.en, each.meaning_zh, each.meaning_en))


def test_the_properties_are_described_in_the_order_in_which_they_are_looked_at() -> None:
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    table = text[text.index("| property |") :].split("\n\n")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE) == [each.code for each in PROPERTIES]


def test_a_missing_act_breaks_the_chain_of_what_it_moved(lawless: World) -> None:
    """The act that passed an item on is told as another one: the next giver never held it."""
    world = lawless
    (item,) = world.seizes(world.opens_case())
    moved = world.transfers([item], giver="周远", taker="何苗")
    world.transfers([item], giver="何苗", taker="孙凯")
    assert contradicted(world) == []
    acts = [recorded_from(row) for row in world.ledger.recorder.rows(0, 10_000)]
    properties = Properties({}, lambda *_: Decimal(0))
    for each in acts:
        if each.act.id != moved.act:
            assert list(properties.take(each)) == []
    ((known, found),) = properties.end()
    assert (known.code, found.leaf, found.facts["item"]) == ("one-holder", acts[-1].index, item)


def test_everything_is_told_as_corrections_make_it_read(lawless: World) -> None:
    """A loss that is corrected later is conserved as it reads today; one corrected so that it is not, is found."""
    world = lawless
    parent = powder(world, world.opens_case())
    divides(world, parent, "310.00", [child(world, "2.10", "克")], loss="0.36")
    divided = world.facts(parent).acts[-1].act
    change = {"op": "replace", "path": "/loss", "old": "0.36", "new": "1.36"}
    with without_rules():
        world.corrects(divided, change, author="周远")
    assert told(contradicted(world)) == {("nothing-lost", "")}
