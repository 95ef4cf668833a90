"""Where a database cannot give back what it holds: entries, tables, the end of the file.

A damaged page makes the driver give up on a whole query. So entries are then asked for one by one, and every table by
itself: whoever restores has to know what is lost.
"""

# ruff: noqa: S608 - table names come from tables.py, and every value is a parameter

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from sqlalchemy import Table

from custody.errors import CustodyError, Damaged, Unavailable
from custody.ledger.engine import translated
from custody.ledger.findings import Report
from custody.ledger.reader import Reader
from custody.ledger.session import Session
from custody.ledger.tables import disclosure

_PAGE = 256


def report_storage(reader: Reader, journal: Reader, report: Report) -> None:
    """Find what cannot be read, and say that verifying could not be finished (step 1). Raises Unavailable."""
    for each, zh_log, en_log in ((reader, "台账", "ledger"), (journal, "日志簿", "journal")):
        for first, last in unreadable(each):
            report.found(
                1, "unreadable-rows", f"{zh_log}第 {first} 至 {last} 条无法从数据库读出。",
                f"Entries {first} to {last} of the {en_log} cannot be read from the database.", first - 1,
                first=first, last=last, log=each.log.name,
            )  # fmt: skip
        if not _has_head(each):
            report.found(
                1, "no-head", f"{zh_log}没有日志头。", f"The {en_log} has no head row.", None, log=each.log.name,
            )  # fmt: skip
        for table in _unreadable_tables(each):
            report.found(
                1, "unreadable-table", f"数据表 {table} 无法完整读出。",
                f"The table {table} cannot be read whole.", table=table,
            )  # fmt: skip
    report.found(
        1, "not-verified", "数据库损坏，校验未能完成：请保留原文件，从备份恢复后重新校验。",
        "The database is damaged and verifying could not be finished: keep the files, restore, and verify again.",
    )  # fmt: skip


def _has_head(reader: Reader) -> bool:
    try:
        reader.head()
    except Damaged as damage:
        return damage.code != "damaged/head"  # a table that cannot be read is found by its name
    return True


def unreadable(reader: Reader) -> list[tuple[int, int]]:
    """The stretches of a log, first and last position of each, that the database does not give back."""
    lost: list[int] = []
    for after in range(0, _size(reader), _PAGE):
        if not _reads(reader, "position > ? AND position <= ?", after, after + _PAGE):
            lost += [each for each in range(after + 1, after + _PAGE + 1) if not _reads(reader, "position = ?", each)]
    return list(_stretches(lost))


def _size(reader: Reader) -> int:
    """How many entries there should be: by the head, or as far as entries can be found without it."""
    for question in (f"SELECT size FROM {reader.log.head}", f"SELECT max(position) FROM {reader.log.entry}"):
        try:
            with translated(), Session(reader.engine, reader.log) as session:
                ((size,),) = session.fetch(question)
                return int(size or 0)
        except (Damaged, ValueError):
            continue
    return 0


def _reads(reader: Reader, where: str, *positions: int) -> bool:
    """Whether entries can be read, every byte of them."""
    sql = f"SELECT type, tags, leaf, entry, envelope FROM {reader.log.entry} WHERE {where}"
    try:
        with translated(), Session(reader.engine, reader.log) as session:
            session.fetch(sql, *positions)
    except Unavailable:
        raise
    except (CustodyError, UnicodeDecodeError):
        return False
    return True


def _stretches(positions: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Positions that follow each other, drawn together."""
    for _, run in groupby(enumerate(positions), key=lambda each: each[1] - each[0]):
        known = [position for _, position in run]
        yield known[0], known[-1]


def _unreadable_tables(reader: Reader) -> Iterator[str]:
    log = reader.log
    tables: list[Table] = [log.head, log.act, log.tag, log.tagged, log.tile, log.checkpoint]
    tables += [disclosure] if log.name == "ledger" else []
    for table in tables:
        try:
            with translated(), Session(reader.engine, log) as session:
                session.fetch(f"SELECT * FROM {table}")
        except Damaged:
            yield table.name


def require_whole_file(file: Path) -> None:
    """Check that a SQLite file is as long as its own header says: it may have been cut off, or copied while written.

    The driver opens no such file. Raises Damaged.
    """
    with file.open("rb") as opened:
        header = opened.read(100)
    page = int.from_bytes(header[16:18], "big")
    expected = (65536 if page == 1 else page) * int.from_bytes(header[28:32], "big")
    got = file.stat().st_size
    if header.startswith(b"SQLite format 3") and got < expected:
        raise Damaged(
            "damaged/file", f"The database file ends early: it has {got:,} bytes of {expected:,}.",
            file=file.name, expected=expected, got=got,
        )  # fmt: skip
