"""A checkpoint cosigned by a witness over HTTP, against what no witness can do without.

``python benchmarks/witness.py [--checkpoints N] [--rounds N]`` prints, as ratios:

* two Ed25519 signatures and one fsync of a page, on one disk: the baseline (the log's signature, the witness's, and
  the state that has to be durable before the answer);
* the witness by itself: a request with its proof, judged, recorded and cosigned;
* the round trip: the same over HTTP on this machine, each by a connection of its own, as a ledger asks.

Slices of each alternate, so that a machine that swings swings for all.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from custody.witnessing import wire
from custody.witnessing.cosigner import Cosigner, found
from witnesses import ED25519, LOG, request, witness_running


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoints", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    taken: dict[str, list[float]] = {"baseline": [], "witness alone": [], "round trip over HTTP": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found(folder / "alone.db")
        logs = [LOG.verifier]
        with (
            witness_running(folder / "served.db", logs, a_minute=1_000_000) as served,
            closing(Cosigner(folder / "alone.db", logs, [ED25519])) as alone,
        ):
            for number in range(args.rounds):
                first = 1 + number * args.checkpoints
                bodies = [request(size - 1, size) for size in range(first, first + args.checkpoints)]
                url = f"{served.url}/add-checkpoint"
                ways: dict[str, Callable[[bytes], int]] = {
                    "baseline": lambda _: _baseline(folder),
                    "witness alone": lambda body: alone.add(body).status,
                    "round trip over HTTP": lambda body, url=url: wire.ask(url, body).status,  # type: ignore[misc]
                }
                for what, way in ways.items():
                    began = perf_counter()
                    if {way(each) for each in bodies} != {200}:
                        raise SystemExit("a checkpoint was not cosigned")
                    taken[what].append(perf_counter() - began)
    base = median(taken["baseline"])
    for what, seconds in taken.items():
        each = median(seconds) / args.checkpoints * 1_000
        print(f"{what:24} {each:8.2f} ms  {median(seconds) / base:6.1f} ×")


def _baseline(folder: Path) -> int:
    LOG.sign("a checkpoint\n")
    ED25519.sign("a checkpoint\n", 1)
    with (folder / "page").open("wb") as file:
        file.write(bytes(4096))
        file.flush()
        os.fsync(file.fileno())
    return 200


if __name__ == "__main__":
    main()
