"""Verifying a whole ledger from its stored bytes: every step reports all it finds, and none stops the others.

1. Tree: positions without gaps, leaf hashes, tiles, every checkpoint's root and signature, indexes, and the triggers
   that guard it; the same of the journal, with what its lines commit to.
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

from custody.acts.parties import Genesis
from custody.errors import CustodyError, Damaged
from custody.ledger.cosignaturecheck import check_cosignatures
from custody.ledger.engine import open_engine
from custody.ledger.findings import Finding, Report
from custody.ledger.journalcheck import check_journal
from custody.ledger.opening import read_recorded
from custody.ledger.policies import Policies, shipped_policies
from custody.ledger.publicationcheck import check_publications
from custody.ledger.reader import Reader
from custody.ledger.signaturecheck import enrolled_keys, stretches
from custody.ledger.storagecheck import report_storage
from custody.ledger.tables import JOURNAL, LEDGER
from custody.ledger.treecheck import check_tree, keys_of
from custody.ledger.walk import Progress, Walk
from custody.tlog.merkle import EMPTY_ROOT

__all__ = ["Finding", "Report", "verify_database", "verify_ledger"]


def verify_ledger(
    reader: Reader, journal: Reader, *, jobs: int = 1, progress: Progress | None = None,
    policies: Policies | None = None,
) -> Report:
    """Verify a ledger and its journal from what the database holds. Raises only Unavailable.

    Where the database cannot give back what it holds, the report says where, and that nothing more could be verified;
    so it does where a log has no head row. ``policies`` are the rule data by which acts are
    decided again; without them, all that are shipped for its jurisdiction.
    """
    report = Report()
    try:
        _verify(reader, journal, report, jobs, progress, policies)
    except Damaged as damage:
        if damage.code not in ("damaged/database", "damaged/rows", "damaged/head"):
            raise
        report_storage(reader, journal, report)
    return report


def _verify(
    reader: Reader, journal: Reader, report: Report, jobs: int, progress: Progress | None, policies: Policies | None
) -> None:
    rows = reader.rows(0, 1)
    try:
        genesis = read_recorded(rows[0].envelope) if rows else None
    except CustodyError:
        genesis = None
    if not isinstance(genesis, Genesis):
        report.found(1, "no-genesis", "台账没有开账记录。", "The log does not begin with a genesis.", 0)
        return
    roots: dict[int, bytes] = {0: EMPTY_ROOT}
    log_keys = keys_of(reader, genesis)
    for problem in (*check_tree(reader, log_keys, roots), *check_publications(reader, log_keys, roots)):
        report.found(1, *problem)
    for problem in check_cosignatures(reader, genesis.origin, roots):
        report.found(1, *problem)
    for problem in (*check_tree(journal, lambda _: (genesis.journal_key,), {}), *check_journal(journal)):
        report.found(1, *problem)
    keys = enrolled_keys(reader)
    with stretches(reader, keys, jobs) as signatures:
        Walk(reader, genesis, report, roots, policies or shipped_policies(genesis.jurisdiction)).run(progress)
        for stretch in signatures:
            report.signatures += stretch.signatures
            for index, key in stretch.false:
                report.found(
                    4, "signature", "签名与所签内容不符。", "A signature does not verify.", index,
                    key=key, person=keys[key].person if key in keys else None,
                )  # fmt: skip


def verify_database(url: str, *, jobs: int = 1, progress: Progress | None = None) -> Report:
    """Verify the ledger in a database (steps 1 to 7, and 9). Raises Unavailable if it cannot be read."""
    engine = open_engine(url)
    try:
        return verify_ledger(Reader(engine, LEDGER), Reader(engine, JOURNAL), jobs=jobs, progress=progress)
    finally:
        engine.dispose()
