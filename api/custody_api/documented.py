"""What OpenAPI says of each route beyond its signature: bodies, shapes of answers, examples."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from custody.acts.entry import Defect
from custody_api.problems import MEDIA_TYPE, Problem
from custody_api.tables import MEDIA_TYPES

Json = dict[str, Any]

ACT_ID: Final = "019cdf51-6200-7a3c-9b1e-5d0f2c8a4e71"
ITEM_ID: Final = "EV1BHP5N40BAQPAA"


class Receipt(BaseModel):
    """Where an act stands in the log, and the proof (docs/format.md section 6)."""

    act: str = Field(examples=[ACT_ID])
    index: int = Field(examples=[1233])
    position: int = Field(examples=[1234])
    recorded_at: str = Field(examples=["2026-03-12T14:26:05.123456Z"])
    defects: list[Defect]
    entry: str = Field(description="The exact entry bytes, base64.")
    proof: str = Field(description="A complete c2sp.org/tlog-proof@v1.")


class Checked(BaseModel):
    """What would be decided."""

    outcome: Literal["accepted", "accepted-with-defects", "refused"]
    defects: list[Json]
    problem: Problem | None


class Signed(BaseModel):
    """Who signed an act, in which part, with which key."""

    part: str
    person: str
    key: str


class Envelope(BaseModel):
    """The envelope that an entry commits to."""

    sha256: str
    size_bytes: int


class RecordedAct(BaseModel):
    """An act as recorded. What is sealed stays sealed."""

    id: str
    type: str
    index: int
    position: int
    recorded_at: str
    policy: str
    defects: list[Defect]
    previous: dict[str, int]
    envelope: Envelope
    signers: list[Signed]
    act: Json | None = Field(description="The signed payload (/v1/schemas/{type}); null for who sees only parts of it.")
    disclosed: dict[str, str | None] | None = Field(
        None, description="With ``disclose`` only: commitment → what it seals, null where it was erased."
    )
    links: dict[str, str]


class ActTypes(BaseModel):
    """Every type of act."""

    schemas: list[Json]


class Scanned(BaseModel):
    """What is in view, and what the ledger says of it."""

    mode: Literal["single", "page"]
    accepted: bool
    codes: list[Json]
    problems: list[Json]
    decoders: list[str]


def _answer(model: type[BaseModel], description: str) -> Json:
    return {"model": model, "description": description}


def _media(media_type: str, description: str, schema: Json | None = None, example: Any = None) -> Json:
    content: Json = {"schema": schema or {"type": "string", "format": "binary"}}
    if example is not None:
        content["example"] = example
    return {"description": description, "content": {media_type: content}}


def _text(description: str, example: str) -> Json:
    return _media("text/plain", description, {"type": "string"}, example)


def body(media_type: str, schema: Json, example: Any = None) -> Json:
    """What OpenAPI says of a request's body, as ``openapi_extra``."""
    content: Json = {"schema": schema} | ({"example": example} if example is not None else {})
    return {"requestBody": {"required": True, "content": {media_type: content}}}


SIGNATURE: Final[Json] = {
    "type": "object",
    "required": ["keyid", "sig"],
    "additionalProperties": False,
    "properties": {
        "keyid": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "sig": {"type": "string", "contentEncoding": "base64"},
        "webauthn": {
            "type": "object",
            "description": "Of a passkey: what authenticator and browser said, base64url without padding.",
            "required": ["authenticatorData", "clientDataJSON"],
            "additionalProperties": False,
            "properties": {"authenticatorData": {"type": "string"}, "clientDataJSON": {"type": "string"}},
        },
    },
}

_ENVELOPE: Final[Json] = {
    "type": "object",
    "required": ["payloadType", "payload", "signatures"],
    "additionalProperties": False,
    "properties": {
        "payloadType": {"const": "application/vnd.custody.act.v1+json"},
        "payload": {"type": "string", "contentEncoding": "base64"},
        "signatures": {
            "type": "array",
            "minItems": 1,
            "items": SIGNATURE,
        },
    },
}

SUBMISSION: Final[Json] = {
    "type": "object",
    "required": ["envelope"],
    "additionalProperties": False,
    "properties": {
        "envelope": _ENVELOPE,
        "disclosures": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["salt", "value"],
                "additionalProperties": False,
                "properties": {
                    "salt": {"type": "string", "description": "32 bytes, base64url without padding"},
                    "value": {"type": "string"},
                },
            },
        },
    },
}

SUBMITTED: Final[Json] = {
    "envelope": {
        "payloadType": "application/vnd.custody.act.v1+json",
        "payload": "eyJhY3QiOiJjaGVjay1pbiIsIC4uLn0=",
        "signatures": [{"keyid": "5f2c…", "sig": "MEUCIQ…"}],
    },
    "disclosures": [],
}

PROBLEMS: Final[dict[int | str, Json]] = {
    "4XX": {
        "description": "What is wrong with the request, or which rule refuses the act.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
    "5XX": {
        "description": "Nothing was recorded, or nobody can tell: submit again, it is recorded once. See Retry-After.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
}

METRICS: Final[Json] = {"responses": {200: _media("text/plain", "Prometheus text.", {"type": "string"})}}

SUBMIT: Final[Json] = {
    "responses": {201: _answer(Receipt, "Recorded."), 200: _answer(Receipt, "Recorded before: the same receipt.")},
    "openapi_extra": body("application/json", SUBMISSION, SUBMITTED),
}

BATCH: Final[Json] = {
    "responses": {
        200: _media(
            "application/jsonl", "One receipt or problem document a line, in order.",
            {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Receipt", "Problem")]},
        )
    },
    "openapi_extra": body("application/jsonl", SUBMISSION, SUBMITTED),
}  # fmt: skip

ACT: Final[Json] = {"responses": {200: _answer(RecordedAct, "The act and its place in the log.")}}
PROOF: Final[Json] = {"responses": {200: _text("A tlog-proof.", "c2sp.org/tlog-proof@v1\nindex 1233\n…")}}
ENTRY: Final[Json] = {"responses": {200: _media("application/json", "The exact leaf.", {"type": "object"})}}
ENVELOPE: Final[Json] = {"responses": {200: _media("application/json", "The exact signed envelope.", _ENVELOPE)}}
SCHEMAS: Final[Json] = {"responses": {200: _answer(ActTypes, "Every type of act, with a link to its schema.")}}
SCHEMA: Final[Json] = {"responses": {200: _media("application/json", "A JSON Schema.", {"type": "object"})}}

CHECKPOINT: Final[Json] = {
    "responses": {200: _text("A signed note.", "custody.example/yunling\n1234\nq1mO…=\n\n— …\n")}
}
ENTRIES: Final[Json] = {"responses": {200: _media("application/octet-stream", "An entry bundle.")}}
TILE: Final[Json] = {"responses": {200: _media("application/octet-stream", "Hashes, 32 bytes each.")}}

LABEL: Final[Json] = {
    "responses": {
        200: {
            "description": "Labels, journaled. Custody-Missing-Characters names what the font cannot show.",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("application/pdf", "image/png", "image/svg+xml", "application/zpl")
            },
        }
    }
}
_PDF: Final[Json] = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
PAPER: Final[Json] = {
    "responses": {200: {"description": "Papers. Custody-Position: drawn from where.", "content": _PDF}}
}
SCAN: Final[Json] = {
    "responses": {200: _answer(Scanned, "Codes in view, with the ledger's answer.")},
    "openapi_extra": body("image/*", {"type": "string", "format": "binary"}),
}
HEALTH: Final[Json] = {
    "responses": {200: _media("application/json", "Alive.", {"type": "object"}, {"status": "ok"})},
}
READY: Final[Json] = {
    "responses": {
        status: _media(
            "application/json", said, {"type": "object", "required": ["ready", "checks"]},
            {"ready": status == 200, "checks": {"database": {"ok": status == 200, "kind": "sqlite"}}},
        )
        for status, said in ((200, "Ready."), (503, "Not ready: which check says so."))
    }
}  # fmt: skip


def resource(said: str, example: Json) -> Json:
    """A single resource as `custody.facts.shapes` makes it."""
    shown = _media("application/json", said, {"type": "object"}, example)
    return {"responses": {200: shown, 304: {"description": "Unchanged."}}}


TABLES: Final[Json] = {
    kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("text/csv", MEDIA_TYPES["xlsx"])
}
"""A list or a work list as a table."""


def listing(name: str, said: str, example: Json) -> Json:
    """A page of a list, or a table of the whole; ``next`` is the key to continue with, as the Link header says."""
    schema = {
        "type": "object",
        "required": [name, "next"],
        "properties": {
            name: {"type": "array", "items": {"type": "object"}},
            "next": {"type": ["string", "null"]},
        },
    }
    page = _media("application/json", said, schema, {name: [example], "next": None})
    page["content"] |= TABLES
    return {"responses": {200: page, 304: {"description": "Unchanged."}}}


CASE_REF: Final = "云公(刑)诈〔2026〕0520"

DUE: Final[Json] = {
    "deadline": f"D18/{ACT_ID}/item:{ITEM_ID}", "rule": "D18", "variant": "", "act": ACT_ID, "state": "running",
    "started_at": "2026-03-12T00:10:00.000000Z", "due": "2026-03-19T15:59:59.999999Z", "first_due": None,
    "extended_by": None, "missing_year": None, "zh": "贵重物品鉴定、估价", "en": "Valuables are appraised",
}  # fmt: skip
SHOWN_ITEM: Final[Json] = {
    "item": ITEM_ID,
    "case": CASE_REF,
    "category": "general",
    "description": "手机",
    "features": "黑色",
    "serial": "356938035643809",
    "quantity": "1",
    "unit": "部",
    "code": f"{ITEM_ID}1D0A",
    "custody": {
        "holder": "ST1C7V0N2R5TQKM4", "kind": "place", "place": "ST1C7V0N2R5TQKM4",
        "place_name": "大库", "agency": "center",
        "since": "2026-03-12T06:20:00.000000Z", "since_act": ACT_ID,
    },
    "control": {
        "agency": "psb-yunling", "stage": "investigation", "document": None, "since": "2026-03-12T00:00:00.000000Z",
        "since_act": ACT_ID, "position": 39,
    },
    "offer": None,
    "measure": "seized",
    "measure_expires": None, "measure_lifted": None, "parent": None, "children": [], "odometer_km": None,
    "sha256": None, "quarantined": False, "discrepancies": [],
    "seal": {"number": "F-880000", "state": "sealed"},
    "disposition": {"state": "none", "kind": None, "order": None, "instrument": None, "effective_at": None},
    "status": "stored",
    "defects": [],
    "holds": [],
    "deadlines": [DUE],
    "version": 1234,
}  # fmt: skip
SHOWN_ACT: Final[Json] = {
    "act": ACT_ID, "type": "seizure", "position": 40, "recorded_at": "2026-03-12T00:11:05.123456Z",
    "occurred_at": "2026-03-12T08:10:00+08:00", "signers": [{"part": "officer", "person": "psb-0211"}], "defects": [],
}  # fmt: skip

ITEM: Final = resource("The item.", SHOWN_ITEM)
ITEMS: Final = listing("items", "Items, ordered by id.", SHOWN_ITEM)
