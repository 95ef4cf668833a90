"""What the journal keeps beside its entries, compared with what they commit to."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

from custody.errors import CustodyError
from custody.ledger.drafts import Row
from custody.ledger.reader import Reader
from custody.ledger.treecheck import Problem
from custody.strict import read_json

_PAGE = 200


def check_journal(journal: Reader) -> Iterator[Problem]:
    """Yield every line whose kind, signed bytes or details are not those its entry names. Raises only Unavailable."""
    after = 0
    while page := journal.rows(after, _PAGE):
        for row in page:
            if not _fits(row):
                yield "journal", "日志簿的内容与条目不符。", "A line does not fit its entry.", row.position - 1
        after = page[-1].position


def _fits(row: Row) -> bool:
    try:
        entry, kept = read_json(row.entry, "journal-entry"), read_json(row.envelope, "journal-detail")
        stated = (entry["kind"], entry["envelope"], entry["detail"])
        return bool(stated == (row.type, _digest(kept["envelope"]), _sha256(kept["detail"].encode())))
    except (CustodyError, ValueError, TypeError, KeyError, AttributeError):
        return False


def _digest(envelope: Any) -> str | None:
    return None if envelope is None else _sha256(base64.b64decode(envelope, validate=True))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
