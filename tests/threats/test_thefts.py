"""What a thief or a liar can do with what he has, and what he cannot; docs/threats.md names each of these."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from custody.acts import PAYLOAD_TYPE
from custody.errors import Conflict, CustodyError, Refused, Untrusted
from custody.facts.gather import gather
from custody.ledger.engine import open_engine
from custody.ledger.fsck import verify_ledger
from custody.ledger.ledger import Ledger, Receipt
from custody.ledger.opening import Disclosure, open_envelope
from custody.ledger.prefix import copy_beginning, size_known
from custody.ledger.reader import Reader
from custody.ledger.tables import JOURNAL, LEDGER
from custody.signing import sign, write_envelope
from custody.tlog.checkpoint import open_checkpoint
from custody.tlog.merkle import verify_consistency
from custody.tlog.note import Signer
from custody.tlog.proof import TlogProof
from custody_migrations import migrate
from world import ORIGIN, World, disclosed


@dataclass
class Story:
    """A world, a case in it, an item in the store and one in its officer's hands."""

    world: World
    case: str
    stored: str
    in_hands: str


@pytest.fixture
def story(world: World) -> Story:
    """Two phones seized from somebody before a witness; one lies in the store."""
    case = world.opens_case()
    items = world.seizes(case, world.item(), world.item())
    world.checks_in(items[:1])
    return Story(world, case, *items)


def copied(world: World, folder: Path) -> str:
    """What somebody has who got at the database file; returns its URL."""
    file = folder / "stolen.db"
    (source, copy) = (sqlite3.connect(each) for each in (world.url.removeprefix("sqlite:///"), file))
    with closing(source), closing(copy):
        source.backup(copy)
    return f"sqlite:///{file}"


@pytest.fixture
def stolen(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A copy of the database in other hands."""
    engine = open_engine(copied(story.world, tmp_path_factory.mktemp("thief")))
    yield engine
    engine.dispose()


# -- a stolen database


def test_a_stolen_database_shows_sealed_values_in_the_open(story: Story, stolen: Engine) -> None:
    """The log holds commitments only, but what they commit to lies beside it, until it is erased."""
    with stolen.connect() as connection:
        values = {value for (value,) in connection.exec_driver_sql("SELECT value FROM disclosure")}
        log = b"".join(entry + envelope for entry, envelope in connection.exec_driver_sql(
            "SELECT entry, envelope FROM ledger_entry"
        ))  # fmt: skip
    assert {"见证人岩某", "居民身份证 530000198001010011", "13900000000", "持有人郭某"} <= values
    assert not [value for value in values if value.encode() in log]


def test_nothing_is_appended_to_a_stolen_database_that_anybody_believes(story: Story, stolen: Engine) -> None:
    """Not without the log's key; with another key no act of it is proved to who knows the log's."""
    prepared = story.world.prepare({
        "act": "relocation", "to": story.world.places["车场"], "reason": "库位调整",
        "lines": story.world.lines([story.stored]), "signers": story.world.signers(custodian="梁静"),
    })  # fmt: skip
    reading = Ledger(stolen)
    with pytest.raises(Conflict, match="only reads"):
        reading.submit(story.world.sign(prepared), disclosed(prepared))
    reading.close()
    own = [Signer(name, Ed25519PrivateKey.generate()) for name in (ORIGIN, f"{ORIGIN}/journal")]
    with pytest.raises(Untrusted) as raised:
        Ledger(stolen, *own)
    assert raised.value.code == "untrusted/log-key"


# -- the log's key, with a copy of the database


def test_whoever_has_the_logs_key_can_tell_two_stories_and_two_holders_of_checkpoints_show_it(
    story: Story, stolen: Engine
) -> None:
    """One log, one size, two roots, each signed: neither continues the other, and the two notes are the evidence."""
    before = story.world.ledger.recorder.head()
    story.world.relocates([story.stored], "车场")
    theirs = story.world.ledger.recorder
    story.world.ledger = other = Ledger(stolen, story.world.log_key, story.world.journal_key, clock=story.world.clock)
    story.world.relocates([story.stored], "贵重", by=["梁静", "郑宏"])
    ours = other.recorder
    one, two = (open_checkpoint(each.checkpoint(), story.world.log_key.verifier) for each in (theirs, ours))
    assert (one.origin, one.size) == (two.origin, two.size)
    assert one.root != two.root
    for each, head in ((theirs, one), (ours, two)):  # what both held before does not tell them apart
        path = each.consistency_path(before.size, head.size)
        verify_consistency(before.size, head.size, before.root, head.root, path)
    with pytest.raises(Untrusted):
        verify_consistency(before.size, one.size, before.root, one.root, path)
    other.close()


def test_who_worked_on_one_story_is_not_believed_in_the_other(story: Story, stolen: Engine) -> None:
    """An act says which head its signers saw; that head never was in the other story.world."""
    other = Ledger(stolen, story.world.log_key, story.world.journal_key, clock=story.world.clock)
    story.world.relocates([story.stored], "车场")
    prepared = story.world.prepare(story.world.seizure(story.case, [story.world.item()]))
    with pytest.raises(Untrusted) as raised:
        other.submit(story.world.sign(prepared), disclosed(prepared))
    assert raised.value.code == "untrusted/seen-ahead"
    other.close()


def test_whoever_has_the_logs_key_forges_no_act(story: Story, stolen: Engine) -> None:
    """Not by submitting it; and what he writes past every check into his own copy, anybody finds who verifies it."""
    forger = Ed25519PrivateKey.generate()
    prepared = story.world.prepare({
        "act": "transfer", "from": {"person": "psb-0211"}, "to": {"person": "psb-0347"}, "purpose": "补充侦查",
        "lines": story.world.lines([story.in_hands]), "signers": story.world.signers(deliverer="周远", receiver="何苗"),
    })  # fmt: skip
    named = [signer.key for signer in prepared.act.signers]
    forged = [
        signature.__class__(key, signature.value)
        for key, signature in zip(named, sign(PAYLOAD_TYPE, prepared.payload, [forger]) * 2, strict=True)
    ]
    envelope = write_envelope(PAYLOAD_TYPE, prepared.payload, forged)
    ledger = Ledger(stolen, story.world.log_key, story.world.journal_key, clock=story.world.clock)
    with pytest.raises(Untrusted) as raised:
        ledger.submit(envelope, disclosed(prepared))
    assert raised.value.code == "untrusted/signature"
    opened = open_envelope(envelope, (), ORIGIN)
    view = ledger.memory.view()
    facts = gather(opened.act, view)
    ledger.recorder.submit(ledger.draft(opened, ledger.decide(opened.act, facts), facts, view.condition()))
    found = verify_ledger(ledger.recorder, Reader(stolen, JOURNAL)).findings
    assert {(each.code, each.index) for each in found} == {("signature", ledger.recorder.head().size - 1)}
    ledger.close()


# -- a stolen officer's key


def test_a_stolen_key_moves_nothing_single_handed(story: Story) -> None:
    """With 周远's key alone: nobody receives in another's name, nor does one person both give and take."""
    draft = {
        "act": "transfer", "from": {"person": "psb-0211"}, "to": {"person": "psb-0347"}, "purpose": "补充侦查",
        "lines": story.world.lines([story.in_hands]),
    }  # fmt: skip
    alone = story.world.prepare({**draft, "signers": story.world.signers(deliverer="周远", receiver="何苗")})
    with pytest.raises(CustodyError) as raised:
        story.world.ledger.submit(alone.signed([story.world.key_of("周远")]), disclosed(alone))
    assert raised.value.code == "untrusted/signature-missing"
    both = story.world.signers(deliverer="周远", receiver="周远")
    with pytest.raises(Untrusted) as raised:
        story.world.act({**draft, "to": {"person": "psb-0211"}, "signers": both})
    assert raised.value.code == "untrusted/signature-twice"
    assert story.world.facts(story.in_hands).holder.id == "psb-0211"


# -- a lying operator


def without_the_last(world: World, folder: Path) -> Ledger:
    """The operator's ledger again, its newest act dropped, going on under the same key."""
    engine = open_engine(f"sqlite:///{folder / 'dropped.db'}")
    migrate(engine)
    copy_beginning(world.engine, LEDGER, world.ledger.recorder.head().size - 1, engine)
    copy_beginning(world.engine, JOURNAL, size_known(world.engine, JOURNAL, None), engine)
    return Ledger(engine, world.log_key, world.journal_key, clock=world.clock)


@pytest.fixture
def dropped(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Receipt, Ledger]]:
    """An act that was recorded and answered, and the ledger from which it was dropped afterwards."""
    receipt = story.world.relocates([story.stored], "车场")
    ledger = without_the_last(story.world, tmp_path_factory.mktemp("operator"))
    yield receipt, ledger
    ledger.close()
    ledger.engine.dispose()


def test_an_act_that_the_operator_dropped_is_shown_by_its_receipt(
    story: Story, dropped: tuple[Receipt, Ledger]
) -> None:
    """The receipt's proof holds under the log's key; at that size the operator now shows another root, signed alike."""
    receipt, ledger = dropped
    held = TlogProof.parse(receipt.proof).verify(receipt.entry, story.world.log_key.verifier)
    honest, story.world.ledger = story.world.ledger, ledger
    story.world.opens_case(case="云公(刑)盗〔2026〕0077")  # goes on as if nothing had been
    shown = open_checkpoint(ledger.recorder.checkpoint(held.size), story.world.log_key.verifier)
    assert (shown.origin, shown.size) == (held.origin, held.size)
    assert shown.root != held.root
    story.world.ledger = honest


def test_an_act_that_the_operator_dropped_is_missed_by_the_next_that_saw_it(
    story: Story, dropped: tuple[Receipt, Ledger]
) -> None:
    """What is signed after it names a head that the shortened log does not have; nobody can sign that away."""
    _, ledger = dropped
    prepared = story.world.prepare(story.world.seizure(story.case, [story.world.item()]))
    sealed = tuple(Disclosure(each.salt, each.value) for each in prepared.disclosures)
    with pytest.raises(Untrusted) as raised:
        ledger.submit(story.world.sign(prepared), sealed)
    assert raised.value.code == "untrusted/seen-ahead"


# -- a colluding custodian


def test_a_custodian_lends_nothing_without_who_borrows_and_who_approves(story: Story) -> None:
    for missing in ("borrower", "approver"):
        parts = {"custodian": "梁静", "borrower": "周远", "approver": "刘振"}
        del parts[missing]
        with pytest.raises((Untrusted, Refused)):
            story.world.lends([story.stored], signers=story.world.signers(**parts))
    assert story.world.facts(story.stored).holder.id == story.world.places["大库"]
