"""What clerks, prosecutors, courts and auditors ask, answered from the registers.

All answers are JSON objects as `custody.facts.shapes` makes them; `custody.ledger.history` gives the same shapes for
the past, items without their ``deadlines``. Lists are ordered by a key and continued with ``after``, the key of the
last one seen.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from copy import copy
from datetime import datetime

from sqlalchemy import Connection, Engine

from custody import label
from custody.access.caller import Caller
from custody.access.rights import Sight
from custody.access.shown import as_thing
from custody.acts.entry import Recorded, instant
from custody.errors import NotFound
from custody.facts.shapes import Shape
from custody.registers import (
    clearances,
    codes,
    custody,
    deadlines,
    defects,
    files,
    items,
    people,
    places,
)
from custody.registers.books import MOST, PAGE, named, not_found, page
from custody.registers.case_files import CaseFiles
from custody.registers.deadlines import Wanted
from custody.registers.follower import REGISTERS, Follower, Progress
from custody.registers.following import Followed, follow
from custody.registers.items import Search
from custody.registers.sight import Seen
from custody.registers.store import Store
from custody.rules.clocks.text import Colour

__all__ = ["MOST", "PAGE", "Registers"]

_POLL_SECONDS = 0.02


class Registers(CaseFiles):
    """The registers of a ledger, to read from. Safe to use from any thread.

    They are kept current by a `Runner` in this or another process; `catch_up` does it here and now. Methods that name
    one thing raise NotFound; all of them raise Unavailable when the database cannot be reached.
    """

    def __init__(self, ledger: Engine, store: Store | None = None) -> None:
        self._ledger = ledger
        self.store = store or Store.beside(ledger)
        self.store.prepare(REGISTERS)

    def seen_by(self, caller: Caller, now: datetime) -> Registers:
        """The same registers as one caller sees them at an instant."""
        limited = copy(self)
        limited.seen = Seen(caller, instant(now))
        return limited

    def close(self) -> None:
        """Let go of the registers' file. The ledger's engine stays its owner's."""
        self.store.close()

    def catch_up(self, progress: Progress | None = None) -> None:
        """Bring all registers to where the logs end, in this thread: for commands, which run no runner."""
        Follower(self._ledger, self.store).catch_up(progress=progress)

    def positions(self) -> dict[str, int]:
        """The position of each register in its log."""
        return self.store.positions(REGISTERS)

    def wait(self, at_least: int, timeout: float = 2.0) -> bool:
        """Return True once every register of the ledger is complete up to a position, False after ``timeout`` s.

        Asks the database; in the process of the runner, `Runner.wait` is told at once.
        """
        deadline = time.monotonic() + timeout
        names = [register.name for register in REGISTERS if register.log == "ledger"]
        while True:
            positions = self.positions()
            if all(positions.get(name, -1) >= at_least for name in names):
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_SECONDS)

    def item(self, id_or_code: str) -> Shape:
        """An item by its id, or by any code it ever bore, with its ``deadlines`` that nothing has stopped yet.

        Asked by a code, the answer has ``asked``: that code, ``in-force`` or ``retired``, and which act retired it;
        ``code`` is always the one in force. Raises NotFound.
        """
        with self._reading() as connection:
            name, sight, asked = self._asked(connection, id_or_code)
            found = self._found(connection, name, sight, id_or_code)
            shown = deadlines.beside(connection, [found])[0] if sight is Sight.WHOLE else found
        return {**shown, "asked": asked} if asked else shown

    def item_file(self, id_or_code: str, at: datetime) -> tuple[Shape, Shape]:
        """What `item` says, its ``deadlines`` as `deadlines` shows them at an instant, and the item's `history`. It
        takes more than its label at hand to see both. Raises NotFound."""
        with self._reading() as connection:
            name, sight, asked = self._asked(connection, id_or_code, presented=False)
            shown = self._found(connection, name, sight, id_or_code)
            if sight is Sight.WHOLE:
                shown = {**shown, "deadlines": deadlines.of_subjects(connection, [f"item:{name}"], at)}
            history = self._history(connection, name, id_or_code)
        return ({**shown, "asked": asked} if asked else shown), history

    def named_item(self, id_or_code: str) -> tuple[str, Sight, Shape | None]:
        """The id of an item by its id or any code it ever bore, how much the reader sees of it, perhaps with that label
        at hand, and what ``asked`` says. Raises NotFound if he sees nothing."""
        with self._reading() as connection:
            return self._asked(connection, id_or_code)

    def code(self, code: str) -> Shape:
        """What a label code names: ``{"code","item","state","retired_by","in_force"}``. Raises NotFound."""
        with self._reading() as connection:
            found = codes.find(connection, code)
            item = found and items.find(connection, found["item"])
            hidden = found and self.seen and not self.seen.of(connection, f"item:{found['item']}", presented=True)
        if found is None or hidden:
            raise not_found("code", code)
        return {**found, "in_force": item["code"] if item else None}

    def items(
        self,
        *,
        case: str | None = None,
        agency: str | None = None,
        holder: str | None = None,
        place: str | None = None,
        status: str | None = None,
        category: str | None = None,
        q: str | None = None,
        manifest: str | None = None,
        overdue: tuple[bool, datetime] | None = None,
        after: str | None = None,
        limit: int = PAGE,
    ) -> list[Shape]:
        """Items that fit everything given, ordered by id, beginning after the item ``after``; at most 2,000.

        ``agency`` finds what an agency controls or holds, ``q`` words in the texts that stand on or with an item,
        ``manifest`` what is offered on it and waits for an answer, ``overdue`` what was due back by an instant, or not.
        """
        late = (overdue[0], instant(overdue[1])) if overdue else None
        place, manifest = place and named(place), manifest and named(manifest)
        wanted = Search(case, agency, holder, place, status, category, q, late, manifest)
        with self._reading() as connection:
            return self._searched(connection, wanted, after, limit)

    def those(self, wanted: Collection[str]) -> list[Shape]:
        """Those of some items that are seen, by their ids, in the order of these."""
        with self._reading() as connection:
            return self._items(connection, items.some(connection, list(wanted)))

    def history(self, item: str) -> Shape:
        """The chain of custody of an item, as `history_shape` shows it, oldest first. Raises NotFound."""
        with self._reading() as connection:
            name, _, _ = self._asked(connection, item, presented=False)
            return self._history(connection, name, item)

    def place(self, place: str) -> Shape:
        """A place, with ``items``: how many lie in it. Raises NotFound."""
        with self._reading() as connection:
            asked, place = place, named(place)
            self._require(connection, "place", place, asked)
            found = places.find(connection, place)
            if found is None:
                raise not_found("place", place)
            return {**found, "items": items.count(connection, Search(place=place), self.seen)}

    def places(
        self, *, agency: str | None = None, within: str | None = None, after: str | None = None, limit: int = PAGE
    ) -> list[Shape]:
        """Places ordered by id, those of one agency, or those that stand in one place, if it is given."""
        with self._reading() as connection:
            return places.search(connection, agency, after, page(limit), self.seen, within and named(within))

    def place_items(self, place: str, *, after: str | None = None, limit: int = PAGE) -> list[Shape]:
        """What lies in a place now. Raises NotFound."""
        with self._reading() as connection:
            asked, place = place, named(place)
            self._require(connection, "place", place, asked)
            if places.find(connection, place) is None:
                raise not_found("place", place)
            return self._searched(connection, Search(place=place), after, limit)

    def person(self, person: str) -> Shape:
        """A person or system: capacities, places, keys with who enrolled each, ``items`` held now. Raises NotFound."""
        with self._reading() as connection:
            found = people.find(connection, person)
            if found is None:
                raise not_found("person", person)
            return {**found, "items": items.count(connection, Search(holder=person), self.seen)}

    def people(self, *, agency: str | None = None, after: str | None = None, limit: int = PAGE) -> list[Shape]:
        """People ordered by id, without their keys, those of one agency if it is given."""
        with self._reading() as connection:
            return people.search(connection, agency, after, page(limit))

    def person_items(self, person: str, *, after: str | None = None, limit: int = PAGE) -> list[Shape]:
        """What a person holds now. Raises NotFound."""
        with self._reading() as connection:
            if people.find(connection, person) is None:
                raise not_found("person", person)
            return self._searched(connection, Search(holder=person), after, limit)

    def defects(
        self, *, state: str | None = None, case: str | None = None, act: str | None = None, after: str | None = None,
        limit: int = PAGE,
    ) -> list[Shape]:  # fmt: skip
        """Defects ordered by id, each with its items; ``state`` is open, explained, accepted or contested, ``act``
        what was accepted with them."""
        with self._reading() as connection:
            return defects.search(connection, state, case, after, page(limit), self.seen, act)

    def deadlines(
        self,
        *,
        at: datetime,
        rule: str | None = None,
        agency: str | None = None,
        case: str | None = None,
        item: str | None = None,
        state: str | None = None,
        colour: Colour | None = None,
        stopped: bool = False,
        before: datetime | None = None,
        after: str | None = None,
        limit: int = PAGE,
    ) -> list[Shape]:
        """Deadlines as they stand at an instant, the first due first; those that were stopped too, if asked for.

        ``state`` is one of `custody.rules.clocks.deadline.State`, ``colour`` blue, orange or red; ``agency`` finds what
        an agency controls, holds, leads or keeps; ``before`` what is due before an instant.
        """
        subject, until = f"item:{named(item)}" if item else None, instant(before) if before else None
        wanted = Wanted(rule, case, subject, state, colour, stopped, agency, until)
        with self._reading() as connection:
            return deadlines.search(connection, wanted, at, after, page(limit), self.seen)

    def deadlines_of(self, subjects: Collection[str], at: datetime) -> list[Shape]:
        """Deadlines that run for some subjects (``item:…``, ``kit:…``), the first due first, whoever reads."""
        with self._reading() as connection:
            return deadlines.of_subjects(connection, subjects, at)

    def clearance(self, name: str, at: datetime) -> dict[str, list[Shape]]:
        """What must be cleared (``daily``, ``monthly``, ``quarterly``), by heading. Raises NotFound."""
        if name not in clearances.CLEARANCES:
            raise NotFound("not-found/clearance", "There is no such clearance.", asked=name)
        with self._reading() as connection:
            return clearances.cleared(connection, name, at, self.seen)

    def statistics(self, since: datetime, until: datetime, *, agency: str | None = None) -> Shape:
        """The figures of a period, as `custody.registers.clearances.statistics` describes them.

        Those of all cases, or of the cases that one agency leads.
        """
        with self._reading() as connection:
            return clearances.statistics(connection, since, until, agency)

    def charted(self, weeks: Sequence[datetime], *, agency: str | None = None) -> Shape:
        """What charts of a period are drawn from: ``weeks``, ``overdue`` by rule at the end, open ``defects``."""
        with self._reading() as connection:
            return {
                "weeks": clearances.by_week(connection, weeks, agency),
                "overdue": clearances.overdue_by_rule(connection, weeks[-1], agency),
                "defects": clearances.open_defects_by_code(connection, agency),
            }

    def sight_of_act(self, recorded: Recorded) -> Sight:
        """How much the reader sees of a recorded act."""
        if self.seen is None:
            return Sight.WHOLE
        signers = {each.person for each in recorded.act.signers}
        with self._reading() as connection:
            return self.seen.of_act(connection, custody.touched_by(connection, recorded.index + 1), signers)

    def seen_acts(self, recorded: Sequence[Recorded], least: Sight = Sight.THING) -> set[int]:
        """The leaf indexes of those of some acts that the reader sees at least so much of."""
        if self.seen is None:
            return {each.index for each in recorded}
        with self._reading() as connection:
            subjects = custody.touched_each(connection, [each.index + 1 for each in recorded])
            sights = self.seen.of_acts(connection, {
                each.index: (subjects[each.index + 1], {signer.person for signer in each.act.signers})
                for each in recorded
            })  # fmt: skip
        return {index for index, how in sights.items() if how >= least}

    def sight_of(self, subject: str, *, presented: bool = False) -> Sight:
        """How much the reader sees of ``item:…``, ``case:…``, ``place:…`` or ``manifest:…``, with its label or not."""
        if self.seen is None:
            return Sight.WHOLE
        with self._reading() as connection:
            return self.seen.of(connection, subject, presented=presented)

    def corrections(self, act_id: str, position: int) -> list[Shape]:
        """The corrections of an act that was recorded at a position, for who sees the whole of it."""
        with self._reading() as connection:
            return custody.corrections_of(connection, act_id, position)

    def naming(self, sha256: str) -> list[int]:
        """The positions of the acts that name a file, oldest first, whoever reads."""
        with self._reading() as connection:
            return files.positions_naming(connection, sha256)

    def named(self, hashes: Collection[str]) -> set[str]:
        """Which of some files an act names, whoever reads."""
        with self._reading() as connection:
            return files.named(connection, hashes)

    def follow(self, caller: Caller, after: int, limit: int = PAGE) -> Followed:
        """The acts after a position that a caller may see, in log order (`custody.registers.following`)."""
        with self._reading() as connection:
            return follow(connection, caller, after, page(limit))

    def _asked(
        self, connection: Connection, id_or_code: str, *, presented: bool = True
    ) -> tuple[str, Sight, Shape | None]:
        """The id of what a code, perhaps ``presented``, is or was on, or of an item by its id; how much of it is seen;
        and what was asked for, if that was a code."""
        asked = codes.find(connection, id_or_code) if label.is_code(id_or_code, "item") else None
        name = asked["item"] if asked else id_or_code
        at_hand = presented and asked is not None
        return name, self._require(connection, "item", name, id_or_code, presented=at_hand), asked

    def _found(self, connection: Connection, name: str, sight: Sight, asked: str) -> Shape:
        found = items.find(connection, name)
        if found is None:
            raise not_found("item", asked)
        return found if sight is Sight.WHOLE else as_thing(found)

    def _history(self, connection: Connection, name: str, asked: str) -> Shape:
        found = custody.history(connection, name)
        if found is None:
            raise not_found("item", asked)
        return found
