"""Cases with their items, and blood kits with their tubes."""

from __future__ import annotations

import unicodedata
from functools import partial
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from custody.access.rights import Sight
from custody.ledger.history import case_at
from custody.ledger.ledger import Ledger
from custody.registers.reading import Registers
from custody_api import documented_cases as documented
from custody_api.answers import FromPosition, Listed, Shape, TakenOut, encoded, one
from custody_api.callers import TheRegisters
from custody_api.context import TheLedger
from custody_api.documented import ITEMS
from custody_api.interchange.case_uco import MEDIA_TYPE as CASE_UCO_TYPE
from custody_api.interchange.case_uco import case_document
from custody_api.interchange.chain import Chain, chain_of
from custody_api.interchange.prov import MEDIA_TYPE as PROV_TYPE
from custody_api.interchange.prov import prov_document
from custody_api.lists import TheLists, everything
from custody_api.papers.catalogue import TITLES, drawable
from custody_api.papers.sources import Sources
from custody_api.past import AtMoment

router = APIRouter(prefix="/v1", tags=["cases"])


class Wanted(Listed):
    """Which cases."""

    lead: str | None = None


@router.get("/cases", **documented.CASES)
def search_cases(lists: TheLists, wanted: Annotated[Wanted, Query()], registers: TheRegisters) -> Response:
    """Cases ordered by reference."""
    return lists.answer(
        "cases", wanted, lambda after, limit: registers.cases(lead=wanted.lead, after=after, limit=limit), "case"
    )


# A reference may hold a slash, and arrives here decoded: what ends in /items, /acts and so on is the list.
@router.get("/cases/{reference:path}/items", **ITEMS)
def read_case_items(
    reference: str, lists: TheLists, wanted: Annotated[Listed, Query()], registers: TheRegisters
) -> Response:
    """The items of a case, ordered by id."""
    case = _normal(reference)
    return lists.answer(
        "items", wanted, lambda after, limit: registers.case_items(case, after=after, limit=limit), "item"
    )


@router.get("/cases/{reference:path}/acts", **documented.CASE_ACTS)
def read_case_acts(
    reference: str, lists: TheLists, wanted: Annotated[FromPosition, Query()], registers: TheRegisters
) -> Response:
    """The acts on a case and on its items, oldest first."""
    case = _normal(reference)
    return lists.answer(
        "acts", wanted, lambda after, limit: registers.case_acts(case, after=int(after or 0), limit=limit), "position"
    )


@router.get("/cases/{reference:path}/kits", **documented.KITS)
def read_case_kits(
    reference: str, lists: TheLists, wanted: Annotated[Listed, Query()], registers: TheRegisters
) -> Response:
    """The blood kits of a case, ordered by id."""
    case = _normal(reference)
    return lists.answer(
        "kits", wanted, lambda after, limit: registers.case_kits(case, after=after, limit=limit), "kit"
    )


@router.get("/cases/{reference:path}/case.jsonld", response_class=Response, **documented.CASE_UCO)
def read_case_as_jsonld(
    reference: str, lists: TheLists, wanted: Annotated[TakenOut, Query()], registers: TheRegisters, ledger: TheLedger
) -> Response:
    """The case as CASE/UCO JSON-LD: its acts as investigative actions, its items as exhibits with provenance."""
    case = _normal(reference)
    document = case_document(_chain(registers, ledger.origin, case), registers.case(case))
    lists.journaled("case", wanted.why, "case-uco", items=len(document["@graph"]))
    return lists.file(encoded(document), CASE_UCO_TYPE, "case.jsonld")


@router.get("/cases/{reference:path}/prov.json", response_class=Response, **documented.PROV)
def read_case_as_prov(
    reference: str, lists: TheLists, wanted: Annotated[TakenOut, Query()], registers: TheRegisters, ledger: TheLedger
) -> Response:
    """The history of everything in a case as PROV-JSON."""
    document = prov_document(_chain(registers, ledger.origin, _normal(reference)))
    lists.journaled("case", wanted.why, "prov", items=len(document.get("entity", ())))
    return lists.file(encoded(document), PROV_TYPE, "prov.json")


@router.get("/cases/{reference:path}", **documented.CASE)
def read_case(
    reference: str, request: Request, registers: TheRegisters, ledger: TheLedger, moment: AtMoment,
    limit: Annotated[int, Query(ge=1, le=500, description="Of each part of the file, so many at most.")] = 50,
) -> Response:  # fmt: skip
    """A case with its file (一案一档): items, kits, acts, defects, deadlines, manifests, and the papers that can be
    drawn. ``items`` counts what belongs to it; each of ``contents`` has its first members and the address of the
    ``next``. Of the past, the case without its file."""
    name = _normal(reference)
    if moment:
        registers.case(name)  # the past is read by who may read it now
        return one(request, case_at(ledger.recorder, name, moment))
    found = registers.dossier(name, at=ledger.clock(), limit=limit)
    contents = {part: _continued(name, part, limit, **listed) for part, listed in found["contents"].items()}
    return one(request, {**found, "contents": contents | {"papers": _papers(ledger, registers, name)}})


def _chain(registers: Registers, origin: str, case: str) -> Chain:
    """Everything in a case, and the acts on it. Raises NotFound, TooLarge."""
    acts = everything(
        lambda after, limit: registers.case_acts(case, after=int(after or 0), limit=limit), None, "position"
    )  # fmt: skip
    items = everything(lambda after, limit: registers.case_items(case, after=after, limit=limit), None, "item")
    touched = registers.touched([each["position"] for each in acts])
    places = {each[6:] for subjects in touched.values() for each in subjects if each.startswith("place:")}
    return chain_of(origin, items, acts, touched, registers.place_names(sorted(places)))


def _continued(case: str, part: str, limit: int, members: list[Shape], after: object | None) -> Shape:
    """A part of a case's file, with the address at which its list goes on."""
    of_case = part in ("items", "kits", "acts")
    query = urlencode({**({} if of_case else {"case": case}), "limit": limit, "after": after})
    path = f"/v1/cases/{quote(case, safe='')}/{part}" if of_case else f"/v1/{part}"
    return {"members": members, "next": f"{path}?{query}" if after is not None else None}


def _papers(ledger: Ledger, registers: Registers, case: str) -> list[Shape]:
    """Every kind of paper that can be drawn of a case, with its address."""
    whole = partial(registers.seen_acts, least=Sight.WHOLE)
    return [
        {"kind": kind, **TITLES[kind], "href": f"/v1/papers/{kind}?{urlencode({'case': case})}"}
        for kind in drawable(Sources(ledger, opens=False), case, whole)
    ]


@router.get("/kits/{kit}", **documented.KIT)
def read_kit(kit: str, request: Request, registers: TheRegisters) -> Response:
    """A blood kit: its tubes as drawn, and each as it is ``now``."""
    return one(request, registers.kit(kit))


def _normal(reference: str) -> str:
    """References are kept in Unicode NFC; some keyboards and file names write otherwise."""
    return unicodedata.normalize("NFC", reference)
