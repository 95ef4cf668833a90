"""Governing: rule data come into force by an act, and a log goes on under another key without losing a proof."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from custody.acts.entry import read_entry
from custody.errors import Untrusted
from custody.ledger.fsck import Report, verify_ledger
from custody.ledger.ledger import Ledger
from custody.ledger.policies import Policies
from custody.ledger.reader import Reader
from custody.ledger.tables import JOURNAL
from custody.tlog.checkpoint import open_checkpoint
from custody.tlog.cosignature import KeyType
from custody.tlog.note import Signer
from custody.tlog.proof import TlogProof
from policies import SHIPPED, changed
from tampering import unguarded
from telling import flaws, refuses, tells
from world import ORIGIN, World

OLD = SHIPPED
NEW = changed(("handover_hours = { value = 24", "handover_hours = { value = 2"))


def verified(world: World, policies: Policies) -> Report:
    """The whole ledger verified by a version that ships these rule data."""
    return verify_ledger(world.ledger.recorder, Reader(world.engine, JOURNAL), policies=policies)


@pytest.fixture
def upgraded(world: World) -> World:
    """The world under a version that ships other rule data than genesis names, and those as well."""
    before, world.ledger = world.ledger, world.opened_again(Policies.of(NEW, OLD))
    before.close()
    return world


def test_acts_are_judged_by_the_policy_in_force(upgraded: World) -> None:
    """The store takes things in within 24 hours, until the new rule data say two. Each entry names what judged it, and
    a version that ships both decides every act again; one that ships the old alone says which it could not."""
    world = upgraded
    case = world.opens_case()
    first, second = world.seizes(case), world.seizes(case)
    world.clock.forward(hours=5)
    assert flaws(world.checks_in(first)) == {}
    begins = world.clock.now + timedelta(hours=1)
    assert world.ledger.policy is OLD
    world.names_policy(NEW.id, valid_from=begins.isoformat())
    assert world.ledger.policy is OLD
    assert flaws(world.act(world.seizure(case, [world.item()]))) == {}
    world.clock.forward(hours=1)
    assert world.ledger.policy is NEW
    late = world.checks_in(second)
    assert flaws(late) == {"LATE_HANDOVER": ("curable", ())}
    assert read_entry(late.entry).policy == NEW.id
    assert verified(world, Policies.of(NEW, OLD)).findings == []
    assert [each.code for each in verified(world, Policies.of(OLD)).findings] == ["not-re-decided"]


def test_a_version_that_ships_other_rule_data_writes_only_their_policy_act(world: World) -> None:
    """After an upgrade that no longer ships the old data nothing is recorded, until the administrator and the legal
    reviewer sign that the new ones hold from now on. A version that was not upgraded then stops."""
    case = world.opens_case()
    behind, world.ledger = world.ledger, world.opened_again(Policies.of(NEW))
    with pytest.raises(Untrusted) as refused:
        world.seizes(case)
    assert refused.value.code == "untrusted/policy"
    later = (world.clock.now + timedelta(days=1)).isoformat()
    with pytest.raises(Untrusted):
        world.names_policy(NEW.id, valid_from=later)
    with pytest.raises(Untrusted):
        world.names_policy("0" * 64)
    assert read_entry(world.names_policy(NEW.id).entry).policy == NEW.id
    world.seizes(case)
    upgraded, world.ledger = world.ledger, behind
    with pytest.raises(Untrusted):
        world.seizes(case)
    assert [each.code for each in verified(world, Policies.of(NEW)).findings] == ["not-re-decided"]
    upgraded.close()
    behind.close()
    world.ledger = world.opened_again(Policies.of(NEW, OLD))


@tells("policy-backdated")
def test_rule_data_do_not_hold_backwards(upgraded: World) -> None:
    """Nobody relaxes a rule for what has happened."""
    earlier = (upgraded.clock.now - timedelta(hours=1)).isoformat()
    with refuses(upgraded, "policy-backdated"):
        upgraded.names_policy(NEW.id, valid_from=earlier)


@tells("policy-unchanged")
def test_rule_data_in_force_are_not_named_again(upgraded: World) -> None:
    """Neither those of genesis, nor those that an act put in force since."""
    with refuses(upgraded, "policy-unchanged"):
        upgraded.names_policy(OLD.id)
    upgraded.names_policy(NEW.id)
    with refuses(upgraded, "policy-unchanged"):
        upgraded.names_policy(NEW.id)
    upgraded.names_policy(OLD.id)
    assert upgraded.ledger.policy is OLD


@tells("governed-by-stranger")
def test_only_the_agency_that_opened_the_ledger_governs_it(upgraded: World) -> None:
    """The administrator of the custody centre signs with the sub-bureau's reviewer: not his ledger to govern."""
    strangers = upgraded.signers(administrator="center-admin", legal_reviewer="高岚")
    with refuses(upgraded, "governed-by-stranger") as told:
        upgraded.names_policy(NEW.id, signers=strangers)
    assert told.facts == {"person": "center-admin", "agency": "center"}
    with refuses(upgraded, "governed-by-stranger"):
        upgraded.rotates([fresh()], [], signers=upgraded.signers(administrator="center-admin", supervisor="江监督"))


def fresh(origin: str = ORIGIN) -> str:
    """A new verifier key."""
    return str(Signer(origin, Ed25519PrivateKey.generate()).verifier)


def test_a_log_goes_on_under_another_key_and_keeps_its_proofs(world: World) -> None:
    """The server is replaced. The old key signs the checkpoint over the act that ends it, and then no more; receipts
    from before verify under it for ever, those after under the new one, and the whole ledger under both."""
    old, new = world.log_key, Signer(ORIGIN, Ed25519PrivateKey.generate())
    case = world.opens_case()
    before = world.act(world.seizure(case, [world.item()]))
    rotated = world.rotates([str(new.verifier)], [str(old.verifier)])
    with pytest.raises(Untrusted) as refused:
        world.seizes(case)
    assert refused.value.code == "untrusted/log-key"
    with pytest.raises(Untrusted):
        world.opened_again()
    world.ledger.close()
    world.ledger = Ledger(world.engine, new, world.journal_key, clock=world.clock)
    after = world.act(world.seizure(case, [world.item()]))
    for receipt, key in ((before, old), (rotated, old), (after, new)):
        assert TlogProof.parse(receipt.proof)
        note = world.ledger.recorder.checkpoint(receipt.position)
        assert open_checkpoint(note, key.verifier).size == receipt.position
    assert world.ledger.log_keys() == {str(new.verifier)}


def test_a_checkpoint_by_a_key_that_ended_is_found(world: World) -> None:
    """Whoever kept the old key signs a checkpoint with it after its end: verification says so."""
    old, new = world.log_key, Signer(ORIGIN, Ed25519PrivateKey.generate())
    case = world.opens_case()
    world.rotates([str(new.verifier)], [str(old.verifier)])
    world.ledger.close()
    world.ledger = Ledger(world.engine, new, world.journal_key, clock=world.clock)
    position = world.act(world.seizure(case, [world.item()])).position
    note = world.ledger.recorder.checkpoint(position)
    forged = open_checkpoint(note, new.verifier).signed(old)
    file = world.url.removeprefix("sqlite:///")
    for written, codes in ((forged, ["checkpoint-signature"]), (note, [])):
        with closing(sqlite3.connect(file)) as database, unguarded(database):
            database.execute("UPDATE ledger_checkpoint SET note = ? WHERE size = ?", (written, position))
        assert [each.code for each in verified(world, Policies.of(OLD)).findings] == codes


@tells("log-key-foreign")
def test_an_added_key_is_the_logs_own_and_new(world: World) -> None:
    """A key under another name, words that are no key, the key that signs now, a witness's kind of key: refused."""
    cosigns = str(Signer(ORIGIN, Ed25519PrivateKey.generate(), KeyType.COSIGNATURE).verifier)
    for key in (fresh("custody.example/elsewhere"), "no key at all", str(world.log_key.verifier), cosigns):
        with refuses(world, "log-key-foreign"):
            world.rotates([key], [])
    world.rotates([fresh()], [])


@tells("log-key-not-in-force")
def test_only_a_key_in_force_ends(world: World) -> None:
    """A key that the log never had cannot end, and a key ends once."""
    spare = fresh()
    with refuses(world, "log-key-not-in-force"):
        world.rotates([], [spare])
    world.rotates([spare], [])
    world.rotates([], [spare])
    with refuses(world, "log-key-not-in-force"):
        world.rotates([], [spare])


@tells("no-log-key-left")
def test_a_log_is_not_left_without_a_key(world: World) -> None:
    """The only key cannot end, unless another comes in the same act; not one of ML-DSA-44 alone, by which nothing is
    appended."""
    published = str(Signer(ORIGIN, MLDSA44PrivateKey.generate()).verifier)
    for added in ([], [published]):
        with refuses(world, "no-log-key-left"):
            world.rotates(added, [str(world.log_key.verifier)])
    world.rotates([published], [])
