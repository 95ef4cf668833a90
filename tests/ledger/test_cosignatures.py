"""Cosignatures beside a log, on both databases: the first of each witness stays, and a quorum is what a policy says."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from custody.ledger.cosignatures import keep, newest, witnessed_checkpoint
from custody.ledger.engine import writes
from custody.ledger.publication import Publication
from custody.ledger.recorder import Recorder
from custody.tlog.cosignature import KeyType
from custody.tlog.note import Note, Signer
from custody.tlog.policy import WitnessPolicy
from logs import SIGNER, Clock, draft, opened

COURT, AUDIT = (
    Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32), KeyType.COSIGNATURE)
    for number, name in ((1, "court.example/w"), (2, "audit.example/w"))
)
WITNESSES = f"witness court {COURT.verifier}\nwitness audit {AUDIT.verifier}\n"
BOTH = WitnessPolicy.parse(f"{WITNESSES}group both all court audit\nquorum both\n")
ANY = WitnessPolicy.parse(f"{WITNESSES}group any any court audit\nquorum any\n")
NOON = 1_773_316_800


def cosigned(recorder: Recorder, publication: Publication, name: str, *witnesses: Signer, at: int = NOON) -> int:
    """Append, publish, and have it cosigned; returns the size."""
    recorder.submit(draft(name))
    publication.publish(at_once=True)
    size = publication.size()
    note = Note.parse(publication.checkpoint(size))
    if witnesses:
        keep(recorder.engine, size, [(each.verifier, each.sign(note.text, at)) for each in witnesses])
    return size


def test_the_newest_quorum_and_what_each_witness_cosigned_last(database_url: str) -> None:
    with opened(database_url) as recorder:
        publication = Publication(recorder, lambda _: frozenset({str(SIGNER.verifier)}), None, None, Clock())
        assert newest(recorder.engine, [COURT.verifier]) is None
        assert witnessed_checkpoint(publication, ANY) is None
        first = cosigned(recorder, publication, "a", COURT, AUDIT)
        second = cosigned(recorder, publication, "b", COURT, at=NOON + 60)
        cosigned(recorder, publication, "c")
        keep(recorder.engine, first, [(COURT.verifier, COURT.sign(publication.checkpoint(second), NOON + 99))])
        both, some = witnessed_checkpoint(publication, BOTH), witnessed_checkpoint(publication, ANY)
        assert both is not None
        assert some is not None
        assert (both.size, both.at.timestamp(), len(both.cosigned)) == (first, NOON, 2)
        assert (some.size, some.at.timestamp(), len(some.cosigned)) == (second, NOON + 60, 1)
        assert [newest(recorder.engine, [each.verifier]) for each in (COURT, AUDIT)] == [
            (second, some.at), (first, both.at)
        ]  # fmt: skip
        assert witnessed_checkpoint(publication, BOTH, above=first) is None
        assert witnessed_checkpoint(publication, ANY, most=first) == both
        for statement in ("UPDATE cosignature SET line = line", "DELETE FROM cosignature"):
            with pytest.raises(DBAPIError, match="append-only"), writes(recorder.engine).begin() as connection:
                connection.execute(text(statement))
