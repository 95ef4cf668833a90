"""``custody import``: an older register or another system's list becomes drafts of acts, or is compared.

Every problem of every line is told at once; with any, nothing is written.
"""

from __future__ import annotations

import json
import os
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from custody import label
from custody.authoring import new_act_id
from custody.cli.ledgers import reading
from custody.cli.parser import WrongUse
from custody.cli.settings import add_options, settings_of
from custody.cli.terminal import tell, tell_json, tell_table
from custody.cli.words import language, text
from custody.errors import NotFound
from custody.importing.compare import unknown_to, unregistered_seizures
from custody.importing.drafts import Draft, drafted
from custody.importing.mapping import Meaning, read_mapping
from custody.importing.problems import Problem
from custody.importing.tables import Table, read_table
from custody.registers import Registers

_PAGE: Final = 2_000


def add(subparsers: Any) -> None:
    """Add ``custody import``."""
    parser = subparsers.add_parser("import", help=text("help/import"), description=text("help/import"))
    parser.add_argument("file", type=Path, metavar="FILE", help=text("help/import-file"))
    parser.add_argument("--mapping", type=Path, required=True, metavar="TOML", help=text("help/import-mapping"))
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument("--dry-run", action="store_true", help=text("help/import-dry-run"))
    doing.add_argument("--compare", action="store_true", help=text("help/import-compare"))
    parser.add_argument("-o", "--output", metavar="FILE", help=text("help/import-output"))
    add_options(parser)
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Read, tell every problem, and write the drafts if there is none; exit status 1 if there is any."""
    if bool(args.output) == (args.dry_run or args.compare):
        raise WrongUse("use/import", "Say where the drafts go with -o, or ask for --dry-run or --compare.")
    meaning = read_mapping(args.mapping.read_bytes())
    table = read_table(
        args.file, encoding=meaning.encoding, delimiter=meaning.delimiter, sheet=meaning.sheet,
        header_line=meaning.header_line,
    )  # fmt: skip
    if args.compare:
        with _registers(args) as registers:
            return _tell(args, [*meaning.problems_of(table), *_compared(table, meaning, registers)], [])
    drafts, problems = drafted(table, meaning, lambda: label.make("item", os.urandom(9)))
    if table.usable and settings_of(args).database is not None:
        with _registers(args) as registers:
            problems += unknown_to(table, meaning, _known(registers))
    if args.output and not problems:
        _write(args.output, drafts)
    return _tell(args, problems, drafts)


@contextmanager
def _registers(args: Namespace) -> Iterator[Registers]:
    with reading(settings_of(args)) as ledger:
        registers = Registers(ledger.engine)
        try:
            registers.catch_up()
            yield registers
        finally:
            registers.close()


def _compared(table: Table, meaning: Meaning, registers: Registers) -> list[Problem]:
    def items_of(case: str) -> Iterator[dict[str, Any]]:
        after = None
        while page := registers.items(case=case, after=after, limit=_PAGE):
            yield from page
            after = page[-1]["item"]

    return unregistered_seizures(table, meaning, items_of)


def _known(registers: Registers) -> dict[str, Callable[[str], bool]]:
    def knows(ask: Callable[[str], object]) -> Callable[[str], bool]:
        def answer(name: str) -> bool:
            try:
                ask(name)
            except NotFound:
                return False
            return True

        return answer

    person = knows(registers.person)
    return {
        "case": knows(registers.case), "officer": person, "second": person, "custodian": person,
        "place": knows(registers.place), "code": knows(registers.code),
    }  # fmt: skip


def _write(output: str, drafts: list[Draft]) -> None:
    """Write all drafts or none: into a new file first, which then takes the name."""
    unfinished = f"{output}.new"
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        for each in drafts:  # with its id, so that going on after an interruption records nothing twice
            identified = {"id": new_act_id(int(time.time() * 1000), os.urandom(10)), **each}
            out.write(json.dumps(identified, ensure_ascii=False) + "\n")
    Path(unfinished).replace(output)


def _tell(args: Namespace, problems: list[Problem], drafts: list[Draft]) -> int:
    items = sum(len(each.get("items", ())) for each in drafts)
    if args.json:
        report = {"problems": [each.as_json() for each in problems], "drafts": len(drafts), "items": items}
        tell_json({**report, "file": args.output if not problems else None})
    elif problems:
        rows = [[each.line, each.said(language()), each.code] for each in sorted(problems, key=lambda each: each.line)]
        columns = [text("import/line"), text("import/problem"), text("import/code")]
        tell_table(columns, rows, text("import/problems", count=len(rows)))
    elif args.compare:
        tell("✓ " + text("import/compared"))
    else:
        tell("✓ " + text("import/drafts", drafts=len(drafts), items=items))
        if args.output:
            tell(text("import/written", file=args.output))
    return 1 if problems else 0


