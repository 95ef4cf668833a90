"""The ledger that acts go to: in a database opened here, or behind a server's HTTP API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from custody.acts.receipt import Receipt
from custody.acts.values import encode
from custody.authoring import Disclosed
from custody.cli import sessions
from custody.cli.ledgers import reading, writing
from custody.cli.parser import WrongUse
from custody.cli.settings import Settings
from custody.cli.words import language
from custody.client import Client
from custody.facts.kinds import Need
from custody.ledger.ledger import Ledger
from custody.ledger.opening import Disclosure
from custody.signed import SignedAct
from custody.signing import PrivateKey
from custody.tlog.checkpoint import open_checkpoint
from custody.tlog.note import Verifier


class Connection(Protocol):
    """What a client needs of a ledger."""

    @property
    def origin(self) -> str:
        """The log's origin."""

    def seen(self) -> dict[str, Any]:
        """The newest checkpoint's size and root, as an act states them."""

    def live_keys(self, person: str) -> Mapping[str, str]:
        """The ids of the keys a person signs with, and the kind of each; none if the person is unknown."""

    def recorded(self, act_id: str) -> str | None:
        """The type of a recorded act; None if there is none of this id."""

    def check(self, signed: SignedAct, presented: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Say what would be decided: the defects; ``presented`` are the labels of items that lie before whoever asks.
        Raises what submitting would raise."""

    def submit(self, envelope: bytes, disclosures: Sequence[Disclosed] = ()) -> Receipt:
        """Submit a signed act; the same payload again gives the same receipt."""


class LocalLedger:
    """A ledger in a database that this process opened."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @property
    def origin(self) -> str:
        return self._ledger.origin

    def seen(self) -> dict[str, Any]:
        note = self._ledger.recorder.checkpoint()
        ours = [Verifier.parse(vkey) for vkey in self._ledger.log_keys()]
        head = open_checkpoint(note, *ours)  # what people testify to is what the log signed, not what its head row says
        return {"size": head.size, "root": encode(head.root)}

    def live_keys(self, person: str) -> Mapping[str, str]:
        memory = self._ledger.memory
        memory.catch_up()
        known = memory.fold([Need("person", person)])[Need("person", person)]
        needs = [Need("key", key) for key in known.keys] if known else []
        return {need.id: key.kind for need, key in memory.fold(needs).items() if key and key.live}

    def recorded(self, act_id: str) -> str | None:
        known = self._ledger.memory.record(act_id)
        return known.act.act if known else None

    def check(self, signed: SignedAct, presented: Sequence[str] = ()) -> list[dict[str, Any]]:
        if signed.missing():
            decision = self._ledger.check_act(signed.act)
        else:
            decision = self._ledger.check(signed.envelope(), _disclosures(signed.disclosures))
        return [defect.model_dump(mode="json") for defect in decision.defects]

    def submit(self, envelope: bytes, disclosures: Sequence[Disclosed] = ()) -> Receipt:
        return self._ledger.submit(envelope, _disclosures(disclosures))


@contextmanager
def connected(settings: Settings, *, write: bool, keys: Iterable[PrivateKey] = ()) -> Iterator[Connection]:
    """The ledger that the settings name; at a server, signed in with the first key. Raises WrongUse unless they name
    exactly one."""
    if settings.server:
        yield at_server(settings, next(iter(keys), None))
    elif settings.database is None:
        raise WrongUse("use/no-ledger", "Name the ledger: --database or --server.")
    else:
        with writing(settings) if write else reading(settings) as ledger:
            yield LocalLedger(ledger)


def at_server(settings: Settings, key: PrivateKey | None = None) -> Client:
    """The ledger behind the server that the settings name, in the session that `custody sign-in` keeps, else in one of
    its own. Raises WrongUse if the settings name a database, too, or no address."""
    if settings.database:
        raise WrongUse("use/one-ledger", "Both a database and a server are set: choose one with an option.")
    server = settings.server or ""
    verifiers = [Verifier.parse(settings.log_verifier)] if settings.log_verifier else []
    try:
        return Client(
            server, verifiers, key=key, token=sessions.kept(server), language="zh" if language() == "zh" else "en"
        )
    except ValueError:
        raise WrongUse("use/server", "A server is named by its http or https address.") from None


def _disclosures(disclosed: Sequence[Disclosed]) -> tuple[Disclosure, ...]:
    return tuple(Disclosure(each.salt, each.value) for each in disclosed)
