"""Logs that grow, and witnesses that really run: servers on the loopback address, each with a state of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from custody.tlog.checkpoint import Checkpoint
from custody.tlog.cosignature import KeyType
from custody.tlog.edge import Edge
from custody.tlog.merkle import consistency_path, leaf_hash
from custody.tlog.note import Note, Signer, Verifier, sign_note
from custody.tlog.witness import AddCheckpoint
from custody.witnessing.cosigner import Cosigner, found
from processes import until

LOG = Signer("custody.example/yunling", Ed25519PrivateKey.from_private_bytes(bytes(32)))
STRANGER = Signer(LOG.name, Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32))
OTHER_LOG = Signer("custody.example/other", Ed25519PrivateKey.from_private_bytes(bytes([8]) * 32))
NAME = "court.example/witness"
ED25519 = Signer(NAME, Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32), KeyType.COSIGNATURE)
ML_DSA = Signer(NAME, MLDSA44PrivateKey.from_seed_bytes(bytes([2]) * 32))


@cache
def grown(size: int, history: str = "one") -> Edge:
    """The tree of so many leaves, in one history or another."""
    edge = Edge()
    for number in range(size):
        edge.add(leaf_hash(f"{history} {number}".encode()))
    return edge


def request(old: int, new: int, history: str = "one", signer: Signer = LOG) -> bytes:
    """The request to cosign the checkpoint of a size, with its proof from an older one."""
    edge = grown(new, history)
    path = consistency_path(old, new, lambda *at: edge.hash_at(*at) or b"") if 0 < old <= new else []
    note = sign_note(Checkpoint(signer.name, new, edge.root()).text, signer)
    return str(AddCheckpoint(old, tuple(path), Note.parse(note))).encode()


@dataclass
class Running:
    """A witness that runs."""

    url: str
    name: str
    cosigner: Cosigner
    verifiers: list[Verifier]

    def line(self, name: str) -> str:
        """Its line in a policy, under a name there."""
        return f"witness {name} {self.verifiers[0]} {self.url}\n"


@contextmanager
def witness_running(
    state: Path, logs: list[Verifier], *signers: Signer, a_minute: int = 6_000
) -> Iterator[Running]:
    """A witness for the length of a test, with a fresh state unless there is one."""
    import uvicorn  # the servers' libraries: who only wants a log that grows starts without them

    from custody_api import binding
    from custody_api.witnessing.app import create_witness

    if not state.exists():
        found(state)
    signers = signers or (ED25519,)
    cosigner = Cosigner(state, logs, signers)
    with closing(cosigner), binding.bound("127.0.0.1", 0) as listener:
        config = uvicorn.Config(create_witness(cosigner, a_minute=a_minute), log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        until(lambda: server.started)
        try:
            port = listener.getsockname()[1]
            yield Running(f"http://127.0.0.1:{port}", signers[0].name, cosigner, [each.verifier for each in signers])
        finally:
            server.should_exit = True
            thread.join()
