"""Rebuilding registers beside the running ones, and comparing them with what the acts say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import inspect, text

from custody.errors import NotFound
from custody.registers import REGISTERS, Registers, Store, differences, rebuild
from custody.registers.follower import Follower
from world import World

Current = Callable[[], Registers]


def damage(store: Store, sql: str) -> None:
    with store.writing() as connection:
        connection.execute(text(sql.replace("@", "registers." if store.schema else "")))


def stored(world: World) -> list[str]:
    case = world.opens_case()
    items = world.seizes(case, world.item(), world.item())
    world.checks_in(items)
    return items


def test_a_changed_a_missing_and_an_extra_row_are_found_and_cured(world: World, registers: Current) -> None:
    one, two = stored(world)
    store = registers().store
    damage(store, f"UPDATE @item SET holder = 'psb-0211' WHERE item = '{one}'")
    damage(store, f"DELETE FROM @item WHERE item = '{two}'")
    damage(store, "INSERT INTO @code VALUES ('EV1', 'EV1', 'in-force', NULL)")
    found = {each.key: each for each in differences(world.engine)}
    assert found.keys() == {(one,), (two,), ("EV1",)}
    changed, missing, extra = found[(one,)], found[(two,)], found[("EV1",)]
    assert changed.expected is not None
    assert changed.got is not None
    assert (changed.expected["holder"], changed.got["holder"]) == (world.places["大库"], "psb-0211")
    assert missing.got is None
    assert extra.expected is None
    assert (extra.register, extra.table) == ("codes", "code")
    rebuild(world.engine)
    assert differences(world.engine) == []


def test_only_the_registers_named_are_built_anew(world: World, registers: Current) -> None:
    (one, _) = stored(world)
    store = registers().store
    damage(store, "DELETE FROM @item")
    damage(store, "DELETE FROM @code")
    assert rebuild(world.engine, ["codes"]) == {"codes": world.ledger.recorder.head().size}
    assert {each.register for each in differences(world.engine)} == {"items"}
    rebuild(world.engine, ["items"])
    assert registers().item(one)["status"] == "stored"


def test_a_register_nobody_knows_is_not_found(world: World) -> None:
    with pytest.raises(NotFound) as missing:
        rebuild(world.engine, ["itemz"])
    assert "items" in missing.value.fields["known"]


def test_the_old_rows_serve_until_the_new_ones_take_their_place(world: World, registers: Current) -> None:
    (one, _) = stored(world)
    shown = registers()
    damage(shown.store, f"UPDATE @item SET status = 'old' WHERE item = '{one}'")
    seen: list[int] = []
    rebuild(world.engine, ["items"], lambda done, total: seen.append(len(shown.items(status="old"))))
    assert seen
    assert set(seen) == {1}
    assert shown.items(status="old") == []


def test_a_rebuild_never_puts_a_register_back(world: World, registers: Current) -> None:
    """While it builds, acts are recorded and the old register takes them in; the new one is brought that far first."""
    stored(world)
    later: list[str] = []

    def meanwhile(done: int, total: int) -> None:
        if done == total and not later:
            later.extend(world.seizes(world.opens_case(case="云公(刑)盗〔2026〕0009")))
            registers()

    positions = rebuild(world.engine, progress=meanwhile)
    assert positions["items"] == world.ledger.recorder.head().size
    assert registers().item(later[0])["status"] == "in-hands"


def test_nothing_is_left_lying_about(world: World, registers: Current) -> None:
    stored(world)
    store = registers().store
    rebuild(world.engine)
    differences(world.engine)
    if store.schema:
        assert [name for name in inspect(world.engine).get_schema_names() if name.startswith("registers")] == [
            "registers"
        ]
    else:
        from pathlib import Path

        folder = Path(store.engine.url.database or "").parent
        assert not [each for each in folder.iterdir() if each.is_dir()]


def test_registers_never_made_differ_in_nothing_and_are_not_made_by_asking(database_url: str) -> None:
    world = World(database_url)
    assert differences(world.engine) == []
    assert Store.beside(world.engine).positions(REGISTERS) == {}
    world.close()


def test_a_correction_changes_registers_as_a_rebuild_would(world: World, registers: Current) -> None:
    case = world.opens_case()
    line = world.item(description="手机 黑色")
    receipt = world.act(world.seizure(case, [line, world.item()]))
    registers()
    world.corrects(
        receipt.act,
        {"op": "replace", "path": "/items/0/description", "old": "手机 黑色", "new": "手机 蓝色"},
        author="周远",
    )
    assert registers().items(q="蓝色")[0]["item"] == line["code"][:16]
    assert differences(world.engine) == []
    world.corrects(receipt.act, {"op": "void", "path": "/items/0", "old": None, "new": None}, author="周远")
    assert registers().items(q="蓝色")[0]["status"] == "voided"


def test_deadlines_of_cases_and_places_are_the_same_however_the_log_is_followed(
    world: World, registers: Current
) -> None:
    """Act by act, or all at once: a stock-take that is closed names no place, and still begins the next one's term."""
    stored(world)
    Follower(world.engine, registers().store, chunk=1).catch_up()
    opening = world.opens_stock_take("大库", book=[])
    Follower(world.engine, registers().store, chunk=1).catch_up()
    world.counts(opening, "大库", book=[], scanned=[])
    world.closes_stock_take(opening)
    shown = registers()
    before = shown.deadlines(at=world.clock(), stopped=True, limit=2_000)
    hall = f"place:{world.places['大库']}"
    assert [each["state"] for each in before if each["subject"] == hall] == ["met", "running"]
    assert {each["rule"] for each in before} >= {"D01", "D26"}
    assert differences(world.engine) == []
    damage(shown.store, "UPDATE @deadline SET due = NULL")
    assert {each.register for each in differences(world.engine)} == {"deadlines"}
    rebuild(world.engine, ["deadlines"])
    assert registers().deadlines(at=world.clock(), stopped=True, limit=2_000) == before
