"""A station in a terminal at which somebody types, with the real ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from custody import keyfile, label
from custody.cli.words import use_language
from custody_api.terminal.app import ScanLine, StationApp
from custody_api.terminal.counter import Counter, LedgerHere
from custody_api.terminal.desk import Desk, Step, View, taken, typed
from custody_api.terminal.home import Home
from custody_api.terminal.kept import kept_in
from custody_api.terminal.words import say
from world import CST, World

PRESSED: dict[str, Step] = {
    "enter": lambda view: view.entered(), "f2": lambda view: view.undone(), "f9": lambda view: view.signed(),
    "escape": lambda view: view.left(),
}  # fmt: skip


class Station:
    """A station at which somebody types: every line ends with Enter, as a scanner ends it.

    ``drawn`` with Textual, or what would be drawn without it: the views and the ledger are the same.
    """

    def __init__(self, world: World, folder: Path, counter: Counter | None = None) -> None:
        self.world, self.folder = world, folder
        self.counter = counter or LedgerHere(world.ledger)
        self.app: StationApp | None = None
        self.pilot: Any
        self.view: View

    def run(self, story: Callable[[Station], Awaitable[None]], lang: str = "en", drawn: bool = False) -> None:
        """Play a story at the station, from sitting down to leaving; the sheet's file stays."""
        use_language(lang)
        self.world.clock.now = datetime.now(CST)

        async def play() -> None:
            with kept_in(self.folder / "sheet.json") as kept:
                desk = Desk(self.counter, kept)
                if not drawn:
                    desk.home = lambda: Home(desk)
                    self.app, self.view = None, Home(desk)
                    await story(self)
                    return
                self.app = StationApp(desk, "here")
                async with self.app.run_test(size=(110, 36)) as pilot:
                    self.pilot = pilot
                    await story(self)

        asyncio.run(play())

    async def type(self, *lines: str) -> str:
        """Type lines, each with Enter; returns everything that stands on the screen then."""
        for each in lines:
            if self.app is None:
                self._take(partial(typed, text=each))
                continue
            line = self.app.query_one(ScanLine)
            line.value = each
            await self.pilot.pause()
            await line.action_submit()
            await self.pilot.pause()
            await self.app.settled()
        return self.screen

    async def press(self, *keys: str) -> str:
        """Press keys."""
        for key in keys:
            if self.app is None:
                self._take(PRESSED[key] if key in PRESSED else partial(typed, text=key))
            else:
                await self.pilot.press(key)
                await self.app.settled()
        return self.screen

    def _take(self, step: Step) -> None:
        after = taken(self.view, step)
        assert after is not None
        self.view, _ = after

    @property
    def screen(self) -> str:
        """What stands on the screen, as text."""
        if self.app is not None:
            parts = ("title", "facts", "answer", "question", "options", "keys")
            lines = [str(self.app.query_one(f"#{name}").render()) for name in parts]
            shown = self.app.standing
        else:
            shown, answer = self.view.shown(), self.view.desk.answer
            said = f"{say(f'outcome/{answer.outcome}')}  {answer.text}" if answer else ""
            lines = [shown.title, *map("  ".join, shown.facts), said, shown.question, *shown.options, *shown.keys]
        return "\n".join([*lines, *(f"{row.sign} {row.text}" for row in shown.rows)])

    async def scan(self, *items: str) -> str:
        """Scan the labels in force of items, or of places."""
        return await self.type(*(self.code(each) for each in items))

    def code(self, name: str) -> str:
        """The code in force of an item or a place."""
        return label.code_of(name) if name.startswith("ST1") else str(self.world.facts(name).code)

    def key(self, name: str, passphrase: str | None = None) -> str:
        """A person's key file."""
        path = self.folder / f"{name}.key"
        if not path.exists():
            keyfile.write_key(path, self.world.key_of(name), passphrase.encode() if passphrase else None)
        return str(path)

    async def check_in(self, item: str) -> str:
        """Fill in the sheet on which 周远 hands an item in at the big store, up to where both sign."""
        await self.type("1")
        await self.scan(self.world.places["大库"], item)
        await self.type("1", "psb-0211", "cen-01")
        return await self.press("f9")

    async def sign(self, *names: str) -> str:
        """Everybody signs in turn, each with the file of their key."""
        return await self.type(*(self.key(name) for name in names))


@pytest.fixture
def station(world: World, tmp_path: Path) -> Station:
    """A station at the store of the world, today: a station speaks of its own clock's time."""
    world.clock.now = datetime.now(CST) - timedelta(hours=1)
    return Station(world, tmp_path)
