"""A whole day of the centre, through pages only: each act is filled in, scanned, signed and recorded in a browser.

The scenarios are those of tests/stories, told by the same functions; what differs is who types.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.conftest import serving
from custody.attachments import Attachments, Limits
from inquiry import chain, state, whereabouts
from pages.conftest import SIZES, Station, hold_key
from station_world import StationWorld
from stories import test_s01_drunk_driving as s01
from stories import test_s02_fraud as s02
from stories import test_s06_reexamination as s06
from stories import test_s08_three_organs as s08
from stories import test_s09_stock_take as s09
from telling import flaws, is_sound, refuses
from world_results import asks, decides, on, takes


@pytest.fixture
def day(browser: Browser, tmp_path: Path) -> Iterator[StationWorld]:
    """A world at a station, verified when the day is over."""
    world = StationWorld(f"sqlite:///{tmp_path / 'ledger.db'}")
    store = Attachments(tmp_path / "attachments", Limits(file=8 << 20, waiting=64 << 20, free=1))
    with serving(world.ledger, store) as address:
        station = Station(world, address.replace("127.0.0.1", "localhost"), store)
        context = browser.new_context(viewport=SIZES["desktop"], locale="zh-CN", timezone_id="Asia/Shanghai")
        world.works_at(station, context, hold_key)
        yield world
        context.close()
    is_sound(world)
    world.close()
    assert not station.wrong, station.wrong


def test_s1_a_drunk_driver_from_the_stop_to_the_judgment(day: StationWorld) -> None:
    s01.judged(day)
    assert day.done == 20


def test_s2_things_from_far_away_are_offered_answered_lent_and_brought_back(day: StationWorld) -> None:
    """As many lines as two people look through at a counter; four hundred are told in tests/stories."""
    on(day, 5, 20, 9)
    day.opens_case(case=s02.CASE)
    lines = [s02.line(day, name, number) for name in ("手机", "银行卡", "现金") for number in (1, 2)]
    day.act(day.seizure(s02.CASE, lines))
    items = [each["code"][:16] for each in lines]
    on(day, 5, 22, 18, 30)
    day.notes(s02.CASE, "returned-to-unit")
    on(day, 5, 23, 9)
    manifest = s02.offered(day, items)
    torn = {items[1]: ("seal-broken", "broken")}
    assert s02.taken_over(day, manifest, items, torn) == {"SEAL_BROKEN_AT_RECEIPT": ("curable", (1,))}
    s02.offered(day, items[1:2])
    with refuses(day, "offered-twice"):
        s02.offered(day, items[1:2])
    on(day, 5, 25, 10)
    loan = asks(day, items[:1], hours=56)
    decides(day, loan, items[:1])
    takes(day, loan, items[:1], hours=55)
    on(day, 5, 27, 16, 10)
    assert flaws(day.returns(items[:1])) == {}
    assert state(day, "D03", items[0]) == "met"


def test_s6_the_disputed_examination_of_tube_b(day: StationWorld) -> None:
    s06.test_the_disputed_examination_of_tube_b(day)


def test_s8_things_go_through_three_organs_and_stay_on_their_shelves(day: StationWorld) -> None:
    items = s08.stored(day, 4)
    paper, goods = items[2:], tuple(items[:2])
    day.answers(day.offers(items, goods=goods), items, goods=goods)
    day.steps(s08.CASE, "prosecution", by="江检")
    day.answers(day.offers(items, "crt-yunling", "trial", by="江检", goods=goods), items, by="钱法官", goods=goods,
                holder="江检")  # fmt: skip
    day.steps(s08.CASE, "trial", by="钱法官")
    assert {whereabouts(day, each) for each in paper} == {(day.places["大库"], "crt-yunling")}
    assert {whereabouts(day, each) for each in goods} == {("crt-21", "crt-yunling")}
    assert chain(day, goods[0]) == ["psb-0211", day.places["大库"], "pro-11", "crt-21"]


def test_s9_a_watch_is_missing_at_the_stock_take(day: StationWorld) -> None:
    s09.test_a_watch_that_is_not_found_in_thirty_days_is_closed_as_lost(day)
