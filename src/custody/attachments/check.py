"""Whether the files that acts name are there, and are what they were."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from custody.attachments.store import Attachments
from custody.ledger.findings import Report
from custody.ledger.walk import Progress


def check_files(store: Attachments, report: Report, jobs: int, progress: Progress) -> None:
    """Step 10: every file that an act names, as the report has them, is in the store with its hash.

    Raises Unavailable.
    """
    named = report.files
    with ThreadPoolExecutor(jobs) as pool:  # hashing lets go of the interpreter
        for done, (sha256, sound) in enumerate(zip(named, pool.map(store.is_sound, named), strict=True), 1):
            progress(done, len(named))
            if sound:
                continue
            if store.find(sha256) is None:
                report.found(
                    10, "attachment-missing", f"附件不在附件库中：{sha256}", f"The attachment {sha256} is missing.",
                    named[sha256], sha256=sha256,
                )  # fmt: skip
            else:
                report.found(
                    10, "attachment-damaged", f"附件内容已变：{sha256}", f"The attachment {sha256} is damaged.",
                    named[sha256], sha256=sha256,
                )  # fmt: skip
