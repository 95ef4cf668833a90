"""Parties and places: who may act here, with which keys, and where things may lie."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field, model_validator

from custody.acts.act import Act
from custody.acts.values import (
    CredentialId,
    Day,
    Frozen,
    Hex32,
    Many,
    Moment,
    Name,
    Origin,
    PageOrigin,
    PlaceId,
    PublicKey,
    Range,
    RpId,
    Sealed,
    Some,
    Text,
    VerifierKey,
    Word,
)

Capacity = Literal[
    "administrator", "officer", "auxiliary", "custodian", "approver-1", "approver-2", "approver-3",
    "legal-reviewer", "medic", "examiner", "prosecutor", "judge", "finance", "supervisor", "auditor", "system",
]  # fmt: skip
"""What a person may be enrolled as; approver-1 is a unit head, 2 a responsible person, 3 the principal head."""

AgencyKind = Literal[
    "police", "procuratorate", "court", "supervision", "lab", "hospital", "custodian-contractor",
    "finance", "audit", "customs",
]  # fmt: skip

PlaceClass = Literal[
    "general", "valuables", "cold", "drugs", "dangerous", "weapons", "vehicle-yard", "digital",
    "quarantine", "laboratory", "counter",
]  # fmt: skip


class NewKey(Frozen):
    """A person's public key as it enters the log, with the person's sealed name."""

    person: Name
    name: Sealed
    public_key: PublicKey
    kind: Literal["file", "device", "token"]


_MOST_ORIGINS: Final = 8


class NewPasskey(Frozen):
    """What a key that is a passkey is bound to: its site (``rp_id``), up to 8 origins of pages there, its credential
    id, and whether it may be copied to other devices (``backup_eligible``: a synced passkey) and is.
    """

    rp_id: RpId
    origins: Some[PageOrigin]
    credential: CredentialId
    backup_eligible: bool
    backed_up: bool

    @model_validator(mode="after")
    def _fits(self) -> NewPasskey:
        if len(self.origins) > _MOST_ORIGINS:
            raise ValueError(f"at most {_MOST_ORIGINS} origins")
        for origin in self.origins:
            host = origin.partition("://")[2].partition(":")[0]
            if host != self.rp_id and not host.endswith(f".{self.rp_id}"):
                raise ValueError(f"origins at {self.rp_id} or below it")
        if self.backed_up and not self.backup_eligible:
            raise ValueError("backed_up only where backup_eligible")
        return self


class FirstAgency(Frozen):
    """The agency that opens the ledger."""

    agency: Name
    kind: AgencyKind
    name: Word


class Genesis(Act):
    """开账: the first act of a ledger. It names the log's verifier keys and the policy acts are judged by."""

    type_name: ClassVar = "genesis"
    zh: ClassVar = "开账"
    act: Literal["genesis"]
    origin: Origin
    jurisdiction: Word
    log_keys: Some[VerifierKey]
    journal_key: Word
    policy: Hex32
    first_agency: FirstAgency
    administrator: NewKey


class Agency(Act):
    """机构登记: an agency joins, or ends and names its successor."""

    type_name: ClassVar = "agency"
    zh: ClassVar = "机构登记"
    act: Literal["agency"]
    agency: Name
    kind: AgencyKind
    name: Word
    parent: Name | None
    valid_from: Day
    valid_to: Day | None
    successor: Name | None
    administrator: NewKey | None


class Enrolment(Act):
    """密钥登记: one more key of a person or a system, which signs the act itself (proof of possession)."""

    type_name: ClassVar = "enrolment"
    zh: ClassVar = "密钥登记"
    act: Literal["enrolment"]
    person: Name
    subject: Literal["person", "system"]
    name: Sealed
    agency: Name
    public_key: PublicKey
    kind: Literal["file", "device", "passkey", "token"]
    passkey: NewPasskey | None = None
    evidence: Text

    @model_validator(mode="after")
    def _says_what_a_passkey_is_bound_to(self) -> Enrolment:
        if (self.kind == "passkey") != (self.passkey is not None):
            raise ValueError("passkey exactly where kind is passkey")
        return self


class Grant(Frozen):
    """A capacity given: until when, and under which licence where the capacity needs one."""

    capacity: Capacity
    expires: Day | None = None
    licence: Word | None = None


class Person(Act):
    """人员变更: capacities added or ended, the places of a custodian or examiner, unit, leaving the service."""

    type_name: ClassVar = "person"
    zh: ClassVar = "人员变更"
    act: Literal["person"]
    person: Name
    add: Many[Grant]
    end: Many[Capacity]
    places_added: Many[PlaceId]
    places_ended: Many[PlaceId]
    unit: Word | None
    left: bool


class Revocation(Act):
    """密钥吊销: a key signs no more. A ``since`` in the past casts doubt on what it signed from then on."""

    type_name: ClassVar = "revocation"
    zh: ClassVar = "密钥吊销"
    act: Literal["revocation"]
    person: Name
    key: Hex32
    reason: Literal["lost", "compromised", "left", "superseded"]
    since: Moment | None


class Place(Act):
    """场所登记: a place things lie in, or a change of it. The agency that operates it never changes."""

    type_name: ClassVar = "place"
    zh: ClassVar = "场所登记"
    act: Literal["place"]
    place: PlaceId
    name: Word
    parent: PlaceId | None
    agency: Name
    place_class: Annotated[PlaceClass, Field(alias="class")]
    dual_control: bool
    temperature: Range | None
    cameras: Many[Word]
