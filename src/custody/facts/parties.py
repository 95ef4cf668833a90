"""Facts about parties: keys, persons, agencies and places, each folded from the acts that register it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from custody.acts.entry import Recorded
from custody.acts.parties import Agency, Enrolment, Genesis, Grant, NewPasskey, Person, Place, Revocation
from custody.acts.values import Range, decode
from custody.facts.governing import Founding, founding_of
from custody.signing import VerifyingKey, key_id_of, read_public_key
from custody.webauthn import Passkey


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """One enrolled key: whose it is, and until which position of the log it signs."""

    key: VerifyingKey
    person: str
    agency: str
    kind: str
    enrolled_by: str
    enrolled_at: int
    passkey: NewPasskey | None = None
    revoked_at: int | None = None
    doubted_since: datetime | None = None

    @property
    def live(self) -> bool:
        """Whether the key still signs."""
        return self.revoked_at is None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person or a system of one agency: capacities, the places looked after, keys enrolled."""

    person: str
    agency: str
    name: str
    enrolled_at: int
    subject: str = "person"
    capacities: Mapping[str, Grant] = field(default_factory=dict)
    places: frozenset[str] = frozenset()
    keys: tuple[str, ...] = ()
    unit: str | None = None
    left: bool = False

    def holds(self, capacity: str, on: date) -> bool:
        """Whether the person holds a capacity on a day."""
        grant = self.capacities.get(capacity)
        return grant is not None and not self.left and (grant.expires is None or on <= grant.expires)


@dataclass(frozen=True, slots=True)
class AgencyFacts:
    """An agency, and what it became."""

    agency: str
    kind: str
    name: str
    parent: str | None
    registered_at: int
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    predecessors: tuple[str, ...] = ()
    """The agencies that named this one as their successor."""
    founding: Founding | None = None
    """What genesis names, where this is the agency that opened the ledger."""

    def exists(self, on: date) -> bool:
        """Whether the agency has begun and not ended on a day."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A place: what may lie in it, who operates it, and under which larger place it stands."""

    place: str
    name: str
    parent: str | None
    agency: str
    place_class: str
    dual_control: bool
    temperature: Range | None
    registered_at: int


@dataclass(frozen=True, slots=True)
class ReviewerFacts:
    """Who was ever made a legal reviewer or a supervisor: they confirm first and lost keys."""

    persons: frozenset[str] = frozenset()


def evolve_key(facts: KeyFacts | None, recorded: Recorded, key_id: str) -> KeyFacts | None:
    """Fold one act into what is known of a key."""
    act = recorded.act
    if isinstance(act, Revocation) and act.key == key_id and facts:
        return replace(facts, revoked_at=recorded.index, doubted_since=act.since)
    entering = _entering(act)
    if entering is None or facts is not None:
        return facts
    if key_id_of(entering.spki) != key_id:
        return facts
    by = act.signers[0].person
    return KeyFacts(
        entering.key(), entering.person, entering.agency, entering.kind, by, recorded.index, entering.passkey
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Entering:
    """The key that an act brings into the log, whose it is and of which kind."""

    person: str
    agency: str
    spki: bytes
    kind: str
    passkey: NewPasskey | None = None

    def key(self) -> VerifyingKey:
        new = self.passkey
        bound = Passkey(new.rp_id, frozenset(new.origins), new.backup_eligible) if new else None
        return read_public_key(self.spki, bound)


def _entering(act: object) -> _Entering | None:
    if isinstance(act, Genesis):
        new = act.administrator
        return _Entering(new.person, act.first_agency.agency, decode(new.public_key), new.kind)
    if isinstance(act, Agency) and act.administrator:
        new = act.administrator
        return _Entering(new.person, act.agency, decode(new.public_key), new.kind)
    if isinstance(act, Enrolment):
        return _Entering(act.person, act.agency, decode(act.public_key), act.kind, act.passkey)
    return None


def new_key(act: object) -> tuple[str, VerifyingKey] | None:
    """The person and the key that an act brings into the log. Raises Untrusted for keys that cannot be enrolled."""
    entering = _entering(act)
    return (entering.person, entering.key()) if entering else None


def evolve_person(facts: PersonFacts | None, recorded: Recorded, person: str) -> PersonFacts | None:
    """Fold one act into what is known of a person."""
    act = recorded.act
    if isinstance(act, (Genesis, Agency)) and act.administrator and act.administrator.person == person:
        agency = act.first_agency.agency if isinstance(act, Genesis) else act.agency
        new = act.administrator
        keys = (key_id_of(decode(new.public_key)),)
        capacities = {"administrator": Grant(capacity="administrator")}
        return PersonFacts(person, agency, new.name.sealed, recorded.index, capacities=capacities, keys=keys)
    if isinstance(act, Enrolment) and act.person == person:
        key = key_id_of(decode(act.public_key))
        if facts is None:
            return PersonFacts(person, act.agency, act.name.sealed, recorded.index, act.subject, keys=(key,))
        return replace(facts, keys=(*facts.keys, key), name=act.name.sealed, agency=act.agency)
    if isinstance(act, Person) and act.person == person and facts:
        kept = {name: grant for name, grant in facts.capacities.items() if name not in act.end}
        return replace(
            facts,
            capacities=kept | {grant.capacity: grant for grant in act.add},
            places=(facts.places | set(act.places_added)) - set(act.places_ended),
            unit=act.unit or facts.unit,
            left=act.left,
        )
    return facts


def evolve_agency(facts: AgencyFacts | None, recorded: Recorded, agency: str) -> AgencyFacts | None:
    """Fold one act into what is known of an agency."""
    act = recorded.act
    if isinstance(act, Genesis) and act.first_agency.agency == agency:
        first = act.first_agency
        return AgencyFacts(
            agency, first.kind, first.name, None, recorded.index, founding=founding_of(act)
        )  # fmt: skip
    if isinstance(act, Agency) and act.agency == agency:
        known = facts or AgencyFacts(agency, act.kind, act.name, act.parent, recorded.index)
        return replace(
            known, kind=act.kind, name=act.name, parent=act.parent, valid_from=act.valid_from, valid_to=act.valid_to,
            successor=act.successor,
        )  # fmt: skip
    if isinstance(act, Agency) and act.successor == agency and facts and act.agency not in facts.predecessors:
        return replace(facts, predecessors=(*facts.predecessors, act.agency))
    return facts


def evolve_place(facts: PlaceFacts | None, recorded: Recorded, place: str) -> PlaceFacts | None:
    """Fold one act into what is known of a place."""
    act = recorded.act
    if not isinstance(act, Place) or act.place != place:
        return facts
    at = facts.registered_at if facts else recorded.index
    return PlaceFacts(
        place, act.name, act.parent, act.agency, act.place_class, act.dual_control, act.temperature, at
    )  # fmt: skip


def evolve_reviewers(facts: ReviewerFacts | None, recorded: Recorded, _: str) -> ReviewerFacts:
    """Fold one act into who was ever made a legal reviewer or a supervisor."""
    known = facts or ReviewerFacts()
    act = recorded.act
    if isinstance(act, Person) and any(grant.capacity in ("legal-reviewer", "supervisor") for grant in act.add):
        return ReviewerFacts(known.persons | {act.person})
    return known
