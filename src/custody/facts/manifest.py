"""Facts about control: what answers for an item, a manifest and its lines, and what a case holds.

A manifest expires by its own words, so nothing is recorded when it does: whoever asks says at which time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from custody.acts.act import Act
from custody.acts.control import Answer, AnswerLine, ByAgency, InControl, Moves, Offer, OfferWithdrawal, Receiver
from custody.facts.amend import Reading

if TYPE_CHECKING:
    from custody.facts.case import CaseFacts
    from custody.facts.item import ItemFacts

LineState = Literal["open", "accepted", "refused", "withdrawn"]
ManifestState = Literal["open", "partly-accepted", "accepted", "refused", "withdrawn", "expired"]


@dataclass(frozen=True, slots=True)
class Control:
    """One stretch of control: the agency that answers for the item, at which stage, by which document."""

    agency: str
    stage: str
    document: str | None
    since: datetime
    act: str
    index: int


def control_of(item: ItemFacts, case: CaseFacts) -> Control:
    """Who controls an item: the agency that leads the case until a manifest passed it on, at the stage that this
    agency last took it over in or brought the case to."""
    own = item.controls[-1] if item.controls else None
    agency = own.agency if own else case.lead
    entered = [each for each in case.stages if each.agency == agency and (own is None or each.index > own.index)]
    if own is None:
        first = case.stages[0]
        own = Control(agency, first.stage, None, case.opened_at, case.opened_by, first.index)
    return replace(own, stage=entered[-1].stage) if entered else own


def begins_under(stated: InControl | None, act: Act, reading: Reading) -> Answering:
    """The control under which an item comes to exist that was part of another, or is its price."""
    if stated is None:
        return NO_ANSWERING
    index = reading.recorded.index
    control = Control(stated.agency, stated.stage, stated.document, reading.happened_at, act.id, index)
    return NO_ANSWERING._replace(controls=(control,))


@dataclass(frozen=True, slots=True)
class OpenLine:
    """The line of a manifest on which an item was last offered, as long as it is not settled."""

    manifest: str
    act: str
    moves: Moves
    sender: str
    receiver: Receiver
    stage: str | None
    document: str | None
    expires_at: datetime

    def stands(self, at: datetime) -> bool:
        """Whether it can still be accepted at a time."""
        return at < self.expires_at


class Answering(NamedTuple):
    """Who answers for an item, as manifests have it."""

    controls: tuple[Control, ...] = ()
    """Control as manifests passed it on, the last one now; none: the agency that leads the case."""
    offer: OpenLine | None = None
    """The line on which it was last offered, until that is answered or withdrawn; it may have expired."""


NO_ANSWERING: Final = Answering()


@dataclass(frozen=True, slots=True)
class ManifestLine:
    """One line: what it moves, how it stands, by which act, and why it was refused."""

    moves: Moves
    state: LineState = "open"
    act: str | None = None
    reason: str | None = None
    remark: str | None = None
    proposal: str | None = None
    settled: int | None = None
    """The index of the act by which it was answered or withdrawn."""


@dataclass(frozen=True, slots=True)
class ManifestFacts:
    """A manifest: who offers to whom, until when, and its lines by item."""

    manifest: str
    act: str
    index: int
    offered_at: datetime
    offered_by: str
    sender: str
    receiver: Receiver
    stage: str | None
    document: str | None
    expires_at: datetime
    lines: Mapping[str, ManifestLine]

    def open_at(self, item: str, at: datetime) -> bool:
        """Whether a line can still be answered at a time: silence is never acceptance."""
        line = self.lines.get(item)
        return line is not None and line.state == "open" and at < self.expires_at

    def state_at(self, at: datetime) -> ManifestState:
        """How the manifest as a whole stands at a time."""
        states = {line.state for line in self.lines.values()}
        if "open" in states:
            if at >= self.expires_at:
                return "expired"
            return "partly-accepted" if "accepted" in states else "open"
        if states == {"accepted"}:
            return "accepted"
        if "accepted" in states:
            return "partly-accepted"
        return "refused" if "refused" in states else "withdrawn"


@dataclass(frozen=True, slots=True)
class ContentsFacts:
    """Every item that was ever taken in a case; what was voided says so itself."""

    case: str
    items: Mapping[str, None] = field(default_factory=dict)


def evolve_manifest(facts: ManifestFacts | None, reading: Reading, manifest: str) -> ManifestFacts | None:
    """Fold one act, as it reads, into what is known of a manifest."""
    act = reading.act
    if isinstance(act, Offer) and act.manifest == manifest and facts is None:
        lines = {
            line.item: ManifestLine(line.moves, proposal=line.proposal)
            for index, line in enumerate(act.lines)
            if index not in reading.voided
        }
        return ManifestFacts(
            manifest, act.id, reading.recorded.index, reading.happened_at, act.signers[0].person,
            act.sender, act.receiver, act.stage, act.document, act.expires_at, lines,
        )  # fmt: skip
    if facts is None or not isinstance(act, (Answer, OfferWithdrawal)) or act.manifest != manifest:
        return facts
    return replace(facts, lines={**facts.lines, **_settled(facts, reading)})


def _settled(facts: ManifestFacts, reading: Reading) -> dict[str, ManifestLine]:
    act = reading.act
    found: dict[str, ManifestLine] = {}
    for index, item in enumerate(act.own_items):
        known = facts.lines.get(item)
        if known is None or index in reading.voided:
            continue
        known = replace(known, act=act.id, settled=reading.recorded.index)
        if isinstance(act, Answer):
            line = act.lines[index]
            found[item] = replace(known, state=line.decision, reason=line.reason, remark=line.remark)
        else:
            found[item] = replace(known, state="withdrawn")
    return found


def evolve_contents(facts: ContentsFacts | None, reading: Reading, case: str) -> ContentsFacts | None:
    """Fold one act, as it reads, into what a case holds."""
    born = reading.act.items_born if reading.act.case_of_births == case else ()
    known = facts or ContentsFacts(case)
    return replace(known, items={**known.items, **dict.fromkeys(sorted(born))}) if born else facts


def offered_or_settled(
    facts: ItemFacts, reading: Reading, act: Offer | Answer | OfferWithdrawal, position: int
) -> dict[str, Any]:
    """What a manifest changes of an item: offered on it, control passed by it, its condition when handed over."""
    answering = facts.answering
    if isinstance(act, Offer):
        return {"answering": answering._replace(offer=_offered(act, position))}
    line = answering.offer
    if line is not None and line.manifest == act.manifest:
        answering = answering._replace(offer=None)
    if not isinstance(act, Answer):
        return {"answering": answering}
    control = _passed(line, act, position, reading)
    if control is not None:
        answering = answering._replace(controls=(*answering.controls, control))
    return {"answering": answering} | _taken_over(facts, act.lines[position])


def _taken_over(facts: ItemFacts, line: AnswerLine) -> dict[str, Any]:
    """What was seen of a thing that changes hands by a line."""
    if not line.hands_over:
        return {}
    found: dict[str, Any] = {"condition": line.condition or facts.condition}
    if facts.seal_state == "sealed" and line.seal_seen in ("broken", "none"):
        found["seal_state"] = "broken"
    return found


def _offered(act: Offer, position: int) -> OpenLine:
    return OpenLine(
        act.manifest, act.id, act.lines[position].moves, act.sender, act.receiver, act.stage, act.document,
        act.expires_at,
    )  # fmt: skip


def _passed(line: OpenLine | None, act: Answer, position: int, reading: Reading) -> Control | None:
    """The control that an answer passes on, if it accepts a line that does."""
    if line is None or line.manifest != act.manifest or not act.lines[position].passes_control:
        return None
    if not isinstance(line.receiver, ByAgency) or line.stage is None:
        return None
    return Control(
        line.receiver.agency, line.stage, line.document, reading.happened_at, act.id, reading.recorded.index
    )  # fmt: skip
