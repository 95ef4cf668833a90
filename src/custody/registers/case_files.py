"""Cases to read from: each with its items, its blood kits and the acts on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from custody.access.rights import Sight
from custody.access.shown import as_kit
from custody.facts.shapes import Shape
from custody.registers import cases, custody, deadlines, defects, items, kits, manifests
from custody.registers.books import PAGE, Books, named, not_found, page
from custody.registers.deadlines import Wanted
from custody.registers.items import Search

PARTS: Final = ("items", "kits", "acts", "defects", "deadlines", "manifests")
"""What the file of a case has in it."""

_Fetch = tuple[Callable[[], list[Shape]], str]


class CaseFiles(Books):
    """What `custody.registers.reading.Registers` says of cases and kits."""

    def case(self, reference: str) -> Shape:
        """A case, with ``items``: how many it has. Raises NotFound."""
        with self._reading() as connection:
            self._require(connection, "case", reference, reference, Sight.WHOLE)
            found = cases.find(connection, reference)
            if found is None:
                raise not_found("case", reference)
            return {**found, "items": items.count(connection, Search(case=reference), self.seen)}

    def cases(self, *, lead: str | None = None, after: str | None = None, limit: int = PAGE) -> list[Shape]:
        """Cases ordered by reference, those of one leading agency if it is given."""
        with self._reading() as connection:
            return cases.search(connection, lead, after, page(limit), self.seen)

    def cases_named(self, references: Collection[str]) -> dict[str, Shape]:
        """Those of some cases that are known, by reference, without how many items each has."""
        with self._reading() as connection:
            return cases.find_each(connection, references, self.seen)

    def case_items(self, reference: str, *, after: str | None = None, limit: int = PAGE) -> list[Shape]:
        """The items of a case, ordered by id. Raises NotFound."""
        with self._reading() as connection:
            self._require(connection, "case", reference, reference, Sight.WHOLE)
            if cases.find(connection, reference) is None:
                raise not_found("case", reference)
            return self._searched(connection, Search(case=reference), after, limit)

    def case_acts(self, reference: str, *, after: int = 0, limit: int = PAGE) -> list[Shape]:
        """The acts on a case and on its items after a position, oldest first. Raises NotFound."""
        with self._reading() as connection:
            self._require(connection, "case", reference, reference, Sight.WHOLE)
            if cases.find(connection, reference) is None:
                raise not_found("case", reference)
            return custody.acts_on(connection, f"case:{reference}", after, page(limit))

    def case_kits(self, reference: str, *, after: str | None = None, limit: int = PAGE) -> list[Shape]:
        """The blood kits of a case, ordered by id, as `kit` shows each. Raises NotFound."""
        with self._reading() as connection:
            self._require(connection, "case", reference, reference, Sight.WHOLE)
            if cases.find(connection, reference) is None:
                raise not_found("case", reference)
            found = kits.of_case(connection, reference, after, page(limit))
            return [shown for each in found if (shown := self._kit(connection, each)) is not None]

    def dossier(
        self, reference: str, *, at: datetime, limit: int = PAGE, parts: Collection[str] = PARTS
    ) -> Shape:
        """A case with its file (一案一档) at one position: beside what `case` says, ``contents``. Raises NotFound.

        Each of its ``parts`` has its first ``members``, at most ``limit``, and ``after``: what its own list is
        continued with, None if this is all.
        """
        most = page(limit) + 1
        with self._reading() as connection:
            self._require(connection, "case", reference, reference, Sight.WHOLE)
            found = cases.find(connection, reference)
            if found is None:
                raise not_found("case", reference)
            lists = self._contents(connection, reference, at, most)
            contents = {
                name: _part(fetch(), key, most - 1) for name, (fetch, key) in lists.items() if name in parts
            }  # fmt: skip
            counted = items.count(connection, Search(case=reference), self.seen)
        return {**found, "items": counted, "contents": contents}

    def _contents(self, connection: Connection, reference: str, at: datetime, most: int) -> Mapping[str, _Fetch]:
        """What is in the file of a case, part by part: how it is read, and the key that its list is continued with."""

        def of_kits() -> list[Shape]:
            found = (self._kit(connection, each) for each in kits.of_case(connection, reference, None, most))
            return [each for each in found if each is not None]

        running, offered = Wanted(case=reference), manifests.Wanted(case=reference)
        return {
            "items": (lambda: self._searched(connection, Search(case=reference), None, most), "item"),
            "kits": (of_kits, "kit"),
            "acts": (lambda: custody.acts_on(connection, f"case:{reference}", 0, most), "position"),
            "defects": (lambda: defects.search(connection, None, reference, None, most, self.seen), "id"),
            "deadlines": (lambda: deadlines.search(connection, running, at, None, most, self.seen), "deadline"),
            "manifests": (lambda: manifests.search(connection, offered, at, None, most, self.seen), "manifest"),
        }

    def touched(self, positions: Sequence[int]) -> dict[int, list[str]]:
        """What acts touched: ``item:…``, ``case:…``, ``place:…``, by position, whoever reads."""
        with self._reading() as connection:
            return custody.touched_each(connection, positions)

    def positions_on(self, wanted: Collection[str]) -> dict[str, list[int]]:
        """Where the acts on each of some items stand, oldest first. Raises NotFound unless every one is seen."""
        with self._reading() as connection:
            sights = self.seen.of_items(connection, list(wanted)) if self.seen else {}
            found = custody.positions_on(connection, [f"item:{each}" for each in wanted])
        for each in wanted:
            if sights.get(each, Sight.WHOLE) is Sight.NOTHING or not found[f"item:{each}"]:
                raise not_found("item", each)
        return {each: found[f"item:{each}"] for each in wanted}

    def ancestors(self, item: str) -> list[str]:
        """What an item was divided from, and that again, whoever reads."""
        with self._reading() as connection:
            return items.ancestors(connection, item)

    def place_names(self, places: Sequence[str]) -> dict[str, str]:
        """What places are called."""
        with self._reading() as connection:
            return custody.place_names(connection, places)

    def kit(self, kit: str) -> Shape:
        """A blood kit, each tube with ``now``: the item as it is. Raises NotFound."""
        with self._reading() as connection:
            found = kits.find(connection, named(kit))
            shown = found and self._kit(connection, found)
        if shown is None:
            raise not_found("kit", kit)
        return shown

    def _kit(self, connection: Connection, found: Shape) -> Shape | None:
        """A kit with those of its tubes that are seen; None if that is none."""
        if self.seen is not None:
            tubes = [tube["item"] for tube in found["tubes"]]
            found = as_kit(found, self.seen.of_items(connection, tubes))
        now = self._items(connection, items.some(connection, [tube["item"] for tube in found["tubes"]]))
        shown = {each["item"]: each for each in now}
        tubes = [{**tube, "now": shown[tube["item"]]} for tube in found["tubes"] if tube["item"] in shown]
        return {**found, "tubes": tubes} if tubes else None

    def first_items(self, searches: Mapping[str, Search], limit: int) -> dict[str, list[Shape]]:
        """The first items of several searches, by the names of these, without their deadlines."""
        with self._reading() as connection:
            found = items.first_of(connection, searches, page(limit), self.seen)
            known = {each["item"]: each for some in found.values() for each in some}
            seen = self.seen.shown(connection, known.values()) if self.seen else known.values()
        shown = {each["item"]: each for each in seen}
        return {name: [shown[each["item"]] for each in some if each["item"] in shown] for name, some in found.items()}

    def _searched(self, connection: Connection, wanted: Search, after: str | None, limit: int) -> list[Shape]:
        return self._items(connection, items.search(connection, wanted, after, page(limit), self.seen))

    def _items(self, connection: Connection, found: Iterable[Shape | None]) -> list[Shape]:
        """Items that are seen, each as far as it is, with their deadlines if these are told."""
        known = [each for each in found if each is not None]
        shown = self.seen.shown(connection, known) if self.seen else known
        told = {each["item"] for each in shown if "holds" in each}
        dated = {each["item"]: each for each in deadlines.beside(connection, [e for e in shown if e["item"] in told])}
        return [dated.get(each["item"], each) for each in shown]


def _part(members: list[Shape], key: str, limit: int) -> Shape:
    """The first members of a list, and what to continue it with."""
    return {"members": members[:limit], "after": members[limit - 1][key] if len(members) > limit else None}
