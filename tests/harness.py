"""`check` derives a world again after a story: nothing that the ledger keeps or shows may say anything else.

Signatures, leaves, tree, tiles, checkpoints, tags and ``previous`` links from the stored bytes; remembered facts
against fresh folds; registers against a rebuild, and against what the acts themselves say of every item and case.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from custody.acts.entry import Entry, Recorded, read_entry
from custody.errors import NotFound
from custody.facts.kinds import KINDS, Need, fold
from custody.facts.parties import new_key
from custody.facts.tags import links_of
from custody.ledger.history import case_at, history_at, item_at
from custody.ledger.past import recorded_from
from custody.ledger.recorder import Recorder
from custody.registers import Registers, differences
from custody.signing import VerifyingKey, pae, read_envelope
from custody.tlog.checkpoint import Checkpoint, open_checkpoint
from custody.tlog.merkle import leaf_hash, root_of, verify_inclusion
from custody.tlog.note import Signer
from custody.tlog.tiles import completed_between
from world import World


def check(world: World) -> None:
    """Assert that everything in a world follows from its signed bytes."""
    recorder = world.ledger.recorder
    check_log(recorder, world.log_key)
    check_log(world.ledger.journal.recorder, world.journal_key)
    rows = recorder.rows(0, 1_000_000)
    acts = [recorded_from(row) for row in rows]
    tags = [recorder.tags_at(row.position) for row in rows]
    check_signatures([row.envelope for row in rows], acts)
    check_links([read_entry(row.entry) for row in rows], acts, tags)
    check_facts(world, acts, tags)
    check_registers(world, tags)


def check_log(recorder: Recorder, signer: Signer) -> None:
    """Positions without gaps, and the whole tree from the entries."""
    log = recorder.log
    entries = _all(recorder, log.entry)
    assert [row.position for row in entries] == list(range(1, len(entries) + 1))
    leaves = [leaf_hash(row.entry) for row in entries]
    assert [row.leaf for row in entries] == leaves
    head = recorder.head()
    assert (head.size, head.root) == (len(leaves), root_of(leaves))
    for row in _all(recorder, log.checkpoint):
        stated = Checkpoint(signer.name, row.size, root_of(leaves[: row.size]))
        assert open_checkpoint(row.note, signer.verifier) == stated
    assert {(row.level, row.number) for row in _all(recorder, log.tile)} == set(completed_between(0, len(leaves)))
    for index, leaf in enumerate(leaves):
        verify_inclusion(leaf, index, head.size, recorder.inclusion_path(index, head.size), head.root)


def check_signatures(envelopes: list[bytes], acts: list[Recorded]) -> None:
    """Every signer signed exactly these bytes, with a key that stood in the log by then."""
    keys: dict[str, VerifyingKey] = {}
    for data, recorded in zip(envelopes, acts, strict=True):
        entering = new_key(recorded.act)
        if entering is not None:
            keys[entering[1].key_id] = entering[1]
        envelope = read_envelope(data)
        message = pae(envelope.payload_type, envelope.payload)
        named = [signer.key for signer in recorded.act.signers]
        assert sorted(named) == sorted(signature.key_id for signature in envelope.signatures)
        assert all(keys[each.key_id].verifies(each, message) for each in envelope.signatures)


def check_links(entries: list[Entry], acts: list[Recorded], tags: list[list[str]]) -> None:
    """Each entry names the last act on each item, key and person it touches."""
    last: dict[str, int] = {}
    for index, (entry, recorded, names) in enumerate(zip(entries, acts, tags, strict=True)):
        links = links_of(recorded.act, names)
        assert entry.previous == {tag: last.get(tag, -1) for tag in links}
        last |= dict.fromkeys(links, index)


def check_facts(world: World, acts: list[Recorded], tags: list[list[str]]) -> None:
    """What the ledger remembers is what folding the acts afresh gives."""
    by_need: dict[Need, list[Recorded]] = defaultdict(list)
    for recorded, names in zip(acts, tags, strict=True):
        for tag in names:
            kind, _, name = tag.partition(":")
            if kind in KINDS:
                by_need[Need(kind, name)].append(recorded)  # type: ignore[arg-type]
    world.ledger.memory.catch_up()
    remembered = world.ledger.memory.fold(list(by_need))
    for need, records in by_need.items():
        types = KINDS[need.kind].types
        assert remembered[need] == fold(need, [each for each in records if not types or each.act.act in types]), need


def check_registers(world: World, tags: list[list[str]]) -> None:
    """Registers are what a rebuild makes of them, and show what the acts say."""
    registers = Registers(world.engine)
    try:
        registers.catch_up()
        assert differences(world.engine) == []
        reader = world.ledger.recorder
        for name in dict.fromkeys(tag for names in tags for tag in names):
            kind, _, subject = name.partition(":")
            if kind == "item":
                _same(lambda each: _no_deadlines(registers.item(each)), lambda each: item_at(reader, each), subject)
                _same(registers.history, lambda each: history_at(reader, each), subject)
            elif kind == "case":
                _same(registers.case, lambda each: case_at(reader, each), subject)
    finally:
        registers.close()


def _no_deadlines(shape: dict[str, Any]) -> dict[str, Any]:
    """Items of the past are shown without their deadlines: those follow from the whole case and the rule data."""
    return {name: value for name, value in shape.items() if name != "deadlines"}


def _same(shown: Any, folded: Any, subject: str) -> None:
    assert _or_error(shown, subject) == _or_error(folded, subject)


def _or_error(ask: Any, subject: str) -> Any:
    try:
        return ask(subject)
    except NotFound as error:
        return error.code


def _all(recorder: Recorder, table: Any) -> list[Any]:
    with recorder.engine.connect() as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key)))
