"""Whatever bytes arrive: a custody error, or a decision; never anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.acts import PAYLOAD_TYPE, parse_act
from custody.authoring import Prepared
from custody.errors import CustodyError
from custody.ledger.opening import open_envelope
from custody.signing import sign, write_envelope
from world import ORIGIN, World, disclosed

bounded = settings(max_examples=150, deadline=None, derandomize=True, database=None)

ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["/items/²", "/~2", "/items/00", "EV1", "0001-01-01T00:00:00+00:00", "\ud800", "9" * 400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["sealed", "act", "path"]), inner),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def played(founded_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with something in it that can be corrected; nothing here records another act."""
    world = founded_world.twin(f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'ledger.db'}")
    world.checks_in(world.seizes(world.opens_case(), world.item(serial="A1")))
    yield world
    world.close()


def opening(world: World) -> Prepared:
    """A sound act."""
    return world.prepare(
        {
            "act": "case-opening", "case": "云公(刑)〔2026〕1", "kind": "criminal", "lead": "psb-yunling",
            "officers": ["psb-0211"], "legal_reviewer": None, "incident": None, "intake": None, "minor": False,
            "signers": world.signers(officer="周远"),
        }
    )  # fmt: skip


def correcting(world: World) -> Prepared:
    """A sound correction, whose changes may hold any JSON at all."""
    target = world.ledger.recorder.row(world.ledger.recorder.head().size - 1)
    taken = json.loads(target.entry)["act"]
    return world.prepare(
        {
            "act": "correction", "target": taken, "reason": "登记有误", "evidence": [],
            "changes": [
                {"op": "replace", "path": "/items/0/serial", "old": "A1", "new": "A2"},
                {"op": "void", "path": "/items/0"},
                {"op": "insert", "path": "", "new": {"act": "sealing", "seals": []}},
            ],
            "signers": world.signers(author="周远", approver="高岚"),
        }
    )  # fmt: skip


@bounded
@given(st.binary(max_size=300))
def test_random_bytes_are_malformed(data: bytes) -> None:
    for read in (lambda: parse_act(data), lambda: open_envelope(data, (), ORIGIN)):
        with pytest.raises(CustodyError) as raised:
            read()
        assert raised.value.code.startswith("malformed/")


@bounded
@given(position=st.integers(0, 10**6), byte=st.integers(0, 255), cut=st.booleans())
def test_an_envelope_with_one_byte_changed_is_never_taken(played: World, position: int, byte: int, cut: bool) -> None:
    """One byte of the envelope is another, or everything from there on is missing."""
    prepared = opening(played)
    data = played.sign(prepared)
    played.ledger.check(data, disclosed(prepared))
    place = position % len(data)
    broken = data[:place] if cut else data[:place] + bytes([byte]) + data[place + 1 :]
    if broken == data:
        return
    with pytest.raises(CustodyError):
        played.ledger.check(broken, disclosed(prepared))


@bounded
@given(data=st.data(), which=st.sampled_from([opening, correcting]))
def test_an_act_with_one_odd_value_is_judged_or_turned_away(played: World, data: st.DataObject, which: Any) -> None:
    """Signed properly, so that it gets past the signatures and into the rules."""
    prepared = which(played)
    fields = json.loads(prepared.payload)
    *way, last = data.draw(st.sampled_from([each for each in paths(fields) if each[0] not in ("signers", "seen")]))
    node = fields
    for key in way:
        node = node[key]
    node[last] = data.draw(ODD)
    payload = json.dumps(fields).encode()
    keys = [played.ring[signer.key] for signer in prepared.act.signers]
    envelope = write_envelope(PAYLOAD_TYPE, payload, sign(PAYLOAD_TYPE, payload, keys))
    with suppress(CustodyError):
        played.ledger.check(envelope, ())


def paths(node: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every way into decoded JSON."""
    keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield (*way, key)
        yield from paths(node[key], (*way, key))
