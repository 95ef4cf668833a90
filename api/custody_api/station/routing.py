"""The addresses of the pages: the areas' routers, and what belongs to the frame itself."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from custody.errors import NotFound
from custody_api.problems import LANGUAGE_COOKIE
from custody_api.station import assets
from custody_api.station.pages import own_path
from custody_api.station.words import HERE
from custody_api.wording import TAGS

YEAR_SECONDS: Final = 365 * 86_400

frame = APIRouter(include_in_schema=False)


@frame.get("/language/{lang}")
def choose_language(lang: str, request: Request, next: str = "/") -> Response:
    """Read on in another language. Raises NotFound."""
    if lang not in TAGS:
        raise NotFound("not-found/route", "There is nothing at this address.")
    answer = RedirectResponse(own_path(next), 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(LANGUAGE_COOKIE, lang, max_age=YEAR_SECONDS, samesite="strict", secure=secure, path="/")
    return answer


def page_routers() -> list[APIRouter]:
    """Every router of pages."""
    areas = sorted(each.name for each in iter_modules([str(HERE)]) if each.ispkg)
    found = [import_module(f"custody_api.station.{name}").router for name in areas]
    return [frame, assets.router, *found]
