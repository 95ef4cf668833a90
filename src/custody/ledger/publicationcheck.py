"""What a log published, held against its leaves: each publication is of a root that the log has, signed by its keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from custody.errors import CustodyError
from custody.ledger.drafts import Head
from custody.ledger.engine import translated
from custody.ledger.findings import Problem
from custody.ledger.indexcheck import check_guards
from custody.ledger.reader import Reader
from custody.ledger.session import Session
from custody.ledger.tables import publication
from custody.ledger.treecheck import Keys
from custody.tlog.checkpoint import open_checkpoint
from custody.tlog.note import Verifier


def check_publications(reader: Reader, head: Head, keys: Keys, roots: Mapping[int, bytes]) -> Iterator[Problem]:
    """Yield every publication up to a head, or beyond the log, that the log does not bear out.

    ``roots``: recomputed, at each size with a checkpoint.
    """
    sql = "SELECT size, note FROM publication WHERE size <= ? OR size > (SELECT size FROM ledger_head) ORDER BY size"
    with translated(), Session(reader.engine, reader.log) as session:
        rows = session.fetch(sql, head.size)
        unguarded = list(check_guards(session, reader, [publication]))
    for size, note in rows:
        if size not in roots or not _signed(note, size, roots[size], keys):
            yield "publication", "已发布的检查点与日志不符。", "A published checkpoint does not fit the log.", size
    yield from unguarded


def _signed(note: str, size: int, root: bytes, keys: Keys) -> bool:
    try:
        stated = open_checkpoint(note, *map(Verifier.parse, keys(size)))
    except CustodyError:
        return False
    return (stated.size, stated.root) == (size, root)
