"""Which acts make up the bundle of an item or a case: the acts on it, and from their signers' keys back to genesis.

Found by tags, many at a time, at one size of the log; an act that arrives meanwhile is in none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from eventsourcing.dcb.api import DCBQueryItem

from custody.acts.act import Act
from custody.acts.entry import Entry, Recorded, read_entry
from custody.acts.parties import Place, Revocation
from custody.bundle.content import Subject
from custody.bundle.naming import GOVERNING, house_of
from custody.errors import NotFound
from custody.facts.gather import needs_of
from custody.facts.kinds import KINDS, KindName
from custody.facts.parties import new_key
from custody.facts.tags import UNLINKED
from custody.ledger.drafts import Row
from custody.ledger.history import item_at
from custody.ledger.past import recorded_from
from custody.ledger.reader import Reader
from custody.ledger.remembering import Remembering

T = TypeVar("T")

_AT_A_TIME: Final = 500
_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "person": (), "agency": ("genesis", "agency"), "key": ("revocation",), "governing": (),
}  # fmt: skip
"""Kind of name → the types of acts that are looked for under its tag. Who brought a key is found by its person."""

_FACTS: Final[frozenset[KindName]] = frozenset({
    "place", "kit", "seal", "code", "instrument", "discrepancy", "manifest", "contents", "loan", "order",
})  # fmt: skip
"""The kinds of further facts that decisions read: stated where the bundle has every act that they follow from."""

_UNLINKED: Final = frozenset(kind for beginning, kind in UNLINKED if beginning == "item:")


@dataclass(frozen=True, slots=True)
class Found:
    """An act of a bundle, as it is stored and as it reads."""

    row: Row
    entry: Entry
    recorded: Recorded


@dataclass(frozen=True, slots=True)
class Scope:
    """The acts of a bundle by leaf index, in order: those on its subject, and those about who may sign; and of each
    name that the statement is about, where the log holds acts on it."""

    subject: Subject
    size: int
    own: Mapping[int, Found]
    keys: Mapping[int, Found]
    named: Mapping[str, list[int]]
    facts: Mapping[str, list[int]]
    """Of each further fact that decisions read, where all the acts are from which it follows."""

    @property
    def acts(self) -> Mapping[int, Found]:
        """Every act, in the order of the log."""
        return dict(sorted({**self.own, **self.keys}.items()))

    def counted(self) -> dict[str, tuple[int, int]]:
        """Of each name, how many acts are on it, and the leaf index of the last; 0 and -1 where there are none."""
        return {name: (len(at), at[-1] if at else -1) for name, at in self.named.items()}


def scope_of(reader: Reader, subject: Subject, size: int) -> Scope:
    """Find everything that belongs into a bundle among the first ``size`` entries. Raises NotFound."""
    walk = _Walk(reader, size)
    own, named = walk.on_subject(subject)
    places = walk.places(own)
    every, of_parties = walk.back_to_genesis(own.union(*places.values()))
    by_index = walk.found
    return Scope(
        subject, size, {index: by_index[index] for index in sorted(own)},
        {index: by_index[index] for index in sorted(every - own)}, named | of_parties, places | walk.facts(own, every),
    )  # fmt: skip


def signing_of(reader: Reader, index: int, size: int) -> Mapping[int, Found]:
    """One act among the first ``size`` entries, with all that say who signed it and by which rules; in the order of
    the log."""
    walk = _Walk(reader, size)
    walk.read(0, index)
    every, _ = walk.back_to_genesis({index})
    return {each: walk.found[each] for each in sorted(every)}


def item_of(reader: Reader, id_or_code: str) -> str:
    """The id of the item that an id or a label code names. Raises NotFound."""
    item: str = item_at(reader, id_or_code)["item"]
    return item


class _Walk:
    """A walk along the tags of a log, as it was at one size. ``found`` is what was read on the way."""

    def __init__(self, reader: Reader, size: int) -> None:
        self._reader = Remembering(reader, size)
        self._size = size
        self.found: dict[int, Found] = {}

    def on_subject(self, subject: Subject) -> tuple[set[int], dict[str, list[int]]]:
        """The acts on an item, or on a case and each of its items. Raises NotFound."""
        tag = f"{subject.kind}:{subject.id}"
        contents = f"contents:{subject.id}"
        under = self._under({tag: (), contents: ()} if subject.kind == "case" else {tag: ()})
        own = {index for at in under.values() for index in at}
        if not own:
            raise NotFound(f"not-found/{subject.kind}", f"The ledger knows no such {subject.kind}.", asked=subject.id)
        if subject.kind == "item":
            linked = [index for index in under[tag] if self.found[index].entry.type not in _UNLINKED]
            return set(linked), {tag: linked}
        acts = [self.found[index].recorded.act for index in under[contents]]
        items = sorted({item for act in acts if act.case_of_births == subject.id for item in act.items_born})
        named = {
            name: [index for index in at if self.found[index].entry.type not in _UNLINKED]
            for name, at in self._under({f"item:{item}": () for item in items}).items()
        }
        own.update(index for at in named.values() for index in at)
        return own, {**named, tag: sorted(own)}

    def read(self, *indexes: int) -> None:
        """Read the acts at some leaf indexes."""
        self._load(indexes)

    def back_to_genesis(self, own: set[int]) -> tuple[set[int], dict[str, list[int]]]:
        """Those acts with all that say who signed them and by which rules; of each key, person and agency in them, and
        of what governs the log, where the acts are."""
        self._load([0])
        every, named = {0, *own}, dict[str, list[int]]()
        while wanted := {name for index in every for name in _relied_on(self.found[index])} - named.keys():
            types = {name: _TYPES[name.partition(":")[0]] for name in sorted(wanted)}
            self._reader.ask(*(DCBQueryItem(types=list(of), tags=[name]) for name, of in types.items()))
            under = self._under(types)
            named |= {name: [index for index in at if self._says(index, name)] for name, at in under.items()}
            every.update(index for name in wanted for index in named[name])
        for index in every:
            brought = new_key(self.found[index].recorded.act)
            name = f"key:{brought[1].key_id}" if brought else ""
            if name in named and index not in named[name]:
                named[name].append(index)
        return every, {name: sorted(at) for name, at in named.items()}

    def places(self, own: set[int]) -> dict[str, list[int]]:
        """Where the acts are that register the places which acts name, and the places above those."""
        found: dict[str, list[int]] = {}
        wanted = {need.tag for index in own for need in needs_of(self._act(index)) if need.kind == "place"}
        while wanted:
            under = self._under(dict.fromkeys(sorted(wanted), KINDS["place"].types))
            found |= under
            acts = [self._act(index) for at in under.values() for index in at]
            wanted = {f"place:{act.parent}" for act in acts if isinstance(act, Place) and act.parent} - found.keys()
        return found

    def facts(self, own: set[int], every: set[int]) -> dict[str, list[int]]:
        """Where the acts are from which those facts follow that the acts name, as far as the bundle has them all."""
        needs = {need for index in own for need in needs_of(self._act(index)) if need.kind in _FACTS - {"place"}}
        under = self._under({need.tag: KINDS[need.kind].types for need in sorted(needs)})
        return {tag: at for tag, at in under.items() if every.issuperset(at)}

    def _act(self, index: int) -> Act:
        return self.found[index].recorded.act

    def _says(self, index: int, name: str) -> bool:
        """Whether an act under the tag of a key is about that key, and not just signed with it."""
        act = self.found[index].recorded.act
        return not isinstance(act, Revocation) or not name.startswith("key:") or name == f"key:{act.key}"

    def _under(self, tags: Mapping[str, tuple[str, ...]]) -> dict[str, list[int]]:
        """The leaf indexes of the acts under each tag, of the types that are named with it; all are read."""
        found: dict[str, list[int]] = {}
        for page in _pages([*tags]):
            borne, _ = self._reader.borne([DCBQueryItem(types=list(tags[tag]), tags=[tag]) for tag in page])
            found |= {tag: [at - 1 for at in borne[tag] if at <= self._size] for tag in page}
        self._load(index for at in found.values() for index in at)
        return found

    def _load(self, indexes: Iterable[int]) -> None:
        for page in _pages(sorted({*indexes} - self.found.keys())):
            for row in self._reader.rows_at([index + 1 for index in page]):
                self.found[row.position - 1] = Found(row, read_entry(row.entry), recorded_from(row))


def _relied_on(found: Found) -> Iterator[str]:
    """Whatever else has to be known of an act: its signers, their keys, the agencies of whom it enrols; and what
    governs the log."""
    yield GOVERNING
    for signer in found.recorded.act.signers:
        yield f"key:{signer.key}"
        yield f"person:{signer.person}"
    if isinstance(found.recorded.act, Place):
        yield f"agency:{found.recorded.act.agency}"
    house = house_of(found.recorded.act)
    if house is not None:
        yield f"agency:{house[1]}"


def _pages(values: list[T]) -> Iterator[list[T]]:
    yield from (values[start : start + _AT_A_TIME] for start in range(0, len(values), _AT_A_TIME))
