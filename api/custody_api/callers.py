"""Who calls: the session that a request bears, and the person or system behind it as the log has them now.

A session says only who signed in with which key. Everything else is read from the log at each request, so that a
revoked key, an ended capacity or somebody who left counts from the next request on.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated, Final, TypeGuard
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from custody.access.caller import Caller, caller_of
from custody.desk import sessions
from custody.desk.sessions import Session
from custody.desk.store import Desk
from custody.errors import NotSignedIn, Untrusted
from custody.facts.kinds import Need
from custody.facts.parties import KeyFacts, PersonFacts
from custody.ledger.ledger import Ledger
from custody.registers.reading import Registers
from custody.sign_in import VALID_FOR, message_of, read_statement, require_meant_for
from custody.signing import Signature, VerifyingKey
from custody_api.context import Context, InContext, caught_up
from custody_api.requests import asked

COOKIE: Final = "custody-session"
LASTS: Final = timedelta(hours=8)
"""One shift: who works on signs in again."""

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def sign_in(context: Context, statement: bytes, origin: str) -> tuple[str, Session]:
    """Begin a session for whoever signed a statement; returns its token. Raises Malformed or Untrusted."""
    ledger, desk = context.ledger, context.desk
    now = ledger.clock()
    stated, envelope = read_statement(statement)
    (signature,) = envelope.signatures
    key, person = _holder(ledger, signature.key_id)
    _require_signed(key.key, signature, message_of(envelope))
    require_meant_for(stated, origin, now)
    sessions.use_nonce(desk, signature.key_id, stated.nonce, now + 2 * VALID_FOR, now)
    return begin(desk, person.person, signature.key_id, ledger)


def begin(desk: Desk, person: str, key: str | None, ledger: Ledger) -> tuple[str, Session]:
    """Begin a session; returns its token, which is nowhere else."""
    now = ledger.clock()
    token, begun = secrets.token_urlsafe(32), Session(person, key, now + LASTS)
    sessions.begin(desk, token, begun, now)
    return token, begun


def caller(context: Context, token: str) -> Caller:
    """Whoever bears a token. Raises NotSignedIn if the session ended, or its person or key signs no more."""
    ledger = context.ledger
    found = sessions.find(context.desk, token, ledger.clock())
    if found is None:
        raise _not_signed_in()
    return known(ledger, found.person, found.key)


def known(ledger: Ledger, person_id: str, key_id: str | None) -> Caller:
    """The caller that a person is now, as the log has it. Raises NotSignedIn."""
    ledger.memory.catch_up()  # what another process recorded counts as well
    needs = [Need("person", person_id), *([Need("key", key_id)] if key_id else [])]
    facts = ledger.memory.fold(needs)
    person: PersonFacts | None = facts[needs[0]]
    if person is None or person.left or (key_id and not _live(facts[needs[1]])):
        raise _not_signed_in()
    agency = Need("agency", person.agency)
    return caller_of(person, ledger.memory.fold([agency])[agency], ledger.clock().date())


def token_of(request: Request) -> str | None:
    """The token that a request bears, in its Authorization header or its cookie.

    Raises NotSignedIn for a request that would change something, bears only the cookie, and comes from another page
    than this server's: a foreign page can make a browser send the cookie, but not say that it came from here.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    token = request.cookies.get(COOKIE, "")
    if token and request.method not in _SAFE and request.headers.get("origin") != origin_of(request):
        raise NotSignedIn("not-signed-in/foreign-page", "This request came from another page than this server's.")
    return token or None


def origin_of(request: Request) -> str:
    """The web origin that a request was sent to. Its Host header was checked before anything else."""
    url = urlsplit(str(request.base_url))
    return f"{url.scheme}://{url.netloc}".lower()


async def signed_in(request: Request, context: InContext) -> Caller:
    """Whoever calls. Raises NotSignedIn."""
    token = token_of(request)
    if token is None:
        raise _not_signed_in()
    found = await run_in_threadpool(caller, context, token)
    asked().person, asked().agency = found.person, found.agency
    return found


TheCaller = Annotated[Caller, Depends(signed_in)]
"""Whoever signed in. Without a session the answer is 401, whatever was asked for."""


async def writes_within_limit(request: Request, caller: TheCaller, context: InContext) -> None:
    """Count a request that may write. Raises TooMany."""
    if request.method not in _SAFE:
        context.writes.take(caller.person)


async def _seen(
    caller: TheCaller, context: InContext, registers: Annotated[Registers, Depends(caught_up)]
) -> Registers:
    return registers.seen_by(caller, context.ledger.clock())


TheRegisters = Annotated[Registers, Depends(_seen)]
"""The registers as the caller sees them, as far along as he asks."""


def _holder(ledger: Ledger, key_id: str) -> tuple[KeyFacts, PersonFacts]:
    """A live key and its person. Raises Untrusted."""
    ledger.memory.catch_up()
    need = Need("key", key_id)
    key: KeyFacts | None = ledger.memory.fold([need])[need]
    if not _live(key):
        raise _unknown_key()
    whose = Need("person", key.person)
    person: PersonFacts | None = ledger.memory.fold([whose])[whose]
    if person is None or person.left:
        raise _unknown_key()
    return key, person


def _require_signed(key: VerifyingKey, signature: Signature, message: bytes) -> None:
    """Raise Untrusted if a key did not sign. Only who has the key learns what was wrong with how it signed."""
    try:
        covered = key.covered(signature, message)
    except Untrusted:
        said = signature.webauthn
        if said is not None and key.signed(signature.value, said.signed):
            raise
        raise _unknown_key() from None
    if not key.signed(signature.value, covered):
        raise _unknown_key()


def _live(key: KeyFacts | None) -> TypeGuard[KeyFacts]:
    return key is not None and key.live


def _unknown_key() -> Untrusted:
    return Untrusted("untrusted/sign-in-key", "No live key of anybody signed this sign-in.")


def _not_signed_in() -> NotSignedIn:
    return NotSignedIn("not-signed-in/session", "Nobody is signed in, or the session ended: sign in again.")
