"""Finding the key that a passkey is, before anybody is signed in.

A browser that is asked for any passkey of this site says which credential answered, and whose the passkey says it is,
but not the key's id, which an envelope names. Credential ids are long and random, and are given out to nobody who did
not sign in: so only who holds the passkey can ask, and learns no more than the hash of his own public key.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import StringConstraints, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from custody.acts.values import CredentialId, Frozen, Name
from custody.errors import NotFound
from custody.facts.kinds import Need
from custody.facts.parties import KeyFacts
from custody.ledger.ledger import Ledger
from custody.strict import malformed
from custody_api.bodies import parsed, read_statement_body
from custody_api.context import InContext

router = APIRouter(include_in_schema=False)


class _Asked(Frozen):
    person: Annotated[Name, StringConstraints(max_length=64)]
    credential: CredentialId


@router.post("/sign-in/passkey")
async def find_key(request: Request, context: InContext) -> JSONResponse:
    """The id of the live key that is somebody's passkey. Raises NotFound, whatever of it is not so."""
    context.sign_ins.take(request.client.host if request.client else "")
    try:
        asked = _Asked.model_validate(parsed(await read_statement_body(request)))
    except ValidationError as error:
        raise malformed("submission", error) from None
    key = await run_in_threadpool(key_of, context.ledger, asked.person, asked.credential)
    return JSONResponse({"key": key}, headers={"Cache-Control": "no-store"})


def key_of(ledger: Ledger, person: str, credential: str) -> str:
    """The id of the live key that a person's passkey is. Raises NotFound."""
    ledger.memory.catch_up()
    need = Need("person", person)
    known = ledger.memory.fold([need])[need]
    keys = ledger.memory.fold([Need("key", each) for each in known.keys]) if known else {}
    for each in keys.values():
        if isinstance(each, KeyFacts) and each.live and each.passkey and each.passkey.credential == credential:
            return each.key.key_id
    raise NotFound("not-found/passkey", "No live key of this person is that passkey.")
