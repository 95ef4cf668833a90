"""Lists as they are asked for: a page of JSON, or the whole of it as a table, which is journaled before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from custody.access.caller import Caller
from custody.errors import Malformed, TooLarge
from custody.ledger.ledger import Ledger
from custody_api.answers import Exported, Listed, Shape, next_link, page
from custody_api.callers import TheCaller
from custody_api.context import TheLedger
from custody_api.head import keeps_body_back
from custody_api.problems import language_of
from custody_api.tables import MEDIA_TYPES, Format, drawn

MOST_ROWS: Final = 10_000
"""Of a table; what is longer is asked for by narrower filters, or page by page with ``limit`` and ``after``."""

_TURN: Final = 1_000
_TYPES: Final[Mapping[str, Format | None]] = {
    "application/json": None, "*/*": None, "application/*": None, "text/csv": "csv", "text/*": "csv",
    MEDIA_TYPES["xlsx"]: "xlsx",
}  # fmt: skip

Fetch = Callable[[str | None, int], Sequence[Shape]]
"""The members after a key, at most so many."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Whoever asks for a list, and how he wants it."""

    request: Request
    caller: Caller
    ledger: Ledger

    def answer(self, name: str, wanted: Listed, fetch: Fetch, key: str, *, columns: str | None = None) -> Response:
        """Answer with a page of JSON, or with a table of everything from ``after`` on.

        Raises Malformed without a reason for a table, TooLarge for one of over `MOST_ROWS` rows.
        """
        form = self.form(wanted)
        if form is None:
            found = fetch(wanted.after, wanted.limit + 1)
            return page(self.request, name, found, wanted.limit, lambda each: each[key])
        if "limit" in wanted.model_fields_set:
            found = fetch(wanted.after, wanted.limit + 1)
            after = found[wanted.limit - 1][key] if len(found) > wanted.limit else None
            return self.table(columns or name, found[: wanted.limit], wanted, form, after)
        return self.table(columns or name, everything(fetch, wanted.after, key), wanted, form)

    def form(self, wanted: Exported) -> Format | None:
        """The table that is asked for; None: JSON. Raises Malformed if a table is asked for without a reason."""
        asked = wanted.format or accepted(self.request.headers.get("accept", "")) or "json"
        if asked == "json":
            return None
        if wanted.why is None:
            raise Malformed("malformed/query", "Say why this is taken out.", field="why", expected="a reason")
        return asked

    def table(
        self, name: str, members: Sequence[Mapping[str, Any]], wanted: Exported, form: Format, after: object = None
    ) -> Response:
        """Answer with a table. That it was taken out stands in the journal before it leaves."""
        data = drawn(name, members, form, language_of(self.request))
        self.journaled(name, wanted.why or "", form, rows=len(members))
        return self.file(data, MEDIA_TYPES[form], f"{name}.{form}", next_link(self.request, after))

    def file(self, data: bytes, media_type: str, name: str, more: Mapping[str, str] | None = None) -> Response:
        """Answer with a file to be saved, which nobody on the way keeps. Its journal line is written before."""
        headers = {
            "Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"',
            "Vary": "Accept, Accept-Language", **(more or {}),
        }  # fmt: skip
        return Response(data, media_type=media_type, headers=headers)

    def journaled(self, name: str, why: str, form: str, **of: object) -> None:
        """Write into the journal who takes what out, and why; of a HEAD nothing leaves. Raises Unavailable."""
        if keeps_body_back(self.request):
            return
        asked = {name: value for name, value in self.request.query_params.items() if name not in ("why", "format")}
        subject = self.request.path_params | asked
        self.ledger.journal.export(
            self.caller.person, why, {"list": name, "asked": subject, **of}, f"export/{form}"
        )  # fmt: skip


async def _lists(request: Request, caller: TheCaller, ledger: TheLedger) -> Lists:
    return Lists(request, caller, ledger)


TheLists = Annotated[Lists, Depends(_lists)]


def accepted(accept: str) -> Format | None:
    """The table that an Accept header prefers to JSON, if it does (RFC 9110 section 12.5.1)."""
    best: tuple[float, Format | None] = (0.0, None)
    for part in accept.lower().split(","):
        kind, *parameters = (each.strip() for each in part.split(";"))
        weight = next((_weight(each[2:]) for each in parameters if each.startswith("q=")), 1.0)
        if kind in _TYPES and weight > best[0]:
            best = weight, _TYPES[kind]
    return best[1]


def _weight(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def everything(fetch: Fetch, after: str | None, key: str) -> list[Shape]:
    """Everything after a key, turn by turn. Raises TooLarge."""
    found: list[Shape] = []
    while turn := fetch(after, _TURN):
        found += turn
        if len(found) > MOST_ROWS:
            raise TooLarge("too-large/table", "The table would be too long: narrow the search.", rows=MOST_ROWS)
        after = str(turn[-1][key])
    return found
