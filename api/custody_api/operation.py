"""How a server is run: what its settings say, in the form the routes need."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from custody.cli.settings import LOOPBACK, Settings, read_token
from custody.reminding.channels.targets import Network

Figures = Literal["nobody", "loopback", "token"]


@dataclass(frozen=True, slots=True)
class Operation:
    """Limits a minute for each caller; who may read the figures: nobody, this machine, or whoever has the token; and
    the networks that webhooks reach beside public addresses."""

    writes_a_minute: int = 6_000
    sign_ins_a_minute: int = 120
    figures: Figures = "nobody"
    token: str = ""
    networks: tuple[Network, ...] = ()
    apart: bool = False
    """Whether a process of its own keeps the registers current; a thread does otherwise."""


DEFAULT: Final = Operation()


def operation_of(settings: Settings) -> Operation:
    """What the settings say. Raises WrongUse for a token that others may read, or none; OSError."""
    figures: Figures = "nobody"
    token = ""
    if settings.metrics is not None:
        figures = "loopback" if settings.metrics == LOOPBACK else "token"
        token = read_token(Path(settings.metrics)) if figures == "token" else ""
    return Operation(
        settings.writes_a_minute, settings.sign_ins_a_minute, figures, token, settings.webhook_networks
    )
