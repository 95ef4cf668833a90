"""Items: as each is now or was, its chain of custody, and the searches clerks make."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from custody.access.rights import Sight
from custody.access.shown import as_thing, history_of_thing
from custody.acts.entry import instant
from custody.ledger.history import history_at, item_at
from custody.registers.reading import Registers
from custody_api import documented
from custody_api.answers import Paged, Shape, encoded, one, page
from custody_api.callers import TheCaller, TheRegisters
from custody_api.context import TheLedger
from custody_api.disclosing import NOT_KEPT, Reason, require_opens, with_names
from custody_api.past import AtMoment

router = APIRouter(prefix="/v1/items", tags=["items"])

_TURN = 500


class Wanted(Paged):
    """What to look for; every field that is given has to fit."""

    case: str | None = None
    agency: str | None = Field(None, description="What an agency controls or holds.")
    holder: str | None = None
    place: str | None = None
    status: str | None = None
    category: str | None = None
    overdue: bool | None = Field(None, description="true: on loan, and due back before now.")
    q: str | None = Field(None, max_length=200, description="Words in id, code, seal, description and features.")


@router.get("", **documented.ITEMS)
def search_items(
    request: Request, wanted: Annotated[Wanted, Query()], registers: TheRegisters, ledger: TheLedger
) -> Response:
    """Items that fit, ordered by id."""
    found = _found(registers, wanted)
    if wanted.overdue is not None:
        now = instant(ledger.clock())
        found = (each for each in found if (each["loan"] is not None and each["loan"]["due"] < now) == wanted.overdue)
    return page(request, "items", list(islice(found, wanted.limit + 1)), wanted.limit, lambda each: each["item"])


@router.get("/{id_or_code}/history", **documented.HISTORY)
def read_history(
    id_or_code: str, request: Request, registers: TheRegisters, ledger: TheLedger, caller: TheCaller, moment: AtMoment,
    why: Reason = None,
) -> Response:  # fmt: skip
    """The acts on an item, oldest first, the stretches of custody they make, and the gaps between; with ``disclose``,
    the signers by name."""
    now = registers.history(id_or_code)  # also where the past is asked for: it is read by who may read it now
    found = history_at(ledger.recorder, id_or_code, moment) if moment else now
    sight = registers.sight_of(f"item:{now['item']}")
    shown = found if sight is Sight.WHOLE else history_of_thing(found)
    if why is None:
        return one(request, shown)
    require_opens(caller, sight)
    named = with_names(ledger, caller, why, shown, {"item": now["item"]})
    return Response(encoded(named), media_type="application/json", headers=NOT_KEPT)


@router.get("/{id_or_code}", **documented.ITEM)
def read_item(
    id_or_code: str, request: Request, registers: TheRegisters, ledger: TheLedger, moment: AtMoment
) -> Response:
    """An item, by its id or any code it ever bore; by a code, ``asked`` says whether that one is in force."""
    now = registers.item(id_or_code)
    if moment is None:
        return one(request, now)
    found = item_at(ledger.recorder, id_or_code, moment)
    return one(request, found if registers.sight_of(f"item:{now['item']}") is Sight.WHOLE else as_thing(found))


def _found(registers: Registers, wanted: Wanted) -> Iterator[Shape]:
    """Everything that fits, turn by turn, as far as it is asked for."""
    fields = wanted.model_dump(include={"case", "agency", "holder", "place", "status", "category", "q"})
    if wanted.overdue:
        fields["status"] = wanted.status or "on-loan"
    turn = _TURN if wanted.overdue is not None else wanted.limit + 1
    after = wanted.after
    while found := registers.items(**fields, after=after, limit=turn):
        yield from found
        after = found[-1]["item"]
