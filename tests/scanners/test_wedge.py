"""Scanners that type."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody import label
from custody.errors import Malformed
from custody_scanners.wedge import LONGEST, lines, read_line

CODE = "EV1BHP5N40BAQPAA1D0A"
OTHER = "EV1QSPP7FT4Y5M95MEXW"
FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000"})


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        CODE.lower(),
        label.spaced(CODE),
        label.spaced(CODE).translate(FULL_WIDTH),
        f"\x02{CODE}\x03\r\n",
        f"  {CODE}\t",
    ],
)
def test_a_line_that_an_input_method_or_a_hand_changed_is_still_the_code(typed: str) -> None:
    assert read_line(typed) == CODE


def test_what_the_scanner_sends_around_a_code_is_taken_off() -> None:
    assert read_line(f"]Q1{CODE}#", prefix="]q1", suffix="#") == CODE
    assert read_line(CODE, prefix="]Q1", suffix="#") == CODE
    with pytest.raises(Malformed):
        read_line(f"]Q1{CODE}")


@pytest.mark.parametrize(
    "typed", ["", "二维", CODE[:-1], CODE + "0", CODE.replace("0", "O"), "EV1-" + CODE[3:], OTHER[:16] + CODE[16:]]
)
def test_a_line_that_is_not_a_code_is_malformed_and_never_corrected(typed: str) -> None:
    with pytest.raises(Malformed):
        read_line(typed)


def test_each_line_has_its_outcome() -> None:
    stream = BytesIO(f"{CODE}\n\n垃圾\n{OTHER.lower()}\r\n{label.spaced(CODE)}\n{OTHER}".encode())
    outcomes = [(outcome.status, outcome.code) for outcome in lines(stream)]
    assert outcomes == [
        ("accepted", CODE), ("malformed", None), ("accepted", OTHER), ("again", CODE), ("again", OTHER),
    ]  # fmt: skip


def test_a_line_without_end_costs_nothing_and_the_next_is_read() -> None:
    stream = BytesIO(b"A" * (LONGEST * 50) + b"\n" + CODE.encode() + b"\n")
    assert [outcome.status for outcome in lines(stream)] == ["malformed", "accepted"]


@given(st.binary(max_size=2000))
def test_no_bytes_make_a_wedge_fail_or_believe(garbage: bytes) -> None:
    for outcome in lines(BytesIO(garbage)):
        assert (outcome.code is None) == (outcome.status == "malformed")
        assert outcome.code is None or label.is_code(outcome.code)
