"""JSON Schema (2020-12) of every act, for clients that build acts. Published as docs/schemas/<type>.json.

A schema says what the payload looks like; the check characters of label codes, text in NFC, and which parts an act
has are checked beyond it (docs/format.md section 2).
"""

from __future__ import annotations

import json
from typing import Any

from custody.acts import ACT_TYPES
from custody.acts.parts import PARTS


def schema(type_name: str) -> dict[str, Any]:
    """Return the JSON Schema of an act type. Raises KeyError for an unknown type."""
    kind = ACT_TYPES[type_name]
    said = (kind.__doc__ or "").split("\n\n")[0]
    body = kind.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:custody:act:{type_name}:v1",
        "title": f"{kind.zh} / {type_name}",
        "description": " ".join(said.split()),
        "x-parts": {
            name: {"zh": part.zh, "en": part.en, "least": part.least, "most": part.most, "paper": part.paper}
            for name, part in PARTS[type_name].items()
        },
        **{name: value for name, value in body.items() if name not in ("title", "description")},
    }


def published(type_name: str) -> str:
    """Return the text of a schema's file."""
    return json.dumps(schema(type_name), ensure_ascii=False, indent=2) + "\n"
