"""``custody inspect``: everything an inspector asks for first, in one folder, the same bytes at one position."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from custody.cli.ledgers import reading
from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import tell, tell_json, tell_table
from custody.cli.words import language, text
from custody.registers import Registers
from custody.registers.inspection.pack import pack
from custody.registers.inspection.report import Report, inspected


def add(subparsers: Any) -> None:
    """Add ``custody inspect``."""
    parser = subparsers.add_parser("inspect", help=text("help/inspect"), description=text("help/inspect"))
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="DIR", help=text("help/inspect-output"))
    parser.add_argument("--sample", type=int, default=30, metavar="N", help=text("help/inspect-sample"))
    parser.add_argument("--salt", default="inspection", metavar="TEXT", help=text("help/draw-salt"))
    add_options(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Write the pack into a new folder, and say how many rows each part has."""
    if args.sample < 0:
        raise WrongUse("use/inspect-sample", "A sample is not negative.")
    if args.output.exists():
        raise WrongUse("use/inspect", "The folder is there already: name a new one.", folder=str(args.output))
    with reading(settings_of(args)) as ledger:
        registers = Registers(ledger.engine)
        try:
            report = inspected(ledger, registers, registers.catch_up, args.salt, args.sample)
        finally:
            registers.close()
    unfinished = args.output.with_name(f"{args.output.name}.unfinished")
    unfinished.mkdir(mode=0o700, parents=True)
    for name, data in pack(report).items():
        (unfinished / name).write_bytes(data)
    unfinished.rename(args.output)  # whole or not at all
    _tell(args, report)
    return 0


def _tell(args: Namespace, report: Report) -> None:
    looks = [*report.sections, *report.anomalies]
    if args.json:
        counts = {look.code: len(rows) for look, rows in looks}
        tell_json({"folder": str(args.output), "position": report.size, "root": report.root, "rows": counts})
        return
    rows = [[look.title(language()), len(found)] for look, found in looks]
    tell_table([text("inspect/part"), text("inspect/rows")], rows)
    tell("✓ " + text("inspect/written", folder=args.output, position=report.size))
