"""What can go wrong, named by what the caller must think of it.

Every error carries a stable ``code`` (a slash-separated path such as ``refused/officer-is-custodian``), one
sentence, and fields. ``ValueError`` is for our own callers' mistakes only; whatever is wrong with bytes that
came from outside is `Malformed`.
"""

from __future__ import annotations

from functools import partial
from typing import Any


class CustodyError(Exception):
    """The root of the family. ``code`` is stable; ``fields`` are JSON values."""

    def __init__(self, code: str, sentence: str, **fields: Any) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.fields = fields

    def __str__(self) -> str:
        return f"{self.sentence} [{self.code}]"

    def __reduce__(self) -> tuple[partial[CustodyError], tuple[()]]:
        """How it comes out of another process whole."""
        return partial(type(self), self.code, self.sentence, **self.fields), ()


class Malformed(CustodyError):
    """The bytes are not what the format says. Fields: ``field``, ``expected``, ``got``."""


class TooLarge(Malformed):
    """Well-formed perhaps, but over a limit. Fields: ``limit``, ``got``."""


class Untrusted(CustodyError):
    """The signatures, keys or capacities do not bear the act out. Fields name which one."""


class NotSignedIn(CustodyError):
    """Nobody is signed in, or the session ended."""


class NotAllowed(CustodyError):
    """Who is signed in may not ask this."""


class Refused(CustodyError):
    """A rule forbids this future act. Fields: ``rule``, and what the rule compared."""


class Stale(CustodyError):
    """The world moved on since the signers looked, or an earlier act has not arrived yet."""


class Conflict(CustodyError):
    """The act's id is already taken by another payload."""


class NotFound(CustodyError):
    """No such thing in the ledger."""


class Unavailable(CustodyError):
    """The database is locked, full or gone: nothing was written, try again. Field: ``retry_after`` seconds."""


class TooMany(CustodyError):
    """The caller asks more often than he may: nothing was looked at. Field: ``retry_after`` seconds."""


class Damaged(CustodyError):
    """What is stored contradicts itself: writing stops. Fields say where."""
