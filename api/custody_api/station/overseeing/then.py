"""The past of an item, a case or a place beside another moment: how it was, as the ledger knew it, and what differs.

A link carries both moments: ``as_of`` and ``known_at`` of the one that is looked at, ``than_as_of`` and
``than_known_at`` of the one it is compared with; without these, the present. The past is read by who may read the
present.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from unicodedata import normalize

from eventsourcing.dcb.api import DCBQueryItem
from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime
from starlette.responses import RedirectResponse, Response

from custody.access.rights import Sight
from custody.access.shown import as_thing, history_of_thing
from custody.acts.entry import Recorded, instant
from custody.errors import NotFound
from custody.facts.kinds import KINDS, KindName
from custody.facts.shapes import Shape, act_shape
from custody.ledger.history import NOW, Moment, case_at, gathered, item_at, place_at, standing
from custody.ledger.reader import Reader
from custody.ledger.remembering import Remembering
from custody.registers.books import not_found
from custody.registers.changes import AXES, THING
from custody_api.past import AtMoment
from custody_api.station.overseeing.saying import called, plainly
from custody_api.station.pages import Page, ThePage

router = APIRouter()

MOST_STEPS: Final = 400
"""Instants that a handle stops at; of more, the newest."""

MOST_ACTS: Final = 100
"""Acts that are listed; of more, those that only one of the moments has, and the newest."""


async def _than(
    than_as_of: Annotated[AwareDatetime | None, Query()] = None,
    than_known_at: Annotated[AwareDatetime | None, Query()] = None,
) -> Moment:
    return Moment(than_as_of, than_known_at)


Than = Annotated[Moment, Depends(_than)]
"""What is compared with; the present, unless it is named."""


@dataclass(frozen=True, slots=True)
class Line:
    """A field as it was at the two moments, as people read it."""

    name: str
    then: str
    other: str

    @property
    def differs(self) -> bool:
        """Whether the two moments tell it otherwise."""
        return self.then != self.other


@dataclass(frozen=True, slots=True)
class Compared:
    """A thing at two moments: its fields by axis, and the acts of either with where each stands."""

    title: str
    axes: Mapping[str, Sequence[Line]]
    acts: Sequence[Shape]
    of: int
    """How many acts there are; the newest, and those that only one of the moments has, are listed."""
    occurred: Sequence[str]
    recorded: Sequence[str]
    missing: bool = False
    """Whether it was not there yet at the moment that is looked at."""

    @property
    def differing(self) -> int:
        """How many fields differ."""
        return sum(line.differs for lines in self.axes.values() for line in lines)


@router.get("/audit/items")
def find_item_then(page: ThePage, item: str) -> Response:
    """Go on to the past of an item, by its id or any code it ever bore. Raises NotFound."""
    found = page.registers.item("".join(item.split()).upper())
    return RedirectResponse(f"/audit/items/{found['item']}", 303)


@router.get("/audit/items/{item}")
def read_item_then(page: ThePage, item: str, moment: AtMoment, than: Than) -> Response:
    """An item at a moment, beside another."""
    found = compared_item(page, item, moment or NOW, than)
    return _drawn(page, "item", item, moment, than, found)


@router.get("/audit/cases/{reference:path}")
def read_case_then(page: ThePage, reference: str, moment: AtMoment, than: Than) -> Response:
    """A case at a moment, beside another."""
    name = normalize("NFC", reference)
    if page.registers.sight_of(f"case:{name}") is not Sight.WHOLE:
        raise not_found("case", name)
    reader = Remembering(page.context.ledger.recorder)
    shapes = _shapes(case_at, reader, name, moment or NOW, than)
    found = _compared(page, reader, f"case:{name}", shapes, {"case": ()}, moment or NOW, than)
    return _drawn(page, "case", name, moment, than, found)


@router.get("/audit/places/{place}")
def read_place_then(page: ThePage, place: str, moment: AtMoment, than: Than) -> Response:
    """A place at a moment, with what lay in it, beside another."""
    if page.registers.sight_of(f"place:{place}") is Sight.NOTHING:
        raise not_found("place", place)
    reader = Remembering(page.context.ledger.recorder)
    reader.ask(_item(f"stays:{place}"), _item(f"place:{place}", "place"))
    lain = _seen(page, _shapes(place_at, reader, place, moment or NOW, than))
    axes = {"place": (), "items": ()}
    found = _compared(page, reader, f"stays:{place}", lain, axes, moment or NOW, than, every=False)
    return _drawn(page, "place", place, moment, than, found)


def compared_item(page: Page, item: str, moment: Moment, than: Moment) -> Compared:
    """An item at two moments, as far as the reader sees it. Raises NotFound."""
    sight = page.registers.sight_of(f"item:{item}")
    if sight is Sight.NOTHING:
        raise not_found("item", item)
    reader = gathered(page.context.ledger.recorder, item, page.registers.ancestors)
    shapes = _shapes(item_at, reader, item, moment, than)
    whole = sight is Sight.WHOLE
    shown = [each if whole or each is None else as_thing(each) for each in shapes]
    return _compared(page, reader, f"item:{item}", shown, {**AXES, THING: ()}, moment, than, whole=whole)


def _item(tag: str, kind: KindName | None = None) -> DCBQueryItem:
    """The acts under a tag, or those of them that a kind of fact is folded from."""
    return DCBQueryItem(types=list(KINDS[kind].types) if kind else [], tags=[tag])


def _shapes(read: Any, reader: Reader, name: str, *moments: Moment) -> list[Shape | None]:
    """A thing at each of two moments. Raises NotFound if it was there at neither."""
    found = [_at(read, reader, name, each) for each in moments]
    if not any(found):
        read(reader, name, NOW)
    return found


def _at(read: Any, reader: Reader, name: str, moment: Moment) -> Shape | None:
    """A thing at a moment; None if it was not there yet."""
    try:
        found: Shape = read(reader, name, moment)
    except NotFound:
        return None
    return found


def _seen(page: Page, places: Sequence[Shape | None]) -> list[Shape | None]:
    """A place at several moments with those of its items that the reader may know of, each as a line of its own."""
    registers, items = page.registers, {each["item"] for place in places if place for each in place["items"]}
    with registers.store.reading() as connection:
        seen = registers.seen.of_items(connection, sorted(items)) if registers.seen else {}

    def shown(place: Shape) -> Shape:
        lines = {each["item"]: f"{each['description']} · {each['quantity']} {each['unit']}" for each in place["items"]
                 if seen.get(each["item"], Sight.WHOLE) is not Sight.NOTHING}  # fmt: skip
        return {**place, "items": lines}

    return [place and shown(place) for place in places]


def _compared(
    page: Page, reader: Remembering, tag: str, shapes: Sequence[Shape | None], axes: Mapping[str, Sequence[str]],
    moment: Moment, than: Moment, *, whole: bool = True, every: bool = True,
) -> Compared:  # fmt: skip
    records = reader.past.under([_item(tag)])[0][tag]
    if not every:
        seen = page.registers.seen_acts(records)
        records = [each for each in records if each.index in seen]
    at, other = ({each.index for each in standing(records, which)} for which in (moment, than))
    placed = [(each, _where(each.index in at, each.index in other)) for each in records
              if each.index in at or each.index in other]  # fmt: skip
    acts = [{**act_shape(each), "where": where} for each, where in _listed(placed)]
    shown = acts if whole else [
        {**one, "where": two["where"]}
        for one, two in zip(history_of_thing({"acts": acts})["acts"], acts, strict=True)
    ]  # fmt: skip
    lines = {axis: list(_lines(page, axis, fields, axes, *shapes)) for axis, fields in axes.items()}
    title = next((each.get("code") or each.get("name") for each in shapes if each), None)
    name = title or tag.partition(":")[2]
    return Compared(name, lines, shown, len(placed), *_steps(records), missing=shapes[0] is None)


def _listed(placed: Sequence[tuple[Recorded, str]]) -> Sequence[tuple[Recorded, str]]:
    """As many acts as are listed, in log order."""
    telling = sorted(placed, key=lambda each: (each[1] == "both", -each[0].index))
    return sorted(telling[:MOST_ACTS], key=lambda each: each[0].index)


def _where(at: bool, other: bool) -> str:
    return "both" if at and other else "then" if at else "other"


def _lines(
    page: Page, axis: str, fields: Sequence[str], axes: Mapping[str, Sequence[str]], then: Shape | None,
    other: Shape | None,
) -> Iterator[Line]:
    """The fields of an axis; of the axis without any named, all that no other axis has."""
    one, two = then or {}, other or {}
    if axis == "items":
        one, two = one.get("items", {}), two.get("items", {})
        names: Iterable[str] = sorted({*one, *two})
    else:
        elsewhere = {each for named in axes.values() for each in named} | {"version", "items"} - {axis}
        names = fields or [each for each in dict.fromkeys([*one, *two]) if each not in elsewhere]
    for name in names:
        said = plainly(page.lang, one.get(name)), plainly(page.lang, two.get(name))
        if any(each != "—" for each in said):
            yield Line(name, *said)


def _steps(records: Sequence[Recorded]) -> tuple[list[str], list[str]]:
    """The instants at which something happened, and at which something was recorded, oldest first."""
    occurred = sorted({instant(each.act.occurred_at) for each in records})
    recorded = sorted({instant(each.recorded_at) for each in records})
    return occurred[-MOST_STEPS:], recorded[-MOST_STEPS:]


def _drawn(
    page: Page, kind: str, name: str, moment: Moment | None, than: Moment, found: Compared
) -> Response:
    part = "hx-request" in page.request.headers
    return page.render(
        f"overseeing/{'compared' if part else 'then'}.html", kind=kind, name=name, heading=found.title, found=found,
        moment=_query(moment or NOW), than=_query(than),
        called=partial(called, page.lang),
    )  # fmt: skip


def _query(moment: Moment) -> dict[str, str]:
    """A moment as a link carries it."""
    return {"as_of": _written(moment.as_of), "known_at": _written(moment.known_at)}


def _written(at: datetime | None) -> str:
    return instant(at) if at else ""
