"""Items: as each is now or was, its chain of custody, and the searches clerks make."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from custody.access.rights import Sight
from custody.access.shown import as_thing, history_of_thing
from custody.ledger.history import history_at, item_at
from custody_api import documented
from custody_api.answers import Listed, TakenOut, encoded, one
from custody_api.callers import TheCaller, TheRegisters
from custody_api.context import TheLedger
from custody_api.disclosing import NOT_KEPT, Reason, require_opens, with_names
from custody_api.documented_cases import HISTORY, PROV
from custody_api.interchange.chain import chain_of
from custody_api.interchange.prov import MEDIA_TYPE as PROV_TYPE
from custody_api.interchange.prov import prov_document
from custody_api.lists import TheLists
from custody_api.past import AtMoment

router = APIRouter(prefix="/v1/items", tags=["items"])


class Wanted(Listed):
    """What to look for; every field that is given has to fit."""

    case: str | None = None
    agency: str | None = Field(None, description="What an agency controls or holds.")
    holder: str | None = None
    place: str | None = None
    status: str | None = None
    category: str | None = None
    manifest: str | None = Field(None, description="Offered on this manifest, neither answered nor withdrawn.")
    overdue: bool | None = Field(None, description="true: on loan, and due back before now.")
    q: str | None = Field(
        None, max_length=200,
        description="Words, or any pieces of them: of a code, the case number, seal, description, features, serial.",
    )  # fmt: skip


@router.get("", **documented.ITEMS)
def search_items(
    lists: TheLists, wanted: Annotated[Wanted, Query()], registers: TheRegisters, ledger: TheLedger
) -> Response:
    """Items that fit, ordered by id."""
    late = (wanted.overdue, ledger.clock()) if wanted.overdue is not None else None
    given = wanted.filters() | {"overdue": late}
    return lists.answer(
        "items", wanted, lambda after, limit: registers.items(**given, after=after, limit=limit), "item"
    )


@router.get("/{id_or_code}/history", **HISTORY)
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


@router.get("/{id_or_code}/prov.json", response_class=Response, **PROV)
def read_item_as_prov(
    id_or_code: str, lists: TheLists, wanted: Annotated[TakenOut, Query()], registers: TheRegisters, ledger: TheLedger
) -> Response:
    """The history of an item as PROV-JSON, as far as the caller sees it."""
    history = registers.history(id_or_code)
    item = registers.item(history["item"])
    whole = registers.sight_of(f"item:{item['item']}") is Sight.WHOLE
    acts = (history if whole else history_of_thing(history))["acts"]
    places = {each["place"]: each["place_name"] for each in history["custody"] if each["place_name"]}
    touched = registers.touched([each["position"] for each in acts])
    document = prov_document(chain_of(ledger.origin, [item], acts, touched, places))
    lists.journaled("item", wanted.why, "prov", items=1)
    return lists.file(encoded(document), PROV_TYPE, "prov.json")


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

