"""Bundles for tests: made of a world as the commands make them, and made anew of files that were tampered with."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from custody.bundle import names
from custody.bundle.archive import archived, file_of
from custody.bundle.content import Content, Subject, files_of
from custody.ledger.bundle_content import content_of, sealed_values
from custody.ledger.bundle_scope import scope_of
from world import World

Files = dict[str, bytes]
"""The files of a bundle by name; put them into an archive in their order."""


def content(world: World, subject: Subject, *, opened: bool = False, withheld: Collection[int] = ()) -> Content:
    """What goes into a bundle of something now."""
    scope = scope_of(world.ledger.recorder, subject, world.ledger.recorder.head().size)
    disclosures = sealed_values(world.ledger, scope.acts.values()).values() if opened else ()
    return content_of(world.ledger, scope, disclosures=disclosures, withheld=withheld)


def files(made: Content) -> Files:
    """The files of a bundle."""
    return {each.name: b"".join(each.read()) for each in files_of(made)}


def manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest among files."""
    read: dict[str, Any] = json.loads(files[names.MANIFEST])
    return read


def agreeing(files: Files) -> Files:
    """The files with a manifest that lists them as they are."""
    listed = {
        name: file_of(name, files[name]).measured for name in names.in_order(files) if name != names.MANIFEST
    }
    body = manifest(files) | {
        "files": [{"name": name, "sha256": each.sha256, "size_bytes": each.size} for name, each in listed.items()]
    }
    return {**files, names.MANIFEST: json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()}


def packed(files: Mapping[str, bytes], path: Path) -> Path:
    """Files put into an archive."""
    path.write_bytes(b"".join(archived(file_of(name, files[name]) for name in names.in_order(files))))
    return path
