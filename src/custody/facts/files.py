"""The files that an act names by their SHA-256; what they hold stands in no log."""

from __future__ import annotations

from collections.abc import Iterator

from custody.acts.act import Act
from custody.acts.oversight import Correction
from custody.facts.amend import inserted_act


def files_of(act: Act) -> tuple[str, ...]:
    """The SHA-256 of every file that an act names, each once: attachments, what attestations show, the evidence of a
    correction, and what belongs to the acts it inserts."""
    return tuple(dict.fromkeys(_named(act)))


def _named(act: Act) -> Iterator[str]:
    yield from (each.sha256 for each in act.attachments)
    yield from (each.attachment for each in act.attestations if each.attachment)
    if isinstance(act, Correction):
        yield from act.evidence
        for change in act.changes:
            if change.op == "insert":
                yield from _named(inserted_act(act, change))
