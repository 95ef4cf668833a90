"""How a server is run: what its settings say, in the form the routes need."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from custody.cli.settings import LOOPBACK, Settings, read_token

Figures = Literal["nobody", "loopback", "token"]


@dataclass(frozen=True, slots=True)
class Operation:
    """Limits a minute for each caller, and who may read the figures: nobody, this machine, or whoever has the token."""

    writes_a_minute: int = 6_000
    sign_ins_a_minute: int = 120
    figures: Figures = "nobody"
    token: str = ""


DEFAULT: Final = Operation()


def operation_of(settings: Settings) -> Operation:
    """What the settings say. Raises WrongUse for a token that others may read, or none; OSError."""
    limits = settings.writes_a_minute, settings.sign_ins_a_minute
    if settings.metrics is None:
        return Operation(*limits)
    if settings.metrics == LOOPBACK:
        return Operation(*limits, "loopback")
    return Operation(*limits, "token", read_token(Path(settings.metrics)))
