"""What there is to do: date the newest checkpoint, renew what grows old, say how things stand."""

from __future__ import annotations

import time as clocks
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from custody.errors import Malformed, NotFound
from custody.ledger import time_tokens as kept
from custody.ledger.ledger import Ledger
from custody.ledger.time_tokens import Kept
from custody.stamping.asking import Answer, Pause, ask
from custody.stamping.configured import Authorities, Authority
from custody.stamping.revocation import kept_lists
from custody.timestamps.chain import good_until, read_certificates, write_certificates
from custody.timestamps.stamps import (
    BEFORE,
    CHAIN,
    RECORD,
    REQUEST,
    TEXT,
    TOKEN,
    Stamp,
    listing,
    renewed_numbers,
    verify_stamp,
)
from custody.timestamps.token import Unproven
from custody.timestamps.wire import Hash
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.note import Note

AT_ONE_TIME: Final = 500
"""Tokens that one renewal renews."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the tokens of one authority stand; ``grown``: acts since the last. ``overdue``: there are, and it is late."""

    authority: str
    last: Kept | None
    grown: int
    overdue: bool

    @property
    def apart(self) -> timedelta:
        """How far the authority's clock was ahead of the ledger's."""
        return self.last.time - self.last.asked_at if self.last else timedelta()


@dataclass(frozen=True, slots=True)
class Judged:
    """A token, what it proves now, and when the first of its certificates ends; None if it was renewed."""

    kept: Kept
    found: datetime | Unproven
    until: datetime | None


class Stamping:
    """A ledger and the authorities that date it."""

    def __init__(self, ledger: Ledger, authorities: Authorities, pause: Pause = clocks.sleep) -> None:
        self.authorities = authorities
        self._ledger = ledger
        self._engine = ledger.engine
        self._pause = pause

    def now(self) -> datetime:
        """What the ledger's clock says."""
        return self._ledger.clock()

    def tokens(self) -> list[Kept]:
        """Every token, oldest first."""
        return kept.tokens(self._engine)

    def stamps(self, numbers: Sequence[int]) -> list[Stamp]:
        """Tokens with their files."""
        return kept.stamps(self._engine, numbers)

    def due(self, name: str) -> bool:
        """Whether the log has grown since an authority's last token, and that is old enough."""
        standing = self.standing(name)
        if standing.last is None or not standing.grown:
            return bool(standing.grown)
        return self.now() - standing.last.asked_at >= self._authority(name).interval

    def date(self, name: str) -> Kept:
        """Have an authority date the newest checkpoint, and keep its token. Raises what `ask` does, and NotFound."""
        text = Note.parse(self._ledger.recorder.checkpoint()).text
        files, answer = self._asked(name, {TEXT: text.encode()}, "sha256")
        size = Checkpoint.parse(text).size
        return kept.keep(self._engine, size, name, answer.time, answer.asked_at, files)

    def renew(self, name: str, before: datetime) -> list[tuple[Kept, Sequence[int]]]:
        """Renew every token one of whose certificates ends before then: each new token, and which it renews.

        Raises what `ask` does, and NotFound; what was renewed by then stays.
        """
        ending = [number for number, until in sorted(self.ends().items()) if until < before]
        done: list[tuple[Kept, Sequence[int]]] = []
        for numbers in (ending[at : at + AT_ONE_TIME] for at in range(0, len(ending), AT_ONE_TIME)):
            stamps, number = kept.stamps(self._engine, numbers), kept.next_number(self._engine)
            paths = dict.fromkeys(each.chain for each in stamps)
            about = kept_lists(paths, self.now(), f"{BEFORE}.json", f"{BEFORE}-")
            text = listing(stamps, Stamp(number, about), self.authorities.renewal_hash)
            files, answer = self._asked(name, {TEXT: text, **about}, self.authorities.renewal_hash)
            got = kept.keep(self._engine, None, name, answer.time, answer.asked_at, files, number)
            done.append((got, numbers))
        return done

    def ends(self) -> dict[int, datetime]:
        """When the first certificate of each token ends, by its number; without those that were renewed."""
        renewed = {
            number for each in kept.renewals(self._engine) for number in renewed_numbers(each.text) - {each.number}
        }
        chains = {number: pem for number, pem in kept.chains(self._engine).items() if number not in renewed}
        until = {pem: _end_of(pem) for pem in set(chains.values())}
        return {number: end for number, pem in chains.items() if (end := until[pem]) is not None}

    def judged(self, tokens: Sequence[Kept]) -> list[Judged]:
        """Tokens as they are judged now, by themselves or by their renewals. Raises ImportError without the library."""
        renewals, ends, now = kept.renewals(self._engine), self.ends(), self.now()
        stamps = {each.number: each for each in kept.stamps(self._engine, [each.number for each in tokens])}
        roots = self.authorities.roots
        return [
            Judged(each, verify_stamp(stamps.get(each.number, Stamp(each.number, {})), renewals, roots,
                                      max(now, each.time)), ends.get(each.number))
            for each in tokens
        ]  # fmt: skip

    def standing(self, name: str) -> Standing:
        """How an authority's tokens stand."""
        size, last = self._ledger.recorder.head().size, kept.last_of(self._engine, name)
        grown = size - (last.size or 0) if last else size
        interval = self._authority(name).interval
        late = last is None or self.now() - last.asked_at > 2 * interval
        return Standing(name, last, grown, bool(grown) and late)

    def _authority(self, name: str) -> Authority:
        found = self.authorities.asked.get(name)
        if found is None:
            raise NotFound("not-found/time-authority", "The settings name no such time authority.", authority=name)
        return found

    def _asked(self, name: str, files: dict[str, bytes], hashed: Hash) -> tuple[dict[str, bytes], Answer]:
        """All files of a new token, and what it says."""
        clock = self._ledger.clock
        answer = ask(name, self._authority(name), files[TEXT], hashed, clock, self._pause)
        lists = kept_lists([answer.path], clock(), RECORD)
        chain = write_certificates(answer.path)
        return {**files, REQUEST: answer.request, TOKEN: answer.token, CHAIN: chain, **lists}, answer


def _end_of(pem: bytes) -> datetime | None:
    """When the first of some certificates ends; None for what are none, which judging the token says."""
    try:
        return good_until(read_certificates(pem))
    except (Malformed, ValueError):
        return None
