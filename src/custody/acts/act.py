"""What every act has in common: its header, who signs it, and what stands beside it.

An act is one signed statement of one thing done. Its JSON is read once, strictly, and never written again:
what was signed are the bytes. Source: docs/format.md section 2.

Stored for ever: a field of an act type is never renamed, given another meaning, or made required later. What an
act says changes only by adding an optional field, or by a new act type.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from custody.acts.values import (
    ActId,
    Digest,
    Frozen,
    Hex32,
    ItemId,
    Many,
    Moment,
    Name,
    Origin,
    Reference,
    Sealed,
    Some,
    Text,
    Word,
)


class Seen(Frozen):
    """The head of the checkpoint that the signers' client had verified: tree size and root hash."""

    size: Annotated[int, Field(ge=0, le=2**53)]
    root: Digest


class Signer(Frozen):
    """Who signs, in which part of this act, with which key (hex SHA-256 of its SubjectPublicKeyInfo)."""

    part: Word
    person: Name
    key: Hex32


class Attestation(Frozen):
    """A person without a key here: how they stood to what is said, and the paper that shows it.

    ``house`` is the agency they belong to, if it is registered; ``licence`` is a medic's or an examiner's. ``document``
    is the kind and number of the identity document that was seen, ``contact`` how to reach them.
    """

    part: Word
    name: Sealed
    kind: Literal["handwritten", "fingerprint", "refused", "absent"]
    attachment: Hex32 | None = None
    note: Text | None = None
    house: Name | None = None
    licence: Word | None = None
    document: Sealed | None = None
    contact: Sealed | None = None


class Attachment(Frozen):
    """A file beside the act, by its SHA-256."""

    sha256: Hex32
    media_type: Word
    size_bytes: Annotated[int, Field(ge=0, le=2**53)]
    kind: Literal["photo", "recording", "document", "signature"]
    captured_at: Moment | None = None


class Act(Frozen):
    """The header of every act. Subclasses add what is said; `type_name` is the value of ``act``."""

    type_name: ClassVar[str]
    zh: ClassVar[str]
    bears: ClassVar[bool] = False
    """Whether items come to exist by acts of this type: the one place that says so."""

    act: str
    id: ActId
    ledger: Origin
    occurred_at: Moment
    seen: Seen
    follows: Many[ActId]
    signers: Some[Signer]
    basis: Many[Reference]
    attestations: Many[Attestation]
    attachments: Many[Attachment]
    note: Text | None = None

    @cached_property
    def parts(self) -> dict[str, tuple[Signer, ...]]:
        """The signers of each part that is signed, in the order in which they stand."""
        found: dict[str, tuple[Signer, ...]] = {}
        for signer in self.signers:
            found[signer.part] = (*found.get(signer.part, ()), signer)
        return found

    def signed_by(self, part: str) -> tuple[Signer, ...]:
        """The signers of one part."""
        return self.parts.get(part, ())

    def attested(self, part: str) -> tuple[Attestation, ...]:
        """The attestations of one part."""
        return tuple([each for each in self.attestations if each.part == part])

    def has_recording(self) -> bool:
        """Whether a sound and picture recording is attached."""
        return any(each.kind == "recording" for each in self.attachments)

    @cached_property
    def own_items(self) -> tuple[ItemId, ...]:
        """The items this act names, in the order of its own list; defects point into it by index."""
        return ()

    @cached_property
    def positions(self) -> dict[ItemId, tuple[int, ...]]:
        """Where each item stands in the act's own list."""
        found: dict[ItemId, tuple[int, ...]] = {}
        for index, item in enumerate(self.own_items):
            found[item] = (*found.get(item, ()), index)
        return found

    @cached_property
    def items_born(self) -> frozenset[ItemId]:
        """The items that exist from this act on. A type that has any says so with `bears`."""
        return frozenset()

    @property
    def case_of_births(self) -> Reference | None:
        """The case to which the items belong that exist from this act on."""
        return getattr(self, "case", None) if self.items_born else None

    @cached_property
    def codes_given(self) -> dict[str, ItemId]:
        """The label codes that the act puts in force, with the item each names."""
        return {}

    @cached_property
    def seals_put_on(self) -> dict[str, tuple[ItemId, ...]]:
        """The seal numbers that the act uses up, with the items each closes."""
        return {}


def by_seal(pairs: Iterable[tuple[str, ItemId]]) -> dict[str, tuple[ItemId, ...]]:
    """Gather the items of each seal number, in order."""
    found: dict[str, tuple[ItemId, ...]] = {}
    for number, item in pairs:
        found[number] = (*found.get(number, ()), item)
    return found
