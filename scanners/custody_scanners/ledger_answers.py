"""What the ledger says of a label: codes resolve by the log, never by what is printed beside them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from custody import label
from custody.cli.connection import at_server
from custody.cli.ledgers import reading
from custody.cli.settings import settings_of
from custody.client import Client
from custody.errors import Malformed, NotFound
from custody.facts.case import CodeFacts
from custody.facts.item import ItemFacts
from custody.facts.kinds import KindName, Need
from custody.facts.parties import PlaceFacts
from custody.facts.party_shapes import place_shape
from custody.facts.sample_shapes import kit_shape
from custody.facts.shapes import Shape, case_shape, in_context, item_shape
from custody.ledger.ledger import Ledger
from custody_scanners.labels import Label

_PURPOSES: Final = {"test": "检验 TEST", "reserve": "备份 RESERVE"}


class Answers(Protocol):
    """A ledger that can be asked for what bears a label."""

    def of(self, code: str) -> Shape:
        """Return ``standing`` (in-force, retired, unknown), and what bears the code as ``item``, ``place`` or ``kit``.

        A retired code says which item it was on and which code is in force there; it moves nothing. Manifests are
        not in the ledger yet. Raises Unavailable.
        """

    def kit(self, kit: str) -> Shape | None:
        """Return a blood kit with its tubes as drawn."""


class FromLedger:
    """Answers from a ledger's own facts, which are never behind."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def of(self, code: str) -> Shape:
        self._ledger.memory.catch_up()
        kind = label.PREFIXES[code[:3]]
        if kind == "item":
            return self._item(code)
        if kind == "place" and (place := self._fold("place", code[: label.ID_LENGTH])) is not None:
            return {"standing": "in-force", "place": place_shape(place)}
        if kind == "kit" and (kit := self.kit(code[: label.ID_LENGTH])) is not None:
            return {"standing": "in-force", "kit": kit}
        return {"standing": "unknown"}

    def kit(self, kit: str) -> Shape | None:
        known = self._fold("kit", kit)
        return kit_shape(known) if known else None

    def _item(self, code: str) -> Shape:
        known: CodeFacts | None = self._fold("code", code)
        item: ItemFacts | None = self._fold("item", known.item) if known else None
        if known is None or item is None:
            return {"standing": "unknown"}
        standing = "retired" if known.retired_by or item.code != code else "in-force"
        return {"standing": standing, "retired_by": known.retired_by, "item": self._whole(item)}

    def _whole(self, item: ItemFacts) -> Shape:
        """An item as the registers show it."""
        case, holder = self._fold("case", item.case), item.holder
        keeper = self._fold(holder.kind, holder.id) if holder and holder.kind != "outside" else None
        name = keeper.name if isinstance(keeper, PlaceFacts) else None
        above: dict[str, Shape] = {}
        parent = self._fold("item", item.thing.parent) if item.thing.parent else None
        while parent is not None and parent.item not in above:
            above[parent.item] = item_shape(parent)
            parent = self._fold("item", parent.thing.parent) if parent.thing.parent else None
        return in_context(item_shape(item), case and case_shape(case), keeper and keeper.agency, name, above)

    def _fold(self, kind: KindName, name: str) -> Any:
        need = Need(kind, name)
        return self._ledger.memory.fold([need])[need]


class FromServer:
    """Answers from the registers behind a server's HTTP API."""

    def __init__(self, server: Client) -> None:
        self._server = server

    def of(self, code: str) -> Shape:
        kind = label.PREFIXES[code[:3]]
        name = code if kind == "item" else code[: label.ID_LENGTH]
        found = self._found(kind, name) if kind != "manifest" else None
        if found is None:
            return {"standing": "unknown"}
        asked = found.pop("asked", None)
        if asked is None:
            return {"standing": "in-force", kind: found}
        standing = "in-force" if found["code"] == code else "retired"
        return {"standing": standing, "retired_by": asked["retired_by"], "item": found}

    def kit(self, kit: str) -> Shape | None:
        return self._found("kit", kit)

    def _found(self, kind: str, name: str) -> Shape | None:
        try:
            return self._server.read(f"/v1/{kind}s/{name}")
        except NotFound:
            return None


@contextmanager
def answers_named(args: Namespace) -> Iterator[Answers | None]:
    """The ledger that a command's options or the environment name, for reading; None if they name none."""
    settings = settings_of(args)
    if settings.server is not None:
        yield FromServer(at_server(settings))
    elif settings.database is not None:
        with reading(settings) as ledger:
            yield FromLedger(ledger)
    else:
        yield None


def label_of(answers: Answers, text: str) -> Label:
    """Return the label in force of what an id or a code names, with its lines of text. Raises NotFound.

    A retired code names its item still, so its label is drawn with the code that is in force.
    """
    code = _code(text)
    answer = answers.of(code)
    if item := answer.get("item"):
        kit = answers.kit(item["kit"]) if item["kit"] else None
        return Label(item["code"], _lines(item, kit))
    if place := answer.get("place"):
        return Label(code, (place["name"], place["agency"]))
    if kit := answer.get("kit"):
        return Label(code, (kit["case"],))
    raise _not_found(text)


def _lines(item: Shape, kit: Shape | None) -> tuple[str, ...]:
    for tube in kit["tubes"] if kit else ():
        if tube["item"] == item["item"]:
            return item["description"], _PURPOSES[tube["purpose"]], item["case"]
    return item["description"], f"{item['quantity']} {item['unit']}", item["case"]


def _code(text: str) -> str:
    try:
        code = label.code_of(text) if len(text) == label.ID_LENGTH else text
        label.parse(code)
    except Malformed:
        raise _not_found(text) from None
    return code


def _not_found(text: str) -> NotFound:
    return NotFound("not-found/label", "The ledger knows nothing that bears this label.", got=text[:40])
