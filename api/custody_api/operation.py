"""How a server is run: what its settings say, in the form the routes need."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from custody.cli.ledgers import time_authorities_of
from custody.cli.printers import Printer
from custody.cli.setting_values import LOOPBACK, read_token
from custody.cli.settings import Settings, require_none
from custody.reminding.channels.targets import Network
from custody.stamping.configured import NONE, Authorities
from custody.tlog.policy import WitnessPolicy
from custody.vouching.configured import NOBODY, Vouching, read_vouching
from custody.witnessing.editing import read_policy_file
from custody_api.door import ADDRESSES, HERE, Doorway, doorway_of

Figures = Literal["nobody", "loopback", "token"]


@dataclass(frozen=True, slots=True)
class Operation:
    """Limits a minute for each caller; who may read the figures: nobody, this machine, or whoever has the token; the
    networks that webhooks reach beside public addresses; how the server is reached; who else vouches for callers; who
    dates the log."""

    writes_a_minute: int = 6_000
    sign_ins_a_minute: int = 120
    figures: Figures = "nobody"
    token: str = ""
    networks: tuple[Network, ...] = ()
    traces: str | None = None
    """The address that takes traces."""
    apart: bool = False
    """Whether a process of its own keeps the registers current; a thread does otherwise."""
    doorway: Doorway = HERE
    vouching: Vouching = NOBODY
    time_authorities: Authorities = NONE
    witness_policy: WitnessPolicy | None = None
    """The witnesses that are asked to cosign what is published."""
    witness_minutes: int | None = None
    printers: tuple[Printer, ...] = ()
    """The label printers that the pages may choose from, by name."""
    public_log: bool = False
    """Whether checkpoint, tiles and entries are read without a session."""


DEFAULT: Final = Operation()


def operation_of(settings: Settings, host: str = ADDRESSES[0]) -> Operation:
    """What the settings say of a server at ``host``. Raises WrongUse or Malformed for what is wrong; OSError."""
    vouching = _vouching(settings)
    doorway = doorway_of(host, settings, vouching.certificates.header if vouching.certificates else None)
    figures, token = _figures(settings)
    return Operation(
        settings.writes_a_minute, settings.sign_ins_a_minute, figures, token, settings.webhook_networks,
        settings.traces, doorway=doorway, vouching=vouching, time_authorities=time_authorities_of(settings),
        public_log=settings.publication == "public",
        witness_policy=read_policy_file(settings.witness_policy) if settings.witness_policy else None,
        witness_minutes=settings.witness_minutes, printers=settings.printers,
    )  # fmt: skip


def _figures(settings: Settings) -> tuple[Figures, str]:
    if settings.metrics is None:
        return "nobody", ""
    if settings.metrics == LOOPBACK:
        return "loopback", ""
    return "token", read_token(Path(settings.metrics))


def _vouching(settings: Settings) -> Vouching:
    if settings.vouching is None:
        return NOBODY
    found, mistakes = read_vouching(settings.vouching)
    require_none(mistakes)
    return found
