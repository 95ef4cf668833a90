"""Searching items by what stands on or with them: any piece of a text, in any way of writing, as far as one sees it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import event, text

from custody.access.caller import Caller
from custody.acts.values import Sealed
from custody.registers import Registers, rebuild, sight, words
from world import World

CASE = "云公(刑)诈〔2026〕0520"
OTHER = "云公(治)赌〔2026〕0099"

Current = Callable[[], Registers]


def found(registers: Registers, q: str, **fields: str) -> list[str]:
    """The items that a search finds, in the order in which it gives them."""
    return [each["item"] for each in registers.items(q=q, limit=500, **fields)]


def test_every_piece_of_two_characters_finds_the_item_and_no_other(world: World, registers: Current) -> None:
    case = world.opens_case(case=CASE)
    texts = {"description": "华为牌折叠屏手机", "features": "背面裂纹，壁纸为黄山", "serial": "SN-4407/B\"x'%_"}
    [wanted] = world.seizes(case, world.item(**texts))
    [other] = world.seizes(world.opens_case(case=OTHER), world.item(description="现金", seal=None))
    now = registers()
    for each in [*texts.values(), CASE]:
        for length in (2, 3, len(each)):
            for start in range(len(each) - length + 1):
                word = each[start : start + length]
                both = word in OTHER or word in other
                assert found(now, word) == sorted([wanted, other] if both else [wanted]), word
    assert found(now, "手机 黄山 4407") == [wanted]
    assert found(now, "机手") == found(now, "手机 现金") == []


def test_a_search_does_not_mind_how_a_word_is_written(world: World, registers: Current) -> None:
    case = world.opens_case(case=CASE)
    [wanted] = world.seizes(case, world.item(description="iPhone 15 Pro", features="屏幕碎裂", serial="F2LX9"))
    now = registers()
    for said in ("IPHONE", "ｉｐｈｏｎｅ", "f2lx", "云公（刑）诈", "pro   15", "碎"):
        assert found(now, said) == [wanted], said
    assert found(now, "50%") == found(now, "_") == found(now, "F\\2") == []
    assert found(now, " \x00 ") == [wanted]  # nothing was asked for


def test_codes_seals_and_retired_codes_are_found(world: World, registers: Current) -> None:
    [item] = world.seizes(world.opens_case(case=CASE), line := world.item())
    old = line["code"]
    now = registers()
    assert found(now, old) == found(now, old[5:9]) == found(now, line["seal"]) == [item]
    fresh = world.labels(item)
    now = registers()
    assert found(now, fresh) == found(now, old) == [item]


def test_a_word_that_changed_is_found_no_more(world: World, registers: Current) -> None:
    """The index follows the rows: what was corrected is found by what it says now, also in a register built anew."""
    [item] = world.seizes(world.opens_case(case=CASE), world.item(description="铜质摆件"))
    assert found(registers(), "铜质") == [item]
    change = {"path": "/items/0/description", "op": "replace", "old": "铜质摆件", "new": "黄金摆件"}
    world.corrects(world.facts(item).born_in, change)
    for _ in range(2):
        assert found(registers(), "黄金") == found(registers(), "摆件") == [item]
        assert found(registers(), "铜质") == []
        with registers().store.reading() as connection:
            assert words.holding(connection, ["铜质"]) == []
        rebuild(world.engine)


def test_sealed_values_are_in_no_index(world: World, registers: Current) -> None:
    serial = {"disclose": "IMEI-86420"}
    [item] = world.seizes(world.opens_case(case=CASE), world.item(serial=serial))
    assert isinstance(world.facts(item).taken.serial, Sealed)
    assert found(registers(), "86420") == []
    assert found(registers(), world.facts(item).taken.serial.sealed[:6]) == []


def test_what_one_may_not_see_is_neither_found_nor_told(world: World, registers: Current) -> None:
    """A contractor finds what he keeps, by what he is shown of it; the features are not among that."""
    case = world.opens_case(case=CASE)
    kept, other = world.seizes(case, *(world.item(features="内有账本") for _ in range(2)))
    world.checks_in([kept])
    keeper = Caller("cen-01", "center", "custodian-contractor", frozenset({"custodian"}))
    his = registers().seen_by(keeper, world.clock.now)
    assert found(his, "手机") == found(his, "诈") == [kept]
    assert found(his, "账本") == found(his, other) == []
    police = registers().seen_by(Caller("x", "psb-yunling", "police", frozenset({"officer"})), world.clock.now)
    assert found(police, "账本") == sorted([kept, other])


@pytest.mark.parametrize("few", [-1, 20_000])
def test_a_list_is_the_same_gathered_or_walked(
    world: World, registers: Current, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(sight, "FEW", few)
    items = world.seizes(world.opens_case(case=CASE), *(world.item() for _ in range(4)))
    world.checks_in(items[:2])
    for agency, kind, seen in (("psb-yunling", "police", items), ("center", "custodian-contractor", items[:2]),
                               ("pro-yunling", "procuratorate", [])):  # fmt: skip
        caller = Caller("x", agency, kind, frozenset({"officer"}))
        his = registers().seen_by(caller, world.clock.now)
        assert [each["item"] for each in his.items()] == found(his, "机") == sorted(seen), agency


def test_filters_and_words_narrow_each_other(world: World, registers: Current) -> None:
    one, other = world.opens_case(case=CASE), world.opens_case(case=OTHER)
    here = world.seizes(one, world.item(description="手机"), world.item(description="电脑"))
    there = world.seizes(other, world.item(description="手机"))
    world.checks_in(here)
    now, store = registers(), world.places["大库"]
    assert found(now, "手机", case=CASE) == found(now, "手机", place=store) == here[:1]
    assert found(now, "手机", holder=store) == here[:1]
    assert found(now, "手机", agency="center") == found(now, "手机", status="stored") == here[:1]
    assert found(now, "手机", status="in-hands") == there
    assert found(now, "手机", category="cash") == []
    first, *rest = found(now, "手机")
    assert found(now, "手机", after=first) == rest


@pytest.mark.parametrize("most", [0, 1, 2, 2_500])
def test_rare_and_common_words_are_found_alike(
    world: World, registers: Current, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Whether a word is looked up or met on a walk through the items, what is found is what holds it."""
    rng = random.Random(most)
    letters = "金银手机表链钥匙红a1"
    said = ["".join(rng.choices(letters, k=rng.randint(2, 5))) for _ in range(12)]
    items = world.seizes(world.opens_case(case=CASE), *(world.item(description=each, seal=None) for each in said))
    monkeypatch.setattr(words, "MOST", most)
    now = registers()
    for _ in range(60):
        word = "".join(rng.choices(letters, k=rng.randint(1, 3)))
        holding = [item for item, each in zip(items, said, strict=True) if word in each]
        assert found(now, word, status="in-hands") == sorted(
            [*holding, *(i for i in items if word in i.lower() and i not in holding)]
        )  # fmt: skip


def test_the_index_is_asked_and_nothing_else(world: World, registers: Current) -> None:
    [item] = world.seizes(world.opens_case(case=CASE), world.item(description="铜质摆件"))
    with registers().store.reading() as connection:
        postgres = connection.dialect.name == "postgresql"
        if postgres:
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # a table of one row is otherwise read whole
        words.holding(connection, ["铜质摆件"])
        asked: list[tuple[str, object]] = []
        event.listen(connection, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
        assert words.holding(connection, ["铜质摆件"]) == [item]
        [(statement, given)] = asked
        explained = connection.exec_driver_sql(f"EXPLAIN {'' if postgres else 'QUERY PLAN'} {statement}", given).all()
        plan = " ".join(str(each) for row in explained for each in row)
    assert ("item_pairs_each" if postgres else "item_found VIRTUAL TABLE INDEX") in plan


def test_tidying_the_file_and_what_is_left_of_an_older_index_lose_nothing(sqlite_url: str) -> None:
    world = World(sqlite_url)
    items = world.seizes(world.opens_case(case=CASE), *(world.item(description=each) for each in ("铜镜", "铁锅")))
    with closing(Registers(world.engine)) as registers:
        registers.catch_up()
        file = registers.store.engine.url.database or ""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("VACUUM")
    with closing(Registers(world.engine)) as registers:
        assert found(registers, "铜镜") == items[:1]
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE item_pairs")
    with closing(Registers(world.engine)) as registers:
        registers.catch_up()
        assert found(registers, "铁锅") == items[1:]
    world.close()
