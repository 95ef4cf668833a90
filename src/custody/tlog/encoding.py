"""Base64 as the note family uses it: standard alphabet, padded, one spelling for each value."""

from __future__ import annotations

import base64
import binascii

from custody.errors import Malformed


def to_base64(value: bytes) -> str:
    """The one canonical spelling."""
    return binascii.b2a_base64(value, newline=False).decode()


def from_base64(encoded: str, field: str) -> bytes:
    """The bytes behind a canonical spelling. Raises Malformed, also for stray bits after the last byte."""
    try:
        value = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed(field, "is not base64") from error
    if to_base64(value) != encoded:
        raise _malformed(field, "is not canonical base64")
    return value


def _malformed(field: str, what: str) -> Malformed:
    return Malformed("malformed/base64", f"The {field} {what}.", field=field)
