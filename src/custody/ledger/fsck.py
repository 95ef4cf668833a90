"""Verifying a whole ledger from its stored bytes: every step reports all it finds, and none stops the others.

1. Tree: positions without gaps, leaf hashes, tiles, every checkpoint's root and signature; the same of the journal.
2. Entries: each names its envelope by hash and size, its act and type; the tables that find acts by id and by tag
   agree; time never runs back.
3. Links: ``previous`` of each entry is the last act on each item, key and person.
4. Signatures: every envelope verifies under the keys as they stood at its position.
5. Decisions: every act is decided again as of its ``recorded_at``: not refused, and with the same defects.
6. Witnessing: the head that each act saw is the root this log had at that size.
7. Disclosures: what an act commits to is there, or was erased (counted); nothing else is kept.
8. Registers: they equal a rebuild (`custody.registers`, checked by the caller).

The numbers are the same in docs/operating.md and in the report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from custody.acts import act_from
from custody.acts.act import Act
from custody.acts.entry import Entry, Recorded, read_entry, recorded_at
from custody.acts.governing import NewPolicy
from custody.acts.parties import Genesis
from custody.acts.values import decode, encode, sealed_in
from custody.errors import CustodyError
from custody.facts.governing import founding_of
from custody.facts.known import Facts
from custody.facts.tags import links_of
from custody.ledger.drafts import Row
from custody.ledger.engine import open_engine
from custody.ledger.journalcheck import check_journal
from custody.ledger.opening import read_recorded
from custody.ledger.policies import Policies, shipped_policies
from custody.ledger.reader import Reader
from custody.ledger.replay import Replay
from custody.ledger.signaturecheck import enrolled_keys, stretches
from custody.ledger.tables import JOURNAL, LEDGER
from custody.ledger.treecheck import check_tree, keys_of
from custody.rules.judge import decide
from custody.rules.trust import signing_key
from custody.signing import Envelope, read_envelope
from custody.strict import read_json
from custody.tlog.merkle import EMPTY_ROOT

Progress = Callable[[int, int], None]
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be: in which step, at which leaf, and what."""

    step: int
    code: str
    zh: str
    en: str
    index: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Report:
    """Everything that was found, and what was looked at."""

    entries: int = 0
    signatures: int = 0
    erased_disclosures: int = 0
    findings: list[Finding] = field(default_factory=list)

    def found(self, step: int, code: str, zh: str, en: str, index: int | None = None, **facts: Any) -> None:
        """Add a finding."""
        self.findings.append(Finding(step, code, zh, en, index, facts))


def verify_ledger(
    reader: Reader, journal: Reader, *, jobs: int = 1, progress: Progress | None = None,
    policies: Policies | None = None,
) -> Report:
    """Verify a ledger and its journal from what the database holds. Raises only Unavailable.

    And Damaged, where a log has no head row to begin with. ``policies`` are the rule data by which acts are decided
    again; without them, all that are shipped for its jurisdiction.
    """
    report = Report()
    rows = reader.rows(0, 1)
    try:
        genesis = read_recorded(rows[0].envelope) if rows else None
    except CustodyError:
        genesis = None
    if not isinstance(genesis, Genesis):
        report.found(1, "no-genesis", "台账没有开账记录。", "The log does not begin with a genesis.", 0)
        return report
    roots: dict[int, bytes] = {0: EMPTY_ROOT}
    for problem in check_tree(reader, keys_of(reader, genesis), roots):
        report.found(1, *problem)
    for problem in (*check_tree(journal, lambda _: (genesis.journal_key,), {}), *check_journal(journal)):
        report.found(1, *problem)
    keys = enrolled_keys(reader)
    with stretches(reader, keys, jobs) as signatures:
        _Walk(reader, genesis, report, roots, policies).run(progress)
        for stretch in signatures:
            report.signatures += stretch.signatures
            for index, key in stretch.false:
                report.found(
                    4, "signature", "签名与所签内容不符。", "A signature does not verify.", index,
                    key=key, person=keys[key][0] if key in keys else None,
                )  # fmt: skip
    return report


@dataclass(frozen=True, slots=True)
class _Stored:
    """A stored row, read once."""

    row: Row
    tags: list[str]
    entry: Entry
    envelope: Envelope
    fields: Any
    recorded: Recorded

    @property
    def id(self) -> bytes:
        """The act's id as 16 bytes."""
        return bytes.fromhex(self.recorded.act.id.replace("-", ""))

    @classmethod
    def read(cls, row: Row, tags: list[str], report: Report) -> _Stored | None:
        """Read a row; what cannot be read is a finding, and None."""
        index = row.position - 1
        try:
            entry = read_entry(row.entry)
            envelope = read_envelope(row.envelope)
            fields = read_json(envelope.payload, "act")
            recorded = Recorded(index, recorded_at(entry), act_from(fields), entry.defects)
        except CustodyError as error:
            report.found(2, "unreadable", "记录无法读取。", "A record cannot be read.", index, reason=error.sentence)
            return None
        return cls(row, tags, entry, envelope, fields, recorded)


class _Walk:
    """One pass over the log, act by act."""

    def __init__(
        self, reader: Reader, genesis: Genesis, report: Report, roots: Mapping[int, bytes], policies: Policies | None
    ) -> None:
        self.reader = reader
        self.report = report
        self.founding = founding_of(genesis)
        self.policies = policies or shipped_policies(genesis.jurisdiction)
        self.not_decided: list[int] = []
        self.replay = Replay(reader)
        self.last: dict[str, int] = {}
        self.roots = roots
        self.before: datetime | None = None
        self.disclosed = 0

    def run(self, progress: Progress | None) -> None:
        """Walk over every row, page by page."""
        size = self.reader.head().size
        done = 0
        while done < size and (page := self.reader.tagged_rows(done, _PAGE)):
            stored = [_Stored.read(row, tags, self.report) for row, tags in page]
            by_id = self.reader.find_many(each.id for each in stored if each is not None)
            for each in stored:
                self.report.entries += 1
                if each is not None:
                    self._row(each, by_id.get(each.id))
            done = page[-1][0].position
            if progress:
                progress(done, size)
        if self.disclosed != self.reader.count_disclosures():
            self.report.found(
                7, "disclosure-extra", "存有无人承诺的披露值。", "Disclosures are kept that no act brought."
            )  # fmt: skip
        if self.not_decided:
            self.report.found(
                5, "not-re-decided", "所依规则版本不在本软件中，未重新判定。",
                "Judged by rule data that this version does not ship: not decided again.", self.not_decided[0],
                acts=len(self.not_decided),
            )  # fmt: skip

    def _row(self, stored: _Stored, by_id: tuple[int, bytes] | None) -> None:
        recorded = stored.recorded
        self._entry(stored, by_id)
        try:
            facts = self.replay.facts(recorded)
            self._signatures(stored, facts)
            self._decision(recorded, stored.entry, facts)
            self._seen(recorded)
            self._disclosures(stored)
            tags = self.replay.advance(recorded, facts)
        except CustodyError as error:
            self.report.found(
                5, "not-folded", "记录无法重放。", "A record cannot be replayed.", recorded.index, reason=error.code
            )  # fmt: skip
            return
        if list(tags) != stored.tags:
            self.report.found(2, "tags", "检索标记与记录不符。", "The tags disagree with the act.", recorded.index)
        self._links(recorded, stored.entry, links_of(recorded.act, tags))

    def _entry(self, stored: _Stored, by_id: tuple[int, bytes] | None) -> None:
        row, entry, recorded = stored.row, stored.entry, stored.recorded
        act = recorded.act
        stated = (entry.envelope, entry.size_bytes, entry.act, entry.type, row.type)
        true = (hashlib.sha256(row.envelope).hexdigest(), len(row.envelope), act.id, act.act, act.act)
        if stated != true:
            self.report.found(
                2, "entry", "条目与信封不符。", "An entry does not fit its envelope.", recorded.index,
                expected=list(true), got=list(stated),
            )  # fmt: skip
        if by_id != (row.position, hashlib.sha256(stored.envelope.payload).digest()):
            self.report.found(2, "act-id", "编号索引与记录不符。", "The index of act ids disagrees.", recorded.index)
        if self.before is not None and recorded.recorded_at < self.before:
            self.report.found(2, "time", "入账时间倒退。", "The recorded time runs back.", recorded.index)
        self.before = recorded.recorded_at

    def _signatures(self, stored: _Stored, facts: Facts) -> None:
        """Whether exactly the signers signed, with keys that were theirs; that the signatures hold is seen beside."""
        act, index = stored.recorded.act, stored.recorded.index
        signed = [each.key_id for each in stored.envelope.signatures]
        if sorted(signed) != sorted([signer.key for signer in act.signers]):
            self.report.found(4, "signers", "签名与签署人不一致。", "Signatures and signers differ.", index)
            return
        for signer in act.signers:
            try:
                signing_key(act, signer, facts)
            except CustodyError as error:
                self.report.found(
                    4, "key", "签署密钥当时无效。", "A key did not sign at that position.", index,
                    person=signer.person, reason=error.code,
                )  # fmt: skip

    def _decision(self, recorded: Recorded, entry: Entry, facts: Facts) -> None:
        in_force = facts.governing().policy_at(self.founding, recorded.recorded_at)
        if entry.policy != in_force and not _puts_in_force(recorded.act, entry.policy):
            self.report.found(
                5, "other-policy", "所依规则版本当时不适用。", "It was judged by rule data not in force then.",
                recorded.index, expected=in_force, got=entry.policy,
            )  # fmt: skip
        policy = self.policies.by_id.get(entry.policy)
        if policy is None:
            self.not_decided.append(recorded.index)
            return
        try:
            decision = decide(recorded.act, facts, policy, recorded.recorded_at)
        except CustodyError as error:
            self.report.found(
                5, "refused", "按当时规则应被拒绝。", "By the rules of its time it was not allowed.", recorded.index,
                reason=error.code,
            )  # fmt: skip
            return
        if decision.defects != recorded.defects:
            self.report.found(
                5, "defects", "瑕疵记载与重新判定不符。", "Its defects differ from those decided now.", recorded.index,
                expected=[each.code for each in decision.defects], got=[each.code for each in recorded.defects],
            )  # fmt: skip

    def _seen(self, recorded: Recorded) -> None:
        seen = recorded.act.seen
        root = self.roots.get(seen.size) if seen.size <= recorded.index else None
        if root is None or encode(root) != seen.root:
            self.report.found(
                6, "seen", "签署人所见的日志状态不是本台账的。", "The head its signers saw is not one of this log.",
                recorded.index, size=seen.size,
            )  # fmt: skip

    def _disclosures(self, stored: _Stored) -> None:
        commitments = sealed_in(stored.fields)
        if not commitments:
            return
        decoded = [decode(each) for each in commitments]
        self.disclosed += self.reader.count_disclosures(stored.row.position, decoded)
        kept = self.reader.disclosures(decoded)
        self.report.erased_disclosures += len({*commitments}) - len(kept)
        for commitment, (salt, value) in kept.items():
            if hashlib.sha256(salt + value.encode()).digest() != commitment:
                self.report.found(
                    7,
                    "disclosure",
                    "披露值与承诺不符。",
                    "A disclosure does not open its commitment.",
                    stored.recorded.index,
                )

    def _links(self, recorded: Recorded, entry: Entry, links: tuple[str, ...]) -> None:
        true = {tag: self.last.get(tag, -1) for tag in links}
        if entry.previous != true:
            self.report.found(
                3, "previous", "前后链接不符：可能有记录被遗漏。", "A link to the act before is wrong.", recorded.index,
                expected=true, got=dict(entry.previous),
            )  # fmt: skip
        self.last.update(dict.fromkeys(links, recorded.index))


def _puts_in_force(act: Act, policy: str) -> bool:
    """Whether an act may be judged by a policy that it puts in force itself (`Policies.judging`)."""
    return isinstance(act, NewPolicy) and act.policy == policy


def verify_database(url: str, *, jobs: int = 1, progress: Progress | None = None) -> Report:
    """Verify the ledger in a database (steps 1 to 7). Raises Unavailable if it cannot be read."""
    engine = open_engine(url)
    try:
        return verify_ledger(Reader(engine, LEDGER), Reader(engine, JOURNAL), jobs=jobs, progress=progress)
    finally:
        engine.dispose()
