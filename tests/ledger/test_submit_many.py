"""Many acts at once, and several processes on one ledger."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from custody.authoring import Prepared
from custody.errors import CustodyError, Refused, Stale
from custody.ledger.ledger import Ledger, Outcome, Receipt, Submission
from telling import holder
from world import World, disclosed


@pytest.fixture
def other(world: World) -> Iterator[Ledger]:
    """The same ledger as a second process has it: with a memory of its own."""
    ledger = world.opened_again()
    yield ledger
    ledger.close()


def submission(world: World, draft: dict[str, Any], **header: Any) -> Submission:
    """A signed act on its way; a minute passes."""
    prepared = world.prepare(draft, **header)
    world.clock.forward(minutes=1)
    return signed(world, prepared)


def signed(world: World, prepared: Prepared) -> Submission:
    """Sign what was prepared."""
    return Submission(world.sign(prepared), disclosed(prepared))


def check_in(world: World, item: str, **fields: Any) -> dict[str, Any]:
    """A check-in of an item that may not be recorded yet, with no seal on it."""
    return {
        "act": "check-in", "place": world.places["大库"],
        "lines": [{"item": item, "condition": "完好", "seal_seen": "none"}],
        "signers": world.signers(deliverer="周远", custodian="梁静"), **fields,
    }  # fmt: skip


def relocation(world: World, item: str, to: str, by: str = "梁静", **fields: Any) -> dict[str, Any]:
    """A relocation."""
    return {
        "act": "relocation", "to": world.places[to], "reason": "调整库位",
        "lines": [{"item": item, "condition": "完好", "seal_seen": "none"}],
        "signers": world.signers(custodian=by), **fields,
    }  # fmt: skip


def codes(outcomes: list[Outcome]) -> list[str]:
    """“recorded”, or the code of what went wrong."""
    return ["recorded" if isinstance(each, Receipt) else each.code for each in outcomes]


def test_acts_that_depend_on_each_other_travel_in_one_batch(world: World) -> None:
    """A case, its seizure, its check-in, its relocation: one file of an import, in order."""
    item = world.item(seal=None)
    name = item["code"][:16]
    case = "云公(刑)〔2026〕7"
    opening = {
        "act": "case-opening", "case": case, "kind": "criminal", "lead": "psb-yunling", "officers": ["psb-0211"],
        "legal_reviewer": None, "incident": None, "intake": None, "minor": False,
        "signers": world.signers(officer="周远"),
    }  # fmt: skip
    seizing = submission(world, opening), submission(world, world.seizure(case, [item]))
    stored = world.prepare(check_in(world, name))
    world.clock.forward(minutes=1)
    moved = submission(world, relocation(world, name, "车场", follows=[stored.act.id]))
    outcomes = world.ledger.submit_many([*seizing, signed(world, stored), moved])
    assert codes(outcomes) == ["recorded", "recorded", "stale", "awaits/" + stored.act.id]
    # what the signers had not seen is stale in a batch as it is alone; after looking, the rest goes through
    again = world.prepare(check_in(world, name))
    world.clock.forward(minutes=1)
    moved = submission(world, relocation(world, name, "车场", follows=[again.act.id]))
    assert codes(world.ledger.submit_many([signed(world, again), moved])) == ["recorded", "recorded"]
    assert holder(world, name) == world.places["车场"]


def test_one_bad_act_stops_no_other(world: World) -> None:
    """Forged, refused, malformed, stale, twice: each gets its own answer, in order, and the good ones receipts."""
    case = world.opens_case()
    drafts = [world.seizure(case, [world.item()]) for _ in range(4)]
    good = [submission(world, draft) for draft in drafts]
    no_case = submission(world, world.seizure("云公(刑)〔2026〕0", [world.item()]))
    forged = Submission(good[3].envelope.replace(b'"sig":"', b'"sig":"AAAA', 1), good[3].disclosures)
    bare = Submission(good[3].envelope)
    reused = submission(world, world.seizure(case, [world.item(code=drafts[0]["items"][0]["code"])]))
    batch = [good[0], forged, good[1], no_case, Submission(b"{"), good[0], bare, reused, good[2]]
    outcomes = world.ledger.submit_many(batch)
    assert codes(outcomes) == [
        "recorded", "untrusted/signature", "recorded", "refused/no-case", "malformed/envelope", "recorded",
        "malformed/disclosures", "refused/code-used", "recorded",
    ]  # fmt: skip
    first, again = outcomes[0], outcomes[5]
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert (again.duplicate, again.as_json()) == (True, first.as_json())
    assert [line.code for line in world.ledger.journal.read()] == ["refused/no-case", "refused/code-used"]


def test_a_key_that_is_revoked_within_a_batch_signs_no_more_in_it(world: World) -> None:
    """The revocation stands before the seizure: what comes after it in the same batch is not trusted."""
    case = world.opens_case()
    before, after = (submission(world, world.seizure(case, [world.item()])) for _ in range(2))
    revocation = submission(
        world,
        {
            "act": "revocation", "person": "psb-0347", "key": world.key_id("何苗"), "reason": "lost", "since": None,
            "signers": world.signers(administrator="psb-admin"),
        },
    )  # fmt: skip
    outcomes = world.ledger.submit_many([before, revocation, after])
    assert codes(outcomes) == ["recorded", "recorded", "untrusted/revoked-key"]


def test_a_batch_may_have_its_signatures_verified_elsewhere_but_not_waved_through(world: World) -> None:
    """What the other processes deny is asked again here."""
    case = world.opens_case()
    batch = [submission(world, world.seizure(case, [world.item()])) for _ in range(3)]
    outcomes = world.ledger.submit_many(batch, verify=lambda opened, facts: lambda: [True, False, True])
    assert codes(outcomes) == ["recorded"] * 3
    assert world.ledger.submit_many([]) == []


def test_two_processes_see_each_others_acts(world: World, other: Ledger) -> None:
    """The phone goes back and forth between two machines; each decides on what the other has recorded."""
    (phone,) = world.seizes(world.opens_case(), world.item(seal=None))
    for ledger, draft in (
        (other, check_in(world, phone)),
        (world.ledger, relocation(world, phone, "车场")),
        (other, relocation(world, phone, "大库", by="郑宏")),
        (world.ledger, relocation(world, phone, "车场")),
    ):
        each = submission(world, draft)
        ledger.submit(each.envelope, each.disclosures)
    assert [one.holder.id for one in world.facts(phone).custody][1:] == [
        world.places[name] for name in ("大库", "车场", "大库", "车场")
    ]


def test_a_second_process_refuses_on_what_stands_in_the_log_not_on_what_it_remembers(
    world: World, other: Ledger
) -> None:
    """The other machine remembers that the case does not exist; by now it does. And it remembers a key as live that
    was revoked here a second ago."""
    refused = submission(world, world.seizure("云公(刑)诈〔2026〕0520", [world.item()]))
    with pytest.raises(Refused):
        other.submit(refused.envelope, refused.disclosures)
    world.opens_case()
    seizing = submission(world, world.seizure("云公(刑)诈〔2026〕0520", [world.item()]))
    other.submit(seizing.envelope, seizing.disclosures)
    late = submission(world, world.seizure("云公(刑)诈〔2026〕0520", [world.item()]))
    world.revokes("何苗")
    with pytest.raises(CustodyError) as raised:
        other.submit(late.envelope, late.disclosures)
    assert raised.value.code == "untrusted/revoked-key"


def test_two_custodians_at_once_move_an_item_once(world: World, other: Ledger) -> None:
    """Both looked at the same head and both sign a relocation; in every round one is recorded and one is stale."""
    (phone,) = world.seizes(world.opens_case(), world.item(seal=None))
    world.checks_in([phone])
    for _ in range(10):
        both = [
            (world.ledger, signed(world, world.prepare(relocation(world, phone, "车场")))),
            (other, signed(world, world.prepare(relocation(world, phone, "大库", by="郑宏")))),
        ]
        world.clock.forward(minutes=1)
        with ThreadPoolExecutor(2) as pool:
            ends = list(pool.map(_outcome, both))
        assert sorted(type(end).__name__ for end in ends) == ["Receipt", "Stale"]
        receipt, stale = sorted(ends, key=lambda end: isinstance(end, Stale))
        assert isinstance(receipt, Receipt)
        assert isinstance(stale, Stale)
        assert stale.fields["act"] == receipt.act


def _outcome(asked: tuple[Ledger, Submission]) -> Receipt | CustodyError:
    ledger, each = asked
    try:
        return ledger.submit(each.envelope, each.disclosures)
    except CustodyError as error:
        return error


def test_nothing_is_lost_when_several_threads_and_processes_write(world: World, other: Ledger) -> None:
    """Forty seizures from four threads over two processes, some sent twice: forty acts, each proved where it says."""
    case = world.opens_case()
    sent = [submission(world, world.seizure(case, [world.item()])) for _ in range(40)]
    asked = [((world.ledger, other)[index % 2], each) for index, each in enumerate([*sent, *sent[::4]])]
    random.Random(3).shuffle(asked)
    before = world.ledger.recorder.head().size
    with ThreadPoolExecutor(4) as pool:
        receipts = [end for end in pool.map(_outcome, asked) if isinstance(end, Receipt)]
    assert len(receipts) == len(asked)
    assert sorted({each.index for each in receipts}) == list(range(before, before + 40))
    assert {each.act: each.index for each in receipts} == {
        each.act: world.ledger.receipt(each.act).index for each in receipts
    }
