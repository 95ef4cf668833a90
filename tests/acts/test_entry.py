"""The bytes of an entry, and the instant it states."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.acts.entry import instant, read_entry, recorded_at, write_entry
from custody.errors import Damaged

WRITTEN = "2026-03-12T14:26:05.123456Z"
MOMENT = datetime(2026, 3, 12, 14, 26, 5, 123456, UTC)


def written(moment: datetime, previous: dict[str, int]) -> bytes:
    """An entry of that time, with those links."""
    return write_entry(
        recorded_at=moment, act="0190a5b0-0000-7000-8000-000000000001", type_name="check-in", envelope_sha256="a" * 64,
        size_bytes=1300, policy="b" * 64, defects=(), previous=previous,
    )  # fmt: skip


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=12), st.integers(-1, 2**53), max_size=4))
def test_an_entry_is_compact_json_in_the_order_of_its_format(previous: dict[str, int]) -> None:
    expected = {
        "recorded_at": WRITTEN, "act": "0190a5b0-0000-7000-8000-000000000001", "type": "check-in",
        "envelope": "a" * 64, "size_bytes": 1300, "policy": "b" * 64, "defects": [], "previous": previous,
    }  # fmt: skip
    data = written(MOMENT, previous)
    assert data == json.dumps(expected, ensure_ascii=False, separators=(",", ":")).encode()
    assert recorded_at(read_entry(data)) == MOMENT


@pytest.mark.parametrize("hours", [-9, 0, 8])
def test_an_instant_is_written_alike_from_every_zone(hours: int) -> None:
    assert instant(MOMENT.astimezone(timezone(timedelta(hours=hours)))) == WRITTEN


@pytest.mark.parametrize(
    "text", ["2026-03-12T14:26:05.123456z", "2026-03-12T14:26:05.12345Z", "2026-02-30T14:26:05.123456Z"]
)
def test_a_time_that_no_ledger_writes_is_damage_each_time(text: str) -> None:
    entry = read_entry(written(MOMENT, {}).replace(WRITTEN.encode(), text.encode()))
    for _ in range(2):
        with pytest.raises(Damaged):
            recorded_at(entry)
