"""Reading in a long log: one item, a case of 400 items, a proof; and rebuilding the registers.

``python benchmarks/reads.py [--acts N]`` builds a log of that many acts, then prints each read against a bare SELECT of
rows of the same number from the same file, and the rebuild against reading and parsing the log.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
from collections.abc import Callable
from itertools import islice

from custody.ledger.past import recorded_from
from custody.registers import Registers, rebuild
from workload import Workload, database, rate, table, workload


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acts", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with database("sqlite") as url:
        work = workload(url, args.acts)
        waiting = iter(work.submissions)
        while chunk := list(islice(waiting, 5_000)):
            work.world.ledger.submit_many(chunk)
        built = [rate(lambda: _rebuild(work)) for _ in range(2)]
        parsed = [rate(lambda: _parse(work)) for _ in range(2)]
        table(f"Rebuild of all registers, {args.acts:,} acts", "read and parse the log", {
            "read and parse the log": parsed, "rebuild": built,
        })  # fmt: skip
        registers = Registers(work.world.engine)
        registers.catch_up()
        found: dict[str, list[float]] = {}
        for _ in range(args.rounds):
            for name, case in cases(work, registers, url).items():
                found.setdefault(name, []).append(rate(case))
        table(f"Reads at {args.acts:,} acts", "bare SELECT of one row", found)
        registers.close()
        work.world.ledger.close()


def cases(work: Workload, registers: Registers, url: str) -> dict[str, Callable[[], int]]:
    """The reads, each doing a number of them on random subjects."""
    ledger = work.world.ledger
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    size = ledger.recorder.head().size
    items = [each["item"] for each in registers.items(limit=400)]
    case = registers.items(limit=1)[0]["case"]

    def many(count: int, read: Callable[[], object]) -> Callable[[], int]:
        def run() -> int:
            for _ in range(count):
                read()
            return count

        return run

    def some_row() -> object:
        position = random.randint(1, size)
        return connection.execute("SELECT entry FROM ledger_entry WHERE position = ?", (position,)).fetchone()

    return {
        "bare SELECT of one row": many(2000, some_row),
        "item from the register": many(300, lambda: registers.item(random.choice(items))),
        "item's history from the register": many(300, lambda: registers.history(random.choice(items))),
        "400 items of a case": many(5, lambda: registers.case_items(case, limit=400)),
        "inclusion proof of any leaf": many(300, lambda: ledger.proof(random.randrange(size))),
    }


def _rebuild(work: Workload) -> int:
    rebuild(work.world.engine)
    return work.world.ledger.recorder.head().size


def _parse(work: Workload) -> int:
    recorder = work.world.ledger.recorder
    done = 0
    while rows := recorder.rows(done, 500):
        for row in rows:
            recorded_from(row)
        done += len(rows)
    return done


if __name__ == "__main__":
    main()
