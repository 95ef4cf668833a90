"""docs/acts.md: every act type, its parts and its fields, as the models declare them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from pydantic import TypeAdapter
from tables import table

from custody.acts import ACT_TYPES, oversight, values
from custody.acts.act import Act
from custody.acts.parties import Capacity
from custody.acts.parts import ANYONE, HANDS, PARTS, Part
from custody.acts.schemas import schema
from custody.cli.words import TERMS

SIMPLE: Final = {
    "text of up to 2,000 characters": values.Text,
    "text of up to 120 characters": values.Word,
    "time": values.Moment,
    "day": values.Day,
    "act id": values.ActId,
    "id": values.Name,
    "origin": values.Origin,
    "SHA-256 in hex": values.Hex32,
    "SHA-256 in base64url": values.Digest,
    "reference": values.Reference,
    "seal number": values.SealNumber,
    "decimal in a string": values.Quantity,
    "decimal in a string, may be negative": values.Measurement,
    "label code": values.ItemCode,
    "item id": values.ItemId,
    "place id": values.PlaceId,
    "kit id": values.KitId,
    "manifest id": values.ManifestId,
    "verifier key (vkey line)": values.VerifierKey,
    "public key (SubjectPublicKeyInfo, base64url)": values.PublicKey,
    "credential id (base64url)": values.CredentialId,
    "domain name": values.RpId,
    "origin of a page": values.PageOrigin,
    "envelope (base64url)": values.EnvelopeBytes,
    "JSON Pointer": oversight.Pointer,
    "defect id": oversight.DefectId,
}
"""How a reader calls the simple values."""


def _bare(declared: Mapping[str, Any]) -> str:
    return json.dumps({name: value for name, value in declared.items() if name not in ("title", "default")})


NAMES: Final = {_bare(TypeAdapter(kind).json_schema()): name for name, kind in SIMPLE.items()}
HEADER: Final = frozenset(Act.model_fields)


def acts() -> str:
    """Return the generated part of the page."""
    shapes: dict[str, Any] = {}
    chapters = [_act(name, shapes) for name in ACT_TYPES]
    said = [f"### {name}\n\n{_prose(shape)}{_fields(shape)}" for name, shape in sorted(shapes.items())]
    return "\n".join([*chapters, "## Shapes\n", *said, "## Capacities\n", _capacities()])


def _act(name: str, shapes: dict[str, Any]) -> str:
    kind, declared = ACT_TYPES[name], schema(name)
    shapes.update({each: shape for each, shape in declared["$defs"].items() if shape.get("properties")})
    said = " ".join((kind.__doc__ or "").partition(": ")[2].split())
    own = {field: value for field, value in declared["properties"].items() if field not in HEADER}
    body = {**declared, "properties": own}
    return f"## `{name}` {kind.zh}\n\n{_sentence(said)}\n\n{_parts(PARTS[name])}\n{_fields(body)}"


def _sentence(text: str) -> str:
    plain = re.sub(r"``?([^`]+)``?", r"`\1`", text)
    return plain[:1].upper() + plain[1:]


def _prose(shape: Mapping[str, Any]) -> str:
    said = " ".join(str(shape.get("description", "")).split())
    return f"{_sentence(said)}\n\n" if said else ""


def _parts(parts: Mapping[str, Part]) -> str:
    return table(
        ["part", "中文", "people", "who may", "on paper"],
        (
            (f"`{name}`", part.zh, _people(part), _who(part), "yes" if part.paper else "")
            for name, part in parts.items()
        ),
    )


def _people(part: Part) -> str:
    return str(part.least) if part.least == part.most else f"{part.least} to {part.most}"


def _who(part: Part) -> str:
    if part.capacities == ANYONE:
        return "anyone enrolled"
    if part.capacities == HANDS:
        return "[hands](#capacities)"
    return ", ".join(sorted(part.capacities)) or "outsiders only"


def _fields(declared: Mapping[str, Any]) -> str:
    required = declared.get("required", ())
    return table(["field", "value"], (
        (f"`{name}`", _value(value) + ("" if name in required else "; may be left out"))
        for name, value in declared["properties"].items()
    ))  # fmt: skip


def _value(declared: Mapping[str, Any]) -> str:
    if name := NAMES.get(_bare(declared)):
        return name
    if "$ref" in declared:
        shape = declared["$ref"].rsplit("/", 1)[1]
        return "any JSON" if shape == "JsonValue" else f"[{shape}](#{shape.lower()})"
    if choices := declared.get("anyOf") or declared.get("oneOf"):
        return " or ".join(_value(each) for each in choices)
    return _plain(declared)


def _plain(declared: Mapping[str, Any]) -> str:
    if "const" in declared:
        return f"`{declared['const']}`"
    if "enum" in declared:
        return ", ".join(f"`{each}`" for each in declared["enum"])
    if declared.get("type") == "array":
        many = "one or more of" if declared.get("minItems") else "any number of"
        return f"{many}: {_value(declared['items'])}"
    return {"boolean": "true or false", "integer": "whole number", "null": "null"}[declared["type"]]


def _capacities() -> str:
    return table(["capacity", "中文", "hands"], _capacity_rows())


def _capacity_rows() -> Iterator[tuple[str, str, str]]:
    for capacity in get_args(Capacity):
        yield f"`{capacity}`", TERMS.get(capacity, ""), "yes" if capacity in HANDS else ""
