"""A log that publishes; what another process needs to publish it, too, which no test module can hold."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from custody.ledger.mark import Mark
from custody.ledger.publication import Publication
from custody.ledger.recorder import Recorder
from custody.tlog.note import Signer
from logs import SIGNER, Clock, draft, opened

COSIGNER = Signer(SIGNER.name, MLDSA44PrivateKey.from_seed_bytes(bytes(32)))
VERIFIERS = [SIGNER.verifier, COSIGNER.verifier]


def publishing(
    recorder: Recorder, mark: Path | None = None, cosigner: Signer | None = COSIGNER,
    keys: frozenset[str] = frozenset(map(str, VERIFIERS)),
) -> Publication:  # fmt: skip
    """A publication of a log under test, with a clock that stands still."""
    return Publication(recorder, lambda _: keys, cosigner, Mark(mark) if mark else None, Clock())


def recorded(recorder: Recorder, *names: str) -> None:
    """Append events of these names."""
    for name in names:
        recorder.submit(draft(name))


def go_on(url: str, name: str, mark: Path) -> list[str]:
    """Record and publish, in a process of its own; returns every note that was given out."""
    with opened(url) as recorder:
        publication, given = publishing(recorder, mark), []
        for number in range(5):
            recorded(recorder, f"{name}{number}")
            publication.publish(at_once=True)
            given.append(publication.checkpoint())
        return given
