"""What a reviewer asks of a world: who holds a thing, who answers for it, what is due and owed, what papers say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import papers
from custody.facts.kinds import Need
from custody.ledger.history import Moment, item_at
from custody.registers import Registers
from custody_api.papers.paper import Paper
from telling import open_defects
from world import CST, World


@contextmanager
def registers(world: World) -> Iterator[Registers]:
    """The registers of a world, up to its last act."""
    opened = Registers(world.engine)
    try:
        opened.catch_up()
        yield opened
    finally:
        opened.close()


def local(instant: str | None) -> str | None:
    """An instant as clocks in China show it, to the minute: ``03-19 23:59``; None if none is known."""
    return datetime.fromisoformat(instant).astimezone(CST).strftime("%m-%d %H:%M") if instant else None


def deadlines(world: World, rule: str, item: str | None = None, at: datetime | None = None) -> list[dict[str, Any]]:
    """The deadlines of a number as they stand now, those that were met too."""
    with registers(world) as shown:
        return shown.deadlines(at=at or world.clock(), rule=rule, item=item, stopped=True)


def due(world: World, rule: str, item: str | None = None, variant: str = "") -> str | None:
    """When the only deadline of a number, or the only one of an item, is due."""
    found = {local(each["due"]) for each in deadlines(world, rule, item) if each["variant"] == variant}
    assert len(found) == 1, found
    return found.pop()


def state(world: World, rule: str, item: str | None = None, variant: str = "") -> str:
    """How the only deadline of a number stands: running, met, late …"""
    (found,) = {each["state"] for each in deadlines(world, rule, item) if each["variant"] == variant}
    return str(found)


def whereabouts(world: World, item: str, as_of: datetime | None = None) -> tuple[str | None, str]:
    """Who or what holds an item, and which agency answers for it: now, or as it was at a moment."""
    shown = item_at(world.ledger.recorder, item, Moment(as_of=as_of))
    return shown["custody"]["holder"], shown["control"]["agency"]


def known_on(world: World, item: str, moment: datetime) -> dict[str, Any]:
    """An item as the ledger knew it at a moment."""
    return item_at(world.ledger.recorder, item, Moment(known_at=moment))


def owes(world: World, item: str, code: str) -> tuple[str, str]:
    """By which capacity an explanation is owed for a defect that stands open on an item, and by which its acceptance.

    The case names who that is: the register shows the persons, too.
    """
    assert code in open_defects(world, item)
    with registers(world) as shown:
        (found,) = [each for each in shown.defects(state="open") if each["code"] == code and item in each["items"]]
    owed = found["owed"]
    assert owed["persons"] or owed["by"] not in ("officer", "legal-reviewer")
    return owed["by"], owed["accepted_by"]


def chain(world: World, item: str) -> list[str | None]:
    """Everyone and every place that held an item, one after the other; None: it left for good. No gap between."""
    facts = world.facts(item)
    assert facts.gaps() == ()
    return [each.holder.id if each.holder else None for each in facts.custody]


def fact(world: World, kind: Any, name: str) -> Any:
    """What the ledger knows of a subject: a kit, a manifest, a stock-take."""
    world.ledger.memory.catch_up()
    need = Need(kind, name)
    return world.ledger.memory.fold([need])[need]


def paper(world: World, kind: str, subject: Any, name: str) -> Paper:
    """The last paper of a kind about a subject; it can be printed, too."""
    drawn = papers.drawn(world, kind, subject, name, lang="zh")
    assert papers.pages(drawn[-1])
    return drawn[-1]


def rows(shown: Paper, table: int = 0) -> list[tuple[str, ...]]:
    """The lines of the first list of a paper, or of another."""
    return list(shown.tables[table].rows)


def statement(world: World, item: str) -> Paper:
    """The statement of continuity of an item: it names no gap."""
    shown = paper(world, "continuity", "item", item)
    assert "保管链完整，没有缺口。" in shown.remarks
    return shown
