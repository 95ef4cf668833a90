"""What OpenAPI says of cases with their files, of blood kits, and of histories, also in the formats of others."""

from __future__ import annotations

from typing import Final

from custody_api.documented import ACT_ID, CASE_REF, DUE, ITEM_ID, SHOWN_ACT, SHOWN_ITEM, Json, listing, resource

_STRETCH: Final[Json] = {
    "from": "2026-03-12T00:10:00.000000Z", "to": "2026-03-12T06:20:00.000000Z", "holder": "psb-0211",
    "kind": "person", "place": None, "place_name": None, "act": ACT_ID, "type": "seizure", "position": 40,
    "given_by": None,
    "parties": [{"part": "officer", "person": "psb-0211"}, {"part": "second", "person": "psb-0347"}],
}  # fmt: skip
_SHOWN_CASE: Final[Json] = {
    "case": CASE_REF, "kind": "criminal", "lead": "psb-yunling", "stage": "investigation", "officers": ["psb-0211"],
    "legal_reviewer": "psb-0077", "opened_at": "2026-03-12T00:00:00.000000Z", "opened_by": ACT_ID, "holds": [],
    "stages": [{"stage": "investigation", "agency": "psb-yunling", "act": ACT_ID, "position": 39}], "final": None,
    "effective": [],
}  # fmt: skip
_SHOWN_KIT: Final[Json] = {
    "kit": "KT1R4E8A0Q5WZ3YH", "case": CASE_REF, "drawn_by": ACT_ID, "tubes": [{"item": ITEM_ID, "designation": "A"}],
}  # fmt: skip


def _part(*members: Json) -> Json:
    return {"members": list(members), "next": None}


_CONTENTS: Final[Json] = {
    "items": {"members": [SHOWN_ITEM], "next": f"/v1/cases/{CASE_REF}/items?limit=1&after={ITEM_ID}"},
    "kits": _part(_SHOWN_KIT), "acts": _part(SHOWN_ACT), "defects": _part(), "deadlines": _part(DUE),
    "manifests": _part(),
    "papers": [{"kind": "seizure-list", "zh": "扣押清单", "en": "seizure list",
                "href": f"/v1/papers/seizure-list?case={CASE_REF}"}],
}  # fmt: skip
CASE: Final = resource("The case and its file.", {**_SHOWN_CASE, "items": 400, "contents": _CONTENTS})
CASES: Final = listing("cases", "Cases, ordered by reference.", _SHOWN_CASE)
CASE_ACTS: Final = listing("acts", "Acts, oldest first.", SHOWN_ACT)
KIT: Final = resource("The kit.", _SHOWN_KIT)
KITS: Final = listing("kits", "Blood kits, ordered by id.", _SHOWN_KIT)
_JSONLD: Final[Json] = {"schema": {"type": "object"}, "example": {"@context": {}, "@graph": []}}
CASE_UCO: Final[Json] = {
    "responses": {200: {"description": "A CASE/UCO document.", "content": {"application/ld+json": _JSONLD}}}
}
_EXAMPLE: Final[Json] = {
    "prefix": {"custody": "https://custody.example/yunling/"}, "entity": {}, "activity": {}, "agent": {},
}  # fmt: skip
_PROV_JSON: Final[Json] = {"schema": {"type": "object"}, "example": _EXAMPLE}
PROV: Final[Json] = {
    "responses": {200: {"description": "A PROV-JSON document.", "content": {"application/json": _PROV_JSON}}}
}
HISTORY: Final = resource(
    "The chain of custody.", {"item": ITEM_ID, "acts": [SHOWN_ACT], "custody": [_STRETCH], "gaps": [],
    "seals": [{"at": "2026-03-12T00:10:00.000000Z", "number": "F-880732", "state": "sealed", "act": ACT_ID,
               "position": 40}],
    "controls": []})  # fmt: skip
