"""The picture of a chain of custody: where everything stands, however long the history and however short a stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from custody.facts.shapes import gaps_shape
from custody_api.station.looking.timeline import AT_ONCE, LEFT, NARROWEST, Timeline, timeline

BEGIN = datetime(2026, 3, 12, tzinfo=UTC)
Shape = dict[str, Any]


def at(seconds: float) -> str:
    return (BEGIN + timedelta(seconds=seconds)).isoformat()


def holder(name: str | None) -> Shape:
    kind = None if name is None else "place" if name.startswith("ST1") else "person"
    return {"holder": name, "kind": kind, "place": name if kind == "place" else None}


def story(*steps: tuple[float, str | None], late: dict[int, float] | None = None, **given: str) -> Shape:
    """A history in which somebody has the item from each second on; ``late``: recorded so many seconds later;
    ``given``: who gave it in a step, where that is not who had it."""
    acts, custody = [], []
    for number, (when, name) in enumerate(steps):
        act = f"act-{number}"
        acts.append({"act": act, "type": "transfer", "position": number + 1, "occurred_at": at(when), "defects": [],
                     "recorded_at": at(when + (late or {}).get(number, 1)), "signers": []})  # fmt: skip
        before = given.get(f"by{number}", steps[number - 1][1] if number else None)
        until = at(steps[number + 1][0]) if number + 1 < len(steps) else None
        custody.append({"from": at(when), "to": until, **holder(name), "place_name": None, "act": act, "parties": [],
                        "type": "transfer", "position": number + 1,
                        "given_by": holder(before) if number else None})  # fmt: skip
    return {"item": "EV1", "acts": acts, "custody": custody, "gaps": gaps_shape(custody), "seals": [], "controls": []}


def drawn(history: Shape, now: float = 10**6, **how: Any) -> Timeline:
    return timeline(history, now=BEGIN + timedelta(seconds=now), lead="psb-yunling", **how)


def test_hundreds_of_stays_a_second_each_follow_one_another_and_can_all_be_touched() -> None:
    line = drawn(story(*((second, f"psb-{second % 3}") for second in range(400))))
    assert len(line.stays) == 400
    assert all(each.width >= NARROWEST for each in line.stays)
    assert all(abs(one.x + one.width - two.x) < 0.2 for one, two in pairwise(line.stays))
    assert line.stays[0].x == LEFT
    assert line.stays[-1].x + line.stays[-1].width == line.width
    assert all(two.x - one.x > 80 for one, two in pairwise(line.ticks))


def test_longer_stays_are_wider_but_not_in_proportion() -> None:
    line = drawn(story((0, "a"), (60, "b"), (3_660, "c"), (90_060, "d")), now=90_120)
    minute, hour, day, _ = (each.width for each in line.stays)
    assert minute < hour < day < 10 * minute


def test_an_item_that_was_never_checked_in_is_one_stay_until_now() -> None:
    line = drawn(story((0, "psb-0211")))
    (stay,) = line.stays
    assert (stay.kind, stay.until, stay.x + stay.width) == ("person", None, line.width)
    assert not line.gone
    assert [each.agency for each in line.reigns] == ["psb-yunling"]


def test_a_released_item_ends_where_it_left_and_not_today() -> None:
    one, two = (drawn(story((0, "psb-0211"), (600, "ST1A"), (90_000, None)), now=now) for now in (10**5, 10**9))
    assert one.gone
    assert one == two
    assert one.stays[-1].kind is None


def test_what_was_recorded_later_is_dotted_until_then_and_never_beyond_the_stay() -> None:
    late = {1: AT_ONCE.total_seconds() + 1_000, 2: 10**6}
    line = drawn(story((0, "a"), (1_000, "b"), (5_000, "c"), (9_000, "d"), late=late))
    dotted = [each.dotted for each in line.stays]
    assert dotted[0] == dotted[3] == 0
    assert 0 < dotted[1] < line.stays[1].width
    assert dotted[2] == line.stays[2].width


def test_a_gap_stands_on_the_stay_that_it_ends() -> None:
    line = drawn(story((0, "a"), (1_000, "ST1A"), (2_000, "b"), by1="other"))
    assert [each.gap and each.gap["given_by"] for each in line.stays] == ["other", None, None]


def test_seals_control_and_defects_stand_at_their_moments() -> None:
    """Defects that the item tells of stand for those of its acts; several of one act are one sign, the worst."""
    history = story((0, "a"), (1_000, "b"), (2_000, "c"))
    history["seals"] = [{"at": at(1_000), "number": "F-1", "state": "broken", "act": "act-1", "position": 2}]
    history["controls"] = [{"agency": "pro-yunling", "since": at(2_000), "act": "act-2", "position": 3}]
    history["acts"][0]["defects"] = [{"id": "0/0", "code": "LATE", "severity": "minor"}]
    told = [{"act": "act-1", "code": code, "severity": severity, "state": "accepted"}
            for code, severity in (("LATE", "minor"), ("CHAIN_GAP", "exclusion-risk"))]  # fmt: skip
    line, other = drawn(history, defects=told), drawn(history)
    assert line.seals[0].x == line.stays[1].x
    assert [(each.agency, each.x) for each in line.reigns] == [("psb-yunling", LEFT), ("pro-yunling", line.stays[2].x)]
    assert [(each.what, each.count, each.open, each.x) for each in line.defects] == [
        ("exclusion-risk", 2, False, line.stays[1].x)
    ]
    assert [(each.text, each.open) for each in other.defects] == [("LATE", True)]


def test_a_history_without_custody_is_drawn_too() -> None:
    history = story((0, "a"))
    line = drawn({**history, "custody": []})
    assert line.stays == ()
    assert [each.act for each in line.acts] == ["act-0"]
