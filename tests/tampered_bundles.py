"""A bundle tampered with in every way that docs/format.md names, for verifiers that must all find the same.

Whoever tampers may be a stranger, who can only change files, or the ledger itself, which writes another log and signs
it: then `Story.retold` gives a bundle in which everything agrees but what was meant to be wrong.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import bundles
import passkeys
from bundles import Files, agreeing
from custody.acts import PAYLOAD_TYPE
from custody.acts.values import encode
from custody.bundle.archive import file_of
from custody.bundle.content import Subject
from custody.bundle.statement import Counted, SignedStatement, signed_statement
from custody.signing import key_id_of, public_bytes, read_envelope, sign, write_envelope
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.cosignature import KeyType
from custody.tlog.merkle import HashAt, consistency_path, inclusion_path, leaf_hash, root_of
from custody.tlog.note import Note, Signer
from custody.tlog.proof import TlogProof
from passkeys import SoftPasskey
from world import World

PHOTO: Final = b"\xff\xd8 not much of a photograph"
WITNESSES: Final = {
    name: Signer(f"{name}.example/witness", Ed25519PrivateKey.generate(), KeyType.COSIGNATURE)
    for name in ("court", "audit")
}
POLICY: Final = "".join(f"witness {name} {each.verifier}\n" for name, each in WITNESSES.items()) + (
    "group w 2 court audit\nquorum w\n"
)

Edit = Callable[[dict[str, Any]], object]


def nothing(_: dict[str, Any]) -> None:
    """No edit."""


@dataclass(frozen=True)
class Story:
    """A world and the files of its bundle; ``at`` gives the leaf indexes of acts by their types, the last of each."""

    world: World
    files: Files
    case: str
    items: list[str]
    entries: tuple[bytes, ...]
    at: dict[str, int]

    def entry(self, index: int) -> str:
        """The name of an entry's file."""
        return next(name for name in self.files if name.endswith(f"entries/{index}.json"))

    def files_of(self, index: int) -> tuple[str, str, str]:
        """The names of an act's three files."""
        name = self.entry(index)
        folder = name.partition("entries/")[0]
        sealed = json.loads(self.files[name])["envelope"]
        return name, f"{folder}proofs/{index}.tlog-proof", f"{folder}envelopes/{sealed}"

    def without(self, *names: str) -> Files:
        """The files but some, with a manifest that agrees."""
        return agreeing({name: data for name, data in self.files.items() if name not in names})

    def but(self, changed: Files) -> Files:
        """The files with some changed or more, and a manifest that agrees."""
        return agreeing({**self.files, **changed})

    def spoilt(self, name: str) -> Files:
        """The files with a letter or digit near the end of one changed, and a manifest that agrees."""
        data = self.files[name]
        at = max(index for index, byte in enumerate(data[:-12]) if chr(byte).isalnum())
        return self.but({name: data[:at] + (b"B" if data[at : at + 1] != b"B" else b"C") + data[at + 1 :]})

    def retold(self, index: int, act: Edit = nothing, entry: Edit = nothing, envelope: Edit = nothing) -> Files:
        """The ledger writes the act at an index otherwise, has it signed again, and signs another log."""
        payload = json.loads(read_envelope(self.files[self.files_of(index)[2]]).payload)
        act(payload)
        body = json.dumps(payload, ensure_ascii=False).encode()
        keys = [self.world.ring[each["key"]] for each in payload["signers"] if each["key"] in self.world.ring]
        signed = json.loads(write_envelope(PAYLOAD_TYPE, body, sign(PAYLOAD_TYPE, body, keys)))
        envelope(signed)
        return self._with(index, json.dumps(signed).encode(), entry)

    def resigned(self, index: int, envelope: Edit) -> Files:
        """The ledger takes an envelope with other signatures, and signs another log."""
        signed = json.loads(self.files[self.files_of(index)[2]])
        envelope(signed)
        return self._with(index, json.dumps(signed).encode())

    def _with(self, index: int, envelope: bytes, entry: Edit = nothing) -> Files:
        name, _, before = self.files_of(index)
        sealed = hashlib.sha256(envelope).hexdigest()
        written = json.loads(self.files[name]) | {"envelope": sealed, "size_bytes": len(envelope)}
        entry(written)
        files = {each: data for each, data in self.files.items() if each != before}
        files[f"{name.partition('entries/')[0]}envelopes/{sealed}"] = envelope
        files[name] = json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()
        return self.logged(files, [*self.entries[:index], files[name], *self.entries[index + 1 :]])

    def logged(self, files: Files, entries: list[bytes]) -> Files:
        """The files with the checkpoint, the proofs and the statement of a log of these entries."""
        leaves = [leaf_hash(each) for each in entries]
        checkpoint = Checkpoint(self.world.ledger.origin, len(leaves), root_of(leaves))
        note = checkpoint.signed(self.world.log_key)
        files = {**files, "checkpoint": note.encode()}
        for name in [each for each in files if each.endswith(".tlog-proof")]:
            index = int(name.rpartition("/")[2].partition(".")[0])
            path = inclusion_path(index, len(leaves), _nodes(leaves))
            files[name] = str(TlogProof(index, tuple(path), note)).encode()
        return self.stating(files, lambda said: said.update(root=encode(checkpoint.root)))

    def stating(self, files: Files, state: Edit, key: Signer | None = None) -> Files:
        """The files with another statement, signed by the log or somebody else."""
        was = SignedStatement(self.files["statement.json"]).statement
        said = was.model_dump()
        state(said)
        acts = {name: Counted.model_validate(each) for name, each in said.pop("acts").items()}
        stated = was.model_copy(update={**said, "acts": acts})
        signer = (key or self.world.log_key).private_key
        assert isinstance(signer, Ed25519PrivateKey)
        return agreeing({**files, "statement.json": signed_statement(stated, signer)})

    def witnessed(self, *names: str, size: int | None = None) -> Files:
        """The files with cosignatures of witnesses, on the checkpoint or on a smaller one that is joined to it."""
        files = {**self.files, "witness-policy.txt": POLICY.encode()}
        leaves = [leaf_hash(each) for each in self.entries]
        note = Note.parse(self.files["checkpoint"])
        if size is not None:
            older = Checkpoint(self.world.ledger.origin, size, root_of(leaves[:size]))
            note = Note.parse(older.signed(self.world.log_key))
            path = consistency_path(size, len(leaves), _nodes(leaves))
            files["witnessed/consistency"] = "".join(f"{base64.b64encode(each).decode()}\n" for each in path).encode()
        cosigned = [WITNESSES[name].sign(note.text, 1_773_300_000) for name in names]
        files["checkpoint" if size is None else "witnessed/checkpoint"] = str(
            Note(note.text, (*note.signatures, *cosigned))
        ).encode()
        return agreeing(files)


def _nodes(leaves: list[bytes]) -> HashAt:
    return lambda level, index: root_of(leaves[index << level : (index + 1) << level])


def told(world: World) -> Story:
    """A case with an attachment, a passkey, a key that was revoked, and another that came after it."""
    case = world.opens_case()
    items = world.seizes(case, world.item(), world.item())
    passkey = passkeys.enrols(world, "梁静", SoftPasskey())
    signers = [*world.signers(deliverer="周远"), passkeys.signer(world, "custodian", "梁静", passkey)]
    photo = {
        "sha256": hashlib.sha256(PHOTO).hexdigest(), "media_type": "image/jpeg", "size_bytes": len(PHOTO),
        "kind": "photo", "captured_at": None,
    }
    passkeys.acts(
        world,
        {"act": "check-in", "place": world.places["大库"], "lines": world.lines(items), "signers": signers,
         "attachments": [photo]},
        passkey,
    )  # fmt: skip
    world.revokes("何苗")
    world.relocates(items, "贵重", by=["梁静", "郑宏"])
    content = bundles.content(world, Subject("case", case), opened=True)
    content = replace(content, attachments=(file_of(f"attachments/{photo['sha256']}", PHOTO),))
    entries = tuple(row.entry for row in world.ledger.recorder.rows(0, content.size))
    at = {json.loads(entry)["type"]: index for index, entry in enumerate(entries)}
    return Story(world, bundles.files(content), case, items, entries, at)


def _key_nobody_has(story: Story) -> Edit:
    key = Ed25519PrivateKey.generate()
    name = key_id_of(public_bytes(key))
    story.world.ring[name] = key
    return lambda act: act["signers"][0].update(key=name)


def _as(story: Story, person: str, key: str) -> Edit:
    """An edit by which somebody signs first, with a key."""
    return lambda act: act["signers"][0].update(person=story.world.id_of(person), key=story.world.key_id(key))


def _listed_otherwise(story: Story, **fields: Any) -> Files:
    manifest = bundles.manifest(story.files) | fields
    return {**story.files, "manifest.json": json.dumps(manifest).encode()}


def _put(name: str, value: Any) -> Edit:
    return lambda said: said.update({name: value})


def _assertion(story: Story) -> dict[str, str]:
    """What stands beside the passkey's signature of the check-in."""
    signed = json.loads(story.files[story.files_of(story.at["check-in"])[2]])["signatures"][-1]
    assertion: dict[str, str] = signed["webauthn"]
    return assertion


def _signed_apart(story: Story) -> dict[str, Any]:
    """The passkey's signature of its own enrolment."""
    signed: dict[str, Any] = json.loads(story.files[story.files_of(story.at["enrolment"])[2]])["signatures"][-1]
    return signed


def _rules(story: Story) -> str:
    return next(name for name in story.files if name.startswith("rules/"))


STRANGER: Final = Ed25519PrivateKey.generate()
LAST: Final = "relocation"

Tampering = Callable[[Story], Files]
TAMPERED: Final[dict[str, tuple[Tampering, set[str]]]] = {
    "a file of another name": (lambda s: s.but({"notes.txt": b""}), {"file-name"}),
    "a path that leaves its folder": (lambda s: s.but({f"rules/{'0' * 64}/../../x": b""}), {"file-name"}),
    "a manifest that is none": (lambda s: {**s.files, "manifest.json": b'{"format":"custody-bundle/1"}'}, {"manifest"}),
    "a manifest that says a thing twice": (
        lambda s: {**s.files, "manifest.json": b'{"size":1,' + s.files["manifest.json"][1:]}, {"manifest"},
    ),
    "a manifest out of order": (
        lambda s: _listed_otherwise(s, files=bundles.manifest(s.files)["files"][::-1]), {"manifest"},
    ),
    "a file taken out": (
        lambda s: {name: data for name, data in s.files.items() if name != _rules(s)}, {"file-missing"},
    ),
    "a file put in": (lambda s: {**s.files, "report.html": b""}, {"file-unlisted"}),
    "a file changed": (lambda s: {**s.files, _rules(s): b"[]"}, {"file-changed"}),
    "a checkpoint that is none": (lambda s: s.but({"checkpoint": b"\n\n"}), {"checkpoint"}),
    "a checkpoint of another size": (lambda s: _listed_otherwise(s, size=len(s.entries) - 1), {"checkpoint-size"}),
    "a checkpoint signed falsely": (
        lambda s: s.spoilt("checkpoint"), {"checkpoint-signature", "proof-checkpoint"},
    ),
    "no proof": (lambda s: s.without(s.files_of(s.at[LAST])[1]), {"proof-missing"}),
    "another act's proof": (
        lambda s: s.but({s.files_of(s.at[LAST])[1]: s.files[s.files_of(s.at["check-in"])[1]]}), {"proof"},
    ),
    "a proof without its entry": (
        lambda s: s.but({"proofs/1.tlog-proof": s.files[s.files_of(s.at[LAST])[1]]}), {"proof"},
    ),
    "a proof under another checkpoint": (lambda s: s.spoilt(s.files_of(s.at[LAST])[1]), {"proof-checkpoint"}),
    "an entry that is none": (
        lambda s: s.retold(s.at[LAST], entry=lambda each: each.pop("type")), {"entry", "envelope-changed", "left-out"},
    ),
    "an entry changed": (
        lambda s: s.but({s.entry(s.at[LAST]): s.files[s.entry(s.at[LAST])].replace(b"2026-", b"2027-", 1)}), {"proof"},
    ),
    "no envelope of an enrolment": (
        lambda s: s.without(s.files_of(s.at["revocation"])[2]), {"envelope-missing", "left-out"},
    ),
    "an envelope changed": (
        lambda s: s.but({s.files_of(s.at[LAST])[2]: s.files[s.files_of(s.at[LAST])[2]] + b" "}), {"envelope-changed"},
    ),
    "an envelope put in": (lambda s: s.but({f"envelopes/{'0' * 64}": b"{}"}), {"envelope-changed"}),
    "an act that is none": (lambda s: s.retold(s.at[LAST], _put("signers", [])), {"act"}),
    "an act of another id": (
        lambda s: s.retold(s.at[LAST], _put("id", "019cdf7e-43c0-78b2-a2ec-e669e409abd7")), {"act-differs"},
    ),
    "an act of another ledger": (
        lambda s: s.retold(s.at[LAST], _put("ledger", "custody.example/other")), {"other-ledger"},
    ),
    "a key nobody enrolled": (
        lambda s: s.retold(s.at[LAST], _key_nobody_has(s)), {"key-unknown"},
    ),
    "a key of somebody else": (lambda s: s.retold(s.at[LAST], _as(s, "周远", "梁静")), {"key-person"}),
    "a key that was revoked": (lambda s: s.retold(s.at[LAST], _as(s, "何苗", "何苗")), {"key-revoked"}),
    "a key in doubt": (
        lambda s: s.retold(s.at["revocation"], _put("since", "2026-03-12T08:00:00+08:00")), {"key-doubted"},
    ),
    "a signature missing": (
        lambda s: s.retold(s.at[LAST], envelope=lambda each: each["signatures"].pop()), {"signature-missing"},
    ),
    "a signature of other bytes": (
        lambda s: s.retold(s.at[LAST], envelope=lambda each: each["signatures"][0].update(
            sig=each["signatures"][1]["sig"])), {"signature-false"},
    ),
    "a signature twice": (
        lambda s: s.retold(s.at[LAST], envelope=lambda each: each["signatures"].append(each["signatures"][0])),
        {"signature-false"},
    ),
    "a signature of nobody": (
        lambda s: s.retold(s.at[LAST], envelope=lambda each: each["signatures"].append(
            {**each["signatures"][0], "keyid": "0" * 64})), {"signature-extra"},
    ),
    "a plain signature as a passkey's": (
        lambda s: s.retold(s.at[LAST], envelope=lambda each: each["signatures"][0].update(
            webauthn=_assertion(s))), {"signature-false"},
    ),
    "a passkey's signature that is none": (
        lambda s: s.retold(s.at[LAST], envelope=lambda each: each["signatures"][0].update(
            webauthn={**_assertion(s), "clientDataJSON": "e30"})), {"act"},
    ),
    "a passkey's signature as a plain one": (
        lambda s: s.resigned(s.at["check-in"], lambda each: each["signatures"][-1].pop("webauthn")),
        {"signature-false"},
    ),
    "a passkey's signature of another act": (
        lambda s: s.resigned(s.at["check-in"], lambda each: each["signatures"][-1].update(_signed_apart(s))),
        {"signature-false"},
    ),
    "time that goes back": (
        lambda s: s.retold(s.at[LAST], entry=_put("recorded_at", "2026-03-11T00:00:00.000000Z")), {"time-back"},
    ),
    "a link to another entry": (
        lambda s: s.retold(s.at[LAST], entry=lambda each: each["previous"].update(
            {name: 1 for name in each["previous"] if name.startswith("item:")})), {"link"},
    ),
    "a statement that is none": (lambda s: s.but({"statement.json": b"{}"}), {"statement"}),
    "a statement of somebody else": (
        lambda s: s.stating(s.files, nothing, Signer(s.world.ledger.origin, STRANGER)), {"statement-signature"},
    ),
    "a statement of another root": (
        lambda s: s.stating(s.files, _put("root", encode(bytes(32)))), {"statement-checkpoint"},
    ),
    "an act left out": (
        lambda s: s.without(*s.files_of(s.at["check-in"])), {"left-out", "link", "attachment-foreign"},
    ),
    "an agency that is not stated": (
        lambda s: s.stating(s.files, lambda said: said["acts"].pop("agency:center")), {"not-stated"},
    ),
    "an item that is not stated": (
        lambda s: s.stating(s.files, lambda said: said["acts"].pop(f"item:{s.items[0]}")), {"not-stated"},
    ),
    "disclosures that are none": (lambda s: s.but({"disclosures.json": b"[]"}), {"disclosures"}),
    "a disclosure that nobody made": (
        lambda s: s.but({"disclosures.json": json.dumps({"disclosures": [
            {"salt": encode(bytes(32)), "value": "张三"}]}).encode()}), {"disclosure-foreign"},
    ),
    "an attachment changed": (
        lambda s: s.but({f"attachments/{hashlib.sha256(PHOTO).hexdigest()}": PHOTO[:-1]}), {"attachment-changed"},
    ),
    "an attachment of nothing": (
        lambda s: s.but({f"attachments/{hashlib.sha256(b'').hexdigest()}": b""}), {"attachment-foreign"},
    ),
    "a cosignature that is false": (
        lambda s: replace(s, files=s.witnessed("court", "audit")).spoilt("checkpoint"), {"witness-signature", "quorum"},
    ),
    "too few witnesses": (lambda s: s.witnessed("court"), {"quorum"}),
    "another log that was witnessed": (
        lambda s: s.but({**s.witnessed("court", "audit", size=9), "witnessed/consistency": b""}),
        {"witness-consistency", "quorum"},
    ),
}  # fmt: skip
"""What was done, how, and the codes of all that the steps find that every verifier takes (not 8, not 12)."""

SOUND: Final[dict[str, Tampering]] = {
    "as it was made": lambda s: s.files,
    "with witnesses": lambda s: s.witnessed("court", "audit"),
    "with witnesses of a smaller log": lambda s: s.witnessed("court", "audit", size=9),
    "with an act withheld": lambda s: s.without(s.files_of(s.at[LAST])[2]),
}


def packed(story: Story, tampering: Tampering, path: Path) -> Path:
    """The archive of a bundle that was tampered with."""
    return bundles.packed(tampering(story), path)
