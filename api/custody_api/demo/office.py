"""The demonstration's office: people with key files, a clock that runs through the day, and one way to act."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody import keyfile, label
from custody.acts.values import encode
from custody.authoring import Prepared, new_act_id, prepare
from custody.errors import CustodyError
from custody.facts.item import ItemFacts
from custody.facts.kinds import Need
from custody.ledger.engine import open_engine
from custody.ledger.founding import found_ledger
from custody.ledger.ledger import Ledger, Receipt
from custody.ledger.opening import Disclosure
from custody.ledger.policies import shipped_policy
from custody.signing import PrivateKey, key_id_of, public_bytes
from custody.tlog.merkle import EMPTY_ROOT
from custody.tlog.note import Signer
from custody_migrations import migrate

ORIGIN = "custody.example/jiangzhou"
ZONE = "Asia/Shanghai"
CST = timezone(timedelta(hours=8))


class Office:
    """Everybody's keys, the ledger, and the time of day.

    The day is played in its own time, which ends before now, so that whoever goes on with the ledger goes on from
    there. Key files are without passphrase: this is a demonstration.
    """

    def __init__(self, directory: Path, start: datetime) -> None:
        self.directory = directory
        self.now = start.astimezone(CST)
        self.keys: dict[str, PrivateKey] = {}
        (directory / "keys").mkdir(parents=True)
        (directory / "labels").mkdir()
        database = directory / "ledger.db"
        database.touch(mode=0o600)  # sealed values stand in it
        url = f"sqlite:///{database}"
        migrate(url)
        self._engine = open_engine(url)
        self._log_key = self._log_signer("ledger.db.key", ORIGIN)
        self._journal_key = self._log_signer("ledger.db.key.journal", f"{ORIGIN}/journal")
        self.ledger = self._found()

    def close(self) -> None:
        """Let go of the database."""
        self.ledger.close()
        self._engine.dispose()

    def clock(self) -> datetime:
        """The ledger's clock: the time of the day that is played."""
        return self.now.astimezone(UTC)

    def at(self, hours: int, minutes: int, *, next_day: bool = False) -> None:
        """Move on to a time of day; the day never runs back."""
        then = self.now.replace(hour=hours, minute=minutes, second=0, microsecond=0)
        self.now = max(self.now, then + timedelta(days=1) if next_day else then)

    def act(self, draft: Mapping[str, Any], **header: Any) -> Receipt:
        """Complete a draft, sign it with the keys of everybody it names, and submit it; a minute passes."""
        prepared = self.prepared({**draft, **header})
        disclosures = [Disclosure(each.salt, each.value) for each in prepared.disclosures]
        receipt = self.ledger.submit(self._signed(prepared), disclosures)
        self.now += timedelta(minutes=1)
        return receipt

    def refused(self, draft: Mapping[str, Any]) -> CustodyError:
        """Try what must not be done; returns why it was refused."""
        try:
            self.act(draft)
        except CustodyError as error:
            return error
        raise AssertionError("the demonstration did what must not be done")

    def prepared(self, draft: Mapping[str, Any]) -> Prepared:
        """Complete a draft against the newest head of the ledger."""
        seen = {"size": 0, "root": encode(EMPTY_ROOT)}
        if hasattr(self, "ledger"):
            head = self.ledger.recorder.head()
            seen = {"size": head.size, "root": encode(head.root)}
        return prepare(
            {"occurred_at": self.now.isoformat(), **draft},
            act_id=new_act_id(int(self.now.timestamp() * 1000), secrets.token_bytes(10)),
            ledger=ORIGIN,
            seen=seen,
            keys={person: key_id_of(public_bytes(key)) for person, key in self.keys.items()},
            salts=lambda: secrets.token_bytes(32),
        )

    def item(self, item: str) -> ItemFacts:
        """What the ledger knows of an item."""
        found: ItemFacts = self.ledger.memory.fold([Need("item", item)])[Need("item", item)]
        return found

    def lines(self, items: Sequence[str], **fields: Any) -> list[dict[str, Any]]:
        """Lines in good condition, each with the seal that is on it."""
        return [
            {"item": item, "condition": "完好", "seal_seen": self.item(item).seal or "none", **fields} for item in items
        ]

    def new_key(self, person: str) -> str:
        """Make a key file for a person; returns the public key as acts write it."""
        key = keyfile.generate("ed25519")
        keyfile.write_key(self.directory / "keys" / f"{person}.pem", key, None)
        self.keys[person] = key
        return encode(public_bytes(key))

    @staticmethod
    def code(kind: str = "item") -> str:
        """A fresh label code."""
        return label.make(kind, secrets.token_bytes(9))

    def _signed(self, prepared: Prepared) -> bytes:
        return prepared.signed([self.keys[signer.person] for signer in prepared.act.signers])

    def _log_signer(self, name: str, origin: str) -> Signer:
        key = Ed25519PrivateKey.generate()
        keyfile.write_key(self.directory / name, key, None)
        return Signer(origin, key)

    def _found(self) -> Ledger:
        public = self.new_key("psb-admin")
        administrator = {"person": "psb-admin", "name": {"disclose": "韩松"}, "public_key": public, "kind": "file"}
        prepared = self.prepared(
            {
                "act": "genesis",
                "signers": [{"part": "administrator", "person": "psb-admin"}],
                "origin": ORIGIN,
                "jurisdiction": "cn",
                "log_keys": [str(self._log_key.verifier)],
                "journal_key": str(self._journal_key.verifier),
                "policy": shipped_policy("cn").id,
                "first_agency": {"agency": "psb-yunling", "kind": "police", "name": "江州市公安局云岭分局"},
                "administrator": administrator,
            }
        )
        disclosures = [Disclosure(each.salt, each.value) for each in prepared.disclosures]
        self.now += timedelta(minutes=1)
        return found_ledger(
            self._engine, self._signed(prepared), disclosures, self._log_key, self._journal_key, clock=self.clock
        )
