"""The books of a store to read from: manifests that wait, loans, stock-takes and what they missed, refusals, views."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from custody import label
from custody.access.rights import Sight
from custody.errors import NotFound
from custody.facts.shapes import Shape
from custody.registers import counting, loans, manifests, refusals, views
from custody.registers.sight import Seen
from custody.registers.store import Store

PAGE: Final = 50
MOST: Final = 2_000


class Books:
    """What `custody.registers.reading.Registers` says of manifests, loans, stock-takes and the journal.

    ``at`` is the instant a reader asks at: what expired or is overdue by then says so. Without it, nothing does.
    """

    store: Store
    seen: Seen | None = None
    """Who reads; without it, whoever has the database sees everything."""

    def manifest(self, manifest: str, *, at: datetime | None = None) -> Shape:
        """A manifest and its lines, by its id or its code. Raises NotFound."""
        with self._reading() as connection:
            self._require(connection, "manifest", named(manifest), manifest)
            found = manifests.find(connection, named(manifest), at)
        if found is None:
            raise not_found("manifest", manifest)
        return found

    def manifests(
        self,
        *,
        agency: str | None = None,
        state: str | None = None,
        waits_for: str | None = None,
        case: str | None = None,
        at: datetime | None = None,
        after: str | None = None,
        limit: int = PAGE,
    ) -> list[Shape]:
        """Manifests ordered by id: those that an agency sends or receives, those in a state (open, accepted …).

        ``waits_for`` finds those that an agency still has to answer, by itself, a person or a place of its own, and
        ``case`` those that list an item of a case.
        """
        wanted = manifests.Wanted(agency, state, waits_for, case)
        with self._reading() as connection:
            return manifests.search(connection, wanted, at, after, page(limit), self.seen)

    def loan(self, loan: str, *, at: datetime | None = None) -> Shape:
        """A loan by the act that asked for it: what was decided, what is out and until when. Raises NotFound.

        One that nobody had asked for is named by its check-out, and known while something of it is out.
        """
        with self._reading() as connection:
            found = loans.find(connection, loan, at, self.seen)
        if found is None:
            raise not_found("loan", loan)
        return found

    def loans(
        self,
        *,
        borrower: str | None = None,
        state: str | None = None,
        at: datetime | None = None,
        after: str | None = None,
        limit: int = PAGE,
    ) -> list[Shape]:
        """Loans by their ids, which follow the time: those asked for, and those that left without having been.

        ``state`` is requested or decided, as asked for; open, while something is out; overdue, if it is by ``at``.
        """
        with self._reading() as connection:
            return loans.search(connection, loans.Wanted(borrower, state), at, after, page(limit), self.seen)

    def lent(self, *, limit: int = PAGE) -> list[Shape]:
        """What is out on loan, the first due first: each item with its loan, its borrower and when it is due back."""
        with self._reading() as connection:
            return loans.out(connection, page(limit), self.seen)

    def stock_take(self, opening: str) -> Shape:
        """A stock-take, by the act that opened it. Raises NotFound."""
        with self._reading() as connection:
            found = self._stock_take(connection, opening)
        if found is None:
            raise not_found("stock-take", opening)
        return found

    def stock_takes(self, *, state: str | None = None, after: str | None = None, limit: int = PAGE) -> list[Shape]:
        """Stock-takes, in the order of their opening acts; ``state`` is open or closed."""
        with self._reading() as connection:
            return counting.search(connection, state, after, page(limit), self.seen)

    def missing(self, opening: str, *, after: str | None = None, limit: int = PAGE) -> list[Shape]:
        """What one stock-take could not find, by item: ``{"item","missed","now"}``. Raises NotFound."""
        with self._reading() as connection:
            if self._stock_take(connection, opening) is None:
                raise not_found("stock-take", opening)
            return self._where_seen(connection, counting.queue(connection, opening, after))[: page(limit)]

    def unlocated(self, *, after: str | None = None, limit: int | None = None) -> list[Shape]:
        """What counts could not find, each with ``missed`` (which counts) and ``now``: the item as it stands."""
        with self._reading() as connection:
            found = self._where_seen(connection, counting.queue(connection, None, after))
            return found[: page(limit)] if limit else found

    def book(self, scope: Collection[str]) -> dict[str, str]:
        """What should lie in some places, and in those within them: item → the nearest place of the scope."""
        with self._reading() as connection:
            return counting.book(connection, scope)

    def within(self, scope: Collection[str]) -> set[str]:
        """Those of some places, and of the places within them, that the reader sees."""
        with self._reading() as connection:
            return set(counting.within(connection, scope, self.seen))

    def slot(self, item: str, scope: Collection[str]) -> str | None:
        """The place of a scope in which one item should lie; None if it belongs elsewhere."""
        with self._reading() as connection:
            return counting.slot(connection, item, scope)

    def categories(self, wanted: Collection[str]) -> dict[str, str]:
        """The category of each of these items that is known."""
        with self._reading() as connection:
            return counting.categories(connection, wanted)

    def refusals(self, *, after: int = 0, before: int | None = None, limit: int = PAGE) -> list[Shape]:
        """Refusals after a position of the journal, oldest first; or those before one, newest first."""
        with self._reading() as connection:
            own = None if self.seen is None or self.seen.caller.audits else self.seen.caller.agency
            return refusals.search(connection, after, page(limit), own, before)

    def views(
        self, *, by: str | None = None, after: int = 0, before: int | None = None, limit: int = PAGE
    ) -> list[Shape]:
        """Who was shown sealed values, after a position of the journal, oldest first, or before one, newest first;
        those of one person if given."""
        with self._reading() as connection:
            return views.search(connection, by, after, page(limit), before)

    def _stock_take(self, connection: Connection, opening: str) -> Shape | None:
        if self.seen is not None and not counting.is_seen(connection, opening, self.seen):
            return None
        return counting.find(connection, opening)

    def _where_seen(self, connection: Connection, found: list[Shape]) -> list[Shape]:
        """Lines that show an item ``now``, of items that are seen, each as far as it is."""
        if self.seen is None:
            return found
        shown = self.seen.shown(connection, [each["now"] for each in found if each["now"]])
        now = {item["item"]: item for item in shown}
        return [{**each, "now": now[each["item"]]} for each in found if each["item"] in now]

    def _require(
        self, connection: Connection, kind: str, name: str, asked: str, least: Sight = Sight.THING, *,
        presented: bool = False,
    ) -> Sight:  # fmt: skip
        """How much the reader sees of a thing. Raises NotFound, as for what does not exist, if that is not so much.

        It is asked before the thing is looked for, so that both take the same way.
        """
        seen = self.seen.of(connection, f"{kind}:{name}", presented=presented) if self.seen else Sight.WHOLE
        if seen < least:
            raise not_found(kind, asked)
        return seen

    def _reading(self) -> AbstractContextManager[Connection]:
        return self.store.reading()


def page(limit: int) -> int:
    """How many members of a list are given at once."""
    return max(1, min(limit, MOST))


def named(id_or_code: str) -> str:
    """The id of what a scanned code is on: a place, a kit and a manifest keep their first label."""
    return id_or_code[: label.ID_LENGTH] if label.is_code(id_or_code) else id_or_code


def not_found(what: str, asked: str) -> NotFound:
    """The error for a thing that the ledger does not know."""
    return NotFound(f"not-found/{what}", f"The ledger knows no such {what}.", asked=asked)
