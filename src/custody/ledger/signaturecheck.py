"""The arithmetic of verifying a log: does each stored signature verify under the key it names?

It turns on nothing else in the log than the keys, so other processes can do it while this one decides: each reads its
stretches of the log by itself, and only what is false comes back. Whether a key was enrolled at that position, and
for whom, is looked at where facts are (`custody.ledger.fsck`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context

from eventsourcing.dcb.api import DCBQuery, DCBQueryItem

from custody.errors import CustodyError
from custody.facts.kinds import KINDS
from custody.facts.parties import new_key
from custody.ledger.engine import open_engine
from custody.ledger.findings import Report
from custody.ledger.opening import read_recorded
from custody.ledger.reader import Reader
from custody.ledger.tables import LEDGER
from custody.signing import VerifyingKey, pae, read_envelope, read_public_key
from custody.webauthn import Passkey

STRETCH = 2_000
"""Acts that a process is given at a time."""

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A key as it can be sent to another process: whose, its SubjectPublicKeyInfo, and what a passkey is bound to."""

    person: str
    spki: bytes
    passkey: Passkey | None


Keys = Mapping[str, Enrolled]
"""By key id."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was found between two positions: how many signatures, and (leaf index, key id) of those that are false."""

    signatures: int
    false: tuple[tuple[int, str], ...]


def enrolled_keys(reader: Reader) -> dict[str, Enrolled]:
    """Every key that the log ever enrolled. What cannot be read is passed over: its signatures then count as false."""
    rows, _ = reader.select(DCBQuery([DCBQueryItem(types=[kind]) for kind in KINDS["key"].types]))
    found = {}
    for row, _tags in rows:
        try:
            entering = new_key(read_recorded(row.envelope))
        except CustodyError:
            continue
        if entering is not None:
            person, key = entering
            found[key.key_id] = Enrolled(person, key.spki, key.passkey)
    return found


@contextmanager
def stretches(reader: Reader, keys: Keys, jobs: int, start: int, size: int) -> Iterator[Iterator[Stretch]]:
    """Every signature of the acts from ``start`` to ``size`` verified, by ``jobs`` - 1 other processes; or in this one
    when they are asked for, if there are so few that starting another takes longer."""
    ranges = [(first, min(first + STRETCH, size)) for first in range(start, size, STRETCH)]
    if jobs < 2 or len(ranges) < 2:
        yield (verified(reader, keys, *each) for each in ranges)
        return
    url = reader.engine.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(jobs - 1, get_context("spawn"), initializer=_begin, initargs=(url, dict(keys))) as pool:
        yield pool.map(_verified_here, *zip(*ranges, strict=True))


def verified(reader: Reader, keys: Keys, after: int, upto: int) -> Stretch:
    """Verify what was signed between two positions. An envelope that cannot be read is a finding of another step."""
    loaded: dict[str, VerifyingKey] = {}
    count, false = 0, []
    while after < upto and (page := reader.rows(after, min(_PAGE, upto - after))):
        for row in page:
            try:
                envelope = read_envelope(row.envelope)
            except CustodyError:
                continue
            message = pae(envelope.payload_type, envelope.payload)
            for each in envelope.signatures:
                count += 1
                if each.key_id in keys and each.key_id not in loaded:
                    enrolled = keys[each.key_id]
                    loaded[each.key_id] = read_public_key(enrolled.spki, enrolled.passkey)
                if each.key_id not in loaded or not loaded[each.key_id].verifies(each, message):
                    false.append((row.position - 1, each.key_id))
        after = page[-1].position
    return Stretch(count, tuple(false))


def report_false(report: Report, keys: Keys, stretch: Stretch) -> None:
    """Step 4: count what was verified, and name each signature that is false."""
    report.signatures += stretch.signatures
    for index, key in stretch.false:
        report.found(
            4, "signature", "签名与所签内容不符。", "A signature does not verify.", index,
            key=key, person=keys[key].person if key in keys else None,
        )  # fmt: skip


_here: tuple[Reader, Keys]
"""What a process of the pool works with."""


def _begin(url: str, keys: Keys) -> None:
    global _here
    _here = Reader(open_engine(url), LEDGER), keys


def _verified_here(after: int, upto: int) -> Stretch:
    reader, keys = _here
    return verified(reader, keys, after, upto)
