"""The case: its opening, and the facts that start or stop its clocks."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal

from custody.acts.act import Act
from custody.acts.values import ItemId, Many, Name, Reference, Some, Text, Word

CaseKind = Literal["criminal", "administrative", "public-order", "traffic"]

NotedFact = Literal[
    "returned-to-unit", "urgent-examination-ended", "loan-purpose-ended", "papers-produced", "found-irrelevant",
    "excursion-acknowledged", "judgment-served", "receipt-to-court-sent", "recommendation-issued",
    "recommendation-answered", "reserve-offered", "reserve-requested", "documents-delivered", "measure-reported",
    "refusal-notified", "claim-period-extended", "verification-extended", "submission-extended",
    "unfreezing-decided", "items-unregistered", "record-sealed", "record-unsealed",
]  # fmt: skip


class CaseOpening(Act):
    """案件登记: a case enters the ledger under the authority's own reference."""

    type_name: ClassVar = "case-opening"
    zh: ClassVar = "案件登记"
    act: Literal["case-opening"]
    case: Reference
    kind: CaseKind
    lead: Name
    officers: Some[Name]
    legal_reviewer: Name | None
    incident: Word | None
    intake: Word | None
    minor: bool


class Noted(Act):
    """时限事实: a fact that starts, shifts or stops a clock; or that the record of the case is sealed or unsealed."""

    type_name: ClassVar = "noted"
    zh: ClassVar = "时限事实"
    act: Literal["noted"]
    case: Reference
    fact: NotedFact
    items: Many[ItemId]
    statement: Text | None

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return self.items
