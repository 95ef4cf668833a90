"""`custody.client` against a real server: what it believes, what it tries again, and who works by it."""

from __future__ import annotations

import base64
import itertools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from api.conftest import serving
from between import LOST_AFTER, LOST_BEFORE, Between, between
from custody.acts.receipt import Receipt
from custody.authoring import Disclosed, new_act_id, prepare
from custody.client import Client, Step
from custody.errors import (
    CustodyError,
    Malformed,
    NotFound,
    NotSignedIn,
    TooMany,
    Unavailable,
    Untrusted,
)
from custody.signing import key_id_of, public_bytes
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.merkle import leaf_hash
from custody.tlog.note import Signer
from custody.tlog.proof import TlogProof
from submissions import a_case
from world import CST, World

CASE = "云公(刑)诈〔2026〕0520"
Sent = tuple[bytes, tuple[Disclosed, ...]]


def a_submission(world: World, case: str = CASE) -> Sent:
    """A case-opening as the client sends it: it depends on no other act."""
    return json.dumps(a_case(world, case)["envelope"]).encode(), ()


@contextmanager
def clients(world: World, **more: Any) -> Iterator[tuple[Between, Callable[[str], Client]]]:
    """A server with somebody between; a call gives a client that signs in with somebody's key."""
    with serving(world.ledger) as address, between(address) as way:
        yield way, lambda name: Client(
            way.url, [world.log_key.verifier], key=world.key_of(name), clock=world.clock, sleep=lambda _: None, **more
        )


# -- believing


def in_receipt(**changed: Callable[[Any], Any]) -> Callable[[str, bytes], bytes]:
    """Change members of every receipt."""

    def change(path: str, body: bytes) -> bytes:
        if path != "/v1/acts":
            return body
        receipt = json.loads(body)
        return json.dumps({name: changed.get(name, lambda value: value)(receipt[name]) for name in receipt}).encode()

    return change


def signed_anew(proof: str, signer: Signer, size: int | None = None, root: bytes | None = None) -> str:
    """A proof whose checkpoint says what a liar wants, under his signature."""
    parsed = TlogProof.parse(proof)
    head = Checkpoint.parse(parsed.checkpoint.partition("\n\n")[0] + "\n")
    lie = Checkpoint(signer.name, head.size if size is None else size, root or head.root).signed(signer)
    return str(TlogProof(0 if size == 1 else parsed.index, () if size == 1 else parsed.path, lie))


def truncated(proof: str) -> str:
    parsed = TlogProof.parse(proof)
    return str(TlogProof(parsed.index, parsed.path[:-1], parsed.checkpoint))


def with_other_time(entry: str) -> str:
    return base64.b64encode(base64.b64decode(entry).replace(b'"2026-', b'"2025-')).decode()


LIES: dict[str, tuple[str, Callable[[World, dict[str, Any]], Callable[[str, bytes], bytes]]]] = {
    "a truncated proof": ("untrusted/inclusion-proof", lambda world, _: in_receipt(proof=truncated)),
    "another leaf index": ("untrusted/inclusion-proof", lambda world, _: in_receipt(
        proof=lambda proof: proof.replace("\nindex ", "\nindex 1", 1)
    )),
    "an altered entry": ("untrusted/inclusion-proof", lambda world, _: in_receipt(entry=with_other_time)),
    "a root nobody signed": ("untrusted/note-signature", lambda world, _: in_receipt(
        proof=lambda proof: proof.replace(TlogProof.parse(proof).checkpoint.split("\n")[2], "A" * 43 + "=", 1)
    )),
    "a log under another key": ("untrusted/note-unsigned", lambda world, _: in_receipt(
        proof=lambda proof: signed_anew(proof, Signer("custody.example/other", world.journal_key.private_key))
    )),
    "another act's entry": ("untrusted/receipt", lambda world, earlier: in_receipt(
        entry=lambda _: earlier["entry"], proof=lambda _: earlier["proof"]
    )),
    "no entry": ("malformed/receipt", lambda world, _: in_receipt(entry=lambda _: 7)),
    "no receipt": ("unavailable/server", lambda world, _: lambda path, body: b"[" if path == "/v1/acts" else body),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_server_is_not_believed(sqlite_world: World, lie: str) -> None:
    world = sqlite_world
    code, tell = LIES[lie]
    with clients(world) as (way, of):
        client = of("周远")
        earlier = client.submit(*a_submission(world, "云公(刑)诈〔2026〕0001"))
        sent = a_submission(world)
        way.change = tell(world, earlier.as_json())
        with pytest.raises(CustodyError) as doubted:
            client.submit(*sent)
        assert doubted.value.code in (code, "malformed/proof")
        way.change = lambda path, body: body
        honest = client.submit(*sent)
    assert honest.duplicate, "it was recorded all the same"
    assert honest.as_json() == world.ledger.receipt(honest.act).as_json()


def test_an_operator_who_shows_two_logs_is_found_out_by_the_checkpoint_that_was_kept(sqlite_world: World) -> None:
    """The fork is signed with the real key of the log, and the proof in it holds: only the past contradicts it."""
    world = sqlite_world

    def forked(path: str, body: bytes) -> bytes:
        if path != "/v1/acts":
            return body
        receipt = json.loads(body)
        root = leaf_hash(base64.b64decode(receipt["entry"]))
        return json.dumps({**receipt, "proof": signed_anew(receipt["proof"], world.log_key, 1, root)}).encode()

    with clients(world) as (way, of):
        first = of("周远")
        first.seen()
        kept = first.checkpoint
    with clients(world, checkpoint=kept) as (way, of):
        way.change = forked
        with pytest.raises(Untrusted) as doubted:
            of("周远").submit(*a_submission(world))
        assert doubted.value.code == "untrusted/consistency-proof"
    with clients(world) as (way, of):
        way.change = forked
        assert of("周远").submit(*a_submission(world, CASE + "-2")).index == 0, "who kept nothing sees nothing"


def test_a_client_follows_a_log_over_many_tiles_and_also_believes_older_checkpoints(sqlite_world: World) -> None:
    world = sqlite_world
    acts = [a_submission(world, f"云公(刑)诈〔2026〕{number:04}") for number in range(270)]
    with clients(world) as (_, of):
        client = of("周远")
        first = client.submit(*acts[0])
        receipts = list(client.submit_many(acts))
        assert all(isinstance(each, Receipt) for each in receipts)
        assert [each.position for each in receipts if isinstance(each, Receipt)] == list(
            range(first.position, first.position + 270)
        )
        assert client.submit(*acts[3]).as_json() == world.ledger.receipt(receipts[3].act).as_json()
        assert client.proof(first.act).entry == first.entry
        with pytest.raises(NotFound):
            client.proof(new_act_id(1, os.urandom(10)))


def test_the_same_payload_signed_again_gets_the_receipt_of_what_stands_in_the_log(sqlite_world: World) -> None:
    """The second envelope is not the one that the entry names, since its signatures stand the other way round."""
    world = sqlite_world
    prepared = world.prepare(world.seizure(world.opens_case(case=CASE), [world.item()]))
    keys = [world.key_of("周远"), world.key_of("何苗")]
    with clients(world) as (_, of):
        client = of("周远")
        once = client.submit(prepared.signed(keys), prepared.disclosures)
        again = client.submit(prepared.signed(keys[::-1]), prepared.disclosures)
    assert (again.duplicate, again.entry) == (True, once.entry)


# -- trying again


@pytest.mark.parametrize("trouble", [
    [LOST_BEFORE], [LOST_AFTER], [(503, {"Retry-After": "7"})], [(429, {"Retry-After": "7"})], [(502, {})],
    [LOST_AFTER, (503, {}), LOST_BEFORE, LOST_AFTER],
], ids=str)  # fmt: skip
def test_what_was_lost_or_put_off_is_sent_again_and_recorded_once(sqlite_world: World, trouble: list[Any]) -> None:
    world, waited = sqlite_world, list[float]()
    before = world.ledger.recorder.head().size
    with serving(world.ledger) as address, between(address) as way:
        client = Client(
            way.url, [world.log_key.verifier], key=world.key_of("周远"), clock=world.clock, sleep=waited.append
        )
        client.sign_in()
        way.troubles = list(trouble)
        receipt = client.submit(*a_submission(world))
        assert receipt.position == before + 1
        assert receipt.duplicate == (LOST_AFTER in trouble)
        way.troubles = list(trouble)
        many = [a_submission(world, f"云公(刑)诈〔2026〕000{number}") for number in range(3)]
        assert [each.position for each in client.submit_many(many) if isinstance(each, Receipt)] == [
            before + 2, before + 3, before + 4,
        ]  # fmt: skip
    assert world.ledger.recorder.head().size == before + 4
    assert len(waited) == 2 * len(trouble)
    assert all(each >= 7 for each in waited) or "7" not in str(trouble)


def test_a_server_that_stays_away_is_given_up_after_a_few_attempts(sqlite_world: World) -> None:
    with clients(sqlite_world) as (way, of):
        client = of("周远")
        client.sign_in()
        way.asked.clear()
        way.troubles = [LOST_BEFORE] * 9
        with pytest.raises(Unavailable):
            client.seen()
        assert len(way.asked) == 5
        way.troubles = [(429, {"Content-Type": "text/plain"})] * 5
        with pytest.raises((Unavailable, TooMany)):
            client.seen()
        way.troubles = [(302, {"Location": "http://127.0.0.1:1/log/checkpoint"})]
        with pytest.raises(Unavailable) as led_away:
            client.seen()
        assert "302" in led_away.value.sentence


def test_a_lost_sign_in_is_made_anew_and_a_session_that_ended_is_begun_again(sqlite_world: World) -> None:
    world = sqlite_world
    with clients(world) as (way, of):
        client = of("周远")
        way.troubles = [LOST_AFTER, LOST_BEFORE]
        client.sign_in()
        world.clock.forward(hours=9)
        way.asked.clear()
        assert client.read("/v1/session")["person"] == "psb-0211"
        assert [each.partition("?")[0] for each in way.asked] == [
            "GET /v1/session", "POST /v1/session", "GET /v1/session",
        ]  # fmt: skip
        client.sign_out()
        with pytest.raises(NotSignedIn):
            Client(way.url).seen()
        assert Client(way.url, token="x" * 43, key=world.key_of("何苗"), clock=world.clock).read("/v1/session")[
            "person"
        ] == "psb-0347"  # fmt: skip


def test_many_acts_each_get_their_receipt_or_their_own_refusal(sqlite_world: World) -> None:
    world = sqlite_world
    sound = a_submission(world)
    other = json.loads(sound[0])
    other["signatures"][0]["sig"] = base64.b64encode(bytes(64)).decode()
    with clients(world) as (_, of):
        answers = list(of("周远").submit_many([sound, (json.dumps(other).encode(), ()), sound]))
    assert isinstance(answers[0], Receipt)
    assert isinstance(answers[1], Untrusted)
    assert isinstance(answers[2], Receipt)
    assert answers[0].entry == answers[2].entry


# -- following


def test_a_feed_that_is_cut_off_again_and_again_is_followed_whole(sqlite_world: World) -> None:
    world = sqlite_world
    world.checks_in(world.seizes(world.opens_case(case=CASE), world.item()))
    head = world.ledger.recorder.head().size
    with clients(world) as (way, of):
        client = of("江检")
        by_page = list(client.feed())
        way.cut = 4_000
        streamed = list(itertools.takewhile(lambda step: step.position < head, client.follow()))
        assert sum("stream" in each for each in way.asked) > 2
        assert streamed == [step for step in by_page if step.position < head]
        middle = by_page[len(by_page) // 2].position
        assert list(client.feed(middle)) == [step for step in by_page if step.position > middle]
        assert list(client.feed(head)) == []
        way.change = lambda path, body: body.replace(b'"position":', b'"position":-') if "feed" in path else body
        with pytest.raises(Malformed):
            list(client.feed())


# -- a procuratorate's own system


def test_the_system_of_a_procuratorate_works_by_the_client_alone(world: World) -> None:
    """It signs in by its own key, follows what is offered to it, has the prosecutor answer, and pulls the case."""
    mine, other = world.seizes(world.opens_case(case=CASE), world.item(), world.item(description="账本"))
    world.checks_in([mine, other])
    elsewhere = world.opens_case(case="云公(刑)盗〔2026〕0007")
    foreign = world.seizes(elsewhere, world.item())
    system, public = "pro-system", world.new_key("pro-system")
    world.act({
        "act": "enrolment", "person": system, "subject": "system", "name": {"disclose": "检察业务系统"},
        "agency": "pro-yunling", "public_key": public, "kind": "file", "evidence": "接入协议",
        "signers": world.signers(administrator="pro-yunling-admin", subject=system, confirmer="高岚"),
    })  # fmt: skip
    world.act({
        "act": "person", "person": system, "add": [{"capacity": "system"}], "end": [], "places_added": [],
        "places_ended": [], "unit": None, "left": False, "signers": world.signers(administrator="pro-yunling-admin"),
    })  # fmt: skip
    with serving(world.ledger) as address:
        client = Client(
            address, [world.log_key.verifier], key=world.keys[system], clock=world.clock, sleep=lambda _: None
        )
        session = client.read("/v1/session")
        assert (session["person"], session["agency"], session["capacities"]) == (system, "pro-yunling", ["system"])
        client.seen()
        assert list(client.members("/v1/items", "items")) == []
        position = [step.position for step in client.feed()][-1]
        manifest = world.offers([mine])
        offer = next(step for step in client.follow(position) if step.event)
        assert isinstance(offer, Step)
        assert offer.event is not None
        assert (offer.event["data"]["type"], f"manifest:{manifest}" in offer.event["data"]["subjects"]) == (
            "offer", True,
        )  # fmt: skip
        assert client.proof(offer.event["id"]).position == offer.position, "what the feed says stands in the log"
        [waiting] = client.members("/v1/manifests", "manifests", waits_for="pro-yunling")
        assert waiting["manifest"] == manifest
        receipt = client.submit(*answered(world, client, manifest, mine))
        assert receipt.defects == ()
        assert client.read(f"/v1/items/{mine}")["control"]["agency"] == "pro-yunling"
        case = client.read(f"/v1/cases/{CASE}")
        assert case["case"] == CASE
        pulled = {each["item"]: each for each in client.members(f"/v1/cases/{CASE}/items", "items", limit=1)}
        assert pulled.keys() == {mine, other}
        for item in pulled:
            for act in client.read(f"/v1/items/{item}/history")["acts"]:
                assert client.proof(act["act"]).position == act["position"]
        for unknown in (f"/v1/items/{foreign[0]}", f"/v1/cases/{elsewhere}", f"/v1/items/{world.code()[:16]}"):
            with pytest.raises(NotFound):
                client.read(unknown)
        answer = [step.event["data"]["act"] for step in client.feed(offer.position) if step.event]
        assert answer == [receipt.act]


def answered(world: World, client: Client, manifest: str, item: str) -> Sent:
    """The prosecutor accepts, at his own machine, over what the client saw."""
    key = world.key_of("江检")
    prepared = prepare(
        {
            "act": "answer", "manifest": manifest, "to": None, "occurred_at": world.clock.now.isoformat(),
            "lines": [{"item": item, "moves": "control", "decision": "accepted", "viewed": "list"}],
            "signers": [{"part": "receiver", "person": "pro-11"}],
        },
        act_id=new_act_id(int(world.clock.now.timestamp() * 1000), os.urandom(10)), ledger=client.origin,
        seen=client.seen(), keys={"pro-11": key_id_of(public_bytes(key))}, salts=lambda: os.urandom(32),
    )  # fmt: skip
    assert world.clock.now.tzinfo is CST
    return prepared.signed([key]), prepared.disclosures
