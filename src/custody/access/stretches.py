"""The stretches of the log during which an agency has a role towards a thing, from the facts of that thing.

A stretch without end is a right now. Feeds go by the stretches themselves: an act is seen by whoever had a role at its
position, whether it brought that role, fell within it, or ended it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from custody.access.rights import Role
from custody.acts.control import ByAgency, Receiver
from custody.acts.custody import ByPerson
from custody.acts.entry import instant
from custody.facts.case import CaseFacts
from custody.facts.item import Interval, ItemFacts
from custody.facts.manifest import Control, ManifestFacts
from custody.facts.parties import PlaceFacts


class Stretch(NamedTuple):
    """One role towards one subject (``item:…``, ``case:…``, ``place:…``, ``manifest:…``), by positions of the log.

    It belongs to an agency, or to the agency of a keeper (a person or a place).
    """

    subject: str
    role: Role
    agency: str | None
    keeper: str | None
    since: int
    until: int | None = None
    expires: str | None = None
    """An instant after which it counts no more, though nothing is recorded then."""


def of_item(facts: ItemFacts) -> Iterator[Stretch]:
    """Who keeps, examines, controls or is offered an item; whoever controlled one accepted its case."""
    subject, case = f"item:{facts.item}", f"case:{facts.case}"
    before = None
    for each, until in zip(facts.custody, _ends(facts.custody), strict=True):
        if each.holder and each.holder.kind in ("person", "place"):
            # A laboratory's stretch begins with the way there: the act that sends it is addressed to the laboratory.
            begins = before if before is not None and each.type == "lab-receipt" else each.index
            yield Stretch(subject, "keeps", None, each.holder.id, begins + 1, until)
        before = each.index
    for own, until in zip(facts.controls, _ends(facts.controls), strict=True):
        yield Stretch(subject, "controls", own.agency, None, own.index + 1, until)
        yield Stretch(case, "accepted", own.agency, None, own.index + 1)
    if facts.laboratory is not None:
        yield Stretch(subject, "examines", facts.laboratory, None, (before or 0) + 1)
    if facts.offer is not None:
        offered = next(each.index for each in facts.acts if each.act == facts.offer.act)
        agency, keeper = _receiver(facts.offer.receiver)
        yield Stretch(subject, "offered", agency, keeper, offered + 1, expires=instant(facts.offer.expires_at))


def _ends(stretches: Sequence[Interval | Control]) -> list[int | None]:
    """Where each stretch ends: with the act that begins the next; the last one does not."""
    return [*(each.index + 1 for each in stretches[1:]), *([None] if stretches else [])]


def of_case(facts: CaseFacts) -> Iterator[Stretch]:
    """Who leads a case."""
    yield Stretch(f"case:{facts.case}", "leads", facts.lead, None, facts.stages[0].index + 1)


def of_place(facts: PlaceFacts) -> Iterator[Stretch]:
    """Who operates a place."""
    yield Stretch(f"place:{facts.place}", "operates", facts.agency, None, facts.registered_at + 1)


def of_manifest(facts: ManifestFacts) -> Iterator[Stretch]:
    """Who sends and who receives a manifest: for good, whatever became of it; and to whom each item was offered on a
    line that was settled since, so that whoever followed the log then finds the same now."""
    subject = f"manifest:{facts.manifest}"
    agency, keeper = _receiver(facts.receiver)
    yield Stretch(subject, "sends", facts.sender, None, 0)
    yield Stretch(subject, "receives", agency, keeper, 0)
    for item, line in facts.lines.items():
        if line.settled is not None:
            yield Stretch(f"item:{item}", "offered", agency, keeper, facts.index + 1, line.settled + 1)


def _receiver(receiver: Receiver) -> tuple[str | None, str | None]:
    """The agency, or else the keeper, that something is offered to."""
    if isinstance(receiver, ByAgency):
        return receiver.agency, None
    return None, receiver.person if isinstance(receiver, ByPerson) else receiver.place
