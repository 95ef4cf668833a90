"""Labels of what the ledger knows, drawn on request; and pictures of labels, read and looked up."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from custody.ledger.ledger import Ledger
from custody_api import documented
from custody_api.bodies import read_image
from custody_api.context import TheLedger
from custody_api.problems import language_of
from custody_api.wording import Language
from custody_scanners.labels import draw
from custody_scanners.ledger_answers import FromLedger, label_of
from custody_scanners.scan import Mode, Problem, scan

router = APIRouter(prefix="/v1", tags=["labels"])

Stock = Literal["bag-50x30", "tube-40x20", "a4-3x8"]
Format = Literal["pdf", "png", "svg", "zpl"]
Dpi = Literal[203, 300]


@router.get("/labels/{label_id}.{format}", response_class=Response, **documented.LABEL)
def draw_label(
    label_id: str,
    format: Format,
    ledger: TheLedger,
    stock: Stock = "bag-50x30",
    dpi: Dpi = 300,
    copies: Annotated[int, Query(ge=1, le=500)] = 1,
) -> Response:
    """The label in force of an item, a place or a kit, by its id or a code."""
    label = label_of(FromLedger(ledger), label_id)
    drawn = draw([label] * copies, stock, format, dpi)
    headers = {"Cache-Control": "private, no-cache", "Content-Disposition": f'inline; filename="{label.code}.{format}"'}
    if drawn.missing:
        headers["Custody-Missing-Characters"] = " ".join(f"U+{ord(each):04X}" for each in drawn.missing)
    if drawn.shortened:
        headers["Custody-Shortened"] = " ".join(dict.fromkeys(drawn.shortened))
    return Response(drawn.data, media_type=drawn.media_type, headers=headers)


@router.post("/scans", **documented.SCAN)
async def read_scan(request: Request, ledger: TheLedger, mode: Mode = "single") -> JSONResponse:
    """Every code in view with the ledger's answer: in force, retired (and what it was), or unknown.

    ``single`` believes exactly one label in view, ``page`` many, each at its own place.
    """
    image = await read_image(request)
    return JSONResponse(await run_in_threadpool(_scanned, ledger, image, mode, language_of(request)))


def _scanned(ledger: Ledger, image: bytes, mode: Mode, language: Language) -> dict[str, Any]:
    found = scan(image, mode)
    answers = FromLedger(ledger)
    return {
        "mode": found.mode,
        "accepted": found.accepted,
        "codes": [{**asdict(each), **answers.of(each.code)} for each in found.codes],
        "problems": [_problem(each, language) for each in found.problems],
        "decoders": list(found.decoders),
    }


def _problem(problem: Problem, language: Language) -> dict[str, Any]:
    detail = problem.zh if language == "zh" else problem.en
    return {"code": f"scan/{problem.code}", "detail": detail, "refuses": problem.refuses,
            "box": asdict(problem.box) if problem.box else None, "texts": list(problem.texts)}  # fmt: skip
