"""Sealed values over HTTP: shown by right to whoever says why, and journaled before anybody sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

from fastapi import Query

from custody.access.caller import Caller
from custody.access.rights import Sight, opens_sealed_values
from custody.acts.values import decode, encode
from custody.errors import NotAllowed
from custody.facts.kinds import Need
from custody.facts.parties import PersonFacts
from custody.ledger.ledger import Ledger

Reason = Annotated[
    str | None,
    Query(
        alias="disclose", min_length=1, max_length=200, pattern=r"\S",
        description="Why sealed values are looked at. They are shown, and the journal keeps who looked, and why.",
    ),
]  # fmt: skip

NOT_KEPT: Final = {"Cache-Control": "no-store"}
"""The headers of an answer that shows sealed values: nobody keeps it, and no tag tells its state."""


def require_opens(caller: Caller, sight: Sight) -> None:
    """Raise NotAllowed unless a caller may open sealed values of what he sees so much of."""
    if not opens_sealed_values(caller, sight):
        raise NotAllowed("not-allowed/sealed", "Sealed values are shown only to who works on the case.")


def opened(
    ledger: Ledger, caller: Caller, why: str, code: str, of: Mapping[str, object], commitments: Iterable[str]
) -> dict[str, str | None]:
    """What each commitment seals, None where it was erased. The look stands in the journal before this returns.

    No line where nothing was opened. Raises Unavailable if the journal cannot be written: then nothing is shown.
    """
    wanted = list(dict.fromkeys(commitments))
    found = ledger.recorder.disclosures(decode(each) for each in wanted)
    values = {encode(commitment): value for commitment, (_, value) in found.items()}
    if values:
        ledger.journal.view(caller.person, why, of, values, code)
    return {each: values.get(each) for each in wanted}


def with_names(
    ledger: Ledger, caller: Caller, why: str, history: Mapping[str, Any], of: Mapping[str, object]
) -> dict[str, Any]:
    """A chain of custody in which every signer has a ``name``; null where it was erased."""
    needs = {each["person"]: Need("person", each["person"]) for act in history["acts"] for each in act["signers"]}
    ledger.memory.catch_up()
    people: Mapping[Need, PersonFacts | None] = ledger.memory.fold(list(needs.values()))
    sealed = {name: facts.name for name, need in needs.items() if (facts := people[need]) is not None}
    names = opened(ledger, caller, why, "view/history", of, sealed.values())
    acts = [
        {**act, "signers": [{**each, "name": names.get(sealed.get(each["person"], ""))} for each in act["signers"]]}
        for act in history["acts"]
    ]
    return {**history, "acts": acts}
