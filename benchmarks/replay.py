"""Replaying history: ``custody verify``'s own pass (every signature, every decision, tree, links), per act.

``python benchmarks/replay.py [--acts N] [--jobs N]`` prints it against the bare signature check of the same acts on one
core, and against reading and parsing the same rows without judging them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from custody.ledger.fsck import verify_ledger
from custody.ledger.ledger import Ledger
from custody.ledger.past import recorded_from
from workload import Check, checks_of, database, rate, slowly, table, verify, workload


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acts", type=int, default=6000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with database("sqlite") as url:
        work = workload(url, args.acts)
        ledger = work.world.ledger
        ledger.submit_many(work.submissions)
        entries = ledger.recorder.head().size
        checks = checks_of(ledger, (row.envelope for row in ledger.recorder.rows(0, entries)))
        found: dict[str, list[float]] = {}
        for _ in range(args.rounds):
            found.setdefault("bare signature check, 1 core", []).append(rate(lambda: _verify(verify, checks, entries)))
            found.setdefault("the same without libsodium", []).append(rate(lambda: _verify(slowly, checks, entries)))
            found.setdefault("read and parse only", []).append(rate(lambda: _read(ledger)))
            found.setdefault("verify, 1 process", []).append(rate(lambda: _replay(ledger, 1)))
            found.setdefault(f"verify, {args.jobs} processes", []).append(rate(lambda: _replay(ledger, args.jobs)))
        table(f"Replay of {entries:,} acts", "bare signature check, 1 core", found)
        ledger.close()

def _verify(how: Callable[[Sequence[Check]], None], checks: Sequence[Check], entries: int) -> int:
    how(checks)
    return entries


def _read(ledger: Ledger) -> int:
    return sum(1 for row in ledger.recorder.rows(0, ledger.recorder.head().size) if recorded_from(row))

def _replay(ledger: Ledger, jobs: int) -> int:
    report = verify_ledger(ledger.recorder, ledger.journal.recorder, jobs=jobs)
    assert not report.findings, report.findings[:3]
    return report.entries

if __name__ == "__main__":
    main()
