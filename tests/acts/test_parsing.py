"""An act is read strictly: one form, and an error that names the field, what was expected, and what was got."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from custody import label
from custody.acts import ACT_TYPES, parse_act
from custody.acts.parts import PARTS
from custody.errors import Malformed, TooLarge

ITEM = label.make("item", random.Random(7).randbytes(9))
PLACE = label.make("place", random.Random(8).randbytes(9))
DIGEST = "A" * 43

CHECK_IN: dict[str, Any] = {
    "act": "check-in",
    "id": "019cdf00-0000-7000-8000-000000000000",
    "ledger": "custody.example/yunling",
    "occurred_at": "2026-03-12T22:41:00+08:00",
    "seen": {"size": 3, "root": DIGEST},
    "follows": [],
    "signers": [{"part": "deliverer", "person": "psb-0211", "key": "0" * 64}],
    "basis": [],
    "attestations": [],
    "attachments": [],
    "note": "第三次",
    "lines": [{"item": ITEM[:16], "condition": "完好", "seal_seen": "F-880731", "measured": []}],
    "place": PLACE[:16],
}
"""A sound act, from which each case below takes one step away."""


def payload(fields: dict[str, Any]) -> bytes:
    """The bytes of an act."""
    return json.dumps(fields, ensure_ascii=False).encode()


def changed(path: str, value: Any) -> bytes:
    """The sound act with another value at a path like ``lines/0/item``."""
    fields: Any = copy.deepcopy(CHECK_IN)
    node = fields
    *way, last = path.split("/")
    for key in way:
        node = node[int(key)] if isinstance(node, list) else node[key]
    if isinstance(node, list):
        node[int(last)] = value
    else:
        node[last] = value
    return payload(fields)


def test_a_sound_act_is_read_as_it_was_written() -> None:
    act = parse_act(payload(CHECK_IN))
    assert (act.act, act.own_items, act.note) == ("check-in", (ITEM[:16],), "第三次")
    assert act.occurred_at.isoformat() == CHECK_IN["occurred_at"]


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "a key that stands there twice": lambda sound: sound.replace(b'"note"', b'"place": "x", "note"', 1),
    "a key twice inside a line": lambda sound: sound.replace(b'"item"', b'"item": "x", "item"', 1),
    "NaN": lambda sound: sound.replace(b'"size": 3', b'"size": NaN', 1),
    "infinity": lambda sound: sound.replace(b'"size": 3', b'"size": -Infinity', 1),
    "a fraction for a whole number": lambda sound: sound.replace(b'"size": 3', b'"size": 3.0', 1),
    "an exponent": lambda sound: sound.replace(b'"size": 3', b'"size": 3e0', 1),
    "trailing bytes": lambda sound: sound + b"x",
    "a second document": lambda sound: sound + b"{}",
    "a byte order mark": lambda sound: b"\xef\xbb\xbf" + sound,
    "bytes that are no UTF-8": lambda sound: sound.replace("完好".encode(), b"\xff\xfe", 1),
    "half a surrogate pair": lambda sound: sound.replace("完好".encode(), b"\\ud800", 1),
    "a comment": lambda sound: sound.replace(b"{", b"{/**/", 1),
    "a comma too many": lambda sound: sound.replace(b"}", b",}", 1),
    "half an act": lambda sound: sound[: len(sound) // 2],
    "nothing": lambda _: b"",
    "a list of acts": lambda sound: b"[" + sound + b"]",
    "another encoding": lambda sound: sound.decode().encode("utf-16"),
    "too deep a nest": lambda _: b"[" * 100_000,
}


@pytest.mark.parametrize("case", BYTES)
def test_bytes_that_are_no_strict_json_are_malformed(case: str) -> None:
    with pytest.raises(Malformed) as raised:
        parse_act(BYTES[case](payload(CHECK_IN)))
    assert raised.value.code == "malformed/act"


FIELDS: dict[str, tuple[str, Any]] = {
    "an unknown field": ("surprise", 1),
    "an unknown field inside a line": ("lines/0/colour", "red"),
    "an unknown act": ("act", "chekc-in"),
    "an act that is no word": ("act", ["check-in"]),
    "a number for a word": ("note", 7),
    "a word for a number": ("seen/size", "3"),
    "a truth value for a number": ("seen/size", True),
    "a number below zero": ("seen/size", -1),
    "a list for an object": ("seen", []),
    "an object for a list": ("lines", {}),
    "no lines at all": ("lines", []),
    "no signer": ("signers", []),
    "text that is not NFC": ("note", "e\u0301"),
    "a control character": ("note", "a\u0007b"),
    "a line separator": ("note", "a\u2028b"),
    "an empty note": ("note", ""),
    "too long a note": ("note", "x" * 2001),
    "a time without its offset": ("occurred_at", "2026-03-12T22:41:00"),
    "a time with a letter for its offset": ("occurred_at", "2026-03-12T22:41:00Z"),
    "a time with a short offset": ("occurred_at", "2026-03-12T22:41:00+08"),
    "an offset of a day and more": ("occurred_at", "2026-03-12T22:41:00+25:00"),
    "a time with a blank": ("occurred_at", "2026-03-12 22:41:00+08:00"),
    "a time with a line end": ("occurred_at", "2026-03-12T22:41:00+08:00\n"),
    "a day that does not exist": ("occurred_at", "2026-02-30T22:41:00+08:00"),
    "a time at the beginning of the calendar": ("occurred_at", "0001-01-01T00:00:00+14:00"),
    "a time at the end of the calendar": ("occurred_at", "9999-12-31T23:59:59-14:00"),
    "a time as a number": ("occurred_at", 1_773_326_460),
    "digits of another script in a time": ("occurred_at", "２026-03-12T22:41:00+08:00"),
    "base64url with padding": ("seen/root", "A" * 42 + "="),
    "base64url with stray bits": ("seen/root", "A" * 42 + "B"),
    "standard base64": ("seen/root", "A" * 42 + "+"),
    "a digest too short": ("seen/root", "A" * 42),
    "an id that is no version 7": ("id", "019cdf00-0000-4000-8000-000000000000"),
    "an id in capitals": ("id", "019CDF00-0000-7000-8000-000000000000"),
    "the id of a place for an item": ("lines/0/item", PLACE[:16]),
    "the id of an item for a place": ("place", ITEM[:16]),
    "a code for an id": ("lines/0/item", ITEM),
    "a letter that no label has": ("lines/0/item", ITEM[:15] + "U"),
    "a label in small letters": ("lines/0/item", ITEM[:16].lower()),
    "a seal number in small letters": ("lines/0/seal_seen", "f-880731"),
    "a quantity as a number": ("lines/0/measured", [{"quantity": 1, "unit": "g"}]),
    "a quantity with a leading zero": ("lines/0/measured", [{"quantity": "01", "unit": "g"}]),
    "a quantity with an exponent": ("lines/0/measured", [{"quantity": "1e3", "unit": "g"}]),
    "a quantity without a unit": ("lines/0/measured", [{"quantity": "1"}]),
    "a key id in capitals": ("signers/0/key", "A" * 64),
    "a person's name as an id": ("signers/0/person", "周远"),
    "an id with a line end": ("signers/0/person", "psb-0211\n"),
    "another scheme for the ledger": ("ledger", "https://custody.example"),
}


@pytest.mark.parametrize("case", FIELDS)
def test_a_field_of_the_wrong_form_is_named_with_what_was_expected_and_got(case: str) -> None:
    path, value = FIELDS[case]
    with pytest.raises(Malformed) as raised:
        parse_act(changed(path, value))
    error = raised.value
    assert error.code == "malformed/act"
    assert error.fields["field"].startswith(path.split("/")[0])
    assert error.fields["expected"]
    assert error.fields["got"]


@pytest.mark.parametrize(
    "fields",
    [
        {"lines": [CHECK_IN["lines"][0]] * 1001},
        {"follows": [CHECK_IN["id"]] * 1001},
        {
            "act": "sealing", "lines": None, "place": None,
            "seals": [{"items": [ITEM[:16]] * 600, "number": number, "packaging": "袋"} for number in ("F-1", "F-2")],
        },
    ],
    ids=["too many lines", "too many acts that come first", "too many items over all seals"],
)  # fmt: skip
def test_an_act_that_names_too_much_is_too_large_and_says_how_to_split(fields: dict[str, Any]) -> None:
    with pytest.raises(TooLarge) as raised:
        parse_act(payload({name: value for name, value in {**CHECK_IN, **fields}.items() if value is not None}))
    assert raised.value.code == "too-large/items"
    assert raised.value.fields["got"] in (1001, 1200)
    assert "1,000" in raised.value.sentence


@pytest.mark.parametrize("field", sorted(set(CHECK_IN) - {"note"}))
def test_every_field_of_the_header_is_wanted(field: str) -> None:
    fields = {name: value for name, value in CHECK_IN.items() if name != field}
    with pytest.raises(Malformed) as raised:
        parse_act(payload(fields))
    assert raised.value.fields["field"] == field


def test_wrong_check_characters_of_a_label_are_malformed() -> None:
    draft = {name: value for name, value in CHECK_IN.items() if name not in ("lines", "place")}
    labelling = {**draft, "act": "labelling", "item": ITEM[:16], "code": ITEM, "retired": None, "reason": "claimed"}
    assert parse_act(payload(labelling)).act == "labelling"
    last = "0" if ITEM[-1] != "0" else "1"
    for wrong in (ITEM[:-1] + last, PLACE, ITEM[:16], ITEM + "0"):
        with pytest.raises(Malformed) as raised:
            parse_act(payload({**labelling, "code": wrong}))
        assert raised.value.fields["field"] == "code"


def test_every_act_type_that_can_be_read_can_be_signed() -> None:
    assert set(ACT_TYPES) == set(PARTS)
    assert all(kind.zh for kind in ACT_TYPES.values())
    for parts in PARTS.values():
        for part in parts.values():
            assert part.capacities or part.paper
            assert part.least <= part.most
