"""The label printers that the settings name: only these are ever spoken to, whatever a request asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

RAW_PORT: Final = 9100
"""Where printers take raw bytes (AppSocket, "JetDirect")."""

_PRINTER: Final = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9-]{0,39})=(?P<host>[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(:(?P<port>[0-9]{1,5}))?(@(?P<dpi>203|300))?"
)


@dataclass(frozen=True, slots=True)
class Printer:
    """A label printer: what people call it, where it listens, and its dots per inch."""

    name: str
    host: str
    port: int = RAW_PORT
    dpi: int = 203

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.name}={host}:{self.port}@{self.dpi}"


def read_printers(text: str) -> tuple[Printer, ...] | None:
    """Read ``counter=10.0.0.7:9100@203 …``; None if a word of it is no printer, or two have one name."""
    found = [_PRINTER.fullmatch(word) for word in text.split()]
    printers = tuple(
        Printer(each["name"], each["host"].strip("[]"), int(each["port"] or RAW_PORT), int(each["dpi"] or 203))
        for each in found if each
    )  # fmt: skip
    sound = len(printers) == len(found) == len({each.name for each in printers})
    return printers if sound and all(0 < each.port < 65_536 for each in printers) else None
