"""Verifying a whole ledger from its stored bytes: every step reports all it finds, and none stops the others.

1. Tree: positions without gaps, leaf hashes, tiles, every checkpoint's root and signature, indexes, and the triggers
   that guard it; the same of the journal, with what its lines commit to; tokens of independent time.
2. Entries: each names its envelope by hash and size, its act and type; the tables that find acts by id and by tag
   agree; time never runs back.
3. Links: ``previous`` of each entry is the last act on each item, key and person.
4. Signatures: every envelope verifies under the keys as they stood at its position.
5. Decisions: every act is decided again as of its ``recorded_at``: not refused, and with the same defects.
6. Witnessing: the head that each act saw is the root this log had at that size.
7. Disclosures: what an act commits to is there, or an erasure took it away (counted); nothing else is kept.
8. Registers: they equal a rebuild (`custody.registers`, checked by the caller).
9. Properties: what must be true of the whole log, derived anew from the acts alone (`custody.properties`).
10. Attachments: every file that an act names is in the store and has its hash (`custody.attachments`, by the caller).

The numbers are the same in docs/operating.md and in the report.
"""

from __future__ import annotations

from pathlib import Path

from custody.acts.parties import Genesis
from custody.errors import CustodyError, Damaged
from custody.ledger.audit import Audited
from custody.ledger.case_keys import with_case_keys
from custody.ledger.cosignaturecheck import check_cosignatures
from custody.ledger.engine import open_engine
from custody.ledger.findings import Finding, Report
from custody.ledger.journalcheck import check_journal
from custody.ledger.opening import read_recorded
from custody.ledger.policies import Policies, shipped_policies
from custody.ledger.publicationcheck import check_publications
from custody.ledger.reader import Reader
from custody.ledger.signaturecheck import enrolled_keys, report_false, stretches
from custody.ledger.storagecheck import report_storage
from custody.ledger.tables import JOURNAL, LEDGER
from custody.ledger.timecheck import check_tokens
from custody.ledger.treecheck import check_tree, keys_of
from custody.ledger.walk import Progress, Walk
from custody.tlog.merkle import EMPTY_ROOT

__all__ = ["Finding", "Report", "verify_database", "verify_ledger"]


def verify_ledger(
    reader: Reader, journal: Reader, *, jobs: int = 1, progress: Progress | None = None,
    policies: Policies | None = None, audited: Audited | None = None,
) -> Report:
    """Verify a ledger and its journal from what the database holds, as far as they go by now. Raises only Unavailable.

    Where the database cannot give back what it holds, the report says where, and that nothing more could be verified;
    so it does where a log has no head row. ``policies`` are the rule data by which acts are decided again; without
    them, all that are shipped for its jurisdiction. ``audited`` is an audit that is believed: if the log begins as it
    states, steps 4 and 5 begin after it; if not, that is a finding, and everything is looked at.
    """
    report = Report()
    try:
        genesis = founded_by(reader)
        if genesis is None:
            report.found(1, "no-genesis", "台账没有开账记录。", "The log does not begin with a genesis.", 0)
        else:
            _Verification(reader, journal, genesis, report).run(jobs, progress, policies, audited)
    except Damaged as damage:
        if damage.code not in ("damaged/database", "damaged/rows", "damaged/head"):
            raise
        report_storage(reader, journal, report)
    return report


def founded_by(reader: Reader) -> Genesis | None:
    """The genesis that a log begins with, if it does."""
    rows = reader.rows(0, 1)
    try:
        first = read_recorded(rows[0].envelope) if rows else None
    except CustodyError:
        return None
    return first if isinstance(first, Genesis) else None


class _Verification:
    """One run over a ledger as it stood when it began; what is recorded meanwhile is left for the next."""

    def __init__(self, reader: Reader, journal: Reader, genesis: Genesis, report: Report) -> None:
        self._reader = reader
        self._journal = journal
        self._genesis = genesis
        self._report = report
        self._roots: dict[int, bytes] = {0: EMPTY_ROOT}

    def run(
        self, jobs: int, progress: Progress | None, policies: Policies | None, audited: Audited | None
    ) -> None:
        """Steps 1 to 7, and 9."""
        genesis, report, reader = self._genesis, self._report, self._reader
        head, lines = reader.head(), self._journal.head()
        log_keys = keys_of(reader, genesis)
        for problem in (
            *check_tree(reader, head, log_keys, self._roots), *check_publications(reader, head, log_keys, self._roots),
            *check_cosignatures(reader, genesis.origin, head, self._roots),
            *check_tokens(reader, genesis.origin, head, self._roots),
            *check_tree(self._journal, lines, lambda _: (genesis.journal_key,), {}),
            *check_journal(self._journal, lines.size),
        ):  # fmt: skip
            report.found(1, *problem)
        report.root = head.root
        report.relied_on = start = self._relied_on(audited, head.size) if audited else 0
        keys = enrolled_keys(reader)
        rules = policies or shipped_policies(genesis.jurisdiction)
        with stretches(reader, keys, jobs, start, head.size) as signatures:
            Walk(reader, genesis, report, self._roots, rules, size=head.size, start=start).run(progress)
            for stretch in signatures:
                report_false(report, keys, stretch)

    def _relied_on(self, audited: Audited, size: int) -> int:
        """How many acts an audit speaks for: none, if this is not the log it was made of."""
        if audited.size > size:
            zh, en = "台账比审计时短。", "The ledger is shorter than when it was audited."
            self._report.found(1, "rolled-back", zh, en, size, audited=audited.size)
            return 0
        if self._roots.get(audited.size) != audited.root:
            zh, en = "台账与审计时不同。", "The ledger is another than the one that was audited."
            self._report.found(1, "other-root", zh, en, audited.size)
            return 0
        return audited.size


def verify_database(
    url: str, *, jobs: int = 1, progress: Progress | None = None, audited: Audited | None = None,
    case_keys: Path | None = None,
) -> Report:  # fmt: skip
    """Verify the ledger in a database (steps 1 to 7, and 9). Raises Unavailable if it cannot be read."""
    engine = with_case_keys(open_engine(url), case_keys)
    try:
        reader, journal = Reader(engine, LEDGER), Reader(engine, JOURNAL)
        return verify_ledger(reader, journal, jobs=jobs, progress=progress, audited=audited)
    finally:
        engine.dispose()
