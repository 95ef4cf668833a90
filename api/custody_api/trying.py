"""Trying an act: what would be decided of it by what its signers may see. Whatever they may not is not there.

A dry run is recorded nowhere, and what it says names what the rules compared: so it must not tell anybody more than he
could look up. Of a signed act everybody who signed is asked for; of an unsigned one, whoever tries it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from custody.access.caller import Caller
from custody.access.rights import Sight
from custody.acts.act import Act, Signer
from custody.acts.entry import Recorded
from custody.errors import Conflict, NotAllowed, NotSignedIn, Refused, Stale, Untrusted
from custody.facts.gather import Source
from custody.facts.kinds import Need
from custody.ledger.ledger import Ledger, Through
from custody.registers.reading import Registers
from custody.rules.judge import Decision
from custody_api.callers import known
from custody_api.context import Context, require_reached
from custody_api.problems import problem_of
from custody_api.wording import Language

_OPEN: Final = frozenset({"key", "person", "agency", "reviewers", "governing", "place", "within"})
"""Parties are everybody's business; a place is named by whoever brings something there."""

_BY_ACT: Final = frozenset({"loan", "order", "discrepancy", "stock-take"})
"""Facts that are named by the act that began them."""


_NOT_TO_BE_RECORDED: Final = (Refused, Untrusted, Stale, Conflict)
"""What a dry run reports as refused; whatever else is wrong is wrong with the question."""


def outcome(ledger: Ledger, decide: Callable[[], Decision], language: Language) -> dict[str, Any]:
    """What would be decided, as it is told."""
    try:
        decision = decide()
    except _NOT_TO_BE_RECORDED as error:
        return {"outcome": "refused", "defects": [], "problem": problem_of(error, language)}
    defects = [{**each.model_dump(mode="json"), **_text(ledger, each.code, language)} for each in decision.defects]
    return {"outcome": "accepted-with-defects" if defects else "accepted", "defects": defects, "problem": None}


def _text(ledger: Ledger, code: str, language: Language) -> dict[str, Any]:
    text = ledger.policy.texts[code]
    said, instead = (text.zh, text.instead_zh) if language == "zh" else (text.en, text.instead_en)
    return {"detail": said, "instead": instead, "source": text.source, "verified": text.verified}


def require_own(ledger: Ledger, act: Act, caller: Caller) -> None:
    """Raise NotAllowed unless somebody of the caller's agency signs: a dry run tells what the rules compared."""
    ledger.memory.catch_up()
    persons = [Need("person", each.person) for each in act.signers]
    of = {facts.agency for facts in ledger.memory.fold(persons).values() if facts is not None}
    if caller.agency not in of and not caller.audits:
        raise NotAllowed("not-allowed/check", "An act is tried by the agency of somebody who is to sign it.")


def bearing(ledger: Ledger, codes: Sequence[str]) -> frozenset[str]:
    """The items, as ``item:…``, on which these labels are in force; a thing that was labelled anew bears another code
    than the one that it has its id from."""
    known = ledger.memory.fold([Need("code", each) for each in codes]).values()
    return frozenset(f"item:{each.item}" for each in known if each is not None and not each.retired_by)


def as_callers(ledger: Ledger, signers: Iterable[Signer]) -> Iterator[Caller]:
    """Signers as readers, as far as they are known and their keys sign."""
    for each in signers:
        with suppress(NotSignedIn):
            yield known(ledger, each.person, each.key)


def as_seen_by(context: Context, readers: Sequence[Caller], presented: frozenset[str] = frozenset()) -> Through:
    """What facts are read through: what one of the readers sees, in registers that are as far along as the log.

    ``presented`` are the subjects, such as ``item:…``, whose labels the readers have before them.
    """
    require_reached(context, context.ledger.recorder.head().size)
    seen = [context.registers.seen_by(each, context.ledger.clock()) for each in readers]
    return lambda source: AsSeen(source, seen, presented)


class AsSeen:
    """A `custody.facts.gather.Source` of what any of some readers sees."""

    def __init__(
        self, source: Source, readers: Sequence[Registers], presented: frozenset[str] = frozenset()
    ) -> None:
        self._source = source
        self._readers = readers
        self._presented = presented
        self._cases: set[str] = set()
        """Of the items that are seen: the rules need them, whoever handles only the thing."""

    def fold(self, needs: Sequence[Need]) -> Mapping[Need, Any]:
        """The facts that are seen; of the others nothing is known."""
        found = self._source.fold(needs)
        items_first = sorted(needs, key=lambda need: need.kind != "item")
        return {need: found[need] if self._sees(need, found[need]) else None for need in items_first}

    def record(self, act_id: str) -> Recorded | None:
        """A recorded act, if anything of it is seen."""
        found = self._source.record(act_id)
        if found is None:
            return None
        return found if any(each.sight_of_act(found) for each in self._readers) else None

    def histories(self, tags: Sequence[str]) -> Mapping[str, Sequence[Recorded]]:
        """Every act under each tag, as far as anything of it is seen."""
        found = self._source.histories(tags)
        return {tag: acts if self._tag(tag) else () for tag, acts in found.items()}

    def recorded_at(self, index: int) -> datetime | None:
        """When an entry was recorded."""
        return self._source.recorded_at(index)

    def _sees(self, need: Need, fact: Any) -> bool:
        if fact is None or need.kind in _OPEN:
            return True
        if need.kind == "item":
            seen = self._thing(f"item:{need.id}")
            self._cases |= {fact.case} if seen else set()
            return seen
        if need.kind in _BY_ACT:
            return self.record(need.id) is not None
        if need.kind in ("case", "contents", "instrument"):
            return self._case(need.id if need.kind == "case" else fact.case)
        if need.kind in ("manifest", "stays"):
            return self._thing(f"manifest:{need.id}" if need.kind == "manifest" else f"place:{need.id}")
        items = fact.tubes if need.kind == "kit" else fact.items if need.kind == "seal" else [fact.item]
        return any(self._thing(f"item:{each}") for each in items)

    def _tag(self, tag: str) -> bool:
        kind, _, name = tag.partition(":")
        if kind == "act":
            return self.record(name) is not None
        return kind not in ("item", "place", "manifest") or self._thing(tag)

    def _thing(self, subject: str) -> bool:
        return any(each.sight_of(subject, presented=subject in self._presented) for each in self._readers)

    def _case(self, case: str) -> bool:
        return case in self._cases or any(each.sight_of(f"case:{case}") is Sight.WHOLE for each in self._readers)
