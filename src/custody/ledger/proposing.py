"""What the rule data propose to erase: disclosed values whose time is over, found by a walk through the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from custody.acts.entry import Recorded
from custody.acts.values import decode
from custody.facts.case import CaseFacts
from custody.facts.kinds import Need
from custody.ledger.ledger import Ledger
from custody.ledger.past import recorded_from
from custody.rules.retention import Proposal, proposals

_PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Proposed:
    """A value that may or should be erased: of which act in which cases, and whether something holds it."""

    recorded: Recorded
    cases: tuple[str, ...]
    proposal: Proposal
    held: bool


def proposed(ledger: Ledger, at: datetime) -> Iterator[Proposed]:
    """Every value whose time is over at an instant and that is still disclosed, in log order. Raises Unavailable."""
    ledger.memory.catch_up()
    after = 0
    while page := ledger.recorder.tagged_rows(after, _PAGE):
        after = page[-1][0].position
        found = [each for row, tags in page for each in _of(ledger, recorded_from(row), tags, at)]
        kept = ledger.recorder.disclosures(decode(each.proposal.commitment) for each in found) if found else {}
        yield from (each for each in found if decode(each.proposal.commitment) in kept)


def _of(ledger: Ledger, recorded: Recorded, tags: Sequence[str], at: datetime) -> Iterator[Proposed]:
    needs = [Need("case", tag.removeprefix("case:")) for tag in tags if tag.startswith("case:")]
    known: list[CaseFacts | None] = list(ledger.memory.fold(needs).values()) if needs else []
    cases = [each for each in known if each is not None]
    for each in proposals(recorded.act, cases, ledger.policy, at):
        yield Proposed(recorded, tuple(case.case for case in cases), each, _held(ledger, recorded, cases))


def _held(ledger: Ledger, recorded: Recorded, cases: Sequence[CaseFacts]) -> bool:
    items: dict[Need, Any] = dict(ledger.memory.fold([Need("item", each) for each in recorded.act.own_items]))
    return any(case.holds for case in cases) or any(item.holds for item in items.values() if item is not None)
