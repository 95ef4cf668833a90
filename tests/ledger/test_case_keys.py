"""What a case discloses lies under that case's key: taken away, nothing shows it; brought back, everything does."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from custody.acts.values import decode, sealed_in
from custody.cli import main
from custody.errors import Conflict, Malformed
from custody.ledger.case_keys import CaseKeys, case_of, with_case_keys
from custody.ledger.fsck import verify_ledger
from custody.ledger.locking_up import lock_up
from custody.ledger.reader import Reader
from custody.ledger.tables import JOURNAL
from custody_api.papers.sources import Sources
from world import World


@dataclass
class Story:
    """A case whose disclosures lie under a key, and the commitments of its seizure's attestations."""

    world: World
    folder: Path
    case: str
    names: list[str]

    def shown(self) -> set[str]:
        """What can be read of them."""
        found = Reader(self.world.engine).disclosures([decode(each) for each in self.names])
        return {value for _, value in found.values()}


@pytest.fixture
def story(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    folder = tmp_path / "case-keys"
    monkeypatch.setenv("CUSTODY_CASE_KEYS", str(folder))
    world.ledger.close()
    world.engine = with_case_keys(world.engine, folder)
    world.ledger = world.opened_again()
    case = world.opens_case(minor=True)
    receipt = world.act(world.seizure(case, [world.item()]))
    recorded = world.ledger.memory.record(receipt.act)
    assert recorded is not None
    return Story(world, folder, case, [each.name.sealed for each in recorded.act.attestations])


def notes(story: Story, fact: str, *, approved: bool = True) -> None:
    """The fact that the record is sealed or unsealed, with or without an approver."""
    approver = {"approver": "沈建国"} if approved else {}
    story.world.act(
        {
            "act": "noted", "case": story.case, "fact": fact, "items": [], "statement": "云少法〔2026〕3号封存决定书",
            "signers": story.world.signers(noter="高岚", **approver),
        }
    )  # fmt: skip


def seal_record(story: Story, *words: object) -> int:
    return main(["seal-record", story.case, "--database", story.world.url, *map(str, words), "--lang", "en"])


def test_a_stolen_database_alone_shows_nothing_of_a_case_under_a_key(story: Story) -> None:
    """Neither value nor salt stands in the file; with the key the ledger reads them, and verifies."""
    assert story.shown() == {"见证人岩某", "持有人郭某"}
    file = Path(story.world.url.removeprefix("sqlite:///"))
    data = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
    assert "见证人岩某".encode() not in data
    assert "持有人郭某".encode() not in data
    with closing(sqlite3.connect(file)) as copy:
        rows = dict(copy.execute("SELECT commitment, salt FROM disclosure"))
    assert all(len(rows[decode(each)]) == 28 for each in story.names)
    (key,) = story.folder.iterdir()
    assert key.stat().st_mode & 0o777 == 0o600
    assert story.folder.stat().st_mode & 0o777 == 0o700
    report = verify_ledger(story.world.ledger.recorder, Reader(story.world.engine, JOURNAL))
    assert (report.findings, report.withheld_disclosures) == ([], 0)


def test_a_record_is_sealed_by_an_approved_act_and_its_key_and_both_bring_it_back(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away = tmp_path / "away.key"
    notes(story, "record-sealed", approved=False)
    assert seal_record(story, "-o", away) == 1  # nobody approved it
    assert "[conflict/record-seal]" in capsys.readouterr().err
    notes(story, "record-sealed")
    assert seal_record(story, "-o", away) == 0
    assert story.shown() == set()
    assert away.stat().st_mode & 0o777 == 0o600
    report = verify_ledger(story.world.ledger.recorder, Reader(story.world.engine, JOURNAL))
    assert report.findings == []
    assert report.withheld_disclosures > len(story.names)
    draft = story.world.seizure(story.case, [story.world.item()])
    with pytest.raises(Conflict) as raised:
        story.world.act(draft)  # nothing more is disclosed in it
    assert raised.value.code == "conflict/record-sealed"
    assert seal_record(story, "--unseal", away) == 1  # the log does not say so
    notes(story, "record-unsealed")
    assert seal_record(story, "--unseal", away) == 0
    assert story.shown() == {"见证人岩某", "持有人郭某"}
    story.world.act(draft)


def test_the_key_of_one_case_opens_no_other(story: Story) -> None:
    world = story.world
    other = world.opens_case(case="云公(刑)盗〔2026〕0077")
    world.act(world.seizure(other, [world.item()]))
    keys = CaseKeys(story.folder)
    one, two = sorted(story.folder.iterdir())
    kept = {each.name: each.read_bytes() for each in (one, two)}
    one.write_bytes(kept[two.name])
    two.write_bytes(kept[one.name])
    assert story.shown() == set()
    report = verify_ledger(world.ledger.recorder, Reader(world.engine, JOURNAL))
    assert {each.code for each in report.findings} == {"disclosure"}
    one.write_bytes(b"short")
    two.write_bytes(b"short")
    with pytest.raises(Malformed):
        keys.bring_back("云公(刑)毒〔2026〕0001", one)
    for name, key in kept.items():
        (story.folder / name).write_bytes(key)
    assert story.shown() == {"见证人岩某", "持有人郭某"}


def test_what_was_encrypted_is_bound_to_its_commitment(tmp_path: Path) -> None:
    keys = CaseKeys(tmp_path / "keys")
    salt, value = keys.encrypted("案", b"c" * 32, b"s" * 32, "陈某某")
    assert keys.opened(b"c" * 32, salt, value) == (b"s" * 32, "陈某某")
    assert keys.opened(b"d" * 32, salt, value) is None
    assert keys.opened(b"c" * 32, salt, value[:-4]) is None
    assert keys.encrypted("案", b"c" * 32, b"s" * 32, "陈某某") != (salt, value)


def test_lists_of_a_store_belong_to_no_case() -> None:
    """A count names what is missing, and with it its cases; its list is of everything that lies there."""
    assert case_of("seizure", ["key:k", "case:甲", "case:乙"]) == "甲"
    assert case_of("stock-take", ["item:i", "case:甲"]) is None
    assert case_of("observation", ["item:i", "case:甲"]) is None
    assert case_of("enrolment", ["person:p"]) is None


def test_without_its_folder_nothing_is_recorded_that_would_have_to_lie_there(story: Story) -> None:
    world = story.world
    for each in story.folder.iterdir():
        each.unlink()
    story.folder.rmdir()
    story.folder.write_text("no folder")
    size = world.ledger.recorder.head().size
    with pytest.raises(Exception, match="case-keys"):
        world.act(world.seizure(story.case, [world.item()]))
    assert world.ledger.recorder.head().size == size


def test_what_was_disclosed_before_there_were_keys_goes_under_one_when_the_record_is_sealed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And papers say sealed then, not erased."""
    case = world.opens_case(minor=True)
    receipt = world.act(world.seizure(case, [world.item()]))
    recorded = world.ledger.memory.record(receipt.act)
    assert recorded is not None
    folder, file = tmp_path / "case-keys", Path(world.url.removeprefix("sqlite:///"))
    monkeypatch.setenv("CUSTODY_CASE_KEYS", str(folder))
    story = Story(world, folder, case, [each.name.sealed for each in recorded.act.attestations])
    assert story.shown() == {"见证人岩某", "持有人郭某"}
    notes(story, "record-sealed")
    assert seal_record(story, "-o", tmp_path / "away.key") == 0
    assert story.shown() == set()
    data = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
    assert "见证人岩某".encode() not in data
    paper = Sources(world.ledger, world.ledger.recorder.head().size, "zh", opens=True)
    assert {paper.opened(each) for each in story.names} == {"〔密封〕"}
    notes(story, "record-unsealed")
    assert seal_record(story, "--unseal", tmp_path / "away.key") == 0
    world.engine = with_case_keys(world.engine, folder)
    assert story.shown() == {"见证人岩某", "持有人郭某"}


def test_a_case_has_its_key_on_postgresql_as_well(postgres_url: str, tmp_path: Path) -> None:
    world = World(postgres_url)
    case = world.opens_case()
    receipt = world.act(world.seizure(case, [world.item()]))
    keys = CaseKeys(tmp_path / "case-keys")
    assert lock_up(world.ledger.recorder, keys, case) == 4
    kept = with_case_keys(world.engine, keys.folder)
    commitments = [decode(each) for each in _sealed(world, receipt.act)]
    assert "见证人岩某" in {value for _, value in Reader(kept).disclosures(commitments).values()}
    assert Reader(world.engine).disclosures(commitments) == {}
    world.close()


def _sealed(world: World, act_id: str) -> list[str]:
    recorded = world.ledger.memory.record(act_id)
    assert recorded is not None
    return sealed_in(recorded.act.model_dump(mode="json", by_alias=True))
