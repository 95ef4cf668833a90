"""Webhooks: signed, at least once, in log order, with what each subscriber may see, and nothing to whom it must not."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from api.conftest import SignedIn, client_of, serving
from api.test_feed_processes import server, token
from custody import keyfile
from custody.desk import Desk, subscriptions
from custody.desk.subscriptions import LEASE, MOST, ROTATES_FOR
from custody.registers import Registers
from custody.registers.following import REGISTERS
from custody_api.operation import Operation
from custody_api.webhooks import AT_ONE_TIME, LONGEST_WAIT, TRIES, Webhooks
from listening import Web, web_server
from processes import SECONDS, until
from sending import HERE
from world import World

OPEN = Operation(networks=HERE, figures="loopback")
SENDING = Path(__file__).resolve().parents[1] / "sending.py"


@pytest.fixture
def hook() -> Iterator[Web]:
    """An address that takes webhooks."""
    with web_server() as server:
        yield server


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """A founded ledger whose clock stands at this moment, since receivers turn away what was signed at another."""
    made = World(database_url, begins=datetime.now(UTC) - timedelta(days=2))
    made.is_audited()
    made.clock.now = datetime.now(UTC)
    yield made
    made.close()


def subscribed(client: httpx.Client, url: str, **fields: Any) -> dict[str, Any]:
    answer = client.post("/v1/subscriptions", json={"url": url, **fields})
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return dict(answer.json())


def state(client: httpx.Client, made: dict[str, Any]) -> dict[str, Any]:
    return dict(client.get(f"/v1/subscriptions/{made['subscription']}").json())


def events(web: Web) -> list[dict[str, Any]]:
    return [json.loads(each.body) for each in web.posted]


def positions(web: Web) -> list[int]:
    return [each["data"]["position"] for each in events(web)]


def test_acts_are_sent_as_the_feed_has_them_and_receivers_verify_them(world: World, hook: Web) -> None:
    with client_of(world, "审计员", OPEN) as client:
        made = subscribed(client, f"{hook.url}/in?x=1")
        taken = world.seizes(world.opens_case(), world.item())
        last = world.checks_in(taken).position
        until(lambda: state(client, made)["position"] == last)
        shown = client.get("/v1/feed", params={"after": made["position"]}).json()["events"]
        assert events(hook) == shown != []
        for each in hook.posted:
            assert each.path == "/in?x=1"
            assert each.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
            assert Webhook(made["secret"]).verify(each.body, each.headers) == json.loads(each.body)
            with pytest.raises(WebhookVerificationError):
                Webhook(made["secret"]).verify(each.body + b" ", each.headers)
        assert len({each.headers["webhook-id"] for each in hook.posted}) == len(hook.posted)
        assert state(client, made) == {
            "subscription": made["subscription"], "url": f"{hook.url}/in?x=1", "made_at": made["made_at"],
            "position": last, "state": "active", "ended": None, "failing": None, "dead_letters": 0,
        }  # fmt: skip


def test_while_a_secret_is_rotated_both_sign_and_then_the_new_one_alone(world: World, hook: Web) -> None:
    with client_of(world, "审计员", OPEN) as client:
        made = subscribed(client, hook.url)
        answer = client.post(f"/v1/subscriptions/{made['subscription']}/secret")
        fresh = answer.json()["secret"]
        assert fresh != made["secret"]
        assert made["secret"] not in answer.text + client.get("/v1/subscriptions").text
        world.opens_case()
        until(lambda: hook.posted)
        for secret in (fresh, made["secret"]):
            Webhook(secret).verify(hook.posted[0].body, hook.posted[0].headers)
        world.clock.forward(seconds=ROTATES_FOR.total_seconds())
        with client_of(world, "审计员", OPEN):
            world.opens_case(case="云公(刑)诈〔2026〕0777")
            until(lambda: len(hook.posted) == 2)
        assert hook.posted[1].headers["webhook-signature"].count("v1,") == 1


def test_what_fails_holds_back_what_follows_and_is_tried_again_later_each_time(world: World, hook: Web) -> None:
    hook.answers = [(500, b""), (302, b""), (404, b"")]
    with client_of(world, "审计员", OPEN) as client:
        made = subscribed(client, hook.url)
        last = world.checks_in(world.seizes(world.opens_case(), world.item())).position
        first = made["position"] + 1
        for tries, wait in ((1, 5), (2, 10), (3, 20)):
            until(lambda tries=tries: (state(client, made)["failing"] or {"tries": 0})["tries"] == tries)
            found = state(client, made)
            again = datetime.fromisoformat(found["failing"]["again_at"])
            assert (found["state"], found["position"]) == ("failing", made["position"])
            assert again - world.clock() == timedelta(seconds=wait)
            client.get("/v1/feed", params={"at_least": last})
            figures = client.get("/metrics").text
            assert "custody_feed_lag_entries 0.0" in figures
            assert f"custody_webhook_lag_entries {last - made['position']}.0" in figures
            assert 'custody_webhook_subscriptions{state="failing"} 1.0' in figures
            world.clock.forward(seconds=wait)
        until(lambda: state(client, made)["position"] == last)
        assert positions(hook) == [first, first, first, *range(first, last + 1)]
        assert len({each.headers["webhook-id"] for each in hook.posted[:4]}) == 1, "it is known by its id"
        assert all(each.path == "/" for each in hook.posted), "no redirect is followed"


def test_what_fails_too_often_is_put_aside_seen_and_sent_again_when_asked_for(world: World, hook: Web) -> None:
    hook.answers = [(503, b"")] * TRIES
    with client_of(world, "审计员", OPEN) as client:
        made = subscribed(client, hook.url)
        at = f"/v1/subscriptions/{made['subscription']}"
        last = world.checks_in(world.seizes(world.opens_case(), world.item())).position
        dead = made["position"] + 1
        for tries in range(1, TRIES):
            until(lambda tries=tries: (state(client, made)["failing"] or {"tries": 0})["tries"] == tries)
            world.clock.forward(seconds=LONGEST_WAIT.total_seconds())
        until(lambda: state(client, made)["position"] == last)
        assert positions(hook) == [dead] * TRIES + list(range(dead + 1, last + 1))
        [letter] = client.get(f"{at}/dead-letters").json()["dead_letters"]
        assert (letter["position"], letter["tries"], letter["error"]) == (dead, TRIES, "status 503")
        assert state(client, made)["dead_letters"] == 1
        figures = client.get("/metrics").text
        assert "custody_webhook_dead_letters 1.0" in figures
        assert 'custody_webhook_deliveries_total{outcome="dead"} 1.0' in figures
        assert client.post(f"{at}/replay", params={"position": last}).json()["code"] == "not-found/dead-letter"
        assert client.post(f"{at}/replay", params={"position": dead}).json() == {"replayed": 1}
        until(lambda: state(client, made)["dead_letters"] == 0)
        assert positions(hook)[-1] == dead
        assert hook.posted[-1].headers["webhook-id"] == hook.posted[0].headers["webhook-id"]
        assert state(client, made)["position"] == last


def test_each_subscriber_is_sent_what_he_may_see(world: World, hook: Web) -> None:
    with client_of(world, "钱法官", OPEN) as client:
        made = subscribed(client, hook.url)
        mine, along = taken = world.seizes(world.opens_case(), world.item(), world.item())
        world.checks_in(taken)
        world.answers(world.offers([mine]), [mine], by="江检")
        world.offers([mine], by="江检", to="crt-yunling", stage="trial")
        last = world.relocates(taken, "冷藏").position
        until(lambda: state(client, made)["position"] == last)
        assert [each["data"]["type"] for each in events(hook)] == ["offer", "relocation"]
        assert f"item:{along}" not in hook.posted[-1].body.decode()


@pytest.mark.parametrize("how", ["the key is revoked", "the person leaves"])
def test_whoever_is_nobody_any_more_gets_nothing_more(world: World, hook: Web, how: str) -> None:
    with (
        client_of(world, "江检", OPEN) as client, serving(world.ledger, operation=OPEN) as address,
        httpx.Client(base_url=address, timeout=30, auth=SignedIn(world, "审计员")) as auditor,
    ):  # fmt: skip
        made, other = subscribed(client, hook.url), subscribed(auditor, f"{hook.url}/other")
        if how == "the key is revoked":
            old = world.key_id("江检")
            world.adds_key("江检", confirmer="江检")
            world.revokes("江检", key=old)
        else:
            world.changes("江检", left=True)
        last = world.opens_case() and world.ledger.recorder.head().size
        until(lambda: state(auditor, other)["position"] == last)
        until(lambda: _ended(world, made))
        before = [each for each in hook.posted if each.path == "/"]
        world.opens_case(case="云公(刑)诈〔2026〕0778")
        until(lambda: state(auditor, other)["position"] == last + 1)
        assert [each for each in hook.posted if each.path == "/"] == before
        assert all(each["type"] != "custody.act.case-opening.v1" for each in map(json.loads, (b.body for b in before)))
        if how == "the key is revoked":
            found = state(client, made)
            assert (found["state"], found["ended"]) == ("ended", "revoked")
            answer = client.post(f"/v1/subscriptions/{made['subscription']}/secret")
            assert answer.json()["code"] == "conflict/subscription-ended"


def _ended(world: World, made: dict[str, Any]) -> bool:
    from sqlalchemy import select

    from custody.desk.tables import subscription

    desk = Desk.beside(world.engine)
    with desk.reading() as connection:
        row = connection.execute(select(subscription).where(subscription.c.id == made["subscription"])).one()
    desk.close()
    assert (row.ended is None) == (row.secret is not None), "its secret is forgotten with it"
    return row.ended is not None


def test_an_address_that_says_it_is_gone_gets_nothing_more(world: World, hook: Web) -> None:
    hook.answers = [(410, b"")]
    with client_of(world, "审计员", OPEN) as client:
        made = subscribed(client, hook.url)
        world.opens_case()
        until(lambda: state(client, made)["ended"] == "gone")
        world.opens_case(case="云公(刑)诈〔2026〕0779")
        assert client.get("/v1/feed", params={"at_least": world.ledger.recorder.head().size}).status_code == 200
        assert len(hook.posted) == 1


def test_nobody_sees_or_changes_a_subscription_of_others(world: World, hook: Web) -> None:
    with (
        serving(world.ledger, operation=OPEN) as address,
        httpx.Client(base_url=address, timeout=30, auth=SignedIn(world, "江检")) as mine,
        httpx.Client(base_url=address, timeout=30, auth=SignedIn(world, "审计员")) as other,
    ):
        made = subscribed(mine, hook.url)
        at = f"/v1/subscriptions/{made['subscription']}"
        assert other.get("/v1/subscriptions").json() == {"subscriptions": []}
        for method, path in (
            ("GET", at), ("DELETE", at), ("POST", f"{at}/secret"), ("POST", f"{at}/replay"),
            ("GET", f"{at}/dead-letters"),
        ):  # fmt: skip
            answer = other.request(method, path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found/subscription"), path
        assert [each["subscription"] for each in mine.get("/v1/subscriptions").json()["subscriptions"]] == [
            made["subscription"]
        ]
        assert "secret" not in mine.get(at).json()
        assert mine.delete(at).status_code == 204
        assert mine.get(at).status_code == 404
        for _ in range(MOST):
            subscribed(mine, hook.url)
        answer = mine.post("/v1/subscriptions", json={"url": hook.url})
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large/subscriptions")


def test_custody_serve_sends_to_the_networks_that_its_settings_name(
    world: World, hook: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, key in (("log.key", world.log_key), ("log.key.journal", world.journal_key)):
        keyfile.write_key(tmp_path / name, key.private_key, None)
    monkeypatch.setenv("CUSTODY_WEBHOOK_NETWORKS", "10.0.0.0/8 127.0.0.1/32")
    with server(world.url, tmp_path / "log.key") as address:
        bearer = {"Authorization": f"Bearer {token(world, '审计员', address)}"}
        with httpx.Client(base_url=address, headers=bearer, timeout=30) as client:
            made = subscribed(client, hook.url)
            world.opens_case()
            until(lambda: state(client, made)["position"] == world.ledger.recorder.head().size)
    Webhook(made["secret"]).verify(hook.posted[0].body, hook.posted[0].headers)


INWARD = (
    "http://93.184.216.34/", "https://127.0.0.1/", "https://127.8.9.1:8443/x", "https://10.1.2.3/", "https://[::1]/",
    "https://192.168.0.1/", "https://172.16.9.9/", "https://169.254.169.254/latest/", "https://0.0.0.0/",
    "https://[::ffff:127.0.0.1]/", "https://[::ffff:a00:1]/", "https://[fe80::1]/", "https://[fc00::1]/",
    "https://224.0.0.1/", "https://[ff0e::1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/",
    "https://[::127.0.0.1]/", "https://255.255.255.255/", "https://100.64.0.1/", "https://240.0.0.1/",
)  # fmt: skip
NO_ADDRESS = (
    "", "hooks.example.test", "ftp://hooks.example.test/", "https://", "https:///x", "https://a:b@hooks.example.test/",
    "https://hooks.example.test/#x", "https://hooks.example.test:0/", "https://hooks.example.test:99999/",
    "https://hooks.example.test/\r\nX: y", "https://hooks.example.test/ x", "https://例.test/", "https://[::1/",
    "https://" + "a" * 2_000, "file:///etc/passwd", "https://@hooks.example.test/",
)  # fmt: skip


def test_nothing_is_sent_inward_or_to_what_is_no_address(sqlite_world: World) -> None:
    with client_of(sqlite_world, "江检") as client:
        for url in (*INWARD, *NO_ADDRESS):
            answer = client.post("/v1/subscriptions", json={"url": url})
            assert (answer.status_code, answer.json()["code"]) == (400, "malformed/subscription-url"), url
        for body in (b"", b"[]", b"{}", b'{"url": 3}', b'{"url": "https://a.test", "after": -1}',
                     b'{"url": "https://a.test", "more": 1}', b'{"url": "a", "url": "b"}', b"\xff"):  # fmt: skip
            answer = client.post("/v1/subscriptions", content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 400, body


def test_a_name_that_leads_inward_is_not_connected_to(sqlite_world: World, hook: Web) -> None:
    """At the moment of delivery: what it meant when it was subscribed does not count."""
    with client_of(sqlite_world, "江检") as client:
        made = subscribed(client, f"https://localhost:{hook.url.rpartition(':')[2]}/", after=0)
        until(lambda: state(client, made)["failing"])
        assert state(client, made)["failing"]["error"] == "an address that may not be reached"
        assert hook.posted == []


@contextmanager
def sender(world: World, at: datetime) -> Iterator[subprocess.Popen[bytes]]:
    """A process that sends webhooks; killed if it has not ended."""
    command = [sys.executable, str(SENDING), world.url, at.isoformat()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=SENDING.parent) as process:
        try:
            yield process
        finally:
            process.kill()


def test_what_was_on_its_way_when_its_process_was_killed_is_sent_again_under_its_id(world: World, hook: Web) -> None:
    with client_of(world, "审计员", OPEN) as client:
        made = subscribed(client, hook.url)
    last = world.checks_in(world.seizes(world.opens_case(), world.item())).position
    hook.answers = [None]
    with sender(world, world.clock.now) as process:
        until(lambda: hook.posted)
        process.kill()
    with sender(world, world.clock.forward(seconds=LEASE.total_seconds())) as process:
        time.sleep(1.5)
        assert len(hook.posted) == 1, "whoever had it in hand may yet be there"
    with sender(world, world.clock.forward(seconds=1)) as process:
        until(lambda: len(hook.posted) == 1 + last - made["position"])
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(SECONDS) == 0
    assert positions(hook) == [made["position"] + 1, *range(made["position"] + 1, last + 1)]
    assert hook.posted[0].headers["webhook-id"] == hook.posted[1].headers["webhook-id"]


def test_a_dead_letter_waits_for_registers_that_are_made_anew(sqlite_world: World, hook: Web) -> None:
    """They know nothing of its act yet: that is no reason to take it for one that is not shown."""
    world = sqlite_world
    world.is_audited()
    position, person = world.ledger.recorder.head().size - 1, world.id_of("审计员")
    desk, registers = Desk.beside(world.engine), Registers(world.engine)
    name, _ = subscriptions.make(desk, person, None, hook.url, position - 1, world.clock())
    held = subscriptions.take(desk, position, world.clock())
    assert held is not None
    subscriptions.give_up(desk, held, {"act": "of the position", "position": position}, "status 500", world.clock())
    subscriptions.replay(desk, person, name, None, world.clock())
    webhooks = Webhooks(world.ledger, registers, desk, HERE, None)
    webhooks.tell(dict.fromkeys(REGISTERS, position))
    webhooks.start()
    time.sleep(1.5)
    assert (len(hook.posted), subscriptions.find(desk, person, name)["dead_letters"]) == (0, 1)
    registers.catch_up()
    world.clock.forward(seconds=2)
    until(lambda: subscriptions.find(desk, person, name)["dead_letters"] == 0)
    assert positions(hook)[0] == position
    webhooks.stop()
    registers.close()
    desk.close()


def test_of_several_servers_one_has_a_subscription_in_hand(world: World, hook: Web) -> None:
    with ExitStack() as stack:
        client = stack.enter_context(client_of(world, "审计员", OPEN))
        for _ in range(2):
            stack.enter_context(serving(world.opened_again(), operation=OPEN))
        made = [subscribed(client, f"{hook.url}/{number}") for number in range(AT_ONE_TIME + 2)]
        for number in range(5):
            world.opens_case(case=f"云公(刑)诈〔2026〕{number:04}")
        last = world.ledger.recorder.head().size
        until(lambda: all(state(client, each)["position"] == last for each in made))
        for number, each in enumerate(made):
            came = [json.loads(post.body)["data"]["position"] for post in hook.posted if post.path == f"/{number}"]
            assert came == list(range(each["position"] + 1, last + 1))
