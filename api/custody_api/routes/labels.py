"""Labels of what the ledger knows, drawn on request; and pictures of labels, read and looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import BeforeValidator
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from custody.access.rights import Sight
from custody.access.shown import as_kit, as_thing
from custody.errors import Malformed
from custody.facts.shapes import Shape
from custody.label import is_code
from custody.ledger.drafts import ConditionFailed
from custody.ledger.journal import Journal
from custody.registers.reading import Registers
from custody_api import documented
from custody_api.bodies import read_image
from custody_api.callers import TheCaller, TheRegisters
from custody_api.context import TheLedger
from custody_api.head import keeps_body_back
from custody_api.problems import language_of
from custody_api.wording import Language
from custody_scanners.labels import draw
from custody_scanners.ledger_answers import Answers, FromLedger, label_of
from custody_scanners.scan import Mode, Problem, scan

LABELS: Final = "export/labels"
"""The code of a line of the journal that says which labels were drawn."""

_FIRST: Final[Mapping[Language, str]] = {"zh": "首次打印", "en": "first label"}

router = APIRouter(prefix="/v1", tags=["labels"])

Stock = Literal["bag-50x30", "tube-40x20", "a4-3x8"]
Format = Literal["pdf", "png", "svg", "zpl"]


def _number(given: object) -> object:
    """What a query writes with digits is a number; a choice of numbers takes no text."""
    return int(given) if isinstance(given, str) and given.isascii() and given.isdecimal() else given


Dpi = Annotated[Literal[203, 300], BeforeValidator(_number)]


Why = Annotated[
    str | None,
    Query(max_length=200, description="Why again: needed where the label was drawn or printed before."),
]


@dataclass(frozen=True, slots=True)
class Leaving:
    """Labels that leave the server: their codes, how many of each, the stock, and the printer or the kind of file."""

    codes: Sequence[str]
    copies: int
    stock: str
    onto: str


def note_labels(journal: Journal, by: str, leaving: Leaving, why: str | None, language: Language) -> None:
    """Write down who has which labels drawn, before they leave: a second label of a thing is a second key to it.

    The journal decides which was first, also among several processes. Raises Malformed if a second one has no reason.
    """
    reason = (why or "").strip()
    of = {"list": "labels", "labels": list(leaving.codes), "copies": leaving.copies, "stock": leaving.stock,
          "onto": leaving.onto}  # fmt: skip
    before = () if reason else [f"label:{each}" for each in leaving.codes]
    try:
        journal.export(by, reason or _FIRST[language], of, LABELS, unless=before)
    except ConditionFailed:
        raise Malformed(
            "malformed/reprint", "Some of these labels were printed before: say why again.", field="why"
        ) from None


@router.get("/labels/{label_id}.{format}", response_class=Response, **documented.LABEL)
def draw_label(
    label_id: str,
    format: Format,
    request: Request,
    ledger: TheLedger,
    caller: TheCaller,
    registers: TheRegisters,
    stock: Stock = "bag-50x30",
    dpi: Dpi = 300,
    copies: Annotated[int, Query(ge=1, le=500)] = 1,
    why: Why = None,
) -> Response:
    """The label in force of an item, a place or a kit, by its id or a code. Each leaves a line in the journal."""
    label = label_of(AsSeen(FromLedger(ledger), registers), label_id)
    drawn = draw([label] * copies, stock, format, dpi)
    if not keeps_body_back(request):
        leaves = Leaving((label.code,), copies, stock, format)
        note_labels(ledger.journal, caller.person, leaves, why, language_of(request))
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'inline; filename="{label.code}.{format}"'}
    if drawn.missing:
        headers["Custody-Missing-Characters"] = " ".join(f"U+{ord(each):04X}" for each in drawn.missing)
    if drawn.shortened:
        headers["Custody-Shortened"] = " ".join(dict.fromkeys(drawn.shortened))
    return Response(drawn.data, media_type=drawn.media_type, headers=headers)


@router.post("/scans", **documented.SCAN)
async def read_scan(
    request: Request, ledger: TheLedger, registers: TheRegisters, mode: Mode = "single"
) -> JSONResponse:
    """Every code in view with the ledger's answer: in force, retired (and what it was), or unknown.

    ``single`` believes exactly one label in view, ``page`` many, each at its own place.
    """
    image = await read_image(request)
    answers = AsSeen(FromLedger(ledger), registers)
    return JSONResponse(await run_in_threadpool(_scanned, answers, image, mode, language_of(request)))


class AsSeen:
    """The ledger's answers, as the caller sees them: what he does not see is unknown."""

    def __init__(self, answers: Answers, registers: Registers) -> None:
        self._answers = answers
        self._registers = registers

    def of(self, code: str) -> Shape:
        """What bears a code, as `custody_scanners.ledger_answers.Answers` says it."""
        found = self._answers.of(code)
        kind = next((each for each in ("item", "place", "kit") if each in found), None)
        if kind is None:
            return found
        if kind == "kit":
            kit = self.kit(found["kit"]["kit"])
            return {**found, "kit": kit} if kit else {"standing": "unknown"}
        presented = is_code(code)
        sight = self._registers.sight_of(f"{kind}:{found[kind][kind]}", presented=presented)
        if sight is Sight.NOTHING:
            return {"standing": "unknown"}
        return found if sight is Sight.WHOLE or kind == "place" else {**found, "item": as_thing(found["item"])}

    def kit(self, kit: str) -> Shape | None:
        """A blood kit as far as it is seen, for who sees one of its tubes."""
        found = self._answers.kit(kit)
        if found is None:
            return None
        shown = as_kit(found, {e["item"]: self._registers.sight_of(f"item:{e['item']}") for e in found["tubes"]})
        return shown if shown["tubes"] else None


def _scanned(answers: Answers, image: bytes, mode: Mode, language: Language) -> dict[str, Any]:
    found = scan(image, mode)
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
