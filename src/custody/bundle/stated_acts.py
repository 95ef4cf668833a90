"""Steps 4 and 5: each entry holds its act, and those whom it names signed it, with keys that were theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from custody.acts.act import Act
from custody.acts.parties import Revocation
from custody.bundle import names
from custody.bundle.bundled import Bundle, Bundled
from custody.bundle.naming import ABOUT_PARTIES, brought
from custody.bundle.report import Step
from custody.errors import Untrusted
from custody.rules.trust import require_copies_as_stated
from custody.signing import Envelope, Signature, VerifyingKey, pae


def check_acts(bundle: Bundle, step: Step) -> None:
    """Whether each entry and each envelope is well formed, and they are of one another."""
    named = set()
    for each in bundle.acts.values():
        step.checked += 1
        named.add(each.envelope_name)
        _check_act(bundle, each, step)
    for folder in ("", names.KEYS):
        for name in bundle.archive.under(f"{folder}envelopes/"):
            if name not in named:
                step.found("envelope-changed", name)


def _check_act(bundle: Bundle, each: Bundled, step: Step) -> None:
    entry = each.entry
    if entry is None or each.recorded_at is None:
        step.found("entry", each.name)
        return
    if each.envelope_sha256 is None:
        if each.folder and entry.type in ABOUT_PARTIES:
            step.found("envelope-missing", each.envelope_name)
        else:
            step.passed_over("envelope-left-out", each.name)
        return
    size = bundle.archive.members[each.envelope_name].size
    if (each.envelope_sha256, size) != (entry.envelope, entry.size_bytes):
        step.found("envelope-changed", each.envelope_name)
    if each.act is None:
        step.found("act", each.envelope_name)
        return
    if (each.act.id, each.act.act) != (entry.act, entry.type):
        step.found("act-differs", each.envelope_name)
    ledger = bundle.checkpoint.origin if bundle.checkpoint else bundle.manifest.ledger if bundle.manifest else None
    if ledger is not None and each.act.ledger != ledger:
        step.found("other-ledger", each.envelope_name, expected=ledger, got=each.act.ledger)


@dataclass(slots=True)
class _Key:
    """A key as the bundle knows it: whose it is, from which index on, and until which."""

    person: str
    key: VerifyingKey
    brought_at: int
    revoked_at: int | None = None
    since: datetime | None = None


def check_signatures(bundle: Bundle, step: Step) -> None:
    """Whether each signer of each act signed once, with a key of theirs that signed at that position."""
    keys = _keys(bundle.acts.values())
    for each in bundle.acts.values():
        if each.act is not None and each.envelope is not None:
            step.checked += len(each.envelope.signatures)
            people = {signer.key: signer.person for signer in each.act.signers}
            for code, key in _wrong(each, each.act, each.envelope, keys):
                step.found(code, each.envelope_name, key=key, person=people.get(key))


def _keys(acts: Iterable[Bundled]) -> dict[str, _Key]:
    found: dict[str, _Key] = {}
    for each in acts:
        entering = brought(each.act) if each.act else None
        if entering is not None:
            found.setdefault(entering[1].key_id, _Key(*entering, each.index))
        if isinstance(each.act, Revocation) and each.act.key in found and found[each.act.key].revoked_at is None:
            found[each.act.key].revoked_at, found[each.act.key].since = each.index, each.act.since
    return found


def _wrong(each: Bundled, act: Act, envelope: Envelope, keys: dict[str, _Key]) -> Iterator[tuple[str, str]]:
    """Everything that is wrong with the signatures of an act: the code of the finding, and the key."""
    signatures: dict[str, Signature] = {}
    for signature in envelope.signatures:
        if signatures.setdefault(signature.key_id, signature) is not signature:
            yield "signature-false", signature.key_id
    signers = {signer.key: signer.person for signer in act.signers}
    yield from (("signature-missing", key) for key in signers if key not in signatures)
    yield from (("signature-extra", key) for key in signatures if key not in signers)
    message = pae(envelope.payload_type, envelope.payload)
    for key in [each for each in signers if each in signatures]:
        known = keys.get(key)
        if known is None or known.brought_at > each.index:
            yield "key-unknown", key
            continue
        if known.person != signers[key]:
            yield "key-person", key
        if known.revoked_at is not None and known.revoked_at < each.index:
            yield "key-revoked", key
        elif known.since is not None and each.recorded_at is not None and each.recorded_at >= known.since:
            yield "key-doubted", key
        if not known.key.verifies(signatures[key], message):
            yield "signature-false", key
    try:
        require_copies_as_stated(envelope, act)
    except Untrusted:
        entering = brought(act)
        yield "signature-false", entering[1].key_id if entering else ""

