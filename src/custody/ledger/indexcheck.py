"""What stands beside a log's entries, compared with them: indexes, the dictionary of tags, counts, and the guards."""

# ruff: noqa: S608 - table names come from tables.py, and every value is a parameter

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from sqlalchemy import Table

from custody.ledger.findings import Problem
from custody.ledger.reader import Reader
from custody.ledger.session import Session
from custody.ledger.tables import Log
from custody.tlog.tiles import completed_between

_PAGE = 2_000


class TagIndex:
    """What the tag index ought to hold, as a sum over (tag, position, type): the order of its rows does not matter."""

    def __init__(self) -> None:
        self._count = self._sum = 0

    def add(self, position: int, kind: str, tags: str) -> None:
        """Take in the tags of the next entry."""
        for tag in set(tags.split()):
            self._count += 1
            self._sum += _mixed(tag, position, kind)

    def differs(self, session: Session, log: Log, size: int) -> bool:
        """Whether the index holds anything else of the first ``size`` entries."""
        count = total = 0
        last = (-1, -1)
        while page := session.fetch(
            f"SELECT tag, position, type FROM {log.tagged} WHERE (tag, position) > (?, ?) AND position <= ? "
            "ORDER BY tag, position LIMIT ?",
            *last, size, _PAGE,
        ):  # fmt: skip
            count += len(page)
            total += sum(_mixed(str(tag), position, kind) for tag, position, kind in page)
            last = page[-1][:2]
        return (count, total) != (self._count, self._sum)


def check_indexes(session: Session, reader: Reader, index: TagIndex, size: int) -> Iterator[Problem]:
    """Yield what is found there beyond, or short of, what ``size`` entries make."""
    log = reader.log
    beyond = f"SELECT count(*) FROM {{}} WHERE position > (SELECT size FROM {log.head})"
    if index.differs(session, log, size) or session.fetch(beyond.format(log.tagged)) != [(0,)]:
        yield "tag-index", "检索索引与各条目不符。", "The tag index does not fit the entries.", None
    unused = f"SELECT count(*) FROM {log.tag} t WHERE NOT EXISTS (SELECT 1 FROM {log.tagged} g WHERE g.tag = t.id)"
    if session.fetch(unused) != [(0,)]:
        yield "tag-unused", "标记字典中有任何条目都没有的标记。", "The dictionary has tags that no entry bears.", None
    if _ids_differ(session, log, size) or session.fetch(beyond.format(log.act)) != [(0,)]:
        yield "act-index", "编号索引与各条目不符。", "The index of ids does not fit the entries.", None
    if _tiles_differ(session, log):
        yield "tile", "瓦片与各条目不符。", "There are tiles that no entries make.", None
    yield from check_guards(session, reader, (log.head, *log.append_only))


def _mixed(tag: str, position: int, kind: str) -> int:
    return int.from_bytes(blake2b(f"{tag} {position} {kind}".encode(), digest_size=16).digest(), "big")


def _ids_differ(session: Session, log: Log, size: int) -> bool:
    """Whether there are ids of entries that do not exist: acts under them could never be recorded."""
    sql = f"SELECT count(*), count(DISTINCT position), min(position), max(position) FROM {log.act} WHERE position <= ?"
    return session.fetch(sql, size) != [(size, size, 1, size) if size else (0, 0, None, None)]


def _tiles_differ(session: Session, log: Log) -> bool:
    """Whether there are other full tiles than a log of its size has."""
    rows = session.fetch(f"SELECT h.size, t.level, t.number FROM {log.head} h LEFT JOIN {log.tile} t ON true")
    stored = {(level, number) for _, level, number in rows if level is not None}
    return stored != set(completed_between(0, rows[0][0]))


def check_guards(session: Session, reader: Reader, tables: Iterable[Table]) -> Iterator[Problem]:
    """Yield each of the tables on which triggers no longer refuse what must not happen."""
    for table in sorted({each.name for each in tables} - _guarded(session, reader)):
        yield "unguarded", f"数据表 {table} 的防改触发器不在。", f"The guards of the table {table} are gone.", None


def _guarded(session: Session, reader: Reader) -> set[str]:
    if reader.engine.dialect.name == "postgresql":
        sql = (
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND pg_table_is_visible(c.oid) "
            "GROUP BY c.relname HAVING bit_or(t.tgtype) & 24 = 24"  # 8: DELETE, 16: UPDATE
        )
        return {name for (name,) in session.fetch(sql)}
    sql = "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(ABORT%'"
    found = session.fetch(sql)
    return set.intersection(*({table for table, sql in found if f"BEFORE {verb}" in sql} for verb in _VERBS))


_VERBS = ("UPDATE", "DELETE")
