"""Refusals that turn on what a jurisdiction chose: who keeps the reserve part of a sample."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.disposition import Release
from custody.rules.rule import Breach, Matter, rule


@rule("reserve-not-for-subject", Release)
def the_subject_gets_a_reserve_only_where_the_law_gives_it(matter: Matter) -> Iterator[Breach]:
    if matter.act.kind != "supplied-to-subject" or matter.policy.choice("reserve_keeper") == "subject":
        return
    for index, item in matter.items():
        kit = matter.facts.kit(item.kit) if item.kit else None
        if kit is not None and kit.reserved(item.item):
            yield Breach((index,), {"item": item.item, "kit": kit.kit})


REFUSALS = (the_subject_gets_a_reserve_only_where_the_law_gives_it,)
