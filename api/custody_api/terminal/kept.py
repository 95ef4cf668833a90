"""What a station keeps in a file of its own: the open sheet, what was signed of it, and who was named last.

The file is its owner's alone (mode 0600) and is written whole before a scan is answered: whoever closes the terminal,
or loses power, goes on where they were. Keys and passphrases never stand in it; where a key file lies does.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from custody.errors import CustodyError, Malformed, Unavailable
from custody.ledger.durable import whole
from custody.signed import SignedAct, signed_act_from
from custody_api.terminal import asking
from custody_api.terminal.sheet import Sheet


@dataclass
class Kept:
    """What is kept, and in which file."""

    path: Path
    sheet: Sheet | None = None
    signed: SignedAct | None = None
    """The open sheet's act with the signatures so far: the same bytes are submitted again if the answer was lost."""
    opened: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Stock-takes opened here that are not closed: the opening → its places and the items on the book then."""
    recent: dict[str, list[str]] = field(default_factory=dict)
    """Part of an act → who stood in it last."""
    key_files: dict[str, str] = field(default_factory=dict)
    """Person → the key file they signed with last."""

    def keep(self, sheet: Sheet | None, signed: SignedAct | None = None) -> None:
        """Keep a sheet, and what was signed of it; None: there is none any more. Raises OSError."""
        self.sheet, self.signed = sheet, signed
        with whole(self.path) as file:
            file.write(json.dumps(self._as_json(), ensure_ascii=False).encode())

    def remember(self, part: str, people: list[str]) -> None:
        """Offer these people first where somebody is asked for this part."""
        known = [" ".join(people), *self.recent.get(part, ())]
        self.recent[part] = list(dict.fromkeys(known))[:4]

    def _as_json(self) -> dict[str, Any]:
        sheet = {"name": self.sheet.name, "entries": self.sheet.entries} if self.sheet else None
        return {
            "sheet": sheet, "signed": self.signed.as_json() if self.signed else None, "opened": self.opened,
            "recent": self.recent, "key_files": self.key_files,
        }  # fmt: skip


@contextmanager
def kept_in(path: Path) -> Iterator[Kept]:
    """What a file keeps, for one station at a time.

    Raises Malformed for what no station wrote, Unavailable, OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(
                "unavailable/station", "Another station has this sheet open.",
                file=path.name,
            ) from None  # fmt: skip
        yield _read(path)
    finally:
        os.close(lock)


def usual_path(origin: str) -> Path:
    """Where the sheet of a ledger is kept, in the user's state folder."""
    state = os.environ.get("XDG_STATE_HOME")
    folder = Path(state) if state else Path.home() / ".local" / "state"
    return folder / "custody" / f"station-{hashlib.sha256(origin.encode()).hexdigest()[:16]}.json"


def _read(path: Path) -> Kept:
    found: Mapping[str, Any] = {}
    with suppress(FileNotFoundError):
        data = path.read_bytes()
        try:
            found = json.loads(data)
            return _kept(path, found)
        except (CustodyError, ValueError, TypeError, LookupError, AttributeError):
            raise Malformed(
                "malformed/station", "This file holds no sheet of a station: move it away.",
                file=path.name,
            ) from None  # fmt: skip
    return Kept(path)


def _kept(path: Path, found: Mapping[str, Any]) -> Kept:
    sheet = None
    if given := found["sheet"]:
        sheet = Sheet(given["name"], tuple(dict(each) for each in given["entries"]))
        asking.screen(sheet, {}, [])  # what cannot be shown is no sheet
    signed = signed_act_from(found["signed"]) if found["signed"] else None
    return Kept(path, sheet, signed, dict(found["opened"]), dict(found["recent"]), dict(found["key_files"]))
