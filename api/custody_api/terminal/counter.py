"""The ledger as a counter asks it: in a database opened here, or behind a server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from custody.acts.receipt import Receipt
from custody.authoring import Disclosed
from custody.cli.connection import Connection, LocalLedger, at_server
from custody.cli.keys import open_key
from custody.cli.ledgers import writing
from custody.cli.parser import WrongUse
from custody.cli.settings import Settings
from custody.client import Client
from custody.client.believing import KnownLog
from custody.errors import NotFound
from custody.facts.shapes import Shape
from custody.ledger.history import history_at
from custody.ledger.ledger import Ledger
from custody.registers import Registers
from custody.tlog.note import Verifier
from custody_scanners.ledger_answers import Answers, FromLedger, FromServer


class Counter(Protocol):
    """What a station needs of a ledger: to submit acts to it, to ask what bears a label, and to look things up.

    All that name one thing raise NotFound; all raise Unavailable.
    """

    @property
    def connection(self) -> Connection:
        """Where acts go."""

    @property
    def answers(self) -> Answers:
        """What bears a label."""

    def history(self, item: str) -> Shape:
        """The chain of custody of an item."""

    def person(self, person: str) -> Shape:
        """A person, with what they may do and how much they hold."""

    def case(self, reference: str) -> Shape:
        """A case."""

    def contents(self, place: str, most: int) -> list[Shape]:
        """Items that lie in a place, the first so many."""

    def book(self, places: Iterable[str]) -> dict[str, str]:
        """What should lie in places: item → place."""


class _Verifying(LocalLedger):
    """A ledger opened here whose receipts are believed as a client believes a server's: once their proof holds."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._verifiers = [Verifier.parse(vkey) for vkey in ledger.log_keys()]

    def submit(self, envelope: bytes, disclosures: Sequence[Disclosed] = ()) -> Receipt:
        receipt = super().submit(envelope, disclosures)
        KnownLog(self._verifiers, _no_tile).require_holds(receipt.entry, receipt.proof)
        return receipt


def _no_tile(path: str) -> bytes:
    """Nothing of the log was seen before that a checkpoint would have to continue."""
    raise NotFound("not-found/log-file", "The folder lacks a file of the log.", file=path)


class LedgerHere:
    """A ledger in a database that this process opened; its registers are brought up to date with every question."""

    def __init__(self, ledger: Ledger) -> None:
        self.connection: Connection = _Verifying(ledger)
        self.answers: Answers = FromLedger(ledger)
        self._ledger = ledger
        self._registers = Registers(ledger.engine)

    def close(self) -> None:
        """Let go of the registers."""
        self._registers.close()

    def history(self, item: str) -> Shape:
        return history_at(self._ledger.recorder, item)

    def person(self, person: str) -> Shape:
        return self._current().person(person)

    def case(self, reference: str) -> Shape:
        return self._current().case(reference)

    def contents(self, place: str, most: int) -> list[Shape]:
        return self._current().place_items(place, limit=most)

    def book(self, places: Iterable[str]) -> dict[str, str]:
        return self._current().book(list(places))

    def _current(self) -> Registers:
        self._registers.catch_up()
        return self._registers


class AtServer:
    """A ledger behind a server, as far as whoever is signed in sees it."""

    def __init__(self, client: Client) -> None:
        self.connection: Connection = client
        self.answers: Answers = FromServer(client)
        self._client = client

    def history(self, item: str) -> Shape:
        return self._client.read(f"/v1/items/{item}/history")

    def person(self, person: str) -> Shape:
        return self._client.read(f"/v1/people/{person}")

    def case(self, reference: str) -> Shape:
        return self._client.read(f"/v1/cases/{reference}")

    def contents(self, place: str, most: int) -> list[Shape]:
        return list(self._client.read(f"/v1/places/{place}/items", limit=most)["items"])

    def book(self, places: Iterable[str]) -> dict[str, str]:
        within = _within(list(places), {each["place"]: each for each in self._client.members("/v1/places", "places")})
        return {
            item["item"]: slot
            for place, slot in within.items()
            for item in self._client.members(f"/v1/places/{place}/items", "items")
        }


def _within(scope: list[str], places: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Every place in a scope → the nearest place of the scope above it, or itself."""
    found = {}
    for place in places:
        above, at = [place], places[place]
        while at["parent"] in places and at["parent"] not in above:
            above.append(at["parent"])
            at = places[at["parent"]]
        slot = next((each for each in above if each in scope), None)
        if slot is not None:
            found[place] = slot
    return found


@contextmanager
def opened(settings: Settings, key: str | None) -> Iterator[Counter]:
    """The ledger that the settings name, to write to; at a server, signed in with this key file unless a session is
    kept. Raises WrongUse unless exactly one is named, and what opening it raises."""
    if settings.server:
        yield AtServer(at_server(settings, open_key(Path(key), settings) if key else None))
    elif settings.database is None:
        raise WrongUse("use/no-ledger", "Name the ledger: --database or --server.")
    else:
        with writing(settings) as ledger:
            counter = LedgerHere(ledger)
            try:
                yield counter
            finally:
                counter.close()
