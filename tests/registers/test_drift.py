"""Whatever is done to any table of any register, the comparison with a rebuild finds it in that table."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Table

from custody.registers import REGISTERS, Registers, Store, differences, registers_file
from tampering import Change, changes_of
from world import World

TABLES = [table for register in REGISTERS for table in register.tables]
KINDS = {f"column {number}": number for number in range(max(len(table.columns) for table in TABLES))}
OTHERS = ("the first row deleted", "the last row deleted", "a row inserted", "two rows swapped", "truncated",
          "an older copy restored")  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """A ledger with its registers, and the registers as they were some acts before."""

    world: World
    now: Path
    before: Path


@pytest.fixture(scope="module")
def kept(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("kept")
    world = founded_world.twin(f"sqlite:///{folder / 'ledger.db'}")
    registers = Registers(world.engine)
    case = world.opens_case()
    items = world.seizes(case, world.item(), world.item(category="drugs", quantity="3.2", unit="g"))
    world.checks_in(items[:1])
    tube, _ = world.draws(case)
    registers.catch_up()
    before = copied(registers_file(world.engine), folder / "before.db")
    world.dispatches([tube])
    world.lab_receives([tube])
    world.lends(items[:1])
    world.returns(items[:1])
    world.labels(items[0])
    world.relocates(items[:1], "车场")
    world.ledger.journal.view("psb-0077", "复核", {"item": items[0]}, [])
    registers.catch_up()
    registers.close()
    yield Kept(world, copied(registers_file(world.engine), folder / "now.db"), before)
    world.close()


def copied(file: Path, to: Path) -> Path:
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)
    return to


def change_of(table: Table, kind: str) -> Change | None:
    """The change of a kind that a table can suffer, if there is one."""
    changes = dict(changes_of(table))
    if kind in OTHERS:
        return changes.get(kind)
    return dict(enumerate(changes[f"{column.name} changed"] for column in table.columns)).get(KINDS[kind])


@pytest.mark.parametrize("kind", [*KINDS, *OTHERS])
def test_what_is_done_to_any_register_is_found_there(kind: str, kept: Kept, tmp_path: Path) -> None:
    """The same is done to every table at once, as far as it has rows for it."""
    file = tmp_path / "registers.db"
    shutil.copy(kept.now, file)
    changed = set()
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("ATTACH ? AS before", (str(kept.before),))
        for table in TABLES:
            change = change_of(table, kind)
            if change is not None and change(database, table):
                changed.add(table.name)
    store = Store.in_file(file)
    try:
        found = differences(kept.world.engine, store=store)
    finally:
        store.close()
    assert changed
    assert {each.table for each in found} == changed


def test_registers_that_nobody_touched_do_not_differ(kept: Kept) -> None:
    assert differences(kept.world.engine) == []
