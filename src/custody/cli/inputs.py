"""Reading acts from files: one JSON object, an array, or JSON Lines; ``-`` is standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from custody.errors import Malformed
from custody.strict import read_json


@dataclass(frozen=True, slots=True)
class Input:
    """One draft or signed act, and where it stands (``file`` or ``file:line``)."""

    source: str
    body: Mapping[str, Any]

    @property
    def is_signed(self) -> bool:
        """Whether it is an envelope with disclosures, and not a draft."""
        return "envelope" in self.body


def read_inputs(files: Sequence[str]) -> list[Input]:
    """Read every act of every file, in order. Raises Malformed, OSError."""
    return [each for file in files for each in _read(file)]


def _read(file: str) -> Iterator[Input]:
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    lines = [(number, line) for number, line in enumerate(data.splitlines(), 1) if line.strip()]
    if len(lines) > 1 and _stands_alone(lines[0][1]):
        for number, line in lines:
            yield _input(f"{file}:{number}", read_json(line, "draft"))
        return
    body = read_json(data, "draft")
    several = body if isinstance(body, list) else [body]
    for number, each in enumerate(several, 1):
        yield _input(f"{file}:{number}" if len(several) > 1 else file, each)


def _stands_alone(line: bytes) -> bool:
    try:
        return isinstance(read_json(line, "draft"), dict)
    except Malformed:
        return False


def _input(source: str, body: Any) -> Input:
    if not isinstance(body, dict):
        raise Malformed("malformed/draft", "An act is a JSON object.", field=source, got=repr(body)[:80])
    _refuse_fractions(body, "")
    return Input(source, body)


def _refuse_fractions(value: Any, field: str) -> None:
    """Quantities are strings: a number with a fraction has no place in an act."""
    if isinstance(value, Decimal):
        raise Malformed(
            "malformed/draft", f"The field {field[1:]} is a number with a fraction: write it as a string.",
            field=field[1:], expected=f'"{value}"', got=str(value),
        )  # fmt: skip
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        _refuse_fractions(each, f"{field}/{name}")
