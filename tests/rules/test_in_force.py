"""Deadlines run by the rule data in force when they began; of two in force, by the one that is stricter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from custody.ledger.past import Past, recorded_from
from custody.ledger.policies import Policies, shipped_policy
from custody.ledger.reader import Reader
from custody.registers import Registers
from custody.registers.dockets import Dockets
from custody.registers.feeds import Folding
from custody.rules.clocks.deadline import Deadline
from custody.rules.clocks.deadlines import deadlines_of
from custody.rules.policy import Policy
from policies import SHIPPED, changed
from telling import is_sound
from world import CST, World

APPRAISED = 'en = "Valuables are appraised"'
TERM = 'terms = { "" = { natural-days = 7, extend_on_holiday = true } }\nblue_hours = [48]'
SHORT = changed((TERM, TERM.replace("7", "3")))
"""Three days for valuables instead of seven."""
DATED = changed((
    APPRAISED,
    APPRAISED + '\nversions = [{ valid_to = 2026-03-13 }, { valid_from = 2026-03-14, '
    'terms = { "" = { natural-days = 3 } } }]',
), (TERM, "blue_hours = [48]"), (
    "versions = [{ valid_to = 2026-03-13 }",
    'versions = [{ valid_to = 2026-03-13, terms = { "" = { natural-days = 7 } } }',
))  # fmt: skip
"""Three days from 14 March on."""
NEXT_YEAR = '\n[calendar.2027]\noff = [2027-01-01]\nworked = []\nsource = "试"\nverified = false\n'


def of_case(world: World, case: str, *policies: Policy, chunk: int = 1_000) -> dict[str, Deadline]:
    """The deadlines of a case by number, as registers find them by these rule data, read chunk by chunk."""
    reader = Reader(world.engine)
    dockets = Dockets(reader, Past(reader), 0, Policies.of(*policies))
    shown: dict[Any, Any] = {}
    position = 0
    while rows := reader.tagged_rows(position, chunk):
        position += len(rows)
        shown |= dockets.advance([(recorded_from(row), tags) for row, tags in rows], position)
    kept = shown[f"case:{case}"]
    return {each.rule: each for each in deadlines_of(kept.docket, kept.law)}


def necklace(world: World, case: str, **fields: Any) -> None:
    world.seizes(case, world.item(category="valuables", description="金项链"), **fields)


def under(world: World, policy: Policy) -> None:
    """The world goes on under other rule data, signed for."""
    world.ledger.close()
    world.ledger = world.opened_again(Policies.of(policy, SHIPPED))
    world.names_policy(policy.id)


def last_day(found: dict[str, Deadline]) -> str:
    due = found["D18"].due
    assert due is not None
    return due.astimezone(CST).date().isoformat()


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    world = World(database_url)
    yield world
    world.close()


def test_a_deadline_keeps_the_term_under_which_it_began(world: World) -> None:
    """Seized on the 12th under seven days; three since the 13th. Only what is seized afterwards has three, however the
    log is cut into chunks."""
    before, after = world.opens_case(), world.opens_case(case="云公(刑)盗〔2026〕0009")
    necklace(world, before)
    world.clock.now = datetime(2026, 3, 13, 9, 0, tzinfo=CST)
    under(world, SHORT)
    necklace(world, after)
    for chunk in (1, 7, 1_000):
        assert last_day(of_case(world, before, SHORT, SHIPPED, chunk=chunk)) == "2026-03-19"
        assert last_day(of_case(world, after, SHORT, SHIPPED, chunk=chunk)) == "2026-03-16"
    assert of_case(world, before, SHORT, SHIPPED)["D18"].policy == SHIPPED.id
    assert of_case(world, after, SHORT, SHIPPED)["D18"].policy == SHORT.id


def test_of_two_in_force_until_the_entry_the_stricter_holds(world: World) -> None:
    """Seized on the 12th, entered on the 13th under three days: three. The other way round seven never come back."""
    case = world.opens_case()
    happened = world.clock.now.isoformat()
    world.clock.now = datetime(2026, 3, 13, 9, 0, tzinfo=CST)
    under(world, SHORT)
    necklace(world, case, occurred_at=happened)
    found = of_case(world, case, SHORT, SHIPPED)
    assert (last_day(found), found["D18"].policy) == ("2026-03-16", SHORT.id)


def test_a_term_that_changes_by_date_holds_from_its_day(world: World) -> None:
    """The same rule data say seven days until the 13th and three since the 14th."""
    under(world, DATED)
    early, late = world.opens_case(), world.opens_case(case="云公(刑)盗〔2026〕0009")
    necklace(world, early)
    world.clock.now = datetime(2026, 3, 14, 9, 0, tzinfo=CST)
    necklace(world, late)
    assert last_day(of_case(world, early, DATED, SHIPPED)) == "2026-03-19"
    assert last_day(of_case(world, late, DATED, SHIPPED)) == "2026-03-17"


def test_a_year_that_was_supplied_later_gives_the_deadline_its_day(world: World) -> None:
    """Blood of 30 December 2026: nobody can say by the data of then, nor guesses; the next version knows the year."""
    world.clock.now = datetime(2026, 12, 30, 10, 0, tzinfo=CST)
    case = world.opens_case(kind="traffic")
    world.draws(case)
    waiting = of_case(world, case, SHIPPED)["D09"]
    assert (waiting.due, waiting.missing_year, waiting.state) == (None, 2027, "no-calendar")
    supplied = changed(("[calendar.2026]", NEXT_YEAR + "\n[calendar.2026]"))
    known = of_case(world, case, supplied, SHIPPED)["D09"]
    assert known.due is not None
    assert known.due.astimezone(CST).date().isoformat() == "2027-01-07"
    assert known.policy == SHIPPED.id


def test_rule_data_no_longer_shipped_are_stood_in_for_by_those_of_today(world: World) -> None:
    case = world.opens_case()
    necklace(world, case)
    assert last_day(of_case(world, case, SHORT)) == "2026-03-16"  # the 15th is a Sunday


def test_england_has_no_chinese_deadline_and_its_own_words(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A ledger founded under other rule data: no clock of China runs, and a defect is owed for by its own data."""
    world = World(f"sqlite:///{tmp_path_factory.mktemp('england') / 'ledger.db'}", jurisdiction="uk")
    case = world.opens_case()
    (item,) = world.seizes(case)
    world.checks_in([item], lines=world.lines([item], seen="broken"))
    registers = Registers(world.engine)
    registers.catch_up()
    assert registers.deadlines(at=world.clock(), case=case, stopped=True) == []
    (shown,) = registers.defects()
    owed = shipped_policy("uk").owed(shown["code"], shown["severity"])
    assert owed is not None
    assert (shown["owed"]["by"], shown["owed"]["en"]) == (owed.owner, owed.en)
    registers.close()
    is_sound(world)
    world.close()


def test_california_keeps_a_remaining_portion_for_a_year(tmp_path_factory: pytest.TempPathFactory) -> None:
    """D24 there is as long as its own number says."""
    assert shipped_policy("us-ca").deadlines["D24"].terms[""].length == 365
    assert shipped_policy("cn").deadlines["D24"].terms[""].length == SHIPPED.numbers["retention_days"] == 180


def test_registers_read_dockets_by_what_the_ledger_was_founded_under(world: World) -> None:
    """What the follower hands to the register is what the log says, not what happens to be newest."""
    case = world.opens_case()
    necklace(world, case)
    changes = Folding(Reader(world.engine), {"docket"}, 0).advance(1_000)
    kept = changes["docket"][f"case:{case}"]
    assert {each.policy for each in deadlines_of(kept.docket, kept.law)} == {SHIPPED.id}
    assert kept.jurisdiction == "cn"
