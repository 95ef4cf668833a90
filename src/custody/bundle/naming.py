"""Which acts are *on* which names: what a statement counts, what a bundle has to hold (docs/format.md section 7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custody.acts.act import Act
from custody.acts.entry import Entry
from custody.acts.governing import LogKey, NewPolicy
from custody.acts.parties import Agency, Enrolment, Genesis, Revocation
from custody.errors import Untrusted
from custody.facts.parties import new_key
from custody.signing import VerifyingKey

GOVERNING: Final = "governing:all"

ABOUT_PARTIES: Final = frozenset({"genesis", "agency", "enrolment", "person", "revocation", "policy", "log-key"})
"""The types of acts about who may sign and by which rules: everybody needs them whole, and sees them."""


def on(entry: Entry, act: Act | None) -> Iterator[str]:
    """The names an act is on, apart from the case; of an act that is withheld, those that its entry shows."""
    yield from (name for name in entry.previous if name.startswith(("item:", "person:")))
    if act is None:
        return
    entering = brought(act)
    if entering is not None:
        yield f"key:{entering[1].key_id}"
    if isinstance(act, Revocation):
        yield f"key:{act.key}"
    yield from (f"agency:{agency}" for agency in dict.fromkeys(_agencies(act)))
    if isinstance(act, (NewPolicy, LogKey)):
        yield GOVERNING


def brought(act: Act) -> tuple[str, VerifyingKey] | None:
    """The person and the key that an act brings into the log, if that key can be enrolled."""
    try:
        return new_key(act)
    except Untrusted:
        return None


def _agencies(act: Act) -> Iterator[str]:
    """The agencies that an act registers, changes or lets succeed one another."""
    if isinstance(act, Genesis):
        yield act.first_agency.agency
    if isinstance(act, Agency):
        yield from (each for each in (act.agency, act.successor) if each)


def keys_in(entry: Entry) -> Iterator[str]:
    """The keys that an act was signed with, brought or revoked, by their ids: its entry links each."""
    return (name.removeprefix("key:") for name in entry.previous if name.startswith("key:"))


def house_of(act: Act) -> tuple[str, str] | None:
    """The person that an act enrols, and the agency they then belong to."""
    if isinstance(act, Genesis):
        return act.administrator.person, act.first_agency.agency
    if isinstance(act, Agency) and act.administrator:
        return act.administrator.person, act.agency
    if isinstance(act, Enrolment):
        return act.person, act.agency
    return None
