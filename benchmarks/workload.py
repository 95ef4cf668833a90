"""What the benchmarks append: signed check-ins of single items, two signatures each, about 1.4 kB an envelope."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from custody.ledger.ledger import Ledger, Submission
from custody.ledger.memory import calm_collector
from custody.ledger.opening import Disclosure
from custody.ledger.signaturecheck import enrolled_keys
from custody.signing import VerifyingKey, pae, read_envelope, read_public_key
from databases import plain, postgres_database, postgres_server
from world import World

__all__ = [
    "Check", "Workload", "calm_collector", "checks_of", "chunks", "database", "plain", "rate", "slowly", "table",
    "verify", "workload",
]  # fmt: skip

Check = tuple[VerifyingKey, bytes, bytes]
"""A key, a signature, and the bytes that were signed."""


@dataclass
class Workload:
    """A world with many items in an officer's hands, and a signed check-in for each of them."""

    world: World
    submissions: list[Submission]


@contextmanager
def database(kind: str) -> Iterator[str]:
    """A fresh database: ``sqlite`` (a file on this disk) or ``postgres`` (a real server)."""
    if kind == "postgres":
        with postgres_server(durable=True) as server, postgres_database(server) as url:
            yield url
        return
    with TemporaryDirectory(prefix="bench-", dir=Path.cwd()) as folder:
        yield f"sqlite:///{folder}/ledger.db"


def workload(url: str, count: int) -> Workload:
    """Found a ledger as the programs do, seize ``count`` items, 400 a case, and sign a check-in for each."""
    calm_collector()
    world = World(url)
    items: list[str] = []
    while len(items) < count:
        case = world.opens_case(case=f"云公(刑)诈〔2026〕{1 + len(items) // 400:04}")
        items += world.seizes(case, *(world.item(seal=None) for _ in range(min(400, count - len(items)))))
    signers = world.signers(deliverer="周远", custodian="梁静")
    submissions = []
    for item in items:
        line = {"item": item, "condition": "完好", "seal_seen": "none"}
        prepared = world.prepare(
            {"act": "check-in", "lines": [line], "place": world.places["大库"], "signers": signers}
        )
        disclosures = tuple(Disclosure(each.salt, each.value) for each in prepared.disclosures)
        submissions.append(Submission(world.sign(prepared), disclosures))
    return Workload(world, submissions)


def checks_of(ledger: Ledger, envelopes: Iterable[bytes]) -> list[Check]:
    """Every signature of some envelopes, with its key and message."""
    keys = {key_id: read_public_key(each.spki) for key_id, each in enrolled_keys(ledger.recorder).items()}
    read = [read_envelope(each) for each in envelopes]
    return [
        (keys[signed.key_id], signed.value, pae(each.payload_type, each.payload))
        for each in read
        for signed in each.signatures
    ]


def verify(checks: Sequence[Check]) -> None:
    """What no ledger in one thread can beat."""
    assert all(key.signed(value, message) for key, value, message in checks)


def slowly(checks: Sequence[Check]) -> None:
    """The same without libsodium."""
    for key, value, message in checks:
        if isinstance(key.key, Ed25519PublicKey):
            key.key.verify(value, message)
        else:
            key.key.verify(value, message, ECDSA(SHA256()))


def rate(run: Callable[[], int]) -> float:
    """How many a second one run does."""
    start = time.perf_counter()
    count = run()
    return count / (time.perf_counter() - start)


def table(title: str, baseline: str, rates: dict[str, list[float]]) -> None:
    """Print medians and their ratio to the baseline; the ratio is what carries over to other machines."""
    base = statistics.median(rates[baseline])
    print(f"\n{title}\n{'':44}{'per second':>12}{'× baseline':>12}")
    for name, found in rates.items():
        middle = statistics.median(found)
        print(f"{name:44}{middle:12,.0f}{middle / base:12.2f}" + ("  (baseline)" if name == baseline else ""))


def chunks(values: Sequence[Submission], parts: int) -> list[Sequence[Submission]]:
    """Cut a list into so many parts of about the same length."""
    return [values[start::parts] for start in range(parts)]
