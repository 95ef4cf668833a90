"""What goes into a bundle, and how it becomes files: the same content, the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple

from custody.bundle import names
from custody.bundle.archive import File, file_of
from custody.strict import base64url

Kind = Literal["item", "case"]


class Subject(NamedTuple):
    """What a bundle is about: an item by its id, or a case by its reference."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Act:
    """An act as a bundle has it: the exact entry, its proof, and the exact envelope unless it is withheld."""

    entry: bytes
    proof: str
    envelope: bytes | None


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that goes into a bundle but its manifest. Acts are by leaf index."""

    ledger: str
    subject: Subject
    size: int
    checkpoint: str
    witness_policy: str
    statement: bytes
    acts: Mapping[int, Act]
    """On the subject."""
    keys: Mapping[int, Act]
    """About who may sign and by which rules; none that stands in ``acts``."""
    rules: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    """Policy id → path → file."""
    disclosures: Sequence[tuple[bytes, str]] = ()
    """Salt and value of each sealed value that is opened."""
    attachments: Sequence[File] = ()
    further: Mapping[str, bytes] = field(default_factory=dict)
    """Cosigned checkpoints, time tokens, and what is made for people, by their names in the bundle."""


def files_of(content: Content) -> list[File]:
    """The files of a bundle in order, the manifest first. Raises ValueError for a name that no file may have."""
    files = [*_files(content), *content.attachments]
    by_name = {each.name: each for each in files}
    wrong = [name for name in by_name if not names.is_known(name)]
    if wrong or len(by_name) != len(files):
        raise ValueError(f"no files of a bundle: {wrong or 'one name twice'}")
    others = [by_name[name] for name in names.in_order(by_name)]
    return [file_of(names.MANIFEST, _manifest(content, others)), *others]


def _files(content: Content) -> Iterator[File]:
    yield file_of(names.CHECKPOINT, content.checkpoint.encode())
    yield file_of(names.WITNESS_POLICY, content.witness_policy.encode())
    yield file_of(names.STATEMENT, content.statement)
    yield file_of(names.DISCLOSURES, _disclosures(content.disclosures))
    for folder, acts in (("", content.acts), (names.KEYS, content.keys)):
        for index, act in acts.items():
            yield file_of(names.entry_name(index, folder), act.entry)
            yield file_of(names.proof_name(index, folder), act.proof.encode())
            if act.envelope is not None:
                yield file_of(names.envelope_name(hashlib.sha256(act.envelope).hexdigest(), folder), act.envelope)
    for policy, files in content.rules.items():
        for path, data in files.items():
            yield file_of(names.rule_name(policy, path), data)
    for name, data in content.further.items():
        yield file_of(name, data)
    yield file_of(names.VERIFY_PAGE, _verify_page())


@cache
def _verify_page() -> bytes:
    return resources.files("custody.bundle").joinpath(names.VERIFY_PAGE).read_bytes()


def _manifest(content: Content, files: Sequence[File]) -> bytes:
    listed = [
        {"name": each.name, "sha256": each.measured.sha256, "size_bytes": each.measured.size} for each in files
    ]
    return _json({
        "format": names.FORMAT, "ledger": content.ledger, "subject": content.subject._asdict(), "size": content.size,
        "files": listed,
    })  # fmt: skip


def _disclosures(opened: Sequence[tuple[bytes, str]]) -> bytes:
    by_commitment = {hashlib.sha256(salt + value.encode()).digest(): (salt, value) for salt, value in opened}
    listed = [by_commitment[each] for each in sorted(by_commitment)]
    return _json({"disclosures": [{"salt": base64url(salt), "value": value} for salt, value in listed]})


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
