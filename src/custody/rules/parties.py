"""Refusals about parties: agencies, enrolments, persons, revocations, places."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.case import CaseOpening
from custody.acts.parties import Agency, Enrolment, Genesis, Person, Place, Revocation
from custody.acts.results import Reexamination
from custody.acts.samples import LabDispatch
from custody.facts.parties import PersonFacts, new_key
from custody.rules.rule import Breach, Matter, rule


def _administrator(matter: Matter) -> PersonFacts | None:
    signers = matter.act.signed_by("administrator")
    return matter.facts.person(signers[0].person) if signers else None


def _administers(matter: Matter, agency: str) -> bool:
    """Whether an administrator of the agency signs, or once it ended one of the agency that stands for it."""
    administrator = _administrator(matter)
    return administrator is not None and administrator.agency == matter.house(agency)


@rule("genesis-not-first", Genesis)
def genesis_is_the_first_act(matter: Matter) -> Iterator[Breach]:
    if matter.act.seen.size != 0 or matter.facts.founded:
        yield Breach(facts={"seen": matter.act.seen.size})


@rule("genesis-other-ledger", Genesis)
def genesis_opens_the_ledger_it_names(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.origin != act.ledger or act.policy != matter.policy.id:
        yield Breach(facts={"origin": act.origin, "policy": matter.policy.id})


@rule("new-key-not-signing", Genesis, Agency, Enrolment)
def the_new_key_signs_the_act_that_brings_it(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    entering = new_key(act)
    if entering is None:
        if act.signed_by("new-administrator"):
            yield Breach(facts={"part": "new-administrator"})
        return
    person, key = entering
    part = {"genesis": "administrator", "agency": "new-administrator", "enrolment": "subject"}[act.act]
    if [(signer.person, signer.key) for signer in act.signed_by(part)] != [(person, key.key_id)]:
        yield Breach(facts={"part": part, "person": person, "key": key.key_id})


@rule("key-enrolled-before", Agency, Enrolment)
def a_key_is_enrolled_once(matter: Matter) -> Iterator[Breach]:
    entering = new_key(matter.act)
    if entering is not None and matter.facts.key(entering[1].key_id) is not None:
        yield Breach(facts={"key": entering[1].key_id})


@rule("agency-foreign", Agency)
def the_parent_agency_registers_an_agency(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    administrator = _administrator(matter)
    first = administrator is not None and matter.founding(administrator.agency) is not None
    parent_known = act.parent is None or matter.facts.agency(act.parent) is not None
    by_parent = act.parent is not None and _administers(matter, act.parent)
    if not parent_known or not (by_parent or first):
        registrar = administrator.agency if administrator else None
        yield Breach(facts={"parent": act.parent, "administrator_of": registrar})


@rule("agency-rewritten", Agency)
def a_registered_agency_only_ends_or_names_its_successor(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    known = matter.facts.agency(act.agency)
    if known is None:
        return
    if act.administrator is not None or (act.kind, act.parent) != (known.kind, known.parent):
        yield Breach(facts={"agency": act.agency})


@rule("successor-unfit", Agency)
def what_an_agency_was_passes_to_another_that_exists(matter: Matter) -> Iterator[Breach]:
    """The successor is registered, is not the agency itself or whoever it succeeds, and takes over on a day."""
    act = matter.act
    after, passed = act.successor, [act.agency]
    if after is None:
        return
    if act.valid_to is None:
        yield Breach(facts={"missing": "valid_to"})
    if matter.facts.agency(after) is None:
        yield Breach(facts={"unknown": after})
    while after is not None and after not in passed:
        passed.append(after)
        known = matter.facts.agency(after)
        after = known.successor if known else None
    if after is not None:
        yield Breach(facts={"circle": passed})


@rule("agency-not-there", CaseOpening, Enrolment, LabDispatch, Reexamination)
def nothing_begins_with_an_agency_that_has_ended(matter: Matter) -> Iterator[Breach]:
    """Nor with one that has not begun: a new case, person or examination goes to whoever stands for it."""
    act = matter.act
    named = getattr(act, {"case-opening": "lead", "enrolment": "agency"}.get(act.act, "laboratory"))
    known = matter.facts.agency(named) if named else None
    if known is not None and not known.exists(matter.day):
        yield Breach(facts={"agency": known.agency, "stands_for_it": matter.house(known.agency)})


@rule("person-elsewhere", Agency, Enrolment)
def a_person_belongs_to_one_agency(matter: Matter) -> Iterator[Breach]:
    entering = new_key(matter.act)
    person = matter.facts.person(entering[0]) if entering else None
    if person is None:
        return
    if isinstance(matter.act, Agency) or matter.house(person.agency) != matter.house(matter.act.agency):
        yield Breach(facts={"person": person.person, "agency": person.agency})


@rule("not-their-administrator", Enrolment, Place)
def the_administrator_of_the_agency_signs(matter: Matter) -> Iterator[Breach]:
    if not _administers(matter, matter.act.agency):
        yield Breach(facts={"agency": matter.act.agency})


@rule("enrolment-unconfirmed", Enrolment)
def a_key_is_confirmed_by_an_older_key_or_a_reviewer(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    confirmers = act.signed_by("confirmer")
    if confirmers:
        confirmer = confirmers[0]
        person = matter.facts.person(confirmer.person)
        reviews = person is not None and _reviews(person, matter)
        if confirmer.person != act.person and not reviews:
            yield Breach(facts={"confirmer": confirmer.person})
    elif any(_reviews(person, matter) and _has_live_key(person, matter) for person in matter.facts.reviewers()):
        yield Breach(facts={"missing": "confirmer"})


def _reviews(person: PersonFacts, matter: Matter) -> bool:
    on = matter.act.occurred_at.date()
    return person.holds("legal-reviewer", on) or person.holds("supervisor", on)


def _has_live_key(person: PersonFacts, matter: Matter) -> bool:
    keys = (matter.facts.key(key) for key in person.keys)
    return any(key is not None and key.live for key in keys)


@rule("administrator-holds-more", Person)
def an_administrator_holds_no_other_capacity(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    known = matter.facts.person(act.person)
    after = (set(known.capacities) if known else set()) - set(act.end) | {grant.capacity for grant in act.add}
    if "administrator" in after and len(after) > 1:
        yield Breach(facts={"person": act.person, "capacities": sorted(after)})


@rule("not-their-administrator", Person)
def the_administrator_of_the_persons_agency_signs(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    known = matter.facts.person(act.person)
    own = act.signed_by("administrator")[0].person == act.person
    if known is None or own or not _administers(matter, known.agency):
        yield Breach(facts={"person": act.person, "agency": known.agency if known else None})


@rule("unknown-place", Person)
def a_person_looks_after_places_of_the_own_agency(matter: Matter) -> Iterator[Breach]:
    person = matter.facts.person(matter.act.person)
    for place in matter.act.places_added:
        known = matter.facts.place(place)
        if known is None or (person is not None and matter.house(known.agency) != matter.house(person.agency)):
            yield Breach(facts={"place": place, "agency": known.agency if known else None})


@rule("revocation-of-no-key", Revocation)
def only_a_live_key_of_the_person_is_revoked(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    key = matter.facts.key(act.key)
    if key is None or key.person != act.person or not key.live:
        yield Breach(facts={"key": act.key, "person": act.person})


@rule("revocation-by-stranger", Revocation)
def the_key_itself_or_the_administrator_revokes(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    key = matter.facts.key(act.key)
    by_holder = any(signer.key == act.key for signer in act.signed_by("holder"))
    by_agency = key is not None and bool(act.signed_by("administrator")) and _administers(matter, key.agency)
    if not (by_holder or by_agency):
        yield Breach(facts={"key": act.key})


@rule("place-misplaced", Place)
def a_place_stands_in_a_place_of_its_own_agency(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    known = matter.facts.place(act.place)
    house = matter.house(act.agency)
    if known is not None and matter.house(known.agency) != house:
        yield Breach(facts={"place": act.place, "agency": known.agency})
    if act.parent is None:
        return
    above = matter.facts.above(act.parent)
    if not above or matter.house(above[0].agency) != house or act.place in [place.place for place in above]:
        yield Breach(facts={"parent": act.parent})


REFUSALS = (
    genesis_is_the_first_act,
    genesis_opens_the_ledger_it_names,
    the_new_key_signs_the_act_that_brings_it,
    a_key_is_enrolled_once,
    the_parent_agency_registers_an_agency,
    a_registered_agency_only_ends_or_names_its_successor,
    what_an_agency_was_passes_to_another_that_exists,
    nothing_begins_with_an_agency_that_has_ended,
    a_person_belongs_to_one_agency,
    the_administrator_of_the_agency_signs,
    a_key_is_confirmed_by_an_older_key_or_a_reviewer,
    an_administrator_holds_no_other_capacity,
    the_administrator_of_the_persons_agency_signs,
    a_person_looks_after_places_of_the_own_agency,
    only_a_live_key_of_the_person_is_revoked,
    the_key_itself_or_the_administrator_revokes,
    a_place_stands_in_a_place_of_its_own_agency,
)
