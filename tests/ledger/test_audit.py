"""Going on from an audit, and random samples: what is relied on, what is not, and what is refused."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread

import pytest

import custody.cli
from custody.acts.values import encode
from custody.errors import Malformed, Untrusted
from custody.keyfile import generate, write_key
from custody.ledger.audit import Audited, believed, signed_audit
from custody.ledger.engine import open_engine
from custody.ledger.fsck import founded_by, verify_database, verify_ledger
from custody.ledger.reader import Reader
from custody.ledger.sample import Sampled, drawn_from, verify_sample
from custody.ledger.tables import JOURNAL
from custody.signing import PrivateKey, public_bytes, read_public_key
from custody.tlog.merkle import leaf_hash, root_of
from tampering import unguarded
from world import ORIGIN, World

OTHER_ENVELOPE = "UPDATE ledger_entry SET envelope = CAST(envelope || ' ' AS BLOB)"
OTHER_BASE64 = "replace(" * 16 + "note" + "".join(f", '{each}', '{each.lower()}')" for each in "ABCDEFGHIJKLMNOP")
"""Another root and signature, whatever letters they had."""
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def told(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A ledger with an auditor; nothing more is recorded in it."""
    world = founded_world.twin(f"sqlite:///{tmp_path_factory.mktemp('told') / 'ledger.db'}")
    world.is_audited()
    items = world.seizes(world.opens_case(), world.item(), world.item())
    world.checks_in(items)
    world.relocates(items, "车场")
    yield world
    world.close()


@pytest.fixture
def copied(told: World, tmp_path: Path) -> Path:
    """A copy of it to tamper with."""
    file = tmp_path / "copy.db"
    with closing(sqlite3.connect(told.url.removeprefix("sqlite:///"))) as source, closing(sqlite3.connect(file)) as to:
        source.backup(to)
    return file


def audit(world: World, key: PrivateKey | None = None, **other: object) -> bytes:
    """What an auditor states of a world as it is."""
    head = world.ledger.recorder.head()
    stated = {"ledger": ORIGIN, "size": head.size, "root": head.root, **other}
    return signed_audit(**stated, verified_at=NOW, key=key or world.key_of("审计员"))  # type: ignore[arg-type]


def read(world: World, data: bytes, *own: PrivateKey) -> Audited:
    keys = [read_public_key(public_bytes(each)) for each in own]
    return believed(data, ORIGIN, Reader(world.engine), {each.key_id: each for each in keys})


def damaged(file: Path, statement: str) -> str:
    with closing(sqlite3.connect(file)) as database, unguarded(database):
        assert database.execute(statement).rowcount == 1
    return f"sqlite:///{file}"


def test_an_auditor_is_believed_and_so_is_ones_own_key(told: World) -> None:
    size = told.ledger.recorder.head().size
    assert read(told, audit(told)) == Audited(
        size, told.ledger.recorder.head().root, "2026-11-22T08:00:00.000000Z", "aud-01"
    )
    own = generate("p256")
    assert read(told, audit(told, own), own).person is None


def test_a_forged_or_foreign_audit_is_refused(told: World) -> None:
    whole = audit(told)
    for data, code in (
        (audit(told, generate("ed25519")), "untrusted/audit-key"),
        (audit(told, told.key_of("周远")), "untrusted/audit-key"),
        (audit(told, ledger="custody.example/elsewhere"), "untrusted/audit-ledger"),
        (whole.replace(b"custody.audit", b"custody.adult"), "malformed/audit"),
        (told.signed, "malformed/audit"),
        (b"{}", "malformed/envelope"),
    ):
        with pytest.raises((Malformed, Untrusted)) as raised:
            read(told, data)
        assert raised.value.code == code
    body = json.loads(whole)
    other = json.loads(audit(told, size=told.ledger.recorder.head().size - 1))
    with pytest.raises(Untrusted, match="false"):
        read(told, json.dumps({**body, "payload": other["payload"]}).encode())


def test_an_auditor_whose_key_was_revoked_is_believed_no_more(world: World) -> None:
    world.is_audited()
    stated = audit(world)
    assert read(world, stated).person == "aud-01"
    world.revokes("审计员")
    with pytest.raises(Untrusted) as raised:
        read(world, stated)
    assert raised.value.code == "untrusted/audit-key"


def test_an_audit_spares_signatures_and_decisions_and_nothing_else(told: World, copied: Path) -> None:
    known = read(told, audit(told))
    report = verify_database(f"sqlite:///{copied}", audited=known)
    assert (report.findings, report.signatures, report.relied_on) == ([], 0, known.size)
    half = Audited(known.size - 3, Reader(told.engine).root_at(known.size - 3) or b"", "", None)
    assert verify_database(f"sqlite:///{copied}", audited=half).signatures == 5  # 2, 2 and 1
    url = damaged(copied, f"{OTHER_ENVELOPE} WHERE position = {known.size}")
    assert {each.code for each in verify_database(url, audited=known).findings} >= {"entry"}  # bound by the hash


def test_a_log_that_is_another_than_the_audited_one_is_looked_at_whole(told: World, copied: Path) -> None:
    size = told.ledger.recorder.head().size
    longer = Audited(size + 5, bytes(32), "", None)
    other = Audited(size, sha256(b"another").digest(), "", None)
    for known, code in ((longer, "rolled-back"), (other, "other-root")):
        report = verify_database(f"sqlite:///{copied}", audited=known)
        assert [each.code for each in report.findings] == [code]
        assert (report.relied_on, report.entries, report.signatures > size) == (0, size, True)


def sampled(world: World, url: str | None = None, count: int = 12, seed: str = "抽") -> Sampled:
    reader = Reader(world.engine) if url is None else Reader(open_engine(url))
    genesis = founded_by(reader)
    assert genesis is not None
    return verify_sample(reader, genesis, seed, count)


def test_a_sample_can_be_drawn_again_by_anybody(told: World) -> None:
    found = sampled(told)
    assert (found.report.findings, found.report.entries) == ([], 12)
    rows = told.ledger.recorder.rows(0, 1_000)
    root, size = root_of([leaf_hash(row.entry) for row in rows]), len(rows)
    assert (found.checkpoint.root, found.checkpoint.size) == (root, size)
    seed = sha256("抽".encode()).digest()
    tickets = {index: sha256(root + seed + b"%d" % index).digest() for index in range(size)}
    assert found.drawn == tuple(sorted(sorted(tickets, key=tickets.__getitem__)[:12]))
    assert drawn_from(root, size, "抽", size + 9) == tuple(range(size))
    assert drawn_from(root, size, "签", 12) != found.drawn


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (f"{OTHER_ENVELOPE} {{}}", "entry"),
        ("UPDATE ledger_entry SET entry = CAST(replace(entry, '-03-12', '-03-13') AS BLOB) {}", "inclusion"),
        ("UPDATE ledger_entry SET leaf = zeroblob(32) {}", "inclusion"),
        ("DELETE FROM ledger_entry {}", "gap"),
        ("DELETE FROM ledger_act {}", "act-id"),
        (f"UPDATE ledger_checkpoint SET note = {OTHER_BASE64} WHERE size = (SELECT size FROM ledger_head)",
         "checkpoint-signature"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_act_that_is_drawn_is_found(
    statement: str, code: str, told: World, copied: Path
) -> None:
    url = damaged(copied, statement.format("WHERE position = 30"))
    size = told.ledger.recorder.head().size
    assert code in {each.code for each in sampled(told, url, count=size).report.findings}


def test_the_commands_write_go_on_and_draw(
    told: World, copied: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, stated = tmp_path / "auditor.pem", tmp_path / "audit.json"
    write_key(key, told.key_of("审计员"), None)
    verify = ["--lang", "en", "verify", "--jobs", "1", "--database", f"sqlite:///{copied}"]
    assert custody.cli.main([*verify, "--write", str(stated)]) == 2
    assert custody.cli.main([*verify, "--write", str(stated), "--key", str(key)]) == 0
    assert custody.cli.main([*verify, "--resume", str(stated)]) == 0
    assert "were not looked at again: aud-01 stated on" in capsys.readouterr().out
    assert custody.cli.main([*verify, "--sample", "5", "--seed", "s"]) == 0
    assert "Drew 5 of" in capsys.readouterr().out
    assert custody.cli.main([*verify, "--sample", "5"]) == 2
    own = generate("ed25519")
    stated.write_bytes(audit(told, own))
    assert custody.cli.main([*verify, "--resume", str(stated)]) == 1
    assert custody.cli.main([*verify, "--resume", str(stated), "--auditor", encode(public_bytes(own))]) == 0
    damaged(copied, "DELETE FROM disclosure WHERE rowid = 1")
    stated.unlink()
    assert custody.cli.main([*verify, "--write", str(stated), "--key", str(key)]) == 1
    assert not stated.exists()


def test_what_is_recorded_meanwhile_is_no_contradiction(world: World) -> None:
    """A ledger in use is verified as it stood when verifying began."""
    (item,) = world.seizes(world.opens_case())
    world.checks_in([item])
    stop, done = Event(), []

    def work() -> None:
        while not stop.is_set():
            done.append(world.relocates([item], "大库" if len(done) % 2 else "车场"))
            world.ledger.journal.export("psb-0077", "报送", {}, "export/items")

    worker = Thread(target=work)
    worker.start()
    try:
        reports = [verify_ledger(Reader(world.engine), Reader(world.engine, JOURNAL)) for _ in range(8)]
    finally:
        stop.set()
        worker.join()
    assert [each.findings for each in reports] == [[]] * 8
    assert len({each.entries for each in reports}) > 1
