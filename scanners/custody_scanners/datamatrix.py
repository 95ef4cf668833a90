"""Data Matrix ECC 200, in the one size that tube labels use: 12 rows by 26 columns, 16 data codewords.

Encoders choose the smallest symbol that fits, and a code with many digits would come out smaller than its
neighbours; here every code takes the same way (C40, the last two characters in ASCII) and fills the symbol
exactly. Source: ISO/IEC 16022:2006, 5.2.5 (C40), 5.7 and annex E (error correction), annex F (placement).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

ROWS: Final = 10
COLUMNS: Final = 24
"""The mapping matrix: the symbol without its finder pattern."""

_C40: Final = {character: 4 + n for n, character in enumerate("0123456789")} | {
    character: 14 + n for n, character in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}
_LATCH_C40: Final = 230
_UNLATCH: Final = 254
_ERROR_CODEWORDS: Final = 14
_FIELD: Final = 0x12D


def modules_12x26(code: str) -> tuple[str, ...]:
    """Return 12 rows of 26 modules for 20 characters of ``0-9A-Z``, without quiet zone.

    Raises ValueError if ``code`` has another length or other characters.
    """
    if len(code) != 20 or not set(code) <= _C40.keys():
        raise ValueError("a 12x26 symbol holds 20 characters 0-9A-Z")
    data = codewords(code)
    bits = {}
    for codeword, cells in zip(data + error_codewords(data), placement(), strict=True):
        for position, cell in enumerate(cells):
            bits[cell] = codeword >> (7 - position) & 1
    inner = ["".join(str(bits[row, column]) for column in range(COLUMNS)) for row in range(ROWS)]
    framed = (f"1{modules}{row % 2}" for row, modules in enumerate(inner, start=1))
    return ("10" * (COLUMNS // 2 + 1), *framed, "1" * (COLUMNS + 2))


def codewords(code: str) -> list[int]:
    """The 16 data codewords: eighteen characters in C40, three to two codewords, then two in ASCII."""
    packed = [_LATCH_C40]
    for start in range(0, 18, 3):
        first, second, third = (_C40[character] for character in code[start : start + 3])
        packed += divmod(1600 * first + 40 * second + third + 1, 256)
    return [*packed, _UNLATCH, ord(code[18]) + 1, ord(code[19]) + 1]


def error_codewords(data: list[int]) -> list[int]:
    """The 14 Reed-Solomon codewords, the remainder of the data by the generator with roots 2^1 … 2^14."""
    generator = _generator()
    remainder = [0] * _ERROR_CODEWORDS
    for codeword in data:
        factor = codeword ^ remainder[0]
        shifted = [*remainder[1:], 0]
        remainder = [a ^ _times(factor, b) for a, b in zip(shifted, generator[1:], strict=True)]
    return remainder


@lru_cache
def _generator() -> tuple[int, ...]:
    polynomial, root = [1], 1
    for _ in range(_ERROR_CODEWORDS):
        root = _times(root, 2)
        pairs = zip([*polynomial, 0], [0, *polynomial], strict=True)
        polynomial = [a ^ _times(b, root) for a, b in pairs]
    return tuple(polynomial)


@lru_cache(maxsize=1 << 16)
def _times(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 0x100:
            a ^= _FIELD
        b >>= 1
    return product


@lru_cache
def placement() -> tuple[tuple[tuple[int, int], ...], ...]:
    """For each of the 30 codewords the cells of its eight bits, most significant first, as (row, column)."""
    taken: set[tuple[int, int]] = set()
    order: list[tuple[tuple[int, int], ...]] = []

    def place(row: int, column: int) -> None:
        if 0 <= row < ROWS and 0 <= column < COLUMNS and (row, column) not in taken:
            cells = tuple(_wrapped(row + down, column + right) for down, right in _UTAH)
            taken.update(cells)
            order.append(cells)

    row, column = 4, 0
    while row < ROWS or column < COLUMNS:
        while row >= 0 and column < COLUMNS:  # up and to the right
            place(row, column)
            row, column = row - 2, column + 2
        row, column = row + 1, column + 3
        while row < ROWS and column >= 0:  # down and to the left
            place(row, column)
            row, column = row + 2, column - 2
        row, column = row + 3, column + 1
    return tuple(order)


_UTAH: Final = ((-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0))
"""The shape of a codeword, seen from its last bit."""


def _wrapped(row: int, column: int) -> tuple[int, int]:
    if row < 0:
        row, column = row + ROWS, column + 4 - (ROWS + 4) % 8
    if column < 0:
        row, column = row + 4 - (COLUMNS + 4) % 8, column + COLUMNS
    return row, column
