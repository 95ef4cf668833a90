"""Auditing: ``custody verify`` of a whole ledger, against the bare checks of its Ed25519 signatures in the same run.

``python benchmarks/audit.py [--acts N] [--jobs N] [--rounds N] [--profile]`` prints both, and the ratio to bare checks
on as many cores as there are jobs; going on from an audit of nine tenths; and a sample of 200. ``--profile`` says where
the time of the deciding process goes.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.ledger.audit import Audited
from custody.ledger.fsck import founded_by, verify_database, verify_ledger
from custody.ledger.ledger import Ledger
from custody.ledger.reader import Reader
from custody.ledger.sample import verify_sample
from custody.signing import public_bytes, read_public_key
from workload import database, rate, table, workload

_CHECKS = 4_000


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acts", type=int, default=3_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args()
    with database("sqlite") as url:
        started = time.perf_counter()
        work = workload(url, args.acts)
        ledger = work.world.ledger
        ledger.submit_many(work.submissions)
        print(f"{ledger.recorder.head().size:,} acts made in {time.perf_counter() - started:.0f} s")
        if args.profile:
            profiled(ledger)
        measured(url, ledger, args.jobs, args.rounds)
        ledger.close()


def measured(url: str, ledger: Ledger, jobs: int, rounds: int) -> None:
    """The rates of verifying, in acts a second, and of bare checks of as many signatures as the acts bear."""
    size = ledger.recorder.head().size
    whole = verify_database(url, jobs=jobs)
    assert not whole.findings, whole.findings[:3]
    each = whole.signatures / whole.entries
    nine_tenths = size * 9 // 10
    audited = Audited(nine_tenths, ledger.recorder.root_at(nine_tenths) or b"", "")
    bare, found = f"bare Ed25519 checks, {jobs} processes", {}
    for _ in range(rounds):
        found.setdefault(bare, []).append(bare_rate(jobs) / each)
        found.setdefault("bare Ed25519 checks, 1 process", []).append(bare_rate(1) / each)
        found.setdefault("verify, 1 process", []).append(rate(lambda: verify_database(url, jobs=1).entries))
        found.setdefault(f"verify, {jobs} processes", []).append(rate(lambda: verify_database(url, jobs=jobs).entries))
        if audited.root:
            again = rate(lambda: verify_database(url, jobs=jobs, audited=audited).entries)
            found.setdefault("going on from nine tenths", []).append(again)
    table(f"Auditing {size:,} acts, {each:.2f} signatures each", bare, found)
    started = time.perf_counter()
    genesis = founded_by(Reader(ledger.engine))
    assert genesis is not None
    assert not verify_sample(Reader(ledger.engine), genesis, "seed", 200).report.findings
    print(f"a sample of 200: {time.perf_counter() - started:.1f} s")


def bare_rate(jobs: int) -> float:
    """Bare checks a second, by so many processes at once, each with a key and 4,000 signatures of its own."""
    if jobs == 1:
        return _bare(0)
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        list(pool.map(_ready, range(jobs)))
        return sum(pool.map(_bare, range(jobs)))


def _ready(_number: int) -> None:
    time.sleep(0.2)  # so that every process has begun


def _bare(_number: int) -> float:
    """A second's checks in this process, by the way the ledger checks."""
    private = Ed25519PrivateKey.generate()
    key = read_public_key(public_bytes(private))
    messages = [b"%d" % number * 200 for number in range(_CHECKS)]
    signed = [(private.sign(message), message) for message in messages]

    def run() -> int:
        assert all(key.signed(value, message) for value, message in signed)
        return _CHECKS

    return rate(run)


def profiled(ledger: Ledger) -> None:
    """Where the time of one process goes."""
    profile = cProfile.Profile()
    profile.enable()
    verify_ledger(ledger.recorder, ledger.journal.recorder)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)


if __name__ == "__main__":
    main()
