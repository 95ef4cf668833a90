"""Recorded acts: decoded, and as the exact bytes that were signed and hashed. What is sealed is opened by right."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from custody.access.rights import Sight
from custody.acts.entry import read_entry
from custody.acts.values import sealed_in
from custody.errors import NotFound
from custody.ledger.drafts import Row
from custody.ledger.ledger import Ledger
from custody.ledger.past import recorded_from
from custody.registers.reading import Registers
from custody.signing import read_envelope
from custody_api import documented
from custody_api.answers import encoded, one
from custody_api.callers import TheCaller, TheRegisters
from custody_api.context import InContext, TheLedger
from custody_api.disclosing import NOT_KEPT, Reason, opened, require_opens

router = APIRouter(prefix="/v1/acts/{act_id}", tags=["acts"])

_FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}


@router.get("", **documented.ACT)
def read_act(
    act_id: str, request: Request, ledger: TheLedger, caller: TheCaller, registers: TheRegisters, why: Reason = None
) -> Response:
    """An act with its entry's fields and its signers by id; ``act``, what was signed, if the whole of it is seen;
    with ``disclose``, ``disclosed``: what each sealed value of it says, null where that was erased."""
    row, sight = seen_act(ledger, registers, act_id)
    shown = decoded(row)
    if why is None:
        return one(request, shown if sight is Sight.WHOLE else {**shown, "act": None})
    require_opens(caller, sight)
    of = {"act": shown["id"], "position": row.position}
    values = opened(ledger, caller, why, "view/act", of, sealed_in(shown["act"]))
    return Response(encoded({**shown, "disclosed": values}), media_type="application/json", headers=NOT_KEPT)


@router.get("/proof", response_class=PlainTextResponse, **documented.PROOF)
def read_proof(
    act_id: str, context: InContext, registers: TheRegisters,
    witnessed: Annotated[
        bool, Query(description="Against the newest checkpoint that a quorum of witnesses cosigned, else 404.")
    ] = False,
) -> PlainTextResponse:  # fmt: skip
    """A tlog-proof of the act's entry against the newest checkpoint, with the cosignatures gathered for it."""
    ledger = context.ledger
    row, _ = seen_act(ledger, registers, act_id)
    index, size = row.position - 1, None
    if witnessed:
        found = context.witnesses.covering(index) if context.witnesses else None
        if found is None:
            raise NotFound("not-found/quorum", "No quorum of witnesses covers this act yet.", act=act_id)
        size = found.size
    return PlainTextResponse(ledger.proof(index, size), headers={"Cache-Control": "no-cache"})


@router.get("/entry", response_class=Response, **documented.ENTRY)
def read_exact_entry(act_id: str, ledger: TheLedger, registers: TheRegisters) -> Response:
    """The exact bytes of the act's entry: the leaf of the log."""
    return Response(seen_act(ledger, registers, act_id)[0].entry, media_type="application/json", headers=_FOR_EVER)


@router.get("/envelope", response_class=Response, **documented.ENVELOPE)
def read_exact_envelope(act_id: str, ledger: TheLedger, registers: TheRegisters) -> Response:
    """The exact bytes of the signed envelope, whose SHA-256 stands in the entry; for who sees the whole of the act."""
    row, sight = seen_act(ledger, registers, act_id)
    if sight is not Sight.WHOLE:
        raise _unknown(act_id)
    return Response(row.envelope, media_type="application/json", headers=_FOR_EVER)


def seen_act(ledger: Ledger, registers: Registers, act_id: str) -> tuple[Row, Sight]:
    """An act, and how much of it the caller sees. Raises NotFound if that is nothing."""
    row = _row(ledger, act_id)
    sight = registers.sight_of_act(recorded_from(row))
    if sight is Sight.NOTHING:
        raise _unknown(act_id)
    return row, sight


def _row(ledger: Ledger, act_id: str) -> Row:
    try:
        number = UUID(act_id)
    except ValueError:
        number = None
    if number is not None and str(number) == act_id:
        for row in ledger.recorder.rows_of([number.bytes]):
            return row
    raise _unknown(act_id)


def _unknown(act_id: str) -> NotFound:
    return NotFound("not-found/act", "The ledger has no act with this id.", act=act_id[:80])


def decoded(row: Row) -> dict[str, Any]:
    """An act as the API shows it: what its entry says, and, under ``act``, what was signed."""
    entry = read_entry(row.entry)
    act = json.loads(read_envelope(row.envelope).payload)
    path = f"/v1/acts/{entry.act}"
    return {
        "id": entry.act,
        "type": entry.type,
        "index": row.position - 1,
        "position": row.position,
        "recorded_at": entry.recorded_at,
        "policy": entry.policy,
        "defects": [each.model_dump(mode="json") for each in entry.defects],
        "previous": entry.previous,
        "envelope": {"sha256": hashlib.sha256(row.envelope).hexdigest(), "size_bytes": len(row.envelope)},
        "signers": act["signers"],
        "act": act,
        "links": {"proof": f"{path}/proof", "entry": f"{path}/entry", "envelope": f"{path}/envelope"},
    }
