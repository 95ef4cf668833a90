"""Strict JSON is read alike with and without the fast library: what one refuses, the other refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.strict import DEEPEST, read_with_jiter, read_with_json

HOSTILE = [
    b"", b" ", b"nul", b"null", b"true", b"tru", b"1", b"-0", b"-0.0", b"01", b"-01", b"00", b"1.", b".5", b"+1",
    b"-", b"--1", b"0e0",
    b"1.5", b"1e5", b"1E+5", b"1e-5", b"1e", b"1e+", b"1E400", b"1e99999999999999999999", b"0x1", b"1_0",
    b"9" * 30, b"9" * 4300, b"9" * 4301, b"-" + b"9" * 4300, b"-" + b"9" * 4301, b"0." + b"1" * 5000,
    b"NaN", b"[NaN]", b"[Infinity]", b"[-Infinity]", b"[nan]",
    b'{"a":1,"a":2}', b'{"a":1,"\\u0061":2}', b'[{"b":{"a":1,"a":1}}]', b"{'a':1}", b'{"a" 1}', b'{"a":1,}',
    b"[1,]", b"[1 2]", b"{1:2}",
    b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\\udc00\\ud800"', b'{"\\ud800":1}', b'["x","\\udfff"]',
    b'"\\ud800\\u0041"', b'"\xed\xa0\x80"',
    b'"\x01"', b'"\t"', b'"\n"', b'"a\x00"', b'"\x7f"', b'"\xff"', b'"\xc0\x80"', b'"\xf4\x90\x80\x80"', b'"\\x"',
    b'"\\u12"', b'"\\/"', b'"',
    b"\xef\xbb\xbf1", b"1\x00", b"\x001", b"1 2", b" 1 ", b"\x0b1", b"\xc2\xa01", b"\xe2\x80\xa81", b"//1",
    b"1 // x", b"[[],{}]",
    "1".encode("utf-16"), "[1]".encode("utf-32"), "{}".encode("utf-16-le"),
    b"[" * 100_000, b'{"a":' * 100_000,
    *(b"[" * deep + b"1" + b"]" * deep for deep in (DEEPEST - 1, DEEPEST, DEEPEST + 1)),
    *(b'{"a":' * deep + b"1" + b"}" * deep for deep in (DEEPEST - 1, DEEPEST, DEEPEST + 1)),
    b"[" * DEEPEST + b"]" * DEEPEST, b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
]  # fmt: skip


def outcome(read: Any, data: bytes) -> str:
    """What comes of it: the value with its types, or that it was refused."""
    try:
        return repr(read(data))
    except (ValueError, ArithmeticError, RecursionError):
        return "refused"


@pytest.mark.parametrize("data", HOSTILE, ids=lambda data: repr(data[:24]))
def test_the_standard_library_refuses_what_the_fast_one_refuses(data: bytes) -> None:
    assert outcome(read_with_json, data) == outcome(read_with_jiter, data)


PIECES = st.sampled_from(
    [b"[", b"]", b"{", b"}", b",", b":", b'"', b'"a"', b"1", b"-", b".", b"e", b"0", b"\\", b"\\ud800", b"\\u0000",
     b" ", b"\n",
     b"\xe6\xa1\x88", b"\xff", b"null", b"true", b"NaN", b'{"a":1}']
)  # fmt: skip


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.lists(PIECES, max_size=12).map(b"".join))
def test_whatever_arrives_is_read_alike(data: bytes) -> None:
    assert outcome(read_with_json, data) == outcome(read_with_jiter, data)
