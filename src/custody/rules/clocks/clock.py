"""What a clock is: a named function that finds what starts and stops a deadline, under the deadline's number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from custody.rules.clocks.deadline import Start
from custody.rules.clocks.docket import Docket
from custody.rules.clocks.text import DeadlineText

Find = Callable[[Docket, DeadlineText], Iterable[Start]]


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock as code: the number of its deadline in the rule data, and the function that finds its starts."""

    rule: str
    find: Find


def clock(rule: str) -> Callable[[Find], Clock]:
    """Make a function the clock of a deadline."""

    def bind(find: Find) -> Clock:
        return Clock(rule, find)

    return bind
