"""Where a value that an act disclosed may be beside the ledger, before it is erased: told, for people to go after."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from custody.acts.entry import Recorded
from custody.acts.values import decode, encode
from custody.ledger.case_keys import opened
from custody.ledger.engine import translated
from custody.ledger.journal import Journal, JournalEntry
from custody.ledger.reader import Reader
from custody.ledger.tables import disclosure

_PAGE: Final = 500
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Traces:
    """What is known of the whereabouts of disclosed values.

    ``again`` are other commitments to the same values with the positions of their acts; ``shown`` the lines of the
    journal by which people saw them, ``taken`` those by which files left that may contain them.
    """

    values: tuple[str, ...]
    again: tuple[tuple[str, int], ...]
    shown: tuple[JournalEntry, ...]
    taken: tuple[JournalEntry, ...]


def traces(
    reader: Reader, journal: Journal, recorded: Recorded, cases: Collection[str], wanted: Sequence[str]
) -> Traces:
    """Look for what an act disclosed; ``cases`` are those of its items, ``wanted`` the commitments in question.

    Raises Unavailable.
    """
    values = {value for _, value in reader.disclosures(decode(each) for each in wanted).values()}
    subjects = {recorded.act.id, *recorded.act.own_items, *cases}
    shown, taken = [], []
    for line in _lines(journal):
        if line.kind == "view" and set(line.detail["values"]) & set(wanted):
            shown.append(line)
        elif line.kind == "export" and subjects & set(_named(line.detail)):
            taken.append(line)
    return Traces(tuple(sorted(values)), tuple(_again(reader, values, wanted)), tuple(shown), tuple(taken))


def files_with(values: Collection[str], files: Sequence[Path]) -> list[Path]:
    """Which files hold the bytes of any of some values, as text or as JSON writes it in ASCII. Raises OSError."""
    sought = {form for value in values if value for form in (value.encode(), json.dumps(value)[1:-1].encode())}
    return [file for file in files if any(_holds(file, each) for each in sought)]


def _again(reader: Reader, values: Collection[str], wanted: Sequence[str]) -> Iterator[tuple[str, int]]:
    query = select(disclosure).order_by(disclosure.c.position).execution_options(yield_per=_PAGE)
    with translated(), reader.engine.connect() as connection:
        for commitment, salt, value, position in connection.execute(query):
            _, said = opened(reader.case_keys, commitment, salt, value)
            if said in values and encode(commitment) not in wanted:
                yield encode(commitment), position


def _lines(journal: Journal) -> Iterator[JournalEntry]:
    after = 0
    while page := list(journal.read(after, _PAGE)):
        yield from page
        after = page[-1].position


def _named(detail: Mapping[str, Any]) -> Iterator[str]:
    """Every id that a line says was asked for."""
    for value in detail.values():
        if isinstance(value, Mapping):
            yield from _named(value)
        elif isinstance(value, str):
            yield value


def _holds(file: Path, sought: bytes) -> bool:
    kept = b""
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            if sought in kept + chunk:
                return True
            kept = chunk[-len(sought) :]
    return False
