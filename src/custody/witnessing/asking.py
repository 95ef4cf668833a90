"""Having the ledger's checkpoints cosigned by the witnesses of its policy, after they were published.

Each witness is asked by itself for the newest published checkpoint, with the proof from the one it cosigned before. A
witness that holds a checkpoint which this log signed and does not have shows that the log was restored or copied: then
the log stops (`Publication.shown`). That needs the log's own signature: what a witness merely says stops nothing, or
any of them could stop the ledger.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from custody.errors import CustodyError, Damaged, Malformed, Untrusted
from custody.ledger import cosignatures
from custody.ledger.ledger import Ledger
from custody.tlog.note import Note, Signature, Verifier
from custody.tlog.policy import WitnessPolicy
from custody.tlog.witness import SIZE_TYPE, AddCheckpoint, monitoring_path
from custody.witnessing import wire

TRIES: Final = 4
"""Requests for one checkpoint: the size that a witness tells may have moved on by the next."""

_LONGEST_SIZE: Final = 20

What = Literal["cosigned", "unavailable", "declined", "contradicts", "rolled-back"]

alarm = logging.getLogger("custody.alarm")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking one witness: for which size, and, where it did not cosign, why."""

    names: tuple[str, ...]
    what: What
    size: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A witness as it is reached: its address, and the names and keys that the policy has at it."""

    url: str
    names: tuple[str, ...]
    keys: tuple[Verifier, ...]


def places_of(policy: WitnessPolicy) -> list[Place]:
    """The witnesses that can be asked; one with two keys has two lines in a policy, and is asked once."""
    urls = dict.fromkeys(each.url.rstrip("/") for each in policy.witnesses if each.url)
    at = {url: [each for each in policy.witnesses if (each.url or "").rstrip("/") == url] for url in urls}
    return [Place(url, tuple(each.name for each in at[url]), tuple(each.key for each in at[url])) for url in urls]


def require_own(policy: WitnessPolicy, ledger: Ledger) -> None:
    """Check that a policy is one for this ledger. Raises Malformed if it lists logs, and no key of this one."""
    keys = ledger.log_keys()
    if policy.logs and not any(str(each.key) in keys for each in policy.logs):
        raise Malformed(
            "malformed/witness-policy-log", "The witness policy is another log's: it lists no verifier key of this.",
            origin=ledger.origin,
        )  # fmt: skip


class Asker:
    """Asks the witnesses of one policy. Safe to use from any thread."""

    def __init__(self, ledger: Ledger, policy: WitnessPolicy) -> None:
        self._ledger = ledger
        self.places = places_of(policy)

    def ask(self, place: Place) -> Outcome | None:
        """Have the newest published checkpoint cosigned; None if it is already. Raises Unavailable for the database."""
        size = self._ledger.publication.size()
        before = cosignatures.newest(self._ledger.engine, place.keys)
        old = before[0] if before else 0
        if size <= old:
            return None
        for _ in range(TRIES):
            if old > size:
                self._ledger.publication.publish(at_once=True)
                size = self._ledger.publication.size()
                if old > size:
                    return self._shown(place, old, f"size {old}")
            try:
                answer = wire.ask(f"{place.url}/add-checkpoint", self._request(old, size))
            except wire.NoAnswer as error:
                return Outcome(place.names, "unavailable", size, str(error))
            if answer.status == 409 and answer.media_type == SIZE_TYPE and (told := _size(answer.body)) is not None:
                old = told
                continue
            return self._judged(place, size, answer)
        return Outcome(place.names, "declined", size, "its size moves on")

    def _request(self, old: int, size: int) -> bytes:
        path = self._ledger.recorder.consistency_path(old, size) if 0 < old < size else []
        note = Note.parse(self._ledger.publication.checkpoint(size))
        own = tuple(each for each in note.signatures if each.name == self._ledger.origin)
        return str(AddCheckpoint(old, tuple(path), Note(note.text, own))).encode()

    def _judged(self, place: Place, size: int, answer: wire.Answer) -> Outcome:
        if answer.status == 200:
            return self._kept(place, size, answer.body)
        if answer.status in (409, 422):
            return self._shown(place, size, f"status {answer.status}")
        if answer.status in (429, 500, 502, 503, 504):
            return Outcome(place.names, "unavailable", size, f"status {answer.status}")
        return Outcome(place.names, "declined", size, f"status {answer.status}")

    def _kept(self, place: Place, size: int, body: bytes) -> Outcome:
        text = Note.parse(self._ledger.publication.checkpoint(size)).text
        try:
            lines = list(_good(text, body, place.keys))
        except CustodyError as error:
            return Outcome(place.names, "declined", size, error.sentence)
        if not lines:
            return Outcome(place.names, "declined", size, "it signed with no key of the policy")
        cosignatures.keep(self._ledger.engine, size, lines)
        return Outcome(place.names, "cosigned", size)

    def _shown(self, place: Place, size: int, reason: str) -> Outcome:
        """The witness says that this log is behind, or another than it knows: have it show what the log signed."""
        try:
            answer = wire.ask(f"{place.url}/{monitoring_path(self._ledger.origin)}")
            if answer.status != 200:
                raise wire.NoAnswer(f"status {answer.status}")
            held = self._ledger.publication.shown(answer.body.decode("utf-8", "replace"))
        except Damaged as damage:
            shown = int(damage.fields.get("published", size))
            return Outcome(place.names, "rolled-back", shown, damage.sentence)
        except (wire.NoAnswer, Malformed, Untrusted) as error:
            alarm.critical("the witness %s says that this log contradicts what it knows (%s)", place.url, reason)
            return Outcome(place.names, "contradicts", size, f"{reason}; {getattr(error, 'code', error)}")
        return Outcome(place.names, "declined", size, f"{reason}, though it holds {held.size} of this log")


def _good(text: str, body: bytes, keys: Sequence[Verifier]) -> Iterable[tuple[Verifier, Signature]]:
    """The lines of an answer that are cosignatures of these keys over a checkpoint. Raises Malformed, Untrusted."""
    note = Note.parse(text.encode() + b"\n" + body)
    for signature in note.signatures:
        for each in Note(note.text, (signature,)).signed_by(keys):
            if each.time:
                yield each.verifier, signature


def _size(body: bytes) -> int | None:
    digits = body.strip()
    return int(digits) if digits.isdigit() and len(digits) < _LONGEST_SIZE else None
