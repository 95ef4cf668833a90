"""Checkpoints as they are given out: with every signature of the log, the same bytes for one size for ever.

An append signs with Ed25519 in its transaction. Publishing comes after, outside the append's lock and at most once a
second: it adds the log's ML-DSA-44 signature, if it has such a key, and keeps the note. Before anybody is given it,
`Mark` outside the database says so; and nothing is published, or recorded any more, that contradicts that.
"""

# ruff: noqa: S608 - table names come from tables.py, and every value is a parameter

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import nullcontext, suppress
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Final

from sqlalchemy import Engine, text

from custody.errors import CustodyError, Damaged, Malformed, Unavailable, Untrusted
from custody.ledger.engine import RETRY_AFTER_SECONDS, translated, writes
from custody.ledger.mark import Mark
from custody.ledger.recorder import Recorder
from custody.ledger.session import Rows, Session
from custody.tlog.checkpoint import Checkpoint, open_checkpoint
from custody.tlog.note import MAX_SIGNATURES, Note, Signer, Verifier, is_signature_line

_MOST: Final = MAX_SIGNATURES - 10
"""Cosignatures of one checkpoint that are given out, beside the log's own signatures."""

EVERY_SECONDS: Final = 1.0
"""How often a new head is published."""

alarm = logging.getLogger("custody.alarm")


class Publication:
    """What one ledger publishes of its log. Safe to use from any thread; several processes may publish one log."""

    def __init__(
        self, recorder: Recorder, keys: Callable[[int], frozenset[str]], cosigner: Signer | None, mark: Mark | None,
        clock: Callable[[], datetime],
    ) -> None:  # fmt: skip
        """``keys`` gives the verifier keys that may sign a checkpoint of a size; ``cosigner`` is the ML-DSA-44 key."""
        self._recorder = recorder
        self._keys = keys
        self._cosigner = cosigner
        self._mark = mark
        self._clock = clock
        self._lock = Lock()
        self._last = -EVERY_SECONDS
        self._continued: Checkpoint | None = None
        """The newest checkpoint in the mark that this log was found to continue."""
        self.trouble: CustodyError | None = None
        """Why nothing was published the last time that it was tried, if so."""

    def checkpoint(self, size: int | None = None) -> str:
        """The checkpoint as published: the newest, or that of ``size``.

        This is the one place that says what ``/log/checkpoint``, fresh proofs, bundles and the export give out. The
        newest is at most a second behind the head while somebody asks; a log that is only read, that was stopped, or
        whose mark cannot be written, gives what was published before. A size that was never published has the note
        that its append signed. Cosignatures of witnesses belong here: lines after the log's own, which stay as they
        are. Raises NotFound, Unavailable.
        """
        if size is not None:
            return self._witnessed(size, self._stored(size) or self._recorder.checkpoint(size))
        with suppress(Damaged, Unavailable):  # which /readyz says: what was given out before still holds
            self.publish()
        return self._newest() or self._recorder.checkpoint()

    def as_appended(self, size: int) -> str:
        """The note that an append signed, which a receipt has whenever it is asked for, and cosignatures since."""
        return self._witnessed(size, self._recorder.checkpoint(size))

    @property
    def engine(self) -> Engine:
        """Where it is kept."""
        return self._recorder.engine

    def covering(self, index: int) -> tuple[int, str]:
        """Size and note of the newest published checkpoint, or of the head, where only that covers a leaf."""
        note = self.checkpoint()
        size = Checkpoint.stated(note).size
        if size <= index:
            size = self._recorder.head().size
            note = self._recorder.checkpoint(size)
        return size, note

    def publish(self, *, at_once: bool = False) -> None:
        """Publish the head, unless it is published or, without ``at_once``, something was within the second.

        A log without its key does nothing. Raises Unavailable, where nothing was published; Damaged where the log
        contradicts what it published before: nothing is recorded any more then.
        """
        if self._recorder.signer is None or self._recorder.damage is not None:
            return
        with self._lock:
            if not at_once and monotonic() - self._last < EVERY_SECONDS:
                return
            if self.size() < self._recorder.head().size:
                self._last = monotonic()
                self._guarded(self._publish)

    def require_continues(self) -> None:
        """Stop the log if it does not go on from what it published. Raises Unavailable."""
        with self._lock, suppress(Damaged):
            self._guarded(self._require_continues)

    def shown(self, note: str) -> Checkpoint:
        """Take notice of a checkpoint of this log that somebody holds, such as a witness or a receipt.

        If this log is behind it, or contradicts it, it was restored, cloned or changed: from now on, and after a
        restart, nothing is recorded or published. Raises Malformed; Untrusted where no key of the log signed it, for
        anybody could say that; Damaged.
        """
        stated = Checkpoint.stated(note)
        checkpoint = open_checkpoint(note, *self._verifiers(stated.size))
        with self._lock:
            self._guarded(lambda: self._hold_against(checkpoint, note))
        return checkpoint

    def size(self) -> int:
        """The size of the newest publication; 0 if there is none."""
        (newest,) = self._rows(f"SELECT max(size) FROM publication WHERE {self._reached}")
        return newest[0] or 0

    @property
    def cosigned(self) -> bool:
        """Whether what is published next bears an ML-DSA-44 signature."""
        return self._cosigns(self._recorder.head().size + 1)

    def _guarded(self, step: Callable[[], None]) -> None:
        """Do a step, and remember what stands in its way, for who asks whether all is well."""
        try:
            self.trouble = None
            step()
        except OSError as error:
            self.trouble = Unavailable(
                "unavailable/published", "The file that says what was published last cannot be used.",
                file=str(error.filename or ""), reason=error.strerror or str(error), retry_after=RETRY_AFTER_SECONDS,
            )  # fmt: skip
            raise self.trouble from error
        except Damaged as damage:
            self.trouble = damage
            alarm.critical("%s", damage)
            self._recorder.stop(damage)
            raise

    def _publish(self) -> None:
        # What is in the mark was or will be given out: a crash before the row below leaves a checkpoint that nobody
        # has, of a size and root that this log has for ever; the next publication continues it. A crash after it
        # leaves everything. Without the row nothing is given out, so two processes that sign one size give one note.
        with self._mark.held() if self._mark else nullcontext():
            self._require_continues()
            size = self._recorder.head().size
            note = self._signed(size)
            if self._mark is not None:
                self._mark.write(note)
            self._keep(size, note)

    def _require_continues(self) -> None:
        published = self._mark.read() if self._mark else None
        if published is not None and published != self._continued:
            self._require_within(published)
            self._continued = published

    def _hold_against(self, checkpoint: Checkpoint, note: str) -> None:
        try:
            self._require_within(checkpoint)
        except Damaged:
            if self._mark is not None:
                with self._mark.held():
                    self._mark.write(note)
            raise

    def _require_within(self, checkpoint: Checkpoint) -> None:
        """Raises Damaged unless the log, as its leaves are, has a checkpoint's root at its size."""
        size = self._recorder.head().size
        if checkpoint.size > size:
            raise Damaged(
                "damaged/behind-published",
                "The log ends before a checkpoint that it published: this database was restored or cloned, and "
                "whatever it signed now would contradict what others hold.",
                size=size, published=checkpoint.size,
            )  # fmt: skip
        if self._recorder.tree_root(checkpoint.size) != checkpoint.root:
            raise Damaged(
                "damaged/other-than-published",
                "The log has another root than the checkpoint that it published of this size: whatever it signed now "
                "would contradict what others hold.",
                published=checkpoint.size,
            )  # fmt: skip

    def _signed(self, size: int) -> str:
        """The note of a size with all signatures of the log. What the database has of it is believed only after it was
        checked: another signature would vouch for whatever somebody wrote there."""
        published = self._stored(size)
        note = Note.parse(published or self._recorder.checkpoint(size))
        try:
            signed = open_checkpoint(str(note), *self._verifiers(size))
        except (Malformed, Untrusted):
            signed = None
        if signed is None or (signed.size, signed.root) != (size, self._recorder.tree_root(size)):
            raise Damaged("damaged/tree", "The newest checkpoint is not of this log's leaves.", size=size)
        if published or self._cosigner is None or not self._cosigns(size):
            return str(note)
        return str(Note(note.text, (*note.signatures, self._cosigner.sign(note.text, int(self._clock().timestamp())))))

    def _cosigns(self, size: int) -> bool:
        """Whether the log names the ML-DSA-44 key at hand for a checkpoint of this size."""
        return self._cosigner is not None and str(self._cosigner.verifier) in self._keys(size)

    def _verifiers(self, size: int) -> list[Verifier]:
        return [Verifier.parse(each) for each in sorted(self._keys(size))]

    def _keep(self, size: int, note: str) -> None:
        sql = "INSERT INTO publication (size, note) VALUES (:size, :note) ON CONFLICT DO NOTHING"
        with translated(), writes(self._recorder.engine).begin() as connection:
            connection.execute(text(sql), {"size": size, "note": note})

    def _witnessed(self, size: int, note: str) -> str:
        """A note with the cosignatures gathered since."""
        sql = "SELECT line FROM cosignature WHERE size = ? ORDER BY witness LIMIT ?"
        return _with_lines(note, (line for (line,) in self._rows(sql, size, _MOST)))

    def _stored(self, size: int) -> str | None:
        rows = self._rows("SELECT note FROM publication WHERE size = ?", size)
        return str(rows[0][0]) if rows else None

    def _newest(self) -> str | None:
        """The newest publication, with its cosignatures; in one statement, since every proof asks for it."""
        newest = f"(SELECT max(size) FROM publication WHERE {self._reached})"
        rows = self._rows(
            f"SELECT note, line FROM publication p LEFT JOIN cosignature c ON c.size = p.size WHERE p.size = {newest} "
            "ORDER BY witness LIMIT ?", _MOST,
        )  # fmt: skip
        return _with_lines(rows[0][0], (line for _, line in rows if line is not None)) if rows else None

    @property
    def _reached(self) -> str:
        """What holds of a publication that the log, perhaps restored from a backup, has reached."""
        return f"size <= (SELECT size FROM {self._recorder.log.head})"

    def _rows(self, sql: str, *values: int) -> Rows:
        with translated(), Session(self._recorder.engine, self._recorder.log) as session:
            return session.fetch(sql, *values)


def _with_lines(note: str, lines: Iterable[str]) -> str:
    """A note with cosignatures. What was changed in the table so that it is none stays out, lest nobody could read the
    note."""
    return note + "".join(line for line in lines if is_signature_line(line))
