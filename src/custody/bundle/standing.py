"""Steps 2 and 3: the checkpoint is the log's, and every entry stands in it at its index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from custody.acts.governing import LogKey
from custody.acts.parties import Genesis
from custody.bundle import names
from custody.bundle.bundled import Bundle, Bundled
from custody.bundle.report import Step
from custody.errors import CustodyError, Malformed, Untrusted
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.cosignature import KeyType
from custody.tlog.encoding import from_base64
from custody.tlog.merkle import leaf_hash, verify_consistency, verify_inclusion
from custody.tlog.note import Note, Verifier
from custody.tlog.proof import TlogProof


def check_checkpoint(bundle: Bundle, step: Step) -> None:
    """Whether the checkpoint is of this ledger and size, and signed by the log; and whose word that is."""
    data = bundle.text(names.CHECKPOINT)
    if data is None:
        step.passed_over("earlier-step", names.CHECKPOINT)
        return
    try:
        note = Note.parse(data)
        checkpoint = Checkpoint.parse(note.text)
        if checkpoint.text != note.text:
            raise Malformed("malformed/checkpoint", "A bundle's checkpoint has three lines.", field="text")
    except CustodyError as error:
        step.found("checkpoint", names.CHECKPOINT, reason=error.code)
        return
    step.checked = 1
    bundle.note, bundle.checkpoint = note, checkpoint
    if bundle.manifest and checkpoint.origin != bundle.manifest.ledger:
        step.found("checkpoint", names.CHECKPOINT, expected=bundle.manifest.ledger, got=checkpoint.origin)
    if bundle.manifest and checkpoint.size != bundle.manifest.size:
        step.found("checkpoint-size", names.CHECKPOINT, expected=bundle.manifest.size, got=checkpoint.size)
    _check_signature(bundle, note, checkpoint, step)


def _check_signature(bundle: Bundle, note: Note, checkpoint: Checkpoint, step: Step) -> None:
    named = _keys_named(bundle, checkpoint)
    given = [each for each in bundle.given.logs if each.kind is KeyType.ED25519]
    bundle.trusted = tuple(given or named)
    try:
        signed = [each.verifier for each in note.signed_by(bundle.trusted)]
    except Untrusted:
        signed = []
    if not signed:
        step.found("checkpoint-signature", names.CHECKPOINT)
        return
    bundle.report.log_key = str(signed[0]), "verifier" if given else "bundle"
    if not given:
        step.passed_over("log-key-came-along", names.CHECKPOINT)
    elif named and signed[0] not in named:
        step.found("log-key", names.CHECKPOINT, key=str(signed[0]))


def _keys_named(bundle: Bundle, checkpoint: Checkpoint) -> list[Verifier]:
    """The log's Ed25519 keys that may sign this checkpoint, as genesis and the `log-key` acts of the bundle say."""
    named: dict[Verifier, None] = {}
    for each in bundle.acts.values():
        if isinstance(each.act, Genesis) and each.index == 0:
            named |= dict.fromkeys(_verifiers(each.act.log_keys))
        if isinstance(each.act, LogKey) and each.index < checkpoint.size:
            named |= dict.fromkeys(_verifiers(each.act.added))
    for each in bundle.acts.values():
        if isinstance(each.act, LogKey) and each.index < checkpoint.size - 1:
            for ended in _verifiers(each.act.ended):
                named.pop(ended, None)
    return [each for each in named if each.kind is KeyType.ED25519 and each.name == checkpoint.origin]


def _verifiers(keys: tuple[str, ...]) -> Iterator[Verifier]:
    for key in keys:
        try:
            yield Verifier.parse(key)
        except Malformed:
            continue  # a key that nobody can verify with signs nothing


def joined(bundle: Bundle, text: str, proof: Iterable[str]) -> Checkpoint | None:
    """The checkpoint of a text, if a consistency proof, in lines of base64, joins the bundle's checkpoint to it."""
    head = bundle.checkpoint
    try:
        older = Checkpoint.parse(text)
        if head is None or older.origin != head.origin or older.text != text:
            return None
        path = [from_base64(line, "consistency") for line in proof]
        verify_consistency(older.size, head.size, older.root, head.root, path)
    except CustodyError:
        return None
    return older


def check_inclusion(bundle: Bundle, step: Step) -> None:
    """Whether each entry stands in the log at its index."""
    checkpoint = bundle.checkpoint
    for each in bundle.acts.values():
        name = names.proof_name(each.index, each.folder)
        if name not in bundle.archive.members:
            step.found("proof-missing", each.name)
        elif checkpoint is None:
            step.passed_over("earlier-step", name)
        else:
            step.checked += 1
            _check_proof(bundle, each, name, checkpoint, step)
    entries = {names.proof_name(each.index, each.folder) for each in bundle.acts.values()}
    for folder in ("", names.KEYS):
        for name in bundle.archive.under(f"{folder}proofs/"):
            if name not in entries:
                step.found("proof", name)


def _check_proof(bundle: Bundle, act: Bundled, name: str, checkpoint: Checkpoint, step: Step) -> None:
    try:
        proof = TlogProof.parse(bundle.text(name) or b"")
        note = Note.parse(proof.checkpoint)
        lines = bundle.note.signatures if bundle.note else ()
        if note.text != checkpoint.text or not {*note.signatures} <= {*lines}:
            step.found("proof-checkpoint", name)
            return
        if proof.index != act.index:
            raise Untrusted("untrusted/inclusion-proof", "The proof is of another index.")
        verify_inclusion(leaf_hash(act.data), act.index, checkpoint.size, proof.path, checkpoint.root)
    except CustodyError:
        step.found("proof", name)
