"""``custody backup``: a copy of a SQLite ledger and its desk, made while they are in use."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from custody.cli.ledgers import founded
from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import tell, tell_json
from custody.cli.words import text
from custody.desk import desk_file
from custody.ledger.backup import back_up, size_of


def add(subparsers: Any) -> None:
    """Add ``custody backup``."""
    parser = subparsers.add_parser("backup", help=text("help/backup"), description=text("help/backup"))
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True, help=text("help/backup-to"))
    add_options(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Copy the ledger, then its desk, and say how much of the log is in the copy."""
    settings = settings_of(args)
    file = settings.sqlite_file
    if settings.needed_database() and file is None:
        raise WrongUse("use/backup", "This command copies SQLite files; for PostgreSQL use pg_dump or pg_basebackup.")
    assert file is not None  # noqa: S101 - said just above
    with founded(settings) as engine:
        # The desk after the ledger: a desk that knows more than the log tells nobody twice and gives no number twice.
        desk = desk_file(engine)
        back_up([file, *([desk] if desk.exists() else [])], args.output)
    size = size_of(args.output / file.name)
    if args.json:
        tell_json({"folder": str(args.output), "size": size})
    else:
        tell(text("backup/done", folder=args.output, size=size))
    return 0
