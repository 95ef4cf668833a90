"""Correcting a recorded act: its fields as they read now, what is changed from what to what; somebody else approves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from custody.access.rights import Sight
from custody.acts.entry import Recorded
from custody.acts.oversight import Correction
from custody.errors import NotFound
from custody.facts.amend import HEADER, readings
from custody.facts.shapes import Shape
from custody_api.station.pages import Page, ThePage

FIXED: Final = frozenset({*HEADER, "attachments", "attestations"})
"""What no correction touches (rule I-24)."""

MOST_LINES: Final = 20
"""Lines of a list that are shown together."""

_LISTS: Final = ("items", "lines", "tubes", "children")

router = APIRouter()


@router.get("/acts/{act}/correct")
def read_correction(page: ThePage, act: str, line: int | None = None) -> HTMLResponse:
    """What an act says, to be corrected by who sees the whole of it; of a long list, one line. Raises NotFound."""
    kind, body, corrections = reads_now(page, act)
    listed = next((name for name in _LISTS if isinstance(body.get(name), list)), None)
    lines = len(body[listed]) if listed else 0
    shown = range(lines) if lines <= MOST_LINES else [line - 1] if line and 0 < line <= lines else []
    fields = [
        each for each in fields_of(body)
        if each["names"][0] != listed or int(each["names"][1]) in shown
    ]  # fmt: skip
    data = {
        "target": act, "author": page.caller.person, "fields": fields,
        "lines": [{"path": f"/{listed}/{index}", "number": index + 1} for index in shown],
    }  # fmt: skip
    return page.render("flows/correction.html", data=data, kind=kind, corrections=corrections, act=act, lines=lines,
                       line=line, most=MOST_LINES)  # fmt: skip


def reads_now(page: Page, act: str) -> tuple[str, Shape, list[str]]:
    """The type of an act, its fields as earlier corrections make them read, and these. Raises NotFound."""
    memory, recorded = page.context.ledger.memory, recorded_act(page, act)
    if recorded is None or page.registers.sight_of_act(recorded) is not Sight.WHOLE:
        raise NotFound("not-found/act", "The ledger has no act with this id.", act=act[:80])
    known = {each.index: each for each in memory.histories([f"act:{act}"])[f"act:{act}"]}
    known[recorded.index] = recorded
    reading = next((e for e in readings(known[index] for index in sorted(known)) if e.recorded is recorded), None)
    if reading is None:
        raise NotFound("not-found/act", "The ledger has no act with this id.", act=act[:80])  # voided as a whole
    corrected_by = [e.act.id for e in known.values() if isinstance(e.act, Correction) and e.act.target == act]
    return recorded.act.act, reading.act.model_dump(mode="json", by_alias=True), corrected_by


def recorded_act(page: Page, act: str) -> Recorded | None:
    """A recorded act, whoever reads; None also for what is no act's id."""
    try:
        return page.context.ledger.memory.record(act) if str(UUID(act)) == act else None
    except ValueError:
        return None


def fields_of(body: Shape) -> Iterator[dict[str, Any]]:
    """The values of an act that a correction may replace: ``{"path","names","value","kind"}``, in reading order."""
    for name, value in body.items():
        if name not in FIXED:
            yield from _leaves(value, [name])


def _leaves(value: Any, names: list[str]) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and value.keys() != {"sealed"}:
        for name, inner in value.items():
            yield from _leaves(inner, [*names, name])
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, [*names, str(index)])
    else:
        kind = "sealed" if isinstance(value, dict) else type(value).__name__
        path = "".join(f"/{name.replace('~', '~0').replace('/', '~1')}" for name in names)
        yield {"path": path, "names": names, "value": value, "kind": kind}
