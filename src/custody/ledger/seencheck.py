"""Checkpoints that somebody saw elsewhere, held against a log: papers, receipts, what a witness or an agency kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from custody.ledger.findings import Report
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.edge import Edge
from custody.tlog.merkle import leaf_hash

_PAGE = 256

Entries = Callable[[int, int], list[bytes]]
"""The exact entries from an index on, so many of them, as far as there are."""


def check_seen(seen: Iterable[Checkpoint], origin: str, entries: Entries, report: Report) -> int:
    """Recompute the root at each size that was seen, and report what differs (step 6); returns how many were compared.

    A larger size than the log has is found as well: the log is older than what was seen, or was cut off.
    """
    wanted = sorted(set(seen), key=lambda each: each.size)
    own = [each for each in wanted if each.origin == origin]
    for each in wanted:
        if each.origin != origin:
            zh, en = "所见校验码属于另一日志。", "What was seen is of another log."
            report.found(6, "seen-other-log", zh, en, None, size=each.size, origin=each.origin)
    edge = Edge()
    for each in own:
        while edge.size < each.size and (page := entries(edge.size, min(_PAGE, each.size - edge.size))):
            for entry in page:
                edge.add(leaf_hash(entry))
            edge.completed.clear()
        if edge.size < each.size:
            zh = f"本日志比别处所见的更旧：所见有 {each.size} 条，这里只有 {edge.size} 条。"
            en = f"This log is older than what was seen: {each.size} entries then, {edge.size} here."
            report.found(6, "seen-beyond", zh, en, None, size=each.size, entries=edge.size)
        elif edge.root() != each.root:
            zh = f"前 {each.size} 条与别处所见的不同：有人见到的是另一部日志。"
            en = f"The first {each.size} entries are not those that were seen: somebody was shown another log."
            report.found(6, "seen-other-root", zh, en, None, size=each.size)
    return len(own)
