"""What a log and a witness say to each other (c2sp.org/tlog-witness): a checkpoint, and that it continues the last.

The request is ``old <size>``, a line of base64 for each hash of the consistency proof, an empty line, the note:

1. The log is one the witness knows, else 404; the note bears its signature, and no false one, else 403.
2. The old size is not above the new one, else 400; it is the size last cosigned, else 409 with that size.
3. A checkpoint of the same size has the same root, else 409. Any other is joined to the last by the proof, else 422.

Whoever passes is recorded, and only then cosigned and answered; `judge` says who does, and touches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Final

from custody.errors import CustodyError, Malformed, TooLarge, Untrusted
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.encoding import from_base64, to_base64
from custody.tlog.merkle import verify_consistency
from custody.tlog.note import Note, Verifier

MAX_PATH: Final = 63
LONGEST: Final = 1 << 16
"""Bytes of a request: 63 hashes, and a note with a dozen ML-DSA-44 signatures."""

SIZE_TYPE: Final = "text/x.tlog.size"
"""The media type of a 409 that tells the size last cosigned."""

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})")


class Refusal(Enum):
    """Why a checkpoint is not cosigned: the status of the answer, and a sentence."""

    MALFORMED = 400, "The request is malformed."
    SHRUNK = 400, "The old size is above the checkpoint's."
    UNSIGNED = 403, "The checkpoint bears no valid signature of its log."
    UNKNOWN_LOG = 404, "This witness does not know the log."
    OTHER_SIZE = 409, "The old size is not the one last cosigned."
    OTHER_ROOT = 409, "A checkpoint of this size with another root was cosigned."
    NOT_CONSISTENT = 422, "The proof does not join the checkpoint to the one last cosigned."

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]

    @property
    def contradicts(self) -> bool:
        """Whether the log may have signed two histories: what it sent is kept."""
        return self in (Refusal.OTHER_ROOT, Refusal.NOT_CONSISTENT)


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request: the size last cosigned, the proof from there, and the new checkpoint as a note."""

    old: int
    path: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        return "\n".join([f"old {self.old}", *map(to_base64, self.path)]) + f"\n\n{self.note}"

    @classmethod
    def parse(cls, body: bytes) -> AddCheckpoint:
        """Read a request. Raises Malformed, TooLarge."""
        if len(body) > LONGEST:
            raise TooLarge(
                "malformed/add-checkpoint", "The request is too large.", field="body", limit=LONGEST, got=len(body)
            )
        head, gap, note = body.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeError as error:
            raise _malformed("old") from error
        old = _OLD.fullmatch(lines[0])
        if not gap or old is None or len(lines) - 1 > MAX_PATH:
            raise _malformed("old" if old is None else "proof")
        return cls(int(old[1]), tuple(from_base64(line, "proof") for line in lines[1:]), Note.parse(note))


def judge(
    request: AddCheckpoint, keys: Sequence[Verifier], latest: Checkpoint | None
) -> Checkpoint | Refusal:
    """What a witness does with a request: the checkpoint that it cosigns, or why it does not.

    ``keys`` are those it knows of the log, ``latest`` the checkpoint of that log that it cosigned last.
    """
    try:
        checkpoint = Checkpoint.parse(request.note.text)
    except Malformed:
        return Refusal.MALFORMED
    keys = [key for key in keys if key.name == checkpoint.origin]
    if not keys:
        return Refusal.UNKNOWN_LOG
    try:
        request.note.verified(keys)
    except Untrusted:
        return Refusal.UNSIGNED
    if request.old > checkpoint.size:
        return Refusal.SHRUNK
    if request.old != (latest.size if latest else 0):
        return Refusal.OTHER_SIZE
    return _continued(request, checkpoint, latest)


def _continued(request: AddCheckpoint, checkpoint: Checkpoint, latest: Checkpoint | None) -> Checkpoint | Refusal:
    if latest is not None and checkpoint.size == latest.size and checkpoint.root != latest.root:
        return Refusal.OTHER_ROOT
    if latest is None or latest.size == 0:
        return Refusal.NOT_CONSISTENT if request.path else checkpoint
    try:
        verify_consistency(latest.size, checkpoint.size, latest.root, checkpoint.root, request.path)
    except CustodyError:
        return Refusal.NOT_CONSISTENT
    return checkpoint


def monitoring_path(origin: str) -> str:
    """Where a witness shows the last checkpoint of a log that it cosigned, below its monitoring prefix."""
    return f"{sha256(origin.encode()).hexdigest()}/checkpoint"


def _malformed(field: str) -> Malformed:
    return Malformed(
        "malformed/add-checkpoint", "A request is old and a size, up to 63 hashes, an empty line, and a checkpoint.",
        field=field,
    )  # fmt: skip
