"""Looking things up: what bears a label, a person or a case; with the acts that make sense of an item now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from custody import label
from custody.cli.history_command import gap_lines, stretch_rows
from custody.cli.show_command import LINES, holder_of
from custody.cli.words import either, term, text
from custody.cli.zone import local
from custody.errors import NotFound
from custody.facts.shapes import STATUSES, Shape
from custody_api.sense import ANYBODY, acts_on
from custody_api.terminal.desk import Desk, View
from custody_api.terminal.filling import Filling
from custody_api.terminal.flows import OFFERED
from custody_api.terminal.sheet import Sheet
from custody_api.terminal.shown import Row, Shown
from custody_api.terminal.words import flow_name, say

_MOST: Final = 50


def looked_up(desk: Desk, text: str) -> View | None:
    """The card of what a label code, an item's or place's id, a person's id or a case's reference names; None if the
    ledger knows nothing of it."""
    if len(text) == label.ID_LENGTH and text[:3] in label.PREFIXES:
        text = label.code_of(text)
    if label.is_code(text):
        return _labelled(desk, text)
    for kind, find in (("person", desk.counter.person), ("case", desk.counter.case)):
        try:
            return Card(desk, kind, text, find(text))
        except NotFound:
            continue
    return None


def _labelled(desk: Desk, code: str) -> View | None:
    found = desk.counter.answers.of(code)
    if found["standing"] == "unknown":
        return None
    kind = next(each for each in ("item", "place", "kit") if found.get(each))
    if found["standing"] == "retired":
        desk.answered("refused", "scan/retired", now=label.spaced(found["item"]["code"]))
    else:
        desk.answered("accepted", "scan/in", description=_title(kind, found[kind]), code=label.spaced(code))
    return Card(desk, kind, code, found[kind])


def _title(kind: str, shape: Shape) -> str:
    return str(shape.get("description") or shape.get("name") or shape.get("case") or shape.get(kind))


class Card(View):
    """What one thing is, and how it came to be so."""

    def __init__(self, desk: Desk, kind: str, name: str, shape: Shape) -> None:
        super().__init__(desk)
        self._kind, self._name, self._shape = kind, name, shape
        self._rows = tuple(self._beneath())
        self._flows = acts_on("item", shape, ANYBODY, among=OFFERED) if kind == "item" else ()

    def shown(self) -> Shown:
        lines = _OWN.get(self._kind, LINES.get(self._kind, _kit))(self._shape)
        facts = tuple((name, str(value)) for name, value in lines if value not in (None, "", "—"))
        return Shown(
            title=_title(self._kind, self._shape), question=say("home/title"), facts=facts, rows=self._rows,
            options=tuple(flow_name(each) for each in self._flows), keys=(say("key/back"),), digits_alone=True,
        )  # fmt: skip

    def _beneath(self) -> Iterator[Row]:
        if self._kind == "item":
            yield from _history(self.desk.counter.history(self._shape["item"]))
        elif self._kind == "place":
            for item in self.desk.counter.contents(self._shape["place"], _MOST):
                yield Row("·", f"{item['description']}  {label.spaced(item['code'])}  {item['case']}")
        elif self._kind == "kit":
            for tube in self._shape["tubes"]:
                said = (tube["designation"], f"{tube['volume_ml']} mL", tube["lot"], tube["expiry"], tube["seal"])
                yield Row("·", "  ".join([label.spaced(label.code_of(tube["item"])), *said]))

    def chosen(self, number: int) -> View:
        if self.desk.kept.sheet is not None:
            self.desk.answered("refused", "home/first")
            return self
        view: View = Filling(self.desk, Sheet(self._flows[number]))
        return view.scanned(self._shape["code"])

    def scanned(self, code: str) -> View:
        return self.desk.home().scanned(code)

    def told(self, text: str) -> View:
        return self.desk.home().told(text)

    def left(self) -> View:
        return self.desk.home()


def _kit(kit: Shape) -> Iterator[tuple[str, object]]:
    yield text("show/kit"), kit["kit"]
    yield text("show/case"), kit["case"]
    yield text("show/officers"), ", ".join(kit["drawn_by"]) if isinstance(kit["drawn_by"], list) else kit["drawn_by"]


def _item(item: Shape) -> Iterator[tuple[str, object]]:
    """What is seen of an item by whoever handles only the thing; defects, where they are shown."""
    custody, loan, seal = item["custody"], item.get("loan"), item["seal"]
    yield text("show/code"), label.spaced(item["code"])
    yield text("show/case"), item["case"]
    yield text("show/status"), either(*STATUSES[item["status"]])
    yield text("show/holder"), holder_of(custody)
    yield text("show/since"), local(custody["since"])
    yield text("show/seal"), seal["number"] or term(seal["state"])
    yield text("show/condition"), item["condition"]
    yield text("show/due"), f"{loan['borrower']} {local(loan['due'])}" if loan else None
    yield text("show/defects"), ", ".join(each["code"] for each in item.get("defects", ()))


_OWN: Final[dict[str, Callable[[Shape], Iterator[tuple[str, object]]]]] = {"item": _item, "kit": _kit}


def _history(history: Shape) -> Iterator[Row]:
    for since, until, holder, act, signed in stretch_rows(history):
        yield Row("│", f"{since} – {until}  {holder}  {act}  {signed}")
    for line in gap_lines(history):
        yield Row("⚠", line, "warn")
    if not history["gaps"]:
        yield Row("✓", text("history/whole"), "good")
