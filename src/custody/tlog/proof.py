"""A proof that travels alone (c2sp.org/tlog-proof@v1): an entry's index, its path, and a signed checkpoint.

With the entry's bytes and the log's verifier key, it shows that the entry stands in the log at that index.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from custody.errors import Malformed
from custody.tlog.checkpoint import Checkpoint, open_checkpoint
from custody.tlog.encoding import from_base64, to_base64
from custody.tlog.merkle import HASH_SIZE, leaf_hash, verify_inclusion
from custody.tlog.note import Verifier

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PATH = 63
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True)
class TlogProof:
    """``path`` runs from the leaf's sibling to the root's child; ``extra`` is carried but not authenticated."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def __str__(self) -> str:
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {to_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += (to_base64(value) for value in self.path)
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def parse(cls, text: str | bytes) -> TlogProof:
        """Read a tlog-proof; the checkpoint in it stays unopened until `verify`. Raises Malformed."""
        try:
            head, gap, checkpoint = (text.decode() if isinstance(text, bytes) else text).partition("\n\n")
        except UnicodeError as error:
            raise _malformed("proof", "The proof is not UTF-8.") from error
        lines = head.split("\n")
        if not gap or lines.pop(0) != HEADER:
            raise _malformed("proof", f"A proof begins with the line {HEADER} and ends with a checkpoint.")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = from_base64(lines.pop(0).removeprefix("extra "), "extra")
        index = _INDEX.fullmatch(lines.pop(0)) if lines else None
        if index is None:
            raise _malformed("index", "The leaf index is missing or not a decimal number.")
        if len(lines) > MAX_PATH:
            raise _malformed("path", "The path is longer than any tree is high.")
        return cls(int(index[1]), tuple(_hash(line) for line in lines), checkpoint, extra)

    def verify(self, entry: bytes, *log: Verifier) -> Checkpoint:
        """The checkpoint under which ``entry`` stands at ``index``. Raises Malformed or Untrusted."""
        checkpoint = open_checkpoint(self.checkpoint, *log)
        verify_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.path, checkpoint.root)
        return checkpoint


def _hash(line: str) -> bytes:
    value = from_base64(line, "path")
    if len(value) != HASH_SIZE:
        raise _malformed("path", "A hash in the path is not 32 bytes long.")
    return value


def _malformed(field: str, sentence: str) -> Malformed:
    return Malformed("malformed/tlog-proof", sentence, field=field)
