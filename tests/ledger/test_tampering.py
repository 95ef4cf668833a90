"""Whatever is done to any table of a ledger's database, verifying finds it and names its cause."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Table

from custody.errors import Refused
from custody.ledger.causes import causes_of
from custody.ledger.cosignatures import keep
from custody.ledger.fsck import verify_database
from custody.ledger.tables import JOURNAL, LEDGER, TIME_TABLES, cosignature, metadata, publication
from custody.stamping.configured import Authorities
from custody.stamping.turn import Stamping
from custody.tlog.cosignature import KeyType
from custody.tlog.note import Note, Signer
from tampering import Change, Files, changes_of, swap
from time_authority import time_authority
from world import World
from world_orders import erases

COURT = Signer("court.example/w", Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32), KeyType.COSIGNATURE)
ACT = "019cdf7e-43c0-78b2-a2ec-e669e409abd7"
GONE = (*(f"the {at} row deleted" for at in ("first", "middle", "last")), "truncated", "an older copy restored")
"""What is done to publications and cosignatures without a trace in the log, and without harm to it: others hold what
was published, and the mark outside the database says what was published last."""
TILES = (LEDGER.tile, JOURNAL.tile)
DATED = find_spec("rfc3161_client") is not None
"""Whether what asks for tokens of independent time, the extra ``time``, is installed."""
CASES = [
    pytest.param(table, change, id=f"{table}: {name}")
    for table in metadata.sorted_tables
    for name, change in changes_of(table)
    if not (table in TILES and change is swap)  # one tile is full in this story: there is no other to swap it with
    and not (table in (publication, cosignature) and name in GONE)
    and (DATED or table not in TIME_TABLES)
]


def told(world: World, case: str, items: list[str], names: list[str]) -> None:
    """Acts of many kinds, and lines of every kind in the journal, each at its own time."""
    world.checks_in(items)
    tube, _ = world.draws(case)
    world.dispatches([tube])
    world.lab_receives([tube])
    with pytest.raises(Refused):
        world.transfers(items, giver="何苗", taker="周远")
    journal = world.ledger.journal
    for write in (
        lambda: journal.view("psb-0077", "复核", {"item": items[0]}, names[:1]),
        lambda: journal.export("psb-0077", "报送", {"case": case}, "export/items"),
        lambda: journal.token("token/issued", "psb-0211", ACT, ["ab" * 32], "交当事人"),
    ):
        world.clock.forward(seconds=1)
        write()
    world.clock.forward(seconds=1)
    world.ledger.publication.publish(at_once=True)
    size = world.ledger.publication.size()
    note = Note.parse(world.ledger.publication.checkpoint(size))
    keep(world.engine, size, [(COURT.verifier, COURT.sign(note.text, int(world.clock.now.timestamp())))])


def copied(world: World, to: Path) -> Path:
    with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"))) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)
    return to


def ledger(founded: World, folder: Path, more: Callable[[World, list[str]], None]) -> Files:
    """A ledger in which much happened, and a copy from before some of it."""
    world = founded.twin(f"sqlite:///{folder / 'ledger.db'}")
    case = world.opens_case()
    receipt = world.act(world.seizure(case, [world.item(), world.item()]))
    recorded = world.ledger.memory.record(receipt.act)
    assert recorded is not None
    items, names = list(recorded.act.own_items), [each.name.sealed for each in recorded.act.attestations]
    with dating(world, folder) as stamping:
        told(world, case, items, names)
        date(stamping, "north")
        before = copied(world, folder / "before.db")
        more(world, items)
        going_on(world, case, items, receipt.act, names)
        date(stamping, "north", "north")
        if stamping:
            stamping.renew("north", datetime.now(UTC) + timedelta(days=5_000))
    world.close()
    return Files(copied(world, folder / "now.db"), before)


@contextmanager
def dating(world: World, folder: Path) -> Iterator[Stamping | None]:
    """An authority that dates the ledger."""
    if not DATED:
        yield None
        return
    with time_authority(folder / "north", "north") as authority:
        known = {"north": {"roots": str(authority.folder / "root.pem"), "url": authority.url}}
        yield Stamping(world.ledger, Authorities.model_validate({"authorities": known}))


def date(stamping: Stamping | None, *names: str) -> None:
    """Have the newest checkpoint dated."""
    for name in names if stamping else ():
        stamping.date(name)


def going_on(world: World, case: str, items: list[str], act: str, names: list[str]) -> None:
    """Acts that an older copy lacks."""
    erases(world, act, names[:1])
    world.relocates([items[1]], "车场")
    world.lends([items[1]])
    world.returns([items[1]])
    world.labels(items[1])
    change = {"op": "replace", "path": "/items/0/description", "old": "手机", "new": "平板电脑"}
    world.corrects(act, change)
    world.adds_key("周远")
    told(world, case, world.seizes(case), names)


def nothing(world: World, items: list[str]) -> None:
    """The story is long enough."""


def full_tiles(world: World, items: list[str]) -> None:
    """Both logs get their first full tile."""
    for number in range(260):
        world.relocates(items[:1], "大库" if number % 2 else "车场")
        world.ledger.journal.export("psb-0077", "报送", {}, "export/items")


@pytest.fixture(scope="module")
def files(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Files:
    return ledger(founded_world, tmp_path_factory.mktemp("small"), nothing)


@pytest.fixture(scope="module")
def long_files(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Files:
    return ledger(founded_world, tmp_path_factory.mktemp("long"), full_tiles)


def test_what_nobody_tampered_with_is_sound(files: Files, long_files: Files) -> None:
    assert [verify_database(f"sqlite:///{each.now}").findings for each in (files, long_files)] == [[], []]


@pytest.mark.parametrize(("table", "change"), CASES)
def test_whatever_is_done_to_a_table_is_found_and_named(
    table: Table, change: Change, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    files: Files = request.getfixturevalue("long_files" if table in TILES else "files")
    assert files.tampered(tmp_path / "ledger.db", table, change), "the story gives this change nothing to change"
    findings = verify_database(f"sqlite:///{tmp_path / 'ledger.db'}").findings
    assert findings
    named = {code for cause in causes_of(findings) for code in cause.codes}
    assert {each.code for each in findings} <= named
