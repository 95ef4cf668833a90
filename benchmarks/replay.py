"""Replaying history: ``custody verify``'s own pass (every signature, every decision, tree, links), per act.

``python benchmarks/replay.py [--acts N] [--jobs N]`` prints it against the bare signature check of the same acts on one
core, and against reading and parsing the same rows without judging them.
"""

from __future__ import annotations

import argparse

from custody.ledger.fsck import Check, false_signatures, verify_ledger
from custody.ledger.ledger import Ledger
from custody.ledger.memory import recorded_from
from custody.ledger.replay import Replay
from custody.rules.trust import signing_key
from custody.signing import pae, read_envelope
from workload import database, rate, table, workload


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
        checks = signatures(ledger)
        entries = ledger.recorder.head().size
        found: dict[str, list[float]] = {}
        for _ in range(args.rounds):
            found.setdefault("bare signature check, 1 core", []).append(rate(lambda: _verify(checks, entries)))
            found.setdefault("read and parse only", []).append(rate(lambda: _read(ledger)))
            found.setdefault("verify, 1 process", []).append(rate(lambda: _replay(ledger, 1)))
            found.setdefault(f"verify, {args.jobs} processes", []).append(rate(lambda: _replay(ledger, args.jobs)))
        table(f"Replay of {entries:,} acts", "bare signature check, 1 core", found)
        ledger.close()

def signatures(ledger: Ledger) -> list[Check]:
    """Every signature in the log, with its key and message."""
    replay = Replay(ledger.recorder)
    found: list[Check] = []
    for row in ledger.recorder.rows(0, ledger.recorder.head().size):
        recorded = recorded_from(row)
        facts = replay.facts(recorded)
        envelope = read_envelope(row.envelope)
        message = pae(envelope.payload_type, envelope.payload)
        values = {each.key_id: each.value for each in envelope.signatures}
        for signer in recorded.act.signers:
            spki = signing_key(recorded.act, signer, facts).spki
            found.append((recorded.index, signer.person, spki, values[signer.key], message))
        replay.advance(recorded, facts)
    return found

def _verify(checks: list[Check], entries: int) -> int:
    assert not false_signatures(checks)
    return entries

def _read(ledger: Ledger) -> int:
    return sum(1 for row in ledger.recorder.rows(0, ledger.recorder.head().size) if recorded_from(row))

def _replay(ledger: Ledger, jobs: int) -> int:
    report = verify_ledger(ledger.recorder, ledger.journal.recorder, jobs=jobs)
    assert not report.findings, report.findings[:3]
    return report.entries

if __name__ == "__main__":
    main()
