"""How a story is told and checked: what is refused changes nothing, what is recorded is sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from custody.errors import Refused
from custody.facts.flaws import OpenDefect
from custody.facts.kinds import Need
from custody.ledger.fsck import verify_ledger
from custody.ledger.ledger import Receipt
from custody.ledger.memory import FactMemory
from custody.ledger.reader import Reader
from custody.ledger.tables import JOURNAL

if TYPE_CHECKING:
    from world import World

Story = TypeVar("Story", bound=Callable[..., None])


def tells(*codes: str) -> Callable[[Story], Story]:
    """Say which refusals and defects of the rule data a story tells; every one of them needs a story."""

    def told(story: Story) -> Story:
        story.tells = codes  # type: ignore[attr-defined]
        return story

    return told


@dataclass
class Told:
    """What came of an act that was refused."""

    error: Refused | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    items: list[int] = field(default_factory=list)


@contextmanager
def refuses(world: World, slug: str) -> Iterator[Told]:
    """The act within is refused by this rule first; the log and every fact stay, and the journal keeps the try."""
    before = _state(world)
    lines = world.ledger.journal.recorder.head().size
    told = Told()
    world.refusing = True
    with pytest.raises(Refused) as raised:
        yield told
    world.refusing = False
    told.error = error = raised.value
    text = world.ledger.policy.texts[slug]
    assert (error.code, error.fields["rule"]) == (f"refused/{slug}", text.rule), error.fields["also"]
    assert error.fields["zh"] == text.zh
    assert error.fields["en"] == text.en == error.sentence
    assert _state(world) == before
    (line,) = world.ledger.journal.read(after=lines)
    assert (line.kind, line.code, line.detail["rule"]) == ("refusal", error.code, text.rule)
    assert line.envelope == world.signed
    told.facts, told.items = error.fields["facts"], error.fields["items"]


def also(told: Told) -> set[str]:
    """The other rules that a refused act broke."""
    assert told.error is not None
    return {each["code"].removeprefix("refused/") for each in told.error.fields["also"]}


def _state(world: World) -> tuple[Any, ...]:
    """The head of the log, and all that is known."""
    world.ledger.memory.catch_up()
    head = world.ledger.recorder.head()
    known = world.ledger.memory.fold(_remembered(world))
    return head.size, head.root, {need: fact for need, fact in known.items() if fact is not None}


def _remembered(world: World) -> list[Need]:
    """Every subject that any act in the log is tagged with."""
    tags = {tag for _, under in world.ledger.recorder.tagged_rows(0, 100_000) for tag in under}
    needs = [Need(kind, name) for kind, _, name in (tag.partition(":") for tag in sorted(tags))]  # type: ignore[arg-type]
    kinds = ("item", "case", "kit", "seal", "code", "person", "key", "place", "instrument", "discrepancy")
    return [need for need in needs if need.kind in kinds]


def flaws(receipt: Receipt) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The defects an act was recorded with: code → severity and the items concerned (none: all)."""
    return {each.code: (each.severity, each.items) for each in receipt.defects}


def open_defects(world: World, item: str) -> set[str]:
    """The codes of the defects that stand open on an item."""
    return {each.code for each in world.facts(item).defects if each.state == "open"}


def defect(world: World, item: str, code: str) -> OpenDefect:
    """The last defect of a code on an item."""
    found: OpenDefect = [each for each in world.facts(item).defects if each.code == code][-1]
    return found


def holder(world: World, item: str) -> str | None:
    """Who or what holds an item now: an id, or None if it left for good."""
    now = world.facts(item).holder
    return now.id if now else None


def is_sound(world: World) -> None:
    """Verify everything: signatures, decisions, links, tree; and that what is remembered equals a fresh fold."""
    recorder = world.ledger.recorder
    report = verify_ledger(recorder, Reader(world.engine, JOURNAL), policies=world.ledger.governed.policies)
    assert report.findings == []
    world.ledger.memory.catch_up()
    needs = _remembered(world)
    assert world.ledger.memory.fold(needs) == FactMemory(recorder).fold(needs)
