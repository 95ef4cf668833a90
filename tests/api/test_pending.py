"""Signing apart: an act waits for its signers, who sit elsewhere, and goes into the log with the last signature."""

from __future__ import annotations

import base64
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select

from api.conftest import SignedIn, serving
from custody.acts import PAYLOAD_TYPE
from custody.acts.values import decode, seal_commitment
from custody.authoring import Prepared
from custody.desk import Desk, pending
from custody.desk import tables as desk_tables
from custody.signing import Signature, read_envelope
from custody.signing import sign as signed_by
from custody_api import signing_apart
from submissions import body_of
from world import World

CASE = "云公(刑)诈〔2026〕0520"
Clients = Callable[[str], httpx.Client]


@contextmanager
def served(world: World, servers: int = 1) -> Iterator[list[Clients]]:
    """Servers of one ledger, each as a process would be: a call gives somebody's client of it."""
    with ExitStack() as stack:
        ledgers = [world.ledger, *(world.opened_again() for _ in range(servers - 1))]
        addresses = [stack.enter_context(serving(each)) for each in ledgers]

        def clients(address: str) -> Clients:
            return lambda name: stack.enter_context(
                httpx.Client(base_url=address, timeout=30, auth=SignedIn(world, name))
            )

        yield [clients(each) for each in addresses]
    for each in ledgers[1:]:
        each.close()


def a_seizure(world: World, *, case: str | None = None, item: dict[str, Any] | None = None) -> Prepared:
    """An act that two officers sign, with a sealed value in it."""
    return world.prepare(world.seizure(case or world.opens_case(case=CASE), [item or world.item()]))


def signature(world: World, prepared: Prepared, name: str) -> dict[str, str]:
    """Somebody's signature, made where he sits."""
    (made,) = signed_by(PAYLOAD_TYPE, prepared.payload, [world.key_of(name)])
    return {"keyid": made.key_id, "sig": base64.b64encode(made.value).decode()}


def begun(world: World, prepared: Prepared, *names: str) -> dict[str, Any]:
    """An act as ``custody act --sign-only`` writes it, with the signatures of some."""
    return body_of(prepared, prepared.signed([world.key_of(each) for each in names]))


def on_the_desk(world: World) -> list[Any]:
    """What the desk holds of disclosures."""
    desk = Desk.beside(world.ledger.engine)
    with desk.reading() as connection:
        return list(connection.scalars(select(desk_tables.pending.c.disclosures)))


def test_the_last_signature_brings_the_act_into_the_log_and_wipes_what_was_disclosed(world: World) -> None:
    prepared = a_seizure(world)
    with served(world) as [of]:
        first, second = of("周远"), of("何苗")
        put = first.post("/v1/pending", json=begun(world, prepared, "周远"))
        assert put.status_code == 201, put.text
        [waiting] = second.get("/v1/pending", params={"state": "waiting"}).json()["pending"]
        assert (waiting["id"], waiting["put_by"], waiting["state"]) == (prepared.act.id, "psb-0211", "waiting")
        assert [bool(each["signed_at"]) for each in waiting["signers"]] == [True, False]
        path = f"/v1/pending/{prepared.act.id}"
        shown = second.get(path).json()
        assert read_envelope(json.dumps(shown["envelope"]).encode()).payload == prepared.payload
        assert shown["check"] == {"outcome": "accepted", "defects": [], "problem": None}
        assert all(on_the_desk(world))
        done = second.post(f"{path}/signatures", json=signature(world, prepared, "何苗"))
        assert (done.status_code, done.json()["state"]) == (200, "recorded"), done.text
        receipt = done.json()["receipt"]
        assert receipt == world.ledger.receipt(prepared.act.id).as_json()
        assert first.get(path).json()["receipt"] == receipt
        assert first.get("/v1/pending", params={"state": "waiting"}).json()["pending"] == []
        again = second.post(f"{path}/signatures", json=signature(world, prepared, "何苗"))
        assert again.json()["receipt"] == receipt, "whoever lost the answer asks again"
        assert first.post("/v1/pending", json=begun(world, prepared, "周远")).status_code == 200
    assert on_the_desk(world) == [None]
    sealed = {decode(seal_commitment(each.salt, each.value)): each.value for each in prepared.disclosures}
    kept = world.ledger.recorder.disclosures(sealed)
    assert sealed
    assert {commitment: value for commitment, (_, value) in kept.items()} == sealed


def test_nobody_but_its_signers_learns_that_it_waits(world: World) -> None:
    prepared = a_seizure(world)
    world.is_audited()
    nothing = "019cdf51-6200-7a3c-9b1e-5d0f2c8a4e71"
    path = f"/v1/pending/{prepared.act.id}"
    with served(world) as [of]:
        of("周远").post("/v1/pending", json=begun(world, prepared, "周远"))
        for name in ("刘振", "审计员", "江检"):
            other = of(name)
            assert other.get("/v1/pending").json() == {"pending": [], "next": None}
            for method, end, body in (
                ("GET", "", None), ("GET", "?disclose=x", None), ("DELETE", "", None),
                ("POST", "/signatures", signature(world, prepared, "何苗")), ("POST", "/decline", {"reason": "不签"}),
            ):  # fmt: skip
                there, not_there = (
                    other.request(method, f"{each}{end}", json=body) for each in (path, f"/v1/pending/{nothing}")
                )
                assert there.status_code == 404, (name, method, end)
                assert there.text.replace(prepared.act.id, nothing) == not_there.text
            assert other.post("/v1/pending", json=begun(world, prepared, "周远")).json()["code"] == (
                "not-allowed/pending"
            )  # fmt: skip
        assert of("何苗").get(path).status_code == 200
        assert httpx.get(str(of("何苗").base_url) + path).status_code == 401


def test_a_false_signature_is_refused_at_once_and_changes_nothing(world: World) -> None:
    prepared = a_seizure(world)
    path = f"/v1/pending/{prepared.act.id}/signatures"
    stranger = signature(world, prepared, "刘振")
    false = {**signature(world, prepared, "何苗"), "sig": base64.b64encode(bytes(64)).decode()}
    with served(world) as [of]:
        second = of("何苗")
        wrong = begun(world, prepared, "周远")
        wrong["envelope"]["signatures"][0]["sig"] = false["sig"]
        assert of("周远").post("/v1/pending", json=wrong).json()["code"] == "untrusted/signature"
        assert second.get("/v1/pending").json()["pending"] == [], "nothing was put down"
        of("周远").post("/v1/pending", json=begun(world, prepared, "周远"))
        for given, code in (
            (false, "untrusted/signature"), (stranger, "untrusted/signature-extra"), ({}, "malformed/envelope"),
            ({**false, "more": 1}, "malformed/envelope"), ([], "malformed/envelope"),
        ):  # fmt: skip
            assert second.post(path, json=given).json()["code"] == code
        [waiting] = second.get("/v1/pending").json()["pending"]
        assert (waiting["state"], waiting["signers"][1]["signed_at"]) == ("waiting", None)


def test_what_would_be_refused_is_not_put_down_and_later_not_signed(world: World) -> None:
    line = world.item()
    prepared = a_seizure(world, item=line)
    refused = world.prepare({
        "act": "check-in", "lines": [{"item": line["code"][:16], "condition": "完好", "seal_seen": "F-1"}],
        "place": world.places["大库"], "signers": world.signers(deliverer="周远", custodian="梁静"),
    })  # fmt: skip
    with served(world) as [of]:
        first, second = of("周远"), of("何苗")
        nowhere = first.post("/v1/pending", json=begun(world, refused, "周远"))
        assert nowhere.status_code in (409, 422)
        assert first.get("/v1/pending").json()["pending"] == []
        first.post("/v1/pending", json=begun(world, prepared, "周远"))
        world.seizes(CASE, line)  # the same code, seized by another act meanwhile
        path = f"/v1/pending/{prepared.act.id}"
        check = second.get(path).json()["check"]
        assert check["outcome"] == "refused"
        signed = second.post(f"{path}/signatures", json=signature(world, prepared, "何苗"))
        assert signed.json()["code"] == check["problem"]["code"]
        assert second.get(path).json()["state"] == "waiting"


def test_what_the_ledger_turns_away_in_the_end_is_told_to_all_signers(world: World) -> None:
    """Between the last look and the submission another act came first: a crash is one way for that to happen."""
    line = world.item()
    prepared = a_seizure(world, item=line)
    with served(world) as [of]:
        of("周远").post("/v1/pending", json=begun(world, prepared, "周远"))
    desk = Desk.beside(world.ledger.engine)
    last = Signature(**_as_signature(signature(world, prepared, "何苗")))
    assert pending.sign(desk, prepared.act.id, last, world.clock.now).state == "complete"
    world.seizes(CASE, line)
    with served(world) as [of]:
        for name, tongue in (("周远", "zh"), ("何苗", "en")):
            shown = of(name).get(f"/v1/pending/{prepared.act.id}", headers={"Accept-Language": tongue}).json()
            assert (shown["state"], shown["receipt"]) == ("turned-away", None)
            problem = shown["ended"]["problem"]
            assert problem["code"].partition("/")[0] in ("refused", "stale", "untrusted", "conflict")
            assert problem["detail"].isascii() is (tongue == "en")
    assert on_the_desk(world) == [None]


def _as_signature(body: dict[str, str]) -> dict[str, Any]:
    return {"key_id": body["keyid"], "value": base64.b64decode(body["sig"])}


def test_whoever_declines_says_why_and_whoever_put_it_down_may_withdraw_it(world: World) -> None:
    one, other = a_seizure(world), a_seizure(world, case=CASE)
    with served(world) as [of]:
        first, second = of("周远"), of("何苗")
        for each in (one, other):
            first.post("/v1/pending", json=begun(world, each, "周远"))
        path = f"/v1/pending/{one.act.id}"
        for body in ({}, {"reason": ""}, {"reason": " "}, {"reason": "长" * 201}, {"reason": "不\u0000签"}, [], 7):
            assert second.post(f"{path}/decline", json=body).status_code == 400, body
        assert second.delete(path).json()["code"] == "not-allowed/withdraw"
        declined = second.post(f"{path}/decline", json={"reason": "数量与实物不符"})
        assert declined.json()["state"] == "declined"
        ended = first.get(path).json()["ended"]
        assert (ended["by"], ended["reason"], ended["problem"]) == ("psb-0347", "数量与实物不符", None)
        assert first.delete(f"/v1/pending/{other.act.id}").status_code == 204
        assert second.get(f"/v1/pending/{other.act.id}").json()["state"] == "withdrawn"
        for each in (one, other):
            late = second.post(f"/v1/pending/{each.act.id}/signatures", json=signature(world, each, "何苗"))
            assert (late.status_code, late.json()["code"]) == (409, "conflict/pending-over")
            assert second.post(f"/v1/pending/{each.act.id}/decline", json={"reason": "不签"}).status_code == 409
            assert world.ledger.recorder.find(bytes.fromhex(each.act.id.replace("-", ""))) is None
    assert on_the_desk(world) == [None, None]


def test_what_waited_too_long_expires_and_is_forgotten_in_the_end(world: World) -> None:
    prepared = a_seizure(world)
    soon = (world.clock.now + timedelta(hours=4)).isoformat()
    with served(world) as [of]:
        first, second = of("周远"), of("何苗")
        for wrong in ("2020-01-01T00:00:00+08:00", "2036-01-01T00:00:00+08:00", "soon", 7, None):
            answer = first.post("/v1/pending", json={**begun(world, prepared, "周远"), "expires_at": wrong})
            assert (answer.status_code, answer.json()["code"]) == (400, "malformed/pending"), wrong
        first.post("/v1/pending", json={**begun(world, prepared, "周远"), "expires_at": soon})
        world.clock.forward(hours=4)
        path = f"/v1/pending/{prepared.act.id}"
        assert second.get(path).json()["state"] == "expired"
        assert second.get("/v1/pending", params={"state": "waiting"}).json()["pending"] == []
        assert second.post(f"{path}/signatures", json=signature(world, prepared, "何苗")).status_code == 409
    desk = Desk.beside(world.ledger.engine)
    assert all(on_the_desk(world)), "nobody has looked after it yet"
    pending.sweep(desk, world.clock.now)
    assert on_the_desk(world) == [None]
    pending.sweep(desk, world.clock.now + pending.KEPT)
    assert on_the_desk(world) == []


def test_sealed_values_are_shown_to_who_may_open_them_and_the_journal_says_so_first(world: World) -> None:
    prepared = world.prepare(world.draw(world.opens_case(case=CASE)))
    path = f"/v1/pending/{prepared.act.id}"
    with served(world) as [of]:
        officer, medic = of("周远"), of("唐敏")
        assert officer.post("/v1/pending", json=begun(world, prepared, "周远")).status_code == 201
        assert officer.get(path).json()["disclosed"] is None
        assert medic.get(path).status_code == 200
        assert medic.get(path, params={"disclose": "核对"}).json()["code"] == "not-allowed/sealed"
        shown = officer.get(path, params={"disclose": "核对"}).json()["disclosed"]
    assert sorted(shown.values()) == sorted(each.value for each in prepared.disclosures)
    [line] = [each for each in world.ledger.journal.read(0, 1_000) if each.kind == "view"]
    assert (line.by, line.code, line.detail["act"]) == ("psb-0211", "view/pending", prepared.act.id)


# -- two processes, and a process that dies


def test_two_who_sign_last_at_two_processes_at_once_record_it_once(world: World) -> None:
    """Each brings one of the two signatures that are missing; whoever comes second completes it."""
    case = world.opens_case(case=CASE)
    acts = []
    for _ in range(6):
        line = world.item()
        draft = world.seizure(case, [line])
        draft["signers"] = world.signers(officer="周远", second=["何苗"])
        acts.append(world.prepare(draft))
    with served(world, servers=2) as [here, there]:
        first, second = here("周远"), there("何苗")
        for prepared in acts:
            together = threading.Barrier(2)

            def bring(client: httpx.Client, body: Any, together: threading.Barrier = together) -> httpx.Response:
                together.wait()
                return client.post("/v1/pending", json=body)

            with ThreadPoolExecutor(2) as threads:
                answers = list(threads.map(bring, (first, second), [
                    begun(world, prepared, "周远"), begun(world, prepared, "何苗"),
                ]))  # fmt: skip
            assert sorted(each.status_code for each in answers) == [200, 201], [each.text for each in answers]
            assert first.get(f"/v1/pending/{prepared.act.id}").json()["state"] == "recorded"
    assert len({world.ledger.receipt(each.act.id).index for each in acts}) == len(acts)


def test_a_crash_before_the_last_signature_is_durable_leaves_it_waiting(world: World) -> None:
    prepared = a_seizure(world)
    with served(world) as [of]:
        of("周远").post("/v1/pending", json=begun(world, prepared, "周远"))
    desk = Desk.beside(world.ledger.engine)
    last = Signature(**_as_signature(signature(world, prepared, "何苗")))

    def dies(_: Any) -> None:
        raise KeyboardInterrupt

    event.listen(desk.engine, "commit", dies)
    with pytest.raises(KeyboardInterrupt):
        pending.sign(desk, prepared.act.id, last, world.clock.now)
    event.remove(desk.engine, "commit", dies)
    assert pending.find(desk, prepared.act.id, world.clock.now).signed_at.keys() == {world.key_id("周远")}
    assert pending.completed(desk) == []
    with served(world) as [of]:
        path = f"/v1/pending/{prepared.act.id}/signatures"
        answer = of("何苗").post(path, json=signature(world, prepared, "何苗"))
        assert answer.json()["state"] == "recorded"


@pytest.mark.parametrize("recorded", [False, True], ids=["before the log had it", "after the log had it"])
def test_a_crash_after_the_last_signature_is_mended_by_the_next_process(world: World, recorded: bool) -> None:
    prepared = a_seizure(world)
    with served(world) as [of]:
        of("周远").post("/v1/pending", json=begun(world, prepared, "周远"))
    desk = Desk.beside(world.ledger.engine)
    last = Signature(**_as_signature(signature(world, prepared, "何苗")))
    complete = pending.sign(desk, prepared.act.id, last, world.clock.now)
    assert (complete.state, pending.completed(desk)) == ("complete", [prepared.act.id])
    first = world.ledger.submit(complete.envelope, complete.disclosures) if recorded else None
    with served(world) as [of]:
        shown = of("何苗").get(f"/v1/pending/{prepared.act.id}").json()
    assert shown["state"] == "recorded"
    assert shown["receipt"] == world.ledger.receipt(prepared.act.id).as_json()
    assert first is None or first.as_json() == shown["receipt"]
    assert on_the_desk(world) == [None]


def test_a_ledger_that_cannot_write_now_leaves_it_complete_until_it_can(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, prepared = sqlite_world, a_seizure(sqlite_world)
    monkeypatch.setattr(signing_apart, "LOOKS_EVERY_SECONDS", 0.05)
    path = f"/v1/pending/{prepared.act.id}"
    with served(world) as [of]:
        second = of("何苗")
        of("周远").post("/v1/pending", json=begun(world, prepared, "周远"))
        with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            answer = second.post(f"{path}/signatures", json=signature(world, prepared, "何苗"))
        assert (answer.status_code, answer.json()["state"]) == (200, "complete"), answer.text
        states = (second.get(path).json()["state"] for _ in range(200))
        assert "recorded" in states
