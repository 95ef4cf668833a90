"""Differences: what does not agree is said, explained and closed; never adjusted."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from custody.acts.act import Act
from custody.acts.values import ActId, EnvelopeBytes, Frozen, ItemId, Many, Reference, Text, Word, decode
from custody.errors import CustodyError
from custody.signing import read_envelope

DiscrepancyKind = Literal[
    "missing", "unexpected", "quantity", "odometer", "hash", "seal", "identity", "condition", "refused-act"
]
"""下落不明、账外物品、数量不符、里程不符、校验值不符、封签不符、物品与登记不符、状态异常、被拒行为已发生."""

_TAKING = ("seizure", "blood-draw", "division")
"""The act types whose items exist once a refused act of them is embedded."""


class Compared(Frozen):
    """What was expected, and what was found."""

    what: Word
    expected: Word | None
    found: Word | None


class Raised(Frozen):
    """Something does not agree. ``envelope`` is the signed act that the ledger refused though it was done."""

    step: Literal["raised"]
    kind: DiscrepancyKind
    facts: Many[Compared]
    envelope: EnvelopeBytes | None


class Explained(Frozen):
    """Somebody says how it came about."""

    step: Literal["explained"]
    discrepancy: ActId


class Closed(Frozen):
    """The inquiry is over. ``responsibility`` is the document on who answers for what is lost."""

    step: Literal["closed"]
    discrepancy: ActId
    outcome: Literal["found", "lost", "explained"]
    responsibility: Reference | None


class Discrepancy(Act):
    """差异: raised by anybody enrolled; while it is open its items are in question and do not leave.

    A refused act that was done all the same is embedded byte for byte. What it took then exists, held by whoever took
    it; items of it that the ledger knows already are named in ``items``.
    """

    type_name: ClassVar = "discrepancy"
    bears: ClassVar = True
    zh: ClassVar = "差异"
    act: Literal["discrepancy"]
    case: Reference | None
    items: Many[ItemId]
    report: Annotated[Raised | Explained | Closed, Field(discriminator="step")]
    statement: Text

    @model_validator(mode="after")
    def _reads_what_is_embedded(self) -> Discrepancy:
        try:
            inner = self.embedded
        except CustodyError as error:
            raise ValueError(f"the exact bytes of an envelope with an act ({error.sentence})") from None
        if isinstance(inner, Discrepancy):
            raise ValueError("an act that is not itself a discrepancy")
        return self

    @property
    def raised_in(self) -> ActId:
        """The act that raised it: this one, or the one it explains or closes."""
        return self.id if isinstance(self.report, Raised) else self.report.discrepancy

    @property
    def envelope(self) -> bytes | None:
        """The embedded envelope, byte for byte."""
        said = self.report
        return decode(said.envelope) if isinstance(said, Raised) and said.envelope else None

    @cached_property
    def embedded(self) -> Act | None:
        """The refused act that is embedded. Raises Malformed (only while this act is being read)."""
        from custody.acts import parse_act  # an act inside an act

        data = self.envelope
        return parse_act(read_envelope(data).payload) if data is not None else None

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        return (*self.items, *self._born)

    @cached_property
    def items_born(self) -> frozenset[ItemId]:
        return frozenset(self._born)

    @cached_property
    def codes_given(self) -> dict[str, ItemId]:
        inner = self.embedded
        return {code: item for code, item in inner.codes_given.items() if item in self.items_born} if inner else {}

    @cached_property
    def seals_put_on(self) -> dict[str, tuple[ItemId, ...]]:
        inner = self.embedded
        closed: dict[str, tuple[ItemId, ...]] = inner.seals_put_on if inner else {}
        ours = {number: tuple(item for item in items if item in self.items_born) for number, items in closed.items()}
        return {number: items for number, items in ours.items() if items}

    @cached_property
    def _born(self) -> tuple[ItemId, ...]:
        inner: Any = self.embedded
        if inner is None or inner.act not in _TAKING:
            return ()
        return tuple(item for item in inner.own_items if item in inner.items_born and item not in self.items)
