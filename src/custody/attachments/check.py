"""Whether the files that acts name are there, and are what they were. Which they are, the stored acts say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from custody.attachments.store import Attachments
from custody.errors import CustodyError
from custody.facts.files import files_of
from custody.ledger.drafts import Row
from custody.ledger.findings import Report
from custody.ledger.past import recorded_from
from custody.ledger.reader import Reader
from custody.ledger.walk import Progress

_PAGE = 200


def named_files(reader: Reader) -> dict[str, int]:
    """Every file that an act names, with the index of the first that does. Acts that cannot be read name none."""
    found: dict[str, int] = {}
    after = 0
    while page := reader.rows(after, _PAGE):
        for row in page:
            for sha256 in _files(row):
                found.setdefault(sha256, row.position - 1)
        after = page[-1].position
    return found


def check_files(store: Attachments, named: dict[str, int], report: Report, jobs: int, progress: Progress) -> None:
    """Step 10: every file that an act names is in the store and has its hash. Raises Unavailable."""
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


def _files(row: Row) -> tuple[str, ...]:
    try:
        return files_of(recorded_from(row).act)
    except CustodyError:
        return ()
