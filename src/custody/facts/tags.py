"""What an act touches: the tags under which the log finds it again, and the links to the acts before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from custody.acts.act import Act
from custody.acts.case import CaseOpening, Noted
from custody.acts.control import Answer, CaseStage, Offer, OfferWithdrawal
from custody.acts.counting import StockTake
from custody.acts.custody import CheckOut
from custody.acts.differences import Discrepancy
from custody.acts.disposition import Release
from custody.acts.dividing import Division
from custody.acts.entry import Defect
from custody.acts.governing import LogKey, NewPolicy
from custody.acts.keeping import CustodianHandover, Erasure
from custody.acts.loans import LoanDecision, LoanRequest
from custody.acts.measures import Instrument
from custody.acts.observing import Observation
from custody.acts.orders import DispositionOrder
from custody.acts.oversight import Correction, Hold, Remedy
from custody.acts.parties import Agency, Enrolment, Genesis, Person, Place, Revocation
from custody.acts.samples import BloodDraw
from custody.acts.taking import Labelling, Seizure, Unsealing
from custody.facts.holding import CUSTODY_MOVING, moves
from custody.facts.known import Facts
from custody.facts.parties import new_key
from custody.facts.reach import is_excursion, reached

LINKED = ("item:", "key:", "person:")
"""The tags whose last leaf index goes into an entry's ``previous``."""

UNLINKED = (("item:", "revocation"),)
"""A revocation bears the tags of all items that fell under doubt, too many to link: links pass it over."""


def tags_of(act: Act, facts: Facts, defects: Iterable[Defect] = ()) -> tuple[str, ...]:
    """Return every tag of an act, each once: what it names itself, and the cases and kits of its items; of a place
    that was too warm or too cold, by the act's defects, what lay in it."""
    found = [f"key:{signer.key}" for signer in act.signers]
    found += _subject_tags(act, facts)
    found += _order_tags(act)
    found += _party_tags(act, facts)
    found += _oversight_tags(act, facts)
    found += _stay_tags(act, facts)
    found += _reached_tags(act, facts) if is_excursion(act, defects) else []
    return tuple(dict.fromkeys(found))


def links_of(act: Act, tags: Iterable[str]) -> tuple[str, ...]:
    """Return the tags whose last act the entry names; items that only fell under doubt are not among them."""
    passed_over = tuple(beginning for beginning, kind in UNLINKED if kind == act.act)
    return tuple(tag for tag in tags if tag.startswith(LINKED) and not tag.startswith(passed_over))


def _subject_tags(act: Act, facts: Facts) -> list[str]:
    """Items, their cases and kits, seals and codes."""
    found: list[str] = []
    for item in act.own_items:
        found.append(f"item:{item}")
        known = facts.item(item)
        if known is not None:
            found.append(f"case:{known.case}")
            if known.kit:
                found.append(f"kit:{known.kit}")
    found += _keeping_tags(act)
    found += _file_tags(act)
    found += [f"seal:{number}" for number in act.seals_put_on]
    if isinstance(act, Unsealing):
        found += [f"seal:{seal.number}" for seal in act.seals]
    found += [f"code:{code}" for code in act.codes_given]
    if isinstance(act, StockTake):
        found += [f"stock-take:{act.stock_take}", *(f"place:{place}" for place in act.places)]
    if isinstance(act, Labelling) and act.retired:
        found.append(f"code:{act.retired}")
    return found


def _stay_tags(act: Act, facts: Facts) -> list[str]:
    """The places that items leave and come into; of a correction, wherever a touched item ever lay."""
    found: dict[str, None] = {}
    acts = [act]
    if isinstance(act, Correction) and (target := facts.record(act.target)) is not None:
        acts = [target.act, *facts.amended_acts]
        known = [facts.item(item) for each in acts if each.act in CUSTODY_MOVING for item in each.own_items]
        lain = [each.holder for item in known if item for each in item.custody]
        found = {holder.id: None for holder in lain if holder is not None and holder.kind == "place"}
    for each in acts:
        if each.act in CUSTODY_MOVING:
            found |= dict.fromkeys(_left_and_entered(each, facts))
    return [f"stays:{place}" for place in found]


def _left_and_entered(act: Act, facts: Facts) -> Iterator[str]:
    for item, done in zip(act.own_items, moves(act), strict=True):
        if done is None:
            continue
        if done.taker is not None and done.taker.kind == "place":
            yield done.taker.id
        known = facts.item(item)
        if known is not None and known.holder is not None and known.holder.kind == "place":
            yield known.holder.id


def _reached_tags(act: Act, facts: Facts) -> list[str]:
    """What lay in a place that an observation found too warm or too cold."""
    found: list[str] = []
    for item in reached(facts, act):
        found.append(f"item:{item}")
        known = facts.item(item)
        found += [f"case:{known.case}"] if known is not None else []
        found += [f"kit:{known.kit}"] if known is not None and known.kit else []
    return found


def _order_tags(act: Act) -> list[str]:
    """The order that an act makes, replaces or carries out, and the item that the price of a sale becomes."""
    if isinstance(act, DispositionOrder):
        return [f"order:{each}" for each in (act.id, act.replaces) if each]
    if isinstance(act, Release):
        proceeds = [f"item:{item}" for item in act.codes_given.values()]
        return [*proceeds, f"order:{act.ordered_by}"] if act.ordered_by else proceeds
    return []


def _keeping_tags(act: Act) -> list[str]:
    """The loan that an act asks for, decides or carries out, and the place that was looked at."""
    if isinstance(act, Observation):
        return [f"place:{act.place}"] if act.place else []
    if isinstance(act, LoanRequest):
        return [f"loan:{act.id}"]
    return [f"loan:{act.loan}"] if isinstance(act, (LoanDecision, CheckOut)) and act.loan else []


def _file_tags(act: Act) -> list[str]:
    """The case, kit, instrument, discrepancy or manifest that the act itself names."""
    found: list[str] = []
    if isinstance(act, (CaseOpening, CaseStage, Noted, Seizure, BloodDraw, Hold, Instrument, Division)):
        found.append(f"case:{act.case}")
    contents = [f"contents:{act.case_of_births}"] if act.bears and act.case_of_births is not None else []
    if not isinstance(act, Discrepancy):  # whose tags have stood in another order ever since
        found += contents
    if isinstance(act, (Offer, Answer, OfferWithdrawal)):
        found.append(f"manifest:{act.manifest}")
    if isinstance(act, BloodDraw):
        found.append(f"kit:{act.kit}")
    if isinstance(act, Instrument):
        found.append(f"instrument:{act.reference}")
    if isinstance(act, Discrepancy):
        found.append(f"discrepancy:{act.raised_in}")
        found += [f"case:{act.case}"] if act.case else []
        found += contents
        found += [f"kit:{act.embedded.kit}"] if isinstance(act.embedded, BloodDraw) else []
    return found


def _party_tags(act: Act, facts: Facts) -> list[str]:
    """Persons, agencies, places and keys that the act registers or changes."""
    found: list[str] = []
    entering = new_key(act)
    if entering is not None:
        found += [f"person:{entering[0]}", f"key:{entering[1].key_id}"]
    if isinstance(act, Genesis):
        found.append(f"agency:{act.first_agency.agency}")
    if isinstance(act, (Agency, Enrolment, Place)):
        passed_to = act.successor if isinstance(act, Agency) else None
        found += [f"agency:{each}" for each in (act.agency, passed_to) if each]
    if isinstance(act, Place):
        before = facts.place(act.place)
        found.append(f"place:{act.place}")
        found += [f"within:{each}" for each in (act.parent, before.parent if before else None) if each]
    if isinstance(act, Person):
        found.append(f"person:{act.person}")
        if any(grant.capacity in ("legal-reviewer", "supervisor") for grant in act.add):
            found.append("reviewers:all")
    if isinstance(act, Revocation):
        found.append(f"key:{act.key}")
    if isinstance(act, (NewPolicy, LogKey)):
        found.append("governing:all")
    if isinstance(act, CustodianHandover):
        found += [f"place:{each.place}" for each in act.places]
        found += [f"person:{act.held_by}"] if act.held_by else []
    return found


def _oversight_tags(act: Act, facts: Facts) -> list[str]:
    """For acts about acts: the target, and whatever the target touches."""
    found: list[str] = []
    if isinstance(act, (Correction, Remedy, Erasure)):
        found.append(f"act:{act.target}")
        target = facts.record(act.target)
        if target is not None:
            acts = (target.act, *facts.amended_acts)
            touched = [tag for each in acts for tag in (*_subject_tags(each, facts), *_order_tags(each))]
            whole = not isinstance(act, Correction)
            found += [tag for tag in touched if whole or not tag.startswith("item:") or tag[5:] in facts.touched]
            found += _reached_tags(target.act, facts) if is_excursion(target.act, target.defects) else []
    if isinstance(act, Revocation):
        found += [f"item:{item}" for recorded in facts.doubted for item in recorded.act.own_items]
    return found
