"""A large ledger that stays, for the other benchmarks: ``python benchmarks/large.py FOLDER [--acts N]``.

A quarter as many items as acts, 400 a case, 250 a shelf, each checked in and then moved again and again. One process
signs, another records. ``FOLDER`` then holds ``ledger.db`` and the keys that serving and signing in take.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from custody.acts.values import encode
from custody.authoring import new_act_id, prepare
from custody.ledger.ledger import Submission
from custody.signing import key_id_of, public_bytes
from served import keep_keys
from workload import calm_collector
from world import ORIGIN, World, disclosed

A_CASE, A_SHELF, A_BATCH = 400, 250, 5_000


def main() -> None:
    """Make one, and print how far it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--acts", type=int, default=1_000_000)
    args = parser.parse_args()
    args.folder.mkdir(parents=True)
    calm_collector()
    world = World(f"sqlite:///{args.folder}/ledger.db")
    world.is_audited()
    keep_keys(world, args.folder)
    fill(world, args.acts)
    world.close()


def fill(world: World, acts: int) -> None:
    """Seize, check in, and move until there are so many acts."""
    begins, count = time.perf_counter(), acts // 4
    shelves = [f"架{number:04}" for number in range(1 + count // A_SHELF)]
    for each in shelves:
        world.place(each, "center", "general", parent=world.places["大库"])
    items: list[str] = []
    while len(items) < count:
        case = world.opens_case(case=f"云公(刑)诈〔2026〕{1 + len(items) // A_CASE:04}")
        items += world.seizes(case, *(world.item(seal=None) for _ in range(min(A_CASE, count - len(items)))))
    turn = 0
    while (left := acts - world.ledger.recorder.head().size) > 0:
        drafts = [
            draft(world, item, world.places[shelves[(place // A_SHELF + 7 * turn) % len(shelves)]], turn)
            for place, item in enumerate(items[:left])
        ]
        for batch in signed(world, drafts):
            world.ledger.submit_many(batch)
            size = world.ledger.recorder.head().size
            print(f"{size:,} acts, {size / (time.perf_counter() - begins):,.0f} a second", flush=True)
        turn += 1


def draft(world: World, item: str, place: str, turn: int) -> dict[str, Any]:
    """An item's check-in, or its next move."""
    line = {"item": item, "condition": "完好", "seal_seen": "none"}
    occurred = world.clock.forward(seconds=1).isoformat()
    if turn == 0:
        signers = world.signers(deliverer="周远", custodian="梁静")
        return {"act": "check-in", "lines": [line], "place": place, "signers": signers, "occurred_at": occurred}
    return {
        "act": "relocation", "lines": [line], "to": place, "reason": "调整库位",
        "signers": world.signers(custodian="梁静"), "occurred_at": occurred,
    }  # fmt: skip


def signed(world: World, drafts: Sequence[dict[str, Any]]) -> Iterator[list[Submission]]:
    """Sign in a process of its own, batch by batch; none of them changes what another one is about."""
    head = world.ledger.recorder.head()
    ours, theirs = multiprocessing.Pipe(duplex=False)
    seen = {"size": head.size, "root": encode(head.root)}
    signer = multiprocessing.get_context("fork").Process(target=sign, args=(world, drafts, seen, theirs))
    signer.start()
    for _ in range(0, len(drafts), A_BATCH):
        yield ours.recv()
    signer.join()


def sign(world: World, drafts: Sequence[dict[str, Any]], seen: dict[str, Any], to: Connection) -> None:
    """Complete and sign all drafts, and send them."""
    complete = partial(
        prepare,
        ledger=ORIGIN,
        seen=seen,
        keys={person: key_id_of(public_bytes(key)) for person, key in world.keys.items()},
        salts=lambda: os.urandom(32),
    )
    for begin in range(0, len(drafts), A_BATCH):
        batch = []
        for each in drafts[begin : begin + A_BATCH]:
            prepared = complete(each, act_id=new_act_id(time.time_ns() // 1_000_000, os.urandom(10)))
            batch.append(Submission(world.sign(prepared), disclosed(prepared)))
        to.send(batch)


if __name__ == "__main__":
    main()
