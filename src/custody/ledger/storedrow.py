"""A stored row, read once for every step that looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from custody.acts import act_from
from custody.acts.entry import Entry, Recorded, read_entry, recorded_at
from custody.errors import CustodyError
from custody.ledger.drafts import Row
from custody.ledger.findings import Report
from custody.signing import Envelope, read_envelope
from custody.strict import read_json


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored row: its bytes, its entry and envelope, and the act in it."""

    row: Row
    tags: list[str]
    entry: Entry
    envelope: Envelope
    fields: Any
    recorded: Recorded

    @property
    def id(self) -> bytes:
        """The act's id as 16 bytes."""
        return bytes.fromhex(self.recorded.act.id.replace("-", ""))

    @property
    def index(self) -> int:
        """Its leaf index."""
        return self.recorded.index

    @classmethod
    def read(cls, row: Row, tags: list[str], report: Report) -> Stored | None:
        """Read a row; what cannot be read is a finding, and None."""
        index = row.position - 1
        try:
            entry = read_entry(row.entry)
            envelope = read_envelope(row.envelope)
            fields = read_json(envelope.payload, "act")
            recorded = Recorded(index, recorded_at(entry), act_from(fields), entry.defects)
        except CustodyError as error:
            report.found(2, "unreadable", "记录无法读取。", "A record cannot be read.", index, reason=error.sentence)
            return None
        return cls(row, tags, entry, envelope, fields, recorded)
