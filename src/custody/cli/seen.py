"""``--seen`` of ``custody verify``: what a paper's QR code says, or the file of a checkpoint that somebody kept."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from custody.acts.claim import Claim
from custody.cli.words import text
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.note import Note

_LONGEST = 1 << 20


def add_seen(parser: ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument("--seen", action="append", default=[], metavar="CLAIM|FILE", help=text("help/seen"))


def read_seen(given: Sequence[str]) -> list[Checkpoint]:
    """The checkpoints that were seen. Raises Malformed, OSError.

    Of a file the text counts, whoever signed it: that somebody was shown it is what is looked into.
    """
    return [_read(each) for each in given]


def _read(given: str) -> Checkpoint:
    if given.lstrip().startswith("CL1 "):
        return Claim.parse(given).checkpoint
    with Path(given).open("rb") as opened:
        return Checkpoint.parse(Note.parse(opened.read(_LONGEST)).text)
