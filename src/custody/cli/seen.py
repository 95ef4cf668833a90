"""``--seen`` of ``custody verify``: what a paper's QR code says, or the file of a checkpoint that somebody kept."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from custody.acts.claim import Claim
from custody.cli.words import text
from custody.ledger.findings import Report
from custody.ledger.foldercheck import LARGEST_BUNDLE
from custody.ledger.log_folder import LogFolder
from custody.ledger.opening import read_recorded
from custody.ledger.reader import Reader
from custody.ledger.seencheck import check_seen
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.tiles import TILE_WIDTH, bundle_path, read_bundle

_LONGEST = 1 << 20
_UNREAD = ("log-missing", "log-bytes")


def add_seen(parser: ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument("--seen", action="append", default=[], metavar="CLAIM|FILE", help=text("help/seen"))


def read_seen(given: Sequence[str]) -> list[Checkpoint]:
    """The checkpoints that were seen. Raises Malformed, OSError.

    Of a file the text counts, whoever signed it: that somebody was shown it is what is looked into.
    """
    return [_read(each) for each in given]


def check_in_database(given: Sequence[str], reader: Reader, report: Report) -> None:
    """Hold what was seen against a ledger. Raises what `read_seen` does."""
    if given:
        first = read_recorded(reader.rows(0, 1)[0].envelope)
        check_seen(read_seen(given), first.ledger, reader.entries, report)


def check_in_folder(given: Sequence[str], folder: LogFolder, log: Checkpoint, report: Report) -> None:
    """Hold what was seen against a published log, if all of it could be read. Raises what `read_seen` does."""

    def entries(start: int, count: int) -> list[bytes]:
        number, at = divmod(start, TILE_WIDTH)
        width = min(TILE_WIDTH, log.size - number * TILE_WIDTH)
        if width <= at:
            return []
        return read_bundle(folder.read(bundle_path(number, width), LARGEST_BUNDLE))[at : at + count]

    seen = read_seen(given)
    if not any(each.code in _UNREAD for each in report.findings):
        check_seen(seen, log.origin, entries, report)


def _read(given: str) -> Checkpoint:
    if given.lstrip().startswith("CL1 "):
        return Claim.parse(given).checkpoint
    with Path(given).open("rb") as opened:
        return Checkpoint.stated(opened.read(_LONGEST))
