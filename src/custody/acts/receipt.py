"""Receipts: where an act stands in the log, and the proof of it (docs/format.md section 6)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from custody.acts.entry import Defect, instant


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a submitter gets: where the act stands in the log, its entry, and the proof (docs/format.md section 6)."""

    act: str
    index: int
    recorded_at: datetime
    defects: tuple[Defect, ...]
    entry: bytes
    proof: str
    duplicate: bool = False

    @property
    def position(self) -> int:
        """The leaf index plus one."""
        return self.index + 1

    def as_json(self) -> dict[str, Any]:
        """The receipt as it is sent."""
        return {
            "act": self.act,
            "index": self.index,
            "position": self.position,
            "recorded_at": instant(self.recorded_at),
            "defects": [defect.model_dump(mode="json") for defect in self.defects],
            "entry": base64.b64encode(self.entry).decode(),
            "proof": self.proof,
        }
