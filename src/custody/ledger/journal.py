"""The journal: who tried what, who looked at what. A second log of the same kind, for what happened around the acts.

A refusal keeps the signed bytes and the rule, once the signatures verified. A view says who saw which sealed values,
on what and why; an export, who took which list or history out, and why; a token, which link of a citizen's paper was
issued or revoked. Source: docs/format.md section 5.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from eventsourcing.dcb.api import DCBAppendCondition, DCBQuery, DCBQueryItem

from custody.acts.entry import instant
from custody.errors import CustodyError
from custody.ledger.drafts import Draft, Row
from custody.ledger.opening import Opened
from custody.ledger.recorder import Recorder
from custody.strict import read_json

Kind = Literal["refusal", "view", "export", "token"]


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal: when, what kind, by whom, which code, the envelope refused, and the details."""

    position: int
    recorded_at: str
    kind: Kind
    by: str
    code: str
    detail: dict[str, Any]
    envelope: bytes | None


class Journal:
    """Writes and reads the journal of a ledger."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def refusal(self, opened: Opened, error: CustodyError, request: str | None = None) -> int:
        """Record that an act was refused, or tried to pass off a head that this ledger never had.

        ``request`` is the id of the request that brought it, where there is one.
        """
        act = opened.act
        detail = {
            "act": act.id, "type": act.act, "items": list(act.own_items), "code": error.code,
            "rule": error.fields.get("rule"), "sentence": error.sentence, "facts": error.fields.get("facts"),
            "signers": [{"part": each.part, "person": each.person} for each in act.signers],
        }  # fmt: skip
        if request is not None:
            detail["request"] = request
        return self._append("refusal", act.signers[0].person, error.code, detail, opened.data)

    def view(self, by: str, why: str, of: Mapping[str, object], values: Iterable[str], code: str = "view/paper") -> int:
        """Record that somebody was shown sealed values: by whom and why, of what, and which commitments were opened.

        Whoever shows them records it first: what cannot be journaled is not shown. Raises Unavailable.
        """
        seen = sorted(set(values))
        return self._append("view", by, code, {**of, "why": why, "values": seen}, None)

    def export(
        self, by: str, why: str, of: Mapping[str, object], code: str, *, unless: Sequence[str] = ()
    ) -> int:
        """Record that somebody took a list or a history out as a file: who, why, what he asked for.

        Whoever gives it out records it first. With ``unless``, only if no line bears any of these tags: of several that
        ask so at once, in whatever process, one is first. Raises ConditionFailed, Unavailable.
        """
        condition = DCBAppendCondition(DCBQuery([DCBQueryItem(tags=[tag]) for tag in unless])) if unless else None
        return self._append("export", by, code, {**of, "why": why}, None, condition)

    def token(self, code: str, by: str, act: str, tokens: Sequence[str], why: str) -> int:
        """Record that links to the receipt of an act were issued or revoked; of a token, its hash."""
        return self._append("token", by, code, {"act": act, "tokens": list(tokens), "why": why}, None)

    def _append(
        self, kind: Kind, by: str, code: str, detail: dict[str, Any], envelope: bytes | None,
        condition: DCBAppendCondition | None = None,
    ) -> int:  # fmt: skip
        stated = json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

        def complete(index: int, recorded_at: datetime, previous: dict[str, int]) -> bytes:
            body = {
                "recorded_at": instant(recorded_at), "kind": kind, "by": by,
                "envelope": hashlib.sha256(envelope).hexdigest() if envelope else None,
                "code": code, "detail": hashlib.sha256(stated).hexdigest(),
            }  # fmt: skip
            return json.dumps(body, separators=(",", ":")).encode()

        line = uuid4()
        data = json.dumps({
            "id": line.hex, "detail": stated.decode(),
            "envelope": base64.b64encode(envelope).decode() if envelope else None,
        }).encode()  # fmt: skip
        tags = tags_of_line(kind, by, detail)
        digest = hashlib.sha256(data).digest()
        draft = Draft(kind, data, tags, id=line.bytes, digest=digest, complete=complete, condition=condition)
        return self.recorder.submit(draft).position

    def read(self, after: int = 0, limit: int = 100) -> Iterator[JournalEntry]:
        """Lines after a position, oldest first."""
        yield from (_line(row) for row in self.recorder.rows(after, limit))

    def under(self, tag: str, last: int | None = None) -> list[JournalEntry]:
        """The lines that bear a tag, oldest first; or only so many of the last."""
        positions = self.positions([tag])[-last if last else 0 :]
        return [_line(row) for row in self.recorder.rows_at(positions)] if positions else []

    def positions(self, tags: Sequence[str]) -> list[int]:
        """The positions of the lines that bear any of some tags, in order."""
        borne, _ = self.recorder.borne([DCBQueryItem(tags=[tag]) for tag in tags])
        return sorted({position for found in borne.values() for position in found})


def tags_of_line(kind: str, by: str, detail: Mapping[str, Any]) -> list[str]:
    """The tags that a line is found under: whom and what it concerns, each once, as its details say."""
    if kind == "refusal":
        tags = [f"act:{detail['act']}", *(f"item:{item}" for item in detail["items"])]
        tags += [f"person:{each['person']}" for each in detail["signers"]]
    elif kind == "view":
        subjects = ("act", "item", "case", "person")
        tags = [f"person:{by}", *(f"{each}:{detail[each]}" for each in subjects if detail.get(each))]
    elif kind == "token":
        tags = [f"act:{detail['act']}", f"person:{by}", *(f"token:{each}" for each in detail["tokens"])]
    else:
        tags = [f"person:{by}", *(f"label:{each}" for each in detail.get("labels", ()))]
    return list(dict.fromkeys(tags))  # a refused list may name an item twice


def _line(row: Row) -> JournalEntry:
    entry, data = read_json(row.entry, "journal-entry"), read_json(row.envelope, "journal-detail")
    envelope = base64.b64decode(data["envelope"]) if data["envelope"] else None
    detail = read_json(data["detail"].encode(), "journal-detail")
    return JournalEntry(
        row.position, entry["recorded_at"], entry["kind"], entry["by"], entry["code"], detail, envelope
    )  # fmt: skip
