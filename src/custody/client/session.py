"""A client of one ledger behind a server: signs in by key, submits, reads, follows, and verifies before it believes."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeVar
from urllib.parse import quote, urlencode

from custody.acts.entry import read_entry, recorded_at
from custody.acts.receipt import Receipt
from custody.acts.values import encode
from custody.authoring import Disclosed
from custody.client.believing import KnownLog
from custody.client.feed import Step, steps_in_stream, steps_on_page
from custody.client.wire import ATTEMPTS, Body, Language, Wire, error_from
from custody.errors import CustodyError, Malformed, NotFound, NotSignedIn, TooMany, Unavailable, Untrusted
from custody.sign_in import origin_of, signed_statement
from custody.signed import SignedAct
from custody.signing import PrivateKey, read_envelope, write_envelope
from custody.strict import read_json
from custody.tlog.note import Verifier

T = TypeVar("T")

MOST_TOGETHER: Final = 1_000
"""Acts that go in one request; a server takes ten times as many."""


class Client:
    """One user's view of a ledger behind a server. Not for several threads at once."""

    def __init__(
        self, server: str, verifiers: Sequence[Verifier] = (), *, key: PrivateKey | None = None,
        token: str | None = None, checkpoint: str | None = None, language: Language = "en",
        sleep: Callable[[float], None] = time.sleep, clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        """``verifiers``: the log's keys, from elsewhere than this server; without them its own word counts.

        ``key`` signs in when it is needed, and again when the session is over; ``token`` is of a session begun before;
        ``checkpoint`` is the newest one that was seen before. Raises ValueError for what is no http address.
        """
        self._wire = Wire(server, language, sleep)
        self._wire.token = token
        self._key = key
        self._clock = clock
        self._log = KnownLog(verifiers, lambda path: self._ask(f"/log/{path}")[1], checkpoint)
        self._origin: str | None = None
        self._position = 0

    # -- the session

    def sign_in(self) -> dict[str, Any]:
        """Begin a session with the key: who that is, and until when. Raises NotSignedIn without a key, Untrusted."""
        key = self._key
        if key is None:
            raise NotSignedIn("not-signed-in/session", "Nobody is signed in, or the session ended: sign in again.")

        def statement() -> bytes:
            return signed_statement(
                origin_of(self._wire.server), encode(secrets.token_bytes(32)), self._clock(), key
            )

        begun = self._parsed(self._wire.ask("/v1/session", statement)[1])
        self._wire.token = str(begun["token"])
        return begun

    def sign_out(self) -> None:
        """End the session."""
        self._wire.ask("/v1/session", method="DELETE")
        self._wire.token = None

    # -- submitting

    def submit(self, envelope: bytes, disclosures: Sequence[Disclosed] = ()) -> Receipt:
        """Submit a signed act; returns its receipt once that is verified. Raises what the ledger raises, and Untrusted.

        After Unavailable nobody knows whether it was recorded: submitting the same again gets the one receipt.
        """
        envelope = _compact(envelope)
        status, said = self._ask("/v1/acts", _submission(envelope, disclosures))
        return replace(self._believed(self._parsed(said), envelope), duplicate=status == 200)

    def submit_many(self, acts: Sequence[tuple[bytes, Sequence[Disclosed]]]) -> Iterator[Receipt | CustodyError]:
        """Submit envelopes with their disclosures, in order; for each its verified receipt, or why it has none.

        Receipts do not say whether the act was recorded before.
        """
        for start in range(0, len(acts), MOST_TOGETHER):
            some = [(_compact(envelope), disclosures) for envelope, disclosures in acts[start : start + MOST_TOGETHER]]
            body = b"\n".join(_submission(*each) for each in some)
            lines = self._ask("/v1/acts/batch", body, about={"Content-Type": "application/jsonl"})[1].splitlines()
            if len(lines) != len(some):
                raise self._wire.unavailable("another number of answers than of acts", retry_after=0)
            for line, (envelope, _) in zip(lines, some, strict=True):
                answer = self._parsed(line)
                problem = "code" in answer and "proof" not in answer
                yield self._problem(answer) if problem else self._believed(answer, envelope)

    def check(self, signed: SignedAct, presented: Sequence[str] = ()) -> list[dict[str, Any]]:
        """What would be decided: the defects. Raises what submitting would raise.

        ``presented`` are the label codes of items that lie before whoever asks: of an act that is not signed by all,
        their server knows of no others than those that he may see.
        """
        unsigned = {"act": json.loads(signed.payload), "presented": list(presented)}
        answer = self._json("/v1/acts/check", unsigned if signed.missing() else signed.as_json())
        if answer.get("problem"):
            raise self._problem(answer["problem"])
        return list(answer["defects"])

    def proof(self, act_id: str) -> Receipt:
        """The receipt of a recorded act with a fresh proof, verified. Raises NotFound, Malformed, Untrusted."""
        path = f"/v1/acts/{quote(act_id, safe='')}"
        entry = self._ask(f"{path}/entry{self._since()}")[1]
        proof = self._ask(f"{path}/proof{self._since()}")[1].decode("utf-8", "replace")
        return self._received(entry, proof, act_id)

    # -- reading

    @property
    def origin(self) -> str:
        """The log's origin."""
        if self._origin is None:
            self.seen()
        return str(self._origin)

    @property
    def checkpoint(self) -> str | None:
        """The newest checkpoint that was seen, as a note: for the caller to keep, and give to the next client."""
        return self._log.newest

    def seen(self) -> dict[str, Any]:
        """The newest checkpoint's size and root, as an act states them. Raises Malformed, Untrusted."""
        head = self._log.open(self._ask("/v1/head")[1].decode("utf-8", "replace"))
        self._origin = head.origin
        self._reached(head.size)
        return {"size": head.size, "root": encode(head.root)}

    def live_keys(self, person: str) -> dict[str, str]:
        """The ids of the keys a person signs with, and the kind of each; none if the person is unknown."""
        try:
            known = self.read(f"/v1/people/{quote(person, safe='')}")
        except NotFound:
            return {}
        return {key["key"]: key["kind"] for key in known.get("keys", ()) if key.get("live")}

    def recorded(self, act_id: str) -> str | None:
        """The type of a recorded act; None if there is none of this id to see."""
        try:
            return str(self.read(f"/v1/acts/{quote(act_id, safe='')}")["type"])
        except NotFound:
            return None

    def read(self, path: str, **query: Any) -> dict[str, Any]:
        """Read a resource, as of what this client recorded or saw, or later. Raises NotFound, Unavailable."""
        return self._json(quote(path, safe="/%") + self._since(**query))

    def send(self, path: str, body: Any = None, *, method: str = "POST") -> dict[str, Any]:
        """Ask for something to be done, as JSON; it may be sent again where the answer was lost. Raises what the
        server's problem tells of."""
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        said = self._ask(quote(path, safe="/%"), data, method=method)[1]
        return self._parsed(said) if said else {}

    def members(self, path: str, name: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every member of a list that is answered page by page, as ``{name: […], "next": …}``."""
        after: dict[str, Any] = {}
        while after.get("after", "") is not None:
            page = self.read(path, **query, **after)
            yield from page[name]
            after = {"after": page.get("next")}

    # -- following

    def feed(self, after: int = 0) -> Iterator[Step]:
        """The feed after a position, to its present end. What is kept of each step is the caller's affair."""
        more = True
        while more:
            steps, more = steps_on_page(self._json(f"/v1/feed{self._since(after=after, limit=500)}"), after)
            yield from steps
            after = steps[-1].position if steps else after

    def follow(self, after: int = 0) -> Iterator[Step]:
        """The feed after a position, without end, as it grows; what is cut off goes on where it stopped.

        Raises Unavailable when nothing comes of several attempts in a row: follow again from the last position.
        """
        attempt = 0
        while True:
            error: CustodyError | None = None
            try:
                with ExitStack() as stack:
                    for step in steps_in_stream(self._streamed(after, stack)):
                        if step.position > after:
                            attempt, after = 0, step.position
                            yield step
            except (Unavailable, TooMany) as lost:
                error = lost
            if error is not None and attempt == ATTEMPTS - 1:
                raise error
            self._wire.wait(attempt, error)
            attempt = min(attempt + 1, ATTEMPTS - 1)

    # -- files

    def put_part(self, sha256: str, size: int, first: int | None = None, data: bytes = b"") -> int | None:
        """Put the bytes of a file from an offset on, or ask how many have arrived; None: the file is kept."""
        span = "*" if first is None else f"{first}-{first + len(data) - 1}"
        about = {"Content-Type": "application/octet-stream"}
        if size:
            about["Content-Range"] = f"bytes {span}/{size}"
        status, said = self._ask(f"/v1/attachments/{sha256}", data, method="PUT", about=about, repeat=False)
        if status == 201:
            return None
        received = self._parsed(said)["received"]
        if first is not None and not first < received < size:
            raise self._wire.unavailable("no progress")
        return int(received)

    @contextmanager
    def bundle(
        self, kind: Literal["item", "case"], name: str, why: str, *, disclose: Sequence[str] = (),
        attachments: bool = False, report: bool = True,
    ) -> Iterator[Iterator[bytes]]:  # fmt: skip
        """The bundle of an item or a case, piece by piece; ``disclose``: ``all``, or commitments of sealed values."""
        query = urlencode(
            {"why": why, "disclose": list(disclose), "attachments": attachments, "report": report}, doseq=True
        )
        path = f"/v1/{kind}s/{quote(name, safe='')}/bundle?{query}"
        with ExitStack() as stack:
            yield self._signed_in(lambda: stack.enter_context(self._wire.pieces(path)))

    # -- how

    def _ask(self, path: str, body: Body | None = None, **how: Any) -> tuple[int, bytes]:
        return self._signed_in(lambda: self._wire.ask(path, body, **how))

    def _streamed(self, after: int, stack: ExitStack) -> Iterator[bytes]:
        about = {"Last-Event-ID": str(after)}
        return self._signed_in(lambda: stack.enter_context(self._wire.lines("/v1/feed/stream", about)))

    def _signed_in(self, asked: Callable[[], T]) -> T:
        """Ask in a session: the one there is, else a new one."""
        if self._wire.token is None and self._key is not None:
            self.sign_in()
        try:
            return asked()
        except NotSignedIn:
            if self._key is None:
                raise
        self.sign_in()
        return asked()

    def _json(self, path: str, body: Any = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        return self._parsed(self._ask(path, data)[1])

    def _parsed(self, data: bytes) -> dict[str, Any]:
        try:
            return dict(json.loads(data))
        except (ValueError, TypeError):
            raise self._wire.unavailable("no JSON") from None

    def _problem(self, body: Mapping[str, Any]) -> CustodyError:
        return error_from(body, self._wire.server, self._wire.language)

    def _since(self, **query: Any) -> str:
        asked = {"at_least": self._position or None, **query}
        given = {name: value for name, value in asked.items() if value is not None}
        return f"?{urlencode(given)}" if given else ""

    def _reached(self, position: int) -> None:
        self._position = max(self._position, position)

    # -- believing

    def _believed(self, answer: Mapping[str, Any], envelope: bytes) -> Receipt:
        """The receipt of the act in an envelope, read from its entry alone. Raises Malformed, Untrusted."""
        payload = read_envelope(envelope).payload
        try:
            entry, proof = base64.b64decode(answer["entry"], validate=True), str(answer["proof"])
        except (KeyError, TypeError, ValueError):
            raise Malformed("malformed/receipt", "The receipt has no entry and proof.", field="receipt") from None
        receipt = self._received(entry, proof, str(read_json(payload, "act")["id"]))
        if not (self._is_of(entry, envelope) or self._is_of(entry, self._kept(receipt.act), payload)):
            raise _untrusted("The receipt is of another act than was sent.", receipt.act)
        return receipt

    def _received(self, entry: bytes, proof: str, act_id: str) -> Receipt:
        index = self._log.require_holds(entry, proof)
        read = read_entry(entry)
        if read.act != act_id:
            raise _untrusted("The entry is of another act than was asked for.", act_id)
        self._reached(index + 1)
        return Receipt(act_id, index, recorded_at(read), read.defects, entry, proof)

    def _kept(self, act_id: str) -> bytes:
        """The envelope of an act that was recorded before: the same payload may have been signed again since."""
        try:
            return self._ask(f"/v1/acts/{act_id}/envelope{self._since()}")[1]
        except NotFound:
            raise _untrusted("The receipt is of another envelope than was sent.", act_id) from None

    @staticmethod
    def _is_of(entry: bytes, envelope: bytes, payload: bytes | None = None) -> bool:
        """Whether an entry is of an envelope, and this of a payload, where one is given."""
        same = hashlib.sha256(envelope).hexdigest() == read_entry(entry).envelope
        return same and (payload is None or read_envelope(envelope).payload == payload)


def _untrusted(sentence: str, act_id: str) -> Untrusted:
    return Untrusted("untrusted/receipt", sentence, act=act_id)


def _compact(envelope: bytes) -> bytes:
    """An envelope in the form in which the ledger keeps it. Raises Malformed, TooLarge."""
    read = read_envelope(envelope)
    return write_envelope(read.payload_type, read.payload, read.signatures)


def _submission(envelope: bytes, disclosures: Sequence[Disclosed]) -> bytes:
    body = {"envelope": json.loads(envelope), "disclosures": [each.as_json() for each in disclosures]}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
