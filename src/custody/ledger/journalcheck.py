"""What the journal keeps beside its entries, compared with what they commit to."""

# ruff: noqa: S608 - table names come from tables.py

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

from custody.errors import CustodyError
from custody.ledger.drafts import Row
from custody.ledger.engine import translated
from custody.ledger.findings import Problem
from custody.ledger.journal import tags_of_line
from custody.ledger.reader import Reader
from custody.ledger.session import Session
from custody.strict import read_json

_PAGE = 200


def check_journal(journal: Reader, size: int) -> Iterator[Problem]:
    """Yield every one of the first ``size`` lines whose kind, signed bytes or details are not those its entry names, or
    that is not found under its id or its tags. Raises only Unavailable."""
    ids = _ids(journal)
    after = 0
    while page := journal.tagged_rows(after, min(_PAGE, size - after)):
        for row, tags in page:
            index = row.position - 1
            kept = _kept(row)
            if kept is None:
                yield "journal", "日志簿的内容与条目不符。", "A line does not fit its entry.", index
                continue
            if tags != kept["tags"]:
                yield "tags", "检索标记与记录不符。", "The tags disagree with the line.", index
            act_id, digest = ids.get(row.position, (b"", b""))
            if digest != hashlib.sha256(row.envelope).digest() or kept["id"] not in (None, act_id.hex()):
                yield "act-id", "编号索引与记录不符。", "The index of ids disagrees with the line.", index
        after = page[-1][0].position


def _ids(journal: Reader) -> dict[int, tuple[bytes, bytes]]:
    """Id and digest of each line, by position."""
    with translated(), Session(journal.engine, journal.log) as session:
        rows = session.fetch(f"SELECT position, id, digest FROM {journal.log.act}")
    return {position: (bytes(line), bytes(digest)) for position, line, digest in rows}


def _kept(row: Row) -> dict[str, Any] | None:
    """The id that a line bears (older ones bear none) and its tags; None if it is not what its entry commits to."""
    try:
        entry, kept = read_json(row.entry, "journal-entry"), read_json(row.envelope, "journal-detail")
        detail = kept["detail"].encode()
        stated = (entry["kind"], entry["envelope"], entry["detail"])
        if stated != (row.type, _digest(kept["envelope"]), _sha256(detail)):
            return None
        said = read_json(detail, "journal-detail")
        return {"id": kept.get("id"), "tags": tags_of_line(entry["kind"], entry["by"], said)}
    except (CustodyError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _digest(envelope: Any) -> str | None:
    return None if envelope is None else _sha256(base64.b64decode(envelope, validate=True))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
