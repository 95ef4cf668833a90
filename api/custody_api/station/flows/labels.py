"""Labels: chosen, looked at, and sent to a printer that the settings name; and who had which printed, and why again.

That a label was sent is journaled before it is sent (`custody_api.routes.labels`).
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, JSONResponse, Response

from custody import label
from custody.cli.printers import Printer
from custody.errors import NotFound
from custody.facts.shapes import Shape
from custody_api.routes.labels import LABELS, AsSeen, Dpi, Leaving, Stock, note_labels
from custody_api.station.flows.intake import line_of
from custody_api.station.flows.sent import sent
from custody_api.station.pages import Page, ThePage
from custody_scanners.labels import STOCKS, Drawn, Label, blank, draw
from custody_scanners.ledger_answers import FromLedger, label_of
from custody_scanners.printing import alone, send

MOST: Final = 500
"""Labels in one job from a page."""

_LISTED: Final = 200

router = APIRouter(prefix="/labels")


class Roll(BaseModel):
    """Fresh labels without a thing yet."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["item", "place", "manifest", "kit"] = "item"
    count: int = Field(ge=1, le=MOST)


class Job(BaseModel):
    """What is printed: of things by id or code, or a blank roll; ``why`` where one was printed before."""

    model_config = ConfigDict(extra="forbid")

    labels: list[Annotated[str, Field(max_length=20)]] = Field([], max_length=MOST)
    roll: Roll | None = None
    stock: Stock = "bag-50x30"
    copies: int = Field(1, ge=1, le=20)
    why: str | None = Field(None, max_length=200)


class ToPrinter(Job):
    """A job for a printer, by the name that the settings give it."""

    printer: str = Field(max_length=40)


class AsFile(Job):
    """A job as a file, for the browser to show or print."""

    format: Literal["pdf", "png"] = "pdf"
    dpi: Dpi = 300


@router.get("")
def read_labels(page: ThePage, case: str = "", q: str = "", item: str = "") -> HTMLResponse:
    """Choose labels: by scanning, by search, of a case, of one item, or a blank roll."""
    if item:
        found = [page.registers.item(item)]
    else:
        found = page.registers.items(case=case or None, q=q or None, limit=_LISTED) if case or q else []
    data = {"found": [line_of(each) for each in found]}
    return page.render("flows/labels.html", data=data, case=case, q=q, stocks=list(STOCKS), most=MOST,
                       printers=page.context.operation.printers)  # fmt: skip


@router.get("/log")
def read_log(page: ThePage, label: str = "") -> HTMLResponse:
    """Who had which label printed, when and why: of one label whoever sees the thing; else what one printed oneself.

    Of one label nothing is said of the others of its jobs. Raises NotFound.
    """
    code = _label(page, label).code if label else None
    tag = f"label:{code}" if code else f"person:{page.caller.person}"
    lines = page.context.ledger.journal.under(tag, _LISTED)
    found = [each for each in reversed(lines) if each.code == LABELS]
    return page.render("flows/label_log.html", found=found, code=code)


@router.post("/print")
def print_labels(page: ThePage, job: Annotated[ToPrinter, Depends(sent(ToPrinter))]) -> JSONResponse:
    """Send labels to a printer. Raises NotFound, Malformed, TooLarge; Unavailable if the printer does not take them."""
    printer = printer_named(page.context.operation.printers, job.printer)
    labels = _labels(page, job)
    drawn = draw(labels * job.copies, job.stock, "zpl", printer.dpi)
    with alone(printer):
        _journaled(page, job, labels, printer.name)
        send(printer, drawn.data)
    return JSONResponse({"labels": len(labels) * job.copies, "printer": printer.name, **_told(drawn)})


@router.post("/file")
def draw_labels(page: ThePage, job: Annotated[AsFile, Depends(sent(AsFile))]) -> Response:
    """Labels as a file. Raises as `print_labels` does."""
    labels = _labels(page, job)
    drawn = draw(labels * job.copies, job.stock, job.format, job.dpi)
    _journaled(page, job, labels, job.format)
    return Response(drawn.data, media_type=drawn.media_type, headers={"Cache-Control": "no-store"})


@router.get("/preview/{label_id}.png")
def preview(page: ThePage, label_id: str, stock: Stock = "bag-50x30") -> Response:
    """How the label of a thing will look: as a specimen, whose code is nobody's. Raises NotFound, Malformed."""
    genuine = _label(page, label_id)
    specimen = Label(label.make(label.PREFIXES[genuine.code[:3]], bytes(9)), genuine.lines)
    drawn = draw([specimen], stock, "png", 203)
    return Response(drawn.data, media_type=drawn.media_type, headers={"Cache-Control": "no-store"})


def printer_named(printers: tuple[Printer, ...], name: str) -> Printer:
    """One of the printers in the settings. Raises NotFound: an address is none."""
    for each in printers:
        if each.name == name:
            return each
    raise NotFound("not-found/printer", "The settings name no such printer.", asked=name)


def _labels(page: Page, job: Job) -> list[Label]:
    if job.roll is not None:
        return blank(job.roll.kind, job.roll.count)
    return [_label(page, each) for each in dict.fromkeys(job.labels)]


def _label(page: Page, asked: str) -> Label:
    return label_of(AsSeen(FromLedger(page.context.ledger), page.registers), asked)


def _journaled(page: Page, job: Job, labels: list[Label], onto: str) -> None:
    """Write down who sends which labels where, before they are sent. Raises Malformed if a second one has no reason."""
    leaving = Leaving([each.code for each in labels], job.copies, job.stock, onto)
    note_labels(page.context.ledger.journal, page.caller.person, leaving, job.why, page.lang)


def _told(drawn: Drawn) -> Shape:
    return {"missing": list(drawn.missing), "shortened": [label.spaced(each) for each in drawn.shortened]}
