"""What the QR code of a paper says of the log: ``CL1 <origin> <size> <root> <index>`` (docs/format.md section 6).

Nobody signed it by itself: it is what the paper's readers were shown, to be held against what they are shown later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from custody.acts.values import decode, encode
from custody.errors import CustodyError, Malformed
from custody.tlog.checkpoint import Checkpoint

_CLAIM: Final = re.compile(r"CL1 (\S{1,255}) (0|[1-9][0-9]{0,18}) ([A-Za-z0-9_-]{43}) (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Claim:
    """A head of a log, and the leaf index of the act that the paper tells of."""

    checkpoint: Checkpoint
    index: int

    def __str__(self) -> str:
        head = self.checkpoint
        return f"CL1 {head.origin} {head.size} {encode(head.root)} {self.index}"

    @classmethod
    def parse(cls, text: str) -> Claim:
        """Read a claim. Raises Malformed."""
        found = _CLAIM.fullmatch(text.strip())
        if found is None or int(found[4]) >= int(found[2]) or encode(decode(found[3])) != found[3]:
            raise _malformed()
        try:
            stated = Checkpoint(found[1], int(found[2]), decode(found[3]))
            return cls(Checkpoint.parse(stated.text), int(found[4]))
        except CustodyError as error:
            raise _malformed() from error


def _malformed() -> Malformed:
    return Malformed(
        "malformed/claim", "A claim is CL1, an origin, a size, a root in base64url, and an index below the size.",
        field="claim",
    )  # fmt: skip
