"""Errors as RFC 9457 problem documents: one table says which status each kind of error has.

A document bears the error's stable code, a sentence in the caller's language, and its facts: what a rule compared,
which field, which signer. It never bears a traceback, a path, or what the database driver said.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from custody.acts.entry import instant
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
from custody.sentences import CHINESE, sentence
from custody_api.requests import HEADER, asked
from custody_api.wording import CATALOGUE, TAGS, Language, preferred, say
from custody_scanners import sentences as scanning

log = logging.getLogger("custody.api")

LANGUAGE_COOKIE: Final = "custody-language"

MEDIA_TYPE: Final = "application/problem+json"

STATUSES: Final[tuple[tuple[type[CustodyError], int, str, str], ...]] = (
    (TooLarge, 413, "过大", "Too large"),
    (Malformed, 400, "格式不符", "Malformed"),
    (NotSignedIn, 401, "未登录", "Not signed in"),
    (NotAllowed, 403, "无权查询", "Not allowed"),
    (Untrusted, 403, "签名不可信", "Untrusted"),
    (NotFound, 404, "未找到", "Not found"),
    (Stale, 409, "所见已过时", "Stale"),
    (Conflict, 409, "编号冲突", "Conflict"),
    (Refused, 422, "规则不允许", "Refused"),
    (Unavailable, 503, "暂不可用", "Unavailable"),
    (TooMany, 429, "请求过多", "Too many requests"),
    (Damaged, 503, "存储受损", "Damaged"),
)
"""Kind of error, status, title in zh-CN and in English; the first that fits counts."""

_TURNED_AWAY: Final[Mapping[int, tuple[str, str]]] = {
    404: ("未找到", "Not found"),
    405: ("方法不支持", "Method not allowed"),
    421: ("发错了地方", "Misdirected request"),
}
"""Titles of what ends before the ledger is asked."""

_STATUS_OF_CODE: Final[Mapping[str, int]] = {"malformed/media-type": 415, "malformed/range": 416}
_KEPT_INSIDE: Final = frozenset({"cause", "zh", "en", "instead_zh", "instead_en", "retry_after"})


class Problem(BaseModel):
    """A problem document. Further members are the facts of the error, such as field, expected and got."""

    model_config = ConfigDict(extra="allow")

    type: str
    """``urn:custody:`` and the code."""
    title: str
    status: int
    detail: str
    """The sentence, in zh-CN or English by Accept-Language."""
    code: str
    rule: str | None = None
    source: str | None = None
    verified: bool | None = None
    instead: str | None = None
    """What can be done instead."""
    facts: dict[str, Any] | None = None


def problem_of(error: CustodyError, language: Language) -> dict[str, Any]:
    """Return the problem document of an error."""
    status, title = _kind(error, language)
    facts = {name: plain(value) for name, value in error.fields.items() if name not in _KEPT_INSIDE}
    if instead := error.fields.get(f"instead_{language}"):
        facts["instead"] = instead
    document = _document(error.code, status, title, _detail(error, language))
    return document | facts | document  # no fact may stand in for a member of the document


def internal(language: Language) -> dict[str, Any]:
    """Return the problem document of an error that nobody foresaw: that it happened, and nothing else."""
    title = "内部错误" if language == "zh" else "Internal error"
    return _document("internal/error", 500, title, say("internal/error", language))


def answer(error: CustodyError, request: Request) -> JSONResponse:
    """Return the response to a request that an error ended."""
    language = language_of(request)
    if isinstance(error, Unavailable | Damaged):
        level = logging.CRITICAL if isinstance(error, Damaged) else logging.WARNING
        log.log(level, "%s %s: %s %s", request.method, asked().route, error, error.fields)
    headers = {}
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Unavailable | TooMany):
        headers["Retry-After"] = str(error.fields.get("retry_after") or 1)
    return _response(problem_of(error, language), language, headers)


def language_of(request: Request) -> Language:
    """The language that a reader chose on a page, else the one that the request asks for."""
    match request.cookies.get(LANGUAGE_COOKIE):
        case "zh":
            return "zh"
        case "en":
            return "en"
    return preferred(request.headers.get("accept-language"))


async def on_custody_error(request: Request, error: Exception) -> JSONResponse:
    """Answer one of the ledger's own errors."""
    assert isinstance(error, CustodyError)  # noqa: S101 - registered for nothing else
    return answer(error, request)


async def on_http_error(request: Request, error: Exception) -> JSONResponse:
    """Answer what the framework turns away: no such route, no such method, a body that broke off."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    language = language_of(request)
    code = {404: "not-found/route", 405: "method-not-allowed"}.get(error.status_code, "http")
    document = _document(code, error.status_code, _turned_away(error.status_code, language), say(code, language))
    return _response(document, language, dict(error.headers or {}))


async def on_wrong_query(request: Request, error: Exception) -> JSONResponse:
    """Answer a parameter or header that does not have the form it should."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:])
    kind, what = ("header", "header") if first["loc"][0] == "header" else ("query", "query parameter")
    fault = Malformed(
        f"malformed/{kind}", f"The {what} {field} is wrong.", field=field, expected=first["msg"],
        got=repr(first.get("input"))[:80],
    )  # fmt: skip
    return answer(fault, request)


async def on_hang_up(request: Request, error: Exception) -> Response:
    """The caller went away while sending: nobody reads the answer, and nothing was recorded."""
    log.info("%s %s broke off", request.method, asked().route)
    return Response(status_code=400)


async def on_surprise(request: Request, error: Exception) -> JSONResponse:
    """Answer an error that nobody foresaw. The traceback goes to the log, and nowhere else."""
    log.error("%s %s failed", request.method, asked().route, exc_info=error)
    language = language_of(request)
    # This answer is made outside of everything else: the id is put on it here.
    return _response(internal(language), language, {HEADER: asked().id})


def misdirected(request: Request, code: str, expected: str) -> JSONResponse:
    """Answer a request that is not meant for this server, or must not have come as it did."""
    language = language_of(request)
    document = _document(code, 421, _turned_away(421, language), say(code, language, expected=expected))
    return _response(document, language, {})


def _turned_away(status: int, language: Language) -> str:
    zh, en = _TURNED_AWAY.get(status, ("请求无效", HTTPStatus(status).phrase))
    return zh if language == "zh" else en


def _kind(error: CustodyError, language: Language) -> tuple[int, str]:
    for kind, status, zh, en in STATUSES:
        if isinstance(error, kind):
            return _STATUS_OF_CODE.get(error.code, status), zh if language == "zh" else en
    raise TypeError(f"{type(error).__name__} has no status")


def _detail(error: CustodyError, language: Language) -> str:
    """The sentence: the API's own, the ledger's, or what labels and scanning say."""
    if error.code in CATALOGUE:
        return say(error.code, language, **error.fields)
    if error.code in scanning.CHINESE and error.code not in CHINESE:
        return scanning.words_of(error, language)
    return sentence(error, language)


def _document(code: str, status: int, title: str, detail: str) -> dict[str, Any]:
    return {"type": f"urn:custody:{code}", "title": title, "status": status, "detail": detail, "code": code}


def _response(document: Mapping[str, Any], language: Language, headers: Mapping[str, str]) -> JSONResponse:
    about = {"Content-Language": TAGS[language], "Vary": "Accept-Language", "Cache-Control": "no-store"}
    return JSONResponse(document, document["status"], headers={**about, **headers}, media_type=MEDIA_TYPE)


def plain(value: Any) -> Any:
    """A fact as JSON can hold it."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, str | int | bool | None):
        return value
    if hasattr(value, "astimezone"):
        return instant(value)
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [plain(inner) for inner in value]
    return str(value)
