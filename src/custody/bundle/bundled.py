"""What stands in a bundle, read as far as it can be read. What cannot be read says so, and is found by its step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from cryptography.x509 import Certificate
from pydantic import Field, ValidationError

from custody.acts import PAYLOAD_TYPE, act_from
from custody.acts.act import Act
from custody.acts.entry import LONGEST_ENTRY, Entry, Recorded, read_entry, recorded_at
from custody.acts.values import Frozen, Hex32, Origin
from custody.bundle import names
from custody.bundle.content import Kind, Subject
from custody.bundle.reading import Archive
from custody.bundle.report import Report
from custody.bundle.statement import SignedStatement
from custody.errors import CustodyError, Malformed
from custody.signing import LARGEST_ENVELOPE, Envelope, read_envelope
from custody.strict import malformed, read_json
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.note import Note, Verifier
from custody.tlog.policy import WitnessPolicy

LARGEST_TEXT: Final = 1 << 20
"""Checkpoints, proofs and policies: 1 MiB."""

LARGEST_LIST: Final = 64 << 20
"""The manifest, the disclosures: 64 MiB."""


class Listed(Frozen):
    """A file as the manifest lists it."""

    name: str
    sha256: Hex32
    size_bytes: Annotated[int, Field(ge=0, le=2**63)]


class _Subject(Frozen):
    kind: Kind
    id: Annotated[str, Field(min_length=1, max_length=100)]


class Manifest(Frozen):
    """The manifest of a bundle."""

    format: Literal["custody-bundle/1"]
    ledger: Origin
    subject: _Subject
    size: Annotated[int, Field(ge=1, le=2**53)]
    files: list[Listed]


@dataclass(slots=True)
class Bundled:
    """An act of a bundle: its entry, and its envelope and act where they are there and can be read.

    ``problem`` is the code of the finding on what cannot be read.
    """

    index: int
    folder: str
    data: bytes
    entry: Entry | None = None
    recorded_at: datetime | None = None
    envelope_sha256: str | None = None
    """Of the envelope that is there; None where there is none."""
    envelope: Envelope | None = None
    fields: Any = None
    act: Act | None = None
    problem: str | None = None

    @property
    def type(self) -> str | None:
        """The type of the act, as the entry says."""
        return self.entry.type if self.entry else None

    @property
    def name(self) -> str:
        """The file of its entry."""
        return names.entry_name(self.index, self.folder)

    @property
    def envelope_name(self) -> str:
        """The file of its envelope, as its entry names it."""
        return names.envelope_name(self.entry.envelope, self.folder) if self.entry else self.name

    @property
    def recorded(self) -> Recorded | None:
        """The act as facts are folded from it."""
        if self.entry is None or self.act is None or self.recorded_at is None:
            return None
        return Recorded(self.index, self.recorded_at, self.act, self.entry.defects, self.entry.policy)


@dataclass(frozen=True, slots=True)
class Given:
    """What whoever verifies has from elsewhere than the bundle: keys of the log, a policy that names witnesses, roots
    of time authorities, and the time."""

    log_keys: tuple[Verifier, ...] = ()
    policy: WitnessPolicy | None = None
    time_roots: tuple[Certificate, ...] = ()
    """What tokens of independent time have to lead to."""
    at: datetime | None = None
    """The time for which these are judged; without it they are not."""

    @property
    def logs(self) -> tuple[Verifier, ...]:
        """Every key of a log that is trusted; none: the bundle's own word has to do."""
        return (*self.log_keys, *(each.key for each in (self.policy.logs if self.policy else ())))


@dataclass(slots=True)
class Bundle:
    """A bundle on its way through the steps, and what they learned of it."""

    archive: Archive
    report: Report
    given: Given
    """What whoever verifies brought."""
    manifest: Manifest | None = None
    note: Note | None = None
    checkpoint: Checkpoint | None = None
    trusted: tuple[Verifier, ...] = ()
    """The keys under which the checkpoint, the proofs and the statement are checked."""
    acts: dict[int, Bundled] = field(default_factory=dict)
    """In the order of the log."""
    signed_statement: SignedStatement | None = None
    complete: set[str] = field(default_factory=set)
    """The names of which the bundle holds every act."""
    facts: dict[str, frozenset[int]] = field(default_factory=dict)
    """Of each further fact that the statement lists, where all its acts are; the bundle holds them."""

    @property
    def subject(self) -> Subject | None:
        """What the bundle says that it is about."""
        return Subject(self.manifest.subject.kind, self.manifest.subject.id) if self.manifest else None

    def own(self) -> Iterator[Bundled]:
        """The acts on the subject."""
        return (each for each in self.acts.values() if not each.folder)

    def text(self, name: str) -> bytes | None:
        """A small file; None if it is not there, or is too large to be one."""
        return self.archive.read(name, LARGEST_TEXT)


def read_manifest(archive: Archive) -> Manifest:
    """Read the manifest. Raises Malformed."""
    data = archive.read(names.MANIFEST, LARGEST_LIST)
    if data is None or next(iter(archive.members)) != names.MANIFEST:
        raise Malformed("malformed/manifest", "The bundle does not begin with its manifest.", field="")
    try:
        return Manifest.model_validate(read_json(data, "manifest"))
    except ValidationError as error:
        raise malformed("manifest", error) from None


def read_acts(archive: Archive) -> dict[int, Bundled]:
    """Every act whose entry is there, in the order of the log; of two entries of one index, that on the subject."""
    found: dict[int, Bundled] = {}
    for folder in ("", names.KEYS):
        for name in archive.under(f"{folder}entries/"):
            index = int(name.rpartition("/")[2].removesuffix(".json"))
            if index not in found:
                found[index] = _bundled(archive, index, folder, archive.read(name, LONGEST_ENTRY) or b"")
    return dict(sorted(found.items()))


def _bundled(archive: Archive, index: int, folder: str, data: bytes) -> Bundled:
    read = Bundled(index, folder, data, problem="entry")
    try:
        read.entry = read_entry(data)
        read.recorded_at = recorded_at(read.entry)
        lying = archive.members.get(read.envelope_name)
        read.problem = None
        if lying is not None:
            read.envelope_sha256, read.problem = lying.sha256, "act"
            read.envelope = read_envelope(archive.read(read.envelope_name, LARGEST_ENVELOPE) or b"")
            read.fields = read_json(read.envelope.payload, "act")
            if read.envelope.payload_type == PAYLOAD_TYPE:
                read.act, read.problem = act_from(read.fields), None
    except CustodyError:
        pass  # `problem` says at what it stopped
    return read
