"""Which past a request asks for: ``as_of`` (how it was) and ``known_at`` (what the ledger knew)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from pydantic import AwareDatetime

from custody.ledger.history import Moment


async def _moment(
    as_of: Annotated[
        AwareDatetime | None, Query(description="How it was at this moment, as is known now. RFC 3339.")
    ] = None,
    known_at: Annotated[
        AwareDatetime | None, Query(description="As the ledger knew it at this moment. RFC 3339.")
    ] = None,
) -> Moment | None:
    return Moment(as_of, known_at) if as_of or known_at else None


AtMoment = Annotated[Moment | None, Depends(_moment)]
"""The moment asked for, which is then read from the acts; None for the present, which the registers know."""
