"""Verifying a bundle from the file alone: every step reports all that it finds, and none stops the others.

1. Container: the archive can be read; the manifest lists exactly its members.
2. Checkpoint: it is this ledger's, of this size, and signed by the log; under whose word for the log's key, is said.
3. Inclusion: every entry stands in the log at its index.
4. Acts: entries and envelopes are well formed and belong together.
5. Signatures: each signer signed, with a key that was theirs and not revoked at that position; nobody else did.
6. Order: time runs with the log, and the links of items and people have no gap.
7. Completeness: the log's key states how many acts there are on each name, and the bundle holds them all.
8. Decisions: the rules of its time allow each act, as far as the facts for that are in the bundle.
9. Sealed values: what is disclosed was committed to.
10. Attachments: each file is one that an act names.
11. Witnesses: others saw the checkpoint.
12. Time: an authority dated it.

The numbers are the same in docs/format.md section 7 and in the report. No database, no network, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from custody.bundle.beside import check_attachments, check_disclosures
from custody.bundle.bundled import Bundle, Given, read_acts
from custody.bundle.completeness import check_completeness, check_order
from custody.bundle.container import check_container
from custody.bundle.dated import check_time
from custody.bundle.decisions import check_decisions
from custody.bundle.names import MANIFEST
from custody.bundle.reading import read_archive
from custody.bundle.report import Report, Step
from custody.bundle.standing import check_checkpoint, check_inclusion
from custody.bundle.stated_acts import check_acts, check_signatures
from custody.bundle.witnessed import check_witnesses
from custody.timestamps.chain import read_certificates
from custody.tlog.note import Verifier
from custody.tlog.policy import WitnessPolicy

_STEPS: Final[tuple[Callable[[Bundle, Step], None], ...]] = (
    check_container, check_checkpoint, check_inclusion, check_acts, check_signatures, check_order, check_completeness,
    check_decisions, check_disclosures, check_attachments, check_witnesses, check_time,
)  # fmt: skip

NOTHING: Final = Given()
"""Whoever verifies has the bundle alone."""


def verify_bundle(path: Path, given: Given = NOTHING) -> Report:
    """Verify a bundle. What is ``given`` counts; where it names no key of the log, the bundle's own word does.

    Raises OSError where the file cannot be read, TooLarge where it is too much to be verified in memory.
    """
    report = Report()
    with path.open("rb") as file:
        archive = read_archive(file)
        bundle = Bundle(archive, report, given, acts=read_acts(archive))
        for check, step in zip(_STEPS, report.steps, strict=True):
            if step.number == 1 or bundle.manifest is not None:
                check(bundle, step)
            else:
                step.passed_over("earlier-step", MANIFEST)
    return report


def given_by(
    policy: Path | None, log_keys: Sequence[str], time_roots: Path | None = None, at: datetime | None = None
) -> Given:
    """What a verifier gives by a policy file, verifier keys, and a file with roots (PEM) for tokens that are judged as
    of ``at``. Raises Malformed, OSError."""
    keys = tuple(Verifier.parse(each) for each in log_keys)
    roots = read_certificates(time_roots.read_bytes()) if time_roots else ()
    return Given(keys, WitnessPolicy.parse(policy.read_bytes()) if policy else None, roots, at)
