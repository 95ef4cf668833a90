"""Loans: somebody asks for items out of the store, and an approver decides (呈请调用, 审批, 延期)."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Literal

from custody.acts.act import Act
from custody.acts.custody import LoanPurpose
from custody.acts.values import ActId, ItemId, Moment, Name, Some, Text


class LoanRequest(Act):
    """呈请调用: an officer asks for items, for a borrower, a purpose and a time. The loan is named by this act's id."""

    type_name: ClassVar = "loan-request"
    zh: ClassVar = "呈请调用"
    act: Literal["loan-request"]
    items: Some[ItemId]
    borrower: Name
    purpose: LoanPurpose
    due: Moment
    statement: Text | None

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return self.items


class LoanDecision(Act):
    """调用审批: an approver approves, rejects or extends a loan, for all of its items or some of them.

    ``due`` is until when: of an approval null if it is as requested, of an extension the new time.
    """

    type_name: ClassVar = "loan-decision"
    zh: ClassVar = "调用审批"
    act: Literal["loan-decision"]
    loan: ActId
    decision: Literal["approve", "reject", "extend"]
    items: Some[ItemId]
    due: Moment | None
    reason: Text | None

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return self.items
