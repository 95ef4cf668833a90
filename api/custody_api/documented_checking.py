"""What OpenAPI says of asking what would be decided of an act."""

from __future__ import annotations

from typing import Final

from custody_api.documented import SUBMISSION, SUBMITTED, Checked, Json, body

_MAYBE_UNFINISHED: Final[Json] = {
    **SUBMISSION,
    "properties": {
        **SUBMISSION["properties"],
        "unfinished": {"type": "boolean", "description": "Whether some signers have not signed yet."},
    },
}
_UNSIGNED: Final[Json] = {
    "type": "object", "required": ["act"], "additionalProperties": False,
    "properties": {
        "act": {"type": "object"},
        "presented": {
            "type": "array", "items": {"type": "string"},
            "description": "The whole codes of labels that are before the caller.",
        },
    },
}  # fmt: skip

CHECK: Final[Json] = {
    "responses": {200: {"model": Checked, "description": "What would be decided."}},
    "openapi_extra": body(
        "application/json",
        {"oneOf": [_MAYBE_UNFINISHED, _UNSIGNED]},
        SUBMITTED,
    ),
}
