"""Whoever counts what a ledger does: nobody, unless a server has figures to show."""

from __future__ import annotations

from custody.errors import CustodyError


class Watch:
    """Told of every act, decision and commit, from any thread. This one counts nothing."""

    def answered(self, act_type: str | None, outcome: CustodyError | None, *, again: bool = False) -> None:
        """An act was recorded (``again``: had been before), or turned away; no type: it could not be read."""

    def decided(self, seconds: float) -> None:
        """The rules judged an act."""

    def committed(self, log: str, entries: int, seconds: float) -> None:
        """Entries were appended to ``ledger`` or ``journal`` in one transaction, signing and waiting for the disk."""


NOBODY = Watch()
