"""What a scanned code is, as far as the caller sees it, and how the scan is answered."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode

from custody import label
from custody.errors import Malformed, NotFound
from custody_api.sense import GONE, acts_claiming, acts_on
from custody_api.station.pages import Page
from custody_api.station.telling import offered, status

Shape = dict[str, Any]
Outcome = Literal["accepted", "wrong-place", "unknown", "refused"]
"""How it looks and sounds; ``static/answers.js`` shows it."""

INTO_A_PLACE: Final = frozenset({"check-in", "relocation", "return", "lab-receipt"})
"""Acts that put things into a place: into the one where the scanner stands, if he does."""

LISTED: Final = 12
"""Things of a place or a manifest that its card lists; its page has them all."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act that makes sense now, chosen by a digit."""

    number: int
    type: str
    address: str


@dataclass(frozen=True, slots=True)
class Card:
    """A scanned code: ``thing`` bears it, ``listed`` is in it or on it, ``page`` is where all of it stands."""

    code: str
    kind: str
    outcome: Outcome
    says: str
    thing: Shape | None = None
    acts: list[Act] = field(default_factory=list)
    page: str | None = None
    listed: list[Shape] = field(default_factory=list)


def card_of(page: Page, code: str, here: str | None) -> Card:
    """The card of a code, scanned by somebody who stands at the place ``here``, if anywhere."""
    try:
        label.parse(code)
    except Malformed as error:
        return _damaged(page, code, error)
    kind = label.PREFIXES[code[:3]]
    try:
        return _KINDS[kind](page, code, here)
    except NotFound:
        says = page.say("Nothing that you may see bears this label.")
        return Card(code, kind, "unknown", says, acts=numbered(acts_claiming(kind, page.caller), [(kind, code)]))


def _damaged(page: Page, code: str, error: Malformed) -> Card:
    if error.code == "malformed/label-check":
        says = page.say("The check characters do not agree: scan again, or replace the label.")
    else:
        says = page.say("This is not a label of this system.")
    return Card(code[:40], "damaged", "refused", says)


def _item(page: Page, code: str, here: str | None) -> Card:
    item = page.registers.item(code)
    address = f"/items/{item['item']}"
    if item["asked"]["state"] == "retired":
        says = page.say("This label is retired. The thing now bears {code}.", code=label.spaced(item["code"]))
        return Card(code, "item", "refused", says, item, page=address)
    outcome, says = _where_it_is(page, item, here)
    acts = numbered(acts_on("item", item, page.caller), [("item", item["item"])], here, item)
    return Card(code, "item", outcome, says, item, acts, address)


def _where_it_is(page: Page, item: Shape, here: str | None) -> tuple[Outcome, str]:
    """Whether an item is where its scanner stands, in a sentence."""
    custody = item["custody"]
    where = custody["place_name"] or custody["holder"]
    what = " · ".join(filter(None, (item["description"], status(page.lang, item["status"]), where)))
    if item["status"] in GONE:
        return "wrong-place", page.say("{what}: it should not be here.", what=what)
    if here is not None and custody["place"] != here:
        return "wrong-place", page.say("{what}: it is not booked to where you stand.", what=what)
    return "accepted", what


def _place(page: Page, code: str, _: str | None) -> Card:
    place = page.registers.place(code)
    inside = page.registers.place_items(code, limit=LISTED)
    says = page.say("{name}: {n} here by the book.", name=place["name"], n=place["items"])
    acts = numbered(acts_on("place", place, page.caller), [("place", place["place"])])
    return Card(code, "place", "accepted", says, place, acts, f"/places/{place['place']}", inside)


def _manifest(page: Page, code: str, _: str | None) -> Card:
    manifest = page.registers.manifest(code, at=page.context.ledger.clock())
    state = offered(page.lang, manifest["state"])
    says = page.say("Offer of {n} · {state}", n=len(manifest["lines"]), state=state)
    acts = numbered(acts_on("manifest", manifest, page.caller), [("manifest", manifest["manifest"])])
    address = f"/manifests/{manifest['manifest']}"
    return Card(code, "manifest", "accepted", says, manifest, acts, address, manifest["lines"][:LISTED])


def _kit(page: Page, code: str, here: str | None) -> Card:
    kit = page.registers.kit(code)
    asked = [("kit", kit["kit"]), *(("item", each["item"]) for each in kit["tubes"])]
    says = page.say("Blood kit of {n} tubes · {case}", n=len(kit["tubes"]), case=kit["case"])
    acts = numbered(acts_on("kit", kit, page.caller), asked, here)
    return Card(code, "kit", "accepted", says, kit, acts, f"/kits/{kit['kit']}", kit["tubes"])


_KINDS: Final[dict[str, Callable[[Page, str, str | None], Card]]] = {
    "item": _item, "place": _place, "manifest": _manifest, "kit": _kit,
}  # fmt: skip


GUIDED: Final[dict[str, str]] = {
    "answer": "/offers/{manifest}/answer", "offer-withdrawal": "/offers/{manifest}/withdraw",
    "offer": "/offers/new?case={case}", "discrepancy": "/discrepancies/new?item={item}", "blood-draw": "/kit/new",
    "stock-take": "/stock-takes/new",
}  # fmt: skip
"""Acts that are more than a sheet: where they are done."""


def numbered(
    acts: list[str], asked: list[tuple[str, str]], here: str | None = None, thing: Shape | None = None
) -> list[Act]:
    """Acts with the digits that choose them, and where each is done: on a sheet with what is ``asked`` of (kind and
    id), or in its guided flow if that begins with what is known of the ``thing``."""
    offer = (thing or {}).get("offer") or {}
    known = {"case": (thing or {}).get("case"), "manifest": offer.get("manifest"), **dict(asked)}
    named = {name: quote(value, safe="") for name, value in known.items() if value}

    def address(act: str) -> str:
        with suppress(KeyError):  # no guided flow, or nothing known that it begins with
            return GUIDED[act].format_map(named)
        into = [("place", here)] if here and act in INTO_A_PLACE else []
        return f"/do/{act}?{urlencode([*asked, *into])}"

    return [Act(number, each, address(each)) for number, each in enumerate(acts, 1)]
