"""Wedge scanners: they type what they read, as a keyboard would, and an input method may get hold of it first."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final, Literal

from custody import label
from custody.errors import Malformed

LONGEST: Final = 256
"""Bytes of a line that are looked at: a label in full-width characters has 60."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one scan. ``error`` is set, and ``code`` is None, when the line is malformed."""

    line: str
    status: Literal["accepted", "again", "malformed"]
    code: str | None
    error: Malformed | None = None


def read_line(text: str, prefix: str = "", suffix: str = "") -> str:
    """Return the label code in a scanned or typed line. Raises Malformed; never corrects a character.

    Full-width forms become plain (NFKC), spaces and control characters go, letters become capitals; then a
    ``prefix`` and ``suffix`` that the scanner is set to send are taken off if they are there.
    """
    code = _plain(text).removeprefix(_plain(prefix)).removesuffix(_plain(suffix))
    label.parse(code)
    return code


def _plain(text: str) -> str:
    normal = unicodedata.normalize("NFKC", text).upper()
    return "".join(each for each in normal if not each.isspace() and unicodedata.category(each) != "Cc")


def lines(stream: IO[bytes], prefix: str = "", suffix: str = "") -> Iterator[Outcome]:
    """Read scans from a terminal or pipe until it ends, one outcome per line that is not empty.

    Bytes that are no UTF-8, and lines without end, make a malformed outcome and nothing else.
    """
    seen: set[str] = set()
    while raw := stream.readline(LONGEST):
        rest = raw
        while not rest.endswith(b"\n") and len(rest) == LONGEST:
            rest = stream.readline(LONGEST)
        text = raw.decode("utf-8", errors="replace").strip()
        if text:
            yield _outcome(text, prefix, suffix, seen)


def _outcome(text: str, prefix: str, suffix: str, seen: set[str]) -> Outcome:
    try:
        code = read_line(text, prefix, suffix)
    except Malformed as error:
        return Outcome(text, "malformed", None, error)
    if code in seen:
        return Outcome(text, "again", code)
    seen.add(code)
    return Outcome(text, "accepted", code)
