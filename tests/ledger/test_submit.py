"""Submitting: once, in order, against the world as it is, and provably."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from custody.acts import PAYLOAD_TYPE
from custody.acts.entry import read_entry
from custody.acts.values import encode
from custody.authoring import Prepared
from custody.errors import Conflict, Malformed, NotFound, Refused, Stale, Untrusted
from custody.ledger.ledger import Ledger, Receipt
from custody.signing import key_id_of, public_bytes, sign, write_envelope
from custody.tlog.proof import TlogProof
from submissions import hand_over, three_hands
from telling import defect, flaws, holder, is_sound
from world import World, disclosed

MOVING = {"act": "relocation", "reason": "调整库位"}


def submit(world: World, prepared: Prepared, ledger: Ledger | None = None) -> Receipt:
    """Sign and submit what was prepared."""
    return (ledger or world.ledger).submit(world.sign(prepared), disclosed(prepared))


def relocation(world: World, item: str, to: str, **fields: Any) -> dict[str, Any]:
    """The draft of a relocation by 梁静."""
    return {
        **MOVING, "lines": world.lines([item]), "to": world.places[to],
        "signers": world.signers(custodian="梁静"), **fields,
    }  # fmt: skip


def stored(world: World) -> str:
    """A phone in the store."""
    (phone,) = world.seizes(world.opens_case())
    world.checks_in([phone])
    return phone


def test_the_same_act_again_gives_the_same_receipt(world: World) -> None:
    """The answer was lost after the commit; the client sends the same bytes, also after other acts, also by a process
    that has just started."""
    phone = stored(world)
    prepared = world.prepare(relocation(world, phone, "车场"))
    first = submit(world, prepared)
    again = submit(world, prepared)
    assert (again.as_json(), again.duplicate, first.duplicate) == (first.as_json(), True, False)
    world.relocates([phone], "大库")
    other = world.opened_again()
    assert submit(world, prepared, other).as_json() == first.as_json()
    assert world.ledger.receipt(first.act).as_json() == first.as_json()
    other.close()


def test_the_same_payload_under_other_signatures_is_the_same_act(world: World) -> None:
    """ECDSA signs differently each time. The first envelope is kept."""
    phone = stored(world)
    person = next(each for each in ("梁静", "郑宏") if not hasattr(world.key_of(each), "private_bytes_raw"))
    prepared = world.prepare(relocation(world, phone, "车场", signers=world.signers(custodian=person)))
    one, two = world.sign(prepared), world.sign(prepared)
    assert one != two
    first = world.ledger.submit(one, disclosed(prepared))
    assert world.ledger.submit(two, disclosed(prepared)).as_json() == first.as_json()
    assert world.ledger.recorder.row(first.position).envelope == one
    (forged,) = sign(PAYLOAD_TYPE, prepared.payload + b" ", [world.key_of(person)])
    with pytest.raises(Untrusted):
        world.ledger.submit(write_envelope(PAYLOAD_TYPE, prepared.payload, [forged]), disclosed(prepared))


def test_another_payload_under_the_id_is_a_conflict(world: World) -> None:
    phone = stored(world)
    first = world.relocates([phone], "车场")
    size = world.ledger.recorder.head().size
    for draft in (relocation(world, phone, "大库"), relocation(world, phone, "冷藏")):
        with pytest.raises(Conflict) as raised:
            world.act({**draft, "id": first.act})
        assert raised.value.fields["act"] == first.act
    assert world.ledger.recorder.head().size == size


def test_signers_who_looked_too_early_learn_which_act_came_between(world: World) -> None:
    phone = stored(world)
    looked = world.prepare(relocation(world, phone, "冷藏"))
    world.notes("云公(刑)诈〔2026〕0520", "returned-to-unit", [phone])
    between = world.relocates([phone], "车场", by="郑宏")
    with pytest.raises(Stale) as raised:
        submit(world, looked)
    assert raised.value.code == "stale"
    assert {name: raised.value.fields[name] for name in ("item", "act", "index")} == {
        "item": phone, "act": between.act, "index": between.index,
    }  # fmt: skip
    assert holder(world, phone) == world.places["车场"]


def test_an_act_of_the_same_signer_that_is_followed_makes_nothing_stale(world: World) -> None:
    """A tablet without a network: 梁静 moves the phone twice, and sends both acts in the evening, in either order."""
    phone = stored(world)
    first = world.prepare(relocation(world, phone, "车场"))
    world.clock.forward(minutes=5)
    second = world.prepare(relocation(world, phone, "大库", follows=[first.act.id]))
    with pytest.raises(Stale) as raised:
        submit(world, second)
    assert (raised.value.code, raised.value.fields) == (f"awaits/{first.act.id}", {"awaits": first.act.id})
    submit(world, first)
    submit(world, second)
    assert holder(world, phone) == world.places["大库"]
    by_another = world.prepare(
        relocation(world, phone, "车场", follows=[first.act.id], signers=world.signers(custodian="郑宏"))
    )
    with pytest.raises(Stale) as raised:
        submit(world, by_another)
    assert raised.value.code == "stale/follows-stranger"


def test_three_changes_of_hands_without_a_network_are_recorded_one_after_the_other(database_url: str) -> None:
    """The third signs nothing of the first, and brings it along: the second, which it follows, follows it."""
    world = World(database_url)
    item, (seized, handed, passed_on) = three_hands(world, world.opens_case())
    for early, awaited in ((passed_on, handed), (handed, seized)):
        with pytest.raises(Stale) as raised:
            submit(world, early)
        assert raised.value.code == f"awaits/{awaited.act.id}"
    assert [flaws(submit(world, each)) for each in (seized, handed, passed_on)] == [{}, {}, {}]
    assert [each.holder.id for each in world.facts(item).custody] == [*map(world.id_of, ("周远", "孙凯", "梁静"))]
    is_sound(world)
    world.close()


def test_an_act_by_strangers_in_between_is_not_brought_along(world: World) -> None:
    """The phone is checked in before the third change of hands arrives. None of its signers knew: it is stale."""
    item, (seized, handed, passed_on) = three_hands(world, world.opens_case())
    submit(world, seized)
    submit(world, handed)
    between = world.checks_in([item], by="孙凯")
    with pytest.raises(Stale) as raised:
        submit(world, passed_on)
    assert (raised.value.code, raised.value.fields["act"]) == ("stale", between.act)
    assert holder(world, item) == world.places["大库"]


def test_what_a_followed_act_does_not_follow_makes_stale_still(world: World) -> None:
    """The second was signed by people who saw the first, and so need not name it. Those of the third saw neither."""
    item, (seized, _, _) = three_hands(world, world.opens_case())
    late = world.prepare(hand_over(world, item, "孙凯", "梁静"))
    first = submit(world, seized)
    handed = world.prepare(hand_over(world, item, "周远", "孙凯"))
    submit(world, handed)
    world.clock.forward(minutes=5)
    passed_on = world.prepare(
        hand_over(world, item, "孙凯", "梁静"), seen=late.act.seen.model_dump(), follows=[handed.act.id]
    )
    with pytest.raises(Stale) as raised:
        submit(world, passed_on)
    assert (raised.value.code, raised.value.fields["act"]) == ("stale", first.act)


def test_a_head_this_ledger_never_issued_is_not_believed(world: World) -> None:
    """The right size with another root: the signers were shown another log."""
    phone = stored(world)
    head = world.ledger.recorder.head()
    lines = world.ledger.journal.recorder.head().size
    with pytest.raises(Untrusted) as raised:
        world.act(relocation(world, phone, "车场"), seen={"size": head.size, "root": encode(bytes(32))})
    assert raised.value.code == "untrusted/seen"
    with pytest.raises(Untrusted):
        world.act(relocation(world, phone, "车场"), seen={"size": 0, "root": encode(head.root)})
    assert world.ledger.journal.recorder.head().size == lines


def test_a_head_beyond_this_log_raises_the_alarm(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """The signers saw a longer log: this one was restored from a backup, or is a clone. The journal keeps the act."""
    phone = stored(world)
    size = world.ledger.recorder.head().size
    with caplog.at_level(logging.CRITICAL, "custody.alarm"), pytest.raises(Untrusted) as raised:
        world.act(relocation(world, phone, "车场"), seen={"size": size + 7, "root": encode(bytes(32))})
    assert raised.value.code == "untrusted/seen-ahead"
    assert [record.name for record in caplog.records] == ["custody.alarm"]
    *_, line = world.ledger.journal.read()
    assert (line.code, line.envelope) == ("untrusted/seen-ahead", world.signed)
    assert world.ledger.recorder.head().size == size


def test_nobody_fills_the_journal_or_rings_the_alarm_with_forged_signatures(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Only what enrolled keys signed is kept: a stranger cannot make the ledger cry wolf."""
    phone = stored(world)
    lines = world.ledger.journal.recorder.head().size
    ahead = {"size": 10_000, "root": encode(bytes(32))}
    for fields in ({"seen": ahead}, {"lines": world.lines([phone, phone])}):
        prepared = world.prepare({**relocation(world, phone, "车场"), **fields})
        (signature,) = sign(PAYLOAD_TYPE, prepared.payload + b" ", [world.key_of("梁静")])
        with caplog.at_level(logging.CRITICAL, "custody.alarm"), pytest.raises(Untrusted) as raised:
            world.ledger.submit(write_envelope(PAYLOAD_TYPE, prepared.payload, [signature]), disclosed(prepared))
        assert raised.value.code == "untrusted/signature"
    assert caplog.records == []
    assert world.ledger.journal.recorder.head().size == lines


def test_receipts_prove_themselves_with_the_log_key_alone(world: World) -> None:
    """Entry, index and proof from the receipt; the verifier key from genesis; nothing else of the ledger."""
    phone = stored(world)
    receipts = [world.relocates([phone], to) for to in ("车场", "大库", "车场")]
    for receipt in receipts:
        sent = json.loads(json.dumps(receipt.as_json()))
        proof = TlogProof.parse(sent["proof"])
        checkpoint = proof.verify(receipt.entry, world.log_key.verifier)
        assert (proof.index, checkpoint.size) == (sent["index"], sent["position"])
        fresh = TlogProof.parse(world.ledger.proof(receipt.index)).verify(receipt.entry, world.log_key.verifier)
        assert fresh.size == world.ledger.recorder.head().size
        with pytest.raises(Untrusted):
            proof.verify(receipt.entry.replace(b"relocation", b"relocatio"), world.log_key.verifier)
    with pytest.raises(Untrusted):
        TlogProof.parse(receipts[0].proof).verify(receipts[1].entry, world.log_key.verifier)
    with pytest.raises(NotFound):
        world.ledger.receipt("0193a1b2-0000-7000-8000-000000000000")


def test_previous_links_lead_back_through_every_act(world: World) -> None:
    """From the last act on an item, a key and a person, the links visit every act on it, down to −1."""
    phone = stored(world)
    for to in ("车场", "大库"):
        world.relocates([phone], to)
    world.revokes("周远", since=world.clock.now - timedelta(hours=1))
    world.adds_key("周远")
    world.remedies(defect(world, phone, "KEY_DOUBTED").id, "confirm", "周远")
    world.relocates([phone], "车场")
    acts = [each.index for each in world.facts(phone).acts]
    revocation = next(index for index in acts if _entry(world, index).type == "revocation")
    assert _chain(world, f"item:{phone}") == [index for index in acts if index != revocation]
    key = key_id_of(public_bytes(world.key_of("梁静")))
    assert len(_chain(world, f"key:{key}")) == 5  # enrolment, check-in, three relocations
    assert [_entry(world, index).type for index in _chain(world, "person:psb-0211")] == [
        "enrolment", "person", "enrolment",
    ]  # fmt: skip


def _entry(world: World, index: int) -> Any:
    return read_entry(world.ledger.recorder.row(index + 1).entry)


def _chain(world: World, link: str) -> list[int]:
    """The leaf indexes that links lead to from the end of the log, oldest first."""
    last = world.ledger.recorder.head().size - 1
    while link not in _entry(world, last).previous:
        last -= 1
    found = [last]
    while (before := _entry(world, found[-1]).previous[link]) >= 0:
        found.append(before)
    return found[::-1]


def test_the_recorded_time_never_runs_back(world: World) -> None:
    """The clock of the machine is set back by three seconds: the log's time stands still until it has caught up."""
    case = world.opens_case()
    first = world.notes(case, "returned-to-unit")
    world.clock.forward(minutes=-1, seconds=-3)
    second = world.notes(case, "returned-to-unit")
    assert second.recorded_at == first.recorded_at
    world.clock.forward(minutes=1)
    assert world.notes(case, "returned-to-unit").recorded_at > first.recorded_at


def test_an_act_is_decided_again_when_the_clock_turns_the_decision(world: World) -> None:
    """A seizure six minutes ahead of the clock would be CLOCK_AHEAD. Between the decision and the lock two minutes
    pass: inside the lock it is not ahead any more, so it is decided again, and recorded without the defect."""

    def clock() -> datetime:
        world.clock.forward(minutes=2)
        return world.clock()

    draft = world.seizure(world.opens_case(), [world.item()])
    ahead = (world.clock.now + timedelta(minutes=8)).isoformat()
    ledger = Ledger(world.engine, world.log_key, world.journal_key, clock=clock)
    assert ledger.check_act(world.prepare(draft, occurred_at=ahead).act).defects[0].code == "CLOCK_AHEAD"
    assert flaws(submit(world, world.prepare(draft, occurred_at=ahead), ledger)) == {}
    ledger.close()


def test_a_dry_run_leaves_no_trace(world: World) -> None:
    """`check` decides what was signed, `check_act` what nobody has signed yet; neither writes, refused or not."""
    phone = stored(world)
    heads = [each.head() for each in (world.ledger.recorder, world.ledger.journal.recorder)]
    prepared = world.prepare(relocation(world, phone, "车场"))
    assert world.ledger.check(world.sign(prepared), disclosed(prepared)).defects == ()
    assert world.ledger.check_act(prepared.act).defects == ()
    refused = world.prepare(relocation(world, phone, "毒品库"))
    for ask in (lambda: world.ledger.check(world.sign(refused)), lambda: world.ledger.check_act(refused.act)):
        with pytest.raises(Refused, match="dual control"):
            ask()
    unsigned = world.prepare(relocation(world, phone, "车场"))
    with pytest.raises(Malformed):
        world.ledger.check(b"{}")
    assert world.ledger.check_act(unsigned.act).decide_again_at is None
    assert [each.head() for each in (world.ledger.recorder, world.ledger.journal.recorder)] == heads


def test_a_key_that_revoked_itself_still_gets_the_receipt_of_that(world: World) -> None:
    """The answer to the revocation was lost; the client sends it again with the key that signs no more."""
    key = key_id_of(public_bytes(world.key_of("周远")))
    prepared = world.prepare(
        {
            "act": "revocation", "person": world.id_of("周远"), "key": key, "reason": "superseded", "since": None,
            "signers": world.signers(holder="周远"),
        }
    )  # fmt: skip
    first = submit(world, prepared)
    assert submit(world, prepared).as_json() == first.as_json()


def test_a_sealed_value_is_corrected_by_its_commitment_and_not_disclosed_again(world: World) -> None:
    line = world.item(serial={"disclose": "SN-1"})
    first = world.prepare(world.seizure(world.opens_case(), [line]))
    seizure = submit(world, first).act
    recorded = world.ledger.memory.record(seizure)
    assert recorded is not None
    old = recorded.act.items[0].serial.sealed  # type: ignore[attr-defined]
    correction = world.prepare({
        "act": "correction", "target": seizure, "reason": "登记有误", "evidence": [],
        "signers": world.signers(author="周远", approver="高岚"),
        "changes": [{"op": "replace", "path": "/items/0/serial", "old": {"sealed": old}, "new": {"disclose": "SN-2"}}],
    })  # fmt: skip
    assert [each.value for each in correction.disclosures] == ["SN-2"]
    submit(world, correction)
    with pytest.raises(Malformed) as raised:  # each of them once, and only what the act itself seals
        world.ledger.submit(world.sign(correction), [*disclosed(correction), *disclosed(first)])
    assert raised.value.code == "malformed/disclosures"
