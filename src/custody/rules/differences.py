"""Differences: who says and who closes them, and what may not happen to an item while it is in question (I-10, 11)."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.custody import CheckOut, Outside, Relocation, Transfer
from custody.acts.differences import Closed, Discrepancy, Raised
from custody.acts.disposition import Release
from custody.acts.dividing import Division
from custody.acts.samples import LabDispatch
from custody.rules.order import fills_gap
from custody.rules.rule import Breach, Matter, rule
from custody.signing import pae, read_envelope


@rule("item-missing", CheckOut, LabDispatch, Release, Transfer, Relocation, Division)
def what_is_missing_goes_nowhere(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if item.thing.questions and item.thing.missing and not fills_gap(matter.act, item):
            yield Breach((index,), {"item": item.item, "discrepancies": [each.act for each in item.thing.questions]})


@rule("item-in-question", CheckOut, LabDispatch, Division)
def what_is_in_question_stays_in_quarantine(matter: Matter) -> Iterator[Breach]:
    for index, item in matter.items():
        if item.thing.questions and item.thing.open_questions and not item.thing.missing:
            yield Breach((index,), {"item": item.item, "kinds": [each.kind for each in item.thing.open_questions]})


@rule("open-discrepancy", Release, Transfer)
def nothing_leaves_while_a_discrepancy_is_open(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if isinstance(act, Transfer) and not isinstance(act.taker, Outside):
        return
    for index, item in matter.items():
        if item.thing.questions and item.thing.open_questions and not item.thing.missing:
            yield Breach((index,), {"item": item.item, "kinds": [each.kind for each in item.thing.open_questions]})


@rule("no-case", Discrepancy)
def what_a_refused_act_took_belongs_to_a_case(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if (act.case is None and act.items_born) or (act.case is not None and matter.facts.case(act.case) is None):
        yield Breach(facts={"case": act.case})


@rule("discrepancy-unknown", Discrepancy)
def only_an_open_discrepancy_is_explained_or_closed(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    if isinstance(act.report, Raised):
        return
    known = matter.facts.discrepancy(act.raised_in)
    if known is None or not known.open:
        yield Breach(facts={"discrepancy": act.raised_in, "open": False})
    elif not set(act.items) <= known.items or bool(act.items) != bool(known.items):
        yield Breach(facts={"discrepancy": act.raised_in, "in_question": sorted(known.items)})


@rule("discrepancy-unsigned", Discrepancy)
def anybody_reports_a_discrepancy_and_a_reviewer_closes_it(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    parts = {signer.part for signer in act.signers}
    if not isinstance(act.report, Closed):
        if "reporter" not in parts:
            yield Breach(facts={"missing": "reporter"})
        return
    known = matter.facts.discrepancy(act.raised_in)
    reviewers = {signer.person for signer in act.signed_by("reviewer")}
    if not reviewers or (known is not None and reviewers & known.raised_by):
        yield Breach(facts={"missing": "reviewer", "raised_by": sorted(known.raised_by) if known else []})


@rule("loss-without-responsibility", Discrepancy)
def a_loss_is_closed_with_a_supervisor_and_who_answers_for_it(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    known = matter.facts.discrepancy(act.raised_in)
    if not isinstance(act.report, Closed) or act.report.outcome != "lost" or known is None:
        return
    missing = [] if act.signed_by("supervisor") else ["supervisor"]
    missing += [] if act.report.responsibility else ["responsibility"]
    if missing or known.kind != "missing":
        yield Breach(facts={"missing": missing, "kind": known.kind})


@rule("envelope-untrusted", Discrepancy)
def an_embedded_act_bears_the_signatures_it_names(matter: Matter) -> Iterator[Breach]:
    act = matter.act
    inner, data = act.embedded, act.envelope
    if inner is None or data is None:
        return
    envelope = read_envelope(data)
    message = pae(envelope.payload_type, envelope.payload)
    signed = {each.key_id: each for each in envelope.signatures}
    if inner.ledger != act.ledger or set(signed) != {signer.key for signer in inner.signers}:
        yield Breach(facts={"act": inner.id, "ledger": inner.ledger})
        return
    for signer in inner.signers:
        key = matter.facts.key(signer.key)
        if key is None or key.person != signer.person or not key.key.verifies(signed[signer.key], message):
            yield Breach(facts={"act": inner.id, "person": signer.person, "key": signer.key})


@rule("envelope-recorded", Discrepancy)
def an_act_that_stands_in_the_log_was_not_refused(matter: Matter) -> Iterator[Breach]:
    inner = matter.act.embedded
    if inner is not None and matter.facts.record(inner.id) is not None:
        yield Breach(facts={"act": inner.id})


@rule("REFUSED_BUT_DONE", Discrepancy)
def what_was_refused_was_not_done(matter: Matter) -> Iterator[Breach]:
    inner = matter.act.embedded
    if inner is not None:
        yield Breach(facts={"act": inner.id, "type": inner.act})


REFUSALS = (
    what_is_missing_goes_nowhere,
    what_is_in_question_stays_in_quarantine,
    nothing_leaves_while_a_discrepancy_is_open,
    what_a_refused_act_took_belongs_to_a_case,
    only_an_open_discrepancy_is_explained_or_closed,
    anybody_reports_a_discrepancy_and_a_reviewer_closes_it,
    a_loss_is_closed_with_a_supervisor_and_who_answers_for_it,
    an_embedded_act_bears_the_signatures_it_names,
    an_act_that_stands_in_the_log_was_not_refused,
)

DEFECTS = (what_was_refused_was_not_done,)
