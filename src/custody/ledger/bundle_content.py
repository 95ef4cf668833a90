"""The content of a bundle, from a ledger: each act with its proof, the rule data that judged it, and the statement.

Which acts, `custody.ledger.bundle_scope` finds. What is opened or withheld is for whoever asks to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custody.acts.values import decode, encode, sealed_in
from custody.bundle import names
from custody.bundle.archive import File
from custody.bundle.content import Act, Content
from custody.bundle.statement import signed_statement, statement_of
from custody.errors import NotFound, Untrusted
from custody.ledger.bundle_scope import Found, Scope
from custody.ledger.bundle_tokens import token_files
from custody.ledger.cosignatures import witnessed_checkpoint
from custody.ledger.ledger import Ledger
from custody.ledger.policies import policy_files
from custody.signing import read_envelope
from custody.strict import read_json
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.cosignature import KeyType
from custody.tlog.encoding import to_base64
from custody.tlog.note import Note, Verifier
from custody.tlog.policy import NONE, Log, WitnessPolicy
from custody.tlog.proof import TlogProof

NO_WITNESSES: Final = WitnessPolicy((), (), (), NONE)

Opened = tuple[bytes, str]
"""Salt and value of a sealed value."""

ALL: Final = "all"
"""Asks for every sealed value, where others ask for commitments."""

REPORTS: Final = "custody.reports"
"""The group of entry points that draw a bundle for people: functions of the ledger, the scope, the content and the
language, which give files by their names in the bundle."""


def content_of(
    ledger: Ledger,
    scope: Scope,
    *,
    withheld: Collection[int] = (),
    disclosures: Iterable[Opened] = (),
    attachments: Sequence[File] = (),
    further: Mapping[str, bytes] | None = None,
    witnesses: WitnessPolicy = NO_WITNESSES,
) -> Content:
    """Make the content of a bundle. The envelopes of acts at ``withheld`` leaf indexes stay out. What ``witnesses``
    cosigned goes with it: where that is no quorum for its checkpoint, also the newest smaller one that has a quorum.

    Raises Untrusted without the log's key, or where it may not sign for this size of the log.
    """
    note = ledger.publication.checkpoint(scope.size)
    verifiers = log_keys_at(ledger, scope.size)
    plain = _plain(note, verifiers)

    def acts(found: Mapping[int, Found]) -> dict[int, Act]:
        return {
            index: Act(
                each.row.entry,
                str(TlogProof(index, tuple(ledger.recorder.inclusion_path(index, scope.size)), plain)),
                None if index in withheld else each.row.envelope,
            )
            for index, each in found.items()
        }

    policies = {each.entry.policy for each in scope.acts.values()}
    return Content(
        ledger.origin, scope.subject, scope.size, note, _policy_of(verifiers, witnesses),
        _statement(ledger, scope, verifiers), acts(scope.own), acts(scope.keys),
        {policy: found for policy in sorted(policies) if (found := policy_files(policy)) is not None},
        tuple(disclosures), attachments, {
            **token_files(ledger.recorder, scope.own, scope.size), **_witnessed(ledger, witnesses, scope.size),
            **(further or {}),
        },
    )  # fmt: skip


def log_keys_at(ledger: Ledger, size: int) -> list[Verifier]:
    """The keys that may sign the checkpoint of a size, Ed25519 first."""
    ledger.memory.catch_up()
    keys = ledger.governing().keys_at(ledger.governed.founding, size)
    return sorted((Verifier.parse(each) for each in keys), key=lambda each: (each.kind, str(each)))


def _plain(note: str, verifiers: Sequence[Verifier]) -> str:
    """A checkpoint with the log's Ed25519 signature alone, as every proof carries it."""
    read = Note.parse(note)
    known = {(each.name, each.key_id) for each in verifiers if each.kind is KeyType.ED25519}
    return str(Note(read.text, tuple([each for each in read.signatures if (each.name, each.key_id) in known][:1])))


def _policy_of(verifiers: Sequence[Verifier], witnesses: WitnessPolicy) -> str:
    """A tlog-policy file of the log's keys, and of its witnesses."""
    return str(replace(witnesses, logs=tuple(map(Log, verifiers))))


def _witnessed(ledger: Ledger, witnesses: WitnessPolicy, size: int) -> dict[str, bytes]:
    """The newest checkpoint with a quorum, if that is a smaller one, and the proof from there."""
    found = witnessed_checkpoint(ledger.publication, witnesses, most=size) if witnesses.counting else None
    if found is None or found.size == size:
        return {}
    path = ledger.recorder.consistency_path(found.size, size)
    proof = "".join(f"{to_base64(each)}\n" for each in path)
    return {names.WITNESSED: found.note.encode(), names.WITNESSED_CONSISTENCY: proof.encode()}


def _statement(ledger: Ledger, scope: Scope, verifiers: Sequence[Verifier]) -> bytes:
    head = Checkpoint.stated(ledger.recorder.checkpoint(scope.size))
    stated = statement_of(ledger.origin, head.size, head.root, scope.counted(), scope.facts)
    signer = ledger.recorder.signer
    if signer is None or signer.verifier not in verifiers or not isinstance(signer.private_key, Ed25519PrivateKey):
        raise Untrusted(
            "untrusted/statement-key", "A bundle's statement is signed with the key that signed the newest checkpoint.",
            size=scope.size,
        )  # fmt: skip
    return signed_statement(stated, signer.private_key)


def with_reports(ledger: Ledger, scope: Scope, content: Content, language: str) -> Content:
    """The content with what the installed packages draw of it for people."""
    drawn: dict[str, bytes] = {}
    for each in sorted(entry_points(group=REPORTS), key=lambda each: each.name):
        drawn |= each.load()(ledger, scope, content, language)
    return replace(content, further={**content.further, **drawn})


def sealed_values(ledger: Ledger, acts: Iterable[Found], only: Collection[str] | None = None) -> dict[str, Opened]:
    """Salt and value of what the acts seal, by commitment, as far as it was not erased; ``only`` some commitments.

    Raises NotFound for a commitment that none of the acts makes.
    """
    there = dict.fromkeys(each for found in acts for each in sealed_in(_fields(found)))
    foreign = [each for each in only or () if each not in there]
    if foreign:
        raise NotFound(
            "not-found/sealed-value", "No act of this bundle seals such a value, or it may not be opened.",
            asked=foreign[0],
        )  # fmt: skip
    wanted = there if only is None else dict.fromkeys(only)
    kept = ledger.recorder.disclosures([decode(each) for each in wanted])
    return {encode(commitment): opened for commitment, opened in kept.items()}


def _fields(found: Found) -> Any:
    return read_json(read_envelope(found.row.envelope).payload, "act")
