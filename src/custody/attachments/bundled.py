"""The files that acts name, as they go into a bundle."""

from __future__ import annotations

from collections.abc import Iterable

from custody.attachments.store import Attachments, translated
from custody.bundle.archive import File, measure
from custody.bundle.names import attachment_name
from custody.errors import Damaged


def bundled(store: Attachments, hashes: Iterable[str]) -> list[File]:
    """Each file of the store, looked through once: what is not as it is named shall be known before anything is given
    out. Raises Damaged for one that is missing or changed, Unavailable."""
    return [_bundled(store, each) for each in sorted({*hashes})]


def _bundled(store: Attachments, sha256: str) -> File:
    with translated():
        found = store.shelf.find(sha256)
        measured = measure(store.shelf.read(sha256)) if found else None
    if measured is None or measured.sha256 != sha256:
        raise Damaged(
            "damaged/attachment", "A file that an act names is missing from the store, or was changed.", sha256=sha256
        )  # fmt: skip
    return File(attachment_name(sha256), measured, lambda: store.shelf.read(sha256))
