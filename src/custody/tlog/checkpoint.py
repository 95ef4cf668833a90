"""Checkpoints (c2sp.org/tlog-checkpoint): a log's signed statement of its size and root.

The note's text is three lines: the log's origin, the tree size, the root in base64. Extension lines are
never written; where a note has them, they are passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from custody.errors import Malformed, Untrusted
from custody.tlog.encoding import from_base64, to_base64
from custody.tlog.merkle import EMPTY_ROOT, HASH_SIZE
from custody.tlog.note import Note, Signer, Verifier, sign_note

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """The head of a log: its origin, the number of leaves, the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The signed text."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a checkpoint. Raises Malformed."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() != "" or not all(lines):
            raise _malformed("text", "A checkpoint is three lines: origin, size, root.")
        origin, size, root = lines[:3]
        if not _DECIMAL.fullmatch(size):
            raise _malformed("size", "The tree size is a decimal number without leading zeros.")
        return cls(origin, int(size), _root(int(size), root))

    @classmethod
    def stated(cls, note: str | bytes) -> Checkpoint:
        """What a note states, whoever signed it: nothing is verified. Raises Malformed."""
        return cls.parse(Note.parse(note).text)

    def signed(self, signer: Signer) -> str:
        """This checkpoint as a note. Raises ValueError if the key bears another name than the origin."""
        if signer.name != self.origin:
            raise ValueError(f"the key of {signer.name} does not sign for {self.origin}")
        return sign_note(self.text, signer)


def open_checkpoint(note: str | bytes, *log: Verifier) -> Checkpoint:
    """The checkpoint in a note that a key of the log signed, and no key of it falsely. Raises Malformed or Untrusted.

    ``log``: the verifier keys that the log has, all under its name.
    """
    parsed = Note.parse(note)
    names = {each.name for each in parsed.verified(log)}
    checkpoint = Checkpoint.parse(parsed.text)
    if names != {checkpoint.origin}:
        raise Untrusted(
            "untrusted/checkpoint-origin",
            "The checkpoint is of another log than the key that signed it.",
            expected=min(names),
            got=checkpoint.origin,
        )
    return checkpoint


def _root(size: int, encoded: str) -> bytes:
    root = from_base64(encoded, "root")
    if len(root) != HASH_SIZE:
        raise _malformed("root", "The root is not 32 bytes long.")
    if size == 0 and root != EMPTY_ROOT:
        raise _malformed("root", "The root of the empty tree is the SHA-256 of nothing.")
    return root


def _malformed(field: str, sentence: str) -> Malformed:
    return Malformed("malformed/checkpoint", sentence, field=field)
