"""The sheet on the screen: it grows by scanning, asks what is missing, and goes on to be signed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from custody import label
from custody.cli.words import either
from custody.errors import CustodyError, NotFound
from custody.facts.shapes import STATUSES, Shape
from custody_api.terminal import asking, counting
from custody_api.terminal.desk import Desk, View
from custody_api.terminal.flows import Ask, Flow, part_of
from custody_api.terminal.lines import Line, known_of
from custody_api.terminal.reading import moment_in, range_in
from custody_api.terminal.sheet import Sheet
from custody_api.terminal.shown import Shown, problem_rows
from custody_api.terminal.signing import decided, resumed
from custody_api.terminal.words import say

_MEASURE: Final = re.compile(r"(-?(?:0|[1-9]\d*)(?:\.\d{1,6})?)\s*([^\d\s.:-]\S{0,20})")
_SEAL: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}")


class Filling(View):
    """A sheet that is being filled."""

    def __init__(self, desk: Desk, sheet: Sheet) -> None:
        super().__init__(desk)
        self.sheet = sheet
        self._problem: CustodyError | None = None
        self._counts = sheet.flow.takes == "scans"

    def shown(self) -> Shown:
        more = list(problem_rows(self._problem)) if self._problem else []
        if self._counts:
            more += counting.rows(self.sheet, self._book())
        return asking.screen(self.sheet, self.desk.kept.recent, more)

    def _book(self) -> dict[str, str]:
        return counting.book_of(self.sheet, self.desk.counter, self.desk.kept)

    # -- what is scanned

    def scanned(self, code: str) -> View:
        take = {"item": self._item, "place": self._place, "kit": self._kit}.get(label.PREFIXES[code[:3]])
        if take is None:
            self.desk.answered("refused", "scan/not-here")
        else:
            take(code)
        return self

    def _item(self, code: str) -> None:
        if self._counts:
            self._keep(counting.scanned(self.sheet, code, self.desk, self._book()))
            return
        found = self.desk.counter.answers.of(code)
        if self.sheet.flow.takes == "nothing":
            self.desk.answered("refused", "scan/not-here")
        elif found["standing"] == "unknown":
            self.desk.answered("unknown", "scan/unknown", code=label.spaced(code))
        elif found["standing"] == "retired":
            self.desk.answered("refused", "scan/retired", now=label.spaced(found["item"]["code"]))
        else:
            self._line(found["item"])

    def _line(self, item: Shape) -> None:
        if item["item"] in self.sheet.lines:
            self.desk.answered("already", "scan/on-sheet", description=item["description"])
            return
        known = known_of(item)
        warning = _misplaced(self.sheet.flow, known)
        self._keep(self.sheet.with_item(item["item"], known, warning))
        if warning:
            self.desk.answered("wrong-place", "scan/in", description=known["description"], code=warning)
        else:
            code = label.spaced(known["code"])
            self.desk.answered("accepted", "scan/in", description=known["description"], code=code)

    def _place(self, code: str) -> None:
        found = self.desk.counter.answers.of(code)
        place = code[: label.ID_LENGTH]
        if found["standing"] != "in-force":
            self.desk.answered("unknown", "scan/unknown", code=label.spaced(code))
            return
        called = {place: found["place"]["name"]}
        ask = next((each for each in self.sheet.flow.asks if each.kind in ("place", "places")), None)
        if self._counts:
            self._keep(self.sheet.with_said("here", place, called))
        elif ask is None:
            self.desk.answered("refused", "scan/not-here")
            return
        elif ask.kind == "places":
            places = list(dict.fromkeys([*self.sheet.said.get("scope", ()), place]))
            self._keep(self.sheet.with_said("scope", places, called))
        else:
            self._keep(self.sheet.with_said(ask.name, place, called))
        self.desk.answered("accepted", "scan/place", name=found["place"]["name"])

    def _kit(self, code: str) -> None:
        kit = self.desk.counter.answers.kit(code[: label.ID_LENGTH])
        if kit is None:
            self.desk.answered("unknown", "scan/unknown", code=label.spaced(code))
            return
        tubes = [each["item"] for each in kit["tubes"] if each["item"] not in self.sheet.lines]
        for tube in tubes:
            self._line(self.desk.counter.answers.of(label.code_of(tube))["item"])
        self.desk.answered("accepted" if tubes else "already", "scan/tubes", count=len(tubes))

    # -- what is answered

    def chosen(self, number: int) -> View:
        line, ask = self.sheet.line, self.sheet.ask
        _, value = asking.choices(self.sheet, self.desk.kept.recent)[number]
        if line is not None:
            self._see(line, value)
        elif ask is not None and ask.kind == "people":
            self._people(ask, value)
        elif ask is not None:
            self._keep(self.sheet.with_said(ask.name, value))
        return self

    def told(self, text: str) -> View:
        line, ask = self.sheet.line, self.sheet.ask
        measured = _MEASURE.fullmatch(text)
        if line is None and measured and self.sheet.lines and (ask is None or ask.kind != "moment"):
            self._measured(list(self.sheet.lines.values())[-1], measured)
        elif line is not None:
            self._told_of(line, text, measured)
        elif ask is None:
            self.desk.answered("unknown", "home/unknown", text=text[:60])
        elif ask.kind == "people":
            self._people(ask, text)
        elif ask.kind in ("place", "places", "choice"):
            self.desk.answered("refused", "answer/choose" if ask.options else "answer/where")
        else:
            self._say(ask, text)
        return self

    def _told_of(self, line: Line, text: str, measured: re.Match[str] | None) -> None:
        if measured:
            self._measured(line, measured)
        elif line.seal_seen is not None and line.condition is None and self.sheet.flow.takes == "lines":
            self._see(line, {"condition": text[:120]})
        elif _SEAL.fullmatch(text.upper()):
            self._see(line, {"seal_seen": text.upper()})
        else:
            self.desk.answered("refused", "answer/seal", text=text[:60])

    def _see(self, line: Line, seen: Mapping[str, Any]) -> None:
        together = [line.item]
        if self.sheet.flow.takes == "packages":
            together = [each.item for each in self.sheet.lines.values() if each.seal_seen is None]
        self._keep(self.sheet.with_seen(together, **seen))

    def _measured(self, line: Line, measured: re.Match[str]) -> None:
        said = {"quantity": measured[1], "unit": measured[2]}
        self._keep(self.sheet.with_seen([line.item], measured=[said]))
        self.desk.answered("accepted", "answer/measured", **said)

    def _people(self, ask: Ask, text: str) -> None:
        part = part_of(self.sheet.flow.act, ask.name)
        people = list(dict.fromkeys(text.replace(",", " ").replace("，", " ").split()))
        if part is not None and len(people) > part.most:
            self.desk.answered("refused", "answer/most", most=part.most)
            return
        for person in people:
            try:
                known = self.desk.counter.person(person)
            except NotFound:
                self.desk.answered("unknown", "answer/person", person=person[:60])
                return
            if not any(key["live"] for key in known["keys"]):
                self.desk.answered("refused", "answer/no-key", person=person)
                return
        self.desk.kept.remember(ask.name, people)
        self._say(ask, people)

    def _say(self, ask: Ask, text: Any) -> None:
        read = {"moment": moment_in, "range": range_in}.get(ask.kind)
        value = read(text) if read else text
        if value is None:
            self.desk.answered("refused", f"answer/{ask.kind}", text=text[:60])
        else:
            self._keep(self.sheet.with_said(ask.name, value))

    def entered(self) -> View:
        ask = self.sheet.ask
        if self.sheet.line is not None:
            self.desk.answered("refused", "answer/needed")
        elif ask is None:
            return self.signed() if self.sheet.is_complete else self
        elif ask.kind == "places" and self.sheet.said.get("scope"):
            self._keep(self.sheet.with_said(ask.name, self.sheet.said["scope"]))
        elif ask.needed:
            self.desk.answered("refused", "answer/needed")
        else:
            self._keep(self.sheet.with_said(ask.name, None))
        return self

    def undone(self) -> View:
        if not self.sheet.entries or self.sheet.entries[-1].get("name") == "opening":
            return super().undone()
        self._keep(self.sheet.undone())
        return self

    def left(self) -> View | None:
        return self.desk.home()

    def signed(self) -> View:
        """Have it decided by a dry run, and go on to the signatures; what would be refused is shown here."""
        if not self.sheet.is_complete:
            self.desk.answered("refused", "answer/not-yet")
            return self
        try:
            if self.desk.kept.signed is not None:
                return resumed(self.desk, self)
            return decided(self.desk, counting.completed(self.sheet, self.desk.counter, self.desk.kept), self)
        except CustodyError as error:
            self._problem = error
            self.desk.answered("refused", "answer/not-yet")
            return self

    def _keep(self, sheet: Sheet) -> None:
        """Keep the sheet before anybody is told that it took something."""
        self.desk.kept.keep(sheet)
        self.sheet, self._problem = sheet, None


def _misplaced(flow: Flow, known: Mapping[str, Any]) -> str | None:
    """What is odd about where the ledger has an item, before it is moved by this act."""
    status = known["status"]
    said = either(*STATUSES[status])
    if flow.before == "out" and status == "stored":
        return say("scan/stored", where=known["place_name"] or known["holder"])
    if flow.before == "stored" and status not in ("stored", "in-laboratory"):
        return say("scan/not-stored", status=said)
    if flow.before == "lent" and status != "on-loan":
        return say("scan/not-lent", status=said)
    return None
