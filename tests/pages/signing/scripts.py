"""The station's scripts on a page without a server, for what they make by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, Page, Route

from custody_api.station import assets

ORIGIN: Final = "http://localhost:9000"


@contextmanager
def page_with_scripts(browser: Browser) -> Iterator[Page]:
    """An empty page at ``ORIGIN`` that can import ``/static/AREA/NAME.js``."""
    context = browser.new_context(timezone_id="Asia/Shanghai", locale="en-GB")
    page = context.new_page()
    page.route(f"{ORIGIN}/**", _served)
    page.goto(ORIGIN)
    yield page
    context.close()


def _served(route: Route) -> None:
    _, _, name = route.request.url.partition("/static/")
    if name in assets.files():
        route.fulfill(path=assets.files()[name], content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><html lang=en>", content_type="text/html")
