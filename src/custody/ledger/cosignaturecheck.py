"""What witnesses are said to have cosigned, held against the log: each line is that key's word on a root it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from custody.errors import CustodyError
from custody.ledger.drafts import Head
from custody.ledger.engine import translated
from custody.ledger.findings import Problem
from custody.ledger.indexcheck import check_guards
from custody.ledger.reader import Reader
from custody.ledger.session import Session
from custody.ledger.tables import cosignature
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.note import Note, Verifier
from custody.tlog.policy import COSIGNERS

_PAGE = 500


def check_cosignatures(reader: Reader, origin: str, head: Head, roots: Mapping[int, bytes]) -> Iterator[Problem]:
    """Yield every cosignature up to a head, or beyond the log, that is false.

    ``roots``: recomputed, at each size with a checkpoint.

    Whose key a witness's is, and whether that makes a quorum, is for a policy to say.
    """
    with translated(), Session(reader.engine, reader.log) as session:
        last: tuple[int, str] = (-1, "")
        while page := session.fetch(
            "SELECT size, witness, line FROM cosignature WHERE (size, witness) > (?, ?) "
            "AND (size <= ? OR size > (SELECT size FROM ledger_head)) ORDER BY size, witness LIMIT ?",
            *last, head.size, _PAGE,
        ):  # fmt: skip
            last = page[-1][:2]
            for size, witness, line in page:
                if size not in roots or not _good(Checkpoint(origin, size, roots[size]), witness, line):
                    yield "cosignature", "见证方的联署与日志不符。", "A witness's cosignature does not hold.", size
        yield from check_guards(session, reader, [cosignature])


def _good(checkpoint: Checkpoint, witness: str, line: str) -> bool:
    try:
        key = Verifier.parse(witness)
        note = Note.parse(f"{checkpoint.text}\n{line}")
        return key.kind in COSIGNERS and note.text == checkpoint.text and len(note.signed_by([key])) == 1
    except CustodyError:
        return False
