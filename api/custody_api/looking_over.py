"""What the process does that verifies a whole ledger for an auditor.

It opens the database by itself, reads, and says through a pipe how far it is and what it found: ``("done", done,
total)`` from time to time, then ``("report", report)``.
"""

from __future__ import annotations

import os
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import Any, Final

from custody.attachments import Attachments
from custody.attachments.check import check_files
from custody.cli.findings import report_as_json
from custody.cli.verify_command import compare_registers
from custody.ledger.case_keys import with_case_keys
from custody.ledger.engine import open_engine
from custody.ledger.findings import Report
from custody.ledger.fsck import verify_database
from custody_api.signatures import belong_to_the_server

_TELLS_EVERY: Final = 0.5
"""Seconds."""


def look_over(pipe: Connection, url: str, case_keys: Path | None, files: Path | None) -> None:
    """Verify the ledger at a URL, its registers, and its attachments where they lie in a folder."""
    belong_to_the_server()
    os.nice(10)  # people are served first
    told = -_TELLS_EVERY

    def progress(done: int, total: int) -> None:
        nonlocal told
        if monotonic() - told >= _TELLS_EVERY:
            told = monotonic()
            pipe.send(("done", done, total))

    report = verify_database(url, progress=progress, case_keys=case_keys)
    if report.root:
        engine = with_case_keys(open_engine(url), case_keys)
        try:
            compare_registers(engine, report, progress)
        finally:
            engine.dispose()
        if files is not None:
            check_files(Attachments(files), report, 1, progress)
    pipe.send(("report", shape(report, files is not None)))


def shape(report: Report, files: bool) -> dict[str, Any]:
    """A report as it is kept, with how many files the acts name and whether these were looked at."""
    return {**report_as_json(report), "attachments": {"named": len(report.files), "checked": files}}
