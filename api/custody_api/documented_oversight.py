"""What OpenAPI says of the routes of oversight: shapes of answers, examples."""

from __future__ import annotations

from typing import Final

from custody_api.documented import ACT_ID, CASE_REF, DUE, ITEM_ID, TABLES, Json, listing, resource

DEFECTS: Final = listing(
    "defects", "Defects, ordered by id.",
    {"id": f"{ACT_ID}/0", "code": "LATE_HANDOVER", "rule": "D01", "severity": "curable", "act": ACT_ID,
     "case": CASE_REF, "state": "open", "items": [ITEM_ID],
     "owed": {"by": "officer", "persons": ["psb-0211"], "accepted_by": "legal-reviewer",
              "zh": "由办案人员补正或者作出合理解释，法制员审核。",
              "en": "The handling officer remedies it or gives a reasonable explanation; the legal reviewer accepts."}},
)  # fmt: skip
DEADLINES: Final = listing("deadlines", "Deadlines, the first due first.", {
    **DUE, "case": CASE_REF, "subject": f"item:{ITEM_ID}", "stopped_by": None, "stopped_at": None, "policy": "5e" * 32,
    "colour": None, "tells": [], "source": "刑程第230条第3款", "verified": False})  # fmt: skip
CALENDAR: Final[Json] = {
    "responses": {
        200: {"description": "An iCalendar file.", "content": {"text/calendar": {"schema": {"type": "string"}}}}
    }
}
CLEARANCE: Final = resource("What has to be cleared.", {"clearance": "daily", "headings": {"handovers": [{
    **DUE, "case": CASE_REF, "subject": f"item:{ITEM_ID}", "stopped_by": None, "stopped_at": None, "policy": "5e" * 32,
    "colour": None, "tells": [], "source": "刑程第230条第3款", "verified": False}]}})  # fmt: skip
CLEARANCE["responses"][200]["content"] |= TABLES
INSPECTION: Final = resource("What an inspector asks for.", {"position": 1234, "sections": [], "anomalies": []})
VIEWS: Final = listing(
    "views", "Looks and exports, oldest first; ``values`` are the commitments that were opened.",
    {"position": 8, "recorded_at": "2026-03-12T07:02:00.000000Z", "by": "psb-0211", "code": "view/act",
     "why": "核对见证人", "of": {"act": ACT_ID, "position": 40}, "values": ["q1mO…"]},
)  # fmt: skip
REFUSALS: Final = listing(
    "refusals", "Refusals, oldest first.",
    {"position": 7, "recorded_at": "2026-03-12T07:00:00.000000Z", "by": "psb-0211", "act": ACT_ID, "type": "check-in",
     "code": "refused/officer-is-custodian", "rule": "I-06", "items": [ITEM_ID]},
)  # fmt: skip
