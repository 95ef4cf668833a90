"""Completing a draft: its id, ledger, what was seen, and the key of each signer."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from custody.acts.values import decode
from custody.authoring import new_act_id, prepare
from custody.cli.connection import Connection
from custody.cli.zone import here
from custody.errors import Malformed, Untrusted
from custody.facts.parties import new_key
from custody.signed import SignedAct
from custody.signing import key_id_of

_BRINGS_KEY: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "genesis": ("administrator", ("administrator", "public_key")),
    "agency": ("new-administrator", ("administrator", "public_key")),
    "enrolment": ("subject", ("public_key",)),
}
"""Act type → the part that signs with the key the act itself brings, and where that key stands."""


def completed(draft: Mapping[str, Any], ledger: Connection, given: Collection[str]) -> SignedAct:
    """Complete a draft for a ledger; ``given`` are the ids of the keys at hand. What the draft states itself stays.

    Raises Malformed if a signer has no key, or the act is not valid.
    """
    now = time.time()
    listed = draft.get("signers")
    signers = [_with_key(draft, each, ledger, given) for each in listed] if isinstance(listed, list) else listed
    happened = here(datetime.fromtimestamp(now, UTC)).isoformat(timespec="seconds")
    prepared = prepare(
        {"occurred_at": happened, **draft, "signers": signers},
        act_id=new_act_id(int(now * 1000), os.urandom(10)),
        ledger=ledger.origin,
        seen=ledger.seen(),
        keys={},
        salts=lambda: os.urandom(32),
    )
    return SignedAct(prepared.payload, prepared.act, (), prepared.disclosures)


def require_no_passkey(signed: SignedAct, ledger: Connection) -> None:
    """Raise Untrusted for who has not signed and does so with a passkey: browsers reach those, commands do not."""
    entering = new_key(signed.act)
    brought = entering[1].key_id if entering and entering[1].passkey else None
    for signer in signed.missing():
        if signer.key == brought or ledger.live_keys(signer.person).get(signer.key) == "passkey":
            raise Untrusted(
                "untrusted/passkey-elsewhere",
                f"{signer.person} signs this with a passkey: in a browser, this command cannot use it.",
                person=signer.person, part=signer.part, key=signer.key,
            )  # fmt: skip


def _with_key(draft: Mapping[str, Any], signer: Any, ledger: Connection, given: Collection[str]) -> Any:
    if not isinstance(signer, Mapping) or "key" in signer:
        return signer
    key = _brought(draft, signer) or _enrolled(str(signer.get("person")), ledger, given)
    return {**signer, "key": key}


def _brought(draft: Mapping[str, Any], signer: Mapping[str, Any]) -> str | None:
    part, path = _BRINGS_KEY.get(str(draft.get("act")), (None, ()))
    if part is None or signer.get("part") != part:
        return None
    value: Any = draft
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    try:
        return key_id_of(decode(value)) if isinstance(value, str) else None
    except ValueError:
        return None  # reading the act says what is wrong with the key


def _enrolled(person: str, ledger: Connection, given: Collection[str]) -> str:
    """A key of the person that is at hand; else the only one that is enrolled."""
    live = ledger.live_keys(person)
    at_hand = [key for key in live if key in given]
    if at_hand or len(live) == 1:
        return (at_hand or list(live))[0]
    if live:
        raise Malformed(
            "malformed/signer-keys", f"{person} has several keys: state which one in signers, or give it with --key.",
            field="signers", got=person, keys=list(live),
        )  # fmt: skip
    raise Malformed("malformed/signer-key", f"{person} has no enrolled key.", field="signers", got=person)
