"""What OpenAPI says of bundles."""

from __future__ import annotations

from typing import Final

from custody_api.documented import Json

BUNDLE: Final[Json] = {
    "responses": {
        200: {
            "description": "A ZIP archive: acts, proofs, and the ledger's signed statement that none is missing.",
            "headers": {
                "Custody-Position": {
                    "description": "The size of the log that the bundle is about.", "schema": {"type": "integer"},
                },
            },
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}  # fmt: skip
