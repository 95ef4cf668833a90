"""What is erased is gone: from every file and every table, while everything that was signed stays as it is."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from custody import keyfile
from custody.acts.values import decode
from custody.cli import main
from custody.desk import Desk
from custody.desk.pending import end_recorded, find, put
from custody.ledger.fsck import verify_ledger
from custody.ledger.reader import Reader
from custody.ledger.tables import JOURNAL
from custody.registers import Registers, differences
from custody.rules.retention import read_retention
from custody.signing import read_envelope
from custody_migrations import migrate
from world import World, disclosed
from world_orders import erases

NAME = "段某某（见证人）"
WITNESS = {
    "part": "witness", "name": {"disclose": NAME}, "kind": "handwritten",
    "document": {"disclose": "居民身份证 530000199001010099"}, "contact": {"disclose": "13700000001"},
}  # fmt: skip


class Story:
    """A seizure that a witness attested, looked at and taken out since, and still on the desk for signatures."""

    def __init__(self, world: World) -> None:
        self.world = world
        migrate(world.url)  # the desk
        self.case = world.opens_case()
        prepared = world.prepare(world.seizure(self.case, [world.item()], attestations=[WITNESS, world.holder()]))
        envelope = world.sign(prepared)
        now = world.clock()
        with closing(Desk.beside(world.engine)) as desk:
            signed = read_envelope(envelope)
            put(desk, signed.payload, signed.signatures[:1], disclosed(prepared), by="psb-0211",
                until=now + timedelta(days=1), now=now)  # fmt: skip
        self.receipt = world.ledger.submit(envelope, disclosed(prepared))
        world.clock.forward(minutes=1)
        recorded = world.ledger.memory.record(self.receipt.act)
        assert recorded is not None
        witness = recorded.act.attestations[0]
        self.commitments = [witness.name.sealed, witness.document.sealed, witness.contact.sealed]  # type: ignore[union-attr]
        self.values = [NAME, "居民身份证 530000199001010099", "13700000001"]
        journal = world.ledger.journal
        journal.view("psb-0102", "核对见证人", {"act": self.receipt.act}, self.commitments[:1])
        journal.export("pro-11", "审查起诉", {"list": "items", "asked": {"case": self.case}}, "export/csv")
        journal.export("pro-11", "另案", {"list": "items", "asked": {"case": "另案"}}, "export/csv")
        with closing(Registers(world.engine)) as registers:
            registers.catch_up()

    def erase(self, folder: Path, *more: str) -> int:
        """``custody erase`` with the keys of reviewer and administrator."""
        world = self.world
        keys = {"高岚": world.key_of("高岚"), "psb-admin": world.key_of("psb-admin")}
        for name, key in keys.items():
            if not (folder / f"{name}.key").exists():
                keyfile.write_key(folder / f"{name}.key", key, None)
        for name, signer in (("log.key", world.log_key), ("log.key.journal", world.journal_key)):
            if not (folder / name).exists():
                keyfile.write_key(folder / name, signer.private_key, None)
        return main([
            "erase", "--database", world.url, "--act", self.receipt.act, "--authority", "云公法〔2036〕31号",
            "--reason", "保存期限届满", "--reviewer", "psb-0077", "--administrator", "psb-admin",
            "--log-key", str(folder / "log.key"),
            "--key", str(folder / "高岚.key"), str(folder / "psb-admin.key"), "--lang", "en", *more,
        ])  # fmt: skip


@pytest.fixture
def story(world: World) -> Story:
    return Story(world)


def holding(folder: Path, value: str) -> set[str]:
    """The files of a folder that hold the bytes of a value."""
    found = {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}
    return {name for name, data in found.items() if any(each in data for each in written(value))}


def written(value: str) -> list[bytes]:
    """A value as text, and as JSON writes it in ASCII."""
    return [value.encode(), json.dumps(value)[1:-1].encode()]


def test_no_file_of_the_ledger_holds_what_was_erased(
    story: Story, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the ledger, nor what SQLite keeps of before, nor registers and desk; the rest of the act is there."""
    for value in story.values:
        assert {name for name in holding(tmp_path, value) if "desk" in name}
        assert {name for name in holding(tmp_path, value) if "desk" not in name}
    keys = tmp_path_factory.mktemp("keys")
    assert story.erase(keys, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["clean"]
    assert told["left"] == told["again"] == []
    for value in (*story.values, "持有人郭某"):  # without commitments it is all that the act disclosed
        assert holding(tmp_path, value) == set()
    world = story.world
    assert verify_ledger(world.ledger.recorder, Reader(world.engine, JOURNAL)).findings == []
    assert differences(world.engine) == []
    assert world.ledger.receipt(story.receipt.act).proof == story.receipt.proof


def test_who_saw_it_and_who_took_files_out_is_told(
    story: Story, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    world = story.world
    other = world.opens_case(case="云公(刑)盗〔2026〕0077")
    again = world.act(world.seizure(other, [world.item()], attestations=[WITNESS, world.holder()]))
    assert story.erase(tmp_path_factory.mktemp("keys"), story.commitments[0]) == 0
    said = capsys.readouterr().out
    assert "psb-0102 saw it: 核对见证人 (view/paper)" in said
    assert "pro-11 took a file out that may contain it: 审查起诉 (export/csv)" in said
    assert "另案" not in said
    assert f"(position {again.position})" in said
    assert "ledger.db: still holds the same bytes" in said
    assert "Backups made since" in said
    kept = Reader(world.engine).disclosures(map(decode, story.commitments))
    assert {value for _, value in kept.values()} == set(story.values[1:])


def test_the_log_is_cut_off_as_soon_as_nobody_reads_an_older_state(story: Story, tmp_path: Path) -> None:
    """Through the act itself, without the command: at once, or with the next append."""
    world = story.world
    draft = {
        "act": "erasure", "target": story.receipt.act, "disclosures": story.commitments,
        "authority": "云公法〔2036〕31号", "reason": "保存期限届满",
        "signers": world.signers(reviewer="高岚", administrator="psb-admin"),
    }  # fmt: skip
    with world.engine.connect() as reading:
        reading.execute(text("SELECT count(*) FROM disclosure")).all()
        world.act(draft)
        assert "ledger.db-wal" in holding(tmp_path, NAME)
    world.opens_case(case="云公(刑)盗〔2026〕0077")
    assert {name for name in holding(tmp_path, NAME) if "desk" not in name} == set()


def test_what_waits_for_signatures_but_is_recorded_keeps_nothing_on_the_desk(story: Story) -> None:
    with closing(Desk.beside(story.world.engine)) as desk:
        now = story.world.clock()
        assert find(desk, story.receipt.act, now).disclosures
        end_recorded(desk, story.world.ledger.recorder, now)
        over = find(desk, story.receipt.act, now)
    assert (over.state, over.disclosures) == ("recorded", ())


def test_no_table_on_postgresql_holds_what_was_erased(
    postgres_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = Story(World(postgres_url))
    assert tables_with(story.world, NAME) == {"public.disclosure", "desk.pending"}
    assert story.erase(tmp_path) == 0
    assert "VACUUM FULL disclosure" in capsys.readouterr().out
    for value in story.values:
        assert tables_with(story.world, value) == set()
    story.world.close()


def tables_with(world: World, value: str) -> set[str]:
    """Every table of the database, in whatever schema, in a row of which the value stands, as text or as bytes."""
    found = set()
    with world.engine.connect() as connection:
        look = inspect(connection)
        for schema in look.get_schema_names():
            for table in look.get_table_names(schema=schema) if schema != "information_schema" else ():
                rows = connection.scalars(text(f'SELECT t::text FROM "{schema}"."{table}" AS t'))
                said = "\n".join(rows).replace("\\\\", "\\")  # a row as text doubles each backslash
                if any(each.decode() in said or each.hex() in said for each in written(value)):
                    found.add(f"{schema}.{table}")
    return found


def due(story: Story, at: datetime, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What ``custody erase --proposed`` lists as of an instant, of the seizure."""
    assert main(["erase", "--proposed", "--at", at.isoformat(), "--database", story.world.url, "--json"]) == 0
    listed: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return [each for each in listed if each["act"] == story.receipt.act]


def test_what_is_due_is_proposed_with_rule_and_source_and_left_alone(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    """Contact six months after the case is final, the document after two years; a hold shows; what is gone does not."""
    world = story.world
    later = world.clock.now + timedelta(days=20_000)
    assert due(story, later, capsys) == []  # the case is not final
    world.steps(story.case, final=True)
    final = world.clock.now
    assert due(story, final + timedelta(days=150), capsys) == []
    (contact,) = due(story, final + timedelta(days=200), capsys)
    assert (contact["rule"], contact["pointer"], contact["must"]) == ("E01", "/attestations/0/contact", True)
    assert (contact["commitment"], contact["cases"], contact["held"]) == (story.commitments[2], [story.case], False)
    assert "个人信息保护法第47条" in contact["source"]
    assert contact["verified"] is False
    assert {each["rule"] for each in due(story, final + timedelta(days=800), capsys)} == {"E01", "E02"}
    assert {each["rule"] for each in due(story, later, capsys)} == {"E01", "E02", "E04"}
    assert len(Reader(world.engine).disclosures(map(decode, story.commitments))) == 3  # nothing went by itself
    hold = world.holds(story.case)
    assert all(each["held"] for each in due(story, later, capsys))
    world.lifts(hold, story.case)
    erases(world, story.receipt.act, story.commitments)
    assert {each["pointer"] for each in due(story, later, capsys)} == {"/attestations/1/name"}


@pytest.mark.parametrize("wrong", [{"after": "soon"}, {"months": -1}, {"months": "6"}, {"of": None}, {"unknown": 1}])
def test_retention_that_cannot_be_meant_is_malformed(wrong: dict[str, Any]) -> None:
    said = {
        "zh": "", "en": "", "of": ["/viewer"], "after": "final", "months": 6, "must": True, "source": "",
        "verified": False,
    }  # fmt: skip
    assert read_retention({"E01": said})["E01"].of == ("/viewer",)
    with pytest.raises((ValueError, TypeError)):
        read_retention({"E01": said | wrong})
