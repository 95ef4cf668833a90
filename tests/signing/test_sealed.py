"""Sealed values: an act commits to them, they travel beside, and erasing one leaves every proof as it was."""

from __future__ import annotations

import hashlib
import os
from typing import Any

import pytest
from sqlalchemy import text

from custody.acts.values import decode, seal_commitment
from custody.errors import Malformed
from custody.ledger.fsck import verify_ledger
from custody.ledger.opening import Disclosure
from custody.ledger.reader import Reader
from custody.ledger.tables import JOURNAL
from world import World, disclosed
from world_orders import erases


def witnessed(world: World) -> Any:
    """A seizure with a witness's sealed name and a sealed serial number."""
    world.opens_case()
    return world.prepare(world.seizure("云公(刑)诈〔2026〕0520", [world.item(serial={"disclose": "IMEI 4412"})]))


def test_a_commitment_is_the_digest_of_salt_and_value() -> None:
    salt = bytes(range(32))
    assert decode(seal_commitment(salt, "陈某某")) == hashlib.sha256(salt + "陈某某".encode()).digest()
    with pytest.raises(ValueError, match="32 bytes"):
        seal_commitment(b"short", "x")


def test_an_act_comes_with_exactly_the_disclosures_it_commits_to(world: World) -> None:
    """One missing, one more, one twice, another value, another salt: not this act."""
    prepared = witnessed(world)
    envelope = world.sign(prepared)
    whole = disclosed(prepared)
    one, *others = whole
    stranger = Disclosure(os.urandom(32), "无关")
    for wrong in (
        (),
        (one,),
        tuple(others),
        (*whole, stranger),
        (*whole, one),
        (*others, Disclosure(one.salt, one.value + " ")),
        (*others, Disclosure(os.urandom(32), one.value)),
    ):
        with pytest.raises(Malformed) as raised:
            world.ledger.submit(envelope, wrong)
        assert raised.value.code == "malformed/disclosures"
    for odd in (Disclosure(b"short", "x"), Disclosure(os.urandom(32), "x" * 4001)):
        with pytest.raises(Malformed) as raised:
            world.ledger.submit(envelope, (*others, odd))
        assert raised.value.code == "malformed/disclosure"
    world.ledger.submit(envelope, whole[::-1])
    kept = world.ledger.recorder.disclosures([decode(each.commitment) for each in whole])
    assert sorted(value for _, value in kept.values()) == sorted(each.value for each in whole)


def test_the_log_holds_no_name(world: World) -> None:
    """Neither entry nor envelope contains what was sealed."""
    prepared = witnessed(world)
    receipt = world.ledger.submit(world.sign(prepared), disclosed(prepared))
    row = world.ledger.recorder.row(receipt.position)
    for secret in ("岩某", "4412"):
        assert secret.encode() not in row.entry
        assert secret.encode() not in prepared.payload


def test_erasing_a_disclosure_leaves_signatures_and_proofs_valid(world: World) -> None:
    prepared = witnessed(world)
    receipt = world.ledger.submit(world.sign(prepared), disclosed(prepared))
    before = world.ledger.proof(receipt.index)
    with world.engine.begin() as connection:
        for each in disclosed(prepared):
            gone = connection.execute(
                text("DELETE FROM disclosure WHERE commitment = :it"), {"it": decode(each.commitment)}
            )
            assert gone.rowcount == 1
    (found,) = verify_ledger(world.ledger.recorder, Reader(world.engine, JOURNAL)).findings  # no act says so yet
    assert (found.code, found.index, found.facts) == ("disclosure-missing", receipt.index, {"values": 5})
    assert world.ledger.proof(receipt.index) == before
    erases(world, receipt.act, [each.commitment for each in disclosed(prepared)])
    report = verify_ledger(world.ledger.recorder, Reader(world.engine, JOURNAL))
    assert (report.findings, report.erased_disclosures) == ([], 5)
