"""What one caller sees of the registers. Whatever he may not know is not there: not found, not listed, not counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select

from custody.access.caller import Caller
from custody.access.rights import Sight, sight
from custody.access.shown import as_thing
from custody.facts.shapes import Shape
from custody.registers import readers


@dataclass(frozen=True, slots=True)
class Seen:
    """What a caller sees at an instant (RFC 3339 UTC, as the registers write them)."""

    caller: Caller
    now: str

    def of(self, connection: Connection, subject: str) -> Sight:
        """How much he sees of ``item:…``, ``case:…``, ``place:…`` or ``manifest:…``."""
        return sight(self.caller, readers.roles(connection, self.caller.agency, subject, self.now))

    def items(self) -> Select[Any] | None:
        """The ids of the items he sees; None if that is all of them."""
        return readers.items_seen(self.caller, self.now)

    def cases(self) -> Select[Any] | None:
        """The references of the cases he reads; None if that is all of them."""
        return readers.cases_seen(self.caller)

    def shown(self, connection: Connection, items: Iterable[Shape]) -> list[Shape]:
        """Items that were found for him, each as far as he sees it."""
        found = list(items)
        if self.caller.audits:
            return found
        roles = readers.roles_of_items(connection, self.caller.agency, [each["item"] for each in found], self.now)
        sights = {item: sight(self.caller, of) for item, of in roles.items()}
        seen = [(each, sights.get(each["item"], Sight.NOTHING)) for each in found]
        return [each if how is Sight.WHOLE else as_thing(each) for each, how in seen if how is not Sight.NOTHING]
