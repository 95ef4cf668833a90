"""A page: who reads it, in which language, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Annotated, Any, Final

from fastapi import Depends
from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from custody.access.caller import Caller
from custody.cli.zone import use_zone_unless_chosen
from custody.registers.reading import Registers
from custody_api.callers import TheCaller, TheRegisters, writes_within_limit
from custody_api.context import Context, InContext
from custody_api.problems import language_of
from custody_api.station import assets, telling
from custody_api.station.navigation import entries_for
from custody_api.station.words import HERE, counted, marked, say, translated
from custody_api.wording import TAGS, Language

POLICY: Final = "; ".join((
    "default-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "img-src 'self' data: blob:", "object-src 'none'",
    "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
))  # fmt: skip
"""Nothing from elsewhere, nothing inline; wasm for the decoder of codes."""

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}  # fmt: skip

_FRAME: Final = ("station/page.js", "signing/session.js", "scanning/scan-line.js", "field/badge.js")
"""Scripts of every page, as far as their areas are there."""


@dataclass(frozen=True)
class Page:
    """What a page is drawn with. ``caller`` and ``registers`` are there where somebody signed in."""

    request: Request
    context: Context
    lang: Language
    signed_in: Caller | None = None
    seen: Registers | None = field(default=None, repr=False)

    @property
    def caller(self) -> Caller:
        """Whoever signed in."""
        assert self.signed_in is not None  # noqa: S101 - a page of `ThePage` has one
        return self.signed_in

    @property
    def registers(self) -> Registers:
        """The registers as the caller sees them."""
        assert self.seen is not None  # noqa: S101 - as above
        return self.seen

    def say(self, text: str, /, **values: object) -> str:
        """A text in the reader's language."""
        return say(self.lang, text, **values)

    def render(
        self, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> HTMLResponse:
        """Draw a template of an area: ``looking/item.html``."""
        drawn = environment(self.lang).get_template(template).render(
            page=self, lang=self.lang, tag=TAGS[self.lang],
            entries=entries_for(self.signed_in) if self.signed_in else [], **values,
        )  # fmt: skip
        about = {**HEADERS, "Content-Language": TAGS[self.lang], "Vary": "Accept-Language, Cookie"}
        return HTMLResponse(drawn, status, headers={**about, **(headers or {})})


def _page(request: Request, context: Context, caller: Caller | None, registers: Registers | None) -> Page:
    # Whoever reads it, hours are those by which the rules count days, unless the server's settings name others.
    use_zone_unless_chosen(context.ledger.policy.zone)
    return Page(request, context, language_of(request), caller, registers)


async def _open(request: Request, context: InContext) -> Page:
    return _page(request, context, None, None)


async def _signed_in(request: Request, context: InContext, caller: TheCaller, registers: TheRegisters) -> Page:
    await writes_within_limit(request, caller, context)
    return _page(request, context, caller, registers)


OpenPage = Annotated[Page, Depends(_open)]
"""A page for everybody."""

ThePage = Annotated[Page, Depends(_signed_in)]
"""A page for whoever signed in; others are asked to, and come back."""


def own_path(given: str) -> str:
    """An address to go on to: a path of this server's, or home. Browsers read ``//`` and ``/\\`` as another host."""
    plain = given.startswith("/") and not given.startswith("//") and "\\" not in given and given.isprintable()
    return given if plain else "/"


def load() -> None:
    """Compile every template and read the catalogues, so that nobody waits for it who opens a page first."""
    for lang in TAGS:
        made = environment(lang)
        for name in made.list_templates():
            made.get_template(name)
        translated(lang, "")


@cache
def environment(lang: Language) -> Environment:
    """The templates of the frame and of every area, in one language."""
    areas = {each.parent.name: each for each in HERE.glob("*/templates")}
    loaders = {"station": FileSystemLoader(HERE / "templates")}
    loaders |= {name: FileSystemLoader(path) for name, path in areas.items()}
    made = Environment(loader=PrefixLoader(loaders), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    made.globals.update(
        _=partial(marked, lang), ngettext=partial(counted, lang), static=assets.address,
        frame_scripts=[each for each in _FRAME if each in assets.files()],
        styles=[each for each in assets.files() if each.endswith(".css") and "/vendor/" not in each],
    )  # fmt: skip
    made.filters.update({name: partial(each, lang) for name, each in telling.FILTERS.items()})
    return made
