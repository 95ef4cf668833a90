"""A real server on a port of its own, over a real ledger, and a client that speaks to it."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import httpx
import pytest
import uvicorn

from custody.acts.values import encode
from custody.attachments import Attachments, Limits
from custody.ledger.ledger import Ledger
from custody.sign_in import signed_statement
from custody_api import context
from custody_api.app import create_app
from custody_api.operation import DEFAULT, Operation
from custody_api.serving import Server
from world import World

context.WAIT_SECONDS = 20.0  # a busy machine's registers come later, and readers in tests ask for them once


@contextmanager
def serving(
    ledger: Ledger, attachments: Attachments | None = None, operation: Operation = DEFAULT
) -> Iterator[str]:
    """Serve a ledger; gives the address."""
    app = create_app(ledger, attachments, operation)
    server = Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", proxy_headers=False))
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


class SignedIn(httpx.Auth):
    """Whoever is named signs in, and again when the session is over."""

    def __init__(self, world: World, name: str) -> None:
        self._world, self._name, self._token = world, name, ""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Bear the token; without one that holds, sign in first."""
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
            if (yield request).status_code != 401:
                return
        answer = yield httpx.Request("POST", request.url.join("/v1/session"), headers=JSON, content=self._statement(
            f"{request.url.scheme}://{request.url.netloc.decode()}"
        ))  # fmt: skip
        assert answer.status_code == 201, answer.read()
        self._token = json.loads(answer.read())["token"]
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request

    def _statement(self, origin: str) -> bytes:
        world = self._world
        return signed_statement(origin, encode(secrets.token_bytes(16)), world.clock.now, world.key_of(self._name))


JSON = {"Content-Type": "application/json"}


@contextmanager
def client_of(world: World, name: str, operation: Operation = DEFAULT) -> Iterator[httpx.Client]:
    """A client of a server over a world, signed in as somebody of it."""
    with (
        serving(world.ledger, operation=operation) as address,
        httpx.Client(base_url=address, timeout=30, auth=SignedIn(world, name)) as made,
    ):
        yield made


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """A client of a server over `world`, signed in as an auditor, who reads everything."""
    world.is_audited()
    with client_of(world, "审计员") as made:
        yield made


@pytest.fixture
def sqlite_client(sqlite_world: World) -> Iterator[httpx.Client]:
    """The same over `sqlite_world`."""
    sqlite_world.is_audited()
    with client_of(sqlite_world, "审计员") as made:
        yield made


@pytest.fixture
def store(tmp_path: Path) -> Attachments:
    """A store of attachments with little room: 3 MiB a file, 5 MiB a person."""
    return Attachments(tmp_path / "attachments", Limits(file=3 << 20, waiting=5 << 20, free=1))


@pytest.fixture
def callers(world: World, store: Attachments) -> Iterator[Callable[[str], httpx.Client]]:
    """Clients of one server over `world` and `store`, each signed in as whoever is named."""
    with serving(world.ledger, store) as address, ExitStack() as opened:
        yield lambda name: opened.enter_context(
            httpx.Client(base_url=address, timeout=30, auth=SignedIn(world, name))
        )  # fmt: skip


@pytest.fixture
def operated() -> Callable[[World, str, Operation], AbstractContextManager[httpx.Client]]:
    """A client of a server that is run in a way of its own: by world, name and operation."""
    return client_of


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run as the server does."""
    return "asyncio"
