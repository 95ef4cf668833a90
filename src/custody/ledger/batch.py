"""One batch of appends, decided inside the lock: who is admitted, and the rows that will be written.

Nothing here changes what others see. A draft that is refused leaves no trace, and those after it are judged
as if it had never come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from eventsourcing.dcb.api import DCBAppendCondition, DCBQueryItem
from sqlalchemy import Table

from custody.ledger.drafts import ConditionFailed, DecideAgain, Draft, Head, IdTaken, to_microseconds
from custody.ledger.session import Rows, Session
from custody.ledger.tables import Log, disclosure
from custody.ledger.tags import Newest, TagMemory
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.edge import Edge
from custody.tlog.merkle import leaf_hash
from custody.tlog.note import Signer
from custody.tlog.tiles import require_entry_size


@dataclass(frozen=True)
class Admitted:
    """A draft's place: a new one, or the one its act has held since an earlier submission."""

    position: int
    duplicate: bool


class Batch:
    """The appends of one transaction. ``edge`` is our own copy; ``taken`` maps ids to (position, digest)."""

    def __init__(
        self,
        session: Session,
        log: Log,
        *,
        edge: Edge,
        tags: TagMemory,
        taken: dict[bytes, tuple[int, bytes]],
        recorded_at: datetime,
    ) -> None:
        self._session = session
        self._log = log
        self._tags = tags
        self._taken = taken
        self._newest: dict[str, Newest] = {}
        self._drafts: list[Draft] = []
        self._first = edge.size + 1
        self.edge = edge
        self.recorded_at = recorded_at
        self.entries: list[bytes] = []
        self._leaves: list[bytes] = []
        self._tag_ids: list[list[int]] = []
        self.new_tags: dict[str, int] = {}

    def admit(self, draft: Draft) -> Admitted:
        """Give the draft the next leaf.

        Raises IdTaken, ConditionFailed, DecideAgain, TooLarge, or whatever its ``complete`` raises.
        """
        earlier = self._taken.get(draft.id)
        if earlier is not None:
            position, digest = earlier
            if digest != draft.digest:
                raise IdTaken(f"the id is taken by the event at position {position}", position)
            return Admitted(position, duplicate=True)
        if draft.decide_again_at is not None and self.recorded_at >= draft.decide_again_at:
            raise DecideAgain(self.recorded_at)
        if draft.condition is not None:
            self._check(draft.condition)
        previous = {tag: self._last_linked(tag, draft.unlinked) - 1 for tag in draft.links}
        entry = draft.complete(self.edge.size, self.recorded_at, previous)
        require_entry_size(entry)
        return self._accept(draft, entry)

    def entry_at(self, position: int) -> bytes | None:
        """The entry of one of this batch's own positions."""
        return self.entries[position - self._first] if position >= self._first else None

    def close(self, signer: Signer) -> tuple[Head, str, list[tuple[Table, Rows]]]:
        """The new head, the signed checkpoint for it, and all rows to write."""
        head = Head(self.edge.size, self.edge.root(), self.recorded_at)
        note = Checkpoint(signer.name, head.size, head.root).signed(signer)
        log = self._log
        signed: Rows = [(head.size, head.root, to_microseconds(head.recorded_at), note)]
        return head, note, [*self._event_rows(), (log.tile, self._tile_rows()), (log.checkpoint, signed)]

    def erased(self) -> list[bytes]:
        """The commitments whose disclosures go with this batch, each once."""
        return list(dict.fromkeys(each for draft in self._drafts for each in draft.erases))

    def recorded(self) -> list[tuple[int, str, list[int]]]:
        """Position, type and tag ids of each event."""
        drafts = zip(self._drafts, self._tag_ids, strict=True)
        return [(position, draft.type, tags) for position, (draft, tags) in enumerate(drafts, self._first)]

    def _accept(self, draft: Draft, entry: bytes) -> Admitted:
        leaf = leaf_hash(entry)
        self.edge.add(leaf)
        position = self.edge.size
        self._drafts.append(draft)
        self._leaves.append(leaf)
        self.entries.append(entry)
        self._taken[draft.id] = (position, draft.digest)
        for tag in draft.tags:
            self._newest.setdefault(tag, {})[draft.type] = position
        self._tag_ids.append([self._id(tag) for tag in draft.tags])
        return Admitted(position, duplicate=False)

    def _check(self, condition: DCBAppendCondition) -> None:
        after = condition.after or 0
        for item in condition.fail_if_events_match.items or [DCBQueryItem()]:
            found = self._newest_match(item, after)
            if found > after:
                raise ConditionFailed(f"the event at position {found} matches the append condition", found)

    def _newest_match(self, item: DCBQueryItem, after: int) -> int:
        """The newest position that matches, if it is after ``after``; any smaller number otherwise."""
        if not item.tags and not item.types:
            return self.edge.size
        if len(item.tags) == 1:
            (tag,) = item.tags
            committed, own = self._tags.of(tag), self._newest.get(tag)
            if own is None:
                return _newest_of(committed, item.types)
            return max(_newest_of(committed, item.types), _newest_of(own, item.types))
        return self._own_match(item) or self._tags.search(self._session, item, after)

    def _own_match(self, item: DCBQueryItem) -> int:
        for back, draft in enumerate(reversed(self._drafts)):
            if (not item.types or draft.type in item.types) and set(draft.tags) >= set(item.tags):
                return self.edge.size - back
        return 0

    def _last_linked(self, tag: str, unlinked: Sequence[tuple[str, str]]) -> int:
        passed_over = [kind for beginning, kind in unlinked if tag.startswith(beginning)]
        for newest in (self._newest.get(tag), self._tags.of(tag)):  # what this batch brings is newer
            positions = [position for kind, position in newest.items() if kind not in passed_over] if newest else ()
            if positions:
                return max(positions)
        return 0

    def _id(self, tag: str) -> int:
        known = self._tags.ids.get(tag) or self.new_tags.get(tag)
        if known is None:
            known = self.new_tags[tag] = self._tags.last_id + len(self.new_tags) + 1
        return known

    def _event_rows(self) -> list[tuple[Table, Rows]]:
        log, entries, acts, tagged = self._log, [], [], []
        sealed: Rows = []
        drafts = zip(self._drafts, self.entries, self._leaves, self.recorded(), strict=True)
        for draft, entry, leaf, (position, kind, tags) in drafts:
            entries.append((position, kind, " ".join(map(str, tags)), leaf, entry, draft.data))
            acts.append((draft.id, draft.digest, position))
            tagged += [(tag, position, kind) for tag in dict.fromkeys(tags)]
            sealed = [row for row in sealed if row[0] not in draft.erases] if draft.erases else sealed
            sealed += [(*value, position) for value in draft.disclosures]
        names = [(number, name) for name, number in self.new_tags.items()]
        return [(log.entry, entries), (log.act, acts), (log.tag, names), (log.tagged, tagged), (disclosure, sealed)]

    def _tile_rows(self) -> Rows:
        return [(tile.level, tile.number, tile.data) for tile in self.edge.completed]


def _newest_of(newest: Newest, kinds: Sequence[str]) -> int:
    """The newest position of these types, of all if none is named. Of most tags only few types are known."""
    found = 0
    for kind, position in newest.items():
        if position > found and (not kinds or kind in kinds):
            found = position
    return found


def tags_asked(drafts: Sequence[Draft]) -> set[str]:
    """The tags whose newest events the decisions on these drafts may turn on."""
    asked: set[str] = set()
    for draft in drafts:
        asked.update(draft.links)
        if draft.condition is not None:
            for item in draft.condition.fail_if_events_match.items:
                asked.update(item.tags)
    return asked
