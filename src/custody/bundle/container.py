"""Step 1: the archive can be read, and the manifest lists exactly what is in it."""

from __future__ import annotations

from typing import Final

from custody.bundle import names
from custody.bundle.bundled import Bundle, Manifest, read_manifest
from custody.bundle.content import Subject
from custody.bundle.report import Step
from custody.errors import CustodyError

ALWAYS: Final = (names.CHECKPOINT, names.WITNESS_POLICY, names.STATEMENT)


def check_container(bundle: Bundle, step: Step) -> None:
    """Whether the bundle is whole and unchanged since it was made: the manifest itself is nobody's word."""
    archive = bundle.archive
    step.checked = len(archive.members)
    for code, where in archive.problems:
        step.found(code, where)
    for index in _twice(bundle):
        step.found("file-name", names.entry_name(index, names.KEYS))
    for name in ALWAYS:
        if name not in archive.members:
            step.found("file-missing", name)
    try:
        bundle.manifest = read_manifest(archive)
    except CustodyError as error:
        step.found("manifest", names.MANIFEST, field=error.fields.get("field", ""))
        return
    report, manifest = bundle.report, bundle.manifest
    report.ledger, report.size = manifest.ledger, manifest.size
    report.subject = Subject(manifest.subject.kind, manifest.subject.id)
    _compare(bundle, manifest, step)


def _twice(bundle: Bundle) -> list[int]:
    """The leaf indexes of which an entry stands in both places."""
    return [
        index for index in bundle.acts
        if {names.entry_name(index), names.entry_name(index, names.KEYS)} <= bundle.archive.members.keys()
    ]  # fmt: skip


def _compare(bundle: Bundle, manifest: Manifest, step: Step) -> None:
    every = bundle.archive.members | bundle.archive.strangers
    there = {name: found for name, found in every.items() if name != names.MANIFEST}
    listed = {each.name: each for each in manifest.files}
    if len(listed) != len(manifest.files) or [*listed] != names.in_order(listed) or names.MANIFEST in listed:
        step.found("manifest", names.MANIFEST, field="files")
    for name in listed.keys() - there.keys() - {*ALWAYS}:
        step.found("file-missing", name)
    for name in there.keys() - listed.keys():
        step.found("file-unlisted", name)
    for name in sorted(there.keys() & listed.keys()):
        if (there[name].sha256, there[name].size) != (listed[name].sha256, listed[name].size_bytes):
            step.found("file-changed", name)
