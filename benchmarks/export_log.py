"""Exporting the published log: ``python benchmarks/export_log.py [--entries N]``.

Prints entries a second of a first export, and of one that finds everything there, against
reading the rows and nothing else, from the same file in the same minute.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from custody.ledger.engine import open_engine
from custody.ledger.log_export import export_log
from custody.ledger.reader import Reader
from synthetic import filled
from workload import rate, table


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="custody-export-") as scratch:
        file, folder = Path(scratch) / "ledger.db", Path(scratch) / "log"
        note = filled(f"sqlite:///{file}", args.entries, entries=True)
        engine = open_engine(f"sqlite:///{file}")
        reader = Reader(engine)

        def export() -> int:
            return export_log(reader, note, folder).checkpoint.size

        def anew() -> int:
            shutil.rmtree(folder, ignore_errors=True)
            return export()

        kinds: dict[str, Callable[[], int]] = {
            "read the rows": lambda: _read(file), "first export": anew, "export again": export,
        }  # fmt: skip
        found: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(args.rounds):
            for name, run in kinds.items():
                found[name].append(rate(run))
        table(f"Export of {args.entries:,} entries", "read the rows", found)
        engine.dispose()


def _read(file: Path) -> int:
    """What any export has to read: entries and leaf hashes, as bytes."""
    with closing(sqlite3.connect(file)) as connection:
        return sum(1 for _ in connection.execute("SELECT position, leaf, entry FROM ledger_entry ORDER BY position"))


if __name__ == "__main__":
    main()
