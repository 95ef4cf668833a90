"""Who calls: what a request bears, and the person or system behind it as the log has them now.

A session says only who signed in with which key; an issuer's token and a machine's certificate, only whom somebody
vouches for. Everything else is read from the log at each request, so that a revoked key, an ended capacity or somebody
who left counts from the next request on.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
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
from custody.vouching.certificates import system_of
from custody.vouching.whom import Vouched, not_enrolled
from custody_api.context import Context, InContext, caught_up
from custody_api.requests import asked

COOKIE: Final = "custody-session"
PAGE_OF: Final = "custody-person"
"""The header in which a page says for whom it was drawn. Another tab may have signed in somebody else."""

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


@dataclass(frozen=True, slots=True)
class Borne:
    """What a request bears: the token of a session or of an issuer, or else the certificate that a proxy verified."""

    token: str | None = None
    certificate: str = ""


def caller(context: Context, borne: Borne) -> Caller:
    """Whoever bears it. Raises NotSignedIn if it is over, or its person or key signs no more; Unavailable."""
    ledger, now = context.ledger, context.ledger.clock()
    if borne.token is None:
        configured = context.operation.vouching.certificates
        if configured is None:
            raise _not_signed_in()
        return vouched(ledger, system_of(borne.certificate, configured, now))
    if context.issuers is not None and "." in borne.token:  # which no session's token has
        return vouched(ledger, context.issuers.bearer(borne.token, now))
    found = _session(context, borne.token)
    return known(ledger, found.person, found.key)


def key_of(context: Context, borne: Borne) -> str | None:
    """The key that whoever bears it signed in with; none where somebody else vouches for him. Raises NotSignedIn."""
    by_session = borne.token is not None and "." not in borne.token
    return _session(context, borne.token or "").key if by_session else None


def _session(context: Context, token: str) -> Session:
    found = sessions.find(context.desk, token, context.ledger.clock())
    if found is None:
        raise _not_signed_in()
    return found


def known(ledger: Ledger, person_id: str, key_id: str | None) -> Caller:
    """The caller that a person is now, as the log has it: by the key signed in with, else with any that is live.

    Raises NotSignedIn.
    """
    person = _person(ledger, person_id)
    if person is None:
        raise _not_signed_in()
    keys = ledger.memory.fold([Need("key", each) for each in ([key_id] if key_id else person.keys)])
    if not any(_live(each) for each in keys.values()):
        raise _not_signed_in()
    agency = Need("agency", person.agency)
    return caller_of(person, ledger.memory.fold([agency])[agency], ledger.clock().date())


def vouched(ledger: Ledger, whom: Vouched) -> Caller:
    """The caller that somebody vouches for: enrolled as that, in an agency of which the voucher may speak.

    Raises NotSignedIn.
    """
    person = _person(ledger, whom.id)
    if person is None or person.subject != whom.subject:
        raise not_enrolled()
    if whom.agencies is not None and person.agency not in whom.agencies:
        raise not_enrolled()
    try:
        return known(ledger, whom.id, None)
    except NotSignedIn:
        raise not_enrolled() from None


def borne_by(request: Request, context: Context) -> Borne | None:
    """What a request bears: its Authorization header, else the certificate of a machine, else a cookie.

    Raises NotSignedIn for a request that would change something, bears only what a browser sends by itself, and comes
    from another page than this server's: a foreign page can make a browser send that, but not say that it came from
    here.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return Borne(token.strip())
    here, page = origin_of(request), request.headers.get("origin")
    certificates = context.operation.vouching.certificates
    passed_on = ",".join(request.headers.getlist(certificates.header)) if certificates else ""
    if passed_on.strip(","):  # the proxy may send it empty; two are none, for one of them is somebody else's
        borne, page = Borne(certificate=passed_on), page or here  # machines name no page
    elif token := request.cookies.get(cookie_of(request), ""):
        borne = Borne(token)
    else:
        return None
    if request.method not in _SAFE and page != here:
        raise NotSignedIn("not-signed-in/foreign-page", "This request came from another page than this server's.")
    return borne


def cookie_of(request: Request) -> str:
    """The name of the session's cookie. Over https no other site of the same domain can set it (RFC 6265bis)."""
    return f"__Host-{COOKIE}" if request.url.scheme == "https" else COOKIE


def origin_of(request: Request) -> str:
    """The web origin that a request was sent to. Its Host header was checked before anything else."""
    url = urlsplit(str(request.base_url))
    return f"{url.scheme}://{url.netloc}".lower()


async def signed_in(request: Request, context: InContext) -> Caller:
    """Whoever calls. Raises NotSignedIn, also where the calling page belongs to somebody else."""
    borne = borne_by(request, context)
    if borne is None:
        raise _not_signed_in()
    found = await run_in_threadpool(caller, context, borne)
    if request.headers.get(PAGE_OF, found.person) != found.person:
        raise NotSignedIn("not-signed-in/somebody-else", "Somebody else signed in meanwhile, in this browser.")
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
    person = _person(ledger, key.person)
    if person is None:
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


def _person(ledger: Ledger, person_id: str) -> PersonFacts | None:
    """An enrolled person who has not left."""
    ledger.memory.catch_up()  # what another process recorded counts as well
    need = Need("person", person_id)
    person: PersonFacts | None = ledger.memory.fold([need])[need]
    return None if person is None or person.left else person


def _live(key: KeyFacts | None) -> TypeGuard[KeyFacts]:
    return key is not None and key.live


def _unknown_key() -> Untrusted:
    return Untrusted("untrusted/sign-in-key", "No live key of anybody signed this sign-in.")


def _not_signed_in() -> NotSignedIn:
    return NotSignedIn("not-signed-in/session", "Nobody is signed in, or the session ended: sign in again.")
