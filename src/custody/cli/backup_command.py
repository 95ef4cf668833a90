"""``custody backup``: a copy of a SQLite ledger, its desk and its attachments, made while they are in use."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from custody.attachments import folder_beside
from custody.attachments.copying import copy_files
from custody.cli.ledgers import attachments_of, founded
from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import progress, tell, tell_json
from custody.cli.words import text
from custody.desk import desk_file
from custody.ledger.backup import back_up, size_of


def add(subparsers: Any) -> None:
    """Add ``custody backup``."""
    parser = subparsers.add_parser("backup", help=text("help/backup"), description=text("help/backup"))
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True, help=text("help/backup-to"))
    parser.add_argument("--attachments", metavar="DIR", help=text("help/attachments"))
    parser.add_argument("--without-attachments", action="store_true", help=text("help/backup-without"))
    add_options(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Copy the ledger, then its desk, then the attachments, and say how much is in the copy."""
    settings = settings_of(args)
    file = settings.sqlite_file
    if settings.needed_database() and file is None:
        raise WrongUse("use/backup", "This command copies SQLite files; for PostgreSQL use pg_dump or pg_basebackup.")
    assert file is not None  # noqa: S101 - said just above
    store = None if args.without_attachments else attachments_of(settings)
    count = 0
    with founded(settings) as engine, progress(text("backup/doing")) as bar:

        def copy_attachments(begun: Path) -> None:
            nonlocal count
            if store is not None:
                count = copy_files(store.shelf, folder_beside(begun / file.name), bar)

        # The desk after the ledger: a desk that knows more than the log tells nobody twice and gives no number twice.
        # The files last: they were there before the acts that name them.
        desk = desk_file(engine)
        back_up([file, *([desk] if desk.exists() else [])], args.output, copy_attachments)
    size = size_of(args.output / file.name)
    if args.json:
        tell_json({"folder": str(args.output), "size": size, "attachments": count})
    else:
        tell(text("backup/done", folder=args.output, size=size, count=count))
    return 0
