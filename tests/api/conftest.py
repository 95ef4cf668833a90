"""A real server on a port of its own, over a real ledger, and a client that speaks to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import httpx
import pytest
import uvicorn

from custody.ledger.ledger import Ledger
from custody_api.app import create_app
from world import World


@contextmanager
def serving(ledger: Ledger) -> Iterator[str]:
    """Serve a ledger; gives the address."""
    server = uvicorn.Server(uvicorn.Config(create_app(ledger), host="127.0.0.1", port=0, log_level="error"))
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """A founded ledger and everybody in it, on each database."""
    made = World(database_url)
    yield made
    made.ledger.close()
    made.engine.dispose()


@pytest.fixture
def sqlite_world(sqlite_url: str) -> Iterator[World]:
    """The same, on SQLite only."""
    made = World(sqlite_url)
    yield made
    made.ledger.close()
    made.engine.dispose()


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """A client of a server over `world`."""
    with serving(world.ledger) as address, httpx.Client(base_url=address, timeout=30) as made:
        yield made


@pytest.fixture
def sqlite_client(sqlite_world: World) -> Iterator[httpx.Client]:
    """A client of a server over `sqlite_world`."""
    with serving(sqlite_world.ledger) as address, httpx.Client(base_url=address, timeout=30) as made:
        yield made


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run as the server does."""
    return "asyncio"
