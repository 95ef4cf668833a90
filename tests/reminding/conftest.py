"""An office with a ledger, a desk, and servers that hear what people are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from custody.desk import Desk
from custody.registers import Registers
from custody.reminding.channels.gateway import Gateway
from custody.reminding.channels.webhook import Webhook
from custody.reminding.configured import COLOURS, Configured
from custody.reminding.turn import Office
from custody_migrations import migrate
from listening import Web, web_server
from world import World
from world_orders import joins

KEY = bytes(32)
BODY = '{"to": "{address}", "text": "{text}", "id": "{id}"}'

MakeOffice = Callable[..., Office]


@pytest.fixture
def push() -> Iterator[Web]:
    """What the webhook hears."""
    with web_server() as server:
        yield server


@pytest.fixture
def phones() -> Iterator[Web]:
    """What the SMS gateway hears."""
    with web_server() as server:
        yield server


@pytest.fixture
def staffed(world: World) -> World:
    """A world in which somebody answers to every name that a ladder has."""
    joins(world, "psb-0001", "approver-3")
    return world


@pytest.fixture
def office_of(push: Web, phones: Web) -> Iterator[MakeOffice]:
    """``office_of(world)``: everybody hears by webhook; with ``by="sms"`` by short message."""
    with ExitStack() as stack:

        def made(world: World, by: str = "push", **fields: Any) -> Office:
            migrate(world.url)
            registers, desk = Registers(world.engine), Desk.beside(world.engine)
            stack.callback(registers.close)
            stack.callback(desk.close)
            registers.catch_up()
            people = {each["person"]: {by: f"{each['person']}@here"} for each in registers.people(limit=2_000)}
            channels = {"push": Webhook(push.url, KEY, 5), "sms": Gateway(phones.url, BODY, seconds=5)}
            configured = Configured(channels, people, dict.fromkeys(COLOURS, (by,)))
            return Office(world.ledger, registers, desk, replace(configured, **fields), world.clock)

        yield made
