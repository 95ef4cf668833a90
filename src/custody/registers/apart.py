"""A follower in a process of its own, so that keeping the registers current takes no time from those who serve.

The process does a turn when it is told to and answers what came of it; when to take one, and what to do when one fails,
stays with `custody.registers.runner.Runner`. It ends when its owner closes the connection, or dies.
"""

from __future__ import annotations

import pickle
import signal
from collections.abc import Collection
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final

from sqlalchemy import Engine

from custody.ledger.engine import open_engine
from custody.registers.follower import CHUNK, Follower, Turn
from custody.registers.store import Store

_END_SECONDS: Final = 30.0
"""How long a process may take to finish its turn; then it is killed, and loses what the next one does again."""


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a turn, and where the registers stand after it."""

    turn: Turn
    positions: dict[str, int]
    lag: int


class FollowerApart:
    """Brings the registers beside a ledger forward, as `custody.registers.follower.Follower` does. Used by one thread.

    Every call raises what ended the process (EOFError, OSError) once it is gone; a new one has to be made.
    """

    def __init__(self, ledger: Engine, *, chunk: int = CHUNK) -> None:
        """Start the process. Raises what kept it from opening the database."""
        context = get_context("spawn")
        self._connection, other = context.Pipe()
        url = ledger.url.render_as_string(hide_password=False)
        self._process = context.Process(target=_serve, args=(other, url, chunk), name="registers", daemon=True)
        self._process.start()
        other.close()  # the process holds the only other end now: when it is gone, reading ends
        self._done = _Done(Turn(), {}, 0)
        try:
            self.turn(resting=None)
        except BaseException:
            self.close()
            raise

    @property
    def positions(self) -> dict[str, int]:
        """Where each register stands."""
        return self._done.positions

    def lag(self) -> int:
        """How many entries of its log the register lacks that is furthest behind."""
        return self._done.lag

    def turn(self, *, resting: Collection[str] | None = ()) -> Turn:
        """Bring every register that does not rest forward by a chunk at most; with None, only look where they stand."""
        self._connection.send(resting)
        answer = self._connection.recv()
        if isinstance(answer, Exception):
            raise answer
        self._done = answer
        return self._done.turn

    def close(self) -> None:
        """Let the process finish its turn and end."""
        self._connection.close()
        self._process.join(_END_SECONDS)
        self._process.kill()
        self._process.join()
        self._process.close()


def _serve(connection: Connection, url: str, chunk: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt from the terminal reaches the whole group
    engine = open_engine(url)
    with closing(Store.beside(engine)) as store, suppress(EOFError, OSError):  # the owner closed it, or is gone
        follower: Follower | None = None
        while True:
            resting: Collection[str] | None = connection.recv()
            try:
                follower = follower or Follower(engine, store, chunk=chunk)
                answer: _Done | Exception = _done(follower, resting)
            except Exception as error:
                answer = _portable(error)
            connection.send(answer)
    engine.dispose()


def _done(follower: Follower, resting: Collection[str] | None) -> _Done:
    turn = Turn() if resting is None else follower.turn(resting=resting)
    failed = {name: _portable(error) for name, error in turn.failed.items()}
    return _Done(Turn(turn.moved, failed), dict(follower.positions), follower.lag())


def _portable(error: Exception) -> Exception:
    """The error, or what it says, if it cannot leave the process as it is."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own error, there and back
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
