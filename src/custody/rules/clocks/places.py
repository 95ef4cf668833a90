"""Clocks of places: a temperature out of range, and the rhythm of stock-takes (D25, D26)."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.counting import StockTake
from custody.acts.observing import Observation
from custody.acts.parties import Place
from custody.facts.amend import Reading
from custody.rules.clocks.clock import clock
from custody.rules.clocks.deadline import Start
from custody.rules.clocks.docket import Docket, started
from custody.rules.clocks.text import DeadlineText


@clock("D25")
def a_place_out_of_range_is_looked_at_again(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """Until it is found in range, or somebody else saw it too: whoever saw it first cannot acknowledge it alone."""
    seen = [(each, each.act) for each in docket.acts_of("observation")
            if isinstance(each.act, Observation) and each.act.kind == "temperature"]  # fmt: skip
    for number, (each, act) in enumerate(seen):
        if act.in_range is not False:
            continue
        first = {signer.person for signer in act.signers}
        known = next((later for later, again in seen[number + 1 :]
                      if again.in_range or {signer.person for signer in again.signers} - first), None)  # fmt: skip
        yield started(each, f"place:{docket.place}", known)


@clock("D26")
def a_place_is_counted_again(docket: Docket, text: DeadlineText) -> Iterator[Start]:
    """From when a place was registered, then from each stock-take of it that was closed, to the next."""
    registered = [(each, each.act) for each in docket.acts_of("place") if isinstance(each.act, Place)]
    if not registered:
        return
    counted = [each for each in docket.acts_of("stock-take") if _closes(docket, each)]
    for number, each in enumerate([registered[0][0], *counted]):
        kinds = [act.place_class for other, act in registered if other.happened_at <= each.happened_at]
        variant = text.places.get(kinds[-1] if kinds else registered[0][1].place_class)
        if variant is not None:
            following = counted[number] if number < len(counted) else None
            yield started(each, f"place:{docket.place}", following, variant=variant)


def _closes(docket: Docket, each: Reading) -> bool:
    """Whether an act closes a stock-take in whose scope the place is."""
    act = each.act
    if not isinstance(act, StockTake) or act.step != "closed":
        return False
    opened = (other.act for other in docket.acts_of("stock-take") if other.act.id == act.opening)
    return any(isinstance(other, StockTake) and docket.place in other.places for other in opened)


CLOCKS = (
    a_place_out_of_range_is_looked_at_again,
    a_place_is_counted_again,
)
