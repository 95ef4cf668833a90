"""The ledger that acts go to: in a database opened here, or behind a server's HTTP API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from custody.acts.values import encode
from custody.cli import sessions
from custody.cli.ledgers import reading, writing
from custody.cli.parser import WrongUse
from custody.cli.settings import Settings
from custody.cli.signed import SignedAct
from custody.cli.words import language
from custody.errors import (
    Conflict,
    CustodyError,
    Damaged,
    Malformed,
    NotFound,
    NotSignedIn,
    Refused,
    Stale,
    TooLarge,
    TooMany,
    Unavailable,
    Untrusted,
)  # fmt: skip
from custody.facts.kinds import Need
from custody.ledger.ledger import Ledger
from custody.ledger.opening import Disclosure
from custody.signing import PrivateKey
from custody.tlog.checkpoint import Checkpoint, open_checkpoint
from custody.tlog.note import Note, Verifier

_SECONDS = 60


class Connection(Protocol):
    """What a client needs of a ledger."""

    origin: str

    def seen(self) -> dict[str, Any]:
        """The newest checkpoint's size and root, as an act states them."""

    def live_keys(self, person: str) -> tuple[str, ...]:
        """The ids of the keys a person signs with; none if the person is unknown."""

    def recorded(self, act_id: str) -> str | None:
        """The type of a recorded act; None if there is none of this id."""

    def check(self, signed: SignedAct) -> list[dict[str, Any]]:
        """Say what would be decided: the defects. Raises what submitting would raise."""

    def submit(self, signed: SignedAct) -> tuple[dict[str, Any], bool]:
        """Submit; returns the receipt, and whether the act was recorded before."""


class LocalLedger:
    """A ledger in a database that this process opened."""

    def __init__(self, ledger: Ledger) -> None:
        self.origin = ledger.origin
        self._ledger = ledger

    def seen(self) -> dict[str, Any]:
        note = self._ledger.recorder.checkpoint()
        signed = {each.key_id for each in Note.parse(note).signatures}
        verifiers = [Verifier.parse(vkey) for vkey in self._ledger.log_keys()]
        ours = next((each for each in verifiers if each.key_id in signed), verifiers[0])
        head = open_checkpoint(note, ours)  # what people testify to is what the log signed, not what its head row says
        return {"size": head.size, "root": encode(head.root)}

    def live_keys(self, person: str) -> tuple[str, ...]:
        memory = self._ledger.memory
        memory.catch_up()
        known = memory.fold([Need("person", person)])[Need("person", person)]
        needs = [Need("key", key) for key in known.keys] if known else []
        return tuple(need.id for need, key in memory.fold(needs).items() if key and key.live)

    def recorded(self, act_id: str) -> str | None:
        known = self._ledger.memory.record(act_id)
        return known.act.act if known else None

    def check(self, signed: SignedAct) -> list[dict[str, Any]]:
        if signed.missing():
            decision = self._ledger.check_act(signed.act)
        else:
            decision = self._ledger.check(signed.envelope(), _disclosures(signed))
        return [defect.model_dump(mode="json") for defect in decision.defects]

    def submit(self, signed: SignedAct) -> tuple[dict[str, Any], bool]:
        receipt = self._ledger.submit(signed.envelope(), _disclosures(signed))
        return receipt.as_json(), receipt.duplicate


class RemoteLedger:
    """A ledger behind an HTTP API, read in the session that `custody sign-in` keeps, else in one of its own."""

    def __init__(self, server: str, verifier: Verifier | None, key: PrivateKey | None = None) -> None:
        """Take up a session; with a key, begin one where none is kept. Raises WrongUse, NotSignedIn, Untrusted."""
        self._server = _address(server)
        self._verifier = verifier
        self._token = sessions.kept(self._server)
        if self._token is None and key is not None:
            self._token = self.session(server, key)["token"]
        head = self._checkpoint()
        self.origin = head.origin
        self._position = head.size

    @classmethod
    def session(cls, server: str, key: PrivateKey) -> dict[str, Any]:
        """Sign in with a key: the session as the server answers it. Raises Untrusted, Unavailable."""
        made = cls.__new__(cls)
        made._server, made._token = _address(server), None
        return made._json("/v1/session", json.loads(sessions.statement_for(made._server, key)))

    def sign_out(self) -> None:
        """End the session."""
        self._request("/v1/session", method="DELETE")

    def seen(self) -> dict[str, Any]:
        head = self._checkpoint()
        return {"size": head.size, "root": encode(head.root)}

    def live_keys(self, person: str) -> tuple[str, ...]:
        try:
            known = self.read(f"/v1/people/{quote(person, safe='')}")
        except NotFound:
            return ()
        return tuple(key["key"] for key in known.get("keys", ()) if key.get("live"))

    def read(self, path: str) -> dict[str, Any]:
        """Read a resource, as of the checkpoint seen here or later. Raises NotFound, Unavailable."""
        return self._json(f"{path}?at_least={self._position}")

    def recorded(self, act_id: str) -> str | None:
        try:
            return str(self._json(f"/v1/acts/{quote(act_id, safe='')}")["type"])
        except NotFound:
            return None

    def check(self, signed: SignedAct) -> list[dict[str, Any]]:
        unsigned = {"act": json.loads(signed.payload)}
        answer = self._json("/v1/acts/check", unsigned if signed.missing() else signed.as_json())
        if answer.get("problem"):
            raise error_from(answer["problem"], self._server)
        return list(answer["defects"])

    def submit(self, signed: SignedAct) -> tuple[dict[str, Any], bool]:
        signed.envelope()
        status, data = self._request("/v1/acts", signed.as_json())
        receipt = json.loads(data)
        self._position = max(self._position, receipt["position"])
        return receipt, status == 200

    def put_part(self, sha256: str, size: int, first: int | None = None, data: bytes = b"") -> int | None:
        """Put the bytes of a file from an offset on, or ask how many have arrived; None: the file is kept."""
        span = "*" if first is None else f"{first}-{first + len(data) - 1}"
        about = {"Content-Type": "application/octet-stream"}
        if size:
            about["Content-Range"] = f"bytes {span}/{size}"
        status, said = self._request(f"/v1/attachments/{sha256}", data, "PUT", about)
        if status == 201:
            return None
        received = json.loads(said)["received"]
        if first is not None and not first < received < size:
            raise self._unavailable("no progress")
        return int(received)

    def _checkpoint(self) -> Checkpoint:
        note = self._request("/log/checkpoint")[1]
        if self._verifier is not None:
            return open_checkpoint(note, self._verifier)
        return Checkpoint.parse(Note.parse(note).text)

    def _json(self, path: str, body: Any = None) -> dict[str, Any]:
        try:
            return dict(json.loads(self._request(path, body)[1]))
        except (ValueError, TypeError):
            raise self._unavailable("no JSON") from None

    def _request(
        self, path: str, body: Any = None, method: str | None = None, about: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Accept": "*/*", "Accept-Language": language(), **(about or {})}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        request = Request(self._server + path, data, headers, method=method)  # noqa: S310 - http or https
        try:
            with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
                return answer.status, answer.read()
        except HTTPError as error:
            raise error_from(_problem(error), self._server) from None
        except (URLError, TimeoutError, ConnectionError) as error:
            raise self._unavailable(str(error)) from None

    def _unavailable(self, cause: str) -> Unavailable:
        return Unavailable(
            "unavailable/server", f"The server {self._server} does not answer as it should.",
            server=self._server, cause=cause,
        )  # fmt: skip


def _address(server: str) -> str:
    if not server.startswith(("http://", "https://")):
        raise WrongUse("use/server", "A server is named by its http or https address.")
    return server.rstrip("/")


_KINDS: dict[str, type[CustodyError]] = {
    "malformed": Malformed, "untrusted": Untrusted, "refused": Refused, "stale": Stale, "awaits": Stale,
    "conflict": Conflict, "not-signed-in": NotSignedIn, "not-found": NotFound, "damaged": Damaged,
    "too-large": TooLarge, "too-many": TooMany,
}  # fmt: skip


def _problem(error: HTTPError) -> dict[str, Any]:
    try:
        return dict(json.loads(error.read()))
    except (ValueError, TypeError):
        return {"status": error.code}


def error_from(body: Mapping[str, Any], server: str) -> CustodyError:
    """Read a server's problem details back as the error they tell of."""
    code = str(body.get("code") or "")
    if not code:
        return Unavailable("unavailable/server", f"The server {server} answered {body.get('status')}.", server=server)
    said = str(body.get("detail") or body.get("title") or code)
    fields = {name: value for name, value in body.items() if name not in ("type", "status", "title", "detail", "code")}
    if instead := fields.pop("instead", None):
        fields[f"instead_{language()}"] = instead
    return _KINDS.get(code.split("/")[0], Unavailable)(code, said, **{**fields, "zh": said})


@contextmanager
def connected(settings: Settings, *, write: bool, keys: Iterable[PrivateKey] = ()) -> Iterator[Connection]:
    """The ledger that the settings name; at a server, signed in with the first key. Raises WrongUse unless they name
    exactly one."""
    if settings.server:
        yield at_server(settings, next(iter(keys), None))
    elif settings.database is None:
        raise WrongUse("use/no-ledger", "Name the ledger: --database or --server.")
    else:
        with writing(settings) if write else reading(settings) as ledger:
            yield LocalLedger(ledger)


def at_server(settings: Settings, key: PrivateKey | None = None) -> RemoteLedger:
    """The ledger behind the server that the settings name. Raises WrongUse if they name a database, too."""
    if settings.database:
        raise WrongUse("use/one-ledger", "Both a database and a server are set: choose one with an option.")
    verifier = Verifier.parse(settings.log_verifier) if settings.log_verifier else None
    return RemoteLedger(settings.server or "", verifier, key)


def _disclosures(signed: SignedAct) -> tuple[Disclosure, ...]:
    return tuple(Disclosure(each.salt, each.value) for each in signed.disclosures)
