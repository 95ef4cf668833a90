"""From a label to what bears it, and back: codes resolve by the log, never by what is printed beside them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from custody import label
from custody.cli.ledgers import reading
from custody.cli.settings import settings_of
from custody.errors import Malformed, NotFound
from custody.facts import shapes
from custody.facts.case import CodeFacts, KitFacts
from custody.facts.item import ItemFacts
from custody.facts.kinds import KindName, Need
from custody.facts.parties import PlaceFacts
from custody.ledger.ledger import Ledger
from custody_scanners.labels import Label


@contextmanager
def ledger_named(args: Namespace) -> Iterator[Ledger | None]:
    """The ledger that a command's options or the environment name, for reading; None if they name none."""
    settings = settings_of(args)
    if settings.database is None:
        yield None
        return
    with reading(settings) as ledger:
        yield ledger


def label_of(ledger: Ledger, text: str) -> Label:
    """Return the label in force of what an id or a code names, with its lines of text. Raises NotFound.

    A retired code names its item still, so its label is drawn with the code that is in force.
    """
    code = _code(text)
    ledger.memory.catch_up()
    kind = label.PREFIXES[code[:3]]
    if kind == "item" and (item := _item(ledger, code)) is not None:
        return Label(item.code, _lines(item))
    if kind == "place" and (place := _fold(ledger, "place", code[: label.ID_LENGTH])) is not None:
        return Label(code, (place.name, place.agency))
    if kind == "kit" and (kit := _fold(ledger, "kit", code[: label.ID_LENGTH])) is not None:
        return Label(code, (kit.case,))
    raise NotFound("not-found/label", "The ledger knows nothing that bears this label.", got=text[:40])


def what_bears(ledger: Ledger, code: str) -> dict[str, Any]:
    """Say what the ledger knows of a sound code: ``standing`` (in-force, retired or unknown), and what bears it.

    A retired code says which item it was on and which code is in force there; it moves nothing.
    """
    ledger.memory.catch_up()
    kind = label.PREFIXES[code[:3]]
    if kind == "item":
        return _item_bears(ledger, code)
    known: PlaceFacts | KitFacts | None = None
    if kind in ("place", "kit"):
        known = _fold(ledger, "place" if kind == "place" else "kit", code[: label.ID_LENGTH])
    if known is None:
        return {"standing": "unknown"}
    shape = shapes.place_shape(known) if isinstance(known, PlaceFacts) else shapes.kit_shape(known)
    return {"standing": "in-force", kind: shape}


def _item_bears(ledger: Ledger, code: str) -> dict[str, Any]:
    known: CodeFacts | None = _fold(ledger, "code", code)
    item: ItemFacts | None = _fold(ledger, "item", known.item) if known else None
    if known is None or item is None:
        return {"standing": "unknown"}
    standing = "retired" if known.retired_by or item.code != code else "in-force"
    return {"standing": standing, "retired_by": known.retired_by, "item": _whole(ledger, item)}


def _whole(ledger: Ledger, item: ItemFacts) -> shapes.Shape:
    """An item as the registers show it, from facts that are never behind."""
    case = _fold(ledger, "case", item.case)
    holder = item.holder
    keeper = _fold(ledger, holder.kind, holder.id) if holder and holder.kind != "outside" else None
    name = keeper.name if isinstance(keeper, PlaceFacts) else None
    return shapes.in_context(shapes.item_shape(item), case and shapes.case_shape(case), keeper and keeper.agency, name)


def _item(ledger: Ledger, code: str) -> ItemFacts | None:
    known: CodeFacts | None = _fold(ledger, "code", code)
    found: ItemFacts | None = _fold(ledger, "item", known.item if known else code[: label.ID_LENGTH])
    return found


def _lines(item: ItemFacts) -> tuple[str, ...]:
    tube = f" {item.designation}" if item.designation and item.designation not in item.description else ""
    return f"{item.description}{tube}", f"{item.quantity} {item.unit}", item.case


def _code(text: str) -> str:
    try:
        code = label.code_of(text) if len(text) == label.ID_LENGTH else text
        label.parse(code)
    except Malformed:
        raise NotFound("not-found/label", "The ledger knows nothing that bears this label.", got=text[:40]) from None
    return code


def _fold(ledger: Ledger, kind: KindName, name: str) -> Any:
    need = Need(kind, name)
    return ledger.memory.fold([need])[need]
