"""Steps 2, 3, 6 and 7 of verifying: what an entry says of its act and the acts before, and what is kept."""

# ruff: noqa: S608 - table names come from tables.py

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from eventsourcing.dcb.api import DCBQuery, DCBQueryItem

from custody.acts.keeping import Erasure
from custody.acts.values import decode, encode, sealed_by
from custody.facts.tags import links_of
from custody.ledger.engine import translated
from custody.ledger.findings import Report
from custody.ledger.opening import read_recorded
from custody.ledger.reader import Reader
from custody.ledger.session import Session
from custody.ledger.storedrow import Stored
from custody.ledger.tables import disclosure


class Entries:
    """Step 2: each entry names its envelope, its act and its type, is found by id and by tag, and time runs on."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._before: datetime | None = None

    def take(self, stored: Stored, by_id: tuple[int, bytes] | None) -> None:
        """Look at the next entry; ``by_id`` is what the table of ids holds under its act's."""
        row, entry, recorded = stored.row, stored.entry, stored.recorded
        act = recorded.act
        stated = (entry.envelope, entry.size_bytes, entry.act, entry.type, row.type)
        true = (hashlib.sha256(row.envelope).hexdigest(), len(row.envelope), act.id, act.act, act.act)
        found = self._report.found
        if stated != true:
            found(2, "entry", "条目与信封不符。", "An entry does not fit its envelope.", stored.index,
                  expected=list(true), got=list(stated))  # fmt: skip
        if by_id != (row.position, hashlib.sha256(stored.envelope.payload).digest()):
            found(2, "act-id", "编号索引与记录不符。", "The index of act ids disagrees.", stored.index)
        if self._before is not None and recorded.recorded_at < self._before:
            found(2, "time", "入账时间倒退。", "The recorded time runs back.", stored.index)
        self._before = recorded.recorded_at

    def tagged(self, stored: Stored, tags: tuple[str, ...]) -> None:
        """Whether it is found under exactly the tags that it touches."""
        if list(tags) != stored.tags:
            self._report.found(2, "tags", "检索标记与记录不符。", "The tags disagree with the act.", stored.index)


class Links:
    """Step 3: ``previous`` of each entry is the last act on each item, key and person."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._last: dict[str, int] = {}

    def take(self, stored: Stored, tags: tuple[str, ...]) -> None:
        """Look at the next entry's links."""
        links = links_of(stored.recorded.act, tags)
        true = {tag: self._last.get(tag, -1) for tag in links}
        if stored.entry.previous != true:
            self._report.found(
                3, "previous", "前后链接不符：可能有记录被遗漏。", "A link to the act before is wrong.", stored.index,
                expected=true, got=dict(stored.entry.previous),
            )  # fmt: skip
        self._last.update(dict.fromkeys(links, stored.index))


class Witnessing:
    """Step 6: the head that each act saw is the root this log had at that size."""

    def __init__(self, report: Report, roots: Mapping[int, bytes]) -> None:
        self._report = report
        self._roots = roots

    def take(self, stored: Stored) -> None:
        """Look at what the next act has seen."""
        seen = stored.recorded.act.seen
        root = self._roots.get(seen.size) if seen.size <= stored.index else None
        if root is None or encode(root) != seen.root:
            self._report.found(
                6, "seen", "签署人所见的日志状态不是本台账的。", "The head its signers saw is not one of this log.",
                stored.index, size=seen.size,
            )  # fmt: skip


class Disclosures:
    """Step 7: what an act commits to is there, unless an erasure took it away; nothing else is kept."""

    def __init__(self, report: Report, reader: Reader) -> None:
        self._report = report
        self._reader = reader
        self._brought = 0
        self._missing: dict[bytes, int] = {}
        """By commitment, the last act that made it: not there, and no erasure said so yet."""

    def take(self, stored: Stored) -> None:
        """Look at what is kept of the next act's sealed values, and at what it erases."""
        if isinstance(stored.recorded.act, Erasure):
            self._erased(stored, [decode(each) for each in stored.recorded.act.disclosures])
        payload = stored.envelope.payload
        if b'"sealed"' not in payload and b"\\" not in payload:  # most acts seal nothing, and no escape hides it
            return
        commitments = {decode(each) for each in sealed_by(stored.fields)}
        if not commitments:
            return
        kept = self._reader.kept_disclosures(commitments)
        for commitment in commitments - kept.keys():
            self._missing[commitment] = stored.index
        for commitment, (salt, value, position) in kept.items():
            self._brought += position == stored.row.position
            keys = self._reader.case_keys
            if value is None and not (keys and keys.has(salt)):
                self._report.withheld_disclosures += 1
            elif value is None or hashlib.sha256(salt + value.encode()).digest() != commitment:
                zh, en = "披露值与承诺不符。", "A disclosure does not open its commitment."
                self._report.found(7, "disclosure", zh, en, stored.index)

    def _erased(self, stored: Stored, commitments: list[bytes]) -> None:
        for commitment in dict.fromkeys(commitments):
            self._report.erased_disclosures += self._missing.pop(commitment, None) is not None
        kept = self._reader.kept_disclosures(commitments).values()
        if any(position <= stored.row.position for _, _, position in kept):
            zh, en = "已删除的个人信息仍然存有。", "What an erasure took away is kept still, or again."
            self._report.found(7, "disclosure-kept", zh, en, stored.index)

    def end(self, size: int) -> None:
        """Whether more is kept than the first ``size`` acts brought, or less than erasures left, also those since."""
        for commitment in self._missing.keys() & erased_after(self._reader, size) if self._missing else ():
            del self._missing[commitment]
        if self._reader.count_disclosures(size) > self._brought or _has_more(self._reader):
            zh, en = "存有无人承诺的披露值。", "Disclosures are kept that no act brought."
            self._report.found(7, "disclosure-extra", zh, en)
        for index, count in sorted(Counter(self._missing.values()).items()):
            zh, en = "披露值缺失，且没有删除记录。", "Disclosures are missing that no erasure took away."
            self._report.found(7, "disclosure-missing", zh, en, index, values=count)


def _has_more(reader: Reader) -> bool:
    """Whether any disclosure is kept of an act that the log does not have."""
    with translated(), Session(reader.engine, reader.log) as session:
        sql = f"SELECT 1 FROM {disclosure} WHERE position > (SELECT size FROM {reader.log.head}) LIMIT 1"
        return bool(session.fetch(sql))


def erased_after(reader: Reader, size: int) -> set[bytes]:
    """The commitments that erasures took away which were recorded after the first ``size`` acts."""
    rows, _ = reader.select(DCBQuery([DCBQueryItem(types=["erasure"])]))
    acts = [read_recorded(row.envelope) for row, _ in rows if row.position > size]
    return {decode(each) for act in acts if isinstance(act, Erasure) for each in act.disclosures}
