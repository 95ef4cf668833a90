"""Verifying the whole ledger in a process of its own, for an auditor who watches: one at a time.

How far it is and what it found stands on the desk, so that it goes on without anybody looking, and whoever looks later
finds it. It ends with the server: what ran then is broken off.
"""

from __future__ import annotations

import logging
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Final

from custody.attachments import Attachments
from custody.attachments.folder import Folder
from custody.desk import Desk, verifications
from custody.ledger.case_keys import case_keys_of
from custody.ledger.ledger import Ledger
from custody_api.looking_over import look_over

log = logging.getLogger("custody.api")

_HEARS_EVERY: Final = 1.0
"""Seconds after which the desk is told that it still runs, and asked whether it shall go on."""


class Auditing:
    """The verification that runs in this server, if one does. Safe to use from any thread."""

    def __init__(self, ledger: Ledger, desk: Desk, attachments: Attachments | None) -> None:
        self._ledger = ledger
        self._desk = desk
        in_folder = attachments is not None and isinstance(attachments.shelf, Folder)
        self._files: Path | None = attachments.folder if attachments is not None and in_folder else None
        self._lock = Lock()
        self._watching: Thread | None = None
        self._process: SpawnProcess | None = None

    def begin(self, by: str) -> int:
        """Begin one for an auditor; returns its number. Raises Conflict while another runs."""
        with self._lock:
            number = verifications.begin(self._desk, by, self._ledger.recorder.head().size, self._ledger.clock())
            keys = case_keys_of(self._ledger.engine)
            url = self._ledger.engine.url.render_as_string(hide_password=False)
            ours, theirs = get_context("spawn").Pipe()
            # Its address goes through a pipe, not on a command line, which everybody on the machine can read.
            process = get_context("spawn").Process(
                target=look_over, args=(theirs, url, keys.folder if keys else None, self._files), name="verification"
            )
            process.start()
            theirs.close()
            self._process = process
            self._watching = Thread(target=self._watch, args=(number, process, ours), name="verification", daemon=True)
            self._watching.start()
        return number

    def cancel(self, number: int, by: str) -> None:
        """Have one end; the process that runs it sees that within a second. Does nothing where it ended before."""
        verifications.end(self._desk, number, "cancelled", self._ledger.clock(), by=by)

    def close(self) -> None:
        """End the process; what it ran is broken off."""
        with self._lock:
            process, watching = self._process, self._watching
        if process is not None:
            process.terminate()
        if watching is not None:
            watching.join()

    def _watch(self, number: int, process: SpawnProcess, pipe: Connection) -> None:
        try:
            report = self._heard(number, pipe)
        except Exception:  # whatever it is, the row must not say for ever that it runs
            log.exception("a verification was not watched to its end")
            report = None
        process.terminate()
        process.join()
        pipe.close()
        state: verifications.State = "broken-off" if report is None else "done"
        verifications.end(self._desk, number, state, self._ledger.clock(), report=report)

    def _heard(self, number: int, pipe: Connection) -> dict[str, Any] | None:
        """Listen until it has reported, died, or was cancelled."""
        done, total = 0, self._ledger.recorder.head().size
        while True:
            if pipe.poll(_HEARS_EVERY):
                try:
                    kind, *said = pipe.recv()
                except EOFError:
                    return None
                if kind == "report":
                    return dict(said[0])
                done, total = said
            if not verifications.tell(self._desk, number, done, total, self._ledger.clock()):
                return None
