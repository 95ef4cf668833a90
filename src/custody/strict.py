"""Strict reading of foreign JSON: one form, no surprises, and an error that names the field."""

from __future__ import annotations

import base64
from typing import Any

import jiter
from pydantic import ValidationError

from custody.errors import Malformed


def read_json(data: bytes, what: str) -> Any:
    """Parse JSON bytes. Duplicate keys, NaN, floats in place of strings and trailing bytes are Malformed.

    Numbers with a fraction come back as decimals, which no field of an act accepts.
    """
    try:
        return jiter.from_json(
            data, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="decimal", cache_mode="keys"
        )
    except ValueError as error:
        raise Malformed(f"malformed/{what}", f"The {what} is not strict JSON: {error}.", field="") from None


def base64url(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def read_base64url(text: str) -> bytes:
    """Decode base64url without padding, in its only form. Raises ValueError."""
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise ValueError("base64url without padding") from None
    if base64url(decoded) != text:
        raise ValueError("base64url without padding, in its only form")
    return decoded


def malformed(what: str, error: ValidationError) -> Malformed:
    """Return the first validation error as Malformed: which field, what was expected, what was got."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = "/".join(str(part) for part in first["loc"])
    got = "nothing" if first["type"] == "missing" else repr(first["input"])[:80]
    return Malformed(
        f"malformed/{what}", f"The field {place or '(whole)'} of the {what} is wrong: {first['msg']}.",
        field=place, expected=first["msg"], got=got,
    )  # fmt: skip
