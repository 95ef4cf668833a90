"""A bundle of a case of 400 items: what it takes to write it, and to verify it.

``python benchmarks/bundle.py [--items N] [--attachments MIB]`` prints seconds by step, and how much more memory
attachments of that size take than none.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from custody.attachments import Attachments
from custody.attachments.bundled import bundled
from custody.bundle.archive import archived
from custody.bundle.content import Content, Subject, files_of
from custody.bundle.verifying import verify_bundle
from custody.ledger.bundle_content import content_of, with_reports
from custody.ledger.bundle_scope import Scope, scope_of
from world import World

PIECE = 1 << 20
T = TypeVar("T")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=400)
    parser.add_argument("--attachments", type=int, default=256)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        world = World(f"sqlite:///{folder / 'ledger.db'}")
        case, subject = told(world, args.items)
        acts = world.ledger.recorder.head().size
        scope = timed("find the acts", lambda: scope_of(world.ledger.recorder, Subject("case", case), acts))
        content = timed("proofs and statement", lambda: content_of(world.ledger, scope))
        file = folder / "case.zip"
        timed("write the file", lambda: written(content, file))
        timed("draw the report", lambda: with_reports(world.ledger, scope, content, "zh"))
        report = timed("verify", lambda: verify_bundle(file))
        assert report.sound
        size = file.stat().st_size
        print(f"{len(scope.own)} acts on {subject}, {len(scope.keys)} about who may sign, {size:,} bytes")
        with_attachments(world, scope, folder, args.attachments)
        world.close()


def told(world: World, count: int) -> tuple[str, str]:
    """A case of many items: seized in one list, checked in and moved ten by ten."""
    case = world.opens_case()
    items = world.seizes(case, *[world.item(description=f"手机 {number}") for number in range(count)])
    tens = [items[start : start + 10] for start in range(0, count, 10)]
    for ten in tens:
        world.checks_in(ten, "大库")
    for _ in range(5):
        for ten in tens:
            world.relocates(ten, "贵重", by=["梁静", "郑宏"])
            world.relocates(ten, "大库", by=["梁静", "郑宏"])
    return case, f"{count} items"


def timed(what: str, done: Callable[[], T]) -> T:
    """Do something and print how long it took: the fastest of three."""
    found, best = None, float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        found = done()
        best = min(best, time.perf_counter() - begun)
    print(f"{what:<24}{best:8.2f} s")
    assert found is not None
    return found


def written(content: Content, file: Path) -> int:
    """The archive, on disk."""
    with file.open("wb") as opened:
        opened.writelines(archived(files_of(content)))
        opened.flush()
        os.fsync(opened.fileno())
    return file.stat().st_size


def with_attachments(world: World, scope: Scope, folder: Path, size: int) -> None:
    """How much memory writing takes with files of a size, and without."""
    store = Attachments(folder / "attachments")
    piece = os.urandom(PIECE)
    sha256 = hashlib.sha256(piece * size).hexdigest()
    with store.receiving(sha256, "", size * PIECE, lambda hashes: hashes) as incoming:
        incoming.begin(0)
        for _ in range(size):
            incoming.write(piece)
        store.keep(incoming)
    for hashes in ((), (sha256,)):
        tracemalloc.start()
        content = content_of(world.ledger, scope, attachments=bundled(store, hashes))
        written(content, folder / "large.zip")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        print(f"{len(hashes) * size:>4} MiB of attachments: {most / PIECE:.1f} MiB of memory at most")


if __name__ == "__main__":
    main()
