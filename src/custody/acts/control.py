"""Control: which agency answers for an item, passed on by manifest, apart from who physically holds it."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from custody.acts.act import Act
from custody.acts.custody import ByPerson, InPlace
from custody.acts.values import (
    Frozen,
    Hex32,
    ItemId,
    ManifestId,
    Many,
    Measure,
    Moment,
    Name,
    Reference,
    SealNumber,
    Some,
    Text,
    Word,
)

Stage = Literal[
    "administrative", "investigation", "prosecution", "trial", "second-instance", "execution", "closed"
]  # fmt: skip
"""行政、侦查、审查起诉、一审、二审、执行、结案: where a case stands. Which follows which is rule data."""

Moves = Literal["custody", "control", "both"]
"""What a line of a manifest moves: the thing, the answer for it, or both. ``control`` alone is a line on paper."""

RefusalReason = Literal["missing-document", "incomplete", "mismatch", "seal-broken", "unsafe", "other"]


class ByAgency(Frozen):
    """Received by an agency, whoever signs for it."""

    agency: Name


Receiver = ByPerson | InPlace | ByAgency


class Effective(Frozen):
    """The instrument that took effect, and when."""

    instrument: Reference
    since: Moment


class InControl(Frozen):
    """The agency that answers for a thing, in which stage, and by which document that was passed to it."""

    agency: Name
    stage: Stage
    document: Reference | None


class CaseStage(Act):
    """阶段变更/生效: a case enters a stage, becomes final, or an instrument of the agency takes effect in it."""

    type_name: ClassVar = "case-stage"
    zh: ClassVar = "阶段变更/生效"
    act: Literal["case-stage"]
    case: Reference
    agency: Name
    stage: Stage | None
    final: bool
    effective: Effective | None


class OfferLine(Frozen):
    """One line of a manifest: what it moves, the disposition proposed (处理建议), photographs of what stays."""

    item: ItemId
    moves: Moves
    proposal: Text | None = None
    photos: Many[Hex32] = ()


class Offer(Act):
    """移送·移交: an agency offers items under a manifest. Nothing moves before the receiver accepts, line by line.

    ``stage`` is where the receiver takes control over, ``document`` the instrument that passes it; both are null for a
    manifest that moves things alone.
    """

    type_name: ClassVar = "offer"
    zh: ClassVar = "移送·移交"
    act: Literal["offer"]
    manifest: ManifestId
    sender: Name
    receiver: Receiver
    stage: Stage | None
    document: Reference | None
    expires_at: Moment
    lines: Some[OfferLine]

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return tuple([line.item for line in self.lines])


class AnswerLine(Frozen):
    """What the receiver says of one line, and as what it was offered.

    A line that moves the thing says its condition and the seal seen; one on paper says what was looked at.
    """

    item: ItemId
    moves: Moves
    decision: Literal["accepted", "refused"]
    reason: RefusalReason | None = None
    viewed: Literal["list", "on-site"] | None = None
    condition: Word | None = None
    seal_seen: SealNumber | Literal["none", "broken"] | None = None
    measured: Many[Measure] = ()
    remark: Text | None = None

    @property
    def hands_over(self) -> bool:
        """Whether the thing itself changes hands by this line."""
        return self.decision == "accepted" and self.moves != "control"

    @property
    def passes_control(self) -> bool:
        """Whether control passes by this line."""
        return self.decision == "accepted" and self.moves != "custody"


class Answer(Act):
    """接收·退回: the receiver accepts or refuses lines of a manifest. Lines not named stay open.

    ``to`` is who or what holds the things that change hands; the present holder then signs too.
    """

    type_name: ClassVar = "answer"
    zh: ClassVar = "接收·退回"
    act: Literal["answer"]
    manifest: ManifestId
    taker: Annotated[ByPerson | InPlace | None, Field(alias="to")]
    lines: Some[AnswerLine]

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return tuple([line.item for line in self.lines])


class OfferWithdrawal(Act):
    """撤回: the sender takes lines of a manifest back before they are answered."""

    type_name: ClassVar = "offer-withdrawal"
    zh: ClassVar = "撤回移送"
    act: Literal["offer-withdrawal"]
    manifest: ManifestId
    items: Some[ItemId]
    reason: Text

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return self.items
