"""What one caller sees of the registers. Whatever he may not know is not there: not found, not listed, not counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, or_, true

from custody.access.caller import Caller
from custody.access.rights import Sight, roles_granting, sight
from custody.access.shown import as_thing
from custody.facts.shapes import Shape
from custody.registers import readers

Column = ColumnElement[Any]

FEW: Final = 2_000
"""Rights to items; whoever has more meets some soon on a walk through all that fit."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a caller sees at an instant (RFC 3339 UTC, as the registers write them)."""

    caller: Caller
    now: str

    def of(self, connection: Connection, subject: str, *, presented: bool = False) -> Sight:
        """How much he sees of ``item:…``, ``case:…``, ``place:…`` or ``manifest:…``, perhaps with its label at hand."""
        if self.caller.audits:
            return Sight.WHOLE
        roles = readers.roles(connection, self.caller.agency, [subject], self.now).get(subject, set())
        return sight(self.caller, roles | {"presents"} if presented else roles)

    def of_items(self, connection: Connection, items: Sequence[str]) -> dict[str, Sight]:
        """How much he sees of each of some items."""
        if self.caller.audits:
            return dict.fromkeys(items, Sight.WHOLE)
        roles = readers.roles_of_items(connection, self.caller.agency, list(items), self.now)
        return {each: sight(self.caller, roles.get(each, ())) for each in items}

    def of_act(self, connection: Connection, subjects: Sequence[str], signers: Collection[str]) -> Sight:
        """How much he sees of an act: the whole, if he signed it, if everybody needs it, or if he sees the whole of all
        the items it touched; else the thing, if he sees anything that it touched."""
        return self.of_acts(connection, {0: (subjects, signers)})[0]

    def of_acts(
        self, connection: Connection, acts: Mapping[int, tuple[Sequence[str], Collection[str]]]
    ) -> dict[int, Sight]:
        """The same of several acts, each with what it touched and who signed it."""
        asked = {} if self.caller.audits else {
            at: subjects for at, (subjects, signers) in acts.items() if self.caller.person not in signers
        }  # fmt: skip
        named = {each for subjects in asked.values() for each in subjects} - {readers.EVERYONE}
        roles = readers.roles(connection, self.caller.agency, named, self.now)
        sights = {each: sight(self.caller, roles.get(each, ())) for each in named} | {readers.EVERYONE: Sight.WHOLE}
        return {at: _of_act(asked[at], sights) if at in asked else Sight.WHOLE for at in acts}

    def item(self, column: Column, least: Sight = Sight.THING) -> ColumnElement[bool]:
        """Whether a column names an item that he sees at least so much of."""
        if self.caller.audits:
            return true()
        return readers.reads_item(self.caller.agency, roles_granting(self.caller, least), self.now, column)

    def reads_few(self, connection: Connection) -> bool:
        """Whether he sees so few items that looking at each of them is quicker than at all that fit."""
        return readers.count_up_to(connection, self.caller.agency, FEW + 1) <= FEW

    def first(self, fits: Sequence[ColumnElement[bool]], after: str, limit: int) -> Select[Any]:
        """The ids of the first items after one that he sees and that fit; not to be asked for an auditor."""
        roles = roles_granting(self.caller, Sight.THING)
        return readers.items_of(self.caller.agency, roles, self.now, fits, after, limit)

    def case(self, column: Column) -> ColumnElement[bool]:
        """Whether a column names a case that he reads."""
        if self.caller.audits:
            return true()
        return readers.reads_case(self.caller.agency, roles_granting(self.caller, Sight.WHOLE), column)

    def place(self, column: Column) -> ColumnElement[bool]:
        """Whether a column names a place that he sees."""
        return self._owner(readers.PLACE, column)

    def manifest(self, column: Column) -> ColumnElement[bool]:
        """Whether a column names a manifest that he sees."""
        return self._owner(readers.MANIFEST, column)

    def told(self, item: Column, case: Column) -> ColumnElement[bool]:
        """Whether something is told of an item, or of a case, that he sees the whole of."""
        return or_(self.item(item, Sight.WHOLE), self.case(case))

    def shown(self, connection: Connection, items: Iterable[Shape]) -> list[Shape]:
        """Items that were found for him, each as far as he sees it."""
        found = list(items)
        sights = self.of_items(connection, [each["item"] for each in found])
        seen = [(each, sights[each["item"]]) for each in found]
        return [each if how is Sight.WHOLE else as_thing(each) for each, how in seen if how is not Sight.NOTHING]

    def _owner(self, table: Any, column: Column) -> ColumnElement[bool]:
        if self.caller.audits:
            return true()
        return readers.owns(table, self.caller.agency, roles_granting(self.caller, Sight.THING), column)


def _of_act(subjects: Sequence[str], sights: Mapping[str, Sight]) -> Sight:
    of_items = [sights[each] for each in subjects if each.startswith("item:")]
    most = max((sights[each] for each in subjects), default=Sight.NOTHING)
    whole = min(of_items) is Sight.WHOLE if of_items else most is Sight.WHOLE
    return Sight.WHOLE if whole else min(most, Sight.THING)
