"""``custody export log``: the published log as a directory, for a web server, a stick, a witness or a court."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from custody.cli.keys import add_passphrase_option
from custody.cli.ledgers import reading, writing
from custody.cli.settings import Settings, add_options, settings_of
from custody.cli.terminal import note, progress, tell, tell_json
from custody.cli.words import text
from custody.errors import CustodyError
from custody.ledger.ledger import Ledger
from custody.ledger.log_export import export_log, exported_note
from custody.tlog.encoding import to_base64


def add(kinds: Any) -> None:
    """Add ``log``."""
    parser = kinds.add_parser("log", help=text("help/export-log"), description=text("help/export-log"))
    parser.add_argument("folder", metavar="DIR", type=Path, help=text("help/export-log-to"))
    add_options(parser, log_key=True)
    add_passphrase_option(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Bring the directory up to the newest checkpoint, and print the verifier keys of the log."""
    settings = settings_of(args)
    with _published(settings) as ledger:
        before = exported_note(args.folder)
        if before is not None:
            ledger.publication.shown(before)  # it may be newer than this database: then it was restored
        with progress(text("export/log-doing")) as bar:
            done = export_log(ledger.recorder, ledger.publication.checkpoint(), args.folder, bar)
        verifiers = sorted(ledger.log_keys())
    if args.json:
        tell_json({
            "folder": str(args.folder), "size": done.checkpoint.size, "root": to_base64(done.checkpoint.root),
            "written": done.written, "verifiers": verifiers,
        })  # fmt: skip
        return 0
    note(text("export/log", folder=args.folder, size=done.checkpoint.size, written=done.written))
    for each in verifiers:
        tell(each)
    return 0


@contextmanager
def _published(settings: Settings) -> Iterator[Ledger]:
    """The ledger with its head published, where the log's key is at hand; else as far as it was published before."""
    try:
        has_key = settings.needed_log_key().exists()
    except CustodyError:
        has_key = False
    if not has_key:
        with reading(settings) as ledger:
            yield ledger
        return
    with writing(settings) as ledger:
        ledger.publication.publish(at_once=True)
        yield ledger
