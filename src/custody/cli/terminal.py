"""What commands print: tables and a progress bar on a terminal, plain text otherwise, JSON for machines."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from custody.cli.words import language, text
from custody.errors import CustodyError, Malformed, Unavailable
from custody.sentences import sentence

Advance = Callable[[int, int], None]
"""Called with how much is done and how much there is."""


def tell(line: str) -> None:
    """Print a line of the answer, at once: whoever reads a pipe may be waiting for it."""
    print(line, flush=True)


def note(line: str) -> None:
    """Print a remark beside the answer, on standard error."""
    print(line, file=sys.stderr)


def tell_json(value: Any, *, lines: bool = False) -> None:
    """Print a JSON value; one that is part of a stream stands on one line."""
    print(json.dumps(value, ensure_ascii=False, indent=None if lines else 2))


def tell_table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str | None = None) -> None:
    """Print a table: drawn on a terminal, otherwise one line a row with tabs between the cells."""
    cells = [["—" if cell is None or cell == "" else str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for line in ([title] if title else []) + ["\t".join(row) for row in [list(columns), *cells]]:
            print(line)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """Yield a function that moves a progress bar with its rate and the time that remains; none off a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, rate="")

        def advance(done: int, total: int) -> None:
            speed = bar.tasks[task].speed
            bar.update(task, completed=done, total=total, rate=f"{speed:,.0f}/s" if speed else "")

        yield advance


def tell_error(error: CustodyError, as_json: bool) -> None:
    """Print an error to standard error: its sentence, its rule with the source, and what to do instead."""
    if as_json:
        note(json.dumps(problem(error), ensure_ascii=False, default=str))
        return
    fields = error.fields
    where = f"{fields['setting']}: " if fields.get("setting") else ""
    note(f"✗ {where}{sentence(error, language())} [{error.code}]")
    if fields.get("rule") and fields.get("source"):
        unverified = "" if fields.get("verified") else text("error/unverified")
        note("  " + text("error/rule", rule=fields["rule"], source=fields["source"]) + unverified)
    instead = fields.get(f"instead_{language()}")
    if instead:
        note("  " + text("error/instead", instead=instead))
    for mistake in fields.get("mistakes") or ():
        note(f"  ✗ {mistake['setting']}: {mistake[language()]} [{mistake['code']}]")
    for other in fields.get("also") or ():
        note("  " + text("error/also", rule=other.get("rule"), code=other.get("code")))


def problem(error: CustodyError) -> dict[str, Any]:
    """Return an error as a JSON object: code, sentence in both languages, and its fields."""
    detail = sentence(error, language())
    both = {"zh": sentence(error, "zh"), "en": error.sentence}
    return {"code": error.code, "detail": detail, **error.fields, **both}


def tell_os_error(error: OSError, as_json: bool) -> None:
    """Say which file cannot be used, and why; a full disk names none."""
    tell_error(of_file(error), as_json)


def of_file(error: OSError) -> CustodyError:
    """What is said of a file that cannot be used; a full disk names none."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable("unavailable/disk", "The disk is full: free space, and run the command again.")
    file, reason = str(error.filename or ""), error.strerror or str(error)
    return Malformed("malformed/file", f"Cannot use {file}: {reason}.", file=file, reason=reason)


def tell_unexpected(error: Exception, as_json: bool) -> None:
    """Say that the program itself failed, in a sentence; CUSTODY_DEBUG=1 shows where."""
    tell_error(unexpected(error), as_json)


def unexpected(error: Exception) -> Unavailable:
    """What is said where the program itself failed."""
    kind = type(error).__name__
    return Unavailable("unavailable/program", f"The program failed ({kind}); CUSTODY_DEBUG=1 shows where.", kind=kind)
