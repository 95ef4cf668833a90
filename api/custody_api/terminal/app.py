"""The station in a terminal: one scan line that always listens, above whatever view stands, drawn with Textual.

Scans and keys wait in one queue and are taken in their order, each in a thread beside the screen: a scanner may be
faster than a ledger, and loses nothing. While an answer is awaited that may be secret, nothing typed is shown.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import ClassVar, Final

from rich.console import Group
from rich.text import Text
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import Key
from textual.widgets import Input, Static

from custody_api.terminal.desk import Desk, Step, View, taken, typed
from custody_api.terminal.home import Home
from custody_api.terminal.shown import BELLS, SIGNS, Outcome, Shown, Tone
from custody_api.terminal.words import say

_TONES: Final[dict[Tone, str]] = {
    "plain": "", "good": "green", "warn": "bold yellow", "bad": "bold red", "quiet": "dim"
}  # fmt: skip
_OUTCOMES: Final[dict[Outcome, str]] = {
    "accepted": "bold green", "already": "bold cyan", "wrong-place": "bold yellow", "unknown": "bold magenta",
    "refused": "bold red",
}  # fmt: skip
"""Colours never stand alone: each answer has its sign and its word."""

class ScanLine(Input):
    """The line that listens: the scanner's keys and the keyboard's come here, whatever else is on the screen."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Function keys are the station's."""
        return not key.startswith("f") and super().check_consume_key(key, character)


class StationApp(App[None]):
    """The screen of a station."""

    CSS = """
    #top { height: 3; }
    #top Static { padding: 1 1; width: auto; }
    ScanLine { width: 1fr; }
    #title { padding: 0 1; text-style: bold reverse; }
    #facts, #answer, #question, #options { padding: 0 1; height: auto; }
    #list { height: 1fr; padding: 0 1; border-top: solid $primary; border-bottom: solid $primary; }
    #answer { min-height: 1; }
    #keys { padding: 0 1; text-align: right; text-style: bold; }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "undo", priority=True), Binding("f9", "sign", priority=True),
        Binding("escape", "back", priority=True),
    ]  # fmt: skip

    def __init__(self, desk: Desk, where: str) -> None:
        super().__init__()
        self._desk, self._where = desk, where
        desk.home = lambda: Home(desk)
        self._view: View = Home(desk)
        self._shown: Shown = self._view.shown()
        self._steps: asyncio.Queue[Step] = asyncio.Queue()
        self._chosen_alone = False

    @property
    def standing(self) -> Shown:
        """What stands on the screen."""
        return self._shown

    def compose(self) -> ComposeResult:
        """The scan line above; title, facts, list, the last answer, the question and the keys."""
        with Horizontal(id="top"):
            yield Static(f"{say('scan')} ▸")
            yield ScanLine(id="scan")
            yield Static(f"● {self._where}", markup=False)
        yield Static(id="title")
        yield Static(id="facts")
        with VerticalScroll(id="list", can_focus=False):
            yield Static(id="rows")
        for name in ("answer", "question", "options", "keys"):
            yield Static(id=name)

    def on_mount(self) -> None:
        """Begin to listen."""
        self._draw()
        self._take_steps()

    @work
    async def _take_steps(self) -> None:
        while True:
            step = await self._steps.get()
            after = await asyncio.to_thread(taken, self._view, step)
            if after is None:
                self._steps.task_done()
                self.exit()
                return
            self._view, self._shown = after
            self._draw()
            self._ring()
            self._steps.task_done()

    async def settled(self) -> None:
        """Wait until every scan and key so far was answered."""
        await self._steps.join()

    # -- keys

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: what was scanned or typed."""
        line = event.input
        if self._chosen_alone and not event.value:
            self._chosen_alone = False  # Enter after a digit that had chosen by itself
            return
        self._steps.put_nowait(partial(typed, text=event.value))
        line.value = ""
        line.password = True  # until it is known what is asked next: that may be a passphrase

    def on_input_changed(self, event: Input.Changed) -> None:
        """A digit chooses at once where nothing else can be typed."""
        shown = self._shown
        self._chosen_alone = self._chosen_alone and not event.value
        asked = shown.digits_alone and self._steps.empty() and event.value.isdecimal()
        if asked and 1 <= int(event.value) <= len(shown.options):
            event.input.value = ""
            self._chosen_alone = True
            number = int(event.value) - 1
            self._steps.put_nowait(lambda view: view.chosen(number))

    def on_key(self, event: Key) -> None:
        """Whatever is typed goes to the scan line."""
        self.query_one(ScanLine).focus()

    def action_undo(self) -> None:
        """F2."""
        self._steps.put_nowait(lambda view: view.undone())

    def action_sign(self) -> None:
        """F9."""
        self._steps.put_nowait(lambda view: view.signed())

    async def action_back(self) -> None:
        """Esc."""
        self.query_one(ScanLine).value = ""
        self._steps.put_nowait(lambda view: view.left())

    # -- drawing

    def _draw(self) -> None:
        shown = self._shown
        line = self.query_one(ScanLine)
        if shown.guarded and not shown.secret and line.password:
            line.value = ""  # typed before it was asked for: a passphrase, perhaps
        line.password = shown.secret
        line.focus()
        self.query_one("#title", Static).update(Text(shown.title))
        facts = Text("   ").join(Text.assemble((f"{name}  ", "dim"), (value, "bold")) for name, value in shown.facts)
        self.query_one("#facts", Static).update(facts)
        rows = [Text(f"{row.sign} {row.text}", _TONES[row.tone]) for row in shown.rows]
        self.query_one("#rows", Static).update(Group(*rows))
        self.query_one("#list", VerticalScroll).scroll_home(animate=False)
        self.query_one("#answer", Static).update(self._answer())
        self.query_one("#question", Static).update(Text(f"▸ {shown.question}", "bold"))
        numbered = enumerate(shown.options, 1)
        options = (Text.assemble((f" {number} ", "reverse"), f" {each}") for number, each in numbered)
        self.query_one("#options", Static).update(Text("   ").join(options))
        self.query_one("#keys", Static).update(Text("   ".join(f"[{each}]" for each in shown.keys)))

    def _answer(self) -> Text:
        answer = self._desk.answer
        if answer is None:
            return Text()
        word = say(f"outcome/{answer.outcome}")
        return Text(f"{SIGNS[answer.outcome]} {word}  {answer.text}", _OUTCOMES[answer.outcome])

    def _ring(self) -> None:
        if self._desk.answer is not None:
            for after in BELLS[self._desk.answer.outcome]:
                self.set_timer(after, self.bell) if after else self.bell()
