"""What people saw of a log, on papers and in files, held against the log as it is now."""

from __future__ import annotations

import pytest

from custody.acts.claim import Claim
from custody.errors import Malformed
from custody.ledger.findings import Report
from custody.ledger.seencheck import check_seen
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.merkle import leaf_hash, root_of

ORIGIN = "custody.example/yunling"
ENTRIES = [f"entry {number}".encode() for number in range(700)]


def head(size: int, origin: str = ORIGIN) -> Checkpoint:
    """The head of a size, recomputed level by level."""
    return Checkpoint(origin, size, root_of([leaf_hash(each) for each in ENTRIES[:size]]))


def found(*seen: Checkpoint) -> list[tuple[str, int | None]]:
    """What is found in a log of these entries."""
    report = Report()
    check_seen(seen, ORIGIN, lambda start, count: ENTRIES[start : start + count], report)
    return [(each.code, each.facts["size"]) for each in report.findings]


def test_heads_that_the_log_had_are_found_in_it_whatever_their_size_and_order() -> None:
    assert found(*map(head, (700, 1, 256, 257, 0, 255, 512, 511, 1))) == []


def test_another_root_a_longer_log_and_another_log_are_found() -> None:
    other = Checkpoint(ORIGIN, 300, leaf_hash(b"other"))
    longer = Checkpoint(ORIGIN, 701, leaf_hash(b"longer"))
    assert found(head(256), other, longer, head(5, "custody.example/other"), head(700)) == [
        ("seen-other-log", 5), ("seen-other-root", 300), ("seen-beyond", 701)
    ]  # fmt: skip


def test_a_claim_reads_back_as_it_was_printed() -> None:
    claim = Claim(head(256), 17)
    assert Claim.parse(f" {claim}\n") == claim
    assert str(claim).startswith(f"CL1 {ORIGIN} 256 ")


@pytest.mark.parametrize(
    "text",
    [
        "", "CL2 a 1 " + "A" * 43 + " 0", "CL1 a 01 " + "A" * 43 + " 0", "CL1 a 1 " + "A" * 42 + " 0",
        "CL1 a 1 " + "A" * 42 + "B 0", "CL1 a 1 " + "A" * 43 + " 1", "CL1 a b 1 " + "A" * 43 + " 0",
        f"CL1 a 0 {'A' * 43} 0", "CL1 a 1 " + "+" * 43 + " 0",
    ],
)  # fmt: skip
def test_a_claim_of_another_form_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        Claim.parse(text)
