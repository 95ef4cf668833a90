"""Where a station begins: scan anything, choose what to do, or go on with the open sheet."""

from __future__ import annotations

from custody import label
from custody.errors import CustodyError
from custody_api.terminal.desk import Desk, View
from custody_api.terminal.filling import Filling
from custody_api.terminal.flows import OFFERED
from custody_api.terminal.looking import looked_up
from custody_api.terminal.sheet import Sheet
from custody_api.terminal.shown import Answer, Row, Shown, words_of
from custody_api.terminal.signing import resumed
from custody_api.terminal.words import flow_name, say


class Home(View):
    """Nothing is being done, apart from the open sheet."""

    def shown(self) -> Shown:
        open_, keys = self.desk.kept.sheet, [say("key/leave")]
        rows = []
        if open_ is not None:
            rows = [Row("●", say("home/open", name=flow_name(open_.name), count=len(open_.lines)), "warn")]
            keys = [say("key/on"), say("key/throw"), *keys]
        options = tuple(flow_name(name) for name in OFFERED)
        return Shown(say("scan"), say("home/title"), rows=tuple(rows), options=options, keys=tuple(keys))

    def scanned(self, code: str) -> View:
        return self._looked_up(code)

    def told(self, text: str) -> View:
        return self._looked_up(text)

    def _looked_up(self, text: str) -> View:
        card = looked_up(self.desk, text)
        if card is None:
            shown = label.spaced(text) if label.is_code(text) else text[:60]
            self.desk.answered("unknown", "home/unknown", text=shown)
        return card or self

    def chosen(self, number: int) -> View:
        if self.desk.kept.sheet is not None:
            self.desk.answered("refused", "home/first")
            return self
        if OFFERED[number] == "stock-take" and self.desk.kept.opened:
            return StockTakes(self.desk)
        return Filling(self.desk, Sheet(OFFERED[number]))

    def entered(self) -> View:
        sheet = self.desk.kept.sheet
        if sheet is None:
            return self
        filling = Filling(self.desk, sheet)
        if self.desk.kept.signed is None:
            return filling
        try:
            return resumed(self.desk, filling)
        except CustodyError as error:
            self.desk.answer = Answer("refused", words_of(error))
            return filling

    def undone(self) -> View:
        sheet = self.desk.kept.sheet
        if sheet is None:
            return super().undone()
        self.desk.kept.keep(None)
        self.desk.answered("accepted", "home/thrown", name=flow_name(sheet.name))
        return self


class StockTakes(View):
    """Which stock-take is meant: a new one, or one that was opened here."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        steps = [("stock-take", "open", "")]
        for opening in desk.kept.opened:
            steps += [("stock-take/counted", "count", opening), ("stock-take/closed", "close", opening)]
        self._steps = steps

    def shown(self) -> Shown:
        options = tuple(say(f"count/{step}", opening=opening) for _, step, opening in self._steps)
        return Shown(say("count/title"), say("count/which"), options=options, keys=(say("key/back"),),
                     digits_alone=len(options) <= 9)  # fmt: skip

    def chosen(self, number: int) -> View:
        name, _, opening = self._steps[number]
        sheet = Sheet(name)
        return Filling(self.desk, sheet.with_said("opening", opening) if opening else sheet)

    def scanned(self, code: str) -> View:
        return self.desk.home().scanned(code)

    def left(self) -> View:
        return self.desk.home()
