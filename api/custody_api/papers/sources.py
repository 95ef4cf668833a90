"""What papers are drawn from: the acts up to one position of the log, as corrections make them read."""

from __future__ import annotations

import copy
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone, tzinfo
from uuid import UUID

from eventsourcing.dcb.api import DCBQueryItem

from custody.acts.act import Act
from custody.acts.claim import Claim
from custody.acts.counting import ItemList
from custody.acts.custody import ByPerson, InPlace, Party
from custody.acts.entry import Recorded
from custody.acts.oversight import Correction
from custody.acts.values import Sealed, decode, encode, sealed_in
from custody.cli.words import TERMS
from custody.errors import NotFound
from custody.facts.amend import Reading, readings
from custody.facts.case import CaseFacts
from custody.facts.folding import fold_item
from custody.facts.holding import Holder
from custody.facts.item import ItemFacts
from custody.facts.kinds import KINDS, Need, fold
from custody.facts.parties import AgencyFacts, PersonFacts, PlaceFacts
from custody.ledger.ledger import Ledger
from custody.ledger.memory import item_of
from custody.ledger.past import Past, recorded_from
from custody.ledger.remembering import Remembering
from custody.tlog.checkpoint import Checkpoint
from custody_api.papers.paper import Language


@dataclass(frozen=True, slots=True)
class Source:
    """An act that a paper is drawn from, and the corrections that amended it. ``void``: it was voided as a whole."""

    reading: Reading
    corrections: tuple[Recorded, ...]
    void: bool = False

    @property
    def act(self) -> Act:
        """The act as it reads."""
        return self.reading.act

    @property
    def position(self) -> int:
        """Where the act stands in the log."""
        return self.reading.recorded.index + 1


class Sources:
    """A ledger read up to a position, for papers in one language.

    ``opens`` says whether sealed values are printed, or of which commitments, as far as their disclosures still exist;
    ``reads``, of which acts the reader may see the whole: of others no paper is drawn. Raises NotFound for a
    position that the log has not reached.
    """

    def __init__(
        self, ledger: Ledger, at: int | None = None, lang: Language = "zh",
        opens: bool | Container[str] = True,
        reads: Callable[[Recorded], bool] = lambda recorded: True,
    ) -> None:  # fmt: skip
        self.ledger = ledger
        self.reads = reads
        self.lang: Language = lang
        self.opens = opens
        size = ledger.recorder.head().size
        self.at = size if at is None else at
        if not 1 <= self.at <= size:
            raise NotFound("not-found/position", "The log has no event at this position.", position=self.at)
        self.zone: tzinfo = timezone.utc  # noqa: UP017 - a tzinfo; an act's own offset takes its place
        self._asked: Remembering | None = None
        self._past = Past(ledger.recorder)
        self._parties: dict[Need, PersonFacts | PlaceFacts | AgencyFacts | CaseFacts | None] = {}
        self._opened: dict[str, str | None] = {}
        self.shown: set[str] = set()
        """The commitments whose values were given out: what a look at personal data has to answer for."""

    def in_language(self, lang: Language) -> Sources:
        """The same ledger, read as far and remembered together, in another language."""
        other = copy.copy(self)
        other.lang = lang
        return other

    # -- words

    def t(self, zh: str, en: str) -> str:
        """One of two texts, by language."""
        return zh if self.lang == "zh" else en

    def term(self, word: str | None) -> str:
        """A word of an act as people say it."""
        if word is None:
            return "—"
        return TERMS.get(word, word) if self.lang == "zh" else word.replace("-", " ")

    def yes(self, value: bool) -> str:
        """Yes or no."""
        return self.t("是", "yes") if value else self.t("否", "no")

    def joined(self, texts: Iterable[str | None]) -> str:
        """Several short texts, one after the other; a dash if there is none."""
        return self.t("；", "; ").join(each for each in texts if each) or "—"

    def time(self, moment: datetime) -> str:
        """A moment to the minute, in the offset that the paper's acts were signed with."""
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def drawn_at(self) -> str:
        """Now, with its offset, which every other time on the paper has, too."""
        now = self.ledger.clock().astimezone(self.zone)
        return f"{now:%Y-%m-%d %H:%M:%S} {now.isoformat()[-6:]}"

    # -- acts

    def act(self, act_id: str) -> Source:
        """An act as it reads at the position. Raises NotFound."""
        recorded = self._recorded(act_id)
        if recorded is None:
            raise NotFound("not-found/act", "The ledger has no act with this id.", act=act_id[:80])
        return self._source(recorded, self.under([f"act:{act_id}"])[f"act:{act_id}"])

    def acts(self, tag: str, types: Sequence[str]) -> list[Source]:
        """The acts of some types under a tag, oldest first."""
        found = [each for each in self.under([tag], types)[tag] if each.act.act in types and self.reads(each)]
        about = self.under([f"act:{each.act.id}" for each in found], ("correction",))
        return [self._source(each, about[f"act:{each.act.id}"]) for each in found]

    def under(self, tags: Sequence[str], types: Sequence[str] = ()) -> dict[str, list[Recorded]]:
        """Recorded acts under each tag up to the position, in log order."""
        if not tags:
            return {}
        found, _ = self._past.under([DCBQueryItem(types=list(types), tags=[tag]) for tag in dict.fromkeys(tags)])
        return {tag: [each for each in acts if each.index < self.at] for tag, acts in found.items()}

    def ask(self, needs: Iterable[Need], tags: Iterable[str] = ()) -> None:
        """Read in one go what will be asked for, and keep from now on what is read: for who asks little."""
        if self._asked is None:
            self._asked = Remembering(self.ledger.recorder, self.at)
            self._past = self._asked.past
        self._asked.ask(*map(item_of, needs), *(DCBQueryItem(tags=[tag]) for tag in tags))

    def tubes(self, kits: Iterable[str]) -> list[str]:
        """The tubes of some blood kits, in the order in which they were drawn."""
        drawn = self.under([f"kit:{each}" for each in kits], ("blood-draw",))
        return [item for acts in drawn.values() for each in acts for item in each.act.own_items]

    def _recorded(self, act_id: str) -> Recorded | None:
        try:
            rows = self.ledger.recorder.rows_of([UUID(act_id).bytes])
        except ValueError:
            return None
        return next((recorded_from(row) for row in rows if row.position <= self.at), None)

    def _source(self, recorded: Recorded, about: Sequence[Recorded]) -> Source:
        corrections = tuple(each for each in about if isinstance(each.act, Correction))
        now = [each for each in readings([recorded, *corrections]) if each.recorded is recorded]
        reading = now[0] if now else Reading(recorded, recorded.act, amended=True)
        if self.zone is timezone.utc:  # noqa: UP017
            self.zone = reading.act.occurred_at.tzinfo or self.zone
        self._open(sealed_in(reading.act.model_dump(mode="json", by_alias=True)))
        return Source(reading, corrections, void=not now)

    # -- what the acts add up to

    def items(self, items: Iterable[str]) -> dict[str, ItemFacts]:
        """What is known of items at the position."""
        wanted = list(dict.fromkeys(items))
        found = self.under([f"item:{each}" for each in wanted])
        facts = {each: fold_item(each, readings(found[f"item:{each}"])) for each in wanted}
        return {item: known for item, known in facts.items() if known is not None}

    def case(self, reference: str) -> CaseFacts | None:
        """What is known of a case."""
        known = self._fold(Need("case", reference))
        return known if isinstance(known, CaseFacts) else None

    def person_facts(self, person: str) -> PersonFacts | None:
        """What is known of a person."""
        known = self._fold(Need("person", person))
        return known if isinstance(known, PersonFacts) else None

    def person(self, person: str) -> str:
        """A person's name, as far as it may be read, and id."""
        known = self.person_facts(person)
        if known is None:
            return person
        return self.t(f"{self.opened(known.name)}（{person}）", f"{self.opened(known.name)} ({person})")

    def house_of(self, person: str) -> str:
        """The name of the agency that a person belongs to."""
        known = self.person_facts(person)
        return self.agency(known.agency) if known else ""

    def agency(self, agency: str) -> str:
        """An agency's name."""
        known = self.agency_facts(agency)
        return known.name if known else agency

    def agency_facts(self, agency: str) -> AgencyFacts | None:
        """What is known of an agency."""
        known = self._fold(Need("agency", agency))
        return known if isinstance(known, AgencyFacts) else None

    def place(self, place: str) -> str:
        """A place's name and id."""
        known = self._fold(Need("place", place))
        return f"{known.name} {place}" if isinstance(known, PlaceFacts) else place

    def party(self, party: Party) -> str:
        """A party of a handover."""
        if isinstance(party, ByPerson):
            return self.person(party.person)
        return self.place(party.place) if isinstance(party, InPlace) else self.opened(party.outside.sealed)

    def holder(self, holder: Holder | None) -> str:
        """Who or what holds an item."""
        if holder is None:
            return self.t("已离开保管", "left custody")
        if holder.kind == "outside":
            return self.opened(holder.id)
        return self.person(holder.id) if holder.kind == "person" else self.place(holder.id)

    def _fold(self, need: Need) -> PersonFacts | PlaceFacts | AgencyFacts | CaseFacts | None:
        if need not in self._parties:
            records = self.under([need.tag], KINDS[need.kind].types)[need.tag]
            self._parties[need] = fold(need, records)
        return self._parties[need]

    # -- sealed values

    def value(self, value: str | Sealed | None) -> str:
        """A text that may be sealed."""
        if value is None:
            return "—"
        return self.opened(value.sealed) if isinstance(value, Sealed) else value

    def may_open(self, commitment: str) -> bool:
        """Whether what a commitment seals may be read here."""
        return self.opens if isinstance(self.opens, bool) else commitment in self.opens

    def opened(self, commitment: str) -> str:
        """What a commitment seals; a mark where it may not be read, or was erased."""
        if not self.may_open(commitment):
            return self.t("〔密封〕", "[sealed]")
        if commitment not in self._opened:
            self._open([commitment])
        value = self._opened[commitment]
        if value is None and self.ledger.recorder.kept_disclosures([decode(commitment)]):
            return self.t("〔密封〕", "[sealed]")  # the key of its case was taken away
        if value is None:
            return self.t("〔已删除〕", "[erased]")
        self.shown.add(commitment)
        return value

    def listed(self, stated: ItemList) -> tuple[str, ...] | None:
        """The items of a sealed list; None where it may not be read, or a sheet of it was erased."""
        if not all(self.may_open(each.sealed) for each in stated.sheets):
            return None
        self._open(each.sealed for each in stated.sheets)
        sheets = [self._opened[each.sealed] for each in stated.sheets]
        if any(sheet is None for sheet in sheets):
            return None
        self.shown.update(each.sealed for each in stated.sheets)
        return tuple(line for sheet in sheets if sheet for line in sheet.split("\n"))

    def _open(self, commitments: Iterable[str]) -> None:
        wanted = [each for each in commitments if each not in self._opened and self.may_open(each)]
        if wanted:
            found = self.ledger.recorder.disclosures(decode(each) for each in wanted)
            values = {encode(commitment): value for commitment, (_, value) in found.items()}
            self._opened.update((each, values.get(each)) for each in wanted)

    # -- the claim of the QR code

    def claim(self, index: int) -> str:
        """``CL1 <origin> <size> <root> <index>``, of the oldest checkpoint that covers the position."""
        size, _ = self.ledger.recorder.first_checkpoint_covering(self.at - 1)
        root = self.ledger.recorder.root_at(size)
        return str(Claim(Checkpoint(self.ledger.origin, size, root or b""), index))
