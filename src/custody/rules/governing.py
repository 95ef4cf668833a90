"""Refusals about what governs the ledger: rule data and log keys (A-20 to A-22)."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.governing import LogKey, NewPolicy
from custody.errors import CustodyError
from custody.facts.governing import Founding
from custody.rules.rule import Breach, Matter, rule
from custody.tlog.cosignature import KeyType
from custody.tlog.note import Verifier


def _founding(matter: Matter) -> Founding | None:
    """What genesis names, if an administrator of the first agency, or of who stands for it today, signs."""
    person = matter.facts.person(matter.act.signed_by("administrator")[0].person)
    return matter.founding(matter.house(person.agency)) if person else None


@rule("governed-by-stranger", NewPolicy, LogKey)
def the_agency_that_opened_the_ledger_governs_it(matter: Matter) -> Iterator[Breach]:
    for signer in matter.act.signers:
        person = matter.facts.person(signer.person)
        house = person.agency if person else None
        if house is not None and signer.part != "administrator":
            house = matter.house(house)  # an administrator of a house that ended administers nothing
        if house is None or matter.founding(house) is None:
            yield Breach(facts={"person": signer.person, "agency": person.agency if person else None})


@rule("policy-backdated", NewPolicy)
def rule_data_hold_only_from_now_on(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if act.valid_from < act.occurred_at:
        yield Breach(facts={"valid_from": act.valid_from.isoformat()})


@rule("policy-unchanged", NewPolicy)
def other_rule_data_than_those_in_force_are_named(matter: Matter) -> Iterator[Breach]:
    act, founding, governing = matter.act, _founding(matter), matter.facts.governing()
    begins = max(act.valid_from, matter.now)
    if founding is not None and governing.policy_at(founding, begins) == act.policy:
        yield Breach(facts={"policy": act.policy})


@rule("log-key-foreign", LogKey)
def an_added_key_is_a_new_verifier_key_of_this_log(matter: Matter) -> Iterator[Breach]:
    act, founding = matter.act, _founding(matter)
    spans = matter.facts.governing().spans(founding) if founding else ()
    known = {each.key for each in spans}
    for key in act.added:
        if key in known or act.added.count(key) > 1 or not _is_of(key, act.ledger):
            yield Breach(facts={"key": key})


def _is_of(key: str, origin: str) -> bool:
    """Whether it is a key that a log signs its own checkpoints with; cosignatures of Ed25519 are for witnesses."""
    try:
        verifier = Verifier.parse(key)
    except CustodyError:
        return False
    return verifier.name == origin and str(verifier) == key and verifier.kind is not KeyType.COSIGNATURE


def _signs_appends(key: str) -> bool:
    """Whether it is an Ed25519 key: every append is signed with one, ML-DSA-44 comes only with publication."""
    try:
        return Verifier.parse(key).kind is KeyType.ED25519
    except CustodyError:
        return False


@rule("log-key-not-in-force", LogKey)
def only_a_key_in_force_ends(matter: Matter) -> Iterator[Breach]:
    act, founding = matter.act, _founding(matter)
    signing = matter.facts.governing().keys_next(founding) if founding else frozenset[str]()
    for key in act.ended:
        if founding is not None and (key not in signing or act.ended.count(key) > 1):
            yield Breach(facts={"key": key})


@rule("no-log-key-left", LogKey)
def the_log_keeps_a_key_that_signs(matter: Matter) -> Iterator[Breach]:
    act, founding = matter.act, _founding(matter)
    signing = matter.facts.governing().keys_next(founding) if founding else frozenset[str]()
    if founding is not None and not any(map(_signs_appends, signing - set(act.ended) | set(act.added))):
        yield Breach()


REFUSALS = (
    the_agency_that_opened_the_ledger_governs_it,
    rule_data_hold_only_from_now_on,
    other_rule_data_than_those_in_force_are_named,
    an_added_key_is_a_new_verifier_key_of_this_log,
    only_a_key_in_force_ends,
    the_log_keeps_a_key_that_signs,
)
