"""What OpenAPI says of the books of a store: manifests, loans, stock-takes, figures; and of a citizen's receipt."""

from __future__ import annotations

from typing import Final

from custody_api.documented import ACT_ID, ITEM_ID, SHOWN_ITEM, Json, listing, resource

_SHOWN_MANIFEST: Final[Json] = {
    "manifest": "MF1C7V0N2R5TQKM4", "offered_at": "2026-03-13T01:00:00.000000Z", "offered_by": "psb-0211",
    "act": ACT_ID,
    "sender": "psb-yunling", "receiver": {"agency": "pro-yunling"}, "stage": "prosecution",
    "document": "云公刑移字〔2026〕9号", "expires_at": "2026-03-16T01:00:00.000000Z", "state": "open",
    "lines": [{"item": ITEM_ID, "moves": "control", "state": "open", "act": None, "reason": None, "remark": None,
               "proposal": "没收"}],
}  # fmt: skip
_SHOWN_LOAN: Final[Json] = {
    "loan": ACT_ID, "state": "decided", "borrower": "psb-0211", "purpose": "interrogation",
    "due": "2026-03-14T01:00:00.000000Z", "asked_by": ["psb-0211"],
    "items": [{"item": ITEM_ID, "decision": "approved", "decided_by": ACT_ID, "due": "2026-03-14T01:00:00.000000Z",
               "taken_by": ACT_ID, "out": True}],
    "out": 1, "overdue": [ITEM_ID],
}  # fmt: skip
_SHOWN_STOCK_TAKE: Final[Json] = {
    "stock_take": ACT_ID, "state": "closed", "opened_at": "2026-03-31T01:00:00.000000Z",
    "closed_at": "2026-03-31T03:00:00.000000Z", "seen": "q1mO…", "places": ["ST1C7V0N2R5TQKM4"], "uncounted": [],
    "draw": None, "book": {"count": 36, "digest": "t8XK…"}, "counters": ["cen-01", "psb-0900"],
    "counts": [{"act": ACT_ID, "at": "2026-03-31T02:00:00.000000Z", "places": ["ST1C7V0N2R5TQKM4"], "book": 36,
                "verdicts": {"right_place": 35, "wrong_place": 0, "unknown_code": 1, "already_scanned": 0,
                             "belongs_elsewhere": 0},
                "missing": [ITEM_ID], "misplaced": []}],
    "missing": [ITEM_ID],
}  # fmt: skip

MANIFEST: Final = resource("The manifest.", _SHOWN_MANIFEST)
MANIFESTS: Final = listing("manifests", "Manifests, ordered by id.", _SHOWN_MANIFEST)
LOAN: Final = resource("The loan.", _SHOWN_LOAN)
LOANS: Final = listing("loans", "Loans, the first asked for first.", _SHOWN_LOAN)
STOCK_TAKE: Final = resource("The stock-take.", _SHOWN_STOCK_TAKE)
STOCK_TAKES: Final = listing("stock_takes", "Stock-takes, the first opened first.", _SHOWN_STOCK_TAKE)
UNLOCATED: Final = listing(
    "items", "What was not found, ordered by item.",
    {"item": ITEM_ID, "missed": [{"stock_take": ACT_ID, "act": ACT_ID}], "now": SHOWN_ITEM},
)  # fmt: skip
STATISTICS: Final = resource(
    "The figures.",
    {"since": "2026-01-01T00:00:00.000000Z", "until": "2026-04-01T00:00:00.000000Z", "taken": 412, "stored": 409,
     "check_in_rate": "0.9927", "late_handovers": 3, "overdue_loans": 1, "undisposed": 0, "open_defects": 2},
)  # fmt: skip
RECEIPT: Final[Json] = {
    "responses": {
        200: {
            "description": "The state of one receipt.",
            "content": {
                "application/json": {
                    "schema": {"type": "object"},
                    "example": {
                        "done": "seizure", "occurred_at": "2026-03-12T00:10:00.000000Z",
                        "agency": "江州市公安局云岭分局", "voided": False,
                        "position": 42, "taken": [{"category": "digital", "says": "digital", "count": 1}],
                        "items": [{"number": 1, "category": "digital", "kind": "digital", "quantity": "1", "unit": "部",
                                   "state": "kept", "says": "in custody", "decided": None}],
                        "next": [{"rule": "D04", "by": "2026-03-17T15:59:59.000000Z", "items": [1],
                                  "says": "is irrelevant to the case and has to be given back",
                                  "source": "刑诉法第145条；刑程第233、247条（三日）；行程第115条（立即）"}],
                    },
                },
                "text/html": {"schema": {"type": "string"}},
            },
        }
    }
}  # fmt: skip
