"""What a browser needs to verify one act by itself: the act, all that say who signed it, and a proof of each."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import JSONResponse

from custody.access.rights import Sight
from custody.bundle import names
from custody.ledger.bundle_content import NO_WITNESSES
from custody.ledger.bundle_scope import signing_of
from custody.ledger.drafts import Row
from custody.tlog.note import Verifier
from custody.tlog.policy import Log, WitnessPolicy
from custody.tlog.proof import TlogProof
from custody_api.routes.recorded import seen_act
from custody_api.station.pages import ThePage

router = APIRouter(include_in_schema=False)


@router.get("/acts/{act_id}/proving")
def read_proving(act_id: str, page: ThePage) -> JSONResponse:
    """``{"ledger","index","size","log_keys","files"}``: files by the names they would have in a bundle (docs/format.md
    section 7), in base64. Of an act of which only the thing is seen, its entry and proof alone. Raises NotFound."""
    ledger = page.context.ledger
    row, sight = seen_act(ledger, page.registers, act_id)
    whole = sight is Sight.WHOLE
    index = row.position - 1
    size, note = ledger.publication.covering(index)
    found = signing_of(ledger.recorder, index, size) if whole else {}
    rows = {at: each.row for at, each in found.items()} | {index: row}
    keys = sorted(ledger.log_keys())
    files = {
        names.CHECKPOINT: note.encode(),
        names.WITNESS_POLICY: _policy(keys, page.context.operation.witness_policy or NO_WITNESSES),
    }
    for at, path in ledger.recorder.inclusion_paths(rows, size).items():
        files |= _files(rows[at], TlogProof(at, tuple(path), note), "" if at == index else names.KEYS, whole)
    told = {
        "ledger": ledger.origin, "index": index, "size": size, "log_keys": keys,
        "files": {name: b64encode(data).decode() for name, data in files.items()},
    }  # fmt: skip
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


def _files(row: Row, proof: TlogProof, folder: str, whole: bool) -> Mapping[str, bytes]:
    """The entry of an act and its proof; its envelope, too, where the whole of it is seen."""
    index = row.position - 1
    found = {names.entry_name(index, folder): row.entry, names.proof_name(index, folder): str(proof).encode()}
    if whole:
        found[names.envelope_name(hashlib.sha256(row.envelope).hexdigest(), folder)] = row.envelope
    return found


def _policy(keys: list[str], witnesses: WitnessPolicy) -> bytes:
    """A tlog-policy file of the log's keys, and of its witnesses."""
    return str(replace(witnesses, logs=tuple(Log(Verifier.parse(each)) for each in keys))).encode()
