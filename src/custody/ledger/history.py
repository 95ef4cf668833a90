"""Reading the past: an item, its chain of custody, or a case as it was, folded from the acts and from nothing else.

Two questions look alike and are not:

* ``known_at``: what did the ledger *know* at that moment? Only acts recorded by then are read, and corrections only if
  they were recorded by then.
* ``as_of``: how *was* it at that moment, as we know now (or as was known at ``known_at``)? Acts are read as they stand
  corrected, and only those that had occurred by then.

For one and the same moment the answers differ exactly by corrections, late entries, and acts recorded after they
occurred. The shapes are those of the registers, made by the same functions; of an item without ``deadlines``: what is
due follows from every act of its case and from the rule data in force, and is asked of the register, for now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from eventsourcing.dcb.api import DCBQueryItem

from custody import label
from custody.acts.entry import Recorded
from custody.acts.oversight import Correction
from custody.errors import NotFound, TooLarge
from custody.facts.amend import Reading, readings
from custody.facts.case import CaseFacts, CodeFacts
from custody.facts.control_shapes import controls_shape
from custody.facts.folding import fold_item
from custody.facts.holding import Holder
from custody.facts.kinds import KINDS, Need, fold
from custody.facts.parties import PersonFacts, PlaceFacts
from custody.facts.party_shapes import place_shape
from custody.facts.shapes import (
    Shape,
    act_shape,
    case_shape,
    code_shape,
    custody_shape,
    history_shape,
    in_context,
    item_shape,
    seals_shape,
)
from custody.ledger.past import Past, histories, recorded_from
from custody.ledger.reader import Reader
from custody.ledger.remembering import Remembering


@dataclass(frozen=True, slots=True)
class Moment:
    """Which past is asked for; both None: the present. Datetimes are aware."""

    as_of: datetime | None = None
    known_at: datetime | None = None

    def knows(self, recorded: Recorded) -> bool:
        """Whether an act was recorded by then."""
        return self.known_at is None or recorded.recorded_at <= self.known_at

    def includes(self, reading: Reading) -> bool:
        """Whether an act, as it reads, had occurred by then."""
        return self.as_of is None or reading.act.occurred_at <= self.as_of


NOW = Moment()

MOST_STAYED: Final = 5_000
"""Items of a place that are folded one by one; of more, the whole state is replayed."""


def gathered(reader: Reader, item: str, ancestors: Callable[[str], Sequence[str]]) -> Remembering:
    """A reader that was asked in few goes for what an item's shape and history take at any moment: its acts, its case,
    whoever ever held it, and what it was divided from, as far as ``ancestors`` knows that beforehand."""
    asked = Remembering(reader)
    asked.ask(_under(f"item:{item}"))
    known = fold_item(item, readings(_records(asked, f"item:{item}", NOW)))
    if known is not None:
        held = {each.holder for each in known.custody}
        needs = [Need(each.kind, each.id) for each in held if each is not None and each.kind != "outside"]
        asked.ask(
            *(_under(each.tag, KINDS[each.kind].types) for each in (Need("case", known.case), *needs)),
            *(_under(f"item:{each}") for each in (ancestors(item) if known.thing.parent else ())),
        )
    return asked


def item_at(reader: Reader, id_or_code: str, moment: Moment = NOW) -> Shape:
    """Return an item as `custody.registers` shows it, at a moment. Raises NotFound if it was not there yet."""
    code = _code(reader, id_or_code, moment) if label.is_code(id_or_code, "item") else None
    item = code.item if code else id_or_code
    facts = fold_item(item, _readings(reader, f"item:{item}", moment))
    if facts is None:
        raise _not_found("item", id_or_code)
    case = _case(_records(reader, f"case:{facts.case}", moment, KINDS["case"].types), facts.case, moment)
    keeper = _keeper(reader, facts.holder, moment)
    shape = in_context(
        item_shape(facts), case_shape(case) if case else None, keeper.agency if keeper else None,
        keeper.name if isinstance(keeper, PlaceFacts) else None, _above(reader, facts.thing.parent, moment),
    )  # fmt: skip
    return {**shape, "asked": code_shape(code)} if code else shape


def history_at(reader: Reader, id_or_code: str, moment: Moment = NOW) -> Shape:
    """Return the chain of custody of an item, at a moment. Raises NotFound if it was not there yet.

    ``acts`` are shown as they were signed; the stretches and gaps they make are read as the acts stand corrected.
    """
    code = _code(reader, id_or_code, moment) if label.is_code(id_or_code, "item") else None
    item = code.item if code else id_or_code
    records = _records(reader, f"item:{item}", moment)
    acts = [act_shape(each) for each in standing(records, moment)]
    if not acts:
        raise _not_found("item", id_or_code)
    facts = fold_item(item, filter(moment.includes, readings(records)))
    if facts is None:
        return history_shape(item, acts, [], {})
    keepers = {each.holder: _keeper(reader, each.holder, moment) for each in facts.custody}
    place_names = {keeper.place: keeper.name for keeper in keepers.values() if isinstance(keeper, PlaceFacts)}
    return history_shape(
        item, acts, custody_shape(facts), place_names, seals_shape(facts), controls_shape(facts)
    )


def standing(records: Sequence[Recorded], moment: Moment) -> list[Recorded]:
    """Those of some acts, in log order, that were known and had occurred at a moment, as they read then.

    A voided act had occurred when its signers said: it is among them, though nothing is folded from it.
    """
    known = [each for each in records if moment.knows(each)]
    read = {each.recorded.index: each for each in readings(known)}
    return [each for each in known if moment.includes(read.get(each.index) or Reading(each, each.act))]


def case_at(reader: Reader, reference: str, moment: Moment = NOW) -> Shape:
    """Return a case with ``items``, the number of its items, at a moment. Raises NotFound if it was not open yet."""
    records = _records(reader, f"case:{reference}", moment)
    case = _case([each for each in records if each.act.act in KINDS["case"].types], reference, moment)
    if case is None:
        raise _not_found("case", reference)
    return {**case_shape(case), "items": len(_items_of(reader, records, reference, moment))}


def place_at(reader: Reader, place: str, moment: Moment = NOW) -> Shape:
    """Return a place with ``items``, what lay in it, each as `item_shape` shows it, at a moment.

    Raises NotFound if it was not there yet, TooLarge if more than `MOST_STAYED` items ever came into it by then.
    """
    facts = _keeper(reader, Holder("place", place), moment)
    if not isinstance(facts, PlaceFacts):
        raise _not_found("place", place)
    acts = {each.act.id: each for each in _records(reader, f"stays:{place}", moment)}
    came = {item for each in _with_targets(reader, acts).values() for item in each.act.own_items}
    if len(came) > MOST_STAYED:
        raise TooLarge("too-large/place", "Too much came into this place: replay the ledger.", limit=MOST_STAYED)
    found = histories(_past(reader), [f"item:{each}" for each in sorted(came)])
    lain = []
    for item in sorted(came):
        known = [each for each in found[f"item:{item}"] if moment.knows(each)]
        now = fold_item(item, filter(moment.includes, readings(known)))
        if now is not None and now.holder == Holder("place", place) and not now.voided:
            lain.append(item_shape(now))
    return {**place_shape(facts), "items": lain}


def _items_of(reader: Reader, records: Sequence[Recorded], reference: str, moment: Moment) -> set[str]:
    """The items of a case that are not voided, at a moment, by the acts under its tag."""
    known = _with_targets(reader, {each.act.id: each for each in records})
    found: set[str] = set()
    for reading in readings(sorted(known.values(), key=lambda each: each.index)):
        act = reading.act
        if act.case_of_births == reference and moment.includes(reading):
            found |= act.items_born - {act.own_items[index] for index in reading.voided}
    return found


def _with_targets(reader: Reader, known: Mapping[str, Recorded]) -> dict[str, Recorded]:
    """Acts by id, with those that corrections among them are of."""
    targets = {each.act.target for each in known.values() if isinstance(each.act, Correction)} - known.keys()
    rows = reader.rows_of([UUID(each).bytes for each in sorted(targets)]) if targets else ()
    return {**known, **{each.act.id: each for each in map(recorded_from, rows)}}


def _above(reader: Reader, parent: str | None, moment: Moment) -> dict[str, Shape]:
    """What an item was divided from, and that again, by id, at a moment."""
    found: dict[str, Shape] = {}
    while parent is not None and parent not in found:
        facts = fold_item(parent, _readings(reader, f"item:{parent}", moment))
        if facts is None:
            break
        found[parent] = item_shape(facts)
        parent = facts.thing.parent
    return found


def _case(records: Sequence[Recorded], reference: str, moment: Moment) -> CaseFacts | None:
    facts: CaseFacts | None = None
    for reading in filter(moment.includes, readings(records)):
        facts = KINDS["case"].evolve(facts, reading, reference)
    return facts


def _code(reader: Reader, code: str, moment: Moment) -> CodeFacts | None:
    facts: CodeFacts | None = None
    kind = KINDS["code"]
    for reading in filter(moment.includes, readings(_records(reader, f"code:{code}", moment, kind.types))):
        facts = kind.evolve(facts, reading, code)
    return facts


def _keeper(reader: Reader, holder: Holder | None, moment: Moment) -> PersonFacts | PlaceFacts | None:
    """What a person or a place was at that moment."""
    if holder is None or holder.kind == "outside":
        return None
    need = Need(holder.kind, holder.id)
    records = _records(reader, need.tag, moment, KINDS[need.kind].types)
    facts: PersonFacts | PlaceFacts | None = fold(need, records, moment.includes)
    return facts


def _readings(reader: Reader, tag: str, moment: Moment) -> list[Reading]:
    return [each for each in readings(_records(reader, tag, moment)) if moment.includes(each)]


def _records(reader: Reader, tag: str, moment: Moment, types: Sequence[str] = ()) -> list[Recorded]:
    acts, _ = _past(reader).under([_under(tag, types)])
    return [recorded for recorded in acts[tag] if moment.knows(recorded)]


def _past(reader: Reader) -> Past:
    return reader.past if isinstance(reader, Remembering) else Past(reader)


def _under(tag: str, types: Sequence[str] = ()) -> DCBQueryItem:
    return DCBQueryItem(types=list(types), tags=[tag])


def _not_found(what: str, asked: str) -> NotFound:
    return NotFound(f"not-found/{what}", f"The ledger knew no such {what} at that moment.", asked=asked)
