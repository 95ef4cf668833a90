"""Tokens of independent time, held against the log and against themselves.

Whether the authority that gave one is to be trusted, `custody time list` says, which knows the roots; here each has to
hold under the root that was kept with it. Without the library for tokens, only what surrounds them is looked at.
"""

# ruff: noqa: S608 - table names come from here, and every value is a parameter

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from custody.acts.entry import instant, read_entry, recorded_at
from custody.errors import CustodyError
from custody.ledger import time_tokens
from custody.ledger.drafts import Head
from custody.ledger.engine import translated
from custody.ledger.findings import Problem
from custody.ledger.indexcheck import check_guards
from custody.ledger.reader import Reader
from custody.ledger.session import Session
from custody.ledger.tables import TIME_TABLES
from custody.ledger.time_tokens import Kept
from custody.timestamps.stamps import (
    BEFORE,
    CHAIN,
    RECORD,
    REQUEST,
    TEXT,
    TOKEN,
    Stamp,
    renewed_numbers,
    renews,
    verify_stamp,
)
from custody.timestamps.token import NOT_CHECKED
from custody.tlog.checkpoint import Checkpoint

_PAGE: Final = 50

CLOCKS_APART: Final = timedelta(minutes=5)
"""Farther apart, the ledger's clock or another is wrong."""

_NOT_AMONG: Final = "NOT IN (SELECT digest FROM"
_FILES: Final = frozenset({TEXT, TOKEN, CHAIN, REQUEST, RECORD})
"""What every token has, beside its lists."""


def check_tokens(reader: Reader, origin: str, head: Head, roots: Mapping[int, bytes]) -> Iterator[Problem]:
    """Yield everything about tokens that contradicts the log or itself, but for those that came after a head.

    ``roots``: recomputed, at each size with a checkpoint.
    """
    kept = time_tokens.tokens(reader.engine)
    yield from _missing(reader, kept)
    yield from _evidence(reader)
    grown = reader.head().size
    for each in kept:
        later = each.size is not None and head.size < each.size <= grown
        if not later and not _holds(reader, each, origin, roots):
            said = f"Token {each.number} does not fit the log, or contradicts itself."
            yield "time-token", f"第 {each.number} 枚时间戳与台账或其自身不符。", said, each.size
        if each.size is not None and each.size < head.size and _dated_back(reader, each.size, each.asked_at):
            yield (
                "dated-back", "条目的记载时间早于它之前的检查点申请时间戳的时间：时钟曾被调慢，或记载时间被提前。",
                "An entry says an earlier time than that at which the checkpoint before it was dated: a clock was set "
                "back, or the entry was.", each.size,
            )  # fmt: skip


def _missing(reader: Reader, kept: list[Kept]) -> Iterator[Problem]:
    """Numbers without gaps, each with the files that it has to have; and the guards of the tables."""
    numbers, named, alone = {each.number for each in kept}, dict[int, set[str]](), set[int]()
    with translated(), Session(reader.engine, reader.log) as session:
        for number, name, its in session.fetch(
            "SELECT f.number, f.name, t.number FROM time_file f LEFT JOIN time_token t ON t.number = f.number"
        ):
            named.setdefault(number, set()).add(name)
            alone |= {number} if its is None else set()
        unguarded = list(check_guards(session, reader, TIME_TABLES))
    for number in sorted({*range(1, max(numbers, default=0) + 1)} - numbers | alone):
        yield "time-token-missing", f"缺少第 {number} 枚时间戳。", f"Token {number} is missing.", None
    for each in kept:
        there = {name for name in named.get(each.number, set()) if not name.endswith(".crl")}
        wanted = _FILES if each.size is not None else _FILES | {f"{BEFORE}.json"}
        if wanted - there:
            zh, en = f"第 {each.number} 枚时间戳缺少文件。", f"Token {each.number} lacks some of its files."
            yield "time-token-missing", zh, en, each.size
        if there - wanted:
            zh, en = f"第 {each.number} 枚时间戳有多余的文件。", f"Token {each.number} has files that it does not need."
            yield "time-token-extra", zh, en, each.size
    yield from unguarded


def _evidence(reader: Reader) -> Iterator[Problem]:
    """Every file is there, as it was; and there are no others. Each question is one statement: a token may come in
    meanwhile."""
    with translated(), Session(reader.engine, reader.log) as session:
        last = b""
        while rows := session.fetch(
            "SELECT digest, data FROM time_evidence WHERE digest > ? ORDER BY digest LIMIT ?", last, _PAGE
        ):
            last = bytes(rows[-1][0])
            if any(sha256(data).digest() != bytes(digest) for digest, data in rows):
                yield "time-token", "时间戳的文件与其哈希不符。", "A file of a token does not have its hash.", None
        if session.fetch(f"SELECT 1 FROM time_file WHERE digest {_NOT_AMONG} time_evidence) LIMIT 1"):
            yield "time-token-missing", "时间戳的文件不在。", "Files of tokens are missing.", None
        if session.fetch(f"SELECT 1 FROM time_evidence WHERE digest {_NOT_AMONG} time_file) LIMIT 1"):
            yield "time-token-extra", "存有不属于任何时间戳的文件。", "Files are kept that belong to no token.", None


def _holds(reader: Reader, kept: Kept, origin: str, roots: Mapping[int, bytes]) -> bool:
    """Whether a token's row, text, files and signature say the same."""
    try:
        (stamp,) = time_tokens.stamps(reader.engine, [kept.number])
        asked, records = _stated(stamp)
        if asked != (kept.authority, instant(kept.asked_at)) or not _listed(stamp, records):
            return False
        if kept.size is None:
            numbers = sorted(renewed_numbers(stamp.text) - {stamp.number})
            renewed = time_tokens.stamps(reader.engine, numbers)
            over = bool(numbers) and len(renewed) == len(numbers) and all(renews(stamp, each) for each in renewed)
        else:
            over = kept.size in roots and stamp.text == Checkpoint(origin, kept.size, roots[kept.size]).text.encode()
        found = verify_stamp(stamp, (), stamp.chain[-1:], kept.time)
    except (CustodyError, ValueError, KeyError, TypeError):
        return False
    return over and (found == NOT_CHECKED or (isinstance(found, datetime) and found == kept.time))


def _dated_back(reader: Reader, size: int, asked_at: datetime) -> bool:
    """Whether the first entry above a checkpoint was recorded before a token for this, then the newest, was asked for.

    The others were recorded no earlier than the first, or step 2 finds them.
    """
    try:
        first = recorded_at(read_entry(reader.row(size + 1).entry))
    except CustodyError:  # which the tree's own check tells
        return False
    return first < asked_at - CLOCKS_APART


def _stated(stamp: Stamp) -> tuple[tuple[str, str], list[Any]]:
    """Who was asked and when, and which lists were kept. Raises ValueError, KeyError, TypeError."""
    asked = json.loads(stamp.files[REQUEST])
    records = [json.loads(stamp.files[name]) for name in (RECORD, f"{BEFORE}.json") if name in stamp.files]
    return (asked["authority"], asked["asked_at"]), [each for record in records for each in record["lists"]]


def _listed(stamp: Stamp, records: list[Any]) -> bool:
    """Whether the lists are those that the records name, with their hashes."""
    named = {each["file"]: each["sha256"] for each in records if "file" in each}
    return named == {name: sha256(data).hexdigest() for name, data in stamp.files.items() if name.endswith(".crl")}
