"""How answers are shaped: JSON with an entity tag, and pages with a link to the next one."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

_KEEP_ASKING: Final = {"Cache-Control": "private, no-cache"}

Shape = dict[str, Any]


_WHY: Final = "Why it is taken out; required for a file. The journal keeps who took what out, and why."


class Asked(BaseModel):
    """The query of whatever the registers answer. Unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid")

    at_least: int | None = Field(None, ge=0)

    def filters(self) -> dict[str, Any]:
        """What narrows the list, by name. References are kept in Unicode NFC; some keyboards write otherwise."""
        given = self.model_dump(exclude=set(Listed.model_fields))
        return {
            name: unicodedata.normalize("NFC", value) if isinstance(value, str) else value
            for name, value in given.items()
        }


class TakenOut(Asked):
    """The query of what is given as a file only."""

    why: str = Field(min_length=1, max_length=200, pattern=r"\S", description=_WHY)


class Exported(Asked):
    """The query of what is given as a table, too."""

    why: str | None = Field(None, min_length=1, max_length=200, pattern=r"\S", description=_WHY)

    format: Literal["json", "csv", "xlsx"] | None = Field(
        None, description="A table of the whole list, or with `limit`, of a page; default: by Accept, else JSON."
    )


class Paged(Asked):
    """The query of a list: how many members, and the key of the last one seen."""

    limit: int = Field(50, ge=1, le=500)
    after: str | None = Field(None, max_length=200)


class Listed(Paged, Exported):
    """The query of a list that is given as a table, too."""


class FromPosition(Listed):
    """The query of a list that goes along a log."""

    after: str | None = Field(None, pattern="^[0-9]{1,18}$")


def one(request: Request, body: Mapping[str, Any], more: Mapping[str, str] | None = None) -> Response:
    """Answer with a single resource, or a page of them; 304 if the caller has this very state.

    The tag is a digest of the whole state, so what time alone changes changes the tag too; it is weak, since the same
    state may go out compressed.
    """
    data = encoded(body)
    tag = f'W/"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {**_KEEP_ASKING, "ETag": tag, **(more or {})}
    if names_tag(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="application/json", headers=headers)


def page(request: Request, name: str, found: Sequence[Shape], limit: int, key: Callable[[Shape], object]) -> Response:
    """Answer with the first ``limit`` of what was found; if there is more, with a link to the next page.

    Whoever calls asks for one more than ``limit``, to know.
    """
    members = list(found[:limit])
    after = str(key(members[-1])) if len(found) > limit else None
    return following(request, {name: members, "next": after}, after)


def following(request: Request, body: Mapping[str, Any], after: object | None) -> Response:
    """Answer with a page; unless ``after`` is None, with a link to the page that follows it (RFC 8288)."""
    return one(request, body, next_link(request, after))


def next_link(request: Request, after: object | None) -> dict[str, str]:
    """The header that leads to the page after a key; none if that is None."""
    return {} if after is None else {"Link": f'<{address_after(request, after)}>; rel="next"'}


def address_after(request: Request, after: object) -> str:
    """The address of the page after a key: what was asked for, from there on."""
    query = [(field, value) for field, value in request.query_params.multi_items() if field != "after"]
    return f"{quote(request.url.path, safe='/%')}?{urlencode([*query, ('after', str(after))])}"


def encoded(body: Any) -> bytes:
    """JSON in UTF-8, as compact as it gets."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def names_tag(condition: str, tag: str) -> bool:
    """Whether an If-None-Match condition names a tag, by weak comparison (RFC 9110 section 13.1.2)."""
    named = {each.strip().removeprefix("W/") for each in condition.split(",")}
    return "*" in named or tag.removeprefix("W/") in named
