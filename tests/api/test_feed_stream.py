"""The feed as a stream: many who wait for what is recorded next, and how their waiting ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from api.conftest import SignedIn, client_of, serving
from custody_api import streaming
from events import Told, blocks
from processes import until
from world import World

CASE = "云公(刑)诈〔2026〕0520"
STREAM = "/v1/feed/stream"


@contextmanager
def following(client: httpx.Client, after: int, **headers: str) -> Iterator[Iterator[Told]]:
    """A stream from a position on, without its first block, which tells how soon to come again."""
    with client.stream("GET", STREAM, params={"after": after}, headers=headers) as answer:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        told = blocks(answer.iter_lines())
        assert next(told) == Told(None, None)
        yield told


def up_to(told: Iterator[Told], position: int) -> list[int]:
    """The positions of the acts that a stream brings until it reaches one."""
    acts = []
    for each in told:
        if each.event is not None:
            assert each.event["data"]["position"] == each.position
            acts.append(each.position or 0)
        if each.position is not None and each.position >= position:
            return acts
    raise AssertionError("the stream ended before")


def test_a_stream_brings_what_was_and_what_is_being_recorded_and_goes_on_after_the_last_id(
    world: World, client: httpx.Client
) -> None:
    before = world.ledger.recorder.head().size
    with following(client, before - 3) as told:
        assert up_to(told, before) == [before - 2, before - 1, before]
        world.seizes(world.opens_case(case=CASE), world.item())
        assert up_to(told, before + 2) == [before + 1, before + 2]
    with following(client, 0, **{"Last-Event-ID": str(before + 1)}) as told:
        assert up_to(told, before + 2) == [before + 2], "the last id counts before the query"
    refused = client.get(STREAM, headers={"Last-Event-ID": "here"})
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed/header")


def test_the_position_advances_past_what_one_may_not_see(world: World) -> None:
    before = world.ledger.recorder.head().size
    with client_of(world, "钱法官") as client, following(client, before) as told:
        act = world.checks_in(world.seizes(world.opens_case(case=CASE), world.item()))
        assert up_to(told, act.position) == []


@pytest.mark.parametrize("how", ["expired", "signed out", "revoked"])
def test_a_stream_ends_with_the_session(
    world: World, client: httpx.Client, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.1)
    head = world.ledger.recorder.head().size
    with following(client, head) as told:
        assert next(told) == Told(None, None), "a heartbeat"
        if how == "expired":
            world.clock.forward(hours=9)
        elif how == "signed out":
            assert client.delete("/v1/session").status_code == 204
        else:
            world.revokes("审计员")
        assert not [each for each in told if each.event and how != "revoked"], "it ends"


def test_streams_end_when_the_server_stops(world: World) -> None:
    world.is_audited()
    head = world.ledger.recorder.head().size
    with ExitStack() as stack:
        with serving(world.ledger) as address:
            client = stack.enter_context(httpx.Client(base_url=address, auth=SignedIn(world, "审计员"), timeout=30))
            told = stack.enter_context(following(client, head))
            begun = time.monotonic()
        assert time.monotonic() - begun < 10
        assert not list(told)


def test_many_wait_without_a_thread_or_a_connection_of_the_database(world: World, client: httpx.Client) -> None:
    limits = httpx.Limits(max_connections=None)
    head = world.ledger.recorder.head().size
    with (
        httpx.Client(base_url=client.base_url, auth=client.auth, timeout=30, limits=limits) as crowd,
        ExitStack() as stack,
    ):
        streams = [stack.enter_context(following(crowd, head - 1)) for _ in range(150)]
        assert all(up_to(each, head) == [head] for each in streams)
        until(lambda: world.engine.pool.checkedout() == 0)  # type: ignore[attr-defined]
        assert client.get("/v1/items").status_code == 200
        world.opens_case(case=CASE)
        assert all(up_to(each, head + 1) == [head + 1] for each in streams)


def test_no_more_streams_are_opened_than_a_process_carries(
    world: World, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "MOST", 2)
    with following(client, 0), following(client, 0):
        answer = client.get(STREAM)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable/streams")
        assert answer.headers["retry-after"] == "30"
    until(lambda: client.head(STREAM).status_code == 200)  # those who left do not count any more
