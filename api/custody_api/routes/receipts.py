"""The public side of a citizen's receipt: what a link on paper opens, and nothing else."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from custody.acts import ACT_TYPES
from custody.acts.disposition import Release
from custody.acts.entry import instant
from custody.errors import NotFound
from custody.facts.item import ItemFacts
from custody.facts.shapes import status
from custody.ledger.receipt_links import opens
from custody_api import documented_books as documented
from custody_api.answers import encoded
from custody_api.context import TheLedger
from custody_api.papers.paper import Language
from custody_api.papers.sheet import case_of, house_of
from custody_api.papers.sources import Source, Sources
from custody_api.problems import language_of
from custody_api.wording import TAGS

router = APIRouter(tags=["receipts"])

_STATES: Final = {
    "kept": ("保管中", "in custody"),
    "released": ("已离开保管", "has left custody"),
    "voided": ("登记已作废", "entry voided"),
    "ask": ("请向出具机关查询", "please ask the issuing authority"),
}
"""What a citizen is told of a thing. Where it is, and with whom, is nobody's business who holds a piece of paper."""

_PUBLIC: Final = {"voided": "voided", "released": "released", "lost": "ask", "missing": "ask", "divided": "kept"}

_HEADERS: Final = {
    "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}  # fmt: skip


@router.get("/r/{token}", response_class=Response, **documented.RECEIPT)
def read_receipt(token: str, request: Request, ledger: TheLedger) -> Response:
    """What was taken, drawn or released, when, by which agency, and how each thing stands now. As a page or as JSON."""
    act = opens(ledger.journal, token)
    if act is None:
        raise NotFound("not-found/receipt", "There is no such receipt.")
    language = language_of(request)
    sources = Sources(ledger, None, language, opens=False)
    shape = _shape(sources, sources.act(act))
    headers = {**_HEADERS, "Content-Language": TAGS[language], "Vary": "Accept, Accept-Language"}
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(_page(sources, shape), headers=headers)
    return Response(encoded(shape), media_type="application/json", headers=headers)


def _shape(sources: Sources, source: Source) -> dict[str, Any]:
    act, t = source.act, sources.t
    done = t(ACT_TYPES[act.act].zh, act.act.replace("-", " "))
    known = sources.items(act.own_items)
    return {
        "done": f"{done}: {sources.term(act.kind)}" if isinstance(act, Release) else done,
        "occurred_at": instant(act.occurred_at),
        "agency": house_of(sources, act, case_of(sources, act)),
        "voided": source.void,
        "items": [
            _item(sources, number, known[item])
            for number, item in enumerate(act.own_items, 1)
            if item in known and number - 1 not in source.reading.voided
        ],
    }


def _item(sources: Sources, number: int, item: ItemFacts) -> dict[str, Any]:
    state = _PUBLIC.get(status(item), "kept")
    return {
        "number": number, "description": item.description, "quantity": item.quantity, "unit": item.unit,
        "state": state, "says": sources.t(*_STATES[state]),
    }  # fmt: skip


def _page(sources: Sources, shape: dict[str, Any]) -> str:
    """A page without scripts, pictures or anything from elsewhere."""
    t = sources.t
    lang: Language = sources.lang
    names = (t("编号", "No."), t("名称", "Name"), t("数量", "Quantity"), t("状态", "State"))
    heads = "".join(f"<th>{name}" for name in names)
    rows = "".join(
        f"<tr><td>{each['number']}<td>{escape(each['description'])}<td>{escape(each['quantity'])} "
        f"{escape(each['unit'])}<td>{each['says']}"
        for each in shape["items"]
    )
    when = sources.time(datetime.fromisoformat(shape["occurred_at"]))
    void = t("该记录已更正作废。", "This record was voided by a correction.") if shape["voided"] else ""
    objections = t(
        "对所列内容有异议的，可凭纸质回执向出具机关提出。",
        "Objections may be raised with the issuing authority on showing the paper.",
    )
    return (
        f'<!doctype html><html lang="{TAGS[lang]}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{t('回执', 'Receipt')}</title>"
        "<style>body{font:1rem/1.5 sans-serif;margin:1rem auto;max-width:40rem;padding:0 1rem}"
        "table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:.3rem;text-align:left}</style>"
        f"<h1>{t('回执', 'Receipt')}</h1><p>{escape(shape['agency'])}<p>{escape(shape['done'])} {when} {void}"
        f"<table><tr>{heads}{rows}</table>"
        f"<p>{objections}"
    )
