"""Strict reading of foreign JSON: one form, no surprises, and an error that names the field."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final, NoReturn

from pydantic import ValidationError

from custody.errors import Malformed

try:  # three times as fast; where it is missing, as in a court, the standard library reads the same
    import jiter
except ImportError:  # pragma: no cover - the ledger installs it, a court's verifier need not
    jiter = None  # type: ignore[assignment]

DEEPEST: Final = 200
"""How many arrays and objects may stand in one another."""

_LONE: Final = re.compile("[\ud800-\udfff]")


def read_json(data: bytes, what: str) -> Any:
    """Parse JSON bytes. Duplicate keys, NaN, floats in place of strings and trailing bytes are Malformed.

    Numbers with a fraction come back as decimals, which no field of an act accepts.
    """
    try:
        return _read(data)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Malformed(f"malformed/{what}", f"The {what} is not strict JSON: {error}.", field="") from None


def read_with_jiter(data: bytes) -> Any:
    """Parse JSON strictly, fast. Raises ValueError."""
    return jiter.from_json(
        data, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="decimal", cache_mode="keys"
    )


def read_with_json(data: bytes) -> Any:
    """Parse JSON as strictly with the standard library alone. Raises ValueError, ArithmeticError, RecursionError."""
    value = json.loads(
        data.decode(), object_pairs_hook=_each_once, parse_float=Decimal, parse_constant=_no_number,
    )  # fmt: skip
    _require_shallow_text(value)
    return value


_read: Final[Callable[[bytes], Any]] = read_with_json if jiter is None else read_with_jiter


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _require_shallow_text(value: Any) -> None:
    """Refuse what lies too deep, and text that is no Unicode."""
    level: Iterable[Any] = [value]
    for _ in range(DEEPEST + 1):
        below: list[Any] = []
        for each in level:
            if isinstance(each, str) and _LONE.search(each):
                raise ValueError("a surrogate stands alone")
            if isinstance(each, dict):
                below += each
                below += each.values()
            elif isinstance(each, list):
                below += each
        if not below:
            return
        level = below
    raise ValueError("it lies too deep")


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
