"""Inclusion and consistency proofs in logs of 10^4 and more leaves, whose tiles were filled directly.

``python benchmarks/proofs.py [--largest N]`` prints the time of a whole tlog-proof, and of a consistency path, against
that in a log of 10^4 leaves.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from custody.ledger.engine import open_engine
from custody.ledger.reader import Reader
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.note import Note
from custody.tlog.proof import TlogProof
from synthetic import filled, forget_leaves

SMALLEST = 4
PROOFS = 400
WARM = 1_000


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=int, default=5, help="the power of ten of the largest log")
    args = parser.parse_args()
    base: dict[str, float] = {}
    print(f"{'leaves':>12}  " + "".join(f"{name:>36}" for name in KINDS))
    for power in range(SMALLEST, args.largest + 1):
        with tempfile.TemporaryDirectory(prefix="custody-proofs-") as folder:
            url = f"sqlite:///{Path(folder) / 'ledger.db'}"
            size = 10**power
            filled(url, size, entries=False)
            engine = open_engine(url)
            found = {name: measure(Reader(engine), size) for name, measure in KINDS.items()}
            engine.dispose()
        base = base or found
        cells = (f"{each * 1e6:>18,.0f} µs {each / base[name]:>12.2f} ×" for name, each in found.items())
        print(f"{size:>12,}  " + "".join(f"{cell:>36}" for cell in cells))


def _any(reader: Reader, size: int) -> float:
    """Of any leaf, its tile read from the database; those above stand in memory, as after a while in any process."""
    for _ in range(WARM):
        reader.inclusion_path(random.randrange(size), size)
    return _timed(lambda: _proof(reader, random.randrange(size)), lambda: forget_leaves(reader))


def _stretch(reader: Reader, size: int) -> float:
    """Of leaves in one stretch, as those of a case are, after the first."""
    first = random.randrange(size - 1_000)
    return _timed(lambda: _proof(reader, first + random.randrange(1_000)))


def _consistency(reader: Reader, size: int) -> float:
    """From any size, whose tile is read from the database."""
    return _timed(lambda: reader.consistency_path(random.randrange(1, size), size), lambda: forget_leaves(reader))


def _proof(reader: Reader, index: int) -> str:
    note = reader.checkpoint()
    size = Checkpoint.parse(Note.parse(note).text).size
    return str(TlogProof(index, tuple(reader.inclusion_path(index, size)), note))


def _timed(prove: Callable[[], object], before: Callable[[], None] = lambda: None) -> float:
    """The median, in seconds."""
    prove()
    times = []
    for _ in range(PROOFS):
        before()
        began = perf_counter()
        prove()
        times.append(perf_counter() - began)
    return sorted(times)[PROOFS // 2]


KINDS = {"of any leaf": _any, "of one stretch": _stretch, "consistency": _consistency}


if __name__ == "__main__":
    main()
