"""A random draw from what lies in places, which anybody can make again: from a root of the log, a salt and the list."""

from __future__ import annotations

import hashlib
import shlex
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from custody import label
from custody.acts.counting import list_digest
from custody.acts.values import encode
from custody.errors import Malformed, NotFound
from custody.registers.reading import MOST
from custody.rules.draw import drawn
from custody_api.lists import TheLists
from custody_api.station.overseeing.admitted import require_audit
from custody_api.station.pages import Page, ThePage

router = APIRouter()

MOST_DRAWN: Final = 2_000


@router.get("/draw")
def read_draw(
    page: ThePage, place: Annotated[list[str], Query()] = [], salt: str = "",  # noqa: B006 - the framework copies it
    count: Annotated[int, Query(ge=0, le=MOST_DRAWN)] = 30, size: Annotated[str, Query(pattern="^[0-9]{0,15}$")] = "",
) -> Response:  # fmt: skip
    """Draw, at the newest position of the log or at the one that is named; without places, choose them."""
    require_audit(page)
    known = page.registers.places(limit=MOST)
    values: dict[str, Any] = {"places": known, "chosen": place, "salt": salt, "count": count, "size": size}
    if not place or not salt.strip():
        return page.render("overseeing/draw.html", made=None, **values)
    at, root = _root(page, size)
    of = _list(page, place)
    found = drawn(root, salt, of, count)
    again = ["custody", "draw", "--root", encode(root), "--salt", salt, "--count", str(count), "--list", "list.txt"]
    made = {
        "size": at, "root": encode(root), "of": len(of), "digest": list_digest(tuple(of)), "again": shlex.join(again),
        "found": [(each, of[each]) for each in found], "places": {each["place"]: each["name"] for each in known},
        "where": page.registers.book(place),
    }  # fmt: skip
    return page.render("overseeing/draw.html", made=made, **{**values, "size": at})


@router.get("/draw/list.txt")
def export_list(
    page: ThePage, lists: TheLists, place: Annotated[list[str], Query(min_length=1)],
    why: Annotated[str, Query(min_length=1, max_length=200, pattern=r"\S")],
) -> Response:  # fmt: skip
    """What was drawn from, an item and its category a line, as ``custody draw --list`` reads it; journaled."""
    require_audit(page)
    of = _list(page, place)
    data = "".join(f"{item} {category}\n" for item, category in of.items()).encode()
    lists.journaled("draw", why, "txt", rows=len(of), digest=hashlib.sha256(data).hexdigest())
    return lists.file(data, "text/plain; charset=utf-8", "list.txt")


def _root(page: Page, size: str) -> tuple[int, bytes]:
    """The root at a size that the log has had. Raises NotFound."""
    recorder = page.context.ledger.recorder
    at = int(size) if size else recorder.head().size
    root = recorder.root_at(at)
    if root is None:
        raise NotFound("not-found/position", "The log has no event at this position.", position=at)
    return at, root


def _list(page: Page, places: list[str]) -> dict[str, str]:
    """What lies in places now, each with its category, by id. Raises Malformed for what is no place."""
    scope = [each[: label.ID_LENGTH] for each in places]
    if len(scope) > 200:
        raise Malformed("malformed/query", "Draw from at most 200 places.", field="place", expected="at most 200")
    return page.registers.categories(page.registers.book(scope))
