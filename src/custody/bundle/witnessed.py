"""Step 11: enough witnesses saw the checkpoint, so that nobody was shown another version of the log.

By the policy that whoever verifies brings; otherwise by the one in the bundle, and then the report says that it is the
ledger's own word who its witnesses are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from custody.acts.entry import instant
from custody.bundle import names
from custody.bundle.bundled import Bundle
from custody.bundle.report import Step
from custody.bundle.standing import joined
from custody.errors import CustodyError
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.note import Note, SignedBy
from custody.tlog.policy import NONE, Witness, WitnessPolicy

_LATEST: Final = 253_402_300_799
"""The last second of the year 9999: a later one can be no time of a witness's."""


def check_witnesses(bundle: Bundle, step: Step) -> None:
    """Whether a quorum cosigned the checkpoint, or an older one that it continues; and who saw it when."""
    if bundle.note is None or bundle.checkpoint is None or names.WITNESS_POLICY not in bundle.archive.members:
        step.passed_over("earlier-step", names.CHECKPOINT)
        return
    try:
        policy = bundle.given.policy or WitnessPolicy.parse(bundle.text(names.WITNESS_POLICY) or b"")
    except CustodyError:
        step.found("quorum", names.WITNESS_POLICY)
        return
    if policy.quorum == NONE:
        step.passed_over("no-witnesses", names.WITNESS_POLICY)
        return
    if bundle.given.policy is None:
        step.passed_over("policy-came-along", names.WITNESS_POLICY)
    reached = [_is_quorum(policy, where, note, step) for where, note in _notes(bundle, step)]
    if not any(reached):
        step.found("quorum", names.CHECKPOINT)


def _notes(bundle: Bundle, step: Step) -> Iterator[tuple[str, Note]]:
    """The checkpoint, and the older one that the consistency proof joins to it."""
    if bundle.note is not None:
        yield names.CHECKPOINT, bundle.note
    if names.WITNESSED in bundle.archive.members:
        older = _joined(bundle)
        if older is None:
            step.found("witness-consistency", names.WITNESSED)
        else:
            yield names.WITNESSED, older


def _joined(bundle: Bundle) -> Note | None:
    try:
        note = Note.parse(bundle.text(names.WITNESSED) or b"")
    except CustodyError:
        return None
    lines = (bundle.text(names.WITNESSED_CONSISTENCY) or b"").decode("utf-8", "surrogateescape").split("\n")
    return note if joined(bundle, note.text, filter(None, lines)) else None


def _is_quorum(policy: WitnessPolicy, where: str, note: Note, step: Step) -> bool:
    """Whether those who cosigned a note are enough, counting those whose algorithm cannot be checked here."""
    size = Checkpoint.parse(note.text).size
    perhaps = []
    for witness in policy.witnesses:
        for signed in _signed(witness, note, where, step):
            perhaps.append(witness.key)
            if not signed.checked:
                step.passed_over("algorithm", where, witness=witness.name)
            elif signed.time is not None and signed.time <= _LATEST:
                at = instant(datetime.fromtimestamp(signed.time, UTC))
                step.showed("witnessed", where, witness=witness.key.name, size=size, time=at)
    return policy.satisfied(perhaps)


def _signed(witness: Witness, note: Note, where: str, step: Step) -> Iterator[SignedBy]:
    """The cosignatures of one witness that are not false."""
    for signature in note.signatures:
        if (signature.name, signature.key_id) != (witness.key.name, witness.key.key_id):
            continue
        try:
            found = Note(note.text, (signature,)).signed_by([witness.key])
        except CustodyError:
            step.checked += 1
            step.found("witness-signature", where, witness=witness.name)
            continue
        step.checked += sum(each.checked for each in found)
        yield from found
