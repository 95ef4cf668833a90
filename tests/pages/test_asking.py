"""The counter of what a page asks sees whatever a request sends to a database, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import httpx
from anyio import run
from fastapi import FastAPI
from sqlalchemy import select

from custody.desk import sessions
from custody.desk.sessions import Session as SignedIn
from custody.desk.store import Desk
from custody.ledger.session import Session
from custody.ledger.tables import LEDGER
from custody.registers.places import place
from custody.registers.reading import Registers
from custody_api.requests import Told
from pages.asking import MOST, asked, too_many
from world import World

WAYS = {
    "driver": ("SELECT 1", "SELECT 2"), "log": ("ledger_head",), "registers": ("FROM place",),
    "desk": ("INSERT INTO session",),
    "journal": ("UPDATE journal_head", "INSERT INTO journal_entry", "INSERT INTO journal_checkpoint"),
}  # fmt: skip
"""Way → what has to be among the statements."""


def test_each_statement_of_a_request_is_counted_whichever_way_it_is_sent(sqlite_url: str) -> None:
    world = World(sqlite_url)
    registers, desk = Registers(world.ledger.engine), Desk.beside(world.ledger.engine)
    app = FastAPI()
    app.add_middleware(Told)

    def send(way: str) -> None:
        if way == "driver":
            with Session(world.ledger.engine, LEDGER) as session:
                session.fetch_each([("SELECT 1", ()), ("SELECT 2", ())])
        elif way == "log":
            world.ledger.recorder.head()
        elif way == "registers":
            with registers.store.reading() as connection:
                connection.execute(select(place)).all()
        elif way == "desk":
            begun = SignedIn("psb-0211", None, world.clock.now + timedelta(hours=1))
            sessions.begin(desk, "token", begun, world.clock.now)
        else:
            world.ledger.journal.export("psb-0211", "抽查", {"list": "items"}, "export/items")

    app.get("/{way}")(send)
    counts = {}
    for way, named in WAYS.items():
        with asked() as statements:
            run(get, app, f"/{way}")
            counts[way] = len(statements)
            send("driver")  # for nobody's request
        assert len(statements) == counts[way]
        assert all(each in " ".join(statements) for each in named), statements
    assert (counts["driver"], counts["log"], counts["registers"]) == (2, 1, 1)
    registers.close()
    desk.close()
    world.close()


async def get(app: FastAPI, path: str) -> None:
    """Ask an application for something."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.get(path)).status_code == 200


def test_fifteen_statements_are_enough_and_sixteen_too_many() -> None:
    assert not too_many(["SELECT 1"] * MOST)
    assert too_many(["SELECT 1"] * (MOST + 1)).startswith("16 statements")
