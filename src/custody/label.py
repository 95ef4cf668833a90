"""The text on a label: twenty characters, of which the last four are check characters.

``EV1`` (item), ``ST1`` (place), ``MF1`` (manifest) or ``KT1`` (kit), thirteen random base-32 characters
(65 bits), and a CRC-20 over those sixteen. Source: docs/format.md section 8.
"""

from __future__ import annotations

import re
from typing import Final

from custody.errors import Malformed

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which hands and eyes confuse."""

PREFIXES: Final = {"EV1": "item", "ST1": "place", "MF1": "manifest", "KT1": "kit"}
ID_LENGTH: Final = 16
CODE_LENGTH: Final = 20

_VALUE: Final = {character: value for value, character in enumerate(ALPHABET)}
_POLYNOMIAL: Final = 0x8359F
_MASK: Final = 0xFFFFF
_ID: Final = re.compile(r"(EV1|ST1|MF1|KT1)[0-9A-HJKMNP-TV-Z]{13}")


def check_characters(identifier: str) -> str:
    """Return the four check characters (CRC-20, most significant first) of a 16-character id."""
    register = _MASK
    for character in identifier:
        value = _VALUE[character]
        for bit in (16, 8, 4, 2, 1):
            carry = (register >> 19) ^ (1 if value & bit else 0)
            register = (register << 1) & _MASK
            if carry:
                register ^= _POLYNOMIAL
    return "".join(ALPHABET[(register >> shift) & 31] for shift in (15, 10, 5, 0))


def code_of(identifier: str) -> str:
    """Return the 20-character label code of a 16-character id. Raises Malformed."""
    if not _ID.fullmatch(identifier):
        raise Malformed("malformed/label-id", "This is not the id of a label.", got=identifier[:40])
    return identifier + check_characters(identifier)


def parse(code: str) -> str:
    """Return the 16-character id of a label code, exactly as printed. Raises Malformed; never corrects."""
    if len(code) != CODE_LENGTH or not _ID.fullmatch(code[:ID_LENGTH]):
        raise Malformed(
            "malformed/label", "This is not a label of this ledger.",
            expected="EV1, ST1, MF1 or KT1 and 17 characters", got=code[:40],
        )  # fmt: skip
    if check_characters(code[:ID_LENGTH]) != code[ID_LENGTH:]:
        raise Malformed("malformed/label-check", "The check characters do not agree: scan again.", got=code)
    return code[:ID_LENGTH]


def is_code(code: str, kind: str | None = None) -> bool:
    """Whether ``code`` is a sound label code, of this kind if one is given."""
    try:
        prefix = parse(code)[:3]
    except Malformed:
        return False
    return kind is None or PREFIXES[prefix] == kind


def is_id(text: str, kind: str | None = None) -> bool:
    """Whether ``text`` is the 16-character id of a label, of this kind if one is given."""
    return _ID.fullmatch(text) is not None and kind in (None, PREFIXES[text[:3]])


def make(kind: str, randomness: bytes) -> str:
    """Return a fresh label code of a kind from at least 9 random bytes (65 bits are used)."""
    if len(randomness) < 9:
        raise ValueError("a label needs 9 random bytes")
    prefix = next(key for key, value in PREFIXES.items() if value == kind)
    number = int.from_bytes(randomness[:9], "big") >> 7
    body = "".join(ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(13)))
    return code_of(prefix + body)


def spaced(code: str) -> str:
    """Return the code as people read it: ``EV1 XXXX XXXX XXXXX CCCC``."""
    return f"{code[:3]} {code[3:7]} {code[7:11]} {code[11:16]} {code[16:]}"
