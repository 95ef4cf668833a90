"""Requests to one server, over HTTP: a problem comes back as the error it tells of, and what may be asked again is.

A connection that is lost, 429 and 503 are waited out, as long as the server says (Retry-After), a few times. That is
safe because submitting is idempotent: the same payload again gets the same receipt. No redirect is followed, so that
the session's token goes nowhere else.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from typing import Any, Final, Literal
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from custody.errors import (
    Conflict,
    CustodyError,
    Damaged,
    Malformed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refused,
    Stale,
    TooLarge,
    TooMany,
    Unavailable,
    Untrusted,
)

Language = Literal["zh", "en"]

ATTEMPTS: Final = 5
LONGEST_WAIT_SECONDS: Final = 60.0
_FIRST_WAIT_SECONDS: Final = 0.2
_SECONDS: Final = 60
"""How long a server may be silent; the feed's stream says something every 15 s."""

_PIECE: Final = 1 << 20
_LARGEST_ANSWER: Final = 128 << 20
_LONGEST_LINE: Final = 4 << 20

Body = bytes | Callable[[], bytes]
"""What is sent; a function makes it anew for each attempt."""


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow none: the status is then an error like others."""


class Wire:
    """The way to one server."""

    def __init__(self, server: str, language: Language = "en", sleep: Callable[[float], None] = time.sleep) -> None:
        """``server`` is an http or https address. Raises ValueError for another."""
        if not server.startswith(("http://", "https://")):
            raise ValueError("a server is named by its http or https address")
        self.server = server.rstrip("/")
        self.language = language
        self.token: str | None = None
        self._sleep = sleep
        self._opener = build_opener(_NoRedirects)

    def ask(
        self, path: str, body: Body | None = None, *, method: str | None = None,
        about: Mapping[str, str] | None = None, repeat: bool = True,
    ) -> tuple[int, bytes]:  # fmt: skip
        """Status and body of an answer below 300. Raises what the server's problem tells of, and Unavailable.

        ``repeat``: whether a request of which nobody knows if it arrived may be sent again.
        """
        for attempt in range(ATTEMPTS):
            try:
                with self._opened(path, body, method, about, repeat) as answer:
                    data = answer.read(_LARGEST_ANSWER + 1)
                    if len(data) > _LARGEST_ANSWER:
                        raise self.unavailable("the answer is too large")
                    return answer.status, data
            except (Unavailable, TooMany) as error:
                if "retry_after" not in error.fields or attempt == ATTEMPTS - 1:
                    raise
                self.wait(attempt, error)
        raise AssertionError("unreachable")  # the last attempt returns or raises

    @contextmanager
    def lines(self, path: str, about: Mapping[str, str]) -> Iterator[Iterator[bytes]]:
        """The lines of an answer without end, as they come. Raises as `ask` does, but asks once."""
        with self._opened(path, None, None, about, True) as answer:
            yield iter(lambda: answer.readline(_LONGEST_LINE), b"")

    @contextmanager
    def pieces(self, path: str) -> Iterator[Iterator[bytes]]:
        """The bytes of an answer that may be large, piece by piece. Raises as `ask` does, but asks once."""
        with self._opened(path, None, None, None, False) as answer:
            yield self._whole(answer)

    def _whole(self, answer: HTTPResponse) -> Iterator[bytes]:
        stated, got = answer.headers.get("Content-Length"), 0
        while piece := answer.read(_PIECE):
            got += len(piece)
            yield piece
        if stated is not None and stated != str(got):
            raise self.unavailable("the answer broke off")

    def wait(self, attempt: int, error: CustodyError | None = None) -> None:
        """Wait before the next attempt: longer each time, and at least as long as the server said."""
        said = float(error.fields.get("retry_after") or 0) if error else 0.0
        self._sleep(min(max(said, _FIRST_WAIT_SECONDS * 2**attempt), LONGEST_WAIT_SECONDS))

    def unavailable(self, cause: str, **fields: Any) -> Unavailable:
        """The error of a server that does not do what it should."""
        return Unavailable(
            "unavailable/server", f"The server {self.server} does not answer as it should.",
            server=self.server, cause=cause, **fields,
        )  # fmt: skip

    @contextmanager
    def _opened(
        self, path: str, body: Body | None, method: str | None, about: Mapping[str, str] | None, repeat: bool
    ) -> Iterator[HTTPResponse]:
        data = body() if callable(body) else body
        headers = {"Content-Type": "application/json", "Accept": "*/*", "Accept-Language": self.language}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}
        request = Request(self.server + path, data, {**headers, **(about or {})}, method=method)  # noqa: S310 - http(s)
        try:
            with self._opener.open(request, timeout=_SECONDS) as answer:
                yield answer
        except HTTPError as error:
            with error:
                raise self._told(error) from None
        except (OSError, HTTPException) as error:
            again = {"retry_after": 0} if repeat else {}
            raise self.unavailable(f"{type(error).__name__}: {error}"[:200], **again) from None

    def _told(self, answer: HTTPError) -> CustodyError:
        error = error_from(_problem(answer), self.server, self.language)
        if answer.code in (429, 502, 503, 504) and isinstance(error, Unavailable | TooMany):
            said = answer.headers.get("Retry-After", "")
            error.fields["retry_after"] = int(said) if said.isascii() and said.isdecimal() and len(said) < 6 else 1
        return error


_KINDS: Final[Mapping[str, type[CustodyError]]] = {
    "malformed": Malformed, "untrusted": Untrusted, "refused": Refused, "stale": Stale, "awaits": Stale,
    "conflict": Conflict, "not-signed-in": NotSignedIn, "not-allowed": NotAllowed, "not-found": NotFound,
    "damaged": Damaged, "too-large": TooLarge, "too-many": TooMany,
}  # fmt: skip


def _problem(answer: HTTPError) -> Mapping[str, Any]:
    try:
        found = json.loads(answer.read(_LONGEST_LINE))
    except (ValueError, OSError, HTTPException):
        found = None
    return found if isinstance(found, dict) else {"status": answer.code}


def error_from(body: Mapping[str, Any], server: str, language: Language) -> CustodyError:
    """Read a server's problem details back as the error they tell of."""
    code = str(body.get("code") or "")
    if not code:
        return Unavailable("unavailable/server", f"The server {server} answered {body.get('status')}.", server=server)
    said = str(body.get("detail") or body.get("title") or code)
    fields = {
        str(name): value
        for name, value in body.items()
        if name not in ("type", "status", "title", "detail", "code", "sentence", "retry_after")
    }
    if instead := fields.pop("instead", None):
        fields[f"instead_{language}"] = instead
    return _KINDS.get(code.split("/")[0], Unavailable)(code, said, **{**fields, "zh": said})
