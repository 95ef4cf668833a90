"""One pass over a stored log, act by act: every step that needs the acts in order looks at each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from custody.acts.parties import Genesis
from custody.errors import CustodyError
from custody.facts.files import files_of
from custody.ledger.decisioncheck import Decisions, Signers
from custody.ledger.entrycheck import Disclosures, Entries, Links, Witnessing
from custody.ledger.findings import Report
from custody.ledger.policies import Policies
from custody.ledger.propertycheck import WholeLog
from custody.ledger.reader import Reader
from custody.ledger.replay import Replay
from custody.ledger.storedrow import Stored

Progress = Callable[[int, int], None]
"""Told how many entries are done, of how many."""

_PAGE = 200


class Walk:
    """Steps 2 to 7 and 9."""

    def __init__(
        self, reader: Reader, genesis: Genesis, report: Report, roots: Mapping[int, bytes], policies: Policies,
        *, size: int, start: int = 0,
    ) -> None:  # fmt: skip
        """``size``: how many acts to walk over; ``start``: from which on to look at signers and decisions."""
        self._reader = reader
        self._report = report
        self._size = size
        self._start = start
        self._replay = Replay(reader)
        self._entries = Entries(report)
        self._links = Links(report)
        self._signers = Signers(report)
        self._decisions = Decisions(report, genesis, policies)
        self._witnessing = Witnessing(report, roots)
        self._disclosures = Disclosures(report, reader)
        self._whole = WholeLog(report, reader, size)

    def run(self, progress: Progress | None) -> None:
        """Walk over every row, page by page."""
        size, done = self._size, 0
        while done < size and (page := self._reader.tagged_rows(done, min(_PAGE, size - done))):
            stored = [Stored.read(row, tags, self._report) for row, tags in page]
            by_id = self._reader.find_many(each.id for each in stored if each is not None)
            for each in stored:
                self._report.entries += 1
                if each is not None:
                    self._row(each, by_id.get(each.id))
            done = page[-1][0].position
            if progress:
                progress(done, size)
        self._disclosures.end(size)
        self._decisions.end()
        self._whole.end()

    def _row(self, stored: Stored, by_id: tuple[int, bytes] | None) -> None:
        self._entries.take(stored, by_id)
        self._whole.take(stored.recorded, self._decisions.policy_of(stored))
        try:
            for sha256 in files_of(stored.recorded.act):
                self._report.files.setdefault(sha256, stored.index)
            facts = self._replay.facts(stored.recorded)
            if stored.index >= self._start:
                self._signers.take(stored, facts)
                self._decisions.take(stored, facts)
            self._witnessing.take(stored)
            self._disclosures.take(stored)
            tags = self._replay.advance(stored.recorded, facts)
        except CustodyError as error:
            zh, en = "记录无法重放。", "A record cannot be replayed."
            self._report.found(5, "not-folded", zh, en, stored.index, reason=error.code)
            return
        self._entries.tagged(stored, tags)
        self._links.take(stored, tags)
