"""Deciding an act: refused, accepted with defects, or accepted. Pure: the same act, facts, policy and instant give the
same decision, today and in a replay years from now. Of rules that changed between what happened and its entry, the
stricter holds (`Policy.between`).

Order: trust (who signed), staleness (what the signers saw), refusals, defects. The clock enters only as ``now``, which
is the entry's ``recorded_at``; a decision says until which instant it stays the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any, Final

from custody.acts.act import Act
from custody.acts.entry import Defect
from custody.errors import Refused
from custody.facts.holding import TAKING
from custody.facts.known import Facts
from custody.rules import (
    control,
    counting,
    custody,
    defects,
    differences,
    disposition,
    dividing,
    exits,
    extending,
    governing,
    jurisdictions,
    keeping,
    leaving,
    loans,
    measures,
    observing,
    order,
    orders,
    oversight,
    parties,
    remedies,
    results,
    returning,
    samples,
    seizure_list,
    taking_defects,
)
from custody.rules.policy import Policy, RuleText
from custody.rules.rule import Breach, Matter, Rule
from custody.rules.trust import check_trust

REFUSALS: Final[tuple[Rule, ...]] = (
    *parties.REFUSALS,
    *governing.REFUSALS,
    *order.REFUSALS,
    *seizure_list.REFUSALS,
    *measures.REFUSALS,
    *differences.REFUSALS,
    *dividing.REFUSALS,
    *samples.REFUSALS,
    *results.REFUSALS,
    *disposition.REFUSALS,
    *jurisdictions.REFUSALS,
    *oversight.REFUSALS,
    *remedies.REFUSALS,
    *control.REFUSALS,
    *leaving.REFUSALS,
    *custody.REFUSALS,
    *loans.REFUSALS,
    *observing.REFUSALS,
    *counting.REFUSALS,
    *orders.REFUSALS,
    *exits.REFUSALS,
    *keeping.REFUSALS,
    *extending.REFUSALS,
    *returning.REFUSALS,
)
"""Every rule that refuses a forbidden future act; where several do, the first is named and the others are listed."""

DEFECTS: Final[tuple[Rule, ...]] = (
    *defects.DEFECTS,
    *taking_defects.DEFECTS,
    *seizure_list.DEFECTS,
    *orders.DEFECTS,
    *loans.DEFECTS,
    *results.DEFECTS,
    *observing.DEFECTS,
    *measures.DEFECTS,
    *dividing.DEFECTS,
    *differences.DEFECTS,
    *keeping.DEFECTS,
)
"""Every rule that marks a past fact with a defect."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules say of an act that is not refused."""

    defects: tuple[Defect, ...]
    decide_again_at: datetime | None
    """The earliest instant from which on the decision would be another; None if time changes nothing."""
    policy: str
    """The id of the rule data by which it was decided."""


def decide(act: Act, facts: Facts, policy: Policy, now: datetime, *, planned: bool = False) -> Decision:
    """Decide an act as if recorded at ``now``.

    ``planned`` asks about an act that is not done yet: facts that would be recorded with a defect because they cannot
    be undone are then refused where the rule says so. Raises Untrusted, Stale or Refused.
    """
    check_trust(act, facts)
    order.check_stale(act, facts)
    today = now.astimezone(act.occurred_at.tzinfo).date()
    turns = policy.turns_after(today)
    policy = policy.between(act.occurred_at.date(), today)
    matter = Matter(act, facts, policy, now)
    refuse(_broken(_refusals(type(act)), matter), policy)
    found = _broken(_defects(type(act)), matter)
    if planned:
        refuse(((each, breach) for each, breach in found if each.if_planned in policy.texts), policy)
    return Decision(_numbered(act, found, policy), _decide_again_at(matter, turns), policy.id)


def refuse(broken: Iterable[tuple[Rule, Breach]], policy: Policy) -> None:
    """Raise Refused for the first breach, naming every other one; return if there is none."""
    found = list(broken)
    if not found:
        return
    first, breach = found[0]
    text = policy.texts[first.if_planned or first.code]
    others = [
        {"code": f"refused/{each.if_planned or each.code}", "rule": policy.texts[each.if_planned or each.code].rule,
         "items": list(other.items)}
        for each, other in found[1:]
    ]  # fmt: skip
    raise Refused(
        f"refused/{text.code}", text.en, rule=text.rule, items=list(breach.items), facts=dict(breach.facts),
        also=others, **explained(text),
    )  # fmt: skip


def explained(text: RuleText) -> dict[str, Any]:
    """What a reader needs of a rule's text: both languages, what to do instead, source, whether verified."""
    return {
        "zh": text.zh,
        "en": text.en,
        "instead_zh": text.instead_zh,
        "instead_en": text.instead_en,
        "source": text.source,
        "verified": text.verified,
    }


@cache
def _refusals(kind: type[Act]) -> tuple[Rule, ...]:
    return tuple(each for each in REFUSALS if issubclass(kind, each.types))


@cache
def _defects(kind: type[Act]) -> tuple[Rule, ...]:
    return tuple(each for each in DEFECTS if issubclass(kind, each.types))


def _broken(rules: Iterable[Rule], matter: Matter) -> list[tuple[Rule, Breach]]:
    """Every breach of the rules that the policy knows, and that were in force between act and entry."""
    texts = matter.policy.texts
    return [(each, breach) for each in rules if each.code in texts for breach in each.check(matter)]


def _numbered(act: Act, found: Iterable[tuple[Rule, Breach]], policy: Policy) -> tuple[Defect, ...]:
    """One defect a rule and severity, its items gathered; ids are ``<act>/<n>`` in the order of the rules."""
    gathered: dict[tuple[str, str], list[int]] = {}
    for each, breach in found:
        text = policy.texts[each.code]
        severity = breach.severity or text.severity or "curable"
        gathered.setdefault((each.code, severity), []).extend(breach.items)
    return tuple(
        Defect.model_validate(
            {"id": f"{act.id}/{number}", "code": code, "rule": policy.texts[code].rule, "severity": severity,
             "items": sorted(set(items)) if len(set(items)) < len(act.own_items) else []}
        )
        for number, ((code, severity), items) in enumerate(gathered.items())
    )  # fmt: skip


def _decide_again_at(matter: Matter, turns: date | None) -> datetime | None:
    """Only the clock rules look at ``now``, and only while the act lies ahead of it; and rules change with the day."""
    occurred_at: datetime = matter.act.occurred_at
    found = [datetime.combine(turns, time.min, occurred_at.tzinfo)] if turns else []
    if matter.act.act in TAKING:
        found.append(occurred_at - matter.policy.minutes("clock_ahead_minutes"))
    return min((each for each in found if each > matter.now), default=None)
