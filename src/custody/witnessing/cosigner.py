"""A witness: it cosigns a checkpoint only if that continues the last one of the log, and never two that contradict.

What it cosigned last stands in a SQLite file of its own. Everything it is worth hangs on that file: a witness that
forgot what it signed would sign another history. So the file is founded once and never made again by itself, it is
not restored from a backup (a new key begins anew), and an answer leaves only after what it says is on the disk.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final

from custody.errors import Conflict, Malformed, NotFound, TooLarge
from custody.ledger.engine import BUSY_SECONDS, translated
from custody.tlog.checkpoint import Checkpoint
from custody.tlog.note import Note, Signature, Signer, Verifier
from custody.tlog.witness import SIZE_TYPE, AddCheckpoint, Refusal, judge, monitoring_path

PLAIN: Final = "text/plain; charset=utf-8"

HOLDS_SECONDS: Final = 60
"""How long the same checkpoint gets the same cosignatures: who repeats it cannot keep the disk busy."""

MOST_KEPT: Final = 1_000
"""Contradicting requests that are kept. Each bears the log's own signature, so nobody else can make them."""

_TABLES: Final = """
CREATE TABLE latest (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, time INTEGER NOT NULL, note TEXT NOT NULL
) STRICT;
CREATE TABLE contradiction (
    digest BLOB PRIMARY KEY, origin TEXT NOT NULL, time INTEGER NOT NULL, refusal TEXT NOT NULL, request BLOB NOT NULL
) STRICT;
CREATE TRIGGER latest_grows BEFORE UPDATE ON latest
WHEN NEW.origin <> OLD.origin OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'what was cosigned is not taken back'); END;
CREATE TRIGGER latest_stays BEFORE DELETE ON latest
BEGIN SELECT RAISE(ABORT, 'what was cosigned is not taken back'); END;
"""

alarm = logging.getLogger("custody.alarm")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness answers: a status, a body, its media type."""

    status: int
    body: str
    media_type: str = PLAIN


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A request that was signed by a log and does not continue what this witness cosigned before: evidence."""

    origin: str
    time: int
    refusal: str
    request: bytes


def state_beside(key: Path) -> Path:
    """Where the state of a witness is, unless it is elsewhere: beside its key file."""
    return key.with_name(f"{key.name}.state")


def verifier_beside(key: Path) -> Path:
    """Where the verifier key of a witness stands, which holds its name: beside its key file."""
    return key.with_name(f"{key.name}.pub")


def found(state: Path) -> None:
    """Make the state of a witness that never signed anything. Raises Conflict where there is a file."""
    try:
        state.touch(0o600, exist_ok=False)
    except FileExistsError:
        raise Conflict(
            "conflict/witness-state", "There is a file of this name: the state of a witness is never made anew.",
            file=str(state),
        ) from None  # fmt: skip
    with translated():
        connection = sqlite3.connect(state, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_TABLES)
        finally:
            connection.close()


class Cosigner:
    """One witness. Safe to use from any thread; several processes may share its state."""

    def __init__(
        self, state: Path, logs: Sequence[Verifier], signers: Sequence[Signer],
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """``logs`` are the verifier keys it knows, ``signers`` its own keys. Raises NotFound without a state."""
        if not state.exists():
            raise NotFound("not-found/witness-state", "The witness has no state here.", file=str(state))
        self._logs = tuple(logs)
        self._signers = tuple(signers)
        self._clock = clock
        self._paths = {monitoring_path(key.name): key.name for key in logs}
        self._turn = Lock()
        with translated():
            self._db = sqlite3.connect(state, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            for pragma in ("synchronous = FULL", "recursive_triggers = ON"):
                self._db.execute(f"PRAGMA {pragma}")

    def close(self) -> None:
        """Let go of the state."""
        self._db.close()

    def add(self, body: bytes) -> Answer:
        """Cosign a checkpoint, or say why not. Raises Unavailable or Damaged if the state cannot be used."""
        try:
            request = AddCheckpoint.parse(body)
        except Malformed as error:
            return Answer(413 if isinstance(error, TooLarge) else 400, f"{error.sentence}\n")
        with self._transaction():
            judged, latest = self._judged(request)
            if isinstance(judged, Checkpoint):
                note = self._cosigned(request, judged, latest)
            elif judged.contradicts:
                self._keep(request, judged, body)
        # Here it is on the disk. A crash before leaves no trace, and whoever asked hears nothing and asks again; a
        # crash after leaves a checkpoint that is cosigned and was not told: asked again with the size before, the
        # witness tells its own, and asked from there it gives the cosignature, of this checkpoint or of a later one.
        if isinstance(judged, Checkpoint):
            return Answer(200, "".join(each.line() for each in self._own(note)))
        if judged is Refusal.OTHER_SIZE:
            return Answer(409, f"{latest.size if latest else 0}\n", SIZE_TYPE)
        if judged.contradicts:
            alarm.critical("a checkpoint of %s contradicts the one cosigned before", request.note.text.split("\n")[0])
        return Answer(judged.status, f"{judged.value[1]}\n")

    def shown(self, path: str) -> str:
        """The last checkpoint cosigned of the log that a monitoring path names. Raises NotFound."""
        with self._turn, translated():
            rows = self._db.execute("SELECT note FROM latest WHERE origin = ?", (self._paths.get(path),)).fetchall()
        if not rows:
            raise NotFound("not-found/log", "This witness cosigned no checkpoint of such a log.")
        note: str = rows[0][0]
        return note

    def contradictions(self) -> list[Contradiction]:
        """Everything a log signed that contradicts what was cosigned, oldest first."""
        with self._turn, translated():
            rows = self._db.execute("SELECT origin, time, refusal, request FROM contradiction ORDER BY rowid")
            return [Contradiction(*row) for row in rows.fetchall()]

    def _judged(self, request: AddCheckpoint) -> tuple[Checkpoint | Refusal, Checkpoint | None]:
        origin = request.note.text.split("\n", 1)[0]
        rows = self._db.execute("SELECT size, root FROM latest WHERE origin = ?", (origin,)).fetchall()
        latest = Checkpoint(origin, *rows[0]) if rows else None
        return judge(request, self._logs, latest), latest

    def _cosigned(self, request: AddCheckpoint, checkpoint: Checkpoint, latest: Checkpoint | None) -> Note:
        """Sign, and write down what was signed; the last cosignatures, if they are of this checkpoint and fresh."""
        rows = self._db.execute("SELECT time, note FROM latest WHERE origin = ?", (checkpoint.origin,)).fetchall()
        before, kept = rows[0] if rows else (0, "")
        now = max(int(self._clock()), before)  # a clock that was set back would have us say the opposite of before
        if latest == checkpoint and now - before < HOLDS_SECONDS:
            return Note.parse(kept)
        of_log = request.note.signed_by([key for key in self._logs if key.name == checkpoint.origin])
        known = {(each.verifier.name, each.verifier.key_id) for each in of_log}
        signed = [each for each in request.note.signatures if (each.name, each.key_id) in known]
        signed += [signer.sign(checkpoint.text, now) for signer in self._signers]
        note = Note(checkpoint.text, tuple(signed))
        self._db.execute(
            "INSERT INTO latest VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) "
            "DO UPDATE SET size = excluded.size, root = excluded.root, time = excluded.time, note = excluded.note",
            (checkpoint.origin, checkpoint.size, checkpoint.root, now, str(note)),
        )
        return note

    def _keep(self, request: AddCheckpoint, why: Refusal, body: bytes) -> None:
        origin, digest = request.note.text.split("\n")[0], sha256(request.note.text.encode()).digest()
        self._db.execute(
            "INSERT INTO contradiction SELECT ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM contradiction) < ? "
            "ON CONFLICT DO NOTHING",
            (digest, origin, int(self._clock()), why.name.lower(), body, MOST_KEPT),
        )

    def _own(self, note: Note) -> Iterator[Signature]:
        own = {(each.name, each.verifier.key_id) for each in self._signers}
        return (each for each in note.signatures if (each.name, each.key_id) in own)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Read and write as one, after everybody else's: in this process, and in others by SQLite's lock."""
        with self._turn, translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._commit()
            except BaseException:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise

    def _commit(self) -> None:
        self._db.execute("COMMIT")
