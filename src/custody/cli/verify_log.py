"""``custody verify --log DIR``: a published log verified from its files, with or without a database beside it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from custody.cli.findings import report_as_json, tell_findings
from custody.cli.ledgers import founded
from custody.cli.seen import check_in_folder
from custody.cli.settings import Settings, settings_of
from custody.cli.terminal import progress, tell, tell_json
from custody.cli.words import text
from custody.errors import NotFound
from custody.ledger.findings import Report
from custody.ledger.foldercheck import check_folder
from custody.ledger.log_folder import LogFolder
from custody.ledger.reader import Reader
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.encoding import to_base64
from custody.tlog.note import Verifier


def add_options(parser: Any) -> None:
    """Add ``--log`` and the key that goes with it."""
    parser.add_argument("--log", type=Path, metavar="DIR", help=text("help/verify-log"))
    parser.add_argument(
        "--log-verifier", "--log-key", dest="log_keys", action="append", default=[], metavar="VKEY",
        help=text("help/verify-log-key"),
    )  # fmt: skip


def run(args: Namespace) -> int:
    """Verify, and print what was looked at and what was found; exit status 1 if anything was."""
    settings = settings_of(args)
    given = args.log_keys or ([settings.log_verifier] if settings.log_verifier else [])
    verifiers = [Verifier.parse(each) for each in given]
    if not args.log.is_dir():
        raise NotFound("not-found/log-folder", "There is no such folder.", folder=str(args.log))
    report = Report()
    with _compared(args, settings) as ledger, progress(text("verify/doing")) as bar:
        checkpoint = check_folder(LogFolder(args.log), verifiers, report, progress=bar, ledger=ledger)
    if checkpoint is not None:
        check_in_folder(args.seen, LogFolder(args.log), checkpoint, report)
    if args.json:
        known = {"signed": bool(verifiers), "compared": ledger is not None, "checkpoint": _shape(checkpoint)}
        tell_json({**report_as_json(report), **known})
    else:
        _tell(checkpoint, report, signed=bool(verifiers), compared=ledger is not None)
    return 1 if report.findings else 0


@contextmanager
def _compared(args: Namespace, settings: Settings) -> Iterator[Reader | None]:
    """The ledger that the log is compared with, if one is named on the command line."""
    if args.database is None:
        yield None
        return
    with founded(settings) as engine:
        yield Reader(engine)


def _shape(checkpoint: Checkpoint | None) -> dict[str, Any] | None:
    if checkpoint is None:
        return None
    return {"origin": checkpoint.origin, "size": checkpoint.size, "root": to_base64(checkpoint.root)}


def _tell(checkpoint: Checkpoint | None, report: Report, *, signed: bool, compared: bool) -> None:
    shape = _shape(checkpoint)
    if shape is not None:
        tell(text("verify/log", **shape, entries=report.entries))
        tell(text("verify/log-signed" if signed else "verify/log-unsigned"))
        if compared:
            tell(text("verify/log-compared"))
        tell(text("verify/log-envelopes"))
    tell_findings(report)
